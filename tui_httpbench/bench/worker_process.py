"""The parent's side of one worker: starts it, hears it, watches that it gets on, and ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tui_httpbench.bench.records import Outcome, RoundRecord, WarmupRequest, WorkerSetup
from tui_httpbench.bench.run_folder import sample_path
from tui_httpbench.bench.samples import ErrorText, SampleFile, measured_span_s
from tui_httpbench.bench.trust import USUAL_TRUST, Trust
from tui_httpbench.bench.worker.errors import escape_controls, hide_parameters
from tui_httpbench.bench.worker_job import WORKER_FILE, encode_job, make_job, worker_environment
from tui_httpbench.plan import Plan
from tui_httpbench.private_files import open_private

STARTUP_LIMIT_S = 60.0
EXIT_LIMIT_S = 2.0
WATCH_INTERVAL_S = 0.2
COMPUTING_S = 0.1
"""What one request may compute: five times as long as the most expensive client does on a usual machine."""
MESSAGE_LIMIT_BYTES = 4 * 1024 * 1024


@dataclass
class _Story:
    """What the worker has told so far."""

    setup: WorkerSetup | None = None
    started: bool = False
    finished: dict[str, Any] | None = None
    failed: str = ""
    hung: str = ""


class WorkerProcess:
    """One fresh process for one round of one mode; ``run`` once, ``stop`` at any moment."""

    def __init__(
        self,
        plan: Plan,
        url: str,
        mode_id: str,
        round: int,
        folder: Path,
        *,
        trust: Trust = USUAL_TRUST,
        cpu: int | None = None,
    ) -> None:
        """Makes the sample file. Raises OSError where it can't be written."""
        self.mode_id = mode_id
        self.round = round
        self.samples = SampleFile(sample_path(folder, mode_id, round), plan.requests)
        self.in_flight = plan.in_flight(mode_id)
        self._job = make_job(plan, url, mode_id, self.samples.path, trust, cpu=cpu)
        self._environment = worker_environment(plan.profile, trust)
        # A request may take the timeout to connect and again to be answered, and wait while all others in flight are
        # computed, such as the TLS contexts of new clients; beyond that, nothing moves any more.
        self._stall_limit_s = 2 * plan.timeout_s + 5.0 + COMPUTING_S * self.in_flight
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False
        self._story = _Story()

    @property
    def is_measuring(self) -> bool:
        """Whether the timed round has begun."""
        return self._story.started

    def stop(self) -> None:
        """Ends the worker at once; what it has measured stays in its file."""
        self._stopped = True
        self._kill()

    async def run(self) -> RoundRecord:
        """Runs the round to its end, whatever that is, and returns what is known of it."""
        begin = time.monotonic()
        stderr_path = self.samples.path.with_suffix(".stderr")
        story = self._story
        try:
            with open_private(stderr_path) as stderr:
                await self._spawn(stderr)
            watchdog = asyncio.create_task(self._watch())
            try:
                await self._hear()
                await self._let_leave()
            finally:
                watchdog.cancel()
        finally:
            await self._end()
        # Copying a million requests holds up the screen, which may ask for their number meanwhile: it is known then.
        self.samples.done()
        last_words = hide_parameters(_last_line(stderr_path), self._job.hidden)
        record = await asyncio.to_thread(self._record, story, last_words)
        self.samples.close()
        return replace(record, wall_s=time.monotonic() - begin)

    async def _spawn(self, stderr: Any) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(WORKER_FILE),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            env=self._environment,
            limit=MESSAGE_LIMIT_BYTES,
            # Ctrl-C in the terminal is for the parent to answer.
            start_new_session=os.name == "posix",
        )
        if self._stopped:
            self._kill()
        stdin = self._process.stdin
        assert stdin is not None
        with contextlib.suppress(ConnectionError):  # a worker that died at once is reported by its exit status
            stdin.write(encode_job(self._job))
            await stdin.drain()

    async def _hear(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            if not line.endswith(b"\n"):  # killed in the middle of a message
                return
            message = json.loads(line)
            self._note(message)
            if message["event"] in ("finished", "failed"):
                return

    def _note(self, message: dict[str, Any]) -> None:
        story = self._story
        match message["event"]:
            case "ready":
                story.setup = WorkerSetup(
                    python=message["python"],
                    packages=message["packages"],
                    import_s=message["import_s"],
                    build_s=message["build_s"],
                    warmup=(),
                )
            case "warmed" if story.setup is not None:
                request = WarmupRequest(message["latency_ms"], message["status"])
                story.setup = replace(story.setup, warmup=(*story.setup.warmup, request))
            case "started":
                story.started = True
            case "finished":
                story.finished = message
            case "failed":
                story.failed = f"{self.mode_id} could not {message['stage']} its client: {message['text']}"

    async def _watch(self) -> None:
        """Ends the worker when it has shown no sign of life for longer than the stage it is in allows."""
        last_sign = time.monotonic()
        seen: object = None
        while True:
            await asyncio.sleep(WATCH_INTERVAL_S)
            story, done = self._story, self.samples.done()
            signs = (story.setup, story.started, done)
            if signs != seen:
                seen, last_sign = signs, time.monotonic()
                continue
            limit_s = self._stall_limit_s if story.setup is not None else STARTUP_LIMIT_S
            if time.monotonic() - last_sign <= limit_s:
                continue
            what = "finished no request for" if story.setup is not None else "was not ready after"
            story.hung = f"{self.mode_id} {what} {limit_s:.0f} s, longer than it may take, and was ended."
            return self._kill()

    async def _let_leave(self) -> None:
        """Waits a moment for a worker that has told all, so that its client can close its connections."""
        assert self._process is not None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), EXIT_LIMIT_S)

    async def _end(self) -> None:
        self._kill()
        if self._process is not None:
            await self._process.wait()

    def _kill(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def _record(self, story: _Story, last_words: str) -> RoundRecord:
        samples = self.samples.finished()
        record = RoundRecord(
            mode=self.mode_id,
            round=self.round,
            outcome="complete",
            samples=samples,
            elapsed_s=measured_span_s(samples),
            error_texts=self.samples.error_texts(),
            setup=story.setup,
        )
        if story.finished:
            out_of_memory = story.finished["out_of_memory"]
            return replace(
                record,
                outcome="crashed" if out_of_memory else "complete",
                reason=self._out_of_memory(story.finished["memory_limit_bytes"]) if out_of_memory else "",
                elapsed_s=story.finished["elapsed_s"],
                cpu_s=story.finished["cpu_s"],
                peak_memory_bytes=story.finished["peak_memory_bytes"],
                connections=story.finished["connections"],
                error_texts=tuple(ErrorText(*error) for error in story.finished["errors"]),
            )
        outcome, reason = self._cut_short(story, last_words)
        in_flight = min(self.in_flight, self.samples.capacity - len(samples)) if story.started else 0
        return replace(record, outcome=outcome, reason=reason, hung_requests=in_flight if outcome == "hung" else 0)

    def _out_of_memory(self, limit_bytes: int | None) -> str:
        allowed = "" if limit_bytes is None else f" than the {limit_bytes / 2**30:.3g} GiB that its worker may have"
        return f"{self.mode_id} needed more memory{allowed}, so its round was ended."

    def _cut_short(self, story: _Story, last_words: str) -> tuple[Outcome, str]:
        if story.failed:
            return "failed", story.failed
        if story.hung:
            return "hung", story.hung
        if self._stopped:
            return "stopped", ""
        assert self._process is not None
        code = self._process.returncode
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit status {code}"
        if how == "SIGBUS":  # what a mapped file gives where the disk has no room for it
            how = "SIGBUS, as where its samples can't be written since the disk is full"
        return "crashed", f"The worker of {self.mode_id} died ({how})" + (f": {last_words}" if last_words else ".")


def _last_line(path: Path, limit: int = 300) -> str:
    with contextlib.suppress(OSError), path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").split("\n")
        return next((escape_controls(line.strip())[:limit] for line in reversed(lines) if line.strip()), "")
    return ""

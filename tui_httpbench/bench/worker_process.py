"""The parent's side of one worker: starts it, tells it what to do, watches that it gets on, and ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from tui_httpbench.bench.run_code import CODE_AS_IT_IS, RunCode
from tui_httpbench.bench.run_folder import sample_path
from tui_httpbench.bench.trust import USUAL_TRUST, Trust
from tui_httpbench.bench.worker_job import WORKER_FILE, encode_job, hiding_for, make_job, worker_environment
from tui_httpbench.bench.worker_story import EXIT_LIMIT_S, WorkerStory, hung_requests, last_line, without_secrets
from tui_httpbench.files.side_line import SideLine
from tui_httpbench.files.threads import in_plain_words, in_thread
from tui_httpbench.measured.records import Outcome, RoundRecord, Slice, StartUp, WorkerSetup
from tui_httpbench.measured.sample_file import SampleFile
from tui_httpbench.measured.samples import ErrorText, measured_span_s
from tui_httpbench.plan.plan import MAX_REQUESTS, Plan
from tui_httpbench.text.hiding import Hiding
from tui_httpbench.worker.slices import Clocks, Limits

STARTUP_LIMIT_S = 60.0
WATCH_INTERVAL_S = 0.2
LAST_WORDS_LIMIT_S = 2.0
"""For how long after a worker's end what it has told is waited for, since a busy machine may hand it on late."""
COMPUTING_S = 0.1
"""What one request may compute: five times as long as the most expensive client does on a usual machine."""
MESSAGE_LIMIT_BYTES = 4 * 1024 * 1024
FIRST_CAPACITY = 8_192
"""Rows of a sample file whose requests are not known beforehand, more with many in flight."""


class WorkerProcess:
    """One fresh process for one round of one mode: ``start``, then commands one after the other, then ``end``.

    A worker that failed, hung or died takes no further command; ``can_work`` tells. ``stop`` at any moment. Its round
    is complete where ``has_done_its_load`` was set before ``end``; ``elapsed_s`` and ``requests`` are sums over slices.
    ``python`` with ``environment`` runs its ``mode``, an async one on the event loop of ``loop``, empty for the usual.
    """

    def __init__(
        self,
        plan: Plan,
        url: str,
        mode_id: str,
        round: int,
        folder: Path,
        *,
        trust: Trust = USUAL_TRUST,
        hands_on: tuple[int, ...] = (),
        hiding: Hiding | None = None,
        code: RunCode = CODE_AS_IT_IS,
    ) -> None:
        """Makes the sample file; ``hiding`` is as for ``make_job``. Raises OSError where it can't be written.

        The process holds the descriptors ``hands_on``, such as the target's life line, for as long as it lives.
        """
        self._hands_on = hands_on
        self.mode_id = mode_id
        self.round = round
        self.in_flight = plan.in_flight(mode_id)
        self._plan = plan
        capacity = plan.load.exact_requests or max(FIRST_CAPACITY, 4 * self.in_flight)
        self.samples = SampleFile(sample_path(folder, mode_id, round), capacity)
        self._hiding = hiding or hiding_for(plan, url)
        self._job = make_job(plan, url, mode_id, self.samples.path, trust, hiding=self._hiding, code=code)
        self.environment = code.variables_of(mode_id, worker_environment(plan, trust))
        self.mode = code.mode_of(mode_id)
        self.python = code.python_of(mode_id)
        self.loop = self._job.loop
        # A request may take the timeout to connect and again to be answered, and wait while all others in flight are
        # computed, such as the TLS contexts of new clients; beyond that, nothing moves any more.
        self._stall_limit_s = 2 * plan.timeout_s + 5.0 + COMPUTING_S * self.in_flight
        self._line: SideLine | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._messages: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._hearing: asyncio.Task[None] | None = None
        self._printed: BinaryIO | None = None
        self._stopped = False
        self._is_in_slice = False
        self._story = WorkerStory(mode_id)
        self.elapsed_s = 0.0
        self.requests = 0
        self.has_done_its_load = False
        self.lead_ins = 0

    @property
    def can_work(self) -> bool:
        """Whether it takes commands."""
        story = self._story
        return not (self._stopped or story.has_ended or story.is_out_of_memory)

    @property
    def is_stopped(self) -> bool:
        """Whether it was told to end at once."""
        return self._stopped

    @property
    def setup(self) -> WorkerSetup | None:
        """What it told when it was ready, and its warm-up requests since."""
        return self._story.setup

    @property
    def has_ended(self) -> bool:
        """Whether its round is over already, since it failed, hung or died."""
        return self._story.has_ended

    @property
    def ended(self) -> tuple[Outcome, str] | None:
        """How its round has ended already, and why in a sentence; None while it can go on."""
        return self._story.cut_short(self._exit_code, self._last_words()) if self._story.has_ended else None

    @property
    def _exit_code(self) -> int | None:
        """How the process ended by itself; None where it lives, was stopped or never began."""
        return self._process.returncode if self._process is not None and not self._stopped else None

    def stop(self) -> None:
        """Ends the worker at once; what it has measured stays in its file."""
        self._stopped = True
        self._kill()

    async def start(self) -> None:
        """Starts the process and waits until its client is imported and built, or can't be. Raises OSError."""
        # Without a name: nobody finds what a client prints, and nothing of it outlives this process.
        self._printed = tempfile.TemporaryFile("a+b", dir=self.samples.path.parent)  # noqa: SIM115, it lives until end()
        await self._spawn(self._printed)
        if await self._await("ready", STARTUP_LIMIT_S) is None and self._story.hung:
            self._story.hung = (
                f"{self.mode_id} was not ready after {STARTUP_LIMIT_S:.0f} s, longer than it may take, and was ended."
            )

    def note_start(self, start: StartUp) -> None:
        """Takes in what a script pays before it makes this client."""
        if self._story.setup is not None:
            self._story.setup = replace(self._story.setup, start=start)

    async def warm_up(self, cpus: tuple[int, ...] | None) -> None:
        """Moves it to these processors, None for any, and lets it send the warm-up requests."""
        await self._tell(do="warm-up", cpus=cpus)
        await self._await("idle", self._stall_limit_s)

    async def lead_in(self) -> None:
        """Lets it send one request in each place, which count nowhere but where connections do."""
        if not self._story.slices:
            self.lead_ins += self.in_flight
        await self._tell(do="lead-in")
        await self._await("idle", self._stall_limit_s)

    async def rebuild(self) -> None:
        """Lets it make its client anew."""
        await self._tell(do="rebuild")
        await self._await("idle", self._stall_limit_s)

    async def measure(self, limits: Limits) -> Clocks | None:
        """One slice; None where it did not come to its end. Raises OSError where the disk has no room for samples."""
        self._make_room(limits)
        self._is_in_slice = True
        await self._tell(
            do="slice",
            duration_ns=limits.duration_ns,
            requests=limits.requests,
            batch=limits.batch,
            in_batch=limits.in_batch,
            capacity=self.samples.capacity,
        )
        message = await self._await("sliced", self._stall_limit_s)
        if message is None:
            return None
        self._is_in_slice = False
        self._story.is_out_of_memory = message.pop("out_of_memory")
        del message["event"]
        clocks = Clocks(**message)
        self._story.slices.append(Slice(clocks.requests, clocks.elapsed_ns / 1e9, clocks.cpu_ns / 1e9))
        self._story.cpu_waits_ns.append(clocks.cpu_wait_ns)
        self.elapsed_s += clocks.elapsed_ns / 1e9
        self.requests += clocks.requests
        return clocks

    async def end(self) -> RoundRecord:
        """Ends the process, and tells what is known of its round; a worker that still can is asked first."""
        story = self._story
        try:
            if self._process and not (self._stopped or story.has_ended):
                await self._tell(do="end")
                await self._await("finished", self._stall_limit_s)
                await self._let_leave()
        finally:
            await self._end_process()
        # Copying a million requests holds up the screen, which may ask for their number meanwhile: it is known then.
        self.samples.done()
        record = await in_thread(self._record, self._last_words())
        if self._printed is not None:
            self._printed.close()
        self.samples.close()
        return record

    def _last_words(self) -> str:
        return "" if self._printed is None or self._printed.closed else last_line(self._printed, self._hiding)

    def _make_room(self, limits: Limits) -> None:
        """Lets the file grow where the next slice may need more rows than are left."""
        last = self._story.slices[-1] if self._story.slices else None
        if last is None or limits.requests <= self.samples.capacity - self.requests:
            return
        expected = last.requests / max(last.elapsed_s, 1e-6) * limits.duration_ns / 1e9
        needed = self.requests + 2 * int(expected) + 2 * self.in_flight
        if needed > self.samples.capacity:
            self.samples.grow(min(max(needed, 2 * self.samples.capacity), MAX_REQUESTS + self.in_flight))

    async def _spawn(self, stderr: Any) -> None:
        self._line = await SideLine.start(
            self.python,
            str(WORKER_FILE),
            stdin=asyncio.subprocess.PIPE,
            stdout=stderr,
            stderr=stderr,
            env=self.environment,
            limit=MESSAGE_LIMIT_BYTES,
            hands_on=self._hands_on,
        )
        self._process = self._line.process
        self._hearing = asyncio.create_task(self._hear(self._line))
        if self._stopped:
            self._kill()
        await self._write(encode_job(self._job))

    async def _tell(self, **command: object) -> None:
        await self._write(json.dumps(command).encode() + b"\n")

    async def _write(self, line: bytes) -> None:
        assert self._process is not None
        stdin = self._process.stdin
        assert stdin is not None
        with contextlib.suppress(ConnectionError):  # one that died is reported by its exit status
            stdin.write(line)
            await stdin.drain()

    async def _hear(self, line: SideLine) -> None:
        """Puts what the worker tells into the queue; None once it tells no more."""
        try:
            while (message := await line.hear()) is not None:
                self._messages.put_nowait(message)
        finally:
            self._messages.put_nowait(None)

    async def _await(self, event: str, limit_s: float) -> dict[str, Any] | None:
        """The next message of this kind; None where none will come.

        Ends a worker that has shown no sign of life for ``limit_s`` seconds.
        """
        begin = last_sign = time.monotonic()
        exit_seen = 0.0
        seen = self.samples.done()
        while not self._story.is_gone:
            try:
                # Not wait_for, which up to Python 3.11 forgets that it was cancelled when a message comes just then.
                async with asyncio.timeout(WATCH_INTERVAL_S):
                    message = await self._messages.get()
            except TimeoutError:
                if self._process is not None and self._process.returncode is not None:
                    # What it told at last may still be on its way here. If nothing comes, what it has started holds its
                    # line open.
                    exit_seen = exit_seen or time.monotonic()
                    self._story.is_gone = self._messages.empty() and time.monotonic() - exit_seen > LAST_WORDS_LIMIT_S
                    continue
                done = self.samples.done()
                if done != seen:
                    seen, last_sign = done, time.monotonic()
                elif time.monotonic() - last_sign > limit_s:
                    self._story.hung_s = time.monotonic() - begin
                    self._story.hung = (
                        f"{self.mode_id} finished no request for {limit_s:.0f} s, longer than it may take, and was "
                        "ended."
                    )
                    self._kill()
                    return None
                continue
            last_sign = time.monotonic()
            if message is not None:
                message = without_secrets(message, self._hiding)
            if message is None:
                self._story.is_gone = True
                await self._let_leave()  # by what it ends with, not by being ended, is its end explained
                self._story.is_mute = self._process is not None and self._process.returncode is None
            elif message["event"] == "failed":
                self._story.note(message)
                return None
            else:
                self._story.note(message)
                if message["event"] == event:
                    return message
        return None

    async def _let_leave(self) -> None:
        """Waits a moment for a worker that has told all, so that its client can close its connections, or that fell."""
        assert self._line is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(EXIT_LIMIT_S):
                await self._line.ended()

    async def _end_process(self) -> None:
        self._kill()
        if self._line is not None:
            await self._line.ended()
        if self._hearing is not None:
            self._hearing.cancel()
        if self._line is not None:
            self._line.close()

    def _kill(self) -> None:
        if self._line is not None:
            self._line.kill()

    def _record(self, last_words: str) -> RoundRecord:
        story, samples = self._story, self.samples.finished()
        wrong = self.samples.wrong_statuses()
        is_whole = not self._is_in_slice and bool(story.slices)
        record = RoundRecord(
            mode=self.mode_id,
            round=self.round,
            outcome="complete",
            samples=samples,
            elapsed_s=self.elapsed_s if is_whole else measured_span_s(samples),
            cpu_s=sum(part.cpu_s for part in story.slices) if is_whole else None,
            error_texts=(*self._hiding.hide_in(self.samples.error_texts()), *wrong),
            setup=story.setup,
            lead_ins=self.lead_ins,
            slices=tuple(story.slices),
            cpu_wait_s=story.cpu_wait_s if is_whole else None,
        )
        if story.finished:
            record = replace(
                record,
                peak_memory_bytes=story.finished["peak_memory_bytes"],
                connections=story.finished["connections"],
                error_texts=(
                    *(ErrorText(kind, in_plain_words(text), count) for kind, text, count in story.finished["errors"]),
                    *wrong,
                ),
            )
        if story.finished and self.has_done_its_load and not story.is_out_of_memory:
            return record
        outcome, reason = story.cut_short(self._exit_code, last_words)
        record = replace(record, outcome=outcome, reason=reason)
        if outcome != "hung":
            return record
        return replace(
            record,
            hung_requests=hung_requests(self._plan, self.mode_id, len(samples)),
            elapsed_s=self.elapsed_s + story.hung_s if len(samples) else None,
        )

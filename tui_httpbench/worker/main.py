"""The life of a worker: take the job, import and build the client, then do as the parent says; tell.

Messages are JSON lines. The job comes in on stdin, and after ``ready`` one command after the other: ``warm-up``,
``lead-in``, ``rebuild``, ``slice`` and ``end``. What is told goes out on a descriptor of its own, whose number is the
last argument, so that nothing printed in this process can break it: ``ready``, ``warmed`` for each warm-up request,
``idle`` when a command is done, ``sliced`` with a slice's clocks, ``finished``, or ``failed``. Within a slice nothing
is said. When stdin closes, the worker ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import asdict
from typing import Any

from .client import AsyncClient, SyncClient, mode_of, new_of, request_of
from .connections import UNCONNECTED, UNCONNECTED_CODES, ConnectionCounter
from .ear import Ear
from .errors import code_of, hide_in_texts, kind_of
from .job import Job
from .memory_limit import limit_memory, memory_limit_bytes
from .open_files import allow_open_files
from .placement import run_on
from .probe import run_probe
from .recorder import Recorder
from .slices import AsyncSlicer, Clocks, Limits, SyncSlicer, send_aside, send_aside_async
from .stages import StageFailed, load_api, load_client, stage
from .usage import peak_memory_bytes, reset_peak_memory

Tell = Callable[..., None]


def main() -> None:
    """Runs one round, one probe or one look, and ends the process."""
    tell = _open_control_channel()
    job = Job.from_json(json.loads(sys.stdin.buffer.readline()))
    hide_in_texts(job.secrets)
    allow_open_files(job.in_flight)
    limit_memory(job.in_flight if job.kind == "sync" else 0)
    ear = Ear()
    try:
        if job.task == "probe":
            run_probe(job, ear, tell)
        elif job.task == "look":
            from .look import look  # not loaded by a worker that measures

            look(job, tell)
        else:
            _Round(job, ear, tell).run()
    except StageFailed as failure:
        stage, kind, text = failure.args
        tell("failed", stage=stage, kind=kind, text=text)
    except BaseException as error:
        # Python's own way out would wait for the thread at stdin, and abort: its complaint would hide this one.
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    # Only teardown is left, and the thread that waits on stdin would hold up the interpreter's own exit.
    os._exit(0)


class _Round:
    """One round of one mode, told what to do command by command."""

    def __init__(self, job: Job, ear: Ear, tell: Tell) -> None:
        self._job = job
        self._ear = ear
        self._tell = tell
        self._recorder = Recorder(job.sample_file)
        self._counter: ConnectionCounter | None = None
        self._aside = 0
        self._unconnected = 0
        self._has_measured = False

    def run(self) -> None:
        """Imports, builds, and obeys until ``end``. Raises StageFailed."""
        job = self._job
        if job.path_padding:
            sys.path[-1:-1] = [sys.path[-1]] * job.path_padding
        load_api()  # it is no part of what importing the client costs
        begin = time.perf_counter()
        with stage("import"):
            module = load_client(job.source_file, job.copied_file)
            mode = mode_of(module, job)
        import_s = time.perf_counter() - begin
        self._counter = ConnectionCounter() if job.count_connections else None
        parts = mode, request_of(module, job), new_of(module, job)
        try:
            if job.kind == "sync":
                self._obey(SyncClient(*parts, reads_stream=job.reads_stream), import_s)
            elif job.loop:
                from .loops import run_on_loop  # not loaded by a worker that measures on the usual one

                run_on_loop(job.loop, lambda: self._obey_async(self._async_client(parts), import_s))
            else:
                asyncio.run(self._obey_async(self._async_client(parts), import_s))
        except StageFailed as failure:
            if failure.args[0] != "build":
                raise
            from .blame import with_blame  # not loaded by a worker that measures

            client = SyncClient if job.kind == "sync" else AsyncClient
            raise with_blame(failure, lambda: client(*parts).build()) from failure

    def _async_client(self, parts: tuple[Any, Any, Any]) -> AsyncClient:
        return AsyncClient(*parts, reads_stream=self._job.reads_stream)

    def _obey(self, client: SyncClient, import_s: float) -> None:
        begin, begin_cpu = time.perf_counter(), time.process_time()
        client.build()
        self._tell_ready(import_s, time.perf_counter() - begin, time.process_time() - begin_cpu)
        slicer = SyncSlicer(client.send, self._job.in_flight, self._recorder, reads_stream=self._job.reads_stream)
        while True:
            command = self._ear.hear()
            if command["do"] == "end":
                break
            if command["do"] == "slice":
                self._prepare(command)
                self._tell_sliced(slicer.run(_limits(command)))
                continue
            with self._apart(command):
                if command["do"] == "warm-up":
                    for _ in range(self._job.warmup):
                        start = _Start()
                        try:
                            status, _ = client.send_checked()
                        except StageFailed:
                            raise
                        except Exception as error:
                            status = code_of(kind_of(error))
                        if not self._tell_warmed(start, status):
                            break
                elif command["do"] == "lead-in":
                    send_aside(client.send, self._job.in_flight)
                else:
                    client.close()
                    client.build()
                    slicer.send = client.send
        self._tell_finished()
        client.close()

    async def _obey_async(self, client: AsyncClient, import_s: float) -> None:
        begin, begin_cpu = time.perf_counter(), time.process_time()
        await client.build()
        self._tell_ready(import_s, time.perf_counter() - begin, time.process_time() - begin_cpu)
        slicer = AsyncSlicer(client.send, self._job.in_flight, self._recorder, reads_stream=self._job.reads_stream)
        while True:
            command = await self._ear.hear_async()
            if command["do"] == "end":
                break
            if command["do"] == "slice":
                self._prepare(command)
                self._tell_sliced(await slicer.run(_limits(command)))
                continue
            with self._apart(command):
                if command["do"] == "warm-up":
                    for _ in range(self._job.warmup):
                        start = _Start()
                        try:
                            status, _ = await client.send_checked()
                        except StageFailed:
                            raise
                        except Exception as error:
                            status = code_of(kind_of(error))
                        if not self._tell_warmed(start, status):
                            break
                elif command["do"] == "lead-in":
                    await send_aside_async(client.send, self._job.in_flight)
                else:
                    await client.close()
                    await client.build()
                    slicer.send = client.send
        self._tell_finished()
        await client.close()

    @contextlib.contextmanager
    def _apart(self, command: dict[str, Any]) -> Generator[None, None, None]:
        """What is done between slices; connections opened by lead-ins are left out of the count.

        Those before the first slice are not: they spare it the connections that it would have opened.
        """
        before = self._opened()
        if command["do"] == "warm-up":
            run_on(command["cpus"])
        yield
        if command["do"] == "lead-in" and self._has_measured:
            self._aside += self._opened() - before
        self._tell("idle")

    def _prepare(self, command: dict[str, Any]) -> None:
        if command["capacity"] != self._recorder.capacity:
            self._recorder.grow()
        if not self._has_measured:
            # Memory is tidied once, so that no mode pays for its start-up; later on, tidying is part of its work.
            self._has_measured = True
            gc.collect()
            reset_peak_memory()

    def _opened(self) -> int:
        return 0 if self._counter is None else self._counter.opened

    def _connections(self) -> int | None:
        if self._counter is None:
            return None
        failed = sum(count for (kind, _), count in self._recorder.error_counts.items() if kind in UNCONNECTED)
        return max(0, self._counter.surely_opened(failed + self._unconnected) - self._aside)

    def _tell_ready(self, import_s: float, build_s: float, build_cpu_s: float) -> None:
        self._tell(
            "ready",
            python=f"{platform.python_implementation()} {platform.python_version()}",
            import_s=import_s,
            build_s=build_s,
            build_cpu_s=build_cpu_s,
        )

    def _tell_warmed(self, start: _Start, status: int) -> bool:
        """Tells of a warm-up request; False after a failed one, since a silent server costs a timeout each time."""
        self._unconnected += status in UNCONNECTED_CODES
        self._tell("warmed", latency_ms=start.wall_ms(), cpu_ms=start.cpu_ms(), status=status)
        return status >= 0

    def _tell_sliced(self, clocks: Clocks) -> None:
        self._tell("sliced", out_of_memory=self._recorder.is_out_of_memory, **asdict(clocks))

    def _tell_finished(self) -> None:
        self._tell(
            "finished",
            peak_memory_bytes=peak_memory_bytes(),
            out_of_memory=self._recorder.is_out_of_memory,
            memory_limit_bytes=memory_limit_bytes(),
            connections=self._connections(),
            errors=[[kind, text, count] for (kind, text), count in self._recorder.error_counts.items()],
        )


class _Start:
    """A moment, by the wall's clock and by this process's."""

    def __init__(self) -> None:
        self._wall_ns = time.perf_counter_ns()
        self._cpu_ns = time.process_time_ns()

    def wall_ms(self) -> float:
        """Milliseconds since then."""
        return (time.perf_counter_ns() - self._wall_ns) / 1e6

    def cpu_ms(self) -> float:
        """Milliseconds that all threads have computed since then."""
        return (time.process_time_ns() - self._cpu_ns) / 1e6


def _limits(command: dict[str, Any]) -> Limits:
    return Limits(command["duration_ns"], command["requests"], command["batch"], command["in_batch"])


def _open_control_channel() -> Tell:
    if len(sys.argv) > 1:
        control = os.fdopen(int(sys.argv.pop()), "w", encoding="utf-8")
        os.set_inheritable(control.fileno(), False)
    else:
        control = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def tell(event: str, **values: Any) -> None:
        control.write(json.dumps({"event": event, **values}) + "\n")
        control.flush()

    return tell

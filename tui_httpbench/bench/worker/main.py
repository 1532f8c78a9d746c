"""The life of a worker: take the job, import the client, build it, then warm up and measure, or probe; tell.

Messages are JSON lines: the job comes in on stdin; ``ready``, ``warmed`` for each warm-up request, ``started``,
``finished`` or ``failed`` go out on a descriptor of their own, so that a client that prints can't break them. Between
``started`` and ``finished`` nothing is said. When stdin closes, the worker ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

from .connections import ConnectionCounter
from .errors import code_of, hide_in_texts, kind_of
from .job import Job
from .life_line import hold_life_line
from .memory_limit import limit_memory, memory_limit_bytes
from .open_files import allow_open_files
from .probe import run_probe
from .recorder import Recorder
from .stages import StageFailed, load_client, stage
from .timed_round import Timing, run_async, run_sync
from .usage import peak_memory_bytes

Tell = Callable[..., None]


def main() -> None:
    """Runs one round and ends the process."""
    tell = _open_control_channel()
    job = Job.from_json(json.loads(sys.stdin.buffer.readline()))
    hide_in_texts(job.hidden)
    if job.cpu is not None:
        os.sched_setaffinity(0, {job.cpu})
    allow_open_files(job.in_flight)
    limit_memory(job.in_flight if job.kind == "sync" else 0)
    try:
        if job.task == "probe":
            run_probe(job, tell)
        else:
            hold_life_line()
            run_round(job, tell)
    except StageFailed as failure:
        stage, kind, text = failure.args
        tell("failed", stage=stage, kind=kind, text=text)
    # Only teardown is left, and the thread that waits on stdin would hold up the interpreter's own exit.
    os._exit(0)


def run_round(job: Job, tell: Tell) -> None:
    """Imports, builds, warms up, measures and tells. Raises StageFailed."""
    recorder = Recorder(job.sample_file, job.requests)
    begin = time.perf_counter()
    with stage("import"):
        mode = getattr(load_client(job.source_file), job.function)
    import_s = time.perf_counter() - begin
    counter = ConnectionCounter() if job.count_connections else None
    if job.kind == "sync":
        _run_sync_mode(job, mode, recorder, import_s, counter, tell)
    else:
        asyncio.run(_run_async_mode(job, mode, recorder, import_s, counter, tell))


def _run_sync_mode(
    job: Job, mode: Any, recorder: Recorder, import_s: float, counter: ConnectionCounter | None, tell: Tell
) -> None:
    begin = time.perf_counter()
    with contextlib.ExitStack() as stack:
        with stage("build"):
            send = stack.enter_context(mode(job))
        _tell_ready(job, import_s, time.perf_counter() - begin, tell)
        for _ in range(job.warmup):
            start = time.perf_counter_ns()
            try:
                status, _ = send()
            except Exception as error:
                status = code_of(kind_of(error))
            if not _tell_warmed(start, status, tell):
                break
        tell("started")
        _tell_finished(run_sync(send, job.requests, job.in_flight, recorder), recorder, counter, tell)


async def _run_async_mode(
    job: Job, mode: Any, recorder: Recorder, import_s: float, counter: ConnectionCounter | None, tell: Tell
) -> None:
    begin = time.perf_counter()
    async with contextlib.AsyncExitStack() as stack:
        with stage("build"):
            send = await stack.enter_async_context(mode(job))
        _tell_ready(job, import_s, time.perf_counter() - begin, tell)
        for _ in range(job.warmup):
            start = time.perf_counter_ns()
            try:
                status, _ = await send()
            except Exception as error:
                status = code_of(kind_of(error))
            if not _tell_warmed(start, status, tell):
                break
        tell("started")
        _tell_finished(await run_async(send, job.requests, job.in_flight, recorder), recorder, counter, tell)


def _tell_ready(job: Job, import_s: float, build_s: float, tell: Tell) -> None:
    tell(
        "ready",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages=_versions(job.packages),
        import_s=import_s,
        build_s=build_s,
    )


def _tell_warmed(start_ns: int, status: int, tell: Tell) -> bool:
    """Tells of a warm-up request; False after a failed one, since a silent server costs a timeout each time."""
    tell("warmed", latency_ms=(time.perf_counter_ns() - start_ns) / 1e6, status=status)
    return status >= 0


def _tell_finished(timing: Timing, recorder: Recorder, counter: ConnectionCounter | None, tell: Tell) -> None:
    tell(
        "finished",
        elapsed_s=timing.elapsed_ns / 1e9,
        cpu_s=timing.cpu_ns / 1e9,
        peak_memory_bytes=peak_memory_bytes(),
        out_of_memory=recorder.is_out_of_memory,
        memory_limit_bytes=memory_limit_bytes(),
        connections=None if counter is None else counter.opened,
        errors=[[kind, text, count] for (kind, text), count in recorder.error_counts.items()],
    )


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    versions = {}
    for name in packages:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions


def _open_control_channel() -> Tell:
    control = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(event: str, **values: Any) -> None:
        control.write(json.dumps({"event": event, **values}) + "\n")
        control.flush()

    return tell

"""One request of every mode before the rounds: does each do the same work, and with which settings?"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_httpbench.bench.trust import Trust
from tui_httpbench.bench.worker_job import WORKER_FILE, encode_job, make_job, worker_environment
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.files.side_line import SideLine
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.plan.plan import Plan
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetError
from tui_httpbench.worker.job import Job

START_LIMIT_S = 60.0
MESSAGE_LIMIT_BYTES = 4 * 1024 * 1024


async def probe_modes(plan: Plan, url: str, target: EmbeddedTarget | None, trust: Trust) -> tuple[Probe, ...]:
    """Probes each mode of the plan once, however often it takes part; the probes start together and send in turn.

    Raises TargetError where the embedded target has died.
    """
    # A mode that is measured twice sends the same request twice.
    mode_ids = tuple(dict.fromkeys(mode_of(mode_id).id for mode_id in plan.modes))
    starts = asyncio.Semaphore(os.cpu_count() or 1)
    turn = asyncio.Lock()
    if target is not None:
        await target.watch()
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_probe(plan, url, mode_id, target, trust, starts, turn)) for mode_id in mode_ids]
    except ExceptionGroup as errors:
        # One that died is told of once, however many probes were under way.
        if (faults := errors.subgroup(TargetError)) is None:
            raise
        raise TargetError(str(faults.exceptions[0])) from None
    finally:
        if target is not None and target.is_running:
            await target.unwatch()
    return tuple(task.result() for task in tasks)


async def _probe(
    plan: Plan,
    url: str,
    mode_id: str,
    target: EmbeddedTarget | None,
    trust: Trust,
    starts: asyncio.Semaphore,
    turn: asyncio.Lock,
) -> Probe:
    async with starts:
        line = await SideLine.start(
            sys.executable,
            str(WORKER_FILE),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=worker_environment(plan, trust),
            limit=MESSAGE_LIMIT_BYTES,
            start_new_session=os.name == "posix",
        )
        try:
            job = make_job(plan, url, mode_id, Path(os.devnull), trust, task="probe")
            return await _converse(line, plan, job, mode_id, target, turn)
        except TimeoutError:
            return Probe(mode_id, error=("hung", f"{mode_id} did not answer its probe and was ended."))
        finally:
            _kill(line.process)
            await line.process.wait()
            line.close()


async def _converse(
    line: SideLine,
    plan: Plan,
    job: Job,
    mode_id: str,
    target: EmbeddedTarget | None,
    turn: asyncio.Lock,
) -> Probe:
    stdin = line.process.stdin
    assert stdin is not None
    with contextlib.suppress(ConnectionError):
        stdin.write(encode_job(job))
        await stdin.drain()
    told = Probe(mode_id)
    message = await _hear(line, START_LIMIT_S)
    if message.get("event") == "versions":
        told = replace(told, packages=message["packages"])
        message = await _hear(line, START_LIMIT_S)
    if message.get("event") == "libraries":
        told = replace(told, strange=message["strange"], without_c=tuple(message["without_c"]))
        message = await _hear(line, START_LIMIT_S)
    if message.get("event") != "ready":
        return _failed(told, message)
    async with turn:
        if target is not None:
            await target.heads()
        with contextlib.suppress(ConnectionError):
            stdin.write(b'{"do": "send"}\n')
            await stdin.drain()
        message = await _hear(line, 2 * plan.timeout_s + 5.0)
        heads = await target.heads() if target is not None else None
    if message.get("event") != "finished":
        return _failed(told, message)
    response, error = message["response"], message["error"]
    return replace(
        told,
        settings=message["settings"],
        made=message["made"],
        response=None if response is None else ProbeResponse.from_worker(response),
        error=None if error is None else (error[0], error[1]),
        heads=heads,
    )


async def _hear(line: SideLine, limit_s: float) -> dict[str, Any]:
    """The next message; an empty one when the process is gone. Raises TimeoutError."""
    async with asyncio.timeout(limit_s):
        return await line.hear() or {}


def _failed(told: Probe, message: dict[str, Any]) -> Probe:
    """``told`` with what went wrong by the worker's last message, which is empty where it is gone."""
    if message.get("event") == "failed":
        return replace(told, error=(message["kind"], message["text"]))
    return replace(told, error=("other", f"The probe of {told.mode} ended without a word."))


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()

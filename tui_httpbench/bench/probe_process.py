"""The processes that send a run's probes, each started for one."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from tui_httpbench.bench.run_code import CODE_AS_IT_IS, RunCode
from tui_httpbench.bench.trust import Trust
from tui_httpbench.bench.worker_job import WORKER_FILE, worker_environment
from tui_httpbench.files.side_line import SideLine
from tui_httpbench.plan.plan import Plan

MESSAGE_LIMIT_BYTES = 4 * 1024 * 1024


async def start_process(plan: Plan, trust: Trust, code: RunCode = CODE_AS_IT_IS, label: str = "") -> SideLine:
    """A worker that waits for its job, in the environment of an entrant, or in this one.

    Raises OSError where the system refuses a process.
    """
    variables = worker_environment(plan, trust)
    return await SideLine.start(
        code.python_of(label) if label else sys.executable,
        str(WORKER_FILE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=code.variables_of(label, variables) if label else variables,
        limit=MESSAGE_LIMIT_BYTES,
    )


async def hear(line: SideLine, limit_s: float) -> dict[str, Any]:
    """The next message; an empty one when the process is gone. Raises TimeoutError."""
    hearing, leaving = asyncio.create_task(line.hear()), asyncio.create_task(line.ended())
    try:
        async with asyncio.timeout(limit_s):
            await asyncio.wait({hearing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                line.kill()  # or what it has started could hold its line open
            return await hearing or {}
    finally:
        hearing.cancel()
        leaving.cancel()

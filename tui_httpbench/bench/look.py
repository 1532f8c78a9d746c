"""A look at where redirects lead, for modes that do not tell where their requests went."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from tui_httpbench.analysis.elsewhere import is_same_machine
from tui_httpbench.bench.probe_process import hear, start_process
from tui_httpbench.bench.trust import Trust
from tui_httpbench.bench.worker_job import MAX_REDIRECTS, encode_job, make_job
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.hiding import Hiding
from tui_httpbench.worker.job import Job

LIMIT_S = 5.0
"""For an answer: nobody shall wait as long again as for modes that got none."""
_START_LIMIT_S = 60.0


async def look_at_redirects(plan: Plan, url: str, trust: Trust, hiding: Hiding) -> tuple[str, ...]:
    """The URLs that redirects name, in order; empty where there are none, or nobody answers.

    The first one on another machine than was asked is the last one: nothing is sent there. Raises OSError where the
    system refuses a process.
    """
    job = make_job(plan, url, plan.modes[0], Path(os.devnull), trust, task="look", hiding=hiding)
    job = replace(job, timeout_s=min(job.timeout_s, LIMIT_S))
    found: list[str] = []
    while len(found) < MAX_REDIRECTS:
        named = await _look(plan, trust, job)
        found += named
        if not named or _host(named[-1]) == _host(job.url) or not is_same_machine(named[-1], url):
            break
        # This machine under another name: what is sent to the server that was asked is not for others.
        job = replace(job, url=named[-1], method="GET", headers={}, body=None)
    return tuple(found)


async def _look(plan: Plan, trust: Trust, job: Job) -> list[str]:
    line = await start_process(plan, trust)
    named: list[str] = []
    try:
        assert line.process.stdin is not None
        with contextlib.suppress(ConnectionError, TimeoutError):
            line.process.stdin.write(encode_job(job))
            await line.process.stdin.drain()
            async with asyncio.timeout(_START_LIMIT_S):
                while (message := await hear(line, _START_LIMIT_S)).get("event") == "redirected":
                    named.append(message["url"])
    finally:
        line.kill()
        await line.ended()
        line.close()
    return named


def _host(url: str) -> str | None:
    """The host as the process that looks compares it, letter by letter: it stops at ``a.b.``, asked for ``a.b``."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None

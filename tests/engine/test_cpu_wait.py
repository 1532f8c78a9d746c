"""How long a process had no processor: read from the system, and kept with each round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tui_httpbench.bench.runner import Runner
from tui_httpbench.measured.record_json import record_from_dict, record_to_dict
from tui_httpbench.plan.plan import Plan
from tui_httpbench.worker.cpu_wait import cpu_wait_ns, waited_ns

pytestmark = pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the system tells of no waiting")

SHARES_A_PROCESSOR = """
import os, subprocess, sys, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from tui_httpbench.worker.cpu_wait import cpu_wait_ns, waited_ns
rival = subprocess.Popen([sys.executable, "-c", "while True: pass"])
try:
    before = cpu_wait_ns()
    computed_ns = time.process_time_ns()
    end = time.perf_counter() + 0.3
    begin = time.perf_counter_ns()
    while time.perf_counter() < end:
        pass
    elapsed_ns = time.perf_counter_ns() - begin
    print(waited_ns(before), elapsed_ns - (time.process_time_ns() - computed_ns))
finally:
    rival.kill()
    rival.wait()
"""


def test_what_is_counted_is_the_time_that_a_busy_process_does_not_compute() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHARES_A_PROCESSOR], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    waited, without = map(int, done.stdout.split())
    assert waited > 0
    assert waited == pytest.approx(without, rel=0.2)


def test_a_process_that_sleeps_waits_for_no_processor() -> None:
    before = cpu_wait_ns()
    time.sleep(0.2)
    waited = waited_ns(before)
    assert waited is not None
    assert waited < 0.2e9
    assert waited_ns(None) is None


async def test_each_round_keeps_it(light_modes: tuple[str, ...]) -> None:
    runner = Runner(Plan(modes=light_modes[:2], requests=8, concurrency=2, rounds=1, seed=3))
    async for _ in runner.run():
        pass
    for record in runner.records:
        assert record.cpu_wait_s is not None
        assert 0 <= record.cpu_wait_s < 60
        assert record_from_dict(json.loads(json.dumps(record_to_dict(record))))[0].cpu_wait_s == record.cpu_wait_s

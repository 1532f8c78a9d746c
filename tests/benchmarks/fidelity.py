"""How true the figures are: each mode against the article's bare loop, as entrants of the same run.

Run by hand: python tests/benchmarks/fidelity.py [--rounds 12] [--seconds 0.4] [--in-flight 1 --in-flight 20]

The bare loops below are what the article's author would write, with the same timeout and settings as the mode, and time
themselves with one clock around the whole: nothing is recorded while it runs, no request is timed by itself, and a pool
of threads or a gather is all that keeps requests in flight. They live in the same rounds and take the same turns as the
modes, so that the ratio of a mode's time per request to its loop's is told within 2 or 3 %. Printed are the ratios by
wall and by processor time with their 95 % intervals (each pair alone), and mean latency × throughput over the requests
in flight (Little's law). Exit status 1 where an interval leaves out 0.97 to 1.03, or Little's law is off by 5 %.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import math
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

from tui_httpbench.analysis.littles_law import steady_in_flight
from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.catalog import DEFAULT_MODES, MODES, modes_in, register
from tui_httpbench.plan.plan import Plan

WITHIN = 0.03
LITTLE_WITHIN = 0.05

LOADING = """
import asyncio, importlib.util, itertools, sys, time
from concurrent.futures import ThreadPoolExecutor
from tui_httpbench.clients import mode
import httpbench_worker.main as worker
from httpbench_worker.slices import Clocks

spec = importlib.util.spec_from_file_location("original_client", {source!r})
original = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = original
spec.loader.exec_module(original)
new, describe, watch_responses = original.new, original.describe, original.watch_responses

def note(recorder, count, begin, elapsed, cpu):
    # After the clock: the parent counts rows, and these tell nothing else.
    for _ in range(count):
        recorder.record(begin or 1, 0, 200, 1000)
    recorder.recorded += count
    return Clocks(requests=count, elapsed_ns=elapsed, cpu_ns=cpu)
"""

THREADS = """
class Bare:
    def __init__(self, send, in_flight, recorder):
        self.send, self.in_flight, self.recorder = send, in_flight, recorder
        self.pool = ThreadPoolExecutor(in_flight) if in_flight > 1 else None
        if self.pool:
            list(self.pool.map(lambda _: time.sleep(0.01), range(in_flight)))

    def run(self, limits):
        send, clock = self.send, time.perf_counter_ns
        end = clock() + limits.duration_ns
        def loop(_):
            count = 0
            while not count or clock() < end:
                send()
                count += 1
            return count
        cpu = time.process_time_ns()
        begin = clock()
        count = sum(self.pool.map(loop, range(self.in_flight))) if self.pool else loop(0)
        elapsed = clock() - begin
        return note(self.recorder, count, begin, elapsed, time.process_time_ns() - cpu)

worker.SyncSlicer = Bare
"""

TASKS = """
class Bare:
    def __init__(self, send, in_flight, recorder):
        self.send, self.in_flight, self.recorder = send, in_flight, recorder

    async def run(self, limits):
        send, clock = self.send, time.perf_counter_ns
        end = clock() + limits.duration_ns
        async def loop():
            count = 0
            while not count or clock() < end:
                await send()
                count += 1
            return count
        cpu = time.process_time_ns()
        begin = clock()
        count = sum(await asyncio.gather(*(loop() for _ in range(self.in_flight))))
        elapsed = clock() - begin
        return note(self.recorder, count, begin, elapsed, time.process_time_ns() - cpu)

worker.AsyncSlicer = Bare
"""

BARE = {
    "requests": """
import requests
{decorator}
def bare(request, new):
    def fetch():
        with new(requests.Session) as client:
            response = client.get(request.url, headers=request.headers, timeout=request.timeout_s)
            return response.status_code, response.content
    yield fetch
""",
    "requests-session": """
import requests
{decorator}
def bare(request, new):
    client = new(requests.Session)
    def fetch():
        response = client.get(request.url, headers=request.headers, timeout=request.timeout_s)
        return response.status_code, response.content
    yield fetch
""",
    "httpx": """
import httpx
{decorator}
def bare(request, new):
    def fetch():
        with new(httpx.Client) as client:
            response = client.get(request.url, headers=request.headers)
            return response.status_code, response.content
    yield fetch
""",
    "httpx-client": """
import httpx
{decorator}
def bare(request, new):
    client = new(httpx.Client)
    def fetch():
        response = client.get(request.url, headers=request.headers)
        return response.status_code, response.content
    yield fetch
""",
    "httpx-async": """
import httpx
{decorator}
async def bare(request, new):
    async with new(httpx.AsyncClient) as client:
        async def fetch():
            response = await client.get(request.url, headers=request.headers)
            return response.status_code, response.content
        yield fetch
""",
    "httpx-async-each": """
import httpx
{decorator}
async def bare(request, new):
    async def fetch():
        async with new(httpx.AsyncClient) as client:
            response = await client.get(request.url, headers=request.headers)
            return response.status_code, response.content
    yield fetch
""",
    "aiohttp": """
import aiohttp
{decorator}
async def bare(request, new):
    async with new(aiohttp.ClientSession) as session:
        async def fetch():
            async with session.get(request.url, headers=request.headers) as response:
                return response.status, await response.read()
        yield fetch
""",
    "aiohttp-each": """
import aiohttp
{decorator}
async def bare(request, new):
    async def fetch():
        async with new(aiohttp.ClientSession) as session:
            async with session.get(request.url, headers=request.headers) as response:
                return response.status, await response.read()
    yield fetch
""",
}


def register_bare(mode_id: str, folder: Path) -> str:
    """Makes a mode's bare loop known in this process, as a client file of somebody's own, and returns its id."""
    mode = MODES[mode_id]
    bare_id = f"{mode_id}-bare"
    path = folder / f"bare_{mode_id.replace('-', '_')}.py"
    loop = THREADS if mode.kind == "sync" else TASKS
    bare = BARE[mode_id].format(decorator=f"@mode({bare_id!r}, 'its bare loop', kept={mode.kept})")
    path.write_text(LOADING.format(source=str(mode.library.source_file)) + loop + bare)
    register(modes_in(path, path.read_bytes()))
    return bare_id


@dataclasses.dataclass(frozen=True)
class Ratio:
    """A mode's time per request over its bare loop's, with the 95 % interval of this pair."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, logs: list[float]) -> Ratio:
        """Student's interval on the logarithms of the rounds' ratios."""
        half = student_quantile(0.975, len(logs) - 1) * statistics.stdev(logs) / math.sqrt(len(logs))
        mean = statistics.mean(logs)
        return cls(math.exp(mean), math.exp(mean - half), math.exp(mean + half))

    @property
    def is_true(self) -> bool:
        """Whether it may lie within 3 % of 1."""
        return self.low < 1 + WITHIN and self.high > 1 - WITHIN

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f}){'' if self.is_true else '!'}"


async def measure(mode_id: str, in_flight: int, rounds: int, seconds: float) -> bool:
    """Prints a line for one mode and width; returns whether it is true."""
    bare_id = f"{mode_id}-bare"
    plan = Plan(modes=(mode_id, bare_id), duration_s=seconds, concurrency=in_flight, rounds=rounds, seed=in_flight)
    runner = Runner(plan)
    async for _ in runner.run():
        pass
    costs: dict[str, list[tuple[float, float]]] = {mode_id: [], bare_id: []}
    for record in runner.records:
        assert record.outcome == "complete", record.reason
        assert record.elapsed_s is not None
        assert record.cpu_s is not None
        costs[record.mode].append((record.elapsed_s / len(record.samples), record.cpu_s / len(record.samples)))
    logs = np.log(np.array(costs[mode_id])) - np.log(np.array(costs[bare_id]))
    wall, cpu = Ratio.of(list(logs[:, 0])), Ratio.of(list(logs[:, 1]))
    steady = steady_in_flight([record for record in runner.records if record.mode == mode_id], in_flight)
    little = math.nan if steady is None else steady / in_flight
    is_lawful = steady is None or abs(little - 1) <= LITTLE_WITHIN
    print(f"{mode_id:18} {in_flight:9} {wall!s:>24} {cpu!s:>24} {little:9.3f}{'' if is_lawful else '!'}", flush=True)
    return wall.is_true and cpu.is_true and is_lawful


async def main() -> bool:
    parser = argparse.ArgumentParser(description="each mode against the article's bare loop")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument("--in-flight", type=int, action="append")
    parser.add_argument("--mode", action="append", choices=DEFAULT_MODES)
    arguments = parser.parse_args()
    print(f"{'mode':18} {'in flight':>9} {'wall, ours / bare':>24} {'CPU, ours / bare':>24} {'Little':>9}")
    is_true = True
    with tempfile.TemporaryDirectory() as folder:
        for mode_id in arguments.mode or DEFAULT_MODES:
            register_bare(mode_id, Path(folder))
            for in_flight in arguments.in_flight or (1, 20):
                is_true &= await measure(mode_id, in_flight, arguments.rounds, arguments.seconds)
    return is_true


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)

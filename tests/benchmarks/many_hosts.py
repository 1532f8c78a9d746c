"""What many hosts cost the scheduler of Dask and the app: messages a second, and the bytes of results.

The hosts are simulated: workers of Dask in a few processes, each with a charge that measures nothing. They are asked
how they fare as an app does it, once a second each, and then hand over the folder of a real run.

Run by hand: python tests/benchmarks/many_hosts.py [HOSTS …]
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tui_httpbench.bench.cluster import agent, host_folder
from tui_httpbench.bench.cluster.address import Cluster
from tui_httpbench.bench.cluster.choice import workers_of
from tui_httpbench.bench.cluster.link import connect
from tui_httpbench.bench.cluster.mirror import Mirror
from tui_httpbench.bench.runner import Runner
from tui_httpbench.plan.plan import Plan

SECONDS = 10.0
PROCESSES = 4
PORT = 18799
_WORKERS = """
import asyncio, sys
import dask
from distributed import Worker
from tui_httpbench.bench.cluster import agent

class Simulated:
    def __init__(self):
        self.state, self.told, self.end, self.silent_s = "runs", {"stage": "measuring", "round": 1, "done": 5}, {}, 0.0
        self.is_still = False
        from pathlib import Path
        self.folder = Path(sys.argv[3])
    def say(self, message): pass
    def tick(self): pass
    async def changes(self, wait_s): await asyncio.sleep(wait_s)
    def go(self): self.state, self.is_still = "waits", True

async def main():
    async with asyncio.timeout(600):
        workers = [Worker(sys.argv[1], nthreads=1, dashboard=False, name=f"{sys.argv[4]}-{n}", host="127.0.0.1")
                   for n in range(int(sys.argv[2]))]
        for number in range(int(sys.argv[2])):
            agent._CHARGES[sys.argv[4], number] = Simulated()
        await asyncio.gather(*workers)
        await asyncio.sleep(600)

with dask.config.set({"distributed.worker.memory.terminate": False}):
    asyncio.run(main())
"""


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def is_listening() -> bool:
    """Whether the scheduler answers."""
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", PORT), 1).close()
        return True
    return False


async def a_run(folder: Path) -> tuple[int, int]:
    """A run of the eight modes as it is by itself, but short, and how many requests and bytes it has."""
    runner = Runner(Plan(budget_s=30.0), keeps_folder=True)
    async for _ in runner.run():
        pass
    held = runner.hand_over()
    assert held is not None
    held.path.rename(folder / host_folder.RUN)
    files = agent._files_of(folder / host_folder.RUN)
    return sum(record.requests for record in runner.records), sum(path.stat().st_size for path in files)


async def measure(count: int, folder: Path) -> None:
    """Prints what that many hosts cost."""
    options = ("--host", "127.0.0.1", "--port", str(PORT), "--no-dashboard")
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", *options], stderr=subprocess.DEVNULL
    )
    address = f"tcp://127.0.0.1:{PORT}"
    while not is_listening():
        await asyncio.sleep(0.2)
    each = [count // PROCESSES + (n < count % PROCESSES) for n in range(PROCESSES)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _WORKERS, address, str(n), str(folder), f"p{p}"], stderr=subprocess.DEVNULL
        )
        for p, n in enumerate(each)
    ]
    try:
        async with connect(Cluster(address)) as link:
            while len(found := workers_of(await link.identity(30))) < count:
                await asyncio.sleep(1)
            places = [(worker.address, *worker.name.split("-")) for worker in found]
            idle_before, idle_began = cpu_s(scheduler.pid), time.monotonic()
            await asyncio.sleep(5)
            idle = (cpu_s(scheduler.pid) - idle_before) / (time.monotonic() - idle_began)
            calls, latencies = 0, []
            busy = sum(cpu_s(process.pid) for process in workers)
            before, began = (cpu_s(scheduler.pid), time.process_time(), busy), time.monotonic()

            async def ask(place: tuple[str, ...]) -> None:
                nonlocal calls
                while time.monotonic() - began < SECONDS:
                    asked_s = time.monotonic()
                    await link.call(place[0], agent.tend, place[1], int(place[2]), {"wait_s": 1.0}, limit_s=60)
                    latencies.append(time.monotonic() - asked_s - 1.0)
                    calls += 1

            await asyncio.gather(*map(ask, places))
            took_s = time.monotonic() - began
            of_scheduler = (cpu_s(scheduler.pid) - before[0]) / took_s
            of_app = (time.process_time() - before[1]) / took_s
            of_hosts = (sum(cpu_s(process.pid) for process in workers) - before[2]) / took_s
            late = sorted(latencies)
            print(
                f"{count:5} hosts: {calls / took_s:6.0f} answers/s; scheduler {of_scheduler:4.0%} of a processor (idle "
                f"{idle:3.0%}), app {of_app:4.0%}: {(of_scheduler - idle) * took_s / calls * 1e3:.1f} ms and "
                f"{of_app * took_s / calls * 1e3:.1f} ms an answer, which is late by {late[len(late) // 2]:.2f} s "
                f"(p99 {late[len(late) * 99 // 100]:.2f} s); the hosts {of_hosts * took_s / calls * 1e3:.1f} ms",
                flush=True,
            )
            began, before = time.monotonic(), (cpu_s(scheduler.pid), time.process_time(), 0.0)
            received = 0

            async def take(number: int, place: tuple[str, ...], target: Path) -> None:
                nonlocal received
                mirror, has_more, go = Mirror(target / str(number)), True, True
                while has_more:
                    orders = {"wait_s": 0.0, "have": mirror.sizes, "go": go}
                    told = await link.call(place[0], agent.tend, place[1], int(place[2]), orders, limit_s=300)
                    mirror.take(told["files"])
                    has_more, go = told["more"] or told["state"] == "runs", False
                received += mirror.received_bytes

            with tempfile.TemporaryDirectory() as target:
                await asyncio.gather(*(take(n, place, Path(target)) for n, place in enumerate(places)))
            took_s = time.monotonic() - began
            print(
                f"             all hand in at once: {received / 1e6:.1f} MB in {took_s:.1f} s, scheduler "
                f"{cpu_s(scheduler.pid) - before[0]:.1f} s, app {time.process_time() - before[1]:.1f} s of a processor",
                flush=True,
            )
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


async def main() -> None:
    """Measures for each number of hosts that is given."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        requests, size = await a_run(folder)
        files, _ = agent.collect(folder / host_folder.RUN, {}, most=10**9)
        packed = sum(parcel.size for _, _, parcel in files)
        print(f"a run of {requests:,} requests: {size / 1e6:.2f} MB in its folder, {packed / 1e6:.2f} MB on the line, ")
        print(f"  {packed / requests:.1f} bytes a request; what it has beside samples: ", end="")
        print(f"{sum(p.size for n, _, p in files if not n.endswith('.samples')) / 1e3:.0f} kB", flush=True)
        for count in [int(text) for text in sys.argv[1:]] or [10, 100, 300]:
            await measure(count, folder)


if __name__ == "__main__":
    asyncio.run(main())

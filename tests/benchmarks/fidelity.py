"""How true the figures are: each mode's throughput as reported, over that of the article's bare loop.

Run by hand: python tests/benchmarks/fidelity.py [--pairs 7] [--requests 300] [--mode ID ...]

The bare loops below import the client, warm up with three requests as the tool does, and time the rest with one clock
around the whole; nothing is recorded. They run in a process of their own, alternated with ours in a random order, and
the medians of the ratios of the pairs are printed with the smallest and the largest ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import textwrap

from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.bench.worker_job import worker_environment
from tui_httpbench.clients.catalog import DEFAULT_MODES, MODES
from tui_httpbench.plan import DEFAULT_USER_AGENT, Plan, Request
from tui_httpbench.target.launcher import EmbeddedTarget

PREAMBLE = """
import gc, sys, time
url, count, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
headers = {{"User-Agent": "{agent}"}}
"""

THREADS = """
for _ in range(3): fetch()
gc.collect()
if width == 1:
    begin = time.perf_counter()
    for _ in range(count): fetch()
    elapsed = time.perf_counter() - begin
else:
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(width) as pool:
        list(pool.map(lambda _: time.sleep(0.01), range(width)))
        begin = time.perf_counter()
        list(pool.map(lambda _: fetch(), range(count)))
        elapsed = time.perf_counter() - begin
print(elapsed)
"""

TASKS = """
async def main():
    {client}
        for _ in range(3): await fetch(client)
        gc.collect()
        todo = iter(range(count))
        async def some():
            for _ in todo: await fetch(client)
        begin = time.perf_counter()
        await asyncio.gather(*(some() for _ in range(width)))
        elapsed = time.perf_counter() - begin
    print(elapsed)
asyncio.run(main())
"""

BARE = {
    "requests": "import requests\ndef fetch(): requests.get(url, headers=headers).content\n" + THREADS,
    "requests-session": "import requests\nsession = requests.Session()\n"
    "def fetch(): session.get(url, headers=headers).content\n" + THREADS,
    "httpx": "import httpx\ndef fetch(): httpx.get(url, headers=headers).content\n" + THREADS,
    "httpx-client": "import httpx\nclient = httpx.Client()\n"
    "def fetch(): client.get(url, headers=headers).content\n" + THREADS,
    "httpx-async": "import asyncio, httpx\nasync def fetch(client): (await client.get(url, headers=headers)).content\n"
    + TASKS.format(client="async with httpx.AsyncClient() as client:"),
    "httpx-async-each": "import asyncio, contextlib, httpx\n"
    "async def fetch(_):\n"
    "    async with httpx.AsyncClient() as client: (await client.get(url, headers=headers)).content\n"
    + TASKS.format(client="with contextlib.nullcontext() as client:"),
    "aiohttp": "import asyncio, aiohttp\n"
    "async def fetch(client):\n"
    "    async with client.get(url, headers=headers) as response: await response.read()\n"
    + TASKS.format(client="async with aiohttp.ClientSession() as client:"),
    "aiohttp-each": "import asyncio, aiohttp, contextlib\n"
    "async def fetch(_):\n"
    "    async with aiohttp.ClientSession() as client:\n"
    "        async with client.get(url, headers=headers) as response: await response.read()\n"
    + TASKS.format(client="with contextlib.nullcontext() as client:"),
}


def bare_throughput(mode_id: str, url: str, count: int, width: int) -> float:
    """Requests per second of the bare loop in a fresh process."""
    code = PREAMBLE.format(agent=DEFAULT_USER_AGENT) + BARE[mode_id]
    command = [sys.executable, "-c", textwrap.dedent(code), url, str(count), str(width)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env=worker_environment("defaults", USUAL_TRUST),
        timeout=300,
    )
    return count / float(done.stdout)


async def reported_throughput(mode_id: str, url: str, count: int, width: int) -> float:
    """Requests per second as the tool reports them."""
    runner = Runner(
        Plan(
            Request(url), (mode_id,), requests=count, concurrency=width, rounds=1, chosen_profile="defaults", pin=False
        )
    )
    async for _ in runner.run():
        pass
    summary = runner.result().modes[0]
    assert summary.ok == count, summary.error_texts
    assert summary.requests_per_second is not None
    return summary.requests_per_second


async def main() -> None:
    parser = argparse.ArgumentParser(description="throughput as reported, over that of the bare loop")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--requests", type=int, default=400, help="of a kept client; 100 for the others")
    parser.add_argument("--mode", action="append", choices=DEFAULT_MODES)
    arguments = parser.parse_args()
    print(f"{'mode':18} {'concurrency':>11} {'median ratio':>13} {'lowest':>7} {'highest':>8}   {os.cpu_count()} CPUs")
    async with EmbeddedTarget() as target:
        url = target.url + "/"
        for mode_id in arguments.mode or DEFAULT_MODES:
            for width in (1, 20):
                ratios = []
                count = arguments.requests if MODES[mode_id].kept else max(50, arguments.requests // 4)
                for _ in range(arguments.pairs):
                    if random.random() < 0.5:
                        bare = await asyncio.to_thread(bare_throughput, mode_id, url, count, width)
                        ours = await reported_throughput(mode_id, url, count, width)
                    else:
                        ours = await reported_throughput(mode_id, url, count, width)
                        bare = await asyncio.to_thread(bare_throughput, mode_id, url, count, width)
                    ratios.append(ours / bare)
                print(
                    f"{mode_id:18} {width:11} {statistics.median(ratios):13.3f} {min(ratios):7.2f} {max(ratios):8.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    asyncio.run(main())

"""How fast the embedded target is, and how far above the fastest mode: it must not be what is measured.

Run by hand: python tests/benchmarks/target_throughput.py [--seconds 3] [--connections 20] [--repeats 3] [--path /]

The load comes from wrk where it is installed, otherwise from plain sockets in a few processes, which need more CPU time
for a request than wrk does and so understate the target. The modes run in between, at the same concurrency, since a
shared machine's speed drifts. Exit status 1 when the target is less than 5 times as fast as the fastest mode.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import re
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from tui_httpbench.analysis.result import ModeSummary
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.catalog import DEFAULT_MODES, MODES
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.target_server.launcher import EmbeddedTarget

WANTED_RATIO = 5.0


def main() -> int:
    """Prints requests/s of the target and of the modes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--path", default="/")
    return asyncio.run(compare(parser.parse_args()))


async def compare(options: argparse.Namespace) -> int:
    """Alternates the target under load with the kept modes; returns the exit status."""
    kept = tuple(mode_id for mode_id in DEFAULT_MODES if MODES[mode_id].kept)
    generator = "wrk" if shutil.which("wrk") else "plain sockets"
    print(f"{options.path} at {options.connections} connections; load from {generator}")
    target_rates: list[float] = []
    target_cpu_us: list[float] = []
    mode_rates: dict[str, list[float]] = {mode_id: [] for mode_id in kept}
    mode_cpu_us: dict[str, list[float]] = {mode_id: [] for mode_id in kept}
    async with EmbeddedTarget() as target:
        assert target.pid is not None
        for _ in range(options.repeats):
            cpu_before = cpu_seconds(target.pid)
            rate = await asyncio.to_thread(load, target.url + options.path, options.connections, options.seconds)
            target_rates.append(rate)
            target_cpu_us.append((cpu_seconds(target.pid) - cpu_before) / (rate * options.seconds) * 1e6)
            print_line("target", rate, target_cpu_us[-1])
            for summary in await measure(kept, target.url + options.path, options):
                assert summary.is_clean, summary
                assert summary.requests_per_second is not None
                mode_rates[summary.mode].append(summary.requests_per_second)
                mode_cpu_us[summary.mode].append(summary.cpu_us_per_request or float("nan"))
                print_line(summary.mode, mode_rates[summary.mode][-1], mode_cpu_us[summary.mode][-1])
    fastest = max(kept, key=lambda mode_id: statistics.median(mode_rates[mode_id]))
    ratio = statistics.median(target_rates) / statistics.median(mode_rates[fastest])
    cpu_ratio = statistics.median(mode_cpu_us[fastest]) / statistics.median(target_cpu_us)
    print(f"medians: the target answers {ratio:.1f} times the requests of {fastest}, which is the fastest mode;")
    print(f"a request costs {fastest} {cpu_ratio:.1f} times the CPU time that it costs the target")
    return 0 if ratio >= WANTED_RATIO else 1


def print_line(name: str, rate: float, cpu_us: float) -> None:
    """One measurement: requests per second, CPU time per request in microseconds."""
    print(f"  {name:<20} {rate:>10,.0f} requests/s {cpu_us:>8,.0f} µs of CPU time per request", flush=True)


async def measure(modes: tuple[str, ...], url: str, options: argparse.Namespace) -> tuple[ModeSummary, ...]:
    """One round of each mode."""
    runner = Runner(
        Plan(
            request=Request(url=url),
            modes=modes,
            requests=options.requests,
            concurrency=options.connections,
            rounds=1,
        )
    )
    async for _ in runner.run():
        pass
    return runner.result().modes


def load(url: str, connections: int, seconds: float) -> float:
    """Requests per second that the target answers to a load generator."""
    if wrk := shutil.which("wrk"):
        command = [wrk, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in output or "Socket errors" in output:
            sys.exit(f"The load had errors:\n{output}")
        found = re.search(r"Requests/sec:\s*([\d.]+)", output)
        assert found is not None
        return float(found[1])
    processes = max(1, (os.cpu_count() or 2) - 1)
    share = max(1, connections // processes)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return sum(pool.starmap(load_from_sockets, [(url, share, seconds)] * processes))


def load_from_sockets(url: str, connections: int, seconds: float) -> float:
    """Requests per second over kept connections, one request in flight on each; counts bytes, parses one head."""
    parts = urlsplit(url)
    address = (parts.hostname, parts.port)
    request = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    response_bytes = measure_response(address, request)
    selector = selectors.DefaultSelector()
    missing: dict[socket.socket, int] = {}
    for _ in range(connections):
        connection = socket.create_connection(address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        missing[connection] = response_bytes
        connection.sendall(request)
    done, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        for key, _ in selector.select():
            connection = key.fileobj  # type: ignore[assignment]
            missing[connection] -= len(connection.recv(1_048_576))
            if missing[connection] == 0:
                done += 1
                missing[connection] = response_bytes
                connection.sendall(request)
    elapsed = time.perf_counter() - begin
    for connection in missing:
        connection.close()
    return done / elapsed


def measure_response(address: tuple[str | None, int | None], request: bytes) -> int:
    """The length of one response, head and body, in bytes."""
    with socket.create_connection(address) as connection:
        connection.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65_536)
        head, _, _ = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            sys.exit(f"The target answered {head.splitlines()[0].decode()!r}.")
        return len(head) + 4 + int(length[1])


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used; only where /proc tells it, otherwise not a number."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())

"""Whether the relay's distance is what it is set to, and how much load it passes on.

Run by hand: python tests/benchmarks/distance.py [--rtt 5 20 100] [--repeats 20] [--seconds 3] [--connections 20]

A plain blocking socket client measures, through the relay: connecting (a first exchange less a later one, since the
relay takes the time of connecting from the first bytes), the TLS 1.3 handshake (on a connection that has not sent
anything yet, less connecting), and a request on a kept connection. From each median goes the median of the same without
a relay, which is what client and server themselves take; before each step they rest as long as they do on the way, for
a processor that has rested is slower at first. Then a load with a relay of almost no distance alternates with one
without. Exit status 1 when a time is neither within 5 % nor within 1 ms of what theory says.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import socket
import ssl
import statistics
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from target_throughput import load

from tui_httpbench.scenario import Scenario
from tui_httpbench.target.launcher import EmbeddedTarget

REQUEST = b"GET / HTTP/1.1\r\nHost: target\r\n\r\n"
WITHIN_SHARE = 0.05
WITHIN_MS = 1.0


@dataclass(frozen=True)
class Times:
    """Medians in milliseconds."""

    connect: float
    handshake: float
    request: float


def main() -> int:
    """Prints measured and set times, and the requests per second with and without a relay."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rtt", type=float, nargs="+", default=[5.0, 20.0, 100.0], metavar="MS")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=20)
    options = parser.parse_args()
    all_right = asyncio.run(compare_times(options.rtt, options.repeats))
    asyncio.run(compare_throughput(options.connections, options.seconds))
    return 0 if all_right else 1


async def compare_times(round_trips_ms: list[float], repeats: int) -> bool:
    """Prints a line for each round trip and kind of time; returns whether all are near enough."""
    print(f"medians of {repeats}; measured is through the relay less without one")
    print(f"{'set ms':>8}  {'what':<10} {'through':>9} {'without':>9} {'measured':>9} {'measured/set':>13}")
    all_right = True
    for rtt_ms in round_trips_ms:
        own = await measure(0.0, repeats, rest_s=rtt_ms / 1_000)
        distant = await measure(rtt_ms, repeats)
        for name, measured_ms in dataclasses.asdict(distant).items():
            own_ms = getattr(own, name)
            net_ms = measured_ms - own_ms
            off_ms = abs(net_ms - rtt_ms)
            is_right = off_ms <= WITHIN_MS or off_ms <= WITHIN_SHARE * rtt_ms
            all_right = all_right and is_right
            mark = "" if is_right else "  too far off"
            print(
                f"{rtt_ms:>8g}  {name:<10} {measured_ms:>9.2f} {own_ms:>9.2f} {net_ms:>9.2f} "
                f"{net_ms / rtt_ms:>13.3f}{mark}",
                flush=True,
            )
    return all_right


async def measure(rtt_ms: float, repeats: int, rest_s: float = 0.0) -> Times:
    """Medians over ``repeats`` connections each, with TLS and without; rests ``rest_s`` seconds before each step."""
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=rtt_ms)) as plain:
        exchanges = [await asyncio.to_thread(exchange_twice, address_of(plain), rest_s) for _ in range(repeats)]
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=rtt_ms, tls=True)) as secure:
        assert secure.ca_pem is not None
        context = ssl.create_default_context(cadata=secure.ca_pem.decode("ascii"))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        handshakes = [await asyncio.to_thread(shake_hands, address_of(secure), context, rest_s) for _ in range(repeats)]
    connect_ms = statistics.median(first - second for first, second in exchanges)
    return Times(
        connect=connect_ms,
        handshake=statistics.median(handshakes) - connect_ms,
        request=statistics.median(second for _, second in exchanges),
    )


def exchange_twice(address: tuple[str, int], rest_s: float) -> tuple[float, float]:
    """Milliseconds of connecting and a first request, and of a second request on the same connection."""
    time.sleep(rest_s)
    begin = time.perf_counter()
    with socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        exchange(connection)
        first_ms = (time.perf_counter() - begin) * 1_000
        time.sleep(rest_s)
        begin = time.perf_counter()
        exchange(connection)
        return first_ms, (time.perf_counter() - begin) * 1_000


def exchange(connection: socket.socket) -> None:
    """One request, and its response to the last byte."""
    connection.sendall(REQUEST)
    received = b""
    while b"\r\n\r\n" not in received or len(received.partition(b"\r\n\r\n")[2]) < 1_000:
        chunk = connection.recv(65_536)
        if not chunk:
            sys.exit("The target closed the connection.")
        received += chunk


def shake_hands(address: tuple[str, int], context: ssl.SSLContext, rest_s: float) -> float:
    """Milliseconds of connecting and a TLS handshake."""
    time.sleep(rest_s)
    begin = time.perf_counter()
    with socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(connection, server_hostname="127.0.0.1"):
            return (time.perf_counter() - begin) * 1_000


async def compare_throughput(connections: int, seconds: float, repeats: int = 3) -> None:
    """Prints requests per second with and without a relay, in turn."""
    rates: dict[str, list[float]] = {"without a relay": [], "through the relay": []}
    async with EmbeddedTarget() as near, EmbeddedTarget(scenario=Scenario(rtt_ms=0.001)) as relayed:
        for _ in range(repeats):
            for (name, measured), target in zip(rates.items(), (near, relayed), strict=True):
                measured.append(await asyncio.to_thread(load, target.url + "/", connections, seconds))
                print(f"  {name:<18} {measured[-1]:>10,.0f} requests/s", flush=True)
    direct, through = (statistics.median(measured) for measured in rates.values())
    print(f"medians at {connections} connections: {direct:,.0f} without, {through:,.0f} through the relay")


def address_of(target: EmbeddedTarget) -> tuple[str, int]:
    """Host and port."""
    parts = urlsplit(target.url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


if __name__ == "__main__":
    sys.exit(main())

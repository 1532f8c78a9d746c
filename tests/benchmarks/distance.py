"""Whether the relay's distance is what it is set to, and how much load it passes on.

Run by hand: python tests/benchmarks/distance.py [--rtt 5 20 100] [--repeats 20] [--seconds 3] [--connections 20]

A plain blocking socket client measures, through the relay: connecting (a first exchange less a later one, since the
relay takes the time of connecting from the first bytes), a request on a kept connection, the TLS 1.3 handshake (on a
connection that has not sent anything yet, less connecting), and the first and a later request of that TLS connection,
apart: a small write held back until the one before is acknowledged would cost the first one up to 40 ms more. What
counts is the lower quartile, since other work on the machine only ever adds time, and how many are late by as much as
only a write that was held back would be. From each goes the quartile of the same without a relay, which is what client
and server themselves take; before each step they rest as long as they do on the way, for a processor that has rested is
slower at first. Then a load with a relay of almost no distance alternates with one without. Exit status 1 when a time
is neither within 5 % nor within 1 ms of what theory says, or when more than one in ten are late.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import ssl
import statistics
import sys
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from target_throughput import load

from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.target_server.launcher import EmbeddedTarget

REQUEST = b"GET / HTTP/1.1\r\nHost: target\r\n\r\n"
WITHIN_SHARE = 0.05
WITHIN_MS = 1.0
# Half of the shortest time for which Linux delays an acknowledgement.
HELD_BACK_MS = 20.0
MAX_LATE_SHARE = 0.1


@dataclass(frozen=True)
class TLSConnection:
    """What one new TLS connection took, in milliseconds; ``handshake`` includes connecting."""

    handshake: float
    first_request: float
    later_request: float


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
    print(f"lower quartiles of {repeats}; measured is through the relay less without one")
    print(f"{'set ms':>8}  {'what':<17} {'through':>9} {'without':>9} {'measured':>9} {'measured/set':>13} {'late':>6}")
    all_right = True
    for rtt_ms in round_trips_ms:
        # In turn, since a shared machine's speed drifts.
        async with Meter(0.0, rest_s=rtt_ms / 1_000) as near, Meter(rtt_ms) as far:
            for _ in range(repeats):
                await near.measure()
                await far.measure()
        own, distant = near.times_ms(), far.times_ms()
        for name, times_ms in distant.items():
            measured_ms, own_ms = lower_quartile(times_ms), lower_quartile(own[name])
            net_ms = measured_ms - own_ms
            off_ms = abs(net_ms - rtt_ms)
            is_right = off_ms <= WITHIN_MS or off_ms <= WITHIN_SHARE * rtt_ms
            late = sum(time_ms > rtt_ms + own_ms + HELD_BACK_MS for time_ms in times_ms) / len(times_ms)
            marks = [] if is_right else ["too far off"]
            if late > MAX_LATE_SHARE:
                marks.append("held back")
            all_right = all_right and not marks
            print(
                f"{rtt_ms:>8g}  {name:<17} {measured_ms:>9.2f} {own_ms:>9.2f} {net_ms:>9.2f} "
                f"{net_ms / rtt_ms:>13.3f} {late:>6.0%}  {', '.join(marks)}".rstrip(),
                flush=True,
            )
    return all_right


class Meter:
    """Measures at one distance, over new connections with TLS and without; an async context manager."""

    def __init__(self, rtt_ms: float, rest_s: float = 0.0) -> None:
        """Rests ``rest_s`` seconds before each step."""
        self._plain = EmbeddedTarget(scenario=Scenario(rtt_ms=rtt_ms))
        self._secure = EmbeddedTarget(scenario=Scenario(rtt_ms=rtt_ms, tls=True))
        self._rest_s = rest_s
        self._exchanges: list[tuple[float, float]] = []
        self._encrypted: list[TLSConnection] = []

    async def __aenter__(self) -> Meter:
        """Starts the targets."""
        async with AsyncExitStack() as stack:
            for target in (self._plain, self._secure):
                await stack.enter_async_context(target)
            self._started = stack.pop_all()
        assert self._secure.ca_pem is not None
        self._context = ssl.create_default_context(cadata=self._secure.ca_pem.decode("ascii"))
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        return self

    async def __aexit__(self, *_: object) -> None:
        """Ends them."""
        await self._started.aclose()

    async def measure(self) -> None:
        """One connection of each kind."""
        self._exchanges.append(await asyncio.to_thread(exchange_twice, address_of(self._plain), self._rest_s))
        self._encrypted.append(await asyncio.to_thread(encrypt, address_of(self._secure), self._context, self._rest_s))

    def times_ms(self) -> dict[str, list[float]]:
        """Of each kind of step, one for each connection so far."""
        request_ms = [second for _, second in self._exchanges]
        connect_ms = [first - lower_quartile(request_ms) for first, _ in self._exchanges]
        return {
            "connect": connect_ms,
            "request": request_ms,
            "TLS handshake": [times.handshake - lower_quartile(connect_ms) for times in self._encrypted],
            "first TLS request": [times.first_request for times in self._encrypted],
            "later TLS request": [times.later_request for times in self._encrypted],
        }


def lower_quartile(values: Iterable[float]) -> float:
    """What a quarter of the values is below."""
    return statistics.quantiles(values, n=4)[0]


def exchange_twice(address: tuple[str, int], rest_s: float) -> tuple[float, float]:
    """Milliseconds of connecting and a first request, and of a second request on the same connection."""
    time.sleep(rest_s)
    begin = time.perf_counter()
    with socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        exchange(connection)
        return (time.perf_counter() - begin) * 1_000, time_of_exchange(connection, rest_s)


def time_of_exchange(connection: socket.socket, rest_s: float) -> float:
    """Milliseconds of one request, after a rest of ``rest_s`` seconds."""
    time.sleep(rest_s)
    begin = time.perf_counter()
    exchange(connection)
    return (time.perf_counter() - begin) * 1_000


def exchange(connection: socket.socket) -> None:
    """One request, and its response to the last byte."""
    connection.sendall(REQUEST)
    received = b""
    while b"\r\n\r\n" not in received or len(received.partition(b"\r\n\r\n")[2]) < 1_000:
        chunk = connection.recv(65_536)
        if not chunk:
            sys.exit("The target closed the connection.")
        received += chunk


def encrypt(address: tuple[str, int], context: ssl.SSLContext, rest_s: float) -> TLSConnection:
    """Opens a connection, shakes hands and asks twice."""
    time.sleep(rest_s)
    begin = time.perf_counter()
    with socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(connection, server_hostname="127.0.0.1") as encrypted:
            handshake_ms = (time.perf_counter() - begin) * 1_000
            first_ms, later_ms = (time_of_exchange(encrypted, rest_s) for _ in range(2))
            return TLSConnection(handshake_ms, first_ms, later_ms)


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

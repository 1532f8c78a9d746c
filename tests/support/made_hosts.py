"""Runs on many hosts made by hand, the same each time, of a known truth: the one builder of them for all tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from support.made_results import LATENCY_MS, MACHINE, PACKAGES, URL, record_of
from tui_httpbench.analysis.hosts import HostsResult, summarize_hosts
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_hosts import Host, HostRun, MeasuredHosts
from tui_httpbench.measured.probe import Probe
from tui_httpbench.plan.plan import Plan

NAMES = ("arm64-a", "arm64-b", "x86-a", "x86-b", "x86-c", "x86-d")
THREE = {"aiohttp": 1.0, "httpx-async": 1.3, "requests-session": 2.0}


def measured_hosts(
    hosts: Sequence[str] | int = NAMES,
    latencies_ms: Mapping[str, float] = THREE,
    *,
    tau: float = 0.05,
    noise: float = 0.02,
    rounds: int = 5,
    seed: int = 1,
    there: Mapping[str, Mapping[str, float]] | None = None,
    runs: Mapping[str, Mapping[str, Any]] | None = None,
    shares: Sequence[Sequence[str]] = (),
    whole: Mapping[str, Any] | None = None,
    **plan: Any,
) -> MeasuredHosts:
    """Hosts whose lanes truly take so long for a request, times what is drawn for each host and lane.

    ``tau`` is the standard deviation of that in logarithms, ``noise`` that of a lane in a round, beside the mood that
    all lanes of a round share. ``there`` has further factors by host and lane, ``runs`` what is changed of a host's
    run, such as its ``trouble``, ``shares`` the hosts that are one machine.
    """
    names = [f"host-{number:03}" for number in range(1, hosts + 1)] if isinstance(hosts, int) else list(hosts)
    random = np.random.default_rng(seed)
    values: dict[str, Any] = {"modes": tuple(latencies_ms), "requests": 10, "rounds": rounds, "concurrency": 1}
    made = Plan(**(values | {"seed": 42} | plan))
    packages = PACKAGES
    found: list[HostRun] = []
    for name in names:
        speed = np.exp(random.normal(0, 0.3))
        true = {lane: ms * speed * np.exp(random.normal(0, tau)) for lane, ms in latencies_ms.items()}
        for lane, factor in (there or {}).get(name, {}).items():
            true[lane] *= factor
        records = []
        for number in range(1, rounds + 1):
            mood = np.exp(random.normal(0, 0.1))
            for lane, ms in true.items():
                latency_ms = float(ms * mood * np.exp(random.normal(0, noise)))
                records.append(record_of(lane, latency_ms, round_number=number))
        probes = tuple(Probe(lane, packages=packages) for lane in latencies_ms)
        measured = Measured(made, URL, tuple(records), probes=probes, machine=replace(MACHINE, cpu=f"CPU of {name}"))
        others = {other for group in shares if name in group for other in group} - {name}
        host = Host(
            name, f"tcp://10.0.0.1:{4_000 + len(found)}", MACHINE.python, "0.9", packages, tuple(sorted(others))
        )
        run = HostRun(host, measured)
        found.append(replace(run, **(runs or {}).get(name, {})))
    told: dict[str, Any] = {"started_at": "2026-11-27T20:18:34+01:00", "run_id": "20261127-201834-abcd"}
    return MeasuredHosts(Measured(made, URL, (), machine=MACHINE, **(told | dict(whole or {}))), tuple(found))


def hosts_result(*arguments: Any, **values: Any) -> HostsResult:
    """What such a run comes to."""
    return summarize_hosts(measured_hosts(*arguments, **values))


FLIPPED: dict[str, dict[str, float]] = {"arm64-b": {"aiohttp": 1.6}}
"""On one host, the lane that is first on all others is surely second."""


def flipping(**values: Any) -> HostsResult:
    """Six hosts, on one of which another lane is first."""
    return hosts_result(**({"there": FLIPPED} | values))


def without(measured: MeasuredHosts, lacking: Mapping[str, Sequence[str]]) -> MeasuredHosts:
    """The same where these lanes were not measured on these hosts."""
    hosts = []
    for run in measured.hosts:
        assert run.measured is not None
        records = tuple(record for record in run.measured.records if record.mode not in lacking.get(run.host.name, ()))
        hosts.append(replace(run, measured=replace(run.measured, records=records)))
    return replace(measured, hosts=tuple(hosts))


def failing(measured: MeasuredHosts, name: str) -> MeasuredHosts:
    """The same where all requests failed on this host."""
    hosts = []
    for run in measured.hosts:
        if run.host.name == name and run.measured is not None:
            failed = tuple(
                record_of(record.mode, 1.0, failed=10, round_number=record.round) for record in run.measured.records
            )
            run = replace(run, measured=replace(run.measured, records=failed))
        hosts.append(run)
    return replace(measured, hosts=tuple(hosts))


def many_hosts(count: int = 200, **values: Any) -> MeasuredHosts:
    """So many hosts with the eight usual modes."""
    return measured_hosts(count, LATENCY_MS, **values)

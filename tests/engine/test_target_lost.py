"""The embedded target dies in a run, or somebody else uses it: what was right stays, and no mode is blamed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
import urllib.request
from urllib.parse import urlsplit

import pytest

from tui_httpbench.bench.events import Event, RoundStarted, RunStarted
from tui_httpbench.bench.recovery import find_interrupted_runs, recover
from tui_httpbench.bench.runner import Runner
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetEndedError

MODES = ("light", "light-async")
SOMEBODY = 54_321
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


@posix_only
@pytest.mark.usefixtures("light_modes")
@pytest.mark.parametrize("victim", ["server", "relay"])
async def test_the_run_ends_and_names_what_died(victim: str) -> None:
    scenario = Scenario(rtt_ms=1.0) if victim == "relay" else Scenario()
    plan = Plan(Request("/delay/2"), MODES, requests=100, concurrency=4, rounds=3, seed=4, scenario=scenario)
    runner = Runner(plan, keeps_folder=True)
    killing = None
    async for event in runner.run():
        if isinstance(event, RoundStarted) and event.round == 2:
            killing = asyncio.create_task(kill_target(runner, 200 + 60))
    assert killing is not None
    pid = await killing
    name = "The embedded target" + ("'s relay" if victim == "relay" else "")
    assert runner.trouble.startswith(f"The run ended in round 2. {name} (process {pid}) ended by itself: SIGKILL;")
    assert runner.trouble.endswith(".")
    assert [(record.round, record.outcome, record.failed, record.reason) for record in runner.records] == [
        (1, "complete", 0, ""),
        (1, "complete", 0, ""),
        (2, "stopped", 0, ""),
        (2, "stopped", 0, ""),
    ]
    result = runner.result()
    assert (result.findings[0].id, result.findings[0].modes) == ("ended-early", ())
    assert not {"mode-failed", "mode-crashed", "mode-hung"} & {finding.id for finding in result.findings}
    requests = [mode.requests for mode in result.modes]
    assert sum(requests) >= 260
    # Its files say the same, should the app be killed now.
    runner.leave()
    (run,) = find_interrupted_runs()
    recovered = recover(run.folder)
    assert [(mode.requests, mode.errors) for mode in recovered.modes] == [(count, {}) for count in requests]


@posix_only
@pytest.mark.usefixtures("light_modes")
@pytest.mark.parametrize("moment", [RunStarted, RoundStarted])
async def test_before_anything_is_measured_it_is_named_too(moment: type[Event]) -> None:
    runner = Runner(Plan(Request("/"), MODES, requests=9, concurrency=2, rounds=2, scenario=Scenario(rtt_ms=1.0)))
    killed: list[int] = []

    async def run() -> None:
        async for event in runner.run():
            if isinstance(event, moment) and not killed:
                killed.append(await kill_target(runner, 0))

    with pytest.raises(TargetEndedError) as error:
        await run()
    where = "" if moment is RunStarted else "The run ended in round 1. "
    assert str(error.value) == (
        f"{where}The embedded target's relay (process {killed[0]}) ended by itself: SIGKILL; no mode is to blame. Run "
        "again, or give a URL."
    )
    assert runner.failure is None
    assert not runner.has_measured


async def kill_target(runner: Runner, done: int) -> int:
    """Kills what the clients are connected to, once so many requests are done; its process id."""
    while runner.progress().done < done:
        await asyncio.sleep(0.005)
    assert runner._target is not None
    pid = runner._target.pids[-1]
    os.kill(pid, signal.SIGKILL)
    return pid


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can act as another user")
@pytest.mark.parametrize("rtt_ms", [0.0, 1.0])
async def test_nobody_else_gets_the_port_of_a_target_that_died(rtt_ms: float) -> None:
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=rtt_ms)) as target:
        address = (urlsplit(target.url).hostname, urlsplit(target.url).port)
        taking = await asyncio.to_thread(take_as_somebody, address)
        for pid in target.pids:
            os.kill(pid, signal.SIGKILL)
        await target.wait()
        assert taking == await asyncio.to_thread(take_as_somebody, address) == [98, 98, 98]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
    # It could have been had: now it can, but where connections of before still linger.
    assert (await asyncio.to_thread(take_as_somebody, address))[1:] == [0, 0]


def take_as_somebody(address: tuple[str | None, int | None]) -> list[int]:
    """The errors, 0 for none, when another user listens there, with each of the options that share a port."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        errors = []
        os.setuid(SOMEBODY)
        for option in (None, socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            with socket.socket() as taker:
                try:
                    if option is not None:
                        taker.setsockopt(socket.SOL_SOCKET, option, 1)
                    taker.bind(address)
                    taker.listen()
                except OSError as error:
                    errors.append(error.errno or -1)
                else:
                    errors.append(0)
        os.write(writing, bytes(errors))
        os._exit(0)
    os.waitpid(child, 0)
    found = list(os.read(reading, 3))
    os.close(reading)
    os.close(writing)
    return found


@pytest.mark.usefixtures("light_modes")
async def test_requests_of_others_are_told_of_and_sway_no_count() -> None:
    """Somebody asks all the time, over a new connection each time."""
    runner = Runner(Plan(Request("/delay/2"), MODES, requests=60, concurrency=2, rounds=1))
    asking = None
    async for event in runner.run():
        if asking is None:
            asking = asyncio.create_task(ask_on_and_on(runner))
        if isinstance(event, RoundStarted):
            probes = runner.measured.probes
            assert any(probe.foreign_requests for probe in probes)
            assert all((probe.heads is None) == (probe.foreign_requests > 0) for probe in probes)
    assert asking is not None
    asking.cancel()
    for record in runner.records:
        assert (record.outcome, record.failed, record.connections, record.target_cpu_s) == ("complete", 0, None, None)
        assert record.foreign_requests > 0
    (finding,) = (each for each in runner.result().findings if each.id == "foreign-requests")
    assert finding.modes == runner.plan.modes
    assert "missing-header" not in {each.id for each in runner.result().findings}


async def ask_on_and_on(runner: Runner) -> None:
    def ask() -> None:
        until_s = time.monotonic() + 0.3
        while time.monotonic() < until_s:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(runner.url, timeout=5).close()

    while True:
        await asyncio.to_thread(ask)


@pytest.mark.slow
async def test_what_redirects_and_lead_ins_add_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_httpbench.bench.turns.LONG_PAUSE_S", 0.0)
    modes = ("requests-session", "aiohttp", "httpx-client")
    plan = Plan(Request("/redirect/2"), modes, requests=20, concurrency=2, rounds=1, chosen_profile="defaults")
    runner = Runner(plan)
    async for _ in runner.run():
        pass
    assert [record.foreign_requests for record in runner.records] == [0] * len(modes)
    assert all(probe.heads for probe in runner.measured.probes)

"""A plan on the hosts of a Dask cluster for real: rounds come back as they are made, and nothing stays behind."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import SCHEMA_FILE
from support.dask_cluster import DaskCluster
from support.killing import COMMAND, MARK, wait_until

from tui_httpbench.analysis.hosts import summarize_hosts
from tui_httpbench.bench.cluster import agent, followed_host, link
from tui_httpbench.bench.cluster.address import Cluster
from tui_httpbench.bench.cluster.host_folder import BusyError, make_host_folder
from tui_httpbench.bench.cluster.hosts_events import HostFinished, HostNotice, HostsEvent, HostsFinished
from tui_httpbench.bench.cluster.hosts_runner import HostsRunner
from tui_httpbench.bench.cluster.job import job_of
from tui_httpbench.bench.cluster.parcel import Parcel
from tui_httpbench.bench.kept_runs import list_kept, open_any
from tui_httpbench.bench.recovery import find_interrupted_runs, read_any
from tui_httpbench.bench.run_error import RunError
from tui_httpbench.bench.run_reading import CUT_OFF
from tui_httpbench.commands.main import main
from tui_httpbench.measured.measured_hosts import HostRun, MeasuredHosts
from tui_httpbench.measured.samples import LATENCY, START
from tui_httpbench.plan.plan import Plan, PlanError, Request

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what was left behind")
SECRET = "s3cr3t-t0k3n-of-somebody"
CHILD = "tui_httpbench.bench.cluster.child"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Two workers that no test kills."""
    with DaskCluster(tmp_path_factory.mktemp("cluster"), "alpha", "beta") as made:
        yield made


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[DaskCluster]:
    """Two workers for a test that kills."""
    with DaskCluster(tmp_path / "mortal", "alpha", "beta") as made:
        yield made


def plan_of(modes: tuple[str, ...], **changes: Any) -> Plan:
    values: dict[str, Any] = {"modes": modes[:2], "requests": 20, "rounds": 3, "seed": 5}
    return Plan(**(values | changes))


async def run_through(
    runner: HostsRunner, act: Callable[[HostsRunner], bool] = lambda _: True, limit_s: float = 90
) -> list[HostsEvent]:
    """All events; ``act`` is asked again and again until it has done its deed."""

    async def watch() -> None:
        while not act(runner):
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    try:
        async with asyncio.timeout(limit_s), aclosing(runner.run()) as events:
            return [event async for event in events]
    finally:
        watching.cancel()


async def start_app(cluster: DaskCluster | Cluster, out: Path, rounds: str) -> asyncio.subprocess.Process:
    """The command itself, with the two light modes; what it says goes to a file."""
    file = Path(__file__).parents[1] / "support" / "light_clients.py"
    options = ("-m", f"{file}:light", "-m", f"{file}:light-other", "-n", "20", "-r", rounds)
    with out.open("wb") as told:
        return await asyncio.create_subprocess_exec(
            *(*COMMAND, "run", "--cluster", cluster.address or "local:2", *options),
            stdout=told,
            stderr=told,
            env=os.environ | {MARK: "none"},
            start_new_session=True,
        )


async def two_rounds_of_both() -> None:
    """Waits until both hosts have handed in as many."""
    state = Path(os.environ["XDG_STATE_HOME"])
    while len([path for path in state.rglob("host-*/rounds.jsonl") if path.read_bytes().count(b"\n") >= 2]) < 2:
        await asyncio.sleep(0.05)


def by_name(measured: MeasuredHosts) -> dict[str, HostRun]:
    return {run.host.name: run for run in measured.hosts}


def rounds_of(run: HostRun) -> dict[str, int]:
    """How many whole rounds each mode has, all of their requests having come back."""
    assert run.measured is not None
    whole = [record for record in run.measured.records if record.outcome == "complete" and len(record.samples) == 20]
    return {mode: sum(record.mode == mode for record in whole) for mode in run.measured.plan.modes}


def turns_of(measured: MeasuredHosts) -> list[int]:
    """The rounds of all hosts in the order in which they were made; none of them overlaps with another."""
    spans: dict[tuple[str, int], list[int]] = {}
    for run in measured.hosts:
        assert run.measured is not None
        for record in run.measured.records:
            starts = record.samples[:, START]
            spans.setdefault((run.host.name, record.round), []).extend(
                (int(starts.min()), int((starts + record.samples[:, LATENCY]).max()))
            )
    order = sorted((min(times), max(times), number) for (_, number), times in spans.items())
    for (_, end, _), (begin, _, _) in pairwise(order):
        assert end < begin, "one machine measures for one host at a time"
    return [number for *_, number in order]


async def test_every_host_makes_its_own_run_and_nothing_stays(
    cluster: DaskCluster, light_modes: tuple[str, ...], home: Path
) -> None:
    request = Request(headers=(("Authorization", f"Bearer {SECRET}"),))
    runner = HostsRunner(plan_of(light_modes, rounds=2, request=request), Cluster(cluster.address), name="two of them")
    events = await run_through(runner)
    assert events[-1] == HostsFinished(stopped=False)
    shared = [event.sentence for event in events if isinstance(event, HostNotice)]
    assert shared == [
        "alpha and beta share one machine, so they measure in turns, round by round, and are one opinion."
    ]
    measured = runner.measured
    assert [run.host.name for run in measured.hosts] == ["alpha", "beta"]
    for run, other in zip(measured.hosts, ("beta", "alpha"), strict=True):
        assert run.trouble == ""
        assert run.notes == ()
        assert rounds_of(run) == {"light": 2, "light-other": 2}
        assert run.host.shares == (other,)
        assert abs(run.host.clock_off_s or 0.0) < 1
        assert run.measured is not None
        assert run.measured.probes
        assert run.measured.ended_at is not None
    assert measured.whole.name == "two of them"
    assert turns_of(measured) == [1, 1, 2, 2]
    ports = {run.measured.url for run in measured.hosts if run.measured}
    assert len(ports) == 2, "each has a target of its own"
    seeds = {run.measured.plan.seed for run in measured.hosts if run.measured}
    assert len(seeds) == 2, "each draws its own order"
    assert not cluster.pids(CHILD)
    for name in cluster.names:
        assert not list((cluster.state_of(name) / "hosts").glob("host-*"))
        assert not (cluster.state_of(name) / "runs").exists()
    assert not any(SECRET in cluster.log_of(name) for name in ("scheduler", *cluster.names))
    assert not list((home / "state").rglob("run.json")), "its folder goes, as nobody wants to keep it"
    progress = runner.progress()
    assert (progress.is_over, progress.over, progress.done) == (True, 2, 160)


async def test_a_host_that_is_killed_keeps_what_it_had_handed_in(
    mortal: DaskCluster, light_modes: tuple[str, ...]
) -> None:
    # So many rounds that the host is still at work when it is killed.
    runner = HostsRunner(plan_of(light_modes, rounds=8), Cluster(mortal.address), keeps_folder=True)

    def kill_in_the_middle(runner: HostsRunner) -> bool:
        beta = next((host for host in runner.progress().hosts if host.name == "beta"), None)
        if beta is None or beta.round < 2:
            return False
        mortal.kill("beta")
        return True

    events = await run_through(runner, kill_in_the_middle)
    assert mortal.workers["beta"].poll() is not None
    runs = by_name(runner.measured)
    assert rounds_of(runs["alpha"]) == {"light": 8, "light-other": 8}, "the other one goes on"
    assert runs["alpha"].trouble == ""
    assert not runs["beta"].ended_with_all
    assert 1 <= rounds_of(runs["beta"])["light"] < 8
    told = r"Its worker process of Dask is gone (in|after) round \d; what was measured until then is kept\."
    assert re.fullmatch(told, runs["beta"].trouble)
    assert HostFinished("beta", runs["beta"].trouble) in events
    assert wait_until(lambda: not mortal.pids(CHILD), 10) < 10, "no process stays behind"
    assert not mortal.pids("worker/__main__.py")
    runner.leave()
    (left,) = find_interrupted_runs()
    recovered = read_any(left.folder)
    assert isinstance(recovered, MeasuredHosts)
    assert left.requests == sum(sum(rounds_of(run).values()) * 20 for run in recovered.hosts)
    assert {run.host.name: (rounds_of(run), run.trouble) for run in recovered.hosts} == {
        run.host.name: (rounds_of(run), run.trouble) for run in runs.values()
    }


async def test_a_stopped_run_hands_in_what_it_has(cluster: DaskCluster, light_modes: tuple[str, ...]) -> None:
    runner = HostsRunner(plan_of(light_modes, rounds=200), Cluster(cluster.address, hosts=("beta",)))

    def stop_after_a_round(runner: HostsRunner) -> bool:
        hosts = runner.progress().hosts
        if not hosts or hosts[0].round < 2:
            return False
        runner.stop()
        return True

    assert (await run_through(runner, stop_after_a_round))[-1] == HostsFinished(stopped=True)
    (run,) = runner.measured.hosts
    assert run.host.name == "beta"
    assert run.trouble == ""
    assert run.measured is not None
    assert run.measured.stopped
    assert not run.measured.interrupted
    assert rounds_of(run)["light"] >= 1
    assert not cluster.pids(CHILD)


@pytest.mark.slow
async def test_a_second_run_on_a_host_is_refused(cluster: DaskCluster, light_modes: tuple[str, ...]) -> None:
    first = HostsRunner(plan_of(light_modes, rounds=200), Cluster(cluster.address, hosts=("of-alpha",)))
    second = HostsRunner(plan_of(light_modes, rounds=1), Cluster(cluster.address, hosts=("alpha",)))
    running = asyncio.create_task(run_through(first))
    while not first.progress().done:
        assert not running.done()
        await asyncio.sleep(0.02)
    await run_through(second)
    (refused,) = second.measured.hosts
    assert refused.measured is None
    other = first.measured.whole.run_id
    assert refused.trouble.startswith(f"Another run ({other}) measures there, and one disturbs the other; wait until")
    first.stop()
    await running
    assert first.measured.has_requests


async def test_who_is_not_there_is_told_before_anything_is_measured(
    cluster: DaskCluster, light_modes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(light_modes)
    monkeypatch.setattr(link, "CONNECT_S", 1.0)
    with pytest.raises(PlanError, match="has no host or resource 'gamma'; it has alpha and beta"):
        await run_through(HostsRunner(plan, Cluster(cluster.address, hosts=("alpha", "gamma"))))
    with pytest.raises(
        RunError, match=r"No scheduler of Dask answers at tcp://127\.0\.0\.1:9 within 1 s \(connection refused\);"
    ):
        await run_through(HostsRunner(plan, Cluster("tcp://127.0.0.1:9")))
    heavy = plan_of(light_modes, requests=200, rounds=2, request=Request(url="http://192.0.2.7/"))
    with pytest.raises(PlanError, match=r"Up to 1,600 requests go to 192\.0\.2\.7, 10 at once.*add --yes"):
        await run_through(HostsRunner(heavy, Cluster(cluster.address)))


async def test_a_variable_that_a_host_lacks_is_told_of_it(cluster: DaskCluster, light_modes: tuple[str, ...]) -> None:
    request = Request(headers=(("Authorization", "Bearer $SET_NOWHERE_AT_ALL"),))
    runner = HostsRunner(plan_of(light_modes, request=request), Cluster(cluster.address, hosts=("beta",)))
    await run_through(runner)
    (run,) = runner.measured.hosts
    assert run.trouble == (
        "The header Authorization names $SET_NOWHERE_AT_ALL, which is not set there; set it, or write "
        "$$SET_NOWHERE_AT_ALL for the text."
    )


def test_a_child_that_hangs_is_ended_though_its_app_is_gone(
    light_modes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only its agent is left to do so: all later runs there would be refused for ever."""
    monkeypatch.setattr(agent, "END_S", 0.2)
    monkeypatch.setattr(agent, "HUNG_S", 0.6)
    job = job_of(
        HostsRunner(plan_of(light_modes), Cluster(local=1))._whole, 0, keep_going=False, may_go_elsewhere=False
    )
    assert agent._begin(Parcel(json.dumps(job).encode())) == {}
    charge = agent._CHARGES.pop((job["run_id"], 0))
    child = charge._process
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(BusyError, match=job["run_id"]):
        make_host_folder("another")
    assert wait_until(lambda: not charge.folder.exists(), 15) < 15
    assert child.poll() == -signal.SIGKILL
    folder, lock = make_host_folder("another")
    lock.release()
    assert folder.exists()


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_ctrl_c_has_local_hosts_hand_in_what_they_have(tmp_path: Path) -> None:
    """It goes to every process of the terminal's group; those of Dask must live on to hand it in."""
    app = await start_app(Cluster(local=2), tmp_path / "out", "200")
    await two_rounds_of_both()
    os.killpg(app.pid, signal.SIGINT)
    assert await asyncio.wait_for(app.wait(), 40) == 130
    told = " ".join((tmp_path / "out").read_text().split())
    assert "gone" not in told
    assert "left out" not in told
    assert "is first on" in told


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_host_that_hangs_is_given_up_and_ends_by_itself(
    mortal: DaskCluster, light_modes: tuple[str, ...]
) -> None:
    runner = HostsRunner(plan_of(light_modes, rounds=4), Cluster(mortal.address))

    def freeze(runner: HostsRunner) -> bool:
        hosts = runner.progress().hosts
        if len(hosts) < 2 or hosts[1].round < 2:
            return False
        mortal.kill("beta", signal.SIGSTOP)
        return True

    await run_through(runner, freeze)
    runs = by_name(runner.measured)
    assert rounds_of(runs["alpha"]) == {"light": 4, "light-other": 4}
    assert runs["beta"].trouble.startswith("It has not answered for 20 s ")
    assert rounds_of(runs["beta"])["light"] >= 1
    assert wait_until(lambda: not mortal.pids(CHILD), 20) < 20, "its child ends though the worker of Dask is frozen"


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_child_that_hangs_is_ended_and_its_requests_come_back(
    mortal: DaskCluster, light_modes: tuple[str, ...]
) -> None:
    runner = HostsRunner(plan_of(light_modes, rounds=200), Cluster(mortal.address, hosts=("alpha",)))

    def freeze(runner: HostsRunner) -> bool:
        hosts = runner.progress().hosts
        if not hosts or hosts[0].round < 2:
            return False
        os.kill(mortal.pids(CHILD)[0], signal.SIGSTOP)
        return True

    await run_through(runner, freeze)
    (run,) = runner.measured.hosts
    assert run.trouble.startswith("Its run hung for 20 s and was ended in round ")
    assert rounds_of(run)["light"] >= 1
    assert not mortal.pids(CHILD)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("is_begun_anew", [False, True])
async def test_a_scheduler_that_is_gone_is_told_of_once(
    mortal: DaskCluster, light_modes: tuple[str, ...], is_begun_anew: bool
) -> None:
    """Also where another begins at once at its address, which knows no worker: they are not what is gone."""
    runner = HostsRunner(plan_of(light_modes, rounds=200), Cluster(mortal.address))

    def kill_scheduler(runner: HostsRunner) -> bool:
        hosts = runner.progress().hosts
        if len(hosts) < 2 or min(host.round for host in hosts) < 2:
            return False
        if is_begun_anew:
            mortal.begin_scheduler_anew()
        else:
            mortal.kill("scheduler")
        return True

    await run_through(runner, kill_scheduler)
    assert runner.trouble.startswith(f"The scheduler {mortal.address} does not answer any more")
    result = summarize_hosts(runner.measured)
    assert not [finding for finding in result.findings if "recovered" in finding.text]
    assert len(result.pairs.hosts) == 2, "their whole rounds count"
    assert all(run.ended_with_all for run in runner.measured.hosts)
    assert all(rounds_of(run)["light"] >= 1 for run in runner.measured.hosts)
    assert wait_until(lambda: not mortal.pids(CHILD), 30) < 30


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_scheduler_that_stands_still_for_less_than_hosts_wait_ends_nothing(
    mortal: DaskCluster, light_modes: tuple[str, ...]
) -> None:
    runner = HostsRunner(plan_of(light_modes, rounds=6), Cluster(mortal.address))

    async def suspend() -> None:
        while not (hosts := runner.progress().hosts) or min(host.round for host in hosts) < 1:
            await asyncio.sleep(0.02)
        mortal.kill("scheduler", signal.SIGSTOP)
        await asyncio.sleep(12)
        mortal.kill("scheduler", signal.SIGCONT)

    suspending = asyncio.create_task(suspend())
    await run_through(runner)
    await suspending
    assert runner.trouble == ""
    assert {name: rounds_of(run)["light"] for name, run in by_name(runner.measured).items()} == {"alpha": 6, "beta": 6}


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_an_app_that_stood_still_says_so_and_counts_what_came_back(mortal: DaskCluster, tmp_path: Path) -> None:
    app = await start_app(mortal, tmp_path / "out", "200")
    await two_rounds_of_both()
    app.send_signal(signal.SIGSTOP)
    assert wait_until(lambda: not mortal.pids(CHILD), 40) < 40, "hosts end by themselves"
    app.send_signal(signal.SIGCONT)
    assert await asyncio.wait_for(app.wait(), 40) == 1
    told = " ".join((tmp_path / "out").read_text().split())
    assert re.search(
        r"httpbench-tui: This app stood still for \d+ s, and no host measures on without it; what came ", told
    )
    assert "light is first on" in told or "light-other is first on" in told
    assert "left out" not in told
    assert "recovered" not in told


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_scheduler_that_dies_is_a_failure_and_no_stop(mortal: DaskCluster, tmp_path: Path) -> None:
    app = await start_app(mortal, tmp_path / "out", "200")
    await two_rounds_of_both()
    mortal.kill("scheduler")
    assert await asyncio.wait_for(app.wait(), 60) == 1
    told = (tmp_path / "out").read_text()
    assert "recovered" not in told
    assert "left out" not in told, "nothing was wrong with the hosts"


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_an_app_that_is_killed_loses_nothing_and_leaves_nothing(mortal: DaskCluster, tmp_path: Path) -> None:
    app = await start_app(mortal, tmp_path / "out", "200")
    await two_rounds_of_both()
    app.kill()
    await app.wait()
    assert wait_until(lambda: not mortal.pids(CHILD), 40) < 40
    folders = [mortal.state_of(name) / "hosts" for name in mortal.names]
    assert wait_until(lambda: not [each for folder in folders for each in folder.glob("host-*")], 20) < 20
    (left,) = find_interrupted_runs()
    recovered = read_any(left.folder)
    assert isinstance(recovered, MeasuredHosts)
    assert recovered.whole.interrupted
    for run in recovered.hosts:
        assert rounds_of(run)["light"] >= 1
        assert (run.trouble, run.ended_with_all) == (CUT_OFF, True)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_local_processes_are_hosts_that_share_this_machine(
    light_modes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(followed_host, "MOST_HELD", 0)  # as of so many that no connection is held for each
    runner = HostsRunner(plan_of(light_modes, rounds=2), Cluster(local=2))
    events = await run_through(runner)
    told = next(event.sentence for event in events if isinstance(event, HostNotice))
    assert told.startswith("local-1 and local-2 share one machine, so they measure in turns")
    assert [rounds_of(run)["light"] for run in runner.measured.hosts] == [2, 2]
    assert turns_of(runner.measured) == [1, 1, 2, 2]
    assert not list(tmp_path.glob("*dask*")), "nothing is left in the folder for everybody's temporary files"


@pytest.mark.slow
def test_the_command_reports_exports_and_keeps_what_hosts_measured(
    cluster: DaskCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path(__file__).parents[1] / "support" / "light_clients.py"
    options = ("-m", f"{file}:light", "-m", f"{file}:light-other", "-n", "20", "-r", "2", "--name", "twice")
    told = tmp_path / "told.json"
    assert main(["run", "--cluster", cluster.address, *options, "--json", str(told)]) == 0
    printed = capsys.readouterr()
    assert "alpha and beta share one machine, so they measure in turns" in printed.err
    assert "2 hosts × 2 modes × 2 rounds of 20 requests" in printed.out
    document = json.loads(told.read_text())
    jsonschema.validate(document, json.loads(SCHEMA_FILE.read_text()))
    (kept,) = list_kept()
    assert kept.entry.name == "twice"
    opened = open_any("last")
    assert isinstance(opened, MeasuredHosts)
    assert [rounds_of(run)["light"] for run in opened.hosts] == [2, 2]
    assert not find_interrupted_runs(), "what is kept needs no recovery"
    assert main(["run", "--cluster", cluster.address, "--hosts", "gamma", *options]) == 2
    assert "has no host or resource 'gamma'; it has alpha and beta" in capsys.readouterr().err

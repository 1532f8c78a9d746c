"""Modes take turns within a round: real workers, real sockets; who works when, how much, and who disturbs whom."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.one_round import LIGHT, measure
from support.recording_server import ReceivedRequest, RecordingServer

from tui_httpbench.analysis.summary import summarize_counts
from tui_httpbench.bench import groups, turns, worker_process
from tui_httpbench.bench.events import RoundFinished, RoundStarted
from tui_httpbench.bench.recovery import find_interrupted_runs, recover
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.slice_length import base_length_s
from tui_httpbench.bench.turns import Turns
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.measured.sample_file import SampleFile
from tui_httpbench.measured.samples import LATENCY, START, measured_span_s
from tui_httpbench.plan.plan import WARMUP_REQUESTS, Plan, Profile, Request
from tui_httpbench.plan.scenario import Scenario, parse_service_time
from tui_httpbench.report.json_report import to_dict
from tui_httpbench.worker.slices import Clocks, Limits

pytestmark = pytest.mark.usefixtures("light_modes")

# One of each library, so that the server can tell whose a request is, where it matters what libraries do.
THREE = ("requests-session", "httpx-client", "aiohttp")
LIBRARIES = {"requests-session": "requests", "httpx-client": "httpx", "aiohttp": "aiohttp"}
PROBES = 1
# Of the standard library, whose workers start in no time: where it does not matter who it is.
QUICK = select_modes(["http.client"] * 3)

Measure = Callable[[WorkerProcess, Limits], Awaitable[Clocks | None]]
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


async def run(plan: Plan, earlier: Runner | None = None) -> Runner:
    runner = Runner(plan, earlier=earlier.measured if earlier else None)
    async for _ in runner.run():
        pass
    return runner


def plan_for(server: RecordingServer, path: str = "/", modes: tuple[str, ...] = LIGHT, **load: Any) -> Plan:
    settings: dict[str, Any] = {"concurrency": 1, "rounds": 1, "timeout_s": 10.0, "seed": 3, **load}
    return Plan(Request(server.url + path), modes, **settings)


def requests_of(server: RecordingServer, mode_id: str) -> list[ReceivedRequest]:
    """Those of a mode, in the order in which they came."""
    if mode_id in LIGHT:
        return [request for request in server.requests if request.headers.get("X-Mode") == mode_id]
    return [request for request in server.requests if request.library == LIBRARIES[mode_id]]


def children() -> set[int]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {int(pid) for pid in text.split()}


def pid_of(worker: WorkerProcess) -> int:
    assert worker._process is not None
    return worker._process.pid


def before_each_slice(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[WorkerProcess, int], Awaitable[None]]
) -> list[str]:
    """Has ``act`` called with each slice's worker and its number from 1; the list gets whose slices they were."""
    measure: Measure = WorkerProcess.measure
    order: list[str] = []

    async def measure_after(worker: WorkerProcess, limits: Limits) -> Clocks | None:
        order.append(worker.mode_id)
        await act(worker, order.count(worker.mode_id))
        return await measure(worker, limits)

    monkeypatch.setattr(WorkerProcess, "measure", measure_after)
    return order


async def nothing(_: WorkerProcess, __: int) -> None:
    """What is done where only the order of slices is wanted."""


# Whose turn it is


@pytest.mark.parametrize(
    "load",
    [
        {"requests": 480},
        pytest.param({"duration_s": 0.3}, marks=pytest.mark.slow),
        pytest.param({"requests": 7, "duration_s": 0.3}, marks=pytest.mark.slow),
    ],
)
async def test_one_mode_works_at_a_time_with_nothing_left_in_flight(load: dict[str, Any], tmp_path: Path) -> None:
    async with RecordingServer() as server:
        records = await measure(plan_for(server, "/delay/2", concurrency=4, **load), tmp_path)
    assert [(record.outcome, record.failed) for record in records] == [("complete", 0)] * len(LIGHT)
    slices = [len(record.slices) for record in records]
    assert min(slices) > 1, "or it would be no wonder"
    together = [request for request in server.requests if _overlaps_next(request, server.requests)]
    assert {request.headers["X-Mode"] for request in together} == set(LIGHT), "each mode has several in flight"
    ended_s = dict.fromkeys(LIGHT, 0.0)
    for request in sorted(server.requests, key=lambda request: request.began_s):
        mode_id = request.headers["X-Mode"]
        others_s = max(end_s for other, end_s in ended_s.items() if other != mode_id)
        assert request.began_s >= others_s, "two modes at once"
        ended_s[mode_id] = max(ended_s[mode_id], request.ended_s)
    changes = sum(one.headers["X-Mode"] != other.headers["X-Mode"] for one, other in pairwise(server.requests))
    assert changes > len(LIGHT) + 2, "warm-up alone changes as often"


def _overlaps_next(request: ReceivedRequest, requests: list[ReceivedRequest]) -> bool:
    return any(request.began_s < other.began_s < request.ended_s for other in requests)


async def test_each_cycle_is_shuffled_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    order = before_each_slice(monkeypatch, nothing)
    orders = []
    async with RecordingServer() as server:
        for seed in (11, 11, 12):
            # Fewer than 15 of these requests fit into a slice, however slow the machine is: four cycles at least.
            await run(plan_for(server, "/delay/5", QUICK, requests=60, seed=seed))
            orders.append(order[:12])
            order.clear()
    for each in orders:
        cycles = [each[first : first + 3] for first in range(0, 12, 3)]
        assert all(sorted(cycle) == sorted(QUICK) for cycle in cycles)
        assert len({tuple(cycle) for cycle in cycles}) > 1
    assert orders[0] == orders[1] != orders[2]


# How much of it


async def test_a_number_of_requests_is_sent_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONG_PAUSE_S", math.inf)  # after one, as on a busy machine, requests are sent aside
    modes = ("light", "light-async")
    async with RecordingServer() as server:
        runner = await run(plan_for(server, "/delay/3", modes, requests=53, concurrency=5, rounds=2))
        assert [(record.round, record.mode) for record in runner.records] == [(n, m) for n in (1, 2) for m in modes]
        for record in runner.records:
            assert (record.outcome, len(record.samples)) == ("complete", 53)
            assert sum(part.requests for part in record.slices) == 53
        for mode_id in modes:
            probes = PROBES + (mode_id == modes[0])  # elsewhere than at the embedded target, the first is asked again
            assert len(requests_of(server, mode_id)) == probes + 2 * (WARMUP_REQUESTS + 53)


@pytest.mark.parametrize("duration_s", [0.2, pytest.param(0.35, marks=pytest.mark.slow)])
async def test_seconds_are_measured_in_slices_of_each_mode(duration_s: float, tmp_path: Path) -> None:
    async with RecordingServer() as server:
        records = await measure(plan_for(server, duration_s=duration_s), tmp_path)
    slice_s = base_length_s(1)
    for record in records:
        assert record.outcome == "complete"
        assert record.elapsed_s is not None
        assert record.elapsed_s == pytest.approx(sum(part.elapsed_s for part in record.slices))
        # The last request of a slice may end late, however late; the next slice is the shorter for it.
        latest_s = float(record.samples[:, LATENCY].max()) / 1e9
        assert duration_s - slice_s / 4 <= record.elapsed_s <= duration_s + latest_s
        assert all(part.elapsed_s <= 1.5 * slice_s + latest_s for part in record.slices)
        assert len(record.slices) <= round(duration_s / slice_s) + 2
        assert len(requests_of(server, record.mode)) == WARMUP_REQUESTS + len(record.samples)


async def test_batches_are_sent_whole_until_the_seconds_are_over(tmp_path: Path) -> None:
    async with RecordingServer() as server:
        records = await measure(plan_for(server, "/delay/1", requests=40, duration_s=0.2, concurrency=3), tmp_path)
    for record in records:
        assert record.outcome == "complete"
        assert len(record.samples) % 40 == 0
        assert len(record.samples) > 0
        assert record.elapsed_s is not None
        assert record.elapsed_s >= 0.2 - base_length_s(3)
        # The last batch was begun before the seconds were over, though it may have taken a slice more.
        ends = accumulate(each.requests for each in record.slices)
        before = [each for each, end in zip(record.slices, ends, strict=True) if end <= len(record.samples) - 40]
        assert sum(each.elapsed_s for each in before) < 0.2
        assert len(requests_of(server, record.mode)) == WARMUP_REQUESTS + len(record.samples)


async def test_each_batch_of_the_article_has_a_client_made_anew_outside_the_clock(tmp_path: Path) -> None:
    modes = ("light", "light-async")
    async with RecordingServer() as server:
        plan = plan_for(server, "/delay/2", modes, requests=12, duration_s=0.3, concurrency="article")
        records = await measure(plan, tmp_path)
    for record in records:
        batches, rest = divmod(len(record.samples), 12)
        assert (record.outcome, rest) == ("complete", 0)
        assert batches >= 2
        seen = requests_of(server, record.mode)
        assert len(seen) == batches * (WARMUP_REQUESTS + 12)
        one_client = WARMUP_REQUESTS + 12
        of_batch = [
            {request.connection for request in seen[first : first + one_client]}
            for first in range(0, len(seen), one_client)
        ]
        assert sum(map(len, of_batch)) == len(set.union(*of_batch)), "no connection outlives its client"
        in_flight = 1 if record.mode == "light" else 12
        assert {len(connections) for connections in of_batch} == {in_flight}
        assert record.connections == batches * in_flight
        # The clock stands while a client is made and warmed up.
        assert record.elapsed_s is not None
        assert record.elapsed_s < sum(_spans_s(seen, one_client))
        assert record.setup is not None
        assert len(record.setup.warmup) == batches * WARMUP_REQUESTS


def _spans_s(seen: list[ReceivedRequest], size: int) -> list[float]:
    """How long each client took from its first warm-up request to its last one."""
    parts = [seen[first : first + size] for first in range(0, len(seen), size)]
    return [max(each.ended_s for each in part) - part[0].began_s for part in parts]


async def test_seconds_shorter_than_a_request_measure_one_in_each_place(tmp_path: Path) -> None:
    async with RecordingServer() as server:
        records = await measure(plan_for(server, "/delay/60", LIGHT[1:], duration_s=0.01, concurrency=3), tmp_path)
    assert [(record.outcome, len(record.samples)) for record in records] == [("complete", 3)] * 2
    assert all(len(record.slices) == 1 for record in records)


@pytest.mark.parametrize("concurrency", [4, pytest.param(1, marks=pytest.mark.slow)])
async def test_starts_leave_the_pauses_between_slices_out(concurrency: int, tmp_path: Path) -> None:
    async with RecordingServer() as server:
        records = await measure(plan_for(server, "/delay/1", duration_s=1.2, concurrency=concurrency), tmp_path)
    for record in records:
        span_s = measured_span_s(record.samples)
        assert len(record.slices) > 1
        assert span_s is not None
        assert record.elapsed_s is not None
        # Two others had as long in between, so that with the pauses it would be three times as long.
        assert record.elapsed_s - 1e-6 <= span_s < 1.3 * record.elapsed_s
        samples = record.samples[np.argsort(record.samples[:, START], kind="stable")]
        begins = np.cumsum([part.requests for part in record.slices])[:-1]
        for begin in begins:
            before = samples[:begin]
            assert samples[begin, START] >= (before[:, START] + before[:, LATENCY]).max()


@pytest.mark.parametrize("first", [40, pytest.param(worker_process.FIRST_CAPACITY, marks=pytest.mark.slow)])
async def test_the_file_grows_with_the_requests_of_a_round(
    first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "FIRST_CAPACITY", first)
    grown = []
    grow = SampleFile.grow

    def note_and_grow(file: SampleFile, capacity: int) -> None:
        grown.append((file.path, file.capacity, capacity))
        grow(file, capacity)

    monkeypatch.setattr(SampleFile, "grow", note_and_grow)
    modes, count = ("light", "light-async"), first + 200
    async with RecordingServer() as server:
        # Of a batch that goes on when the seconds are over, nobody knows beforehand how many slices it takes.
        plan = plan_for(server, modes=modes, requests=count, duration_s=0.001, concurrency=2)
        records = await measure(plan, tmp_path)
    for record in records:
        assert (record.outcome, len(record.samples)) == ("complete", count)
        assert sum(part.requests for part in record.slices) == count
        assert len(requests_of(server, record.mode)) == WARMUP_REQUESTS + count
    assert {path.name for path, _, _ in grown} == {f"round-0001-{mode_id}.samples" for mode_id in modes}
    assert all(after >= 2 * before for _, before, after in grown)


# What waiting costs


@pytest.mark.slow
@needs_proc
async def test_a_waiting_worker_uses_no_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used_s: dict[str, float] = {}
    workers: dict[str, WorkerProcess] = {}

    async def look_at_all(worker: WorkerProcess, number: int) -> None:
        workers[worker.mode_id] = worker
        if number != 2 or used_s:
            return
        before = {mode_id: cpu_s(pid_of(each)) for mode_id, each in workers.items()}
        await asyncio.sleep(1.0)
        used_s.update({mode_id: cpu_s(pid_of(each)) - before[mode_id] for mode_id, each in workers.items()})

    before_each_slice(monkeypatch, look_at_all)
    async with RecordingServer() as server:
        await measure(plan_for(server, "/delay/20", THREE, requests=300, concurrency=10), tmp_path)
    assert set(used_s) == set(THREE)
    assert max(used_s.values()) < 0.005, used_s


def cpu_s(pid: int) -> float:
    """The processor time of all threads of a process so far, in seconds."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [3, 1])
async def test_a_server_that_closes_idle_connections_counts_against_nobody(
    concurrency: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Turns._work
    slices: dict[str, int] = {}

    async def work_after_a_long_cycle(each: Turns, worker: WorkerProcess) -> None:
        slices[worker.mode_id] = slices.get(worker.mode_id, 0) + 1
        if sorted(slices.values()) == [2, 2, 3]:  # the first of the third cycle: all wait
            await asyncio.sleep(2.6)
        await work(each, worker)

    monkeypatch.setattr(Turns, "_work", work_after_a_long_cycle)
    async with RecordingServer(idle_limit_s=2.2) as server:
        plan = plan_for(server, "/delay/4", THREE, duration_s=2.5, concurrency=concurrency)
        records = await measure(plan, tmp_path)
    assert plan.profile == "equal"
    for record in records:
        assert (record.outcome, record.failed) == ("complete", 0)
        assert len(record.slices) >= 3, "the last of them after the pause"
        # A busy machine may make a client open one more, or have a lead-in open some before the first slice; all of
        # them together would be twice as many as are in flight.
        own = record.connections
        assert own is not None
        assert 1 <= own < 2 * concurrency, "lead-ins' are not the clients' own"
        seen = requests_of(server, record.mode)
        lead_ins = len(seen) - WARMUP_REQUESTS - len(record.samples)
        assert lead_ins % concurrency == 0
        assert lead_ins >= concurrency
        assert len({request.connection for request in seen}) > concurrency, "connections were closed"


@pytest.mark.parametrize("profile", ["equal", pytest.param("defaults", marks=pytest.mark.slow)])
async def test_what_a_lead_in_opens_before_the_first_slice_is_the_clients_own(
    profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine may be so busy that more than the limit passes between warm-up and first slice."""
    monkeypatch.setattr(turns, "LONG_PAUSE_S", 0.0)
    plan = Plan(modes=("light", "light-async"), duration_s=0.1, concurrency=3, rounds=1, chosen_profile=profile)
    async with RecordingServer() as server:
        elsewhere = await measure(plan.replace(request=Request(server.url + "/delay/4")), tmp_path)
    records = list(elsewhere)
    if profile == "defaults":  # otherwise nothing is sent aside there
        records += (await run(plan.replace(scenario=Scenario(service_time=parse_service_time("4"))))).records
    for record in records:
        assert (record.outcome, record.connections) == ("complete", 3), record.mode
        sent = len(record.samples) + WARMUP_REQUESTS + 3
        assert summarize_counts(record.mode, (record,)).requests_per_connection == sent / 3


@pytest.mark.slow
async def test_at_the_embedded_target_nothing_is_sent_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONG_PAUSE_S", 0.0)
    led_in = []

    async def lead_in(worker: WorkerProcess) -> None:
        led_in.append(worker.mode_id)

    monkeypatch.setattr(WorkerProcess, "lead_in", lead_in)
    runner = await run(Plan(modes=("requests", "http.client"), duration_s=0.1, concurrency=2, rounds=1))
    assert led_in == []
    kept, each = runner.result().mode("http.client"), runner.result().mode("requests")
    assert 1 <= (kept.connections or 0) <= 2
    assert each.connections == each.requests + WARMUP_REQUESTS
    await run(runner.plan.replace(chosen_profile="defaults"))
    assert set(led_in) == {"http.client"}, "a client that keeps no connection has none to lose"


# Who disturbs whom


@pytest.mark.parametrize(
    ("number", "whose"),
    [
        (signal.SIGKILL, "another's"),
        pytest.param(signal.SIGSTOP, "its own", marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, "its own", marks=pytest.mark.slow),
        pytest.param(signal.SIGSTOP, "another's", marks=pytest.mark.slow),
    ],
)
async def test_a_worker_that_dies_or_stands_still_disturbs_no_other(
    number: int, whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim, other = modes = ("light", "light-async")
    victims: list[WorkerProcess] = []
    tasks: list[asyncio.Task[None]] = []

    async def strike(worker: WorkerProcess, slice_number: int) -> None:
        worker._stall_limit_s = 1.5
        if worker.mode_id == victim and not victims:
            victims.append(worker)
        if slice_number == 3 and worker.mode_id == (victim if whose == "its own" else other) and not tasks:
            tasks.append(asyncio.create_task(strike_soon()))

    async def strike_soon() -> None:
        await asyncio.sleep(0.012)
        os.kill(pid_of(victims[0]), number)

    before_each_slice(monkeypatch, strike)
    async with RecordingServer() as server:
        runner = await run(plan_for(server, "/delay/4", modes, requests=40, rounds=2, timeout_s=2.0))
        mine = [record for record in runner.records if record.mode == other]
        assert [(record.round, record.outcome, len(record.samples)) for record in mine] == [
            (1, "complete", 40),
            (2, "complete", 40),
        ]
        assert [record.failed for record in mine] == [0, 0]
        assert [record.connections for record in mine] == [1, 1]
        (record,) = [record for record in runner.records if record.mode == victim]
        expected = ("crashed", "SIGKILL") if number == signal.SIGKILL else ("hung", "finished no request")
        assert record.outcome == expected[0]
        assert expected[1] in record.reason
        arrived = len(requests_of(server, victim)) - 2 * PROBES - WARMUP_REQUESTS  # as the first, it is probed twice
        assert 0 < len(record.samples) < 40
        # One may have been under way, and been answered, when the worker stood still.
        assert arrived - len(record.samples) in ((0, 1) if whose == "its own" else (0,))
    result = runner.result()
    assert not result.mode(victim).is_clean
    assert result.ranking[-1].mode == victim
    assert result.mode(victim).requests == len(record.samples) + record.hung_requests
    assert record.hung_requests == (40 - len(record.samples) if number == signal.SIGSTOP else 0)
    if number == signal.SIGSTOP:
        assert result.mode(victim).errors == {"hung": record.hung_requests}
        assert record.elapsed_s is not None
        assert record.elapsed_s > 1.5, "with the time in which nothing ended"


PATCHED = """
import os, time, requests
make, send, sent = requests.Session.__init__, requests.Session.request, []
def fail(*args, **options):
    raise RuntimeError("no session today")
def leave(*args, **options):
    os._exit(3)
def second(act):
    def request(*args, **options):
        sent.append(1)
        return act() if len(sent) == 2 else send(*args, **options)
    return request
"""
DEATHS = {
    "import": ("requests.py", "import os; os._exit(3)"),
    "build": ("sitecustomize.py", PATCHED + "requests.Session.__init__ = leave"),
    "failing build": ("sitecustomize.py", PATCHED + "requests.Session.__init__ = fail"),
    # A probe sends one request, so it is well.
    "warm-up": ("sitecustomize.py", PATCHED + "requests.Session.request = second(leave)"),
    "hanging warm-up": ("sitecustomize.py", PATCHED + "requests.Session.request = second(lambda: time.sleep(600))"),
}


@pytest.mark.parametrize(
    "when",
    [pytest.param(when, marks=[] if when == "hanging warm-up" else [pytest.mark.slow]) for when in DEATHS],
)
async def test_a_worker_that_never_gets_to_its_first_slice_disturbs_no_other(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A module that every worker finds first, or imports at its start; only one mode uses requests.
    name, text = DEATHS[when]
    (tmp_path / name).write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    init = WorkerProcess.__init__

    def impatient(worker: WorkerProcess, *args: Any, **options: Any) -> None:
        init(worker, *args, **options)
        worker._stall_limit_s = 1.5

    monkeypatch.setattr(WorkerProcess, "__init__", impatient)
    victim, *others = modes = ("requests-session", *QUICK[:1])
    async with RecordingServer() as server:
        runner = Runner(plan_for(server, "/", modes, requests=20, rounds=2, timeout_s=2.0), keeps_folder=True)
        async for _ in runner.run():
            pass
    runner.leave()
    assert [(record.round, record.mode, record.outcome) for record in runner.records if record.mode in others] == [
        (number, mode_id, "complete") for number in (1, 2) for mode_id in others
    ]
    assert all(runner.result().mode(mode_id).ok == 40 for mode_id in others)
    (record,) = [record for record in runner.records if record.mode == victim]
    outcome = {"failing build": "failed", "hanging warm-up": "hung"}.get(when, "crashed")
    hung = 20 if outcome == "hung" else 0
    assert (record.outcome, len(record.samples), record.hung_requests) == (outcome, 0, hung)
    mode = runner.result().mode(victim)
    assert (mode.requests, mode.ok, mode.requests_per_second) == (hung, 0, None)
    assert mode.errors == ({"hung": hung} if hung else {})
    (found,) = find_interrupted_runs()
    assert recover(found.folder).mode(victim) == mode
    assert {"failed": "no session today", "hung": "was ended", "crashed": "exit status 3"}[outcome] in record.reason
    if when == "import":
        assert record.setup is None


@pytest.mark.slow
async def test_a_client_that_can_not_be_made_anew_ends_its_own_round_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = "lambda session: made.append(1) or (fail() if len(made) == 3 else make(session))"
    (tmp_path / "sitecustomize.py").write_text(f"{PATCHED}made = []\nrequests.Session.__init__ = {third}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    modes = ("requests-session", *QUICK[:1])
    async with RecordingServer() as server:
        runner = await run(
            plan_for(server, "/delay/2", modes, requests=12, duration_s=1.0, concurrency="article", timeout_s=2.0)
        )
    failed, whole = runner.records
    assert (failed.outcome, len(failed.samples), failed.hung_requests) == ("failed", 24, 0)
    assert "no session today" in failed.reason
    assert failed.elapsed_s == pytest.approx(sum(part.elapsed_s for part in failed.slices))
    assert (whole.outcome, len(whole.samples) % 12) == ("complete", 0)


# Rounds


@pytest.mark.slow
async def test_an_earlier_run_is_gone_on_with() -> None:
    async with RecordingServer() as server:
        first = await run(plan_for(server, modes=QUICK[:2], requests=10, rounds=1))
        second = Runner(first.plan.replace(rounds=2), earlier=first.measured)
        assert second.progress().done == 2 * 10
        started = [event.round async for event in second.run() if isinstance(event, RoundStarted)]
        third = Runner(second.plan, earlier=second.measured)
        async for event in third.run():
            if isinstance(event, RoundStarted):
                third.stop()
    assert started == [2, 3]
    assert [record.round for record in second.records] == [number for number in (1, 2, 3) for _ in range(2)]
    assert second.records[:2] == first.records
    result = second.result()
    assert {mode.rounds_done for mode in result.modes} == {3}
    assert {mode.requests for mode in result.modes} == {30}
    assert second.measured.started_at == first.measured.started_at
    progress = second.progress()
    assert (progress.done, progress.share, {lane.state for lane in progress.lanes}) == (60, 1.0, {"done"})
    assert (to_dict(result)["plan"]["rounds"], result.plan.total_requests) == (3, 60)
    assert third.result() == result, "nothing was added"


@pytest.mark.slow
@needs_proc
async def test_where_not_all_fit_a_round_is_made_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MAX_WORKERS", 2)
    alive: list[int] = []

    async def count(_: WorkerProcess, __: int) -> None:
        alive.append(len(children()))

    before_each_slice(monkeypatch, count)
    async with RecordingServer() as server:
        runner = Runner(plan_for(server, modes=QUICK, requests=10, rounds=3))
        events = [event async for event in runner.run()]
    assert max(alive) == 2
    started = [event for event in events if isinstance(event, RoundStarted)]
    finished = [event for event in events if isinstance(event, RoundFinished)]
    assert [event.round for event in started] == [1, 1, 2, 2, 3, 3]
    assert sorted(len(event.modes) for event in started) == [1, 1, 1, 2, 2, 2]
    for number in (1, 2, 3):
        measured = [record for record in runner.records if record.round == number]
        assert sorted(record.mode for record in measured) == sorted(QUICK)
        for group, event in enumerate(event for event in finished if event.round == number):
            assert {record.group for record in event.records} == {group}
    assert len({event.modes for event in started}) > 2, "drawn anew in each round"
    assert runner.result().all_succeeded
    assert {mode.rounds_done for mode in runner.result().modes} == {3}


@pytest.mark.slow
async def test_what_was_found_out_in_a_round_of_groups_gives_up_a_mode_for_later_rounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(groups, "MAX_WORKERS", 2)

    async def kill(worker: WorkerProcess, number: int) -> None:
        if (worker.mode_id, worker.round, number) == ("light-other", 1, 1):
            os.kill(pid_of(worker), signal.SIGKILL)

    before_each_slice(monkeypatch, kill)
    async with RecordingServer() as server:
        runner = await run(plan_for(server, requests=10, rounds=2))
    rounds = {mode_id: [r.outcome for r in runner.records if r.mode == mode_id] for mode_id in LIGHT}
    assert rounds == {
        "light": ["complete", "complete"],
        "light-other": ["crashed"],
        "light-async": ["complete", "complete"],
    }


@needs_proc
@pytest.mark.parametrize("when", [pytest.param("workers start", marks=pytest.mark.slow), "modes take turns"])
async def test_a_run_that_is_stopped_or_cancelled_leaves_no_process(when: str) -> None:
    async with RecordingServer() as server:
        for way in ("stop", "cancel"):
            runner = Runner(plan_for(server, modes=QUICK, requests=1_000_000))
            task = asyncio.create_task(_consume(runner))
            begin_s = time.monotonic()
            while not (children() if when == "workers start" else runner.progress().done > 30):
                await asyncio.sleep(0.005)
                assert time.monotonic() - begin_s < 60
            while runner._probing is not None or runner._rounds is None or runner._rounds.turns is None:
                await asyncio.sleep(0.001)
            runner.stop() if way == "stop" else task.cancel()
            await asyncio.wait([task], timeout=60)
            assert task.done()
            assert not children()
            assert {record.outcome for record in runner.records} == {"stopped"}
            done = sum(len(record.samples) for record in runner.records)
            assert done > 30 or when == "workers start"


async def test_stopping_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stand_still(worker: WorkerProcess, number: int) -> None:
        if number == 2:
            os.kill(pid_of(worker), signal.SIGSTOP)
            asyncio.get_running_loop().call_later(0.05, runner.stop)

    before_each_slice(monkeypatch, stand_still)
    async with RecordingServer() as server:
        runner = Runner(plan_for(server, modes=QUICK, requests=1_000_000, timeout_s=3600.0))
        await asyncio.wait_for(_consume(runner), 30)
    assert [record.outcome for record in runner.records] == ["stopped"] * 3
    assert all(len(record.samples) > 0 for record in runner.records)


async def _consume(runner: Runner) -> None:
    async for _ in runner.run():
        pass


def test_the_workers_of_a_round_end_with_a_killed_app(tmp_path: Path) -> None:
    """And all that they had finished is recovered."""
    if sys.platform != "linux":
        pytest.skip("needs /proc")
    from support.killing import count_rows, rows_by_file, wait_until

    from tui_httpbench.bench.recovery import find_interrupted_runs, recover
    from tui_httpbench.bench.run_folder import runs_folder

    script = tmp_path / "app.py"
    script.write_text(
        "import asyncio\n"
        "from tui_httpbench.bench.runner import Runner\n"
        "from tui_httpbench.plan.plan import Plan\n"
        "async def main():\n"
        f"    runner = Runner(Plan(modes={QUICK!r}, duration_s=1000.0, concurrency=2, rounds=1))\n"
        "    async for event in runner.run():\n"
        "        pass\n"
        "asyncio.run(main())\n"
    )
    app = subprocess.Popen([sys.executable, str(script)])
    try:
        folder = runs_folder()
        assert folder is not None

        def have_all_worked() -> bool:
            rows = rows_by_file(folder).values()
            return len(rows) == 3 and all(rows) and sum(rows) > 300

        assert wait_until(lambda: folder.exists() and have_all_worked(), 60) < 60
        family = _descendants(app.pid)
        assert len(family) == 3 + 1, "the workers and the target"
    finally:
        app.kill()
        app.wait()
    assert wait_until(lambda: not any(_is_alive(pid) for pid in family), 20) < 20
    rows = count_rows(folder)
    (left,) = find_interrupted_runs()
    assert left.requests == rows > 300
    result = recover(left.folder)
    assert sum(mode.requests for mode in result.modes) == rows
    assert all(mode.requests > 0 for mode in result.modes)


def _descendants(pid: int) -> set[int]:
    found = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= {int(child)} | _descendants(int(child))
    return found


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

"""Sweeps for real: points take turns with fresh workers, and nothing is lost however one ends."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import SCHEMA_FILE
from support.made_sweeps import measured_sweep

from tui_httpbench.analysis.going_on import NO_ROUND, NOTHING_KEPT, why_no_more_of_sweep
from tui_httpbench.analysis.sweep import summarize_sweep
from tui_httpbench.bench.conditions import ConditionsMonitor
from tui_httpbench.bench.events import AllFailed, RoundFinished, RoundJudged, RoundStarted, RunStarted
from tui_httpbench.bench.kept_runs import KeptRunError, keep, list_kept, open_any, open_kept
from tui_httpbench.bench.pinning import CpuChoice, usable_cpus
from tui_httpbench.bench.recovery import (
    RecoveryError,
    find_interrupted_runs,
    look_for_leftovers,
    read_any,
    read_measured,
)
from tui_httpbench.bench.run_folder import RunFolder, runs_folder
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.stopwatch import Stopwatch
from tui_httpbench.bench.sweep_events import PointEvent, SweepFinished, SweepRoundStarted
from tui_httpbench.bench.sweep_runner import SweepRunner
from tui_httpbench.commands.compare import open_run
from tui_httpbench.commands.history import export_run, show_run
from tui_httpbench.commands.recover import recover_run
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.plan.plan import Plan, PlanError
from tui_httpbench.plan.sweep import parse_sweep
from tui_httpbench.report.formats import export_to


def plan_of(modes: tuple[str, ...], sweep: str = "concurrency=1,2", **changes: Any) -> Plan:
    values: dict[str, Any] = {"modes": modes[:2], "requests": 4, "rounds": 2, "seed": 5}
    return Plan(sweep=parse_sweep(sweep), **(values | changes))


def child_pids() -> set[int]:
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in children.read_text().split()}


async def test_each_round_visits_every_point_with_fresh_workers(light_modes: tuple[str, ...]) -> None:
    before = usable_cpus()
    runner = SweepRunner(plan_of(light_modes))
    events = [event async for event in runner.run()]
    rounds = [event for event in events if isinstance(event, SweepRoundStarted)]
    assert [event.round for event in rounds] == [1, 2]
    assert [sorted(event.points) for event in rounds] == [[0, 1], [0, 1]]
    judged = [(event.point, event.event.round) for event in events if is_of(event, RoundJudged)]  # type: ignore[union-attr]
    assert judged == [(point, each.round) for each in rounds for point in each.points], "as they were announced"
    assert sum(is_of(event, RunStarted) for event in events) == 2
    assert events[-1] == SweepFinished(stopped=False)
    result = runner.result()
    assert result.all_succeeded
    for point, width in zip(result.points, (1, 2), strict=True):
        assert point.result.plan.concurrency == width
        assert [(mode.requests, mode.rounds_done) for mode in point.result.modes] == [(8, 2), (8, 2)]
        setups = [record.setup for record in point.result.records]
        assert all(setup is not None for setup in setups), "each round of each point has workers of its own"
    progress = runner.progress()
    assert (progress.stage, progress.time_left_s, progress.share, progress.done) == ("ended", 0.0, 1.0, 32)
    assert usable_cpus() == before
    assert not child_pids()
    assert runs_folder() is None or not list(runs_folder().iterdir())  # type: ignore[union-attr]


async def test_further_rounds_count_together_with_the_first_and_stand_in_the_place_of_the_sweep(
    light_modes: tuple[str, ...],
) -> None:
    first = SweepRunner(plan_of(light_modes, rounds=1), keeps_folder=True)
    async for _ in first.run():
        pass
    kept = keep(first.measured, source=first.source)
    assert kept is not None
    first.discard()
    second = SweepRunner(first.plan, keeps_folder=True, earlier=first.measured)
    async for event in second.run():
        if isinstance(event, PointEvent) and isinstance(event.event, RoundFinished):
            break  # as far as its app came: one point has its second round, the other has begun nothing
    second.leave()
    (run,) = find_interrupted_runs()
    read = read_any(run.folder)
    assert isinstance(read, MeasuredSweep)
    assert sorted(len(point.records) for point in read.points) == [2, 4], "what was there is in its folder as well"
    notices: list[str] = []
    again = keep(read, source="the next app", tell=notices.append)
    assert again is not None
    assert ([each.id for each in list_kept()], again.requests, notices) == ([kept.id], 24, [])
    third = SweepRunner(second.plan, earlier=read)
    events = [event async for event in third.run()]
    assert [event.round for event in events if isinstance(event, SweepRoundStarted)] == [3]
    made = {point.value: sorted({each.round for each in point.result.records}) for point in third.result().points}
    assert sorted(made.values()) == [[1, 2], [1, 2, 3]]
    assert third.progress().round == 3


def test_a_sweep_that_has_sent_what_is_not_kept_is_not_gone_on_with() -> None:
    measured = measured_sweep("concurrency=1,2", {"aiohttp": (2.0, 7.0), "requests": (3.0, 9.0)})
    assert why_no_more_of_sweep(measured) == ""
    assert why_no_more_of_sweep(None) == NOTHING_KEPT
    lost = replace(
        measured, points=tuple(replace(each, dropped_headers=("Authorization",)) for each in measured.points)
    )
    assert "This run sent what is never kept (Authorization)" in why_no_more_of_sweep(lost)
    none = replace(measured, points=tuple(replace(each, records=()) for each in measured.points))
    assert why_no_more_of_sweep(none) == NO_ROUND


def is_of(event: object, kind: type) -> bool:
    return isinstance(event, PointEvent) and isinstance(event.event, kind)


async def test_nothing_is_lost_of_a_sweep_that_is_stopped_or_killed(
    light_modes: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is one entry of the history; its folder in the middle of the second round is what a killed app leaves."""
    runner = SweepRunner(plan_of(light_modes, rounds=50), keeps_folder=True, name="my sweep")
    folder, finished, made = runs_folder(), 0, []
    assert folder is not None
    async for event in runner.run():
        if is_of(event, RoundFinished):
            finished += 1
            assert runner.result().points[0].value == "1", "at any moment"
            if finished == 3:
                shutil.copytree(next(folder.iterdir()), tmp_path / "left")
                made = [len(point.records) for point in runner.measured.points]
                runner.stop()
    assert sorted(made) == [2, 4], "one round of each point, and the second of one"
    measured, result = runner.measured, runner.result()
    assert (measured.whole.stopped, result.stopped, runner.progress().stage) == (True, True, "ended")
    assert keep(measured, source=runner.source) is not None
    runner.discard()
    assert [(run.load, run.name, run.outcome) for run in list_kept()] == [
        ("sweep concurrency=1,2", "my sweep", "stopped")
    ]
    opened = open_any("my sweep")
    assert isinstance(opened, MeasuredSweep)
    assert [point.records for point in opened.points] == [point.records for point in measured.points]
    with pytest.raises(KeptRunError, match="is a sweep"):
        open_kept("my sweep")
    with pytest.raises(PlanError, match="is a sweep"):
        open_run("last")
    assert export_run("last", tuple(export_to(str(tmp_path / name)) for name in ("a.json", "a.jsonl", "a.html"))) == 0
    jsonschema.validate(json.loads((tmp_path / "a.json").read_text()), json.loads(SCHEMA_FILE.read_text()))
    assert show_run("last") == 0
    assert "Stopped by the user; this is" in capsys.readouterr().out

    left = folder / "run-left"
    shutil.move(tmp_path / "left", left)
    assert [(run.folder, run.requests, run.modes) for run in find_interrupted_runs()] == [(left, 3 * 8, 2)]
    with pytest.raises(RecoveryError, match="recovered without the screen"):
        read_measured(left)
    recovered = read_any(left)
    assert isinstance(recovered, MeasuredSweep)
    assert (recovered.whole.interrupted, [len(point.records) for point in recovered.points]) == (True, made)
    # The history has this very sweep already, by its id: what was killed is another one.
    assert recover_run() == 0
    assert "Interrupted; this is what had been measured by then." in capsys.readouterr().out
    assert (look_for_leftovers().runs, left.exists()) == ((), False)


@pytest.mark.slow
async def test_a_sweep_of_which_nothing_was_measured_leaves_nothing(light_modes: tuple[str, ...]) -> None:
    runner = SweepRunner(plan_of(light_modes))
    async for event in runner.run():
        if isinstance(event, SweepRoundStarted):
            runner.stop()
    assert not runner.has_measured
    assert keep(runner.measured, source=runner.source) is None
    assert not find_interrupted_runs()
    assert not child_pids()


@pytest.mark.slow
async def test_a_point_at_which_all_fails_alike_is_left_out_and_the_others_are_not(
    light_modes: tuple[str, ...],
) -> None:
    plan = plan_of(light_modes, "service-time=0,900", timeout_s=0.3, rounds=1)
    runner = SweepRunner(plan)
    events = [event async for event in runner.run()]
    assert [event.value for event in events if is_of(event, AllFailed)] == ["900"]  # type: ignore[union-attr]
    assert [point.is_measured for point in runner.result().points] == [True, False]
    assert runner.failure is None, "not at every point"
    again = SweepRunner(plan, keep_going=True)
    assert [event async for event in again.run()][-1] == SweepFinished(stopped=False)
    assert [point.is_measured for point in again.result().points] == [True, True]


@pytest.mark.slow
async def test_trouble_at_a_point_ends_the_sweep_and_keeps_the_rest(
    light_modes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the second round begins."""
    added = 0
    add = RunFolder.add

    def refuse(self: RunFolder, record: Any) -> None:
        nonlocal added
        added += 1
        if added > 2 * 2:
            raise OSError(28, "No space left on device")
        add(self, record)

    monkeypatch.setattr(RunFolder, "add", refuse)
    runner = SweepRunner(plan_of(light_modes, rounds=5))
    events = [event async for event in runner.run()]
    assert events[-1] == SweepFinished(stopped=True)
    assert runner.trouble.startswith("At concurrency ")
    assert "no space left on device" in runner.trouble.lower()
    assert sum(is_of(event, RoundStarted) for event in events) == 3
    assert all(point.is_measured for point in runner.result().points)
    assert not child_pids()


@pytest.mark.slow
async def test_the_budget_is_that_of_the_whole(light_modes: tuple[str, ...]) -> None:
    begin = time.monotonic()
    runner = SweepRunner(plan_of(light_modes, requests=None, rounds="auto", budget_s=9.0, same_within=0.001))
    async for _ in runner.run():
        left_s = runner.progress().time_left_s
        assert left_s is None or left_s <= 9.5
    assert time.monotonic() - begin < 14
    assert all(point.is_measured for point in runner.result().points)


def test_a_single_run_of_a_sweep_is_refused() -> None:
    with pytest.raises(ValueError, match="no single run"):
        Runner(Plan(sweep=parse_sweep("rtt=0,5")))
    with pytest.raises(ValueError, match="no sweep"):
        SweepRunner(Plan())


def test_a_sweep_whose_samples_are_gone_says_all_else_as_before() -> None:
    measured = measured_sweep("rtt=5,20", {"aiohttp": (6.0, 21.0), "requests": (13.0, 43.0)}, concurrency=1)
    assert keep(measured, source="made by hand") is not None
    state = runs_folder()
    assert state is not None
    for path in (state.parent / "history" / "samples").iterdir():
        path.unlink()
    opened = open_any("last")
    assert isinstance(opened, MeasuredSweep)
    assert not opened.has_samples
    before, after = summarize_sweep(measured), summarize_sweep(opened)
    assert [point.result.ranking for point in after.points] == [point.result.ranking for point in before.points]


def test_a_damaged_sweep_is_no_sweep() -> None:
    measured = measured_sweep("rtt=5,20", {"aiohttp": (6.0, 21.0)})
    result = summarize_sweep(measured)
    lacking = replace(measured, points=measured.points[:1]), replace(result, points=result.points[:1])
    keep(lacking[0], source="lacks a point", result=lacking[1])
    with pytest.raises(KeptRunError, match="not those of its sweep"):
        open_any("last")


def test_what_happens_during_a_pause_is_nobodys() -> None:
    clock = Stopwatch()
    begin_s = clock.now_s()
    clock.pause()
    time.sleep(0.05)
    assert clock.now_s() - begin_s < 0.04
    clock.resume()
    assert clock.now_s() - begin_s < 0.04
    monitor = ConditionsMonitor(CpuChoice(None, None, ""))
    monitor.start()
    begun = monitor._start
    assert begun is not None
    monitor.pause()
    busy_until = time.process_time() + 0.3
    while time.process_time() < busy_until:
        pass
    monitor.resume()
    started, told = monitor._start, monitor.finish(None)
    assert started is not None
    assert started.own_cpu_s - begun.own_cpu_s >= 0.2, "what was used meanwhile counts as used before"
    assert told.other_cpu_share is None or told.other_cpu_share <= 1.0

"""Where a run stands, from its records and the samples of the round under way; cheap enough for every redraw."""

from __future__ import annotations

import time

import numpy as np

from tui_httpbench.bench.events import LaneProgress, LaneState, Progress
from tui_httpbench.bench.records import RoundRecord
from tui_httpbench.bench.round_schedule import RoundSchedule
from tui_httpbench.bench.samples import LATENCY, START, Samples
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.plan import Plan

SPARKLINE_POINTS = 24
RECENT_ROWS = 20_000
CURRENT_WINDOW_S = 1.0


def throughput_over_time(samples: Samples, points: int) -> tuple[float, ...]:
    """Finished requests per second in ``points`` equal parts of the time from the first start to the last end.

    Of more than ``RECENT_ROWS`` samples, only every second, third … is looked at: a screen waits for this.
    """
    if not len(samples):
        return ()
    step = -(-len(samples) // RECENT_ROWS)
    seen = samples[::step]
    ends = seen[:, START] + seen[:, LATENCY]
    first, last = int(seen[:, START].min()), int(ends.max())
    if last <= first:
        return ()
    counts, _ = np.histogram(ends, bins=points, range=(first, last))
    return tuple(float(count) for count in counts * step / ((last - first) / 1e9 / points))


def recent_throughput(samples: Samples, window_s: float = CURRENT_WINDOW_S) -> float | None:
    """Finished requests per second in the latest ``window_s`` seconds of the samples; None without samples."""
    if not len(samples):
        return None
    ends = samples[:, START] + samples[:, LATENCY]
    last = int(ends.max())
    first = max(int(samples[:, START].min()), last - int(window_s * 1e9))
    span_s = (last - first) / 1e9
    return float(np.count_nonzero(ends > first) / span_s) if span_s > 0 else None


class LaneTracker:
    """One mode's rounds so far."""

    def __init__(self, mode_id: str, plan: Plan, schedule: RoundSchedule) -> None:
        """Nothing measured yet."""
        self.mode_id = mode_id
        self._plan = plan
        self._schedule = schedule
        self._done = self._errors = self._rounds_done = 0
        self._elapsed_s = 0.0
        self._wall_s = 0.0
        self._sparkline: tuple[float, ...] = ()
        self._points = max(1, SPARKLINE_POINTS // schedule.rounds_in_sight)
        self._given_up = False

    def add(self, record: RoundRecord) -> None:
        """Takes a finished round in."""
        self._done += len(record.samples)
        self._errors += record.failed
        self._elapsed_s += record.elapsed_s or 0.0
        self._wall_s += record.wall_s
        self._sparkline += throughput_over_time(record.samples, self._points)
        self._rounds_done += record.outcome == "complete"
        self._given_up = record.outcome not in ("complete", "stopped")

    def seconds_left(self, worker: WorkerProcess | None) -> float | None:
        """How long the rounds that are missing will take at the pace so far; None before the first."""
        if self._given_up:
            return 0.0
        if not self._rounds_done:
            return None
        per_round_s = self._wall_s / self._rounds_done
        left = float(self._schedule.rounds_in_sight - self._rounds_done)
        if worker is not None:
            left -= worker.samples.done() / self._plan.requests
        return per_round_s * left

    def progress(self, worker: WorkerProcess | None) -> LaneProgress:
        """This mode's lane; ``worker`` is its round under way, if any."""
        done, errors, sparkline = self._done, self._errors, self._sparkline
        throughput = self._done / self._elapsed_s if self._elapsed_s else None
        state: LaneState = "waiting"
        if self._given_up:
            state = "failed"
        elif worker is not None:
            state = "running" if worker.is_measuring else "starting"
            recent = worker.samples.recent(RECENT_ROWS)
            done += worker.samples.done()
            errors += worker.samples.failed()
            if len(recent):
                throughput = recent_throughput(recent)
                sparkline += throughput_over_time(recent, self._points)
        elif self._rounds_done == self._schedule.rounds_in_sight:
            state = "done"
        return LaneProgress(
            mode=self.mode_id,
            state=state,
            done=done,
            total=self._plan.requests * self._schedule.rounds_in_sight,
            errors=errors,
            rounds_done=self._rounds_done,
            throughput=throughput,
            sparkline=sparkline,
            rounds=self._schedule.rounds_in_sight,
            points_per_round=self._points,
        )


class ProgressTracker:
    """All lanes of a run, its clock, and the worker that is measuring now."""

    def __init__(self, plan: Plan, schedule: RoundSchedule) -> None:
        """Nothing started yet."""
        self._plan = plan
        self._schedule = schedule
        self._lanes = {mode_id: LaneTracker(mode_id, plan, schedule) for mode_id in plan.modes}
        self._started_s: float | None = None
        self._ended_s: float | None = None
        self._round = 0
        self._worker: WorkerProcess | None = None

    def start(self) -> None:
        """Starts the run's clock."""
        self._started_s = time.monotonic()

    def end(self) -> None:
        """Stops the run's clock."""
        self._ended_s = time.monotonic()

    def begin_round(self, worker: WorkerProcess) -> None:
        """A worker was started."""
        self._worker = worker
        self._round = worker.round

    def drop_round(self) -> None:
        """The worker is gone, and there is nothing to tell of it."""
        self._worker = None

    def finish_round(self, record: RoundRecord) -> None:
        """The worker is gone; its record takes its place."""
        self._worker = None
        self._lanes[record.mode].add(record)

    def snapshot(self) -> Progress:
        """Where the run stands now."""
        worker = self._worker
        lanes = tuple(
            lane.progress(worker if worker and worker.mode_id == mode_id else None)
            for mode_id, lane in self._lanes.items()
        )
        running = next((lane for lane in lanes if worker and lane.mode == worker.mode_id), None)
        begin_s = self._started_s
        now_s = self._ended_s if self._ended_s is not None else time.monotonic()
        return Progress(
            elapsed_s=0.0 if begin_s is None else now_s - begin_s,
            round=self._round,
            rounds=self._schedule.rounds_in_sight,
            lanes=lanes,
            running=running.mode if running else None,
            time_left_s=self._time_left_s(worker),
            throughput=running.throughput if running else None,
            is_auto=self._schedule.is_auto,
            max_rounds=self._plan.max_rounds,
            budget_left_s=self._schedule.budget_left_s,
            ranking=self._schedule.ranking,
            undecided=self._schedule.undecided,
        )

    def _time_left_s(self, worker: WorkerProcess | None) -> float | None:
        if self._ended_s is not None:
            return 0.0
        left = 0.0
        for mode_id, lane in self._lanes.items():
            seconds = lane.seconds_left(worker if worker and worker.mode_id == mode_id else None)
            if seconds is None:
                return None
            left += seconds
        budget_s = self._schedule.budget_left_s
        return left if budget_s is None else min(left, budget_s)

"""Where a run stands, from its records and the samples of the round under way; cheap enough for every redraw."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tui_httpbench.bench.events import LaneProgress, LaneState, Progress, Stage
from tui_httpbench.bench.forecast import forecast
from tui_httpbench.bench.round_schedule import RoundSchedule
from tui_httpbench.bench.stopwatch import Stopwatch
from tui_httpbench.bench.turns import Turns
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import LATENCY, START, Samples, error_mask, measured_span_s
from tui_httpbench.plan.plan import AUTO, Plan

SPARKLINE_POINTS = 24
RECENT_ROWS = 20_000
ROUND_OVERHEAD = 1.3
"""How many times its measured seconds a round takes, at most: waiting for the last request of each slice, lead-ins."""
MIN_LEFT_S = 0.5
"""What an upper bound of the time left never falls below while the run goes on."""


def throughput_over_time(samples: Samples, points: int) -> tuple[float, ...]:
    """Successful requests per second in ``points`` equal parts of the time from the first start to the last end.

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
    counts, _ = np.histogram(ends[~error_mask(seen)], bins=points, range=(first, last))
    return tuple(float(count) for count in counts * step / ((last - first) / 1e9 / points))


class LaneTracker:
    """One mode's rounds so far."""

    def __init__(self, mode_id: str, plan: Plan, schedule: RoundSchedule) -> None:
        """Nothing measured yet."""
        self.mode_id = mode_id
        self._plan = plan
        self._schedule = schedule
        self._done = self._succeeded = self._errors = self._rounds_done = 0
        self._failures: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._elapsed_s = 0.0
        self._sparkline: tuple[float, ...] = ()
        self._points = max(1, SPARKLINE_POINTS // schedule.rounds_in_sight)
        self._given_up = False

    def add(self, record: RoundRecord) -> None:
        """Takes a finished round in."""
        self._done += record.requests
        self._succeeded += record.tally.ok
        self._errors += record.failed
        self._failures.update(record.tally.failures)
        self._failures["hung"] += record.hung_requests
        self._answers.update(record.tally.answers)
        self._elapsed_s += record.elapsed_s or 0.0
        self._sparkline += throughput_over_time(record.samples, self._points)
        self._rounds_done += record.outcome == "complete"
        self._given_up = record.outcome not in ("complete", "stopped")

    def progress(self, turns: Turns | None) -> LaneProgress:
        """This mode's lane; ``turns`` is the round under way that it is in, if any."""
        done, errors, sparkline = self._done, self._errors, self._sparkline
        failures, answers = self._failures.copy(), self._answers.copy()
        succeeded, elapsed_s = self._succeeded, self._elapsed_s
        rounds = self._schedule.rounds_in_sight
        share = float(self._rounds_done)
        state: LaneState = "waiting"
        worker = turns.workers[self.mode_id] if turns is not None else None
        if self._given_up or (worker is not None and not worker.can_work and not worker.is_stopped):
            state = "failed"
        elif turns is not None:
            state = "running" if turns.is_measuring else "starting"
        elif self._rounds_done >= rounds:
            state = "done"
        if turns is not None and worker is not None:
            recent = worker.samples.recent(RECENT_ROWS)
            done += worker.samples.done()
            errors += worker.samples.failed()
            failures.update(worker.samples.failures())
            answers.update(worker.samples.answers())
            load = turns.loads.get(self.mode_id)
            share += load.share if load is not None else 0.0
            sparkline += throughput_over_time(recent, self._points)
            has_all = len(recent) < RECENT_ROWS
            # Of very many samples, only whole slices are counted, whose measured seconds are known.
            here = len(recent) if has_all else worker.requests
            succeeded += max(here - worker.samples.failed(), 0)
            elapsed_s += (measured_span_s(recent) or 0.0) if has_all else worker.elapsed_s
        throughput = succeeded / elapsed_s if elapsed_s else None
        if 0 < errors >= done:
            throughput, sparkline = None, ()
        exact = self._plan.load.exact_requests
        return LaneProgress(
            mode=self.mode_id,
            state=state,
            done=done,
            total=None if exact is None else exact * rounds,
            share=min(share / rounds, 1.0) if rounds else 0.0,
            errors=errors,
            rounds_done=self._rounds_done,
            throughput=throughput,
            sparkline=sparkline,
            rounds=rounds,
            points_per_round=self._points,
            failures=tuple((name, count) for name, count in failures.most_common() if count),
            answers=tuple(answers.most_common()),
        )


class ProgressTracker:
    """All lanes of a run, its clock, and the round under way."""

    def __init__(self, plan: Plan, schedule: RoundSchedule, clock: Stopwatch | None = None) -> None:
        """Nothing started yet."""
        self._plan = plan
        self._now_s = (clock or Stopwatch()).now_s
        self._schedule = schedule
        self._lanes = {mode_id: LaneTracker(mode_id, plan, schedule) for mode_id in plan.modes}
        self._started_s: float | None = None
        self._ended_s: float | None = None
        self._round = 0
        self._turns: Turns | None = None
        self._running: str | None = None
        self._bound_s: float | None = None
        expected = forecast(plan) if plan.rounds != AUTO and not plan.rounds_before else None
        self._expected_s = None if expected is None else expected.seconds
        self.is_preparing = False
        """Whether environments are made, before the run's clock starts."""

    def start(self) -> None:
        """Starts the run's clock."""
        self._started_s = self._now_s()

    def end(self) -> None:
        """Stops the run's clock."""
        self._ended_s = self._now_s()
        self._running = None

    def begin_round(self, round: int, turns: Turns) -> None:
        """A round of a group begins."""
        self._round = round
        self._turns = turns

    def finish_round(self, records: tuple[RoundRecord, ...]) -> None:
        """The workers of the group are gone; their records take their place."""
        self._turns = None
        for record in records:
            self._lanes[record.mode].add(record)

    def snapshot(self) -> Progress:
        """Where the run stands now."""
        turns = self._turns
        lanes = tuple(
            lane.progress(turns if turns is not None and mode_id in turns.workers else None)
            for mode_id, lane in self._lanes.items()
        )
        if turns is not None and turns.running is not None:
            self._running = turns.running
        begin_s = self._started_s
        now_s = self._ended_s if self._ended_s is not None else self._now_s()
        return Progress(
            elapsed_s=0.0 if begin_s is None else now_s - begin_s,
            stage=self._stage(),
            round=self._round,
            rounds=self._schedule.rounds_in_sight,
            lanes=lanes,
            running=self._running,
            time_left_s=self._time_left_s(now_s),
            is_auto=self._schedule.is_auto,
            max_rounds=self._schedule.max_rounds,
            ranking=self._schedule.ranking,
            undecided=self._schedule.undecided,
            least_rounds=self._schedule.least_rounds,
            expected_s=self._expected_s,
        )

    def _stage(self) -> Stage:
        if self._ended_s is not None:
            return "ended"
        if self.is_preparing:
            return "preparing"
        if self._turns is None:
            return "starting" if self._round else "checking"
        return "measuring" if self._turns.is_measuring else "starting"

    def _time_left_s(self, now_s: float) -> float | None:
        """An upper bound; once told, it may come down faster than the clock and never goes up without need."""
        if self._ended_s is not None:
            return 0.0
        left_s = self._schedule.time_left_s(self._left_of_round_s())
        if left_s is None:
            return None if self._bound_s is None else max(self._bound_s - now_s, MIN_LEFT_S)
        if self._bound_s is None or now_s > self._bound_s - MIN_LEFT_S or now_s + left_s < self._bound_s:
            self._bound_s = now_s + max(left_s, MIN_LEFT_S)
        return self._bound_s - now_s

    def _left_of_round_s(self) -> float | None:
        """How long the round under way takes on at most, in seconds: 0 between two, None while it can't be known."""
        turns = self._turns
        if turns is None:
            return 0.0 if self._round else None
        if not turns.is_measuring:
            return None
        left_s = 0.0
        for mode_id, worker in turns.workers.items():
            load = turns.loads[mode_id]
            if load.is_over or not worker.can_work:
                continue
            own_s = load.seconds_left
            if own_s is None:
                return None
            left_s += own_s
        return left_s * ROUND_OVERHEAD + 1.0

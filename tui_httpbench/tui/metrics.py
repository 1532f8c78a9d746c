"""What a ranking can be drawn by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.formatting import format_ms, format_rate, plural
from tui_httpbench.tui.formatting import format_seconds


@dataclass(frozen=True)
class Metric:
    """One number of a mode; ``value`` gives None where it was not measured, ``text`` writes it with its unit."""

    id: str
    tab: str
    value: Callable[[Result, ModeSummary], float | None]
    text: Callable[[float], str]
    unit: str
    higher_is_better: bool

    def title(self, result: Result) -> str:
        """What the chart shows, and which way is better."""
        name = f"Time for {plural(result.plan.requests, 'request')}" if self.id == "time" else self.tab
        if self.unit:
            name = f"{name}, {self.unit}"
        return f"{name} · {'higher' if self.higher_is_better else 'lower'} is better"


def mean_round_time_s(result: Result, mode: ModeSummary) -> float | None:
    """Mean time of a mode's complete rounds, seconds; None where no round was completed."""
    times = [
        record.elapsed_s
        for record in result.records
        if record.mode == mode.mode and record.outcome == "complete" and record.elapsed_s is not None
    ]
    return sum(times) / len(times) if times else None


def _latency_ms(pick: str) -> Callable[[Result, ModeSummary], float | None]:
    def value(_: Result, mode: ModeSummary) -> float | None:
        return None if mode.latency_ms is None else float(getattr(mode.latency_ms, pick))

    return value


def _with_unit(milliseconds: float) -> str:
    return f"{format_ms(milliseconds)} ms"


METRICS: tuple[Metric, ...] = (
    Metric("time", "Time", mean_round_time_s, format_seconds, "seconds", higher_is_better=False),
    Metric("rate", "Requests/s", lambda _, mode: mode.requests_per_second, format_rate, "", higher_is_better=True),
    Metric("p50", "p50 latency", _latency_ms("p50"), _with_unit, "ms", higher_is_better=False),
    Metric("p99", "p99 latency", _latency_ms("p99"), _with_unit, "ms", higher_is_better=False),
)


def order_by(metric: Metric, result: Result) -> list[tuple[ModeSummary, float | None]]:
    """All modes with their values, the best first: clean ones, then those with failures, then those without a value.

    A mode that never succeeded has no value: how fast it fails says nothing.
    """
    sign = -1 if metric.higher_is_better else 1
    valued = [(mode, metric.value(result, mode) if mode.ok else None) for mode in result.modes]
    return sorted(valued, key=lambda item: (item[1] is None, not item[0].is_clean, sign * (item[1] or 0.0)))


def why_missing(mode: ModeSummary) -> str:
    """In a few words, why a mode has no value."""
    if not mode.requests:
        return "not measured"
    return "no complete round" if mode.ok else "no request succeeded"

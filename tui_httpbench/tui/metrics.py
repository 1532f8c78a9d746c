"""What a ranking can be drawn by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.formatting import format_ms, format_rate, plural
from tui_httpbench.tui.formatting import format_seconds


@dataclass(frozen=True)
class Metric:
    """One number of a mode; ``value`` gives None where it was not measured, ``text`` writes it with its unit.

    ``name`` is the whole name, ``tab`` a short one. ``higher_is_better`` is None where neither is.
    """

    id: str
    name: str
    tab: str
    value: Callable[[Result, ModeSummary], float | None]
    text: Callable[[float], str]
    unit: str
    higher_is_better: bool | None

    def title(self, result: Result) -> str:
        """What the chart shows, and which way is better."""
        name = f"Time for {plural(result.plan.requests, 'request')}" if self.id == "time" else self.name
        if self.unit:
            name = f"{name}, {self.unit}"
        if self.higher_is_better is None:
            return name
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


def body_bytes_per_request(mode: ModeSummary) -> float | None:
    """Mean bytes of the bodies received; None where no request was made."""
    return mode.body_bytes / mode.requests if mode.requests else None


METRICS: tuple[Metric, ...] = (
    Metric("time", "Time", "Time", mean_round_time_s, format_seconds, "seconds", higher_is_better=False),
    Metric(
        "rate",
        "Requests/s",
        "Requests/s",
        lambda _, mode: mode.requests_per_second,
        format_rate,
        "",
        higher_is_better=True,
    ),
    Metric("p50", "p50 latency", "p50", _latency_ms("p50"), _with_unit, "ms", higher_is_better=False),
    Metric("p99", "p99 latency", "p99", _latency_ms("p99"), _with_unit, "ms", higher_is_better=False),
    Metric(
        "cpu",
        "CPU time per request",
        "CPU/request",
        lambda _, mode: mode.cpu_us_per_request,
        lambda number: f"{format_ms(number)} µs",
        "µs",
        higher_is_better=False,
    ),
    Metric(
        "memory",
        "Peak memory",
        "Peak memory",
        lambda _, mode: mode.peak_memory_mib,
        lambda number: f"{format_ms(number)} MiB",
        "MiB",
        higher_is_better=False,
    ),
    Metric(
        "connections",
        "Connections opened",
        "Connections",
        lambda _, mode: mode.connections,
        "{:,.0f}".format,
        "",
        higher_is_better=False,
    ),
    Metric(
        "reuse",
        "Requests per connection",
        "Requests/connection",
        lambda _, mode: mode.requests_per_connection,
        format_rate,
        "",
        higher_is_better=True,
    ),
    Metric(
        "bytes",
        "Body bytes per request",
        "Bytes/request",
        lambda _, mode: body_bytes_per_request(mode),
        lambda number: f"{number:,.0f} bytes",
        "",
        higher_is_better=None,
    ),
)


def order_by(metric: Metric, result: Result) -> list[tuple[ModeSummary, float | None]]:
    """All modes with their values, the best first: clean ones, then those with failures, then those without a value.

    A mode that never succeeded has no value: how fast it fails says nothing.
    """
    sign = -1 if metric.higher_is_better else 1
    valued = [(mode, metric.value(result, mode) if mode.ok else None) for mode in result.modes]
    return sorted(valued, key=lambda item: (item[1] is None, not item[0].is_clean, sign * (item[1] or 0.0)))


def why_missing(metric: Metric, mode: ModeSummary) -> str:
    """In a few words, why a mode has no value; a dash where it can't be known."""
    if not mode.requests:
        return "not measured"
    if not mode.ok:
        return "no request succeeded"
    return "no complete round" if metric.id == "time" else "–"

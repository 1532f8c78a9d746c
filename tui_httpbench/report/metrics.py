"""What the report's chart can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_httpbench.formatting import format_figure, format_ms, format_rate, plural

if TYPE_CHECKING:  # so that --help, which lists the metrics, waits for no array library
    from tui_httpbench.analysis.result import LatencySummary, ModeSummary, Result

DEFAULT_METRIC = "requests/s"


@dataclass(frozen=True)
class ChartMetric:
    """One number of a mode; ``value`` gives None where it was not measured, ``text`` writes it for a bar's end.

    ``higher_is_better`` is None where neither is.
    """

    title: str
    value: Callable[[Result, ModeSummary], float | None]
    text: Callable[[float], str]
    higher_is_better: bool | None = False

    def heading(self, result: Result) -> str:
        """The chart's title: what it shows, and which way is better."""
        title = self.title.format(requests=plural(result.plan.requests, "request"))
        if self.higher_is_better is None:
            return title
        return f"{title}, {'higher' if self.higher_is_better else 'lower'} is better"


def _latency_ms(pick: Callable[[LatencySummary], float]) -> Callable[[Result, ModeSummary], float | None]:
    return lambda _, mode: None if mode.latency_ms is None else pick(mode.latency_ms)


def _mean_round_s(result: Result, mode: ModeSummary) -> float | None:
    times = [
        record.elapsed_s
        for record in result.records
        if record.mode == mode.mode and record.outcome == "complete" and record.elapsed_s is not None
    ]
    return sum(times) / len(times) if times else None


def _connections_per_round(_: Result, mode: ModeSummary) -> float | None:
    return None if mode.connections is None or not mode.rounds_done else mode.connections / mode.rounds_done


def _bytes_per_request(_: Result, mode: ModeSummary) -> float | None:
    return mode.body_bytes / mode.requests if mode.requests else None


def _seconds(seconds: float) -> str:
    return f"{format_figure(seconds)} s" if seconds >= 1 else f"{format_ms(seconds * 1e3)} ms"


def _milliseconds(milliseconds: float) -> str:
    return f"{format_ms(milliseconds)} ms"


CHART_METRICS: dict[str, ChartMetric] = {
    DEFAULT_METRIC: ChartMetric(
        "Requests per second", lambda _, mode: mode.requests_per_second, format_rate, higher_is_better=True
    ),
    "time": ChartMetric("Mean time in seconds for {requests}", _mean_round_s, _seconds),
    "p50": ChartMetric("Median latency in ms", _latency_ms(lambda latency: latency.p50), _milliseconds),
    "p99": ChartMetric("99th percentile of latency in ms", _latency_ms(lambda latency: latency.p99), _milliseconds),
    "cpu": ChartMetric(
        "CPU time in µs per request", lambda _, mode: mode.cpu_us_per_request, lambda us: f"{format_figure(us)} µs"
    ),
    "memory": ChartMetric(
        "Peak memory in MiB", lambda _, mode: mode.peak_memory_mib, lambda mib: f"{format_figure(mib)} MiB"
    ),
    "connections": ChartMetric("Connections opened per round", _connections_per_round, format_figure),
    "reuse": ChartMetric(
        "Requests per connection",
        lambda _, mode: mode.requests_per_connection,
        format_figure,
        higher_is_better=True,
    ),
    "bytes": ChartMetric("Body bytes per request", _bytes_per_request, lambda size: f"{size:,.0f}", None),
}

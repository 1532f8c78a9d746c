"""What a ranking can be drawn by, in the report and on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui_httpbench.plan.plan import ARTICLE
from tui_httpbench.text.formatting import UNKNOWN, format_figure, format_ms, format_rate

if TYPE_CHECKING:  # so that --help, which lists the metrics, waits for no array library
    from tui_httpbench.analysis.result import LatencySummary, ModeSummary, Rank, Result

DEFAULT_METRIC = "requests/s"


@dataclass(frozen=True)
class Metric:
    """One number of a mode; ``value`` gives None where it was not measured, ``text`` writes it for a bar's end.

    ``name`` is the whole name with its unit, ``tab`` a short one, ``id`` one of letters only. ``higher_is_better`` is
    None where neither is. ``ranks`` tells that the places and intervals of ``ranking_by`` are about this number: 1
    where it grows with them, -1 where it falls, 0 where it is another number. ``yardstick`` says whether they are those
    by time or by CPU time. ``note`` says in a short sentence what to mind, empty where there is nothing.
    """

    id: str
    name: str
    tab: str
    value: Callable[[Result, ModeSummary], float | None]
    text: Callable[[float], str]
    higher_is_better: bool | None = False
    ranks: int = 0
    yardstick: Literal["time", "cpu"] = "time"
    note: str = ""

    def heading(self, result: Result) -> str:
        """The chart's title: what it shows, and which way is better."""
        width = result.plan.concurrency
        # With several in flight it is not how long one takes.
        title = self.name.format(in_flight="" if width in (1, ARTICLE) else f" with {width:,} in flight")
        if self.higher_is_better is None:
            return title
        return f"{title}, {'higher' if self.higher_is_better else 'lower'} is better"

    def ranking_by(self, result: Result) -> tuple[Rank, ...]:
        """The ranking that has places and intervals for this number: by CPU time, or by time for all else."""
        return result.ranking_cpu if self.yardstick == "cpu" else result.ranking


def seconds_per_request(result: Result, mode: ModeSummary) -> float | None:
    """Measured seconds of a mode's complete rounds over their requests; None where no round was completed."""
    complete = [
        record
        for record in result.records
        if record.mode == mode.mode and record.outcome == "complete" and record.elapsed_s is not None
    ]
    requests = sum(record.requests for record in complete)
    return sum(record.elapsed_s or 0.0 for record in complete) / requests if requests else None


def body_bytes_per_request(mode: ModeSummary) -> float | None:
    """Mean bytes of the bodies received; None where no request was made."""
    return mode.body_bytes / mode.requests if mode.requests else None


def connections_per_round(mode: ModeSummary) -> float | None:
    """Connections opened in a round, its warm-up included; None where they were not counted."""
    return None if mode.connections is None or not mode.rounds_done else mode.connections / mode.rounds_done


def _latency_ms(pick: Callable[[LatencySummary], float]) -> Callable[[Result, ModeSummary], float | None]:
    return lambda _, mode: None if mode.latency_ms is None else pick(mode.latency_ms)


def _seconds(seconds: float) -> str:
    return f"{format_figure(seconds)} s" if seconds >= 1 else f"{format_ms(seconds * 1e3)} ms"


def _milliseconds(milliseconds: float) -> str:
    return f"{format_ms(milliseconds)} ms"


CHART_METRICS: dict[str, Metric] = {
    DEFAULT_METRIC: Metric(
        "rate",
        "Requests per second",
        "Requests/s",
        lambda _, mode: mode.requests_per_second,
        format_rate,
        higher_is_better=True,
        ranks=-1,
    ),
    "time": Metric(
        "time", "Measured time per request{in_flight}", "Time/request", seconds_per_request, _seconds, ranks=1
    ),
    "p50": Metric("p50", "Median latency in ms", "p50", _latency_ms(lambda latency: latency.p50), _milliseconds),
    "p99": Metric(
        "p99", "99th percentile of latency in ms", "p99", _latency_ms(lambda latency: latency.p99), _milliseconds
    ),
    "cpu": Metric(
        "cpu",
        "CPU time in µs per request",
        "CPU/request",
        lambda _, mode: mode.cpu_us_per_request,
        lambda us: f"{format_figure(us)} µs",
        ranks=1,
        yardstick="cpu",
        note="CPU time is not time: what a client waits for is not in it.",
    ),
    "memory": Metric(
        "memory",
        "Peak memory in MiB",
        "Peak memory",
        lambda _, mode: mode.peak_memory_mib,
        lambda mib: f"{format_figure(mib)} MiB",
    ),
    "connections": Metric(
        "connections",
        "Connections opened per round",
        "Connections",
        lambda _, mode: connections_per_round(mode),
        format_figure,
    ),
    "reuse": Metric(
        "reuse",
        "Requests per connection",
        "Requests/connection",
        lambda _, mode: mode.requests_per_connection,
        format_figure,
        higher_is_better=True,
    ),
    "bytes": Metric(
        "bytes",
        "Body bytes per request",
        "Bytes/request",
        lambda _, mode: body_bytes_per_request(mode),
        lambda size: f"{size:,.0f}",
        higher_is_better=None,
    ),
}
METRICS: tuple[Metric, ...] = tuple(CHART_METRICS.values())


def order_by(metric: Metric, result: Result) -> list[tuple[ModeSummary, float | None]]:
    """All modes with their values, the best first: clean ones, then those with failures, then those without a value.

    By time and by CPU time the order is that of their rankings. A mode that never succeeded has no value: how
    fast it fails says nothing.
    """
    # A ranking by CPU time lacks the modes whose CPU time is unknown.
    ids = dict.fromkeys(rank.mode for rank in (*metric.ranking_by(result), *result.ranking))
    ranked = [result.mode(mode_id) for mode_id in ids]
    valued = [(mode, metric.value(result, mode) if mode.ok else None) for mode in ranked]
    if metric.ranks:
        return sorted(valued, key=lambda item: item[1] is None)
    sign = -1 if metric.higher_is_better else 1
    return sorted(valued, key=lambda item: (item[1] is None, not item[0].is_clean, sign * (item[1] or 0.0)))


def why_missing(metric: Metric, mode: ModeSummary) -> str:
    """In a few words, why a mode has no value; a dash where it can't be known."""
    if not mode.requests:
        return "not measured"
    if not mode.ok:
        return "no request succeeded"
    return "no complete round" if metric.id == "time" else UNKNOWN

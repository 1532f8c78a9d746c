"""One metric of all modes as bars."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from tui_httpbench.analysis.columns import DEFAULT_METRIC, METRIC_OPTIONS
from tui_httpbench.analysis.grouping import GroupBy
from tui_httpbench.analysis.places import marked_name
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.rows import order_by, why_missing
from tui_httpbench.charts.plot import Bar, Color, bar_chart
from tui_httpbench.clients.catalog import libraries
from tui_httpbench.report.console import StreamConsole

LOG_FROM_SPREAD = 50.0
MAX_CHART_COLUMNS = 120
_ROWS_FOR_GAPS = 40
_LIBRARY_COLORS: tuple[Color, ...] = ((66, 133, 244), (219, 112, 41), (31, 157, 107), (171, 92, 205), (200, 160, 30))


def ranking_chart(
    result: Result, console: StreamConsole, metric: str | None = None, by: GroupBy = "rank"
) -> RenderableType | None:
    """The bars of a metric, the best first, and which modes have none; throughput if ``metric`` is None.

    None where nobody chose a metric and there are fewer than two modes to compare.
    """
    chosen = METRIC_OPTIONS[metric or DEFAULT_METRIC]
    bars: list[Bar] = []
    missing: list[str] = []
    for row, value in order_by(chosen, result, by):
        if value is None:
            missing.append(f"{row.mode} ({why_missing(chosen, row)})")
        else:
            color = _color_of(row.summary.library) if console.has_colors else None
            bars.append(Bar(marked_name(result, row.rank), value, chosen.with_unit(value), color))
    if metric is None and len(bars) < 2:
        return None
    positive = [bar.value for bar in bars if bar.value > 0]
    log = bool(positive) and max(positive) / min(positive) > LOG_FROM_SPREAD
    spacious = console.rows is None or console.rows >= _ROWS_FOR_GAPS
    height = 2 * len(bars) + 1 if spacious else 0
    parts = [Text(f"{chosen.title(result)}{', logarithmic scale' if log else ''}", style="bold")]
    if bars and chosen.note:
        parts.append(Text(chosen.note, style="dim"))
    if bars:
        parts.append(Text.from_ansi(bar_chart(bars, min(console.columns, MAX_CHART_COLUMNS), height, log=log)))
    if missing:
        parts.append(Text(f"No bar: {', '.join(missing)}.", style="dim"))
    return Group(*parts)


def _color_of(library: str) -> Color:
    names = [known.name for known in libraries()]
    return _LIBRARY_COLORS[names.index(library) % len(_LIBRARY_COLORS)]

"""One metric of all modes as bars."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from tui_httpbench.analysis.metrics import CHART_METRICS, DEFAULT_METRIC, order_by
from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.charts.plot import Bar, Color, bar_chart
from tui_httpbench.clients.catalog import libraries
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.ranking_table import marked_name

LOG_FROM_SPREAD = 50.0
MAX_CHART_COLUMNS = 120
_ROWS_FOR_GAPS = 40
_LIBRARY_COLORS: tuple[Color, ...] = ((66, 133, 244), (219, 112, 41), (31, 157, 107), (171, 92, 205), (200, 160, 30))


def ranking_chart(result: Result, console: StreamConsole, metric: str | None = None) -> RenderableType | None:
    """The bars of a metric, the best first, and which modes have none; throughput if ``metric`` is None.

    None where nobody chose a metric and there are fewer than two modes to compare.
    """
    chosen = CHART_METRICS[metric or DEFAULT_METRIC]
    ranks = {rank.mode: rank for rank in result.ranking}
    bars: list[Bar] = []
    missing: list[str] = []
    for mode, value in order_by(chosen, result):
        if value is None:
            missing.append(f"{mode.mode} ({_why_missing(mode)})")
        else:
            color = _color_of(mode) if console.has_colors else None
            bars.append(Bar(marked_name(result, ranks[mode.mode]), value, chosen.text(value), color))
    if metric is None and len(bars) < 2:
        return None
    positive = [bar.value for bar in bars if bar.value > 0]
    log = bool(positive) and max(positive) / min(positive) > LOG_FROM_SPREAD
    spacious = console.rows is None or console.rows >= _ROWS_FOR_GAPS
    height = 2 * len(bars) + 1 if spacious else 0
    parts = [Text(f"{chosen.heading(result)}{', logarithmic scale' if log else ''}", style="bold")]
    if bars and chosen.note:
        parts.append(Text(chosen.note, style="dim"))
    if bars:
        parts.append(Text.from_ansi(bar_chart(bars, min(console.columns, MAX_CHART_COLUMNS), height, log=log)))
    if missing:
        parts.append(Text(f"No bar: {', '.join(missing)}.", style="dim"))
    return Group(*parts)


def _why_missing(mode: ModeSummary) -> str:
    if not mode.requests:
        return "not measured"
    return "unknown" if mode.ok else "no request succeeded"


def _color_of(mode: ModeSummary) -> Color:
    names = [library.name for library in libraries()]
    return _LIBRARY_COLORS[names.index(mode.library) % len(_LIBRARY_COLORS)]

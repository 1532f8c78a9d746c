"""One lane over several runs, as text with a chart, as Markdown and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from tui_httpbench.analysis.comparison_rows import verdict_in_words
from tui_httpbench.analysis.trend import Trend, TrendPoint
from tui_httpbench.charts.plot import Color, Line, line_chart
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.tables import fitted_table
from tui_httpbench.text.formatting import (
    UNKNOWN,
    enumerate_first,
    enumerate_names,
    format_figure,
    format_interval,
    format_ratio,
)
from tui_httpbench.text.markdown_table import Side, markdown_table, markdown_text
from tui_httpbench.text.quoting import printable, shown_path

KIND = "trend"
SCHEMA_VERSION = 1
CHART_ROWS = 14
MAX_CHART_COLUMNS = 120
_MOST_NAMED = 3
_VALUE = "value"
_COLUMNS: dict[str, tuple[Side, int]] = {
    "#": ("right", 10),
    "run": ("left", 6),
    "when": ("left", 3),
    _VALUE: ("right", 9),
    "to first": ("right", 8),
    "interval": ("right", 5),
    "verdict": ("left", 7),
    "changed": ("left", 4),
}


def print_trend(trend: Trend, console: StreamConsole) -> None:
    """Prints chart and table, no line wider than the console. Raises BrokenPipeError where the reader is gone."""
    console.print(*_blocks(trend, console))


def to_markdown(trend: Trend) -> str:
    """A heading and the table."""
    columns = {heading: side for heading, (side, _) in trend_columns(trend).items()}
    return f"## {markdown_text(title_of(trend))}\n\n{markdown_table(columns, trend_rows(trend))}"


def to_json(trend: Trend) -> str:
    """Indented ASCII text that ends in a line break; null where a run could not be compared."""
    document = {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "lane": trend.label,
        "relative_to": trend.relative_to or None,
        "unit": "ratio" if trend.relative_to else "ms per request",
        "runs": [_point(point) for point in trend.points],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def chart_of(
    trend: Trend, columns: int, rows: int = CHART_ROWS, color: Color | None = None, dim_color: Color | None = None
) -> str:
    """The lane's value in each run as a line, broken at runs without one; empty where fewer than two have one."""
    if sum(point.value is not None for point in trend.points) < 2:
        return ""
    last = len(trend.points)
    return line_chart(
        _lines(trend, color),
        columns,
        rows,
        x_range=(1.0, float(last)),
        x_ticks=[(float(number), str(number)) for number in range(1, last + 1)],
        dim_color=dim_color,
    )


def _lines(trend: Trend, color: Color | None) -> list[Line]:
    """A line for the runs on end that have a value; the last alone is named."""
    parts: list[list[tuple[float, float]]] = [[]]
    for number, point in enumerate(trend.points, start=1):
        if point.value is not None:
            parts[-1].append((float(number), point.value))
        elif parts[-1]:
            parts.append([])
    drawn = [part for part in parts if part]
    names = [""] * (len(drawn) - 1) + [printable(trend.label)]
    return [
        Line(name, [x for x, _ in part], [y for _, y in part], color) for name, part in zip(names, drawn, strict=True)
    ]


def title_of(trend: Trend) -> str:
    """What is shown of which lane: ``aiohttp over 5 runs: milliseconds per request, lower is better``."""
    what = f"its time over that of {trend.relative_to}" if trend.relative_to else "milliseconds per request"
    return f"{printable(trend.label)} over {len(trend.points)} runs: {printable(what)}, lower is better"


def why_unsure(trend: Trend, asks: str = "--relative-to LABEL") -> str:
    """Which runs did other work, why times alone can't tell runs apart, and what ``asks`` for better; else empty."""
    told = []
    others = [
        (number, point.since_first.other_work)
        for number, point in enumerate(trend.points, start=1)
        if point.since_first is not None and point.since_first.other_work
    ]
    if others:
        numbers = enumerate_names([str(number) for number, _ in others])
        names = ", ".join(dict.fromkeys(name for _, work in others for name in work.split(", ")))
        which = "Run" if len(others) == 1 else "Runs"
        told.append(f"{which} {numbers} did other work than the first ({names}): what differs may be that.")
    whys = [point.since_first.why_clock_is_unsure for point in trend.points if point.since_first is not None]
    if not trend.relative_to and any(whys):
        advice = f"; {asks} cancels what all lanes share" if trend.others else ""
        told.append(f"What is unsure may be so since runs were made on different machines, or on a busy one{advice}.")
    return " ".join(told)


def _blocks(trend: Trend, console: StreamConsole) -> Iterator[RenderableType]:
    yield Text(title_of(trend), style="bold")
    if chart := chart_of(trend, min(console.columns, MAX_CHART_COLUMNS)):
        yield Text.from_ansi(chart)
    yield ""
    columns = trend_columns(trend)
    yield fitted_table(
        console,
        {heading: side for heading, (side, _) in columns.items()},
        [[Text(cell) for cell in row] for row in trend_rows(trend)],
        [weight for _, weight in columns.values()],
    )
    if told := why_unsure(trend):
        yield ""
        yield Text(told, overflow="fold")
    if trend.others:
        yield ""
        yield Text(f"Other lanes, for --lane: {printable(enumerate_first(trend.others, 12))}", style="dim")


def trend_columns(trend: Trend) -> dict[str, tuple[Side, int]]:
    """The columns by heading: the side that each is aligned to, and its weight where there is little room."""
    unit = f"× {printable(trend.relative_to)}" if trend.relative_to else "ms"
    return {unit if heading == _VALUE else heading: told for heading, told in _COLUMNS.items()}


def trend_rows(trend: Trend) -> list[tuple[str, ...]]:
    """The cells of each run, one for each column."""
    return [_row(number, point) for number, point in enumerate(trend.points, start=1)]


def _row(number: int, point: TrendPoint) -> tuple[str, ...]:
    run = point.run
    name = printable(run.name) or shown_path(run.source, 60)
    value = UNKNOWN if point.value is None else format_figure(point.value)
    changed = enumerate_first([printable(each) for each in point.changed], _MOST_NAMED)
    told = (str(number), name, printable(run.started_at or UNKNOWN), value)
    if point.since_first is None:
        return *told, UNKNOWN, UNKNOWN, "first", changed
    (lane,) = point.since_first.lanes
    if lane.interval is None:
        return *told, UNKNOWN, UNKNOWN, "not compared", changed
    interval = format_interval(lane.interval.low, lane.interval.high)
    return *told, format_ratio(lane.interval.ratio), interval, verdict_in_words(point.since_first, lane), changed


def _point(point: TrendPoint) -> dict[str, Any]:
    lane = None if point.since_first is None else point.since_first.lanes[0]
    interval = None if lane is None else lane.interval
    has_bounds = interval is not None and math.isfinite(interval.high)
    return {
        "source": point.run.source,
        "name": point.run.name or None,
        "started_at": point.run.started_at,
        "value": point.value,
        "ratio": None if interval is None else interval.ratio,
        "ratio_interval": [interval.low, interval.high] if interval is not None and has_bounds else None,
        "verdict": None if lane is None or interval is None else lane.verdict,
        "changed": list(point.changed),
    }

"""A sweep as one HTML page without anything from outside: sentences, curves with their bands, tables."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURES, SweptFigure, curve
from tui_httpbench.analysis.sweep_table import RETENTION_NOTE, lanes_in_order, table_of
from tui_httpbench.analysis.sweep_words import sentences_of
from tui_httpbench.report import html_charts as charts
from tui_httpbench.report.html_charts import Curve
from tui_httpbench.report.html_parts import bullets, element, escaped, facts, paragraph, section, table
from tui_httpbench.report.html_report import figure_of, foot, head, looks_of
from tui_httpbench.report.settings import environment_rows, variant_rows
from tui_httpbench.report.sweep_facts import how_in_words, how_measured, moment, target_of_sweep, theory_rows
from tui_httpbench.text.markdown_table import Side

MANY_TIMES = 8.0
"""From how many times the smallest on the largest is, an axis is logarithmic."""


def parts_of(result: SweepResult) -> Iterator[str]:
    """The page, section by section."""
    title = target_of_sweep(result)
    yield head(title)
    yield _header(result, title)
    if result.measured_points:
        drawn = [_curves(result, figure) for figure in FIGURES]
        yield section("Curves", element("div", *drawn, class_="charts") if any(drawn) else "", id_="curves")
        yield section("Tables", *(_table(result, figure) for figure in FIGURES), id_="tables")
    if theory := theory_rows(result):
        yield section(theory.title, _rows(theory.columns, theory.rows), id_="theory")
    yield section("Warnings", bullets((finding.text for finding in result.findings), "doubts"), id_="warnings")
    yield section("How it was measured", facts(how_measured(result)), id_="method")
    first = result.measured_result
    rows = facts((*environment_rows(result.environment), *variant_rows(first)))
    yield section("Versions and machine", rows, id_="versions")
    yield foot()


def _header(result: SweepResult, title: str) -> str:
    first, *rest = sentences_of(result) or ("Nothing was measured.",)
    stopped = "This sweep ended before its time; this is what had been measured by then." if result.stopped else ""
    return element(
        "header",
        paragraph(title, "over"),
        element("h1", escaped(first)),
        bullets(rest),
        paragraph(stopped, "doubt"),
        paragraph(f"{how_in_words(result)}{moment(result)}", "quiet"),
    )


def _curves(result: SweepResult, figure: SweptFigure) -> str:
    """A line for each lane with its interval as a band; workloads, which have no order, are dots side by side."""
    looks = looks_of(result.measured_result)
    numbers = result.sweep.numbers
    positions = numbers or tuple(float(index) for index in range(len(result.points)))
    by_value = dict(zip(result.sweep.values, positions, strict=True))
    log_x = numbers is not None and _is_wide(positions)
    lines = []
    for lane in lanes_in_order(result):
        told = [point for point in curve(result, lane, figure) if point.figure]
        points = [(by_value[point.value], point.figure or 0.0) for point in told]
        band = [
            (by_value[point.value], point.low, point.high)
            for point in told
            if point.low is not None and point.high is not None
        ]
        if points:
            lines.append(Curve(lane, points, looks[lane], band))
    values = [value for line in lines for _, value in line.points]
    if len({at for line in lines for at, _ in line.points}) < 2:
        return ""
    log = _is_wide(values)
    scale = ", logarithmic scale" if log else ""
    title = f"{table_of(result, figure).title}{scale}"
    marks = [(by_value[value], value) for value in result.sweep.values]
    return figure_of(title, charts.curves(title, lines, marks, log=log, log_x=log_x, joined=numbers is not None))


def _is_wide(values: tuple[float, ...] | list[float]) -> bool:
    """Whether values differ so much that a logarithmic scale shows them better; one with 0 can't be."""
    return min(values) > 0 and max(values) / min(values) >= MANY_TIMES


def _table(result: SweepResult, figure: SweptFigure) -> str:
    told = table_of(result, figure)
    sides: dict[str, Side] = {heading: "right" if number else "left" for number, heading in enumerate(told.headings)}
    note = paragraph(RETENTION_NOTE, "quiet") if told.retains else ""
    return element("h3", escaped(told.title)) + _rows(sides, told.rows) + note


def _rows(columns: dict[str, Side], rows: tuple[tuple[str, ...], ...]) -> str:
    return table(list(columns.items()), rows, "ranking", heads=0)

"""A sweep as CSV with a row for each lane at each value."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURES, CurvePoint, SweptFigure, curve, retention
from tui_httpbench.report import lanes_csv
from tui_httpbench.report.csv_table import CsvColumn, Document, csv_lines, of_row
from tui_httpbench.report.json_report import to_dict

POINT_COLUMNS: tuple[CsvColumn, ...] = (
    of_row("knob", "the knob of the sweep"),
    of_row("value", "its value at this point, as it was written"),
    of_row("number", "the same as a number, in the knob's own unit; nothing for workloads"),
)
"""What tells the point of a row."""

_NAMES = {
    "requests/s": "ok_per_second",
    "time": "time_per_request_s",
    "p50": "latency_p50_ms",
    "p99": "latency_p99_ms",
    "cpu": "cpu_us_per_request",
}

COLUMNS: tuple[CsvColumn, ...] = (
    *POINT_COLUMNS,
    *lanes_csv.COLUMNS,
    *(
        of_row(f"{_NAMES[figure.option]}_{side}", f"the {word} bound of {_NAMES[figure.option]}, of 95 %")
        for figure in FIGURES
        for side, word in (("low", "lower"), ("high", "upper"))
    ),
    of_row("retention", "requests/s at the last value over those at the first"),
    of_row("retention_low", "the lower bound of that, of 95 %"),
    of_row("retention_high", "the upper bound"),
)


def parts_of(result: SweepResult) -> Iterator[str]:
    """The heading, then a line for each lane at each value."""
    return csv_lines(COLUMNS, _rows(result))


def point_cells(result: SweepResult, index: int) -> Document:
    """What ``POINT_COLUMNS`` read of a point."""
    point = result.points[index]
    return {"knob": result.sweep.knob, "value": point.value, "number": point.number}


def _rows(result: SweepResult) -> Iterator[Document]:
    bounds = {(lane, figure.option): curve(result, lane, figure) for lane in result.lanes for figure in FIGURES}
    kept = {lane: retention(result, lane) for lane in result.lanes}
    for index, point in enumerate(result.points):
        for row in lanes_csv.rows_of(point.result, to_dict(point.result)):
            lane = row["lane"]
            own = kept[lane]
            yield {
                **row,
                **point_cells(result, index),
                **{
                    key: value
                    for figure in FIGURES
                    for key, value in _bounds(figure, bounds[lane, figure.option][index])
                },
                "retention": own and own.ratio,
                "retention_low": own and own.low,
                "retention_high": own and own.high,
            }


def _bounds(figure: SweptFigure, told: CurvePoint) -> Iterator[tuple[str, float | None]]:
    yield f"{_NAMES[figure.option]}_low", told.low
    yield f"{_NAMES[figure.option]}_high", told.high

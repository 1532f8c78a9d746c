"""What the tables in CSV have in common: a column's name, meaning and value, and how a cell is written.

Values are those of the JSON: numbers as they were measured, their unit in the column's name, and nothing where the JSON
has null.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tui_httpbench.text.quoting import printable

Document = dict[str, Any]
_STARTS_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class CsvColumn:
    """A column: its heading, which ends in the unit, what it says, and what it reads of a row."""

    name: str
    about: str
    value: Callable[[Document], Any]


def of_row(name: str, about: str, key: str = "") -> CsvColumn:
    """A column that is what the row has under its name, or under ``key``."""
    return CsvColumn(name, about, lambda row: row.get(key or name))


def csv_lines(columns: Sequence[CsvColumn], rows: Iterable[Document]) -> Iterator[str]:
    """The heading and a line for each row."""
    yield _line([column.name for column in columns])
    for row in rows:
        yield _line([_cell(column.value(row)) for column in columns])


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return _text(" ".join(map(str, value)))
    return repr(value) if isinstance(value, int | float) else _text(str(value))


def _text(text: str) -> str:
    """A text on one line that a spreadsheet takes for a text, and not for a formula."""
    shown = printable(text)
    return f"'{shown}" if shown.startswith(_STARTS_FORMULA) else shown


RUN_COLUMNS: tuple[CsvColumn, ...] = (
    of_row("started_at", "when the run began, in ISO 8601 with the zone"),
    of_row("run_name", "the run's name"),
    of_row("url", "the URL, without credentials"),
    of_row("method", "the method"),
    of_row("concurrency", "requests in flight, or article"),
    of_row("profile", "equal or defaults"),
    of_row("scenario", "how the embedded target behaved"),
    of_row("python", "the interpreter"),
    of_row("platform", "the system"),
    of_row("cpu_count", "its processors"),
)
"""What is the same in all rows of a run: rows of several runs can be put below each other."""


def run_cells(document: Document) -> Document:
    """What ``RUN_COLUMNS`` read, of the JSON of a run."""
    plan, environment = document["plan"], document["environment"]
    return {
        "started_at": document["started_at"],
        "run_name": document["name"],
        **{key: plan[key] for key in ("url", "method", "concurrency", "profile")},
        "scenario": (plan["scenario"] or {}).get("name"),
        **{key: environment[key] for key in ("python", "platform", "cpu_count")},
    }

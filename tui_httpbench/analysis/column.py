"""What a column of the ranking is: how it is called, read off a mode and written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui_httpbench.plan.plan import ARTICLE
from tui_httpbench.text.formatting import UNKNOWN, format_figure
from tui_httpbench.text.markdown_table import Side

if TYPE_CHECKING:  # so that --help, which lists the columns, waits for no array library
    from tui_httpbench.analysis.gusts import Yardstick
    from tui_httpbench.analysis.result import Result
    from tui_httpbench.analysis.row import Row

Value = float | str | None
ALWAYS = 100
"""The weight from which on a column is shown whatever is known of it, and however narrow a table is."""


@dataclass(frozen=True)
class Column:
    """One thing that is told of every mode.

    ``id`` has letters only, ``label`` with ``unit`` is its heading, ``about`` explains it in a sentence. ``value`` is
    what is sorted by and drawn, None where it is unknown; ``write`` makes a number a text without its unit, and
    ``cell`` is there where a cell takes more than that. ``better`` is None where neither is.

    ``weight`` tells which columns stay where there is no room for all, the largest; None for one of the chart alone.
    With ``where_known``, the screen's table has it only where a mode has a value.
    ``by_cpu`` is the label in a ranking by CPU time, where it is another one.

    Bars can be drawn of what has an ``option``: its name after ``--metric``. ``name`` is what their title calls it, and
    ``note`` says what to mind of them. ``yardstick`` is that of the ranking whose places and intervals are about this
    very number, None where there is none; ``of_all_in_flight`` tells that requests in flight together share it.
    """

    id: str
    label: str
    about: str
    value: Callable[[Row], Value]
    write: Callable[[float], str] = format_figure
    cell: Callable[[Row], str] | None = None
    unit: str = ""
    align: Side = "right"
    better: Literal["higher", "lower"] | None = "lower"
    weight: int | None = None
    name: str = ""
    option: str = ""
    yardstick: Yardstick | None = None
    of_all_in_flight: bool = False
    by_cpu: str = ""
    note: str = ""
    where_known: bool = False

    def heading(self, yardstick: Yardstick = "time") -> str:
        """What stands over the column in a ranking by this yardstick: ``p50 ms``."""
        label = self.by_cpu if self.by_cpu and yardstick == "cpu" else self.label
        return f"{label} {self.unit}".rstrip()

    def text(self, row: Row) -> str:
        """The cell of a mode, without the unit; a dash where the value is unknown."""
        if self.cell is not None:
            return self.cell(row)
        value = self.value(row)
        return UNKNOWN if value is None else value if isinstance(value, str) else self.write(value)

    def number(self, row: Row) -> float | None:
        """The value of a mode, if it is a number."""
        value = self.value(row)
        return None if isinstance(value, str) else value

    def with_unit(self, value: float) -> str:
        """A value as it stands at a bar's end: ``12.3 ms``."""
        return f"{self.write(value)} {self.unit}".rstrip()

    def title(self, result: Result) -> str:
        """The title of its bars: what they show, and which way is better."""
        width = result.plan.concurrency
        title = f"{self.name[:1].upper()}{self.name[1:]}{self.unit and f' in {self.unit}'}"
        if self.of_all_in_flight and width not in (1, ARTICLE):
            title += f" with {width:,} in flight"
        return title if self.better is None else f"{title}, {self.better} is better"

    @property
    def trend(self) -> int:
        """1 where the value grows with the ratios of its ranking, -1 where it falls, 0 where it has no ranking."""
        return 0 if self.yardstick is None else 1 if self.better == "lower" else -1

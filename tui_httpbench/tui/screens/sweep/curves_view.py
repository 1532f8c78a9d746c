"""Curves over a knob with a cursor, what they are under it, and the table of them."""

from __future__ import annotations

import math
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive

from tui_httpbench.analysis.sweep_curves import FIGURES
from tui_httpbench.analysis.sweep_table import RETENTION
from tui_httpbench.charts.curves import Curve, CurvePoint, curve_chart, places
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.tui.parts.panel import SEPARATOR, Panel
from tui_httpbench.tui.parts.themed_chart import AXIS, VALUE, ThemedChart, library_role, stand_in
from tui_httpbench.tui.parts.whole_columns import WholeColumns
from tui_httpbench.tui.screens.sweep.curves_shown import CurvesShown

WAITING = "The curves begin when the first value has had a round."
NOTHING = "Nothing was measured."
_INTERVALS = "├┤ 95 % interval"
_AROUND_HEADING = 6
_WITH_UNIT = 60
"""Columns of a chart whose heading has room for the unit of the knob; the read-out says it in any case."""


class CurveChart(ThemedChart, Panel, can_focus=True):
    """A line for each lane, with intervals; the cursor goes from value to value. Posts Moved and Opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left",
            "move(-1)",
            "Value",
            key_display="← →",
            id="sweep.left",
            tooltip="Read the value before, or the next",
        ),
        Binding("right", "move(1)", "Next value", show=False, id="sweep.right", tooltip="Read the next value"),
        Binding("home", "move(-99)", "First value", show=False),
        Binding("end", "move(99)", "Last value", show=False),
        Binding("enter", "open", "Open", id="sweep.open", tooltip="Open this point: its ranking, latency, why"),
    ]

    shown: reactive[CurvesShown | None] = reactive(None)
    cursor: reactive[int] = reactive(0)
    log_scale: reactive[bool] = reactive(False)

    class Moved(Message):
        """The cursor is at another value."""

    class Opened(Message):
        """The point under the cursor is to be opened."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, is_over: bool) -> None:
        super().__init__(id="curve-chart", classes="panel")
        self._empty = NOTHING if is_over else WAITING
        self._is_over = is_over
        self._scale_is_chosen = False
        self._is_moved = False

    def watch_shown(self, shown: CurvesShown | None) -> None:
        """Says what is drawn, from the first value that was measured on."""
        if shown is not None:
            self._name_chart(shown)
            if not self._is_moved and not shown.is_measured(self.cursor):
                self.cursor = next((number for number in range(len(shown.values)) if shown.is_measured(number)), 0)
            self.cursor = min(self.cursor, len(shown.values) - 1)
            if not self._scale_is_chosen:
                self.log_scale = differs_much(shown)
        self.refresh_bindings()

    def begin_at(self, value: str) -> None:
        """Goes to a value, unless the user has gone to one already, or it is none of the sweep's."""
        if self.shown is not None and not self._is_moved and value in self.shown.values:
            self.cursor = self.shown.values.index(value)

    def toggle_scale(self) -> None:
        """Switches between a linear and a logarithmic scale; from now on the figures don't choose it any more."""
        self._scale_is_chosen = True
        self.log_scale = not self.log_scale

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Values are read out where there are curves, and opened once the sweep is over."""
        if action not in ("move", "open"):
            return True
        shown = self.shown
        has_any = shown is not None and any(map(shown.is_measured, range(len(shown.values))))
        return has_any and (action == "move" or self._is_over)

    def on_resize(self) -> None:
        """Says as much of what is drawn as there is room for."""
        if self.shown is not None:
            self._name_chart(self.shown)
        super().on_resize()

    def _name_chart(self, shown: CurvesShown) -> None:
        sweep, better = shown.table.result.sweep, shown.figure.column.better
        knob = sweep.title if self.outer_size.width >= _WITH_UNIT else sweep.name
        parts = [f"{shown.figure.title} over {knob}", f"{better} is better" if better else "", _INTERVALS]
        self.set_heading(SEPARATOR.join(filter(None, parts)))

    def watch_cursor(self) -> None:
        """Tells whoever reads the values out."""
        self.post_message(self.Moved())

    def action_move(self, step: int) -> None:
        """Goes on by a value."""
        if self.shown is not None:
            self._is_moved = True
            self.cursor = min(max(self.cursor + step, 0), len(self.shown.values) - 1)

    def action_open(self) -> None:
        """Asks for the point under the cursor."""
        self.post_message(self.Opened(self.cursor))

    def render(self) -> RenderResult:
        """The chart for the widget's size and the theme of this moment."""
        shown = self.shown
        if shown is None or self.size.width < 2 or self.size.height < 4:
            return Text(self._empty, style=self.style_of(AXIS)) if shown is None else ""
        at = places(shown.places)
        curves = [
            Curve(
                lane,
                [
                    None if point.figure is None else CurvePoint(x, point.figure, point.low, point.high)
                    for x, point in zip(at, points, strict=True)
                ],
                stand_in(library_role(lane)),
                dotted=not mode_of(lane).kept,
            )
            for lane, points in shown.curves
        ]
        chart = curve_chart(
            curves,
            self.size.width,
            self.size.height,
            x_ticks=list(zip(at, shown.values, strict=True)),
            log=self.log_scale,
            cursor=at[self.cursor],
            dim_color=stand_in(AXIS),
        )
        return self.themed(chart) if chart else Text(self._empty, style=self.style_of(AXIS))


class ReadOut(ThemedChart, Panel):
    """Each lane at the value under the cursor, best first."""

    def __init__(self) -> None:
        super().__init__(id="read-out", classes="panel")
        self._names = ("", "")
        self._told: list[tuple[str, str, str]] = []
        self._leaders: frozenset[str] = frozenset()

    def show(self, shown: CurvesShown, cursor: int) -> None:
        """Reads out a value."""
        sweep = shown.table.result.sweep
        value = sweep.in_words(shown.values[cursor])
        self._names = (sweep.place_in_words(shown.values[cursor]), value if sweep.unit else "")
        self._name_value()
        self._told = shown.read_out(cursor)
        self._leaders = shown.leaders(cursor)
        self.border_subtitle = "bold: may be fastest" if self._leaders else ""
        self.refresh()

    def on_resize(self) -> None:
        """Names the value by its knob as well where that has room."""
        self._name_value()
        super().on_resize()

    def _name_value(self) -> None:
        whole, value = self._names
        room = self.outer_size.width - _AROUND_HEADING
        self.set_heading(whole if room < 0 or len(whole) <= room else value or whole)

    def render(self) -> RenderResult:
        """What was read out: a lane in a line, or in two where that is too narrow for figure and interval."""
        told = self._told
        names, figures, intervals = (max((len(each[part]) for each in told), default=0) for part in range(3))
        is_broad = len("█ ") + names + 1 + figures + 2 + intervals <= self.size.width
        has_rows = 2 * len(told) <= self.size.height
        text = Text(no_wrap=True, overflow="ellipsis")
        for lane, figure, interval in told:
            value = self.style_of(VALUE) + Style(bold=lane in self._leaders)
            text.append("█ ", self.style_of(library_role(lane)))
            if is_broad or not has_rows:
                text.append(f"{lane:<{names}} {figure:>{figures}}", value)
                text.append(f"  {interval}\n" if is_broad else "\n", self.style_of(AXIS))
                continue
            text.append(f"{lane}\n  {figure}", value)
            text.append(f" ({interval})\n" if interval else "\n", self.style_of(AXIS))
        return text


class SweepTableView(WholeColumns):
    """The table mode × value; bold where no lane is surely faster."""

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, fixed_columns=1, classes="panel", id="sweep-table")

    def show(self, shown: CurvesShown) -> None:
        """Fills the table anew."""
        table, row = shown.table, self.cursor_row
        self.clear(columns=True)
        for number, heading in enumerate(table.headings):
            self.add_column(Text(heading, justify="right" if number else "left"))
        for cells in table.rows:
            lane = cells[0]
            marks = [(lane, value) in table.leaders for value in table.headings]
            self.add_row(
                *(
                    Text(
                        cell,
                        style="bold" if is_leader else "",
                        justify="right" if number else "left",
                        no_wrap=True,
                    )
                    for number, (cell, is_leader) in enumerate(zip(cells, marks, strict=True))
                )
            )
        self.move_cursor(row=row)
        retained = f"{RETENTION}: the last value over the first" if table.retains else ""
        self.set_heading(
            SEPARATOR.join(filter(None, (table.figure.title, "bold: the fastest, or not surely slower", retained)))
        )


class CurvesView(Vertical):
    """Chart, read-out and table of a sweep, which ``is_over`` or not; ``show`` fills them."""

    def __init__(self, *, is_over: bool = False) -> None:
        super().__init__()
        self._is_over = is_over

    def compose(self) -> ComposeResult:
        """The chart beside what is read out, over the table."""
        with Horizontal(id="curves-top"):
            yield CurveChart(is_over=self._is_over)
            yield ReadOut()
        yield SweepTableView()

    @property
    def chart(self) -> CurveChart:
        """The chart, which holds the cursor and the scale."""
        return self.query_one(CurveChart)

    def on_mount(self) -> None:
        """Nothing is there to be read out."""
        self._set_empty(True)

    def show(self, shown: CurvesShown) -> None:
        """Draws curves, and reads them out where the cursor is."""
        self.chart.shown = shown
        self.query_one(SweepTableView).show(shown)
        self._set_empty(False)
        self._read_out()

    def _set_empty(self, is_empty: bool) -> None:
        # Not their display, which the screen's size has a say in.
        self.query_one(ReadOut).set_class(is_empty, "-empty")
        self.query_one(SweepTableView).set_class(is_empty, "-empty")

    def on_curve_chart_moved(self) -> None:
        """Reads out the value under the cursor."""
        self._read_out()

    def _read_out(self) -> None:
        shown = self.chart.shown
        if shown is not None:
            self.query_one(ReadOut).show(shown, self.chart.cursor)


def differs_much(shown: CurvesShown) -> bool:
    """Whether the figures of all lanes reach so far that a logarithmic scale tells more."""
    figures = [point.figure for _, points in shown.curves for point in points if point.figure]
    return bool(figures) and math.log10(max(figures) / min(figures)) > 1.5


def figure_bindings(prefix: str) -> list[Binding]:
    """A key for each figure that curves can show."""
    return [
        Binding(
            str(number),
            f"choose_figure({number - 1})",
            figure.column.heading(),
            show=False,
            id=f"{prefix}.{figure.column.id}",
            tooltip=f"Draw {figure.column.name}",
        )
        for number, figure in enumerate(FIGURES, start=1)
    ]

"""A pair of lanes by host, one row each, of which only those are drawn that are seen: many hosts are as quick."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from tui_httpbench.analysis.hosts import HostResult, HostsResult
from tui_httpbench.analysis.hosts_pairs import PairOverHosts, Standing
from tui_httpbench.analysis.hosts_table import LEFT_OUT, first_place, is_sure, notes_in_short, only_rate, pair_title
from tui_httpbench.charts.intervals import LINE_AT_ONE
from tui_httpbench.report.hosts_plot import HostsPlot, PlotRow, name_in, plot_of
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.parts.panel import Panel

FIRST, NOTES = "first place", "notes"
_GAP = 2
_LEAST_PLOT = 58
"""So many columns name, drawing and ratio have before there is room for what else is told of a host."""
_FEW_ROWS = ("-short", "-low")
_VERDICTS = ("slower", "faster", "same", "unsure")
_ROLES: dict[Standing | None, str] = {
    "first": "hosts--slower",
    "second": "hosts--faster",
    "same": "hosts--same",
    "unsure": "hosts--unsure",
    None: "hosts--axis",
}


class HostList(ScrollView, can_focus=True):
    """The rows of the hosts; posts Highlighted, Chosen and OtherPair."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"hosts--{verdict}" for verdict in _VERDICTS),
        "hosts--axis",
        "hosts--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Host above", show=False),
        Binding("down", "step(1)", "Host below", show=False),
        Binding("pageup", "turn(-1)", "Page up", show=False),
        Binding("pagedown", "turn(1)", "Page down", show=False),
        Binding("home", "go(0)", "First host", show=False),
        Binding("end", "go(-1)", "Last host", show=False),
        Binding("left", "other_pair(-1)", "Pair before", show=False),
        Binding("right", "other_pair(1)", "Next pair", show=False),
        Binding("enter", "choose", "Open host", id="hosts.open", tooltip="Open this host: its ranking, latency, why"),
    ]

    cursor: reactive[int] = reactive(0)

    class Highlighted(Message):
        """Another host is under the cursor."""

    class Chosen(Message):
        """The host under the cursor is to be opened."""

    class OtherPair(Message):
        """The pair before or behind the one that is drawn is wanted."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Drawn(Message):
        """The rows were drawn for another width or pair."""

    def __init__(self, result: HostsResult) -> None:
        super().__init__(id="host-list")
        self._result = result
        self._pair: PairOverHosts | None = None
        self._width = 0
        self._side_columns: tuple[int, int] = (0, 0)
        self.plot: HostsPlot | None = None

    @property
    def host(self) -> HostResult | None:
        """The host under the cursor."""
        hosts = self._result.hosts
        return hosts[self.cursor] if self.cursor < len(hosts) else None

    def show(self, pair: PairOverHosts | None) -> None:
        """Draws a pair, or the hosts alone where there is none."""
        self._pair, self._width = pair, 0
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """One row: name, drawing, ratio, and what else is told of the host where there is room."""
        number, width = int(self.scroll_offset.y) + y, self.size.width
        if self.plot is None or number >= len(self.plot.hosts):
            return Strip.blank(width, self.rich_style)
        text = self._row(self.plot.hosts[number], self._result.hosts[number])
        style = self.rich_style
        if number == self.cursor and self.has_focus:
            style += self.get_component_rich_style("hosts--cursor", partial=True)
        return Strip(text.render(self.app.console, end="")).apply_style(style).adjust_cell_length(width, style)

    def role_style(self, standing: Standing | None) -> Style:
        """The colour of a verdict."""
        style = self.get_component_rich_style(_ROLES[standing])
        return Style(color=style.color, bold=style.bold)

    def _row(self, row: PlotRow, host: HostResult) -> Text:
        assert self.plot is not None
        text = Text(no_wrap=True, end="")
        is_out = bool(host.why_left_out)
        text.append(name_in(self.plot.name_columns, row.name), self.role_style("unsure") if is_out else "")
        first_columns, note_columns = self._side_columns
        if is_out and not first_columns:
            text.append(f"{'':{_GAP}}{LEFT_OUT}", self.role_style("unsure"))
        else:
            text.append_text(self.drawn(row))
            text.append(only_rate(self._result, host))
        if first_columns:
            text.pad_right(max(self._room() - len(text.plain), 0))
            first = f"{'':{_GAP}}{self._first(host):<{first_columns}}"
            text.append(first, "" if is_sure(self._result, host) == "surely" else "dim")
        if note_columns:
            text.append(f"{'':{_GAP}}{notes_in_short(host)}", self.role_style("unsure"))
        return text

    def drawn(self, row: PlotRow) -> Text:
        """What stands behind a row's name, in the colour of its verdict; the line at 1 is everybody's."""
        text = Text(f"{'':{_GAP}}{row.drawn}{'':{_GAP}}{row.told}", self.role_style(row.standing), no_wrap=True, end="")
        if (one := row.drawn.find(LINE_AT_ONE)) >= 0:
            text.stylize(self.role_style(None), _GAP + one, _GAP + one + 1)
        return text

    def _first(self, host: HostResult) -> str:
        """Who leads there, with a sign where that is not sure."""
        sure = is_sure(self._result, host)
        return f"{printable(first_place(self._result, host))}{' ?' if sure == 'unsure' else ''}"

    def _room(self) -> int:
        """The columns that name, drawing and ratio have."""
        return self._width - sum(columns + _GAP for columns in self._side_columns if columns)

    def _lay_out(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._result.hosts))
        # What holds for all stands right below few hosts, not at the end of an empty panel.
        self.styles.max_height = max(len(self._result.hosts), 1)
        width = self.scrollable_content_region.width
        if not width or width == self._width:
            self.refresh()
            return
        self._width = width
        hosts = self._result.hosts
        first = max([len(FIRST), *(len(self._first(host)) for host in hosts)])
        notes = max((len(notes_in_short(host)) for host in hosts), default=0)
        notes = max(notes, len(NOTES)) if notes else 0
        is_one = len(self._result.plan.modes) == 1  # which is first of nothing
        first = 0 if is_one or width - first - _GAP < _LEAST_PLOT else first
        notes = notes if notes and first and width - first - notes - 2 * _GAP >= _LEAST_PLOT else 0
        self._side_columns = first, notes
        names = [host.name for host in hosts]
        pair = self._pair or PairOverHosts("", "", (), None, 0)
        self.plot = plot_of(pair, names, self._room())
        self.post_message(self.Drawn())
        self.refresh()

    @property
    def headings(self) -> str:
        """What stands over the columns beside the drawing; empty where there are none."""
        first, notes = self._side_columns
        parts = [f"{FIRST:<{first}}"] if first else []
        parts += [NOTES] if notes else []
        return f"{'':{self._room() + _GAP}}{(' ' * _GAP).join(parts)}" if parts else ""

    def on_resize(self) -> None:
        """Draws for another width."""
        self._lay_out()
        self._bring_into_view()

    def on_focus(self) -> None:
        """Shows the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hides the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Puts the cursor to a host; a double click opens it."""
        number = int(self.scroll_offset.y) + event.y - self.gutter.top
        if 0 <= number < len(self._result.hosts):
            is_there = number == self.cursor
            self.cursor = number
            if is_there and event.chain > 1:
                self.action_choose()

    def watch_cursor(self) -> None:
        """Follows the cursor."""
        self._bring_into_view()
        self.refresh()
        self.post_message(self.Highlighted())

    def action_step(self, step: int) -> None:
        """Goes on by a host."""
        self._go_to(self.cursor + step)

    def action_turn(self, step: int) -> None:
        """Goes on by a screenful."""
        self._go_to(self.cursor + step * max(self.size.height - 1, 1))

    def action_go(self, number: int) -> None:
        """Goes to a host; -1 is the last."""
        self._go_to(number % max(len(self._result.hosts), 1))

    def action_other_pair(self, step: int) -> None:
        """Asks for the pair before or behind."""
        self.post_message(self.OtherPair(step))

    def action_choose(self) -> None:
        """Opens the host under the cursor."""
        if self.host is not None:
            self.post_message(self.Chosen())

    def _go_to(self, number: int) -> None:
        self.cursor = min(max(number, 0), max(len(self._result.hosts) - 1, 0))

    def _bring_into_view(self) -> None:
        if self.size.height and self._result.hosts:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)


class HostsPanel(Vertical, Panel):
    """The rows, and below them what holds for all: the mean as a diamond, what is to be expected, and the axis."""

    def __init__(self, result: HostsResult) -> None:
        super().__init__(classes="panel", id="hosts-panel")
        self.rows = HostList(result)

    def compose(self) -> ComposeResult:
        """Headings, rows, and what is below them."""
        yield Static(id="hosts-columns", markup=False)
        yield self.rows
        yield Static(id="hosts-over-all", markup=False)

    def show(self, pair: PairOverHosts | None) -> None:
        """Draws a pair."""
        self.set_heading(f"{pair_title(pair)} · ├●┤ by host · ◆ mean" if pair is not None else "Hosts")
        self.rows.show(pair)
        self._draw_over_all()

    def on_resize(self) -> None:
        """Leaves out what a few rows have no room for."""
        super().on_resize()
        self._draw_over_all()

    def on_host_list_drawn(self) -> None:
        """Draws the rest as wide."""
        self._draw_over_all()

    def _draw_over_all(self) -> None:
        plot = self.rows.plot
        if plot is None:
            return
        axis = self.rows.role_style(None)
        text = Text(no_wrap=True, overflow="crop")
        for row in plot.over_all:
            text.append(name_in(plot.name_columns, row.name)).append_text(self.rows.drawn(row)).append("\n")
        indent = " " * (plot.name_columns + _GAP)
        text.append(f"{indent}{plot.axis}", axis)
        if not any(map(self.screen.has_class, _FEW_ROWS)):
            text.append(f"\n{indent}{plot.sides}", axis)
        self.query_one("#hosts-over-all", Static).update(text)
        headings = self.query_one("#hosts-columns", Static)
        headings.update(Text(self.rows.headings, style=axis, no_wrap=True))
        headings.display = bool(self.rows.headings)

"""The runs of the history as a list that holds only what is seen, and what is near it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len
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

from tui_httpbench.bench.kept_run import KeptRun
from tui_httpbench.tui.parts.panel import Panel
from tui_httpbench.tui.screens.history.run_row import Column, cells_of, columns_within, heading_text, row_text

PAGE = 100
"""How many runs are read at a time."""
MAX_PAGES = 6
"""How many pages are held: those that were not looked at for longest go first."""


class RunList(ScrollView, can_focus=True):
    """A row for each run, the newest first; posts Wanted for runs it lacks, Highlighted and Chosen.

    ``marks`` are the runs that are marked, by id, in the order in which they were.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"runs--cursor", "runs--marked", "runs--gone"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Run above", show=False),
        Binding("down", "step(1)", "Run below", show=False),
        Binding("pageup", "turn(-1)", "Page up", show=False),
        Binding("pagedown", "turn(1)", "Page down", show=False),
        Binding("home", "go(0)", "Newest", show=False),
        Binding("end", "go(-1)", "Oldest", show=False),
        Binding("enter", "choose", "Open", id="history.open", tooltip="Open the run: all tabs, and the replay"),
    ]

    cursor: reactive[int] = reactive(0)

    class Wanted(Message):
        """A page of runs is to be handed to ``fill``."""

        def __init__(self, page: int, generation: int) -> None:
            super().__init__()
            self.page = page
            self.generation = generation

    class Highlighted(Message):
        """Another run, or none, is under the cursor."""

    class Chosen(Message):
        """The run under the cursor is to be opened."""

    class LeftUpwards(Message):
        """The cursor was moved up from the first run."""

    class ColumnsChanged(Message):
        """The columns have other widths."""

    def __init__(self) -> None:
        super().__init__(id="runs")
        self.marks: dict[str, KeptRun] = {}
        self.total = 0
        self._pages: dict[int, Sequence[KeptRun]] = {}
        self._asked: set[int] = set()
        self._generation = 0
        self._longest: dict[str, int] = {}
        self._shown: KeptRun | None = None
        self._clicked = -1
        self.columns: list[tuple[Column, int]] = []

    @property
    def run(self) -> KeptRun | None:
        """The run under the cursor; None where there is none, or it is not read yet."""
        return self.run_at(self.cursor)

    def run_at(self, row: int) -> KeptRun | None:
        """The run of a row, if it is held."""
        page = self._pages.get(row // PAGE, ())
        return page[row % PAGE] if row % PAGE < len(page) else None

    def show(self, total: int, page: int, runs: Sequence[KeptRun], cursor: int) -> None:
        """Shows other runs, so many in all, of which one page is known; the cursor is at this row."""
        self._generation += 1
        self.total = total
        self._pages, self._asked = {page: runs}, set()
        self._note_lengths(runs)
        self.set_reactive(RunList.cursor, min(max(cursor, 0), max(total - 1, 0)))
        self._lay_out()
        self._bring_into_view()
        self._changed()

    def fill(self, page: int, runs: Sequence[KeptRun], generation: int) -> None:
        """Takes the runs of a page that was wanted; those of runs that are not shown any more are thrown away."""
        if generation != self._generation:
            return
        self._asked.discard(page)
        self._pages[page] = runs
        here = self._first_row // PAGE
        for far in sorted(self._pages, key=lambda number: abs(number - here))[MAX_PAGES:]:
            del self._pages[far]
        if self._note_lengths(runs):
            self._lay_out()
        self._changed()

    def drop(self, run: KeptRun) -> None:
        """Takes a run out that is being removed; ``show`` tells later what there is."""
        for page, runs in self._pages.items():
            if run in runs:
                self._pages = {number: held for number, held in self._pages.items() if number < page}
                self._pages[page] = [each for each in runs if each != run]
                self.total -= 1
                self.marks.pop(run.id, None)
                self.set_reactive(RunList.cursor, min(self.cursor, max(self.total - 1, 0)))
                self._lay_out()
                self._bring_into_view()
                self._changed()
                return

    def toggle_mark(self) -> None:
        """Marks the run under the cursor, or takes its mark away, and goes on to the next."""
        run = self.run
        if run is None:
            return
        if self.marks.pop(run.id, None) is None:
            self.marks[run.id] = run
        self.refresh()
        self.action_step(1)

    def forget_mark(self, run_id: str) -> None:
        """Takes a mark away, if there is one."""
        self.marks.pop(run_id, None)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row."""
        row, width = self._first_row + y, self.size.width
        if row >= self.total:
            return Strip.blank(width, self.rich_style)
        run = self.run_at(row)
        is_marked = run is not None and run.id in self.marks
        text = Text("  …") if run is None else row_text(run, self.columns, self._now, is_marked=is_marked)
        style = self.rich_style
        if is_marked:
            style += self.get_component_rich_style("runs--marked", partial=True)
        if run is not None and not run.has_samples:
            style += self.get_component_rich_style("runs--gone", partial=True)
        if row == self.cursor and self.has_focus:
            style += self.get_component_rich_style("runs--cursor", partial=True)
        text.style = ""
        segments = text.render(self.app.console, end="")
        return Strip(segments).apply_style(style).adjust_cell_length(width, style)

    def on_mount(self) -> None:
        """Rows show what today is."""
        self._now = datetime.now().astimezone()

    def on_resize(self) -> None:
        """Gives the columns other widths."""
        self._lay_out()
        self._bring_into_view()
        self._look_ahead()

    def on_focus(self) -> None:
        """Shows the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hides the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Puts the cursor to a run; a second click opens it."""
        row = self._first_row + event.y - self.gutter.top
        if 0 <= row < self.total:
            was_clicked, self._clicked = self._clicked == row == self.cursor, row
            self.cursor = row
            if was_clicked:
                self.action_choose()

    def watch_cursor(self) -> None:
        """Follows the cursor."""
        self._bring_into_view()
        self._changed()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Has the runs read that come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._look_ahead()

    def action_step(self, step: int) -> None:
        """Goes on by a run; up from the first one, leaves the list."""
        if step < 0 and self.cursor == 0:
            self.post_message(self.LeftUpwards())
        self._go_to(self.cursor + step)

    def action_turn(self, step: int) -> None:
        """Goes on by a screenful."""
        self._go_to(self.cursor + step * max(self.size.height - 1, 1))

    def action_go(self, row: int) -> None:
        """Goes to a row; -1 is the last."""
        self._go_to(row % max(self.total, 1))

    def action_choose(self) -> None:
        """Opens the run under the cursor."""
        if self.run is not None:
            self.post_message(self.Chosen())

    @property
    def _first_row(self) -> int:
        return int(self.scroll_offset.y)

    def _go_to(self, row: int) -> None:
        self.cursor = min(max(row, 0), max(self.total - 1, 0))

    def _bring_into_view(self) -> None:
        if self.size.height and self.total:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def _note_lengths(self, runs: Sequence[KeptRun]) -> bool:
        """Whether these need more cells in some column than those before."""
        before = dict(self._longest)
        for run in runs:
            for column, text in cells_of(run, self._now).items():
                self._longest[column] = max(self._longest.get(column, 0), cell_len(text))
        return self._longest != before

    def _lay_out(self) -> None:
        width = self.size.width
        self.virtual_size = Size(width, self.total)
        # The scrollbar comes only now, and takes a column.
        columns = columns_within(self.scrollable_content_region.width, self._longest)
        if columns != self.columns:
            self.columns = columns
            self.post_message(self.ColumnsChanged())
        self.refresh()

    def _changed(self) -> None:
        self._look_ahead()
        self.refresh()
        if self.run is not self._shown:
            self._shown = self.run
            self.post_message(self.Highlighted())

    def _look_ahead(self) -> None:
        """Wants the pages that are seen, and those that half a page further would be."""
        if not self.total:
            return
        first, last = self._first_row - PAGE // 2, self._first_row + self.size.height + PAGE // 2
        wanted = {min(max(row, 0), self.total - 1) // PAGE for row in (first, self._first_row, self.cursor, last)}
        for page in sorted(wanted - self._pages.keys() - self._asked):
            self._asked.add(page)
            self.post_message(self.Wanted(page, self._generation))


class RunsPanel(Vertical, Panel):
    """The list under the headings of its columns."""

    def __init__(self, runs: RunList) -> None:
        super().__init__(classes="panel")
        self._runs = runs

    def compose(self) -> ComposeResult:
        """Headings and list."""
        yield Static(id="runs-columns", markup=False)
        yield self._runs

    def draw_headings(self) -> None:
        """Names the columns that there is room for."""
        self.query_one("#runs-columns", Static).update(heading_text(self._runs.columns))

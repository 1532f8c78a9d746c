"""The screen of the history: the runs that were kept, to be opened, named, compared, saved and removed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Header, Input, Label, Static

from tui_httpbench.analysis.any_result import AnyResult
from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.bench.kept_runs import KeptRun, KeptRunError, hide_kept, rename_kept, show_kept_again
from tui_httpbench.history.settings import load_history_settings
from tui_httpbench.measured.any_measured import AnyMeasured
from tui_httpbench.report.formats import Export
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.saving import file_stem, save_result_aside
from tui_httpbench.tui.screens.history.reading import (
    GoneError,
    change_run,
    read_compared,
    read_first,
    read_page,
    read_run,
)
from tui_httpbench.tui.screens.history.rename import RenameScreen
from tui_httpbench.tui.screens.history.run_list import RunList, RunsPanel
from tui_httpbench.tui.screens.history.run_row import title_of, told_of
from tui_httpbench.tui.screens.history.work_queue import SLOW_S, Work, WorkQueue
from tui_httpbench.tui.textual_fixes.following_input import FollowingInput
from tui_httpbench.tui.textual_fixes.one_size import OneSizeScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter

MIN_COMPARED = 2
MAX_COMPARED = 30
"""How many marked runs are compared at a time: each is read whole."""
EMPTY = "No run is kept yet. Each run that measures something will be: go back and start one."
OFF = "Runs are not kept: keep = false in the [history] table of the config file says so."
READING = "reading the history; another app may be using it"
TRY_AGAIN_S = 3.0
"""So often what could not be read is tried again."""
OPENING = "opening the run; escape gives it up"
NOT_FOUND = "No run has all of these words; names, URLs, scenarios, loads, lanes and days are looked at."
_ON_RUNS = ("open", "rename", "remove", "save", "compare", "mark", "undo")


class HistoryScreen(OneSizeScreen[None]):
    """Lists the runs that were kept; posts Opened, Compared, Renamed and Left.

    ``until_kept`` returns once what the app has measured is in the history.
    """

    CSS_PATH = "history.tcss"
    TITLE = "httpbench"
    AUTO_FOCUS = "RunList"
    HELP = """
All runs that were kept, the newest first. **enter** opens one as it was: all tabs, and the replay.

- *round, in flight* is what each mode does in a round, and how many requests it has under way meanwhile: *0.3 s, 10*.
  An asterisk behind a scenario, *loopback\\**, says that its settings were changed.
- **/** filters: a run is listed if its name, URL, scenario, load, lanes and day have all of the words.
- **space** marks a run. **c** compares two marked ones; of more, it draws one lane over all of them.
- **d** removes a run; **u** brings it back, as long as this screen is open.
- The single requests of the oldest runs are dropped when they need more room than the config file allows. Such a run
  stands in italics, and opens without latency curves and replay; its numbers stay.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="history.mark", tooltip="Mark the run, to be compared"),
        Binding("c", "compare", "Compare", id="history.compare", tooltip="Compare the marked runs"),
        Binding("slash", "filter", "Filter", show=False, id="history.filter", tooltip="Filter the runs by words"),
        Binding("r,f2", "rename", "Rename", id="history.rename", tooltip="Give the run a name"),
        Binding("d,delete", "remove", "Remove", id="history.remove", tooltip="Remove the run"),
        Binding("u", "undo", "Undo", id="history.undo", tooltip="Bring back the run that was removed last"),
        Binding("s", "save", "Save", id="history.save", tooltip="Save the run: JSON, Markdown, CSV or HTML"),
        Binding("escape", "leave", "Back", id="history.leave", tooltip="Back, out of the history"),
    ]

    class Opened(Message):
        """A run is to be shown; ``measured`` is what its result was made of."""

        def __init__(self, result: AnyResult, measured: AnyMeasured) -> None:
            super().__init__()
            self.result = result
            self.measured = measured

    class Compared(Message):
        """Runs are to be compared, the oldest first."""

        def __init__(self, runs: Sequence[ComparedRun]) -> None:
            super().__init__()
            self.runs = runs

    class Renamed(Message):
        """A run has another name."""

        def __init__(self, run_id: str, name: str) -> None:
            super().__init__()
            self.run_id = run_id
            self.name = name

    class Left(Message):
        """The screen is left; what was ``removed`` can't be called back any more."""

        def __init__(self, removed: Sequence[str]) -> None:
            super().__init__()
            self.removed = removed

    def __init__(self, until_kept: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self.runs = RunList()
        self._until_kept = until_kept
        self._removed: list[tuple[KeptRun, bool]] = []
        """What ``u`` brings back, the latest last, and whether each was marked."""
        self._going: set[str] = set()
        """The runs that are being removed: they are not listed, but can't be brought back yet."""
        self._is_reading = False
        self._why_empty = EMPTY
        self._failed = 0
        """How many removals failed since nothing was to do last, each of which ``u`` may be meant for."""
        self._trouble = ""
        self._is_composed = asyncio.Event()
        self._works = WorkQueue(self._tell_how_many, self._look_again)
        self.sub_title = "history of runs"

    def compose(self) -> ComposeResult:
        """The filter over the list, and under it what is known of the run that is marked."""
        yield Header()
        yield FollowingInput(
            placeholder="/ filter: words of name, URL, scenario, lane, day …", id="history-filter", compact=True
        )
        yield RunsPanel(self.runs)
        yield Label("", id="history-note", markup=False)
        with Vertical(id="history-about", classes="panel"):
            yield Static(id="about-run", markup=False)
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Nothing is known yet."""
        self.query_one("#history-note").display = False
        self._is_composed.set()
        if not load_history_settings().keeps:
            self._why_empty = OFF
        self.set_interval(TRY_AGAIN_S, self._try_again)

    def on_screen_resume(self) -> None:
        """Looks again: there may be more runs since, or fewer."""
        self._look_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """What is done to runs needs one, and the keys of the list."""
        if action == "undo":
            return bool(self._removed or self._going)
        return action not in _ON_RUNS or self.runs.total > 0

    # What is shown

    @on(Input.Changed, "#history-filter")
    def _filter(self) -> None:
        self._show(0)

    @on(Input.Submitted, "#history-filter")
    def _go_to_runs(self) -> None:
        self.set_focus(self.runs)

    @on(RunList.LeftUpwards)
    def action_filter(self) -> None:
        """Goes to the filter."""
        # Not focus(), which waits its turn, so that the next key would go to the list.
        self.set_focus(self.query_one("#history-filter"))

    def key_down(self) -> None:
        """From the filter to the list."""
        if isinstance(self.focused, Input):
            self.set_focus(self.runs)

    @on(RunList.Wanted)
    def _read_page(self, event: RunList.Wanted) -> None:
        self._fill(event.page, event.generation)

    @on(RunList.ColumnsChanged)
    def _draw_headings(self) -> None:
        self.query_one(RunsPanel).draw_headings()

    @on(RunList.Highlighted)
    def _tell_of_run(self) -> None:
        run = self.runs.run
        # Its size is given: to lay the screen out anew takes most of a key's time.
        self.query_one("#about-run", Static).update("" if run is None else told_of(run), layout=False)

    @work(group="look", exclusive=True)
    async def _show(self, row: int) -> None:
        await self._is_composed.wait()
        slow = self.set_timer(SLOW_S, self._tell_of_reading)
        await self._until_kept()
        try:
            total, page, found = await read_first(self._words, row)
            self._trouble = ""
        except KeptRunError as error:
            total, page, found = 0, 0, []
            self._trouble = str(error)
        finally:
            slow.stop()
            self._is_reading = False
        listed = [run for run in found if run.id not in self._going]
        self.runs.show(total - (len(found) - len(listed)), page, listed, row)
        self._tell_how_many()

    def _tell_of_reading(self) -> None:
        self._is_reading = True
        self._tell_how_many()

    def _try_again(self) -> None:
        """Reads once more what could not be read, as where another app held it."""
        if self._trouble and self.is_current:
            self._look_again()

    def _look_again(self) -> None:
        self._failed = 0
        self._show(self.runs.cursor)

    @work(group="pages")
    async def _fill(self, page: int, generation: int) -> None:
        try:
            self.runs.fill(page, await read_page(self._words, page), generation)
        except KeptRunError as error:
            self._trouble = str(error)
            self._tell_how_many()

    def _tell_how_many(self) -> None:
        if not (self.is_attached and self.query("#history-note")):
            return  # the screen is being left
        panel, runs, note = self.query_one(RunsPanel), self.runs, self.query_one("#history-note", Label)
        marked = f"{len(runs.marks)} marked" if runs.marks else ""
        panel.set_heading(" · ".join(filter(None, ("Runs", f"{runs.total:,}" if runs.total else "", marked))))
        panel.border_subtitle = self._works.told or (READING if self._is_reading else "")
        missing = "" if runs.total else READING if self._is_reading else NOT_FOUND if self._words else self._why_empty
        note.update(self._trouble or missing)
        note.set_class(bool(self._trouble), "-trouble")
        note.display = bool(self._trouble or missing)
        panel.display = self.query_one("#history-about").display = runs.total > 0
        if runs.total and self.focused is None:
            runs.focus()
        self.refresh_bindings()

    @property
    def _words(self) -> str:
        return self.query_one("#history-filter", Input).value

    # What is done with runs

    @on(RunList.Chosen)
    def action_open(self) -> None:
        """Opens the run under the cursor."""
        if (run := self.runs.run) is not None and OPENING not in self._works:
            self._do(OPENING, partial(self._open, run), may_be_given_up=True)

    def action_mark(self) -> None:
        """Marks a run for a comparison, or no more."""
        self.runs.toggle_mark()
        self._tell_how_many()

    def action_compare(self) -> None:
        """Compares the marked runs, the oldest first."""
        runs = sorted(self.runs.marks.values(), key=lambda run: (run.started_s, run.id))
        if len(runs) < MIN_COMPARED:
            self.notify("Mark two runs or more with the space bar, then press c.", severity="warning")
            return
        if len(runs) > MAX_COMPARED:
            self.notify(f"Up to {MAX_COMPARED} runs are compared at a time; take marks away.", severity="warning")
            return
        told = f"reading {len(runs)} runs; escape gives it up"
        self._do(told, partial(self._compare, runs), may_be_given_up=True)

    def action_rename(self) -> None:
        """Asks for a name."""
        if (run := self.runs.run) is not None:

            def take(name: str | None) -> None:
                if name is not None and name != run.name:
                    self._change("renaming", partial(self._rename, run, name))

            self.app.push_screen(RenameScreen(run.name, f"the run {run.id}"), take)

    def action_remove(self) -> None:
        """Removes the run under the cursor, which can be undone as long as the screen is open."""
        if (run := self.runs.run) is not None and run.id not in self._going:
            was_marked = run.id in self.runs.marks
            self._going.add(run.id)
            self.runs.drop(run)
            self._change("removing", partial(self._remove, run, was_marked))

    def action_undo(self) -> None:
        """Brings back what was removed last."""
        self._change("bringing back", self._bring_back)

    def action_save(self) -> None:
        """Asks for a file's name or path, and writes the run in the form of its suffix."""
        if (run := self.runs.run) is not None:

            def take(export: Export | None) -> None:
                if export is not None:
                    self._do("saving", partial(self._save, run, export))

            self.app.push_screen(SaveScreen(title_of(run), file_stem(run.id)), take)

    def action_leave(self) -> None:
        """Gives up what takes long; else out of the filter, and then, once all is done, out of the screen."""
        if self._works.give_up():
            return
        filter_box = self.query_one("#history-filter", Input)
        if filter_box.value or (filter_box.has_focus and self.runs.total):
            filter_box.value = ""
            self.set_focus(self.runs)
            return
        self._change("leaving", self._leave)

    def _change(self, told: str, do: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._do(told, do, waits_for="another app may be writing to the history")

    def _do(
        self,
        told: str,
        do: Callable[[], Coroutine[Any, Any, None]],
        *,
        waits_for: str = "",
        may_be_given_up: bool = False,
    ) -> None:
        """Does something beside the screen, once all that was asked for before is done."""
        if self._works.add(Work(told, partial(self._try, do), waits_for, may_be_given_up)):
            self.run_worker(self._works.run(), group="work")

    async def _try(self, do: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await do()
        except KeptRunError as error:
            if isinstance(error, GoneError):
                self.runs.forget_mark(error.run_id)
            self.notify(str(error), severity="error", timeout=15, markup=False)

    async def _open(self, run: KeptRun) -> None:
        measured, result = await read_run(run.id)
        self.post_message(self.Opened(result, measured))

    async def _compare(self, runs: Sequence[KeptRun]) -> None:
        self.post_message(self.Compared(await read_compared([run.id for run in runs])))

    async def _rename(self, run: KeptRun, name: str) -> None:
        await change_run(partial(rename_kept, run.id, name), run.id)
        self.post_message(self.Renamed(run.id, name))

    async def _remove(self, run: KeptRun, was_marked: bool) -> None:
        try:
            await change_run(partial(hide_kept, [run.id]), run.id)
        except GoneError:
            self._failed += 1
            raise
        except KeptRunError as error:
            self._failed += 1
            if was_marked:
                self.runs.marks[run.id] = run
            raise KeptRunError(f"{title_of(run)[:1].upper()}{title_of(run)[1:]} was not removed. {error}") from error
        finally:
            self._going.discard(run.id)
        self._removed.append((run, was_marked))
        self.notify(f"Removed {title_of(run)}. u brings it back while the history is open.", markup=False, timeout=10)

    async def _bring_back(self) -> None:
        if self._failed:  # it was to bring back what could not be removed
            self._failed -= 1
            return
        if not self._removed:
            return
        run, was_marked = self._removed.pop()
        try:
            await change_run(partial(show_kept_again, [run.id]), run.id)
        except GoneError:
            raise
        except KeptRunError:
            self._removed.append((run, was_marked))
            raise
        if was_marked:
            self.runs.marks[run.id] = run
        self.notify(f"{title_of(run)[:1].upper()}{title_of(run)[1:]} is back.", markup=False)

    async def _save(self, run: KeptRun, export: Export) -> None:
        await save_result_aside(self.app, (await read_run(run.id))[1], export)

    async def _leave(self) -> None:
        self.post_message(self.Left([run.id for run, _ in self._removed]))

"""The screen of two runs: what differs between them, and what is known of each lane."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Header, Label, Static

from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.analysis.comparison_rows import conclusion, difference_rows, notes, run_in_words
from tui_httpbench.analysis.run_comparison import RunComparison, common_labels, compare_runs
from tui_httpbench.files.threads import in_thread
from tui_httpbench.report.comparison_formats import COMPARISON_FORMATS, COMPARISON_TEXTS
from tui_httpbench.report.comparison_text import differences_table
from tui_httpbench.report.formats import Export
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.copying import told_of_copy
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.saving import file_stem, save_comparison
from tui_httpbench.tui.screens.compare.choice_bar import ChoiceBar
from tui_httpbench.tui.screens.compare.lanes_table import LanesTable
from tui_httpbench.tui.screens.compare.ratio_plot import RatioPanel
from tui_httpbench.tui.textual_fixes.one_size import OneSizeScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter
from tui_httpbench.tui.tooltips import SCREENSHOT_TOOLTIP

AS_MEASURED = "none: as measured"
ASKED = "to compare relative to {lane} (x)"
_TO_THE_MINUTE, _TO_THE_SECOND = 16, 19
"""So many characters of a time of day in ISO 8601."""
RELATIVE_HINT = "x compares all with the marked lane instead, which cancels what they share."
NO_DIFFERENCE = "As far as the runs tell, nothing but time differs between them."


class RunsAndDifferences(Vertical, Panel):
    """Which runs they are, and in which conditions they differ."""

    def __init__(self, comparison: RunComparison) -> None:
        super().__init__(id="differences", classes="panel")
        self._comparison = comparison

    def compose(self) -> ComposeResult:
        """The runs over the table."""
        for which, run in (("old", self._comparison.old), ("new", self._comparison.new)):
            yield Label(f"{which}: {run_in_words(run)}", markup=False)
        rows = difference_rows(self._comparison)
        yield Static(differences_table(rows) if rows else NO_DIFFERENCE, id="differing", markup=False)

    def on_mount(self) -> None:
        """Says what this is."""
        self.set_heading("What differs between the runs")


class NotesPanel(Vertical, Panel):
    """What to keep in mind about the verdicts; takes no room where there is nothing."""

    def __init__(self) -> None:
        super().__init__(id="notes", classes="panel")

    def compose(self) -> ComposeResult:
        """One text."""
        yield Label(id="notes-text", markup=False)

    def on_mount(self) -> None:
        """Says what this is."""
        self.set_heading("Keep in mind")

    def show(self, comparison: RunComparison) -> None:
        """Tells what belongs to a comparison."""
        told = [printable(note) for note in notes(comparison, ASKED)]
        self.query_one("#notes-text", Label).update("\n".join(f"- {note}" for note in told))
        self.display = bool(told)


def names_of(*runs: ComparedRun) -> list[str]:
    """The runs by their names, or by the minute in which they began; by the second too where that tells none apart."""
    for length in (_TO_THE_MINUTE, _TO_THE_SECOND):
        told = [
            printable(run.name) or (run.started_at[:length].replace("T", " ") if run.started_at else run.source)
            for run in runs
        ]
        if len(set(told)) == len(told):
            return told
    return [run.source for run in runs]


class CompareScreen(OneSizeScreen[None]):
    """Compares two runs lane by lane; closes itself with ``escape``."""

    CSS_PATH = "compare.tcss"
    TITLE = "httpbench"
    AUTO_FOCUS = ""
    HELP = """
Two runs, the older one first: what differs between them, then each lane that both have.

- The ratio is a lane's time per request in the new run over that in the old one: above 1 is slower. The intervals hold
  together in 95 of 100 comparisons, and allow for a machine that is never quite the same in two runs.
- **x** compares all lanes relative to the marked one, and as measured when pressed again. A slower machine or day,
  which all lanes share, cancels out then.
- The dots around 1 are differences that do not matter. **unsure** means that more rounds are needed.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "x",
            "compare_with_marked",
            "Relative to",
            id="compare.relative",
            tooltip="Compare relative to the marked lane, or as measured again",
        ),
        Binding("s", "save", "Save", id="compare.save", tooltip="Save the comparison: JSON or Markdown"),
        Binding("c", "copy", "Copy", id="compare.copy", tooltip="Copy the comparison as Markdown"),
        Binding(
            "ctrl+s", "app.save_screenshot", "Picture", show=False, id="compare.screenshot", tooltip=SCREENSHOT_TOOLTIP
        ),
        Binding("escape", "close", "Back", id="compare.close", tooltip="Back to the history"),
    ]

    def __init__(self, old: ComparedRun, new: ComparedRun) -> None:
        super().__init__()
        self._runs = old, new
        self.comparison = compare_runs(old, new)
        self.sub_title = " against ".join(names_of(new, old))

    def compose(self) -> ComposeResult:
        """What differs first, then what is known, in a sentence, drawn, and as a table."""
        labels = common_labels(self._runs)
        yield Header()
        options = [(AS_MEASURED, ""), *((label, label) for label in labels)]
        if len(labels) > 1:
            yield ChoiceBar({"relative": ("x relative to", options, "")})
        with Page(id="page"):
            yield RunsAndDifferences(self.comparison)
            yield Label(id="conclusion", markup=False)
            yield RatioPanel()
            yield LanesTable()
            yield NotesPanel()
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Shows the times as measured; what differs stands on top."""
        self._show(self.comparison)
        self.set_focus(self.query_one(LanesTable), scroll_visible=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Nothing is relative to the only lane."""
        return action != "compare_with_marked" or len(common_labels(self._runs)) > 1

    @on(ChoiceBar.Changed)
    def _compare(self, event: ChoiceBar.Changed) -> None:
        if event.label != self.comparison.relative_to:
            self._compare_relative(event.label)

    @work(group="compare", exclusive=True)
    async def _compare_relative(self, label: str) -> None:
        old, new = self._runs
        self._show(await in_thread(compare_runs, old, new, relative_to=label))

    def _show(self, comparison: RunComparison) -> None:
        self.comparison = comparison
        told = [printable(conclusion(comparison))]
        if comparison.why_clock_is_unsure and comparison.advised and not comparison.is_with_itself:
            told.append(RELATIVE_HINT)
        self.query_one("#conclusion", Label).update(" ".join(told))
        self.query_one(RatioPanel).show(comparison)
        self.query_one(RatioPanel).display = bool(comparison.lanes)
        self.query_one(LanesTable).show(comparison)
        self.query_one(NotesPanel).show(comparison)

    def action_compare_with_marked(self) -> None:
        """Compares relative to the lane that the table's cursor is at, or as measured again."""
        bar = self.query_one(ChoiceBar)
        bar.choose("relative", "" if bar.chosen("relative") else self.query_one(LanesTable).marked)

    def action_copy(self) -> None:
        """Puts the comparison on the clipboard, and says so."""
        self.app.copy_to_clipboard(COMPARISON_TEXTS["md"](self.comparison))
        self.notify(told_of_copy("the comparison"), markup=False)

    def action_save(self) -> None:
        """Asks for a file's name or path, and writes the comparison in the form of its suffix."""

        def take(export: Export | None) -> None:
            if export is not None:
                save_comparison(self.app, export, COMPARISON_TEXTS[export.format.name](self.comparison))

        self.app.push_screen(SaveScreen("the comparison", f"{file_stem()}-comparison", COMPARISON_FORMATS), take)

    def action_close(self) -> None:
        """Goes back."""
        self.app.pop_screen()

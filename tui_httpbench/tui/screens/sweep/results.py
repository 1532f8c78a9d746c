"""The screen of a sweep that was made: its curves, what they say, and what to mind."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Header, Static, TabbedContent, TabPane

from tui_httpbench.analysis.going_on import NOTHING_KEPT, why_no_more_of_sweep
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURES
from tui_httpbench.analysis.sweep_pairs import SweepPairs
from tui_httpbench.analysis.sweep_words import sentences_of, telling_value
from tui_httpbench.files.threads import in_thread
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.report.formats import Export
from tui_httpbench.report.sweep_facts import asked_of_sweep, how_in_words
from tui_httpbench.report.sweep_markdown import to_text as to_markdown
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.copying import told_of_copy
from tui_httpbench.tui.form_words import in_form_words
from tui_httpbench.tui.parts.fitted_title import FittedTitle
from tui_httpbench.tui.parts.panel import SEPARATOR, Page, Panel
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.saving import file_stem, save_result_aside
from tui_httpbench.tui.screens.results.stage_text import first_doubt
from tui_httpbench.tui.screens.sweep.answer import Answer
from tui_httpbench.tui.screens.sweep.curves_shown import CurvesShown, show_curves
from tui_httpbench.tui.screens.sweep.curves_view import NOTHING, CurveChart, CurvesView, figure_bindings
from tui_httpbench.tui.stage import STAGE_CLASS
from tui_httpbench.tui.textual_fixes.one_size import OneSizeScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter
from tui_httpbench.tui.tooltips import HISTORY_TOOLTIP, SCREENSHOT_TOOLTIP

_ROWS, _ROWS_WHEN_SHORT = 12, 5
NO_VERDICT = "Nothing is sure of any two modes yet; more rounds, or a longer budget, would tell more."


JUDGED_ALONE = (
    "This value is judged alone here. The sweep looks at {} values at once, so it has to be surer before it calls a "
    "mode faster."
)


def _found(result: SweepResult) -> tuple[tuple[str, ...], str]:
    """The sentences, and the value that they are about most; compared once."""
    pairs = SweepPairs(result)
    return sentences_of(result, pairs), telling_value(pairs)


class WarningsOfSweep(Page, Panel):
    """What is doubted, or differs, with the values where it does."""


class SweepResultsScreen(FittedTitle, OneSizeScreen[None]):
    """Shows a sweep's curves; posts RunAgain, MoreRounds, ChangePlan, Left, PointOpened or Saved.

    ``is_kept`` tells that it comes from the history, to which ``escape`` goes back.
    """

    CSS_PATH = "sweep.tcss"
    TITLE = "httpbench"
    AUTO_FOCUS = "CurveChart"
    HELP = """
Each curve is a mode over the values of one setting, with its 95 % interval. Dotted: a new client for every request. The
sentences on top say what is sure, of all values together.

- **left** and **right** go from value to value, and read out each mode there. **enter** opens the value: its ranking,
  latency, why, and replay.
- **a** shows the whole answer where only its first lines have room.
- *Retention* is requests/s at the last value over those at the first: ×0.5 is half of them, ×10 ten times as many.
- **+** makes more rounds of the same sweep, which count together with these: what is unsure gets surer.
- **c** copies the sweep as Markdown, **s** saves it; the suffix of the name decides the format.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "run_again", "Again", id="sweep.again", tooltip="Make the same sweep again"),
        Binding("plus", "make_more_rounds", "More", id="sweep.more", tooltip="Make more rounds of the same sweep"),
        Binding("e", "change_plan", "Edit", id="sweep.change", tooltip="Edit the plan: to the form"),
        Binding("a", "show_whole", "Answer", show=False, id="sweep.answer", tooltip="The whole answer, or its start"),
        Binding("c", "copy", "Copy", show=False, id="sweep.copy", tooltip="Copy the sweep as Markdown"),
        Binding("s", "save", "Save", id="sweep.save", tooltip="Save the sweep: JSON, Markdown, CSV or HTML"),
        Binding("l", "toggle_log", "Scale", id="sweep.log", tooltip="Linear or logarithmic scale"),
        Binding("u", "show('curves')", "Curves", show=False, id="sweep.curves-tab", tooltip="The curves"),
        Binding("n", "show('warnings')", "Warnings", show=False, id="sweep.warnings-tab", tooltip="The warnings"),
        Binding(
            "ctrl+s", "app.save_screenshot", "Picture", show=False, id="sweep.screenshot", tooltip=SCREENSHOT_TOOLTIP
        ),
        Binding("h,f4", "app.show_history", "History", show=False, id="sweep.history", tooltip=HISTORY_TOOLTIP),
        Binding("escape", "leave", "Back", id="sweep.leave", tooltip="Back: to where the sweep was started"),
        *figure_bindings("sweep"),
    ]

    class _Told(Message):
        """A message on the sweep that is shown, and on what it measured, where that is known."""

        def __init__(self, result: SweepResult, measured: MeasuredSweep | None) -> None:
            super().__init__()
            self.result = result
            self.measured = measured

    class RunAgain(_Told):
        """The plan is to be run again."""

    class MoreRounds(_Told):
        """The sweep is to be gone on with."""

    class ChangePlan(_Told):
        """The form is wanted, filled in with the plan."""

    class Left(_Told):
        """The user goes back to where the sweep was started."""

    class Closed(Message):
        """The history is wanted back, from which the sweep came."""

    class Saved(_Told):
        """The sweep is in a file of its user's."""

    class PointOpened(Message):
        """The run at a value is to be shown; ``place`` says which value that is."""

        def __init__(self, result: Result, place: str) -> None:
            super().__init__()
            self.result = result
            self.place = place

    def __init__(self, result: SweepResult, measured: MeasuredSweep | None = None, *, is_kept: bool = False) -> None:
        super().__init__()
        self.result = result
        self.measured = measured
        self.is_kept = is_kept
        self._figure = FIGURES[0]
        self._shown: CurvesShown | None = None
        how = how_in_words(result).replace("; ", SEPARATOR)
        self._told = printable(SEPARATOR.join((asked_of_sweep(result), ", ".join(result.sweep.values), how)))
        self.show_name(result.name)

    def show_name(self, name: str) -> None:
        """Takes on the name that it has in the history."""
        stopped = "stopped early" if self.result.stopped else ""
        self.entitle(", ".join(filter(None, (printable(name), stopped))) or "httpbench", self._told)

    def compose(self) -> ComposeResult:
        """The sentences over the curves, and a tab with the warnings."""
        yield Header()
        findings = self.result.findings
        with TabbedContent(id="tabs"):
            with TabPane("C[u]u[/]rves", id="curves"):
                yield Answer(_ROWS, _ROWS_WHEN_SHORT, id="sweep-found")
                yield CurvesView(is_over=True)
            if findings or self.result.trouble:
                count = len(findings) + bool(self.result.trouble)
                with TabPane(f"War[u]n[/]ings {count}", id="warnings"), WarningsOfSweep(id="sweep-warnings"):
                    for text in filter(None, (self.result.trouble, *(finding.text for finding in findings))):
                        yield Static(f"! {in_form_words(printable(text))}", markup=False)
        yield SteadyFooter()

    async def on_mount(self) -> None:
        """Draws the first figure, and says what was found."""
        found, value = await in_thread(_found, self.result)
        nothing = NO_VERDICT if self.result.measured_points else NOTHING
        first, *rest = found or (nothing,)
        doubt = first_doubt(self.result.findings) if self.app.has_class(STAGE_CLASS) else ""
        told = (printable(in_form_words(text)) for text in (first, doubt, *rest) if text)
        self.query_one(Answer).show("\n".join(told))
        await self._show()
        self.query_one(CurvesView).chart.begin_at(value)

    async def _show(self) -> None:
        self._shown = await in_thread(show_curves, self.result, self._figure)
        self.query_one(CurvesView).show(self._shown)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only tabs that there are can be opened; of what measured nothing, there is nothing to go on with or save."""
        if action in ("make_more_rounds", "toggle_log", "save") and not self.result.measured_points:
            return False
        return action != "show" or bool(self.query(f"#{parameters[0]}"))

    def on_curve_chart_opened(self, event: CurveChart.Opened) -> None:
        """Has the run at the value shown."""
        point = self.result.points[event.number]
        if point.is_measured:
            sweep = self.result.sweep
            self.post_message(
                self.PointOpened(point.result, f"sweep over {sweep.name}, at {sweep.in_words(point.value)}")
            )
            if not self.app.has_class(STAGE_CLASS):
                self.notify(JUDGED_ALONE.format(len(self.result.points)), markup=False)
        else:
            self.notify(f"Nothing was measured at {point.value}.", severity="warning", markup=False)

    async def action_choose_figure(self, number: int) -> None:
        """Draws another figure."""
        self._figure = FIGURES[number]
        await self._show()

    def action_toggle_log(self) -> None:
        """Switches between a linear and a logarithmic scale."""
        self.query_one(CurvesView).chart.toggle_scale()

    def action_show_whole(self) -> None:
        """Shows the whole answer, or its first lines."""
        self.query_one(Answer).toggle_whole()

    def action_show(self, tab: str) -> None:
        """Opens a tab."""
        self.set_focus(None)
        self.query_one("#tabs", TabbedContent).active = tab
        if tab == "curves":
            self.query_one(CurvesView).chart.focus()

    def action_copy(self) -> None:
        """Puts the sweep on the clipboard, and says so."""
        self.app.copy_to_clipboard(to_markdown(self.result))
        self.notify(told_of_copy("the sweep, as Markdown"), markup=False)

    def action_save(self) -> None:
        """Asks for a file's name or path, and writes the sweep in the form of its suffix."""
        self.app.push_screen(SaveScreen("the sweep", file_stem(self.result.run_id)), self._save_as)

    def _save_as(self, export: Export | None) -> None:
        if export is not None:
            self.app.run_worker(self._save(export))

    async def _save(self, export: Export) -> None:
        if await save_result_aside(self.app, self.result, export):
            self.post_message(self.Saved(self.result, self.measured))

    def action_run_again(self) -> None:
        """Makes the same sweep again."""
        self.post_message(self.RunAgain(self.result, self.measured))

    def action_make_more_rounds(self) -> None:
        """Goes on with the same sweep."""
        if self.measured is None or (why := why_no_more_of_sweep(self.measured)):
            self.notify(NOTHING_KEPT if self.measured is None else why, severity="warning", markup=False)
        else:
            self.post_message(self.MoreRounds(self.result, self.measured))

    def action_change_plan(self) -> None:
        """Opens the form."""
        self.post_message(self.ChangePlan(self.result, self.measured))

    def action_leave(self) -> None:
        """Folds the answer if it is unfolded, else goes back to where one came from."""
        answer = self.query_one(Answer)
        if answer.is_unfolded:
            answer.toggle_whole()
            return
        self.post_message(self.Closed() if self.is_kept else self.Left(self.result, self.measured))

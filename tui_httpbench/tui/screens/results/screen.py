"""The screen of a result: a tab for each question that it answers."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Header, TabbedContent, TabPane
from textual.widgets._tabbed_content import ContentTabs

from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.columns import METRIC_KEYS, METRICS
from tui_httpbench.analysis.going_on import why_no_more_rounds, why_not_again
from tui_httpbench.analysis.grouping import can_group
from tui_httpbench.analysis.result import Result
from tui_httpbench.measured.measured import Measured
from tui_httpbench.report.formats import Export
from tui_httpbench.text.formatting import plural
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.copying import told_of_copy
from tui_httpbench.tui.parts.fitted_title import FittedTitle
from tui_httpbench.tui.parts.panel import SEPARATOR
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.plan_words import describe_more_rounds, more_rounds_of
from tui_httpbench.tui.saving import file_stem, save_result_aside
from tui_httpbench.tui.screens.results.article_view import ArticleView
from tui_httpbench.tui.screens.results.code_view import CodeView
from tui_httpbench.tui.screens.results.heading import circumstances, place_of_requests
from tui_httpbench.tui.screens.results.latency_view import LatencyView
from tui_httpbench.tui.screens.results.metric_bar import GROUPING_TOOLTIP
from tui_httpbench.tui.screens.results.ranking_table import RankingTable
from tui_httpbench.tui.screens.results.ranking_view import RankingView
from tui_httpbench.tui.screens.results.view import ResultView
from tui_httpbench.tui.screens.results.warnings_view import WarningsView
from tui_httpbench.tui.screens.results.why_view import AGAINST_TOOLTIP, WhyView
from tui_httpbench.tui.textual_fixes.lean_screen import LeanScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter
from tui_httpbench.tui.tooltips import HISTORY_TOOLTIP, SCREENSHOT_TOOLTIP

VIEWS: tuple[type[ResultView], ...] = (RankingView, LatencyView, WhyView, CodeView, ArticleView, WarningsView)
_ON_TABS: dict[str, tuple[type[ResultView], ...]] = {
    "choose_metric": (RankingView,),
    "group_next": (RankingView,),
    "toggle_log": (RankingView, LatencyView),
    "show_next_chart": (LatencyView,),
    "toggle_modes": (LatencyView,),
    "compare_with_marked": (RankingView, WhyView),
    "open_change": (WhyView,),
    "sort_by": (RankingView,),
    "turn_order": (RankingView,),
}
"""The tabs on which an action means anything, for those that do not mean the same on all."""


_SORT_TOOLTIP = "Sort the table by the next column"
_CHANGE_TOOLTIP = "Show what to change with its code in full, or the reasons again"
_SORT_BACK = "Sort the table by the column before"


def _metric_binding(number: int, metric: Column) -> Binding:
    action = f"choose_metric('{metric.id}')"
    title = f"Compare by {metric.name}"
    return Binding(str(number), action, metric.heading(), show=False, id=f"results.{metric.id}", tooltip=title)


def _tab_binding(view: type[ResultView]) -> Binding:
    name = view.ID.capitalize()
    return Binding(view.KEY, f"show('{view.ID}')", name, show=False, id=f"results.{view.ID}-tab", tooltip=view.ABOUT)


class ResultsScreen(FittedTitle, LeanScreen[None]):
    """Shows a result; posts RunAgain, MoreRounds, ChangePlan, Left, Saved or Closed.

    ``measured`` is what the result was made of, where the run can go on from there. ``is_kept`` tells that it comes
    from the history, to which ``escape`` goes back, or is at a ``place`` of a sweep.
    """

    CSS_PATH = "results.tcss"
    TITLE = "httpbench"
    AUTO_FOCUS = ""
    HELP = """
The sentence on top is the verdict. Each tab answers one more question; its underlined letter opens it.

- *Ranking*: a bar is a mode, coloured by its library, the best on top. **1** to **9** choose what is compared. **<**
  and **>** sort the table by another column, as a click on its title does; **i** turns the order round. With variants,
  **b** puts the lanes of a mode, or of a variant, together.
- Modes that can't be told apart share a place, such as **2=**. The interval belongs to the ratio to the winner's time;
  *vs next* compares a mode with the one below it in the ranking. CPU time has places and intervals of its own.
- **!** had failed requests or missing rounds, and has no place. **≠** did other work than most: see *Warnings*.
- *Latency*: how long single requests took. **v** shows the next chart, **m** chooses the modes.
- *Why*: a bar splits the time of a request: connecting, TLS, waiting for the server, computing, waiting for its turn
  (while the process is busy with the others in flight), and other. Each mode is compared with the fastest, a variant
  with its reference; **x** compares all with the marked mode. *What to change* is faster code, with its gain; **d**
  gives it all the room.
- **+** makes more rounds of the same run: what is too close to call may be told then. **c** copies what the tab shows,
  **s** saves the result; the suffix of the name decides the format.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "run_again", "Again", id="results.again", tooltip="Run the same plan again"),
        Binding("plus", "make_more_rounds", "More", id="results.more", tooltip="Make more rounds of the same run"),
        Binding("e", "change_plan", "Edit", id="results.change", tooltip="Edit the plan: back to the form"),
        Binding(
            "escape",
            "leave",
            "Back",
            id="results.leave",
            tooltip="Back: to where the run was started, or the history",
        ),
        Binding("space", "app.replay", "Replay", id="results.replay", tooltip="Replay the measured samples as a race"),
        Binding("space", "app.tell_why_no_replay", show=False),
        Binding(
            "c", "copy", "Copy", show=False, id="results.copy", tooltip="Copy what the tab shows: tables as Markdown"
        ),
        Binding("s", "save", "Save", id="results.json", tooltip="Save the result: JSON, Markdown, CSV or HTML"),
        Binding(
            "ctrl+s", "app.save_screenshot", "Picture", show=False, id="results.screenshot", tooltip=SCREENSHOT_TOOLTIP
        ),
        Binding("h,f4", "app.show_history", "History", show=False, id="results.history", tooltip=HISTORY_TOOLTIP),
        Binding("right_square_bracket", "step(1)", "Next tab", show=False, id="results.next", tooltip="Next tab"),
        Binding("left_square_bracket", "step(-1)", "Tab before", show=False, id="results.back", tooltip="Tab before"),
        *map(_tab_binding, VIEWS),
        *(_metric_binding(number, metric) for number, metric in enumerate(METRICS[:METRIC_KEYS], 1)),
        Binding("greater_than_sign", "sort_by(1)", "Sort", show=False, id="results.sort-next", tooltip=_SORT_TOOLTIP),
        Binding("less_than_sign", "sort_by(-1)", "Sort", show=False, id="results.sort-back", tooltip=_SORT_BACK),
        Binding("i", "turn_order", "Turn", show=False, id="results.turn", tooltip="Turn the order of the table round"),
        Binding("b", "group_next", "Grouping", show=False, id="results.grouping", tooltip=GROUPING_TOOLTIP),
        Binding("x", "compare_with_marked", "Against", show=False, id="results.against", tooltip=AGAINST_TOOLTIP),
        Binding("d", "open_change", "Change", show=False, id="results.change-code", tooltip=_CHANGE_TOOLTIP),
        Binding("l", "toggle_log", "Scale", show=False, id="results.log", tooltip="Linear or logarithmic scale"),
        Binding("v", "show_next_chart", "Next chart", show=False, id="results.chart", tooltip="Next chart of latency"),
        Binding("m", "toggle_modes", "Modes", show=False, id="results.modes", tooltip="Choose the modes of the charts"),
    ]

    class RunAgain(Message):
        """The result's plan is to be run again."""

        def __init__(self, result: Result, measured: Measured | None) -> None:
            super().__init__()
            self.result = result
            self.measured = measured

    class MoreRounds(Message):
        """The result's run is to go on."""

        def __init__(self, result: Result, measured: Measured) -> None:
            super().__init__()
            self.result = result
            self.measured = measured

    class Saved(Message):
        """The result is in a file of its user's."""

        def __init__(self, result: Result) -> None:
            super().__init__()
            self.result = result

    class ChangePlan(Message):
        """The user wants the form back; where the result is ``is_kept``, filled in with its plan."""

        def __init__(self, result: Result, measured: Measured | None, *, is_kept: bool) -> None:
            super().__init__()
            self.result = result
            self.measured = measured
            self.is_kept = is_kept

    class Left(Message):
        """The user goes back to where the run was started."""

        def __init__(self, result: Result, measured: Measured | None) -> None:
            super().__init__()
            self.result = result
            self.measured = measured

    class Closed(Message):
        """The history is wanted back, from which the result came."""

    def __init__(
        self, result: Result, measured: Measured | None = None, *, is_kept: bool = False, place: str = ""
    ) -> None:
        super().__init__()
        self.result = result
        self.measured = measured
        self.is_kept = is_kept
        self._views = {view.ID: view(result) for view in VIEWS if view.applies_to(result)}
        self._why_no_more = why_no_more_rounds(measured)
        for view in self._views.values():
            view.adds_rounds = 0 if self._why_no_more else more_rounds_of(result)
        self._bindings.key_to_bindings["plus"] = [
            # Where it can't be done, the key still says why.
            replace(binding, show=False)
            if self._why_no_more
            else replace(binding, tooltip=f"{binding.tooltip}: {describe_more_rounds(result)}")
            for binding in self._bindings.key_to_bindings["plus"]
        ]
        if not result.is_measured:
            self._bindings.key_to_bindings.pop("space")  # there is nothing to replay
        if is_kept:
            self._bindings.key_to_bindings["escape"] = [
                replace(binding, description="Back", show=True, tooltip="Back to the history")
                for binding in self._bindings.key_to_bindings["escape"]
            ]
        # A value of a sweep is judged alone here: the sweep has to be surer, since it looks at all of them.
        self._alone = [f"{printable(place)}, judged alone"] if place else []
        self.show_name(result.name)

    def show_name(self, name: str) -> None:
        """Takes on the name that its run has in the history."""
        if name != self.result.name:
            self.result = replace(self.result, name=name)
        result = self.result
        where = place_of_requests(result)
        title = printable(name) or where
        parts = [*self._alone, *([where] if name else []), *circumstances(result)]
        if result.stopped:
            sent = sum(mode.requests for mode in result.modes)
            total = result.plan.total_requests
            share = f"{sent:,} of {plural(total, 'request')}" if total is not None else plural(sent, "request")
            stopped = f"stopped: {share} measured"
            title = f"{title}, {stopped}"
        self.entitle(title, SEPARATOR.join(parts))

    def compose(self) -> ComposeResult:
        """A tab for each view that applies; all but the first are filled when they are opened."""
        yield Header()
        with TabbedContent(id="tabs"):
            for view in self._views.values():
                with TabPane(view.title_markup, id=view.ID):
                    if isinstance(view, RankingView):
                        yield view
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Begins with the winner marked."""
        self._focus_view()

    @property
    def view(self) -> ResultView:
        """The tab that is open."""
        return self._views[self.query_one("#tabs", TabbedContent).active or RankingView.ID]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of a tab count only while it is open; those of tabs that don't apply, never."""
        if action == "show":
            return parameters[0] in (*self._views, WarningsView.ID)
        if action == "save" and not self.result.is_measured:
            return False
        if action == "group_next" and not can_group(self.result.plan):
            return False
        if not self.is_mounted or action not in _ON_TABS:
            return True
        return self.view.is_attached and isinstance(self.view, _ON_TABS[action])

    async def on_tabbed_content_tab_activated(self, event: TabbedContent.TabActivated) -> None:
        """Fills the tab, and gives it the keys unless they are used to go through the tabs."""
        view = self._views[event.pane.id or RankingView.ID]
        if not view.is_attached:
            await event.pane.mount(view)
        if view is self.view and not isinstance(self.focused, ContentTabs):
            self._focus_view()
        self.refresh_bindings()

    def action_show(self, view_id: str) -> None:
        """Opens a tab; of warnings where there are none, it says so."""
        if view_id not in self._views:
            self.notify("No warnings: nothing about this run is in doubt.", markup=False)
            return
        if view_id != self.view.ID and not isinstance(self.focused, ContentTabs):
            # A focus that is hidden with its tab goes to the widget beside it, whose tab Textual opens again.
            self.set_focus(None)
        self.query_one("#tabs", TabbedContent).active = view_id

    def action_step(self, step: int) -> None:
        """Opens the next tab or the one before."""
        ids = list(self._views)
        self.action_show(ids[(ids.index(self.view.ID) + step) % len(ids)])

    def action_copy(self) -> None:
        """Puts what the tab shows on the clipboard, and says so."""
        copied = self.view.copied() if self.view.is_attached else None
        if copied is None:
            self.notify("There is nothing to copy here; the tables are on Ranking and Why.", severity="warning")
            return
        what, text = copied
        self.app.copy_to_clipboard(text)
        self.notify(told_of_copy(f"{what[:1].lower()}{what[1:]}"), markup=False)

    def action_choose_metric(self, metric_id: str) -> None:
        """Draws the ranking by another metric."""
        self.query_one(RankingView).choose_metric(metric_id)

    def action_group_next(self) -> None:
        """Goes on to the next way of grouping."""
        self.query_one(RankingView).group_next()

    def action_sort_by(self, step: int) -> None:
        """Sorts the ranking's table by the next column or the one before."""
        self.query_one(RankingView).sort_by(step)

    def action_turn_order(self) -> None:
        """Turns the order of the ranking's table round."""
        self.query_one(RankingView).turn_order()

    def action_compare_with_marked(self) -> None:
        """Compares all modes with the marked one, or as usual again; from Ranking, opens Why with that."""
        why = self._views[WhyView.ID]
        assert isinstance(why, WhyView)
        if self.view is why:
            why.compare_with_marked()
        else:
            why.compare_with(self.query_one(RankingTable).marked)
            self.action_show(WhyView.ID)

    def action_open_change(self) -> None:
        """Shows what to change in full, or the reasons again."""
        self.query_one(WhyView).open_change()

    def action_toggle_log(self) -> None:
        """Switches between the linear and the logarithmic scale."""
        self.view.toggle_log()

    def action_show_next_chart(self) -> None:
        """Shows the next chart of latency where only one is shown at a time."""
        self.query_one(LatencyView).show_next_chart()

    def action_toggle_modes(self) -> None:
        """Shows or hides the choice of modes."""
        self.query_one(LatencyView).toggle_modes()

    def action_run_again(self) -> None:
        """Runs the same plan again, unless it lacks what was sent."""
        if self.measured is not None and (why := why_not_again(self.measured)):
            self.notify(why, severity="warning", timeout=15, markup=False)
            return
        self.post_message(self.RunAgain(self.result, self.measured))

    def action_make_more_rounds(self) -> None:
        """Goes on with the same run."""
        if self._why_no_more or self.measured is None:
            self.notify(self._why_no_more, severity="warning", markup=False)
        else:
            self.post_message(self.MoreRounds(self.result, self.measured))

    def action_change_plan(self) -> None:
        """Goes back to the form."""
        self.post_message(self.ChangePlan(self.result, self.measured, is_kept=self.is_kept))

    def action_leave(self) -> None:
        """Goes back to where one came from: the form, or the history."""
        if self.is_kept:
            self.post_message(self.Closed())
        else:
            self.post_message(self.Left(self.result, self.measured))

    def action_save(self) -> None:
        """Asks for a file's name or path, and writes the result in the form of its suffix."""
        self.app.push_screen(SaveScreen("the result", file_stem(self.result.run_id)), self._save_as)

    def _save_as(self, export: Export | None) -> None:
        if export is not None:
            self.app.run_worker(self._save(export))

    async def _save(self, export: Export) -> None:
        if await save_result_aside(self.app, self.result, export):
            self.post_message(self.Saved(self.result))

    def _focus_view(self) -> None:
        widget = self.view.first_focus()
        if widget is not None:
            self.set_focus(widget, scroll_visible=False)

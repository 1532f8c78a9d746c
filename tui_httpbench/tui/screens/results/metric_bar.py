"""The choice of what the ranking is drawn by, and in which groups its lanes stand."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Button, Select, Tab, Tabs

from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.columns import METRIC_KEYS, METRICS
from tui_httpbench.analysis.grouping import GROUPINGS, GroupBy

TABS = 4
TAB_PADDING = 2
GROUPING_TOOLTIP = "Lanes by rank, or those of one mode or one variant together"
_NUMBERED = tuple(enumerate(METRICS, 1))


class MetricBar(Horizontal):
    """A tab for each of the first metrics, a list of the others, and a switch to a logarithmic scale; posts Changed.

    Where lanes can be grouped, another switch goes from one way to the next.
    """

    class Changed(Message):
        """Another metric, scale or grouping was chosen."""

        def __init__(self, metric: Column, log: bool, by: GroupBy) -> None:
            super().__init__()
            self.metric = metric
            self.log = log
            self.by = by

    log_scale: reactive[bool] = reactive(False)
    by: reactive[GroupBy] = reactive[GroupBy]("rank")

    def __init__(self, metric: Column, by: GroupBy, *, can_group: bool) -> None:
        super().__init__(classes="-groups" if can_group else None)
        self._metric = metric
        self._can_group = can_group
        self._tabs = TABS - 1 if can_group else TABS
        self.set_reactive(MetricBar.by, by)

    def compose(self) -> ComposeResult:
        """Tabs on the left, then the metrics that have none, the switch on the right."""
        tabs = [Tab(f"{number} {metric.label}", id=f"metric-{metric.id}") for number, metric in _NUMBERED[: self._tabs]]
        for tab, metric in zip(tabs, METRICS, strict=False):
            tab.tooltip = metric.about
        more = [(_listed(number, metric), metric.id) for number, metric in _NUMBERED[self._tabs :]]
        yield Tabs(*tabs, active=f"metric-{self._metric.id}", id="metrics")
        prompt = f"{self._tabs + 1}-{min(len(METRICS), METRIC_KEYS)} more …"
        yield Select(more, prompt=prompt, compact=True, id="more-metrics")
        with Horizontal(id="switches"):
            if self._can_group:
                yield Button(id="grouping", compact=True, tooltip=GROUPING_TOOLTIP)
            yield Button(id="scale", compact=True, tooltip="Switch between a linear and a logarithmic scale")

    def on_mount(self) -> None:
        """Names the scale and the grouping."""
        for button in self.query("#switches > Button").results(Button):
            button.active_effect_duration = 0  # while it glows, Textual takes no click
        self.watch_log_scale()
        self.watch_by()

    def on_resize(self) -> None:
        """Hides the tabs that would be cut off, once it is known how much room they have; their keys choose them."""
        self.call_after_refresh(self._hide_cut_tabs)

    def _hide_cut_tabs(self) -> None:
        tabs = self.query_one(Tabs)
        # The switch on the right lies over what has no room beside it.
        columns = self.query_one("#switches").region.x - tabs.region.x
        for tab in tabs.query(Tab).results(Tab):
            columns -= len(tab.label_text) + TAB_PADDING
            tab.visible = columns >= 0 or tab.id == tabs.active

    def choose(self, metric_id: str) -> None:
        """Switches to a metric."""
        number, self._metric = next((number, metric) for number, metric in _NUMBERED if metric.id == metric_id)
        tabs, more = self.query_one(Tabs), self.query_one(Select)
        with self.prevent(Tabs.TabActivated, Tabs.Cleared, Select.Changed):
            tabs.active = f"metric-{metric_id}" if number <= self._tabs else ""
            more.value = Select.NULL if number <= self._tabs else metric_id
        self._hide_cut_tabs()
        self._tell()

    def toggle_log(self) -> None:
        """Switches between the linear and the logarithmic scale."""
        self.log_scale = not self.log_scale
        self._tell()

    def group_next(self) -> None:
        """Goes on to the next way of grouping."""
        self.by = GROUPINGS[(GROUPINGS.index(self.by) + 1) % len(GROUPINGS)]
        self._tell()

    def watch_log_scale(self) -> None:
        """Names the scale, in short where another switch stands beside it."""
        if self.children:
            scale = "log" if self.log_scale else "linear"
            self.query_one("#scale", Button).label = f"l {scale}" if self._can_group else f"l scale: {scale}"

    def watch_by(self) -> None:
        """Names the grouping."""
        for button in self.query("#grouping").results(Button):
            button.label = f"b by {self.by}"

    @on(Button.Pressed, "#scale")
    def _toggle(self, event: Button.Pressed) -> None:
        event.stop()
        self.toggle_log()

    @on(Button.Pressed, "#grouping")
    def _group(self, event: Button.Pressed) -> None:
        event.stop()
        self.group_next()

    @on(Tabs.TabActivated)
    def _choose_tab(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self.choose((event.tab.id or "").removeprefix("metric-"))

    @on(Select.Changed)
    def _choose_other(self, event: Select.Changed) -> None:
        event.stop()
        if event.value is not Select.NULL:
            self.choose(str(event.value))
        elif not self.query_one(Tabs).active:
            self.choose(METRICS[0].id)

    def _tell(self) -> None:
        self.post_message(self.Changed(self._metric, self.log_scale, self.by))


def _listed(number: int, metric: Column) -> str:
    """A metric in the list, with its key where it has one."""
    return f"{number} {metric.heading()}" if number <= METRIC_KEYS else metric.heading()

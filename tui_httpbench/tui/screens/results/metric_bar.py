"""The choice of what the ranking is drawn by."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Button, Select, Tab, Tabs

from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.columns import METRIC_KEYS, METRICS

TABS = 4
TAB_PADDING = 2
_NUMBERED = tuple(enumerate(METRICS, 1))


class MetricBar(Horizontal):
    """A tab for each of the first metrics, a list of the others, and a switch to a logarithmic scale; posts Changed."""

    class Changed(Message):
        """Another metric or scale was chosen."""

        def __init__(self, metric: Column, log: bool) -> None:
            super().__init__()
            self.metric = metric
            self.log = log

    log_scale: reactive[bool] = reactive(False)

    def __init__(self, metric: Column) -> None:
        super().__init__()
        self._metric = metric

    def compose(self) -> ComposeResult:
        """Tabs on the left, then the metrics that have none, the switch on the right."""
        tabs = [Tab(f"{number} {metric.label}", id=f"metric-{metric.id}") for number, metric in _NUMBERED[:TABS]]
        for tab, metric in zip(tabs, METRICS, strict=False):
            tab.tooltip = metric.about
        more = [(_listed(number, metric), metric.id) for number, metric in _NUMBERED[TABS:]]
        yield Tabs(*tabs, active=f"metric-{self._metric.id}", id="metrics")
        yield Select(
            more, prompt=f"{TABS + 1}-{min(len(METRICS), METRIC_KEYS)} more …", compact=True, id="more-metrics"
        )
        yield Button(id="scale", compact=True, tooltip="Switch between a linear and a logarithmic scale")

    def on_mount(self) -> None:
        """Names the scale."""
        self.watch_log_scale()

    def on_resize(self) -> None:
        """Hides the tabs that would be cut off, once it is known how much room they have; their keys choose them."""
        self.call_after_refresh(self._hide_cut_tabs)

    def _hide_cut_tabs(self) -> None:
        tabs = self.query_one(Tabs)
        # The switch on the right lies over what has no room beside it.
        columns = self.query_one("#scale").region.x - tabs.region.x
        for tab in tabs.query(Tab).results(Tab):
            columns -= len(tab.label_text) + TAB_PADDING
            tab.visible = columns >= 0 or tab.id == tabs.active

    def choose(self, metric_id: str) -> None:
        """Switches to a metric."""
        number, self._metric = next((number, metric) for number, metric in _NUMBERED if metric.id == metric_id)
        tabs, more = self.query_one(Tabs), self.query_one(Select)
        with self.prevent(Tabs.TabActivated, Tabs.Cleared, Select.Changed):
            tabs.active = f"metric-{metric_id}" if number <= TABS else ""
            more.value = Select.NULL if number <= TABS else metric_id
        self._hide_cut_tabs()
        self._tell()

    def toggle_log(self) -> None:
        """Switches between the linear and the logarithmic scale."""
        self.log_scale = not self.log_scale
        self._tell()

    def watch_log_scale(self) -> None:
        """Names the scale."""
        if self.children:
            self.query_one("#scale", Button).label = f"l scale: {'log' if self.log_scale else 'linear'}"

    @on(Button.Pressed)
    def _toggle(self, event: Button.Pressed) -> None:
        event.stop()
        self.toggle_log()

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
        self.post_message(self.Changed(self._metric, self.log_scale))


def _listed(number: int, metric: Column) -> str:
    """A metric in the list, with its key where it has one."""
    return f"{number} {metric.heading()}" if number <= METRIC_KEYS else metric.heading()

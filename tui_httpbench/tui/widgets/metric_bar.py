"""The choice of what the ranking is drawn by."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Button, Tab, Tabs

from tui_httpbench.tui.metrics import METRICS, Metric


class MetricBar(Horizontal):
    """A tab for each metric, and a switch to a logarithmic scale; posts Changed."""

    class Changed(Message):
        """Another metric or scale was chosen."""

        def __init__(self, metric: Metric, log: bool) -> None:
            super().__init__()
            self.metric = metric
            self.log = log

    log_scale: reactive[bool] = reactive(False)

    def __init__(self, metric: Metric) -> None:
        super().__init__()
        self._first = metric

    def compose(self) -> ComposeResult:
        """Tabs on the left, the switch on the right."""
        tabs = (Tab(f"{number} {metric.tab}", id=f"metric-{metric.id}") for number, metric in enumerate(METRICS, 1))
        yield Tabs(*tabs, active=f"metric-{self._first.id}")
        yield Button(id="scale", compact=True, tooltip="Switch between a linear and a logarithmic scale")

    def on_mount(self) -> None:
        """Names the scale."""
        self.watch_log_scale()

    def choose(self, metric_id: str) -> None:
        """Switches to a metric."""
        self.query_one(Tabs).active = f"metric-{metric_id}"

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
    def _choose(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        chosen = self.query_one(Tabs).active.removeprefix("metric-")
        metric = next((metric for metric in METRICS if metric.id == chosen), self._first)
        self.post_message(self.Changed(metric, self.log_scale))

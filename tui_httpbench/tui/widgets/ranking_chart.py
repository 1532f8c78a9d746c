"""The ranking as bars."""

from __future__ import annotations

from typing import ClassVar

from rich.color import Color
from rich.style import Style
from rich.text import Span, Text
from textual.app import ComposeResult, RenderResult
from textual.reactive import reactive
from textual.widget import Widget

from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.charts import Bar, bar_chart
from tui_httpbench.charts import Color as ChartColor
from tui_httpbench.clients.catalog import LIBRARIES
from tui_httpbench.formatting import plural
from tui_httpbench.report.ranking_table import FAILED_SIGN, OTHER_WORK_SIGN
from tui_httpbench.tui.metrics import METRICS, Metric, order_by, why_missing
from tui_httpbench.tui.widgets.panel import Page, Panel

AXIS_ROWS = 2
_LIBRARY_ROLES = tuple(f"ranking-chart--library-{number}" for number in range(5))
_VALUE = "ranking-chart--value"
_AXIS = "ranking-chart--axis"
_ROLES = (*_LIBRARY_ROLES, _VALUE, _AXIS)


class RankingChart(Widget):
    """A bar for each mode, coloured by library, its value at the end; a mode without a value gets words instead."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(_ROLES)
    DEFAULT_CSS = """
    RankingChart {
        & > .ranking-chart--library-0 { color: $primary; }
        & > .ranking-chart--library-1 { color: $accent; }
        & > .ranking-chart--library-2 { color: $success; }
        & > .ranking-chart--library-3 { color: $secondary; }
        & > .ranking-chart--library-4 { color: $warning; }
        & > .ranking-chart--value { color: $foreground; }
        & > .ranking-chart--axis { color: $text-muted; }
        &:ansi > .ranking-chart--library-1 { color: $secondary; }
    }
    """

    metric: reactive[Metric] = reactive(METRICS[1])
    log_scale: reactive[bool] = reactive(False)

    def __init__(self, result: Result) -> None:
        super().__init__()
        self._result = result

    def render(self) -> RenderResult:
        """The chart for the widget's size and the theme of this moment."""
        ordered = order_by(self.metric, self._result)
        if all(value is None for _, value in ordered):
            columns = max(len(mode.mode) for mode, _ in ordered)
            return Text("\n".join(f"{mode.mode:>{columns}}  {why_missing(self.metric, mode)}" for mode, _ in ordered))
        bars = [
            Bar(mode.mode, value or 0.0, self._text(mode, value), _stand_in(_library_role(mode)))
            for mode, value in ordered
        ]
        text = bar_chart(
            bars,
            self.size.width,
            self.size.height,
            log=self.log_scale,
            text_color=_stand_in(_VALUE),
            dim_color=_stand_in(_AXIS),
        )
        chart = Text.from_ansi(text, no_wrap=True, overflow="crop")
        colors = {_stand_in(role): self.get_component_rich_style(role).color for role in _ROLES}
        chart.spans = [Span(span.start, span.end, _recolored(span.style, colors)) for span in chart.spans]
        return chart

    def _text(self, mode: ModeSummary, value: float | None) -> str:
        if value is None:
            return why_missing(self.metric, mode)
        text = self.metric.text(value)
        if mode.failed:
            text = f"{text} {FAILED_SIGN} {mode.failed:,} failed"
        elif not mode.is_clean:
            text = f"{text} {FAILED_SIGN} incomplete"
        return f"{text} {OTHER_WORK_SIGN} other work" if self._result.does_other_work(mode.mode) else text


class ChartPanel(Page, Panel):
    """The chart in its frame; scrolls by itself on wide screens, and with the page on others."""

    def __init__(self, result: Result) -> None:
        super().__init__(classes="panel")
        self._result = result
        self._rows = len(result.modes) + AXIS_ROWS
        self.border_subtitle = f"seed {result.plan.seed}"

    def compose(self) -> ComposeResult:
        """The chart."""
        yield RankingChart(self._result)

    def on_mount(self) -> None:
        """Has the chart keep a row for each bar."""
        self.query_one(RankingChart).styles.min_height = self._rows

    def on_resize(self) -> None:
        """Keeps every bar on the page where chart and table share it."""
        self.styles.min_height = 0 if self.screen.has_class("-wide") else self._rows + self.gutter.height
        self._name_chart()

    def draw_by(self, metric: Metric, log: bool) -> None:
        """Draws the ranking by a metric, on a linear or logarithmic scale."""
        chart = self.query_one(RankingChart)
        chart.metric, chart.log_scale = metric, log
        self._name_chart()

    def _name_chart(self) -> None:
        chart = self.query_one(RankingChart)
        scale = "log scale" if chart.log_scale else ""
        self.set_heading(" · ".join(filter(None, (chart.metric.title(self._result), scale, self._hint_at_warnings()))))

    def _hint_at_warnings(self) -> str:
        """Tells of warnings where they stand further down than the screen reaches."""
        is_low = self.screen.has_class("-short") or self.screen.has_class("-low")
        return f"{plural(len(self._result.warnings), 'warning')} below" if is_low and self._result.warnings else ""


def _library_role(mode: ModeSummary) -> str:
    names = [library.name for library in LIBRARIES]
    return _LIBRARY_ROLES[names.index(mode.library) % len(_LIBRARY_ROLES)]


def _stand_in(role: str) -> ChartColor:
    """A colour that stands for a role while plotext draws: it knows RGB only, but a theme may have the terminal's."""
    return (0, 0, _ROLES.index(role))


def _recolored(style: str | Style, colors: dict[ChartColor, Color | None]) -> str | Style:
    if isinstance(style, str) or style.color is None or style.color.triplet is None:
        return style
    red, green, blue = style.color.triplet
    return Style(color=colors[red, green, blue], bold=style.bold)

"""A chart in the theme's colours."""

from __future__ import annotations

from typing import ClassVar

from rich.color import Color
from rich.style import Style
from rich.text import Span, Text
from textual.widget import Widget

from tui_httpbench.charts.plot import Color as ChartColor
from tui_httpbench.clients.catalog import libraries
from tui_httpbench.clients.entrants import mode_of

LIBRARY_ROLES = tuple(f"chart--library-{number}" for number in range(5))
VALUE = "chart--value"
AXIS = "chart--axis"
_ROLES = (*LIBRARY_ROLES, VALUE, AXIS)


class ThemedChart(Widget):
    """To be filled with a chart whose colours are those of ``stand_in``; every library has one of its own."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(_ROLES)
    DEFAULT_CSS = """
    ThemedChart {
        & > .chart--library-0 { color: $primary; }
        & > .chart--library-1 { color: $accent; }
        & > .chart--library-2 { color: $success; }
        & > .chart--library-3 { color: $secondary; }
        & > .chart--library-4 { color: $warning; }
        & > .chart--value { color: $foreground; }
        & > .chart--axis { color: $text-muted; }
        &:ansi > .chart--library-1 { color: $secondary; }
    }
    """

    def themed(self, chart: str) -> Text:
        """The chart with the theme's colours of this moment in place of those that stood in for them."""
        text = Text.from_ansi(chart, no_wrap=True, overflow="crop")
        colors = {stand_in(role): self.get_component_rich_style(role).color for role in _ROLES}
        text.spans = [Span(span.start, span.end, _recolored(span.style, colors)) for span in text.spans]
        return text

    def style_of(self, role: str) -> Style:
        """The colour of a role as a style, for text that no chart holds."""
        return Style(color=self.get_component_rich_style(role).color)


def library_role(mode_id: str) -> str:
    """The role of the mode's library."""
    return LIBRARY_ROLES[libraries().index(mode_of(mode_id).library) % len(LIBRARY_ROLES)]


def stand_in(role: str) -> ChartColor:
    """A colour that stands for a role while plotext draws: it knows RGB only, but a theme may have the terminal's."""
    return (0, 0, _ROLES.index(role))


def _recolored(style: str | Style, colors: dict[ChartColor, Color | None]) -> str | Style:
    if isinstance(style, str) or style.color is None or style.color.triplet is None:
        return style
    red, green, blue = style.color.triplet
    back = style.bgcolor.triplet if style.bgcolor is not None else None
    background = colors.get((back.red, back.green, back.blue)) if back is not None else None
    return Style(color=colors[red, green, blue], bgcolor=background, bold=style.bold)

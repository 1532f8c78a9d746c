"""How far a whole run is, in one line."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui_httpbench.tui.formatting import whole_parts
from tui_httpbench.tui.parts.blocks import thin_bar

_SHORTEST_BAR = 8
_PERCENT = 6
_GAP = 2


class RunLine(Widget):
    """What happens now, and behind it a thin line that fills as the run goes on.

    The line is there wherever the first part of the heading leaves room for it: further parts give way to it.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"run-line--done", "run-line--rest"}
    DEFAULT_CSS = "RunLine { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, int | None] = ("", 0)

    @property
    def heading(self) -> str:
        """What happens now."""
        return self._shown[0]

    def show(self, heading: str, share: float | None) -> None:
        """Draws how far the run is, 0 to 1, None before it begins; draws nothing while that is as before."""
        # Of a line as wide as any screen, a thousandth is less than half a cell.
        shown = (heading, None if share is None else round(min(max(share, 0.0), 1.0) * 1_000))
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """The line."""
        heading, thousandths = self._shown
        columns = self.content_size.width
        text = self.rich_style
        ground = Style(bgcolor=text.bgcolor)
        beside = _GAP + _SHORTEST_BAR + _PERCENT
        short = whole_parts(heading, columns - beside)
        has_bar = thousandths is not None and not short.endswith("…")
        heading = short if has_bar else whole_parts(heading, columns)
        segments = [Segment(heading, text)]
        if thousandths is not None and has_bar:
            done, rest = thin_bar(thousandths / 1_000, columns - len(heading) - _GAP - _PERCENT)
            done_style, rest_style = (
                ground + Style(color=self.get_component_rich_style(f"run-line--{part}").color)
                for part in ("done", "rest")
            )
            segments += [Segment(" " * _GAP, ground), Segment(done, done_style), Segment(rest, rest_style)]
            segments.append(Segment(f"{thousandths // 10} %".rjust(_PERCENT), text))
        return Strip(segments).adjust_cell_length(columns, ground)

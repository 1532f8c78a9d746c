"""Opens a screen with its styles applied once, not three times, and its layout made once.

Seen with Textual 8.2.8. It applies the styles to each widget as it is mounted, to all of them again when the screen is
resumed for the first time, and again when the screen comes to hear of its size and takes on the classes of its
breakpoints. It lays the screen out at each of these, too, and once more when the screen hears from its own first layout
that it has a size. No upstream issue known; on how much each change of a class applies:
https://github.com/Textualize/textual/issues/6524
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events, on
from textual.geometry import Size
from textual.screen import ScreenResultType

from tui_httpbench.tui.textual_fixes.one_size import OneSizeScreen


class LeanScreen(OneSizeScreen[ScreenResultType]):
    """Has the classes of its breakpoints before its widgets are mounted, and what was done then is not done anew."""

    _is_opening = True
    _after_paint: tuple[Callable[[], object], ...] = ()

    def call_after_paint(self, callback: Callable[[], object]) -> None:
        """Calls it once the terminal has got what is laid out now: ``call_after_refresh`` calls before that."""
        self._after_paint = (*self._after_paint, callback)

    def _compositor_refresh(self) -> None:
        super()._compositor_refresh()
        if self._after_paint and self.is_current and not (self._is_opening or self.app._batch_count):
            callbacks, self._after_paint = self._after_paint, ()
            for callback in callbacks:
                self.call_later(callback)

    @on(events.Compose)
    def _take_on_breakpoints(self) -> None:
        self.update_classes(self._breakpoint_classes(), update=False)
        self.app.stylesheet.update_nodes([self])

    @on(events.ScreenResume)
    def _keep_first_styles(self, event: events.ScreenResume) -> None:
        if self._is_opening:  # its widgets have just been mounted
            self._is_opening = False
            event.refresh_styles = False

    def _screen_resized(self, size: Size) -> None:
        if size != self.outer_size:
            super()._screen_resized(size)

    def _breakpoint_classes(self) -> dict[str, bool]:
        app, size = self.app, self.app.size
        across, down = self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS
        across, down = across or app.HORIZONTAL_BREAKPOINTS or [], down or app.VERTICAL_BREAKPOINTS or []
        classes = {name: False for _, name in (*across, *down)}
        for length, breakpoints in ((size.width, across), (size.height, down)):
            reached = [(at, name) for at, name in breakpoints if at <= length]
            if reached:
                classes[max(reached)[1]] = True
        return classes

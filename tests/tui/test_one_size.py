"""A screen below others keeps to the terminal's size, whatever old news of another size still comes."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.widgets import Static

from tui_httpbench.tui.textual_fixes.one_size import OneSizeScreen


class Below(OneSizeScreen[None]):
    """Notes for which sizes it is laid out."""

    def __init__(self) -> None:
        super().__init__()
        self.laid_out: list[Size | None] = []

    def compose(self) -> ComposeResult:
        """Something to be laid out."""
        yield Static("below")

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        self.laid_out.append(size)
        super()._refresh_layout(size, scroll)


class Above(OneSizeScreen[None]):
    """Covers the other."""


@pytest.mark.parametrize("old", [(10, 5), (40, 12)])
async def test_old_sizes_are_left_alone_and_new_ones_taken_on(old: tuple[int, int]) -> None:
    app: App[None] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        below = Below()
        await app.push_screen(below)
        await app.push_screen(Above())
        await pilot.pause()
        below.post_message(events.Resize(Size(*old), Size(*old)))
        await pilot.pause(0.1)
        assert Size(*old) not in below.laid_out
        assert below.size == (80, 24)
        await pilot.resize_terminal(60, 20)
        await pilot.pause(0.1)
        assert below.size == (60, 20)

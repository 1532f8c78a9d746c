"""What is seen of the form at first sight, at every size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.screens import resize, text_on, wait_until
from support.setup_form import WIDE, open_form
from textual import events
from textual.app import App
from textual.widgets import TextArea

from tui_httpbench.clients import catalog
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.tui.screens.setup.fold import Fold
from tui_httpbench.tui.screens.setup.mode_picker import ModeRow
from tui_httpbench.tui.screens.setup.url_input import UrlInput


@pytest.mark.slow
async def test_first_sight_shows_the_essentials_at_every_size() -> None:
    async with open_form() as form:
        for row in form.screen.query(ModeRow):
            # Further ones are as many as are installed.
            assert not row.mode.default or form.screen.query_one("#form").region.contains_region(row.region)
            assert row.mode.id in str(row.render())
            assert len(str(row.render()).rstrip()) <= row.size.width
        for size in ((200, 20), (160, 45), (120, 36)):
            await resize(form.pilot, *size)
            seen = form.screen.query_one("#form").region
            ids = (
                "presets",
                "input-scenario",
                "input-method",
                "input-url",
                "run",
                "input-requests",
                "input-duration",
                "input-concurrency",
            )
            for widget in [*(form.screen.query_one(f"#{name}") for name in ids), form.mode("requests")]:
                assert widget.region.area, (size, widget)
                assert seen.contains_region(widget.region), (size, widget)
            summary = form.screen.query_one("#summary")
            assert summary.region.bottom == seen.bottom + 1 == size[1] - 1, size
            assert not form.screen.query_one("#form").show_horizontal_scrollbar


@pytest.mark.slow
async def test_nothing_has_to_be_scrolled_to_at_larger_sizes() -> None:
    async with open_form(PRESETS["article"].plan(), (120, 36)) as form:
        for size in ((120, 36), (160, 45), WIDE):
            await resize(form.pilot, *size)
            await form.settle()
            for mode_id in catalog.DEFAULT_MODES:
                assert form.screen.query_one("#form").region.contains_region(form.mode(mode_id).region), size
            assert size == (120, 36) or not form.screen.query_one("#form").show_vertical_scrollbar, size
            assert "In flight" in text_on(form.app)


async def test_looks_as_it_did(matches_snapshot: Callable[[App[Any]], bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog.Library, "version", lambda _: "1.2.3")  # others are installed elsewhere
    async with open_form(Plan()) as form:
        form.screen.set_focus(None)
        await form.settle()
        assert matches_snapshot(form.app)
        await form.choose("scenario", "article")
        form.screen.query_one("#knobs", Fold).collapsed = False
        await form.settle()
        await form.fill("#input-rtt", "far")
        await form.fill("#input-rounds", "0")
        await form.focus(form.rows[0].name_input)
        await form.paste("Accept: text/html\nAuthorization: Bearer hush")
        await form.focus(form.mode("httpx-async"))
        await form.press("space")
        await resize(form.pilot, 160, 30)
        await form.settle()
        assert matches_snapshot(form.app)


async def test_at_80x24_a_pasted_command_leaves_all_modes_in_sight() -> None:
    async with open_form(size=(80, 24)) as form:
        url = form.screen.query_one(UrlInput)
        url.post_message(
            events.Paste("curl http://127.0.0.1:9/orders -H 'Content-Type: application/json' -d '{\"a\": 1}'")
        )
        await wait_until(form.pilot, lambda: bool(form.screen.query(TextArea)))
        area = form.screen.query_one(TextArea)
        await wait_until(form.pilot, lambda: area.size.height == 2)
        await wait_until(form.pilot, lambda: all(mode in text_on(form.pilot.app) for mode in catalog.DEFAULT_MODES))
        area.focus()
        await wait_until(form.pilot, lambda: area.size.height == 5)

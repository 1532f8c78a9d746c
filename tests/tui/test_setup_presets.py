"""Presets in the form: choosing one fills it in, changing it afterwards makes it the user's own."""

from __future__ import annotations

import pytest
from support.screens import wait_until
from support.setup_form import WIDE, Form, open_form
from textual import events
from textual.widgets import Input

from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.presets import PRESETS, VERSIONS
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.screens.setup.preset_picker import CUSTOM, OFFERED, PresetBar
from tui_httpbench.tui.screens.setup.screen import NEEDS_VARIANTS
from tui_httpbench.tui.screens.setup.typed_row import RowName


@pytest.mark.slow
async def test_a_click_on_a_preset_fills_the_form_in() -> None:
    mine = Plan(
        Request("/?a=1", "POST", (("Accept", "a"),), b"x"), modes=("aiohttp",), timeout_s=7.5, seed=3, seed_given=True
    )
    expected = mine
    async with open_form(mine) as form:
        assert form.preset == CUSTOM
        for preset in (preset for preset in PRESETS.values() if preset.name != VERSIONS):
            await form.click_preset(preset.name)
            assert form.preset == preset.name
            assert str(form.screen.query_one("#preset-why", Note).content) == preset.why
            expected = expected.replace(**preset.values)
            assert await form.run() == expected
        await form.click_preset(CUSTOM)
        assert await form.run() == mine


@pytest.mark.slow
async def test_a_change_makes_it_custom_and_custom_brings_it_back() -> None:
    async with open_form() as form:
        assert form.preset == "quick"
        assert CUSTOM not in str(form.screen.query_one(PresetBar).render())
        assert load(form) == ("", "auto")
        await form.fill("#input-duration", "77ms")
        assert form.preset == CUSTOM
        await form.click_preset("article")
        assert form.preset == "article"
        assert load(form) == ("100", "")
        await form.click_preset(CUSTOM)
        assert form.preset == CUSTOM
        plan = await form.run()
        assert plan == PRESETS["quick"].plan(duration_s=0.077, seed=plan.seed)
        await form.fill("#input-duration", "auto")
        assert form.preset == "quick"


def load(form: Form) -> tuple[str, str]:
    """The two fields that say how much a mode does in a round."""
    requests, duration = (form.screen.query_one(f"#input-{name}", Input).value for name in ("requests", "duration"))
    return requests, duration


@pytest.mark.parametrize("presses", [*(pytest.param(count, marks=pytest.mark.slow) for count in (2, 3, 4)), 5])
async def test_one_preset_is_on_however_fast_they_are_chosen(presses: int) -> None:
    names = [name for name in OFFERED if name != VERSIONS]
    async with open_form(Plan(modes=("aiohttp",))) as form:
        assert form.preset == CUSTOM
        await form.focus(form.screen.query_one("#presets"))
        for _ in range(presses):
            form.app.post_message(events.Key("right", None))
        for _ in range(5):
            await form.settle()
        chosen = names[(presses - 1) % len(names)]
        assert form.preset == chosen  # of a single one that is on
        plan = await form.run()
        assert plan.modes == (("aiohttp",) if chosen == CUSTOM else PRESETS[chosen].values["modes"])


@pytest.mark.slow
async def test_arrows_choose_a_preset_and_leave_it() -> None:
    async with open_form() as form:
        await form.press("up", "shift+tab")
        assert form.focused == "presets"
        await form.press("right")
        await form.settle()
        assert form.preset == "keep"
        assert (await form.run()).modes == PRESETS["keep"].values["modes"]
        await form.press("left", "left")  # round the corner, past custom, which nobody has filled yet
        await form.settle()
        assert form.preset == "thorough"
        await form.press("down")
        assert form.focused == "input-method"
        assert (await form.run()).modes == PRESETS[form.preset].values["modes"]


@pytest.mark.slow
async def test_a_url_of_the_users_own_leaves_the_preset_without_its_scenario() -> None:
    async with open_form(size=WIDE) as form:
        await form.click_preset("article")
        await form.fill("#input-url", "http://127.0.0.1:9/")
        assert form.preset == "article"
        assert form.explains("Scenarios are for the embedded target")
        assert (await form.run()).scenario.name == "loopback"
        await form.fill("#input-url", "")
        assert (await form.run()).scenario.name == "article"


async def test_the_preset_after_versions_asks_for_them_and_then_takes_their_modes() -> None:
    async with open_form() as form:
        await form.click_preset(VERSIONS)
        await wait_until(form.pilot, lambda: isinstance(form.screen.focused, RowName))
        assert [notice.message for notice in form.app._notifications] == [NEEDS_VARIANTS]
        assert form.preset == "quick", "nothing can be compared yet"
        await form.write("A=httpx==0.27.2")
        await form.press("tab", "tab")
        await form.write("B=httpx==0.28.1")
        await form.focus(form.screen.query_one("#presets"))
        await form.click_preset(VERSIONS)
        assert form.preset == VERSIONS
        assert (await form.run()).modes[:2] == ("httpx-client@A", "httpx-client@B")

"""The variants in the form."""

from __future__ import annotations

import pytest
from support.setup_form import open_form

from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.screens.setup.url_input import UrlInput
from tui_httpbench.tui.screens.setup.variants_editor import VariantRow, VariantsEditor


def notes_of(editor: VariantsEditor) -> list[str]:
    return [str(row.query_one(Note).render()) for row in editor.rows]


async def test_variants_are_added_edited_and_removed() -> None:
    plan = Plan(modes=("httpx-client", "aiohttp"))
    async with open_form(plan, size=(120, 60)) as form:
        editor = form.screen.query_one(VariantsEditor)
        await form.focus(editor.rows[0].name_input)
        await form.write("old=httpx==0.27.2")
        assert editor.rows[0].texts == ("old", "httpx==0.27.2"), "the first = moves on"
        assert notes_of(editor) == ["1 lane: httpx-client@old", ""]
        await form.press("tab", "tab")
        await form.write("new=")
        assert (await form.run()).modes == ("httpx-client@old", "httpx-client@new", "aiohttp")

        await form.press(*"loop=uv")
        assert "There is no event loop" in notes_of(editor)[1]
        assert editor.rows[1].value_input.has_class("-invalid")
        assert "There is no event loop" in form.summary
        await form.press(*"loop")
        assert (await form.run()).modes == ("httpx-client@old", "aiohttp@new"), notes_of(editor)

        await form.focus(editor.rows[1].name_input)
        await form.press("ctrl+u")
        await form.write("OLD")
        assert "differs in capitals only" in notes_of(editor)[1]
        await form.click(editor.rows[1].query_one("Button"))
        assert (await form.run()).modes == ("httpx-client@old", "aiohttp")


@pytest.mark.slow
async def test_no_key_overtakes_another() -> None:
    async with open_form(Plan(modes=("httpx-client", "aiohttp")), size=(120, 60)) as form:
        corrected = (*"loop=foo", *["backspace"] * 8, *"httpx==0.27.2")
        await form.type_ahead(*corrected)
        assert form.screen.query_one(UrlInput).value == "httpx==0.27.2"
        await form.type_ahead(*["left"] * 6, "x", "home", "y", "end", "backspace", "delete", "z")
        assert form.screen.query_one(UrlInput).value == "yhttpx==x0.27.z"

        editor = form.screen.query_one(VariantsEditor)
        await form.focus(editor.rows[0].name_input)
        await form.type_ahead("q", "tab", *corrected, "tab", "tab", *"r=loop=uvloop")
        assert [row.texts for row in editor.rows] == [("q", "httpx==0.27.2"), ("r", "loop=uvloop"), ("", "")]
        # An emptied row goes once it is left, with keys still on their way.
        await form.focus(editor.rows[1].name_input)
        await form.type_ahead("backspace", "tab", "backspace", "tab", *"s=loop=asyncio")
        assert [row.texts for row in editor.rows] == [("q", "httpx==0.27.2"), ("s", "loop=asyncio"), ("", "")]


@pytest.mark.slow
async def test_what_a_plan_brings_stays_as_it_is_until_it_is_edited() -> None:
    variants = parse_variants(["a=httpx @ https://me:hush@example.com/httpx-1-py3-none-any.whl", "b="])
    plan = Plan(modes=("httpx-client@a", "httpx-client@b", "httpx-async@a"), variants=variants)
    async with open_form(plan, size=(120, 60)) as form:
        assert "hush" not in "".join(text for row in form.screen.query(VariantRow) for text in row.texts)
        same = await form.run()
        assert (same.modes, same.variants) == (plan.modes, variants)
        await form.focus(form.mode("httpx-async"))
        await form.press("space")
        assert (await form.run()).modes == ("httpx-client@a", "httpx-client@b")
        await form.press("space")
        assert len((await form.run()).modes) == 3

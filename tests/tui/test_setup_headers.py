"""The headers and the body in the form: typed, completed, pasted, removed, masked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.screens import text_on
from support.setup_form import WIDE, open_form
from textual.widgets import Button, Label, Select, TextArea

from tui_httpbench.plan.plan import Plan, Request


async def test_headers_by_keyboard() -> None:
    async with open_form() as form:
        await form.focus(form.rows[0].name_input)
        await form.write("Accept: text/html")
        assert form.headers == [("Accept", "text/html")]
        await form.press("enter")
        await form.write("X-Two")
        await form.press(":", "space", "2")
        assert form.headers == [("Accept", "text/html"), ("X-Two", "2")]
        assert len(form.rows) == 3

        await form.press("up", "end", "ctrl+u")
        await form.write("new")
        assert (await form.run()).request.headers == (("Accept", "new"), ("X-Two", "2"))

        await form.press("tab")
        assert isinstance(form.app.focused, Button)
        await form.press("enter")
        assert form.headers == [("X-Two", "2")]
        assert form.has_focus(form.rows[0].name_input)

        await form.press("end", "ctrl+u", "tab", "end", "ctrl+u")
        assert len(form.rows) == 2
        await form.press("tab")
        assert len(form.rows) == 1
        assert (await form.run()).request.headers == ()

        # Common names are completed.
        await form.focus(form.rows[0].name_input)
        await form.write("content-t")
        await form.press("right")
        assert form.rows[0].texts == ("Content-Type", "")
        await form.press(":", "a")
        assert form.headers == [("Content-Type", "a")]


@pytest.mark.slow
async def test_headers_by_mouse() -> None:
    async with open_form(Plan(request=Request(headers=(("Accept", "a"), ("X-Two", "2"))))) as form:
        await form.click(form.rows[2].name_input)
        await form.write("X-Three:3")
        await form.click(form.rows[0].value_input)
        await form.write("x")
        await form.click(form.rows[1].query_one(Button))
        assert [name for name, _ in form.headers] == ["Accept", "X-Three"]
        assert "x" in form.headers[0][1]


@pytest.mark.slow
async def test_pasted_lines_become_headers() -> None:
    async with open_form(Plan(request=Request(headers=(("First", "1"),)))) as form:
        await form.focus(form.rows[1].name_input)
        await form.paste("Accept: text/html\r\nX-Time: 12:30\n\n  Cookie: id=hush  \n")
        pasted = [("First", "1"), ("Accept", "text/html"), ("X-Time", "12:30"), ("Cookie", "id=hush")]
        assert form.headers == pasted
        assert form.app.focused is form.rows[-1].name_input
        await form.paste("One: line\n")
        assert form.headers == [*pasted, ("One", "line")]
        await form.focus(form.rows[0].value_input)
        await form.paste("A: b\nC: d")
        assert form.headers == [*pasted, ("One", "line"), ("A", "b"), ("C", "d")]
        assert form.complaints == ""

        await form.focus(form.rows[-1].name_input)
        await form.paste("GET / HTTP/1.1\nE: f")
        assert form.complaints == (
            "✗ 'GET / HTTP/1.1' can't be a header's name; use letters, digits and hyphens, as in 'Accept'."
        )
        await form.press("ctrl+r")
        assert form.app.focused is form.rows[7].name_input
        await form.press("tab", "tab", "enter")
        assert len((await form.run()).request.headers) == 8


@pytest.mark.slow
async def test_bad_header_value_and_repeated_name_are_refused() -> None:
    async with open_form(Plan(request=Request(headers=(("Accept", "a"), ("X-Two", "2"))))) as form:
        await form.focus(form.rows[1].value_input)
        await form.write("é")
        assert "The value of X-Two is not ASCII" in form.complaints
        await form.focus(form.mode("aiohttp"))
        await form.press("ctrl+r")
        assert form.app.focused is form.rows[1].value_input
        await form.press("end", "ctrl+u")
        await form.focus(form.rows[1].name_input)
        await form.press("end", "ctrl+u")
        await form.write("accept")
        assert "is given twice" in form.complaints
        await form.focus(form.mode("aiohttp"))
        await form.press("ctrl+r")
        assert form.app.focused is form.rows[1].name_input
        assert form.app.started == []


@pytest.mark.slow
async def test_credentials_are_masked() -> None:
    async with open_form(Plan(request=Request(headers=(("Authorization", "Bearer hush"), ("Accept", "a"))))) as form:
        assert [row.value_input.password for row in form.rows] == [True, False, False]
        assert "hush" not in form.app.export_screenshot()
        await form.focus(form.rows[0].name_input)
        await form.press("end", "x", "backspace", "ctrl+u", "x")
        assert form.rows[0].value_input.password
        await form.focus(form.rows[-1].name_input)
        await form.write("Cookie: psst")
        assert "psst" not in form.app.export_screenshot()
        assert form.headers[-1] == ("Cookie", "psst")


@pytest.mark.slow
async def test_body_belongs_to_methods_that_send_one() -> None:
    async with open_form() as form:
        method = form.screen.query_one(Select)
        assert not form.screen.query(TextArea)
        method.value = "POST"
        await form.settle()
        area = form.screen.query_one(TextArea)
        assert area.region.height
        await form.focus(area)
        await form.write("hi")
        caption = form.screen.query_one("#body-caption", Label)
        assert "application/x-www-form-urlencoded" in str(caption.content)
        assert (await form.run()).request.data == b"hi"
        await form.press("shift+tab", "space")
        assert form.complaints.startswith("✗ The JSON body is no JSON (expecting value, line 1, column 1)")
        await form.press("ctrl+r")
        assert form.app.focused is area
        area.text = "[1]"
        await form.settle()
        assert "sent as application/json" in str(caption.content)
        request = (await form.run()).request
        assert (request.data, request.json_body) == (None, b"[1]")
        method.value = "GET"
        await form.pilot.pause()
        assert not area.region.height
        assert (await form.run()).request.body is None
        method.value = "PUT"
        await form.pilot.pause()
        assert (await form.run()).request.json_body == b"[1]"


async def test_a_content_type_of_the_users_own_leaves_no_box_that_denies_it() -> None:
    request = Request("/", "POST", (("Content-Type", "application/json"),), data=b"[1]")
    async with open_form(Plan(request=request), size=WIDE) as form:
        await form.settle()
        caption = form.screen.query_one("#body-caption", Label)
        assert "sent as application/json" in str(caption.content)
        assert not form.screen.query_one("#input-json_body").display


async def test_a_picture_of_the_form_holds_no_secret_and_the_form_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL and a body are typed in sight; in a picture, which is for others, their secrets are not."""
    monkeypatch.chdir(tmp_path)
    url = "http://127.0.0.1:9/?q=loud&sig=hush%2fone"
    headers = (("X-Api-Key", "hush-two-hush"), ("X-Copy", "hush-two-hush"), ("Accept", "loud"))
    body = b'{"password": "hush3", "say": "loud"}'
    async with open_form(Plan(request=Request(url, "POST", headers, json_body=body)), size=WIDE) as form:
        await form.focus(form.rows[1].value_input)
        assert text_on(form.app).count("hush") == 4
        await form.press("ctrl+s")
        (picture,) = tmp_path.glob("*.svg")
        assert "hush" not in picture.read_text()
        assert "loud" in picture.read_text()
        assert picture.stat().st_mode & 0o777 == 0o600 or sys.platform == "win32"
        await form.pilot.pause()
        assert text_on(form.app).count("hush") == 4
        assert (await form.run()).request == Request(url, "POST", headers, json_body=body)

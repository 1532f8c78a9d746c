"""The URL in the form: a curl command fills the form in, and earlier URLs are offered."""

from __future__ import annotations

import pytest
from support.screens import Notice
from support.setup_form import open_form
from textual.widgets import Input, OptionList, Select

from tui_httpbench.history.url_history import load_urls, remember_url
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.stored import last_plan_path
from tui_httpbench.tui.screens.setup.url_input import UrlInput
from tui_httpbench.tui.screens.setup.url_list import UrlListScreen

COMMAND = """curl 'https://127.0.0.1:9/a?b=c' \\
  -X 'PROPFIND' \\
  -H 'accept: text/html' \\
  -H $'x-price: $5' \\
  -H "authorization: Bearer $HTTPBENCH_TEST_TOKEN" \\
  -b 'id=hush' -m 2.5 -k --retry 3 --http2 \\
  --data-raw $'{"a":\\n"b"}'
"""


def said(notices: list[Notice]) -> str:
    return "\n".join(notice.text for notice in notices)


@pytest.mark.slow
async def test_a_curl_command_fills_the_form_in(monkeypatch: pytest.MonkeyPatch, notices: list[Notice]) -> None:
    monkeypatch.setenv("HTTPBENCH_TEST_TOKEN", "psst")
    given = Plan(Request("/bytes/1", "POST", (("First", "1"),), b"\xff\xfe"), timeout_s=7.0, seed=1, seed_given=True)
    expected = Request(
        url="https://127.0.0.1:9/a?b=c",
        method="PROPFIND",
        headers=(
            ("accept", "text/html"),
            ("x-price", "$$5"),
            ("authorization", "Bearer $HTTPBENCH_TEST_TOKEN"),
            ("Cookie", "id=hush"),
        ),
        data=b'{"a":\n"b"}',
    )
    async with open_form(given) as form:
        url = form.screen.query_one(UrlInput)

        # What is wrong with a command is said, and leaves the form as it is.
        await form.paste("curl 'http://127.0.0.1:9/\n -H 'A: b'")
        assert form.complaints == "✗ The curl command has a quote that is not closed; copy it whole."
        assert (await form.run()) == given

        await form.paste(COMMAND)
        assert form.complaints == ""
        assert [name for name, _ in form.headers] == [name for name, _ in expected.headers]
        assert "--retry: there is nothing like it here." in said(notices)
        assert "--http2: the mode httpx-async-h2" in said(notices)
        plan = await form.run()
        assert plan == given.replace(request=expected, timeout_s=2.5, insecure=True)
        assert "hush" not in form.app.export_screenshot()
        assert "psst" not in form.app.export_screenshot() + last_plan_path().read_text()

        # Typed, it waits for enter; what it does not say goes back, but for the timeout.
        await form.focus(url)
        await form.press("ctrl+u")
        await form.write("curl -d a=1 http://127.0.0.1:9/")
        assert form.complaints == "✗ This is a curl command; press enter to fill the form in from it."
        await form.press("ctrl+r")
        assert form.app.started == []
        await form.press("enter")
        await form.settle()
        posted = Request("http://127.0.0.1:9/", "POST", data=b"a=1")
        assert await form.run() == given.replace(request=posted, timeout_s=2.5)
        await form.paste("curl --json '[1]' 127.0.0.1:9/")
        posted = Request("http://127.0.0.1:9/", "POST", json_body=b"[1]")
        assert await form.run() == given.replace(request=posted, timeout_s=2.5)

        form.app.copy_to_clipboard("curl https://127.0.0.1:9/x")
        await form.focus(form.mode("httpx"))
        await form.press("f2")
        await form.settle()
        assert await form.run() == given.replace(request=Request("https://127.0.0.1:9/x"), timeout_s=2.5)

        form.app.copy_to_clipboard("")
        await form.focus(form.mode("httpx"))
        await form.press("f2")
        assert form.app.focused is url
        assert "paste it into the URL" in said(notices)
        await form.press("ctrl+u")
        await form.paste("http://127.0.0.1:9/curl")
        assert (await form.run()).request.url == "http://127.0.0.1:9/curl"


@pytest.mark.slow
async def test_earlier_urls_are_completed_and_listed(notices: list[Notice]) -> None:
    async with open_form(Plan()) as form:
        await form.press("ctrl+o")
        assert "No URL of an earlier run" in said(notices)
        for url in ("http://127.0.0.1:9/one", "http://127.0.0.1:9/?token=hush", "/bytes/10"):
            await form.fill("#input-url", url)
            assert (await form.run()).request.url == url
        assert load_urls() == ("/bytes/10", "http://127.0.0.1:9/one")
        assert "hush" not in last_plan_path().read_text()
        await form.press("end", "ctrl+u")
        await form.write("http://1")
        await form.press("right")
        assert form.screen.query_one(UrlInput).value == "http://127.0.0.1:9/one"
    remember_url("http://[::1]:9/[b]")
    async with open_form(Plan()) as form:
        await form.press("ctrl+o")
        assert isinstance(form.app.screen, UrlListScreen)
        shown = form.app.screen.query_one(OptionList)
        assert [str(option.prompt) for option in shown.options] == [
            "http://[::1]:9/[b]",
            "/bytes/10",
            "http://127.0.0.1:9/one",
        ]
        await form.press("down", "enter")
        await form.settle()
        assert form.focused == "input-url"
        assert (await form.run()).request.url == "/bytes/10"
        await form.press("ctrl+o", "escape")
        assert form.screen.query_one("#input-url", Input).value == "/bytes/10"
        assert str(form.screen.query_one("#input-method", Select).value) == "GET"


@pytest.mark.slow
async def test_variables_in_headers_keep_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HTTPBENCH_TEST_TOKEN", raising=False)
    header = ("Authorization", "Bearer $HTTPBENCH_TEST_TOKEN")
    async with open_form(Plan(Request(headers=(("Accept", "a"), header)))) as form:
        row = form.rows[1]
        assert not row.value_input.password
        assert form.complaints.startswith("✗ The header Authorization names $HTTPBENCH_TEST_TOKEN, which is not set")
        assert form.app.started == []
        await form.press("ctrl+r")
        assert form.app.focused is row.value_input
        monkeypatch.setenv("HTTPBENCH_TEST_TOKEN", "hush")
        row.value_input.value = "Bearer hush"
        await form.settle()
        assert row.value_input.password
        row.value_input.value = header[1]
        await form.settle()
        assert not row.value_input.password
        assert form.complaints == ""
        assert (await form.run()).request.headers == (("Accept", "a"), header)
        assert "hush" not in form.app.export_screenshot() + last_plan_path().read_text()

"""The page of ``serve``: it asks nobody but this machine, and lets nothing act in it but its own files."""

from __future__ import annotations

import asyncio
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from support.serving import Page, small_app_served

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
STYLE_URL = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
OTHER_HOST = re.compile(r"""["'`(]((?:https?:)?//[\w.-]+\.[a-z]{2,})""")


class Named(HTMLParser):
    """The addresses that a page names, and what of it would act without a file of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self._last = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._last = "" if tag == "script" and "src" in given else tag
        self.addresses += [value for name in ("src", "href", "action", "data", "poster") if (value := given.get(name))]
        self.inline += [name for name in given if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        if self._last in ("script", "style") and data.strip():
            self.inline.append(self._last)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the base class's
        self._last = ""


async def fetched(page: Page, address: str) -> tuple[str, dict[str, str], bytes]:
    async with page.browser.get(address) as response:
        assert response.status == 200, address
        assert "Set-Cookie" not in response.headers
        for name, value in {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        }.items():
            assert response.headers[name] == value, address
        policy = dict(
            part.strip().partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split(";")
        )
        return response.content_type, policy, await response.read()


async def test_the_page_and_all_that_it_names_come_from_this_machine() -> None:
    async with small_app_served() as page:
        kind, policy, content = await fetched(page, f"{page.root}/")
        assert kind == "text/html"
        assert (
            policy["default-src"]
            == policy["frame-ancestors"]
            == policy["base-uri"]
            == policy["form-action"]
            == "'none'"
        )
        assert policy["script-src"] == "'self'"
        assert policy["connect-src"] == f"'self' ws://{urlsplit(page.root).netloc}"
        assert "unsafe" not in str(policy)
        assert page.token.encode() not in content
        named = Named()
        named.feed(content.decode())
        assert named.inline == []
        assert "/static/page.js" in named.addresses
        left = {urljoin(f"{page.root}/", address) for address in named.addresses if not address.startswith("data:")}
        seen: dict[str, str] = {}
        while left:
            address = left.pop()
            assert address.startswith(f"{page.root}/"), address
            seen[address], _, content = await fetched(page, address)
            if seen[address] == "text/css":
                left |= {urljoin(address, a or b) for a, b in STYLE_URL.findall(content.decode())} - set(seen)
            if seen[address] == "text/javascript":
                text = content.decode()
                assert OTHER_HOST.findall(text) == [], address
                left |= {f"{page.root}{path}" for path in re.findall(r'"(/static/[\w./-]+)"', text)} - set(seen)
        assert set(seen.values()) == {"text/css", "text/javascript", "font/ttf"}
        assert f"{page.root}/static/textual.js" in seen
        _, policy, again = await fetched(page, f"{page.root}/")
        assert again != content, "its nonce is used once"
        for path in (
            "/static/",
            "/static/../serve.py",
            "/static/%2e%2e/session.py",
            "/static//etc/passwd",
            "/download/x",
        ):
            async with page.browser.get(f"{page.root}{path}") as response:
                assert response.status == 404, path


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
async def test_in_a_browser_the_terminal_comes_up_and_nothing_is_refused(tmp_path: Path) -> None:
    assert BROWSER is not None
    async with small_app_served() as page:
        process = await asyncio.create_subprocess_exec(
            *(BROWSER, "--headless=new", "--no-sandbox", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader"),
            # Nothing leaves this machine, whatever the browser itself would like to ask.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            *(f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--log-level=0"),
            *("--timeout=10000", "--virtual-time-budget=10000", "--dump-dom", page.address),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        shown, told = await process.communicate()
    document = shown.decode()
    assert "-first-byte" in document, (document[-2000:], told[-2000:])
    assert "xterm-screen" in document
    console = [line for line in told.decode(errors="replace").splitlines() if "CONSOLE" in line]
    assert not [line for line in console if "ping=" not in line and "CLOSED" not in line], console

"""Whatever is typed or pasted into the form: it says what is wrong, and shows no terminal an escape sequence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.hostile_texts import DANGEROUS, is_sentence, texts
from support.screens import text_on, wait_until
from support.setup_form import WIDE, Form, open_form
from textual.app import App, ComposeResult
from textual.widgets import Input, TextArea

from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.scenario import LOOPBACK
from tui_httpbench.tui.screens.setup.body_editor import BodyEditor
from tui_httpbench.tui.screens.setup.plan_form import LOAD, SHAPE, FormValues, knob_texts, read_form
from tui_httpbench.tui.screens.setup.url_list import UrlListScreen

FIELDS = (
    "#input-url",
    *(f"#input-{name}" for name in ("requests", "duration", "concurrency", "rounds", "budget", "timeout", "seed")),
    *(f"#input-{name}" for name in ("rtt", "jitter", "service_time", "service_seed", "capacity", "body_size")),
    "#input-content_type",
    "#input-cacert",
)
PLACES = (*FIELDS, *FIELDS[:1] * 4, "header name", "header value", "body", "paste", "method", "trust")

PLAIN = FormValues(
    url="",
    method="POST",
    headers=(),
    body=b"x",
    load={field.name: "" if field.on_form.empty else "1" for field in LOAD} | {"requests": "1"},
    shape={field.name: field.text(field.default_value) for field in SHAPE},
    modes=("aiohttp",),
    knobs=knob_texts(LOOPBACK),
)
TEXTS = ("url", "method", "cacert", *PLAIN.load)
KNOB_TEXTS = [name for name, value in PLAIN.knobs.items() if isinstance(value, str)]
edits = st.lists(st.tuples(st.sampled_from(PLACES), texts | st.just("https://a.b/")), min_size=5, max_size=20)


@pytest.fixture(autouse=True, scope="module")
def colors() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM"):
            patch.delenv(name, raising=False)
        yield


async def edit(form: Form, place: str, text: str) -> None:
    screen = form.screen
    match place:
        case "header name":
            form.rows[-1].name_input.value = text
        case "header value":
            form.rows[0].value_input.value = text
        case "body":
            screen.query_one(TextArea).text = text
        case "paste":
            screen.query_one("#input-url").focus()
            await form.pilot.pause()
            await form.paste(text)
        case "method":
            await form.choose("method", "POST")
        case "trust":
            await form.fill("#input-url", "https://a.b/")
            await form.choose("insecure", "file")
        case _:
            screen.query_one(place, Input).value = text


def check(form: Form) -> None:
    """What can be seen is harmless, and where something is wrong it is said."""
    shown = text_on(form.app)
    assert not DANGEROUS.search(shown.replace("\n", "")), DANGEROUS.findall(shown)
    reading = form.screen._reading
    assert all(is_sentence(error) for error in reading.errors.values()), reading.errors
    if reading.plan is None:
        assert reading.errors[reading.first_wrong_field] in form.summary


async def use(found: list[tuple[str, str]]) -> None:
    async with open_form(Plan(request=Request(method="POST", data=b"x", headers=(("Accept", "*/*"),))), WIDE) as form:
        for place, text in found:
            await edit(form, place, text)
            await form.pilot.pause()
            check(form)
        await form.press("ctrl+r")
        if form.screen._reading.plan is not None:
            await wait_until(form.pilot, lambda: bool(form.app.started))
        await form.settle()
        assert bool(form.app.started) == (form.screen._reading.plan is not None)
        assert not DANGEROUS.search(text_on(form.app).replace("\n", ""))


@given(
    st.dictionaries(st.sampled_from(TEXTS), texts, max_size=4),
    st.dictionaries(st.sampled_from(KNOB_TEXTS), texts, max_size=3),
    st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    st.booleans(),
)
@example({"cacert": "x" * 5_000}, {}, (), True)
@example({"cacert": "~nobody-at-all/x"}, {}, (), True)
@example({"cacert": "\0"}, {}, (), True)
@example({"cacert": "\ud800"}, {}, (), True)
@example({"requests": "", "concurrency": "article"}, {}, (), False)
@example({"duration": "auto", "concurrency": "article"}, {}, (), False)
@example({"requests": "", "duration": "auto", "concurrency": "article", "modes": ()}, {}, (), False)
@example({}, {"capacity": "0" * 5_000 + "1"}, (), False)
def test_the_form_is_read_or_every_wrong_field_gets_a_sentence(
    found: dict[str, Any], knobs: dict[str, str], headers: tuple[tuple[str, str], ...], has_own_url: bool
) -> None:
    found = {**found, "url": "https://a.b/"} if has_own_url else dict(found)
    load = {name: found.pop(name, text) for name, text in PLAIN.load.items()}
    values = replace(PLAIN, **found, load=load, headers=headers, knobs={**PLAIN.knobs, **knobs}, trust="file")
    reading = read_form(values)
    assert (reading.plan is None) == bool(reading.errors)
    assert all(is_sentence(error) for error in reading.errors.values()), reading.errors
    assert not reading.errors or reading.first_wrong_field


class CaptionApp(App[None]):
    """The body of a request alone, which is there sooner than the whole form."""

    def compose(self) -> ComposeResult:
        yield BodyEditor("POST", b"x")


async def test_a_content_type_that_looks_like_markup_is_shown_as_it_is() -> None:
    async with CaptionApp().run_test() as pilot:
        request = Request(method="POST", headers=(("Content-Type", "[/]"),), data=b"x")
        pilot.app.query_one(BodyEditor).show_content_type(request)
        await pilot.pause()
        assert "Body, sent as [/]" in text_on(pilot.app)


@pytest.mark.slow
@pytest.mark.timeout(7_200)
@settings(max_examples=max(1, settings().max_examples // 10))
@given(edits)
def test_any_texts_in_any_fields(found: list[tuple[str, str]]) -> None:
    asyncio.run(use(found))


@pytest.mark.slow
async def test_texts_that_look_like_markup_or_break_what_reads_them() -> None:
    headers = (("Content-Type", "[/]"),)
    async with open_form(Plan(request=Request(method="POST", data=b"x", headers=headers)), WIDE) as form:
        assert "Body, sent as [/]" in text_on(form.app)
        for place, text in (
            ("body", "[" * 9_000 + "\x1b[31m"),
            ("trust", ""),
            ("#input-cacert", "x" * 5_000),
            ("#input-cacert", "~nobody-at-all/x"),
            ("#input-cacert", "\0"),
            ("paste", "curl http://a/ -d $'\\ud800'"),
            ("paste", "\x1b[31m\x9b2J\u202e"),
            ("paste", "curl http://a/ -\x1b[31m -zZq '[/]' --[red]"),
            ("#input-url", "\ud800[/]"),
        ):
            await edit(form, place, text)
            await form.settle()
            check(form)
        form.app.push_screen(UrlListScreen(["http://a/[/]", "http://a/[red]\x1b"]))
        await form.settle()
        shown = text_on(form.app)
        assert "http://a/[/]" in shown
        assert "http://a/[red]" in shown
        assert not DANGEROUS.search(shown.replace("\n", ""))

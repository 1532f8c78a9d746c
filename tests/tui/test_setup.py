"""The form: what is typed is what runs, what is wrong is said where it is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.screens import Notice, resize, text_on
from support.setup_form import NARROW, WIDE, open_form
from textual.widgets import Button, Input, Select, TextArea

from tui_httpbench.analysis.looks import LOOKS
from tui_httpbench.bench.forecast import describe_duration, forecast
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.stored import last_plan_path
from tui_httpbench.plan.sweep import parse_sweep
from tui_httpbench.tui.screens.setup.mode_picker import ModeRow, MoreModes
from tui_httpbench.tui.screens.setup.note import Note


async def test_untouched_form_runs_the_quick_preset_and_the_bottom_line_says_what_will_happen() -> None:
    async with open_form() as form:
        assert form.focused == "input-url"
        assert form.complaints == ""
        await form.press("enter")
        plan = form.app.started.pop()
        assert plan == PRESETS["quick"].plan(seed=plan.seed), "enter in the URL runs"
        assert (await form.run()).replace(seed=plan.seed) == plan
        await form.click("#run")
        assert len(form.app.started) == 1

        assert form.summary == (
            "At most 30 s: 8 modes × up to 30 rounds against the embedded target (loopback: HTTP, 1 kB page)"
        )
        await form.choose("scenario", "article")
        assert form.summary.endswith("against the embedded target (article: HTTPS, 20 ms round trip …)")
        await form.fill("#input-url", "/bytes/50000")
        assert form.summary.endswith("rounds against /bytes/50000 at the embedded target (scenario article)")
        await form.fill("#input-url", "HTTP://Example.com/a?b")
        assert form.summary.endswith("rounds against HTTP://Example.com/a?b"), "with its path"
        await form.fill("#input-duration", "2s")
        assert " 8 modes × 2 s × 1 round, which decides nothing (3 rounds: about " in form.summary
        await form.fill("#input-duration", "0.5s")
        assert " 8 modes × 0.5 s × up to 30 rounds against " in form.summary
        await form.fill("#input-requests", "100")
        assert " 8 modes × batches of 100 for 0.5 s × up to 30 rounds against " in form.summary


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("quick", "30 s", marks=pytest.mark.slow),
        ("article", " min "),
        pytest.param("thorough", "2 min", marks=pytest.mark.slow),
    ],
)
async def test_how_long_a_preset_will_take_is_said_before_the_start(name: str, words: str) -> None:
    plan = PRESETS[name].plan()
    async with open_form(plan) as form:
        told = describe_duration(forecast(plan))
        assert form.summary.lower().startswith(f"{told}: ")
        assert words in told
        assert form.screen.query_one("#summary").region.height <= 2
        assert form.screen.query_one("#summary").region.width >= len(form.summary) / 2


_OPEN = "as many as the duration has time for"
_FILLED = "so long that five rounds fill the budget"
_THOUSAND = "1,000 requests per mode and round"
LOADS = [
    pytest.param("", "auto", _OPEN, f"auto: {_FILLED}", marks=pytest.mark.slow),
    pytest.param("", "", _OPEN, f"empty is auto: {_FILLED}", marks=pytest.mark.slow),
    pytest.param("1k", "", _THOUSAND, "empty or auto: as long as 1,000 requests take", marks=pytest.mark.slow),
    pytest.param("1k", "auto", _THOUSAND, "empty or auto: as long as 1,000 requests take", marks=pytest.mark.slow),
    pytest.param("", "300ms", _OPEN, "0.3 s measured per mode and round", marks=pytest.mark.slow),
    ("100", "2s", "whole batches of 100 until 2 s are over", "whole batches of 100 until 2 s are over"),
]


@pytest.mark.parametrize(("requests", "duration", "of_requests", "of_duration"), LOADS)
async def test_requests_and_duration_are_explained_as_they_are_typed(
    requests: str, duration: str, of_requests: str, of_duration: str
) -> None:
    async with open_form(PRESETS["quick"].plan(), (160, 45)) as form:
        await form.fill("#input-requests", requests)
        await form.fill("#input-duration", duration)
        assert form.complaints == ""
        for field, words in (("requests", of_requests), ("duration", of_duration)):
            assert words in str(form.screen.query_one(f"#field-{field} Note", Note).content)
        plan = await form.run()
        expected = {"requests": {"": None, "1k": 1_000, "100": 100}[requests]}
        given = {"": None, "300ms": 0.3, "2s": 2.0}.get(duration, duration)
        expected["duration_s"] = None if requests and given == "auto" else given  # type: ignore[assignment]
        assert plan == PRESETS["quick"].plan(**expected, seed=plan.seed)


@pytest.mark.slow
async def test_what_can_not_hold_together_is_told_at_its_field() -> None:
    async with open_form(PRESETS["quick"].plan(), WIDE) as form:
        await form.fill("#input-requests", "100")
        await form.fill("#input-concurrency", "article")
        assert form.complaints == ""
        await form.fill("#input-requests", "")
        assert form.summary == form.complaints
        await form.press("ctrl+r")
        assert form.focused == "input-requests"
        assert "Concurrency 'article' starts all requests" in form.complaints
        assert "needs their number" in str(form.screen.query_one("#field-requests Note", Note).content)
        for library in ("requests", "httpx", "aiohttp"):
            await form.focus(form.mode(library))
            await form.press("n")
        assert "needs their number" in form.complaints
        assert "No mode is chosen" in form.complaints


async def test_what_is_typed_is_what_runs() -> None:
    async with open_form() as form:
        await form.press("shift+tab", "enter", "down", "down", "enter", "tab")
        await form.write("http://127.0.0.1:9/a?b=c")
        await form.focus(form.rows[0].name_input)
        await form.write("Accept: text/html")
        await form.press("enter")
        await form.write("X-One:1")
        await form.focus(form.screen.query_one(TextArea))
        await form.write('{"a": 1}')
        for field, text in (
            ("requests", "1k"),
            ("duration", ""),
            ("concurrency", "20"),
            ("rounds", "5"),
            ("budget", "12.5"),
            ("timeout", "2.5"),
            ("seed", "7"),
        ):
            await form.fill(f"#input-{field}", text)
        await form.choose("profile", "defaults")
        await form.focus(form.mode("httpx"))
        await form.press("n")
        await form.focus(form.mode("requests"))
        await form.press("space")
        assert form.summary.endswith(
            ": 3 modes × 1,000 requests × 5 rounds = 15,000 POST requests against http://127.0.0.1:9/a?b=c"
        )
        plan = await form.run()
    assert plan == Plan(
        request=Request(
            url="http://127.0.0.1:9/a?b=c",
            method="POST",
            headers=(("Accept", "text/html"), ("X-One", "1")),
            data=b'{"a": 1}',
        ),
        modes=("requests-session", "aiohttp", "aiohttp-each"),
        requests=1_000,
        concurrency=20,
        rounds=5,
        budget_s=12.5,
        chosen_profile="defaults",
        timeout_s=2.5,
        seed=7,
    )


@pytest.mark.slow
async def test_plan_comes_back_as_it_was() -> None:
    given = Plan(
        request=Request(
            url="/bytes/50000",
            method="PROPFIND",
            headers=(("Authorization", "Bearer hush"),),
            data=b"a\r\nb\n\xff\xfe\xfd\xfc\xfb\xfa",
        ),
        modes=("aiohttp", "requests", "aiohttp#2"),
        requests=10_000,
        concurrency=7,
        rounds=1,
        timeout_s=0.125,
        seed=0,
        seed_given=True,
        chosen_profile="equal",
        budget_s=7.5,
        same_within=0.05,
        pin=False,
        sweep=parse_sweep("rtt=0,5,20"),
    )
    async with open_form(given) as form:
        assert "×2" in str(form.mode("aiohttp").label)
        plan = await form.run()
        assert plan == given
        assert plan.seed_given
        assert "11 bytes that are no text" in str(form.screen.query_one(TextArea).placeholder)
        await form.focus(form.screen.query_one(TextArea))
        await form.write("new")
        assert (await form.run()).request.body == b"new"


BAD_VALUES = [
    ("url", "http://a b", "The URL has a space in its host; leave it out: http://ab."),
    ("requests", "0", "Requests must be from 1 to 10,000,000, not 0."),
    (
        "duration",
        "0",
        "Duration must be from 1 ms to 3,600 s, not 0; or write 'auto'.",
    ),
    ("concurrency", "wide", "Concurrency must be a whole number such as 10, not 'wide'; or write 'article'."),
    ("rounds", "-1", "Rounds must be a whole number such as 5, not '-1'; or write 'auto'."),
    ("budget", "0", "Budget must be from 1 to 86,400 seconds, not 0."),
    ("timeout", "soon", "Timeout must be seconds such as 30, 500ms or 2m, not 'soon'."),
    ("seed", "x", "Seed must be a whole number from 0 to 9223372036854775807, not 'x'."),
]


@pytest.mark.slow
async def test_bad_values_are_told_at_their_fields_and_refused() -> None:
    async with open_form(Plan()) as form:
        assert form.explains("10 at once for every mode, in threads or tasks")
        for number, (field, text, sentence) in enumerate(BAD_VALUES):
            await form.fill(f"#input-{field}", text)
            assert form.complaints.splitlines()[number:] == [f"✗ {sentence}"]
        sentences = [f"✗ {sentence}" for _, _, sentence in BAD_VALUES]
        for size in (WIDE, NARROW):
            await resize(form.pilot, *size)
            assert form.complaints.splitlines() == sentences

        await form.click("#run")
        for number, (field, _, sentence) in enumerate(BAD_VALUES):
            left = len(BAD_VALUES) - number
            assert form.focused == f"input-{field}"
            assert form.summary == (f"✗ (1 of {left}) {sentence}" if left > 1 else f"✗ {sentence}")
            form.screen.query_one(f"#input-{field}", Input).value = "/5" if field == "url" else "5"
            if left > 1:
                await form.press("ctrl+r")
            assert form.app.started == []
        assert not last_plan_path().exists()
        await form.settle()
        assert form.complaints == ""
        plan = await form.run()
        assert (plan.requests, plan.duration_s, plan.rounds) == (5, 5.0, 5)


@pytest.mark.slow
async def test_rounds_budget_and_profile_are_explained() -> None:
    async with open_form(Plan(), WIDE) as form:
        assert form.explains(f"auto: until decided, {LOOKS[0]} to {LOOKS[-1]} rounds")
        assert form.explains("seconds in all; a round that has begun is finished")
        assert form.explains("equal: same redirects, pool, certificates")
        await form.fill("#input-duration", "")
        await form.fill("#input-requests", "100")
        await form.fill("#input-concurrency", "article")
        assert form.explains("sync modes one at a time, async modes all 100 at once")
        assert form.explains("defaults: every library's own settings")
        await form.fill("#input-rounds", "7")
        assert form.explains("each in fresh processes, after 3 warm-up requests")
        assert form.explains("counts only where rounds is auto")
        assert ": 8 modes × 100 requests × 7 rounds against the embedded target" in form.summary
        await form.fill("#input-concurrency", "20")
        assert form.explains("equal: same redirects, pool, certificates")
        assert (await form.run()).profile == "equal"
        profile = form.screen.query_one("#input-profile", Select)
        await form.focus(profile)
        await form.press("enter", "down", "down", "enter")
        assert form.explains("defaults: every library's own settings")
        plan = await form.run()
        assert (plan.chosen_profile, plan.profile) == ("defaults", "defaults")
        await form.fill("#input-rounds", " AUTO ")
        assert (await form.run()).rounds == "auto"
        await resize(form.pilot, *NARROW)
        assert form.explains("Profile: defaults: every library's own settings")


@pytest.mark.slow
async def test_what_only_the_whole_plan_shows_is_refused_too() -> None:
    async with open_form() as form:
        for library in ("requests", "httpx", "aiohttp"):
            await form.focus(form.mode(library))
            await form.press("n")
        assert form.complaints == "✗ No mode is chosen; choose at least one."
        await form.fill("#input-concurrency", "article")
        await form.fill("#input-duration", "")
        await form.fill("#input-requests", "20k")
        assert "Concurrency 'article' starts all 20,000 requests" in form.complaints
        assert "No mode is chosen" in form.complaints
        await form.press("ctrl+r")
        assert form.focused == "input-concurrency"
        await form.fill("#input-concurrency", "20")
        assert form.explains("20 at once for every mode")
        await form.press("ctrl+r")
        assert form.app.focused is form.mode("requests")
        await form.press("space")
        assert (await form.run()).requests == 20_000


@pytest.mark.slow
async def test_tab_and_arrows_go_through_the_form_in_order() -> None:
    async with open_form(Plan(request=Request(headers=(("Accept", "a"),)))) as form:
        row, blank = form.rows
        load = [form.screen.query_one(f"#input-{name}") for name in ("requests", "duration", "concurrency")]
        more = form.screen.query_one("#more-fold CollapsibleTitle")
        assert form.screen.focus_chain == [
            *(form.screen.query_one(selector) for selector in ("#presets", "#input-method", "#input-url", "#run")),
            *(row.name_input, row.value_input, row.query_one(Button), blank.name_input, blank.value_input),
            *(form.screen.query_one(selector) for selector in ("#input-scenario", "#knobs CollapsibleTitle")),
            *(*load, more),
            *form.screen.query(ModeRow),
            *form.screen.query(MoreModes),
            form.screen.query_one("#input-own-client"),
        ]
        await form.press("down", "down", "down")
        assert form.has_focus(blank.name_input)
        await form.press("down", "down")
        assert form.focused == "input-scenario"
        await form.press("tab", "down")
        assert form.focused == "input-requests"
        await form.focus(form.mode("requests"))
        await form.press("down")
        assert form.has_focus(form.mode("requests-session"))
        await form.press("up", "up")
        assert form.has_focus(more)
        await form.press("space", "down")
        assert form.focused == "input-rounds"


@pytest.mark.slow
async def test_last_plan_is_there_at_the_next_start(home: Path, notices: list[Notice]) -> None:
    async with open_form(Plan(seed=99)) as form:
        await form.fill("#input-url", "/bytes/10")
        await form.fill("#input-duration", "")
        await form.fill("#input-requests", "55")
        await form.focus(form.rows[0].name_input)
        await form.paste("Accept: text/html\nAuthorization: Bearer hush")
        await form.focus(form.mode("requests"))
        await form.press("n")
        first = await form.run()
        assert ("Authorization", "Bearer hush") in first.request.headers
    async with open_form() as form:
        assert form.headers == [("Accept", "text/html")]
        await form.open_more()
        assert form.screen.query_one("#input-seed", Input).value == ""
        await form.fill("#input-requests", "none")
        await form.press("ctrl+r")
        await form.fill("#input-requests", "55")
        await form.press("ctrl+r")
        assert "Send it without Authorization?" in text_on(form.app), "no file keeps it"
        await form.press("y")
        second = form.app.started.pop()
        assert second.request == Request(url="/bytes/10", headers=(("Accept", "text/html"),))
        assert (second.requests, second.modes) == (55, first.modes)
        assert len({first.seed, second.seed, 99}) == 3
        assert "hush" not in last_plan_path().read_text()
        await form.fill("#input-seed", "0")
        assert (await form.run()).seed == 0
    async with open_form() as form:
        await form.open_more()
        assert form.screen.query_one("#input-seed", Input).value == "0"
        shutil.rmtree(home / "state")
        (home / "state").write_text("in the way")
        await form.run()
        assert [notice.severity for notice in notices] == ["warning"]

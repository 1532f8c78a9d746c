"""The target in the form: scenarios, their knobs, and certificates for a URL of the user's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from support.setup_form import WIDE, Form, open_form
from textual.widgets import Input, Select

from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.scenario import SCENARIOS, Capacity, ServiceTime
from tui_httpbench.tui.screens.setup.fold import Fold
from tui_httpbench.tui.screens.setup.tick_box import TickBox


def scenario_shown(form: Form) -> str:
    return str(form.screen.query_one("#input-scenario", Select).value)


@pytest.mark.slow
async def test_every_scenario_can_be_chosen_and_says_what_it_is() -> None:
    async with open_form() as form:
        for scenario in SCENARIOS.values():
            await form.choose("scenario", scenario.name)
            assert form.explains(scenario.why)
            assert scenario.in_words in form.screen.query_one("#knobs", Fold).title
            assert (await form.run()).scenario == scenario


@pytest.mark.slow
async def test_by_key_a_scenario_is_chosen_and_its_knobs_turned() -> None:
    async with open_form() as form:
        await form.focus(form.screen.query_one("#input-scenario"))
        await form.press("enter", "down", "down", "enter")
        assert scenario_shown(form) == "article"
        await form.press("tab", "space", "tab")
        assert form.focused == "input-rtt"
        await form.write("4")
        await form.press("tab", "tab", "tab", "space")
        assert form.focused == "input-http2"
        scenario = (await form.run()).scenario
        assert scenario == SCENARIOS["article"].change(rtt_ms=4, http2=True)
        assert scenario_shown(form) == scenario.name == "article*"
        assert form.explains("article with settings of your own")
        assert form.preset == "custom"


@pytest.mark.slow
async def test_every_knob_counts_and_takes_its_scenario_back() -> None:
    async with open_form() as form:
        await form.choose("scenario", "busy")
        form.screen.query_one("#knobs", Fold).collapsed = False
        await form.settle()
        for knob, text in (
            ("rtt", "7.25"),
            ("jitter", "1"),
            ("service_time", "lognormal:300:0.5"),
            ("service_seed", "1000"),
            ("capacity", "45/s,8"),
            ("body_size", "2m"),
            ("content_type", "text/html"),
        ):
            await form.fill(f"#input-{knob}", text)
        await form.click("#input-gzip")
        scenario = (await form.run()).scenario
        assert scenario.name == "busy*"
        assert (scenario.rtt_ms, scenario.jitter_ms, scenario.seed) == (7.25, 1, 1000)
        assert scenario.service_time == ServiceTime("lognormal", 300, 0.5)
        assert scenario.capacity == Capacity(45, 8)
        assert (scenario.body_bytes, scenario.content_type, scenario.gzip) == (2_000_000, "text/html", True)
        await form.choose("scenario", "busy")
        assert (await form.run()).scenario == SCENARIOS["busy"]
        await form.choose("scenario", "busy*")
        assert (await form.run()).scenario == scenario


@pytest.mark.slow
async def test_http2_takes_tls_along_and_goes_with_it() -> None:
    async with open_form() as form:
        form.screen.query_one("#knobs", Fold).collapsed = False
        await form.settle()
        tls, http2 = (form.screen.query_one(f"#input-{name}", TickBox) for name in ("tls", "http2"))
        await form.click(http2)
        await form.settle()
        assert (tls.value, http2.value) == (True, True)
        await form.click(tls)
        await form.settle()
        assert (tls.value, http2.value) == (False, False)
        assert (await form.run()).scenario == SCENARIOS["loopback"]


BAD_KNOBS = [
    ("rtt", "far", "The round trip must be 0 to 10,000 milliseconds, not 'far'."),
    ("jitter", "5", "The jitter of 5 ms is above the round trip of 0 ms; lower it."),
    ("service_time", "gauss:1", "'gauss:1' is no service time;"),
    ("service_seed", "-1", "The service seed must be a whole number"),
    ("capacity", "lots", "'lots' is no capacity;"),
    ("body_size", "huge", "The body's size must be 0 to"),
    ("content_type", "html", "'html' is no content type;"),
]


@pytest.mark.slow
async def test_wrong_knobs_are_told_at_their_fields_which_open() -> None:
    async with open_form() as form:
        knobs = form.screen.query_one("#knobs", Fold)
        knobs.collapsed = False
        await form.settle()
        knobs.collapsed = True
        for field, text, sentence in BAD_KNOBS:
            typed = form.screen.query_one(f"#input-{field}", Input)
            good = typed.value
            await form.fill(f"#input-{field}", text)
            assert sentence in form.summary
            if knobs.collapsed:
                await form.press("ctrl+r")
                await form.settle()
                assert form.app.started == []
                assert form.focused == f"input-{field}"
                assert not knobs.collapsed
            assert typed.has_class("-invalid")
            assert sentence in form.complaints
            await form.fill(f"#input-{field}", good)
            assert form.complaints == ""
        assert (await form.run()).scenario == SCENARIOS["loopback"]


@pytest.mark.slow
async def test_the_users_own_scenarios_are_there_and_a_broken_one_harms_none(home: Path) -> None:
    folder = home / "config" / "httpbench-tui" / "scenarios"
    folder.mkdir(parents=True)
    (folder / "train.toml").write_text('rtt_ms = 300\nwhy = "[b]on the way home"\n')
    (folder / "torn.toml").write_text("rtt_ms = 'far'\n")
    async with open_form() as form:
        await form.choose("scenario", "torn")
        assert "torn.toml', line 1, rtt_ms: The round trip must be" in form.complaints
        await form.press("ctrl+r")
        assert form.focused == "input-scenario"
        assert form.app.started == []
        await form.choose("scenario", "train")
        assert form.complaints == ""
        assert form.explains("[b]on the way home")
        plan = await form.run()
        assert (plan.scenario.name, plan.scenario.rtt_ms) == ("train", 300)
        (folder / "train.toml").write_text("rtt_ms = 30\n")
    async with open_form() as form:
        assert scenario_shown(form) == "train*"
        assert (await form.run()).scenario.rtt_ms == 300
        await form.choose("scenario", "train")
        assert (await form.run()).scenario.rtt_ms == 30


async def test_a_plans_changed_scenario_comes_back_as_it_was() -> None:
    given = Plan(scenario=SCENARIOS["article"].change(rtt_ms=1 / 3, service_time=ServiceTime("fixed", 12.3456789)))
    async with open_form(given) as form:
        assert scenario_shown(form) == "article*"
        assert (await form.run()).scenario == given.scenario
        form.screen.query_one("#knobs", Fold).collapsed = False
        await form.settle()
        await form.fill("#input-jitter", "0.1")
        assert (await form.run()).scenario == given.scenario.change(jitter_ms=0.1)


@pytest.mark.slow
async def test_certificates_take_the_scenarios_place_for_a_url_of_the_users_own(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(pem)
    async with open_form(size=WIDE) as form:
        trust = form.screen.query_one("#trust")
        assert not trust.region.height
        await form.fill("#input-url", "http://127.0.0.1:9/")
        assert form.explains("Scenarios are for the embedded target")
        assert not trust.region.height
        assert not form.screen.query_one("#input-scenario").region.height
        await form.fill("#input-url", "https://127.0.0.1:9/")
        assert trust.region.height
        plan = await form.run()
        assert (plan.cacert, plan.insecure) == (None, False)

        await form.choose("insecure", "unchecked")
        assert form.explains("anyone could answer in its place")
        assert form.summary.endswith("https://127.0.0.1:9/, certificates not checked")
        assert (await form.run()).insecure

        await form.choose("insecure", "file")
        assert "Write the path of a PEM file" in form.complaints
        for path, sentence in (
            ("/nowhere.pem", "no such file"),
            (str(tmp_path), "is a folder"),
            (__file__, "PEM form"),
        ):
            await form.fill("#input-cacert", path)
            assert sentence in form.complaints
        await form.press("ctrl+r")
        assert form.focused == "input-cacert"
        assert form.app.started == []
        await form.fill("#input-cacert", str(pem))
        plan = await form.run()
        assert (plan.cacert, plan.insecure) == (str(pem), False)
        await form.fill("#input-url", "")
        assert (await form.run()).cacert is None
    async with open_form(plan) as form:
        assert (await form.run()).replace(seed=plan.seed) == plan
    async with open_form(Plan(Request("https://127.0.0.1:9/"), insecure=True)) as form:
        assert (await form.run()).insecure


async def test_how_bodies_are_read_and_sent_is_folded_away_and_kept() -> None:
    request = Request("/mirror", "POST", data_size=50_000, upload="stream")
    async with open_form(Plan(request=request)) as form:
        fold = form.screen.query_one("#more-fold", Fold)
        assert fold.title == "More · a body of 50k made up, sent piece by piece"
        assert (await form.run()).request == request
        fold.collapsed = False
        await form.settle()
        await form.choose("read", "stream")
        await form.fill("#input-data_size", "1m")
        assert (await form.run()).request == replace(request, data_size=1_000_000, read="stream")
        await form.fill("#input-data_size", "")
        await form.press("ctrl+r")
        assert not form.app.started
        assert form.focused == "input-upload"
        assert "there is none" in form.complaints

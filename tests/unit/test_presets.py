"""Presets, and the options that change them."""

from __future__ import annotations

import pytest

from tui_httpbench.arguments import Parser
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.plan import ARTICLE, AUTO, Plan, PlanError
from tui_httpbench.plan_options import default_plan, make_plan
from tui_httpbench.presets import PRESETS, find_preset, preset_of
from tui_httpbench.scenario import LOOPBACK, SCENARIOS


def plan_of(*arguments: str) -> Plan:
    plan = make_plan(Parser("run").parse(list(arguments)))
    assert plan is not None
    return plan


def test_nothing_said_means_the_quick_preset() -> None:
    assert make_plan(Parser("run").parse([])) is None
    assert preset_of(default_plan()) is PRESETS["quick"]
    assert default_plan().modes == DEFAULT_MODES


def test_other_options_alone_keep_their_documented_defaults() -> None:
    plan = plan_of("-m", "aiohttp")
    assert (plan.requests, plan.concurrency, plan.rounds, plan.scenario) == (100, ARTICLE, AUTO, LOOPBACK)


def test_options_change_a_preset() -> None:
    plan = plan_of("--preset", "article", "-n", "50", "--rtt", "40", "-r", "1")
    assert (plan.requests, plan.rounds, plan.profile) == (50, 1, "defaults")
    assert (plan.scenario.name, plan.scenario.rtt_ms, plan.scenario.tls) == ("article*", 40, True)
    assert "httpx-client" not in plan.modes
    assert preset_of(plan) is None


def test_a_preset_is_recognized_whatever_the_seed() -> None:
    for name in PRESETS:
        assert preset_of(plan_of("--preset", name, "--seed", "7")) is PRESETS[name]


def test_a_url_takes_the_place_of_a_presets_scenario() -> None:
    plan = plan_of("https://example.com/", "--preset", "article")
    assert plan.scenario == LOOPBACK
    assert plan.modes == PRESETS["article"].values["modes"]


def test_a_scenario_without_a_preset_keeps_the_default_load() -> None:
    plan = plan_of("--scenario", "busy", "--capacity", "")
    assert plan.scenario.capacity.is_unlimited
    assert plan.scenario.service_time == SCENARIOS["busy"].service_time
    assert plan.requests == 100


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--preset", "artikle"], "did you mean article?"),
        (["--preset", "x"], "there are quick, article, level"),
        (["https://example.com/", "--rtt", "20"], "leave out the URL"),
        (["https://example.com/", "--preset", "article", "--scenario", "busy"], "leave out the URL"),
        (["--insecure"], "for an https URL"),
        (["http://example.com/", "--insecure"], "for an https URL"),
        (["https://example.com/", "--cacert", "/nowhere.pem"], "can't be read: no such file"),
        (["https://example.com/", "--cacert", __file__], "no certificate in PEM"),
        (["--no-tls", "--http2"], "only over TLS"),
    ],
)
def test_wrong_options_get_one_sentence(arguments: list[str], part: str) -> None:
    with pytest.raises(PlanError) as raised:
        make_plan(Parser("run").parse(arguments))
    assert part in str(raised.value)


def test_presets_are_found_whatever_the_case() -> None:
    assert find_preset(" Level ").name == "level"

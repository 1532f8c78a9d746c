"""Presets, and the options that change them."""

from __future__ import annotations

import pytest

from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.plan_options import make_plan
from tui_httpbench.plan.plan import ARTICLE, ARTICLE_REQUESTS, AUTO, Plan, PlanError
from tui_httpbench.plan.presets import PRESETS, VERSIONS, default_plan, find_preset, preset_of
from tui_httpbench.plan.scenario import LOOPBACK, SCENARIOS


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
    assert (plan.requests, plan.duration_s, plan.concurrency, plan.rounds) == (None, AUTO, 10, AUTO)
    assert plan.scenario == LOOPBACK


def test_options_change_a_preset() -> None:
    plan = plan_of("--preset", "article", "-n", "50", "--rtt", "40", "-r", "1")
    assert (plan.requests, plan.rounds, plan.profile) == (50, 1, "defaults")
    assert (plan.scenario.name, plan.scenario.rtt_ms, plan.scenario.tls) == ("article*", 40, True)
    assert "httpx-client" not in plan.modes
    assert preset_of(plan) is None


@pytest.mark.parametrize(
    ("arguments", "load"),
    [
        (["--preset", "quick"], (None, AUTO, 10)),
        (["--preset", "quick", "-n", "50"], (50, None, 10)),
        (["--preset", "quick", "-z", "2s"], (None, 2.0, 10)),
        (["--preset", "thorough", "-n", "50", "-z", "300ms"], (50, 0.3, 10)),
        (["--preset", "quick", "-c", "article"], (ARTICLE_REQUESTS, None, ARTICLE)),
        (["--preset", "quick", "-c", "article", "-z", "1"], (ARTICLE_REQUESTS, 1.0, ARTICLE)),
        (["--preset", "article"], (100, None, ARTICLE)),
        (["--preset", "article", "-z", "5"], (100, 5.0, ARTICLE)),
        (["--preset", "article", "-n", "20", "-z", "5"], (20, 5.0, ARTICLE)),
        (["--preset", "article", "-c", "7"], (100, None, 7)),
        (["-n", "50"], (50, None, 10)),
        (["-z", "0.5"], (None, 0.5, 10)),
        (["-z", "auto"], (None, AUTO, 10)),
        (["-n", "5", "-z", "1"], (5, 1.0, 10)),
        (["-c", "article"], (ARTICLE_REQUESTS, None, ARTICLE)),
        (["-c", "article", "-z", "2"], (ARTICLE_REQUESTS, 2.0, ARTICLE)),
        (["-c", "article", "-n", "7", "-z", "2"], (7, 2.0, ARTICLE)),
        (["http://127.0.0.1:8000/"], None),
        (["http://localhost/", "-c", "article"], (ARTICLE_REQUESTS, None, ARTICLE)),
    ],
)
def test_the_load_follows_from_what_is_said(arguments: list[str], load: tuple[object, ...] | None) -> None:
    plan = plan_of(*arguments)
    assert (plan.requests, plan.duration_s, plan.concurrency) == (load or (None, AUTO, 10))


@pytest.mark.parametrize(
    ("arguments", "load"),
    [
        ([], (25, None, 10, 5)),
        (["-n", "50"], (50, None, 10, 5)),
        (["-r", "2"], (25, None, 10, 2)),
        (["-z", "1"], (None, 1.0, 10, 5)),
        (["-z", "auto"], (None, AUTO, 10, 5)),
        (["-n", "5", "-z", "1"], (5, 1.0, 10, 5)),
        (["-c", "article"], (25, None, ARTICLE, 5)),
        (["-c", "article", "-z", "1"], (25, 1.0, ARTICLE, 5)),
        (["--preset", "quick"], (None, AUTO, 10, AUTO)),
    ],
)
def test_another_machine_gets_a_modest_load_unless_told_otherwise(
    arguments: list[str], load: tuple[object, ...]
) -> None:
    plan = plan_of("https://example.com/", *arguments)
    assert (plan.requests, plan.duration_s, plan.concurrency, plan.rounds) == load


def test_a_preset_is_recognized_whatever_the_seed() -> None:
    versions = ["--variant", "A=httpx==0.27.2", "--variant", "B=httpx==0.28.1"]
    for name in PRESETS:
        more = versions if name == VERSIONS else []
        assert preset_of(plan_of("--preset", name, "--seed", "7", *more)) is PRESETS[name]
    assert preset_of(plan_of(*versions)) is not PRESETS["quick"]
    asked = PRESETS["article"].plan(**PRESETS["article"].asked)
    assert preset_of(asked) is PRESETS["article"], "as it is asked as a question, too"


def test_a_preset_says_under_which_conditions_it_measures_and_how_long_its_question_takes() -> None:
    assert PRESETS["keep"].conditions == "1 in flight over HTTPS, 2 ms away"
    assert PRESETS["async"].conditions == "1 to 100 in flight over HTTP, on this machine"
    assert PRESETS["distance"].conditions == "1 in flight over HTTPS, 0 to 50 ms away"
    assert PRESETS["article"].conditions == "100 requests a round over HTTPS, 20 ms away"
    assert [PRESETS[name].takes for name in ("quick", "async", "http2", "article", "thorough")] == [
        "about 30 s",
        "about 100 s",
        "about 20 s",
        "about 95 s",
        "about 2 min",
    ]


def test_a_url_takes_the_place_of_a_presets_scenario() -> None:
    plan = plan_of("https://example.com/", "--preset", "article")
    assert plan.scenario == LOOPBACK
    assert plan.modes == PRESETS["article"].values["modes"]


def test_a_scenario_without_a_preset_keeps_the_default_load() -> None:
    plan = plan_of("--scenario", "busy", "--capacity", "")
    assert plan.scenario.capacity.is_unlimited
    assert plan.scenario.service_time == SCENARIOS["busy"].service_time
    assert (plan.requests, plan.duration_s) == (None, AUTO)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--preset", "artikle"], "did you mean article?"),
        (["--preset", "x"], "there are quick, article, thorough"),
        (["https://example.com/", "--rtt", "20"], "leave out the URL"),
        (["https://example.com/", "--preset", "article", "--scenario", "busy"], "leave out the URL"),
        (["-n", "5", "-z", "auto"], "-n and -z auto can't both hold"),
        (["--preset", "quick", "-n", "5", "-z", "auto"], "-n and -z auto can't both hold"),
        (["--preset", "article", "-z", "auto"], "give -z in seconds, or leave it out"),
        (["-c", "article", "-z", "auto"], "give -z in seconds, or leave it out"),
        (["-c", "article", "-n", "20k"], "more than the 10,000"),
        (["--insecure"], "for a URL of your own"),
        (["--cacert", __file__], "no certificate in PEM"),
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
    assert find_preset(" Thorough ").name == "thorough"


def test_versions_are_compared_in_the_kept_modes_of_the_library_that_they_are_of() -> None:
    versions = ("--variant", "A=httpx==0.27.2", "--variant", "B=httpx==0.28.1")
    plan = plan_of("--preset", "versions", *versions)
    assert plan.modes == ("httpx-client@A", "httpx-client@B", "httpx-async@A", "httpx-async@B")
    assert plan_of("--preset", "versions", *versions, "-m", "httpx").modes == ("httpx@A", "httpx@B")
    with pytest.raises(PlanError, match="Preset versions compares two versions"):
        plan_of("--preset", "versions")

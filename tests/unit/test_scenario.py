"""Scenarios: what their knobs accept, and the files that users write."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.scenario import (
    SCENARIOS,
    Capacity,
    Scenario,
    ServiceTime,
    parse_body_size,
    parse_capacity,
    parse_content_type,
    parse_jitter,
    parse_rtt,
    parse_service_seed,
    parse_service_time,
)
from tui_httpbench.plan.scenario_file import find_scenario, read_scenario, scenario_from


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20", ServiceTime("fixed", 20)),
        (" 7.5ms ", ServiceTime("fixed", 7.5)),
        ("fixed:3", ServiceTime("fixed", 3)),
        ("uniform:10:30", ServiceTime("uniform", 10, 30)),
        ("Exponential:50", ServiceTime("exponential", 50)),
        ("lognormal:300:0.5", ServiceTime("lognormal", 300, 0.5)),
    ],
)
def test_a_service_time_is_read_and_written_alike(text: str, value: ServiceTime) -> None:
    assert parse_service_time(text) == value
    assert parse_service_time(value.text) == value


@pytest.mark.parametrize(
    ("read", "text", "part"),
    [
        (parse_service_time, "", "service time must be 0 to 60,000"),
        (parse_service_time, "-1", "not '-1'"),
        (parse_service_time, "nan", "not 'nan'"),
        (parse_service_time, "uniform:30:10", "is no service time; write 20, uniform:10:30"),
        (parse_service_time, "lognormal:0:1", "is no service time"),
        (parse_service_time, "exponential:0", "is no service time"),
        (parse_service_time, "gauss:1:1", "is no service time"),
        (parse_capacity, "45/m", "write 45/s"),
        (parse_capacity, "0", "write 45/s"),
        (parse_capacity, "45/s,50/s", "write 45/s"),
        (parse_capacity, "inf/s", "write 45/s"),
        (parse_rtt, "10001", "0 to 10,000 milliseconds"),
        (parse_jitter, "x", "The jitter must be"),
        (parse_body_size, "1g", "such as 50k"),
        (parse_body_size, "99999999999", "0 to 67,108,864"),
        (parse_content_type, "html", "such as text/html"),
        (parse_content_type, "text/html\r\nX: y", "no content type"),
        (parse_service_seed, "-3", "whole number"),
    ],
)
def test_a_wrong_knob_gets_one_sentence(read: Callable[[str], object], text: str, part: str) -> None:
    with pytest.raises(PlanError, match=r".") as raised:
        read(text)
    assert part in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_capacity_is_read_and_written_alike() -> None:
    for value in (Capacity(), Capacity(45), Capacity(None, 8), Capacity(0.5, 3)):
        assert parse_capacity(value.text) == value


def test_body_sizes_take_thousands() -> None:
    assert [parse_body_size(text) for text in ("0", "50k", "1m", "50kB", "1_000")] == [
        0,
        50_000,
        1_000_000,
        50_000,
        1000,
    ]


def test_draws_follow_their_distribution_and_seed() -> None:
    def draw(text: str, seed: int = 1) -> list[float]:
        source, service_time = random.Random(seed), parse_service_time(text)
        return [service_time.draw_s(source) for _ in range(4000)]

    assert set(draw("20")) == {0.02}
    assert statistics.median(draw("lognormal:300:0.5")) == pytest.approx(0.3, rel=0.05)
    assert statistics.mean(draw("exponential:50")) == pytest.approx(0.05, rel=0.08)
    assert 0.01 <= min(draw("uniform:10:30")) <= max(draw("uniform:10:30")) <= 0.03
    assert draw("exponential:50") == draw("exponential:50")
    assert draw("exponential:50") != draw("exponential:50", seed=2)
    assert max(draw("lognormal:60000:3")) == 60


def test_a_changed_scenario_is_not_called_as_the_one_it_came_from() -> None:
    article = SCENARIOS["article"]
    assert article.change(rtt_ms=20.0) is article
    changed = article.change(rtt_ms=40.0).change(tls=False)
    assert (changed.name, changed.rtt_ms, changed.tls, changed.body_bytes) == ("article*", 40, False, 50_000)


@pytest.mark.parametrize(
    ("values", "field"), [({"http2": True}, "http2"), ({"rtt_ms": 1.0, "jitter_ms": 2.0}, "jitter")]
)
def test_knobs_that_contradict_each_other_are_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(PlanError) as raised:
        Scenario(**values)
    assert raised.value.field == field


def test_every_scenario_comes_back_from_its_knobs() -> None:
    for scenario in SCENARIOS.values():
        assert scenario_from({"name": scenario.name, "why": scenario.why, **scenario.knobs}) == scenario
        assert scenario.why
        assert scenario.in_words.startswith("HTTP")


def test_a_users_file_describes_a_scenario(tmp_path: Path) -> None:
    file = tmp_path / "alpine.toml"
    file.write_text('why = "a hut"\nbase = "article"\nrtt_ms = 600\njitter_ms = 80.5\ncapacity = "2/s"\ngzip = true\n')
    scenario = find_scenario(str(file))
    assert (scenario.name, scenario.why, scenario.rtt_ms, scenario.jitter_ms) == ("alpine", "a hut", 600, 80.5)
    assert (scenario.tls, scenario.gzip, scenario.capacity) == (True, True, Capacity(2))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("rtt_ms = 5\nrtt_mss = 6\n", ("line 2", "rtt_mss", "did you mean rtt_ms?")),
        ("\n\ntls = 1\n", ("line 3", "tls", "true or false")),
        ('rtt_ms = "far"\n', ("line 1", "rtt_ms", "0 to 10,000 milliseconds")),
        ("http2 = true\n", ("line 1", "http2", "only over TLS")),
        ("rtt_ms = 1\njitter_ms = 5\n", ("line 2", "jitter_ms", "above the round trip")),
        ('service_time = "soon"\n', ("line 1", "service_time")),
        ("rtt_ms = [1]\n", ("line 1", "number or a text")),
        ("[tls]\non = true\n", ("line 1", "tls", "true or false")),
        ("rtt_ms = \n", ("no TOML", "line 1")),
        ('base = "moon"\n', ("line 1", "base", "one of loopback")),
    ],
)
def test_a_wrong_file_names_line_and_key(tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(PlanError) as raised:
        read_scenario(file)
    for part in parts:
        assert part in str(raised.value)


def test_files_that_cannot_be_read_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"can't be read: no such file"):
        find_scenario(str(tmp_path / "absent.toml"))
    (tmp_path / "latin.toml").write_bytes(b'why = "\xe9"\n')
    with pytest.raises(PlanError, match="not UTF-8"):
        find_scenario(str(tmp_path / "latin.toml"))
    (tmp_path / "large.toml").write_bytes(b"#" * 200_000)
    with pytest.raises(PlanError, match="larger than"):
        find_scenario(str(tmp_path / "large.toml"))


def test_own_scenarios_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(platformdirs, "user_config_path", lambda *_, **__: tmp_path / "httpbench-tui")
    folder = tmp_path / "httpbench-tui" / "scenarios"
    folder.mkdir(parents=True)
    (folder / "cellar.toml").write_text("rtt_ms = 9\n")
    assert find_scenario("cellar").rtt_ms == 9
    with pytest.raises(PlanError, match="did you mean cellar"):
        find_scenario("celar")

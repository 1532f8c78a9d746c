"""The table of fields: it is whole, and option, file and form mean the same by a value."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.plan_options import make_plan, make_scenario
from tui_httpbench.plan.field import Field
from tui_httpbench.plan.fields import FIELDS, GROUPS, KNOBS, TARGET_GROUP, fields_of, rows_on
from tui_httpbench.plan.load import Load
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.scenario import LOOPBACK, SCENARIOS, Capacity, Scenario
from tui_httpbench.plan.scenario_file import read_scenario
from tui_httpbench.plan.stored import plan_from_dict, plan_to_dict
from tui_httpbench.plan.sweep import Sweep

UNUSUAL = dataclasses.replace(SCENARIOS["busy"], rtt_ms=1 / 3, jitter_ms=0.25, tls=True, http2=True, gzip=True, seed=7)
ALL = [*SCENARIOS.values(), UNUSUAL, dataclasses.replace(LOOPBACK, capacity=Capacity(0.5, 3), body_bytes=1_234)]
TYPED = [field for field in fields_of("plan") if field.kind == "text" and not field.is_file]
FULL = Plan(
    requests=12,
    duration_s=0.25,
    concurrency=7,
    rounds=3,
    budget_s=12.5,
    timeout_s=0.5,
    seed=9,
    seed_given=True,
    same_within=0.07,
    chosen_profile="defaults",
    sweep=Sweep("rtt", ("0", "5")),
)


def option_of(field: Field, value: Any) -> str:
    """The option that gives a field this value."""
    if field.kind == "switch":
        return field.flags[0] if value else field.flags[0].replace("--", "--no-")
    return f"{field.flags[-1]}={field.text(value)}"


@pytest.mark.parametrize(
    ("owner", "part", "rest"),
    [
        (Request, "request", set()),
        (Plan, "plan", {"request", "scenario", "seed_given", "rounds_before", "rounds_at_first"}),
        (Scenario, "scenario", {"name", "why"}),
    ],
)
def test_whatever_a_plan_holds_has_its_row(owner: Any, part: Any, rest: set[str]) -> None:
    held = [each.name for each in dataclasses.fields(owner)]
    assert sorted(field.key for field in fields_of(part)) == sorted(set(held) - rest)


def test_no_name_and_no_option_is_there_twice() -> None:
    rows = [field for fields in GROUPS.values() for field in fields]
    assert len(rows) == len(FIELDS)
    flags = [flag for field in rows for flag in field.flags]
    assert len(flags) == len(set(flags))
    told = [field.told for field in fields_of("request", "plan")]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("command", [None, "run", "serve", "target"])
def test_the_help_has_every_field_with_its_default_in_the_order_of_the_groups(
    command: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = Parser(command).format_help()
    titles = [TARGET_GROUP] if command == "target" else list(GROUPS)
    words = " ".join(text.split())
    for title in titles:
        for field in GROUPS[title]:
            assert field.help_text in words
            assert field.help_text.endswith(")")
    places = [text.index(f"\n{title}:\n") for title in (*titles, "other options")]
    assert places == sorted(places)
    assert max(map(len, text.splitlines())) <= 80


def test_defaults_in_the_help_are_those_that_hold() -> None:
    assert "(default: 10)" in FIELDS["concurrency"].help_text
    assert "(default: 30)" in FIELDS["timeout"].help_text
    assert "(default: 3)" in FIELDS["same_within"].help_text
    assert "(default: 1k)" in FIELDS["body_size"].help_text
    assert "(default: off)" in FIELDS["gzip"].help_text
    for field in KNOBS.values():
        assert field.default_value == getattr(LOOPBACK, field.key)


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_a_scenario_is_the_same_by_options_by_file_and_stored(scenario: Scenario, tmp_path: Path) -> None:
    options = [option_of(field, getattr(scenario, field.key)) for field in KNOBS.values()]
    assert make_scenario(Parser("target").parse(options)).knobs == scenario.knobs
    path = tmp_path / "x.toml"
    path.write_text("\n".join(f"{key} = {json.dumps(value)}" for key, value in scenario.knobs.items()))
    assert read_scenario(path).knobs == scenario.knobs
    plan = Plan(scenario=scenario)
    assert plan_from_dict(json.loads(json.dumps(plan_to_dict(plan)))) == plan


@pytest.mark.parametrize("field", TYPED, ids=lambda field: field.name)
def test_a_value_is_the_same_typed_and_stored(field: Field) -> None:
    value = field.value_in(FULL)
    assert value != field.default_value, "the test would not see it fall away"
    assert field.read(field.text(value)) == value
    options = Parser("run").parse([option_of(each, each.value_in(FULL)) for each in TYPED])
    plan = make_plan(options)
    assert plan is not None
    assert field.value_in(plan) == value
    assert field.value_in(plan_from_dict(json.loads(json.dumps(plan_to_dict(FULL))))) == value


def test_what_is_on_a_sheet_of_the_form_has_a_label_and_stands_there_once() -> None:
    shown = [field for sheet in ("load", "trust", "knobs", "more") for row in rows_on(sheet) for field in row]
    assert sorted(field.name for field in shown) == sorted(name for name, field in FIELDS.items() if field.shown)
    assert all(field.on_form.label for field in shown)
    assert {field.name for row in rows_on("knobs") for field in row} == set(KNOBS)
    with pytest.raises(ValueError, match="does not show pin"):
        assert FIELDS["pin"].on_form


def test_a_flag_sets_the_opposite_of_its_default() -> None:
    for field in FIELDS.values():
        if field.kind == "flag":
            (action,) = (each for each in Parser("run")._actions if each.dest == field.name)
            assert isinstance(action, argparse._StoreConstAction)
            assert action.const is not field.default_value


@pytest.mark.parametrize(
    ("load", "exact", "repeats", "seconds"),
    [
        (Load(5, None), 5, False, None),
        (Load(None, 2.5), None, False, 2.5),
        (Load(None, "auto"), None, False, 0.5),
        (Load(5, 2.5), None, True, 2.5),
    ],
)
def test_a_load_says_what_ends_it(load: Load, exact: int | None, repeats: bool, seconds: float | None) -> None:
    assert (load.exact_requests, load.repeats_batches, load.seconds(0.5)) == (exact, repeats, seconds)
    assert load.is_timed == (seconds is not None)
    assert load.is_automatic == (load.duration_s == "auto")

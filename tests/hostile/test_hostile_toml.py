"""Scenario files and the config file: whatever stands in them, they are read or told of in a sentence."""

from __future__ import annotations

import json
import math
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.hostile_texts import damaged, damaged_bytes, is_sentence, texts

from tui_httpbench.files.folders import config_path
from tui_httpbench.files.small_file import MAX_DEPTH, TomlError, parse_toml
from tui_httpbench.plan.plan import PlanError
from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.plan.scenario_file import find_scenario, own_scenario_files, read_scenario, scenario_from
from tui_httpbench.target_server.settings import ServerSettings
from tui_httpbench.tui import app as _app  # loads every screen, and with them every binding
from tui_httpbench.tui.preferences import is_key, load_preferences

assert _app
THEMES = ("nord", "textual-light")
SCENARIO = {
    "base": "article",
    "why": "because",
    "rtt_ms": 20,
    "jitter_ms": 1.5,
    "service_time": "lognormal:80:0.4",
    "capacity": "200/s",
    "body_bytes": "50k",
    "content_type": "text/html",
    "seed": 3,
    "tls": True,
    "http2": False,
    "gzip": True,
}
CONFIG = {"theme": "nord", "keys": {"run.stop": "f10", "replay.pause": "p, ctrl+p"}}


def to_toml(value: Any) -> str:
    """A value as TOML has it, in a line; tables as inline ones."""
    if isinstance(value, bool) or value is None:
        return "true" if value else "false"
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    if isinstance(value, int):
        return hex(value) if value >= 0 else "-1"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(map(to_toml, value))}]"
    return f"{{{', '.join(f'{json.dumps(key)} = {to_toml(inner)}' for key, inner in value.items())}}}"


def document_of(values: Any) -> bytes:
    if not isinstance(values, dict):
        return to_toml(values).encode()
    lines = (f"{json.dumps(key)} = {to_toml(value)}" for key, value in values.items())
    return "\n".join(lines).encode("utf-8", "surrogatepass")


scenario_files = damaged(SCENARIO).map(document_of) | damaged_bytes(document_of(SCENARIO))
config_files = damaged(CONFIG).map(document_of) | damaged_bytes(document_of(CONFIG))
deep = b".".join([b"a"] * 3_000)


@given(scenario_files)
@example(b"a = " + b"[" * 5_000)
@example(b"rtt_ms = " + b"1" * 5_000)
@example(b"rtt_ms = 0x" + b"f" * 5_000)
@example(b"tls = 0x" + b"f" * 5_000)
@example(b"base = 0x" + b"f" * 5_000)
@example(b"tls." + deep + b" = 1")
@example(b"x = {'" + b"b" * 5_000 + b"' = 1, '" + b"b" * 5_000 + b"' = 2}")
@example(b"capacity = '" + b"0" * 5_000 + b"1'")
def test_a_scenario_file_makes_a_scenario_or_gets_one_sentence(content: bytes) -> None:
    path = Path(os.environ["HOME"]) / "x.toml"
    path.write_bytes(content)
    try:
        scenario = find_scenario(str(path))
    except PlanError as error:
        sentence = str(error)
    else:
        check_scenario(scenario)
        return
    assert is_sentence(sentence)


def check_scenario(scenario: Scenario) -> None:
    """It can be shown, kept, and handed to the target."""
    assert is_sentence(scenario.name + scenario.why + scenario.in_words)
    assert scenario_from({"name": scenario.name, **scenario.knobs}).tls == scenario.tls
    assert ServerSettings.from_argument(ServerSettings(scenario=scenario).to_argument()).scenario == scenario
    assert 0 <= scenario.service_time.draw_s(random.Random(1)) <= 60


@given(damaged({"name": "x", **Scenario("x", rtt_ms=5).knobs}))
@example("x")
@example({"name": "n" * 10_000 + "\x1b", "rtt_ms": 3})
def test_a_stored_scenario_is_read_as_strictly(values: Any) -> None:
    try:
        scenario = scenario_from(values)
    except (PlanError, KeyError, TypeError):
        return
    check_scenario(scenario)


@given(texts)
@example("x\0")
@example("\ud800")
@example("\x1b[31m")
def test_any_name_is_a_scenario_or_gets_one_sentence(name: str) -> None:
    for given_name in (name, f"{name}.toml"):
        try:
            find_scenario(given_name)
        except PlanError as error:
            sentence = str(error)
        else:
            continue
        assert is_sentence(sentence)


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_files_with_odd_names_and_kinds_in_the_users_folder() -> None:
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "httpbench-tui" / "scenarios"
    folder.mkdir(parents=True)
    (folder / "\x1b[31mred.toml").write_text("rtt_ms = 3")
    (folder / "a\nb.toml").write_text("x = 1")
    (folder / "folder.toml").mkdir()
    os.mkfifo(folder / "pipe.toml")
    (folder / "zeros.toml").symlink_to("/dev/zero")
    (folder / "loop.toml").symlink_to("loop.toml")
    (folder / "huge.toml").write_bytes(b"#" * 200_000)
    names = own_scenario_files()
    assert len(names) == 7
    for path in names.values():
        try:
            check_scenario(read_scenario(path))
        except PlanError as error:
            assert is_sentence(str(error))  # noqa: PT017 - most of them must raise, one must not
    with pytest.raises(PlanError) as raised:
        find_scenario("red")
    assert is_sentence(str(raised.value))


@given(config_files)
@example(b"a = " + b"[" * 5_000)
@example(b"theme = 0x" + b"f" * 5_000)
@example(b"keys." + deep + b" = 'x'")
@example(b"'\\u001b' = 1" + b"\n'" + b"k" * 5_000 + b"' = 2")
def test_a_config_file_is_read_as_far_as_it_can_be(content: bytes) -> None:
    path = config_path()
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    preferences = load_preferences(THEMES)
    assert preferences.theme in (None, *THEMES)
    assert all(isinstance(key, str) and is_key(key.split(",")[0].strip()) for key in preferences.keys.values())
    assert all(is_sentence(problem) for problem in preferences.problems)


@given(st.integers(1, 60), st.sampled_from(["a = {}", "[{}]\n", "{} = 1"]))
def test_no_document_is_deeper_than_what_is_read(depth: int, form: str) -> None:
    inner = "[" * depth + "]" * depth if form.startswith("a") else ".".join("a" * depth)
    try:
        parse_toml(form.format(inner))
    except TomlError as error:
        assert depth > MAX_DEPTH - 2, error  # noqa: PT017 - what is below must not raise
    else:
        assert depth <= MAX_DEPTH

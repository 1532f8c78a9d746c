"""The config file: what it may say, and how its errors are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui_httpbench.files.folders import config_path
from tui_httpbench.tui import app as _app  # loads every screen, and with them every binding
from tui_httpbench.tui.preferences import binding_ids, is_key, load_preferences

THEMES = ("nord", "textual-light")
assert _app


def write(text: str | bytes) -> Path:
    path = config_path()
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_without_a_file_nothing_is_said() -> None:
    preferences = load_preferences(THEMES)
    assert (preferences.keys, preferences.theme, preferences.problems) == ({}, None, ())


def test_keys_and_theme_are_read_with_and_without_quotes() -> None:
    write('theme = "nord"\n[keys]\n"run.stop" = "f10"\nreplay.pause = "p, ctrl+p"\n')
    preferences = load_preferences(THEMES)
    assert preferences.keys == {"run.stop": "f10", "replay.pause": "p, ctrl+p"}
    assert preferences.theme == "nord"
    assert not preferences.problems


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('theme = "nort"', ("line 1, theme", "did you mean nord?")),
        ("theme = 3", ("line 1, theme", "There is no theme 3")),
        ('\n[keys]\n"run.stopp" = "f10"', ("line 3, run.stopp", "did you mean run.stop?")),
        ('[keys]\nrun.stop = "strg+x"', ("line 2, run.stop", "'strg+x' is no key")),
        ("[keys]\nrun.stop = 5", ("line 2, run.stop", "5 is no key")),
        ('keys = "x"', ("line 1, keys", "write [keys]")),
        ('colour = "x"', ("line 1, colour", "There is no such key")),
        ("theme = nord", ("is no TOML", "line 1")),
        (b"theme = '\xff'", ("can't be read", "it is not UTF-8")),
    ],
)
def test_what_is_wrong_is_told_with_line_and_key(text: str | bytes, told: tuple[str, str]) -> None:
    write(text)
    preferences = load_preferences(THEMES)
    (problem,) = preferences.problems
    assert all(part in problem for part in told), problem
    assert problem.endswith((".", "?"))
    assert (preferences.keys, preferences.theme) == ({}, None)


def test_the_page_of_keys_lists_the_ids_of_all_keys() -> None:
    ids = binding_ids()
    assert {"app.help", "setup.run", "run.stop", "results.replay", "replay.pause", "confirm.yes"} <= ids
    page = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z0-9]+\.[a-z0-9.-]+)` \|$", page, re.MULTILINE)) == ids


def test_keys_are_known_by_their_names() -> None:
    for key in ("a", "?", "+", "f5", "ctrl+r", "shift+tab", "space", "question_mark", "ctrl+shift+left", "plus"):
        assert is_key(key), key
    for key in ("", "strg+x", "ctrl+", "nokey", "ctrl+nokey"):
        assert not is_key(key), key

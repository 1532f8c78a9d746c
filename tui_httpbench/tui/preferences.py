"""What the user likes: keys and theme from the config file, and the theme that was chosen last."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys

from tui_httpbench.files.folders import config_path
from tui_httpbench.files.small_file import TomlError, parse_toml, read_small_file
from tui_httpbench.files.state_file import read_state, write_state
from tui_httpbench.history.settings import TABLE as HISTORY
from tui_httpbench.history.settings import history_problems
from tui_httpbench.plan.stored import LastPlanError, last_plan_path
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import printable, shortened
from tui_httpbench.tui.screen_kinds import load_all_screens

MAX_FILE_BYTES = 100_000
_STATE_FILE = "theme.json"
_SOME_IDS = "they are called such as run.stop and results.replay."
_MODIFIERS = {"ctrl", "shift", "alt", "super", "hyper", "meta"}
_NAMED_KEYS = {key.value for key in Keys}


@dataclass(frozen=True)
class Preferences:
    """The config file: ``keys`` by binding id, ``theme`` or None; ``problems`` are sentences, a line and key in each.

    What is wrong is left out of ``keys`` and ``theme``; all else holds.
    """

    keys: dict[str, str] = field(default_factory=dict)
    theme: str | None = None
    problems: tuple[str, ...] = ()


def load_preferences(themes: Collection[str]) -> Preferences:
    """What the config file says; ``themes`` are those that exist."""
    path = config_path()
    try:
        text = _read(path) if path is not None else ""
        values = parse_toml(text)
    except FileNotFoundError:
        return Preferences()
    except TomlError as error:
        return Preferences(problems=(f"The config file {_shown(path)} {shortened(printable(str(error)), 200)}.",))
    except (OSError, ValueError) as error:
        return Preferences(problems=(f"The config file {_shown(path)} can't be read: {reason_of(error)}.",))
    problems = [_at(text, key, problem) for key, problem in _problems(values, themes)]
    wrong = {key for key, _ in _problems(values, themes)}
    keys = values.get("keys")
    return Preferences(
        keys={key: value for key, value in _flatten(keys if isinstance(keys, dict) else {}) if key not in wrong},
        theme=None if "theme" in wrong else values.get("theme"),
        problems=tuple(f"The config file, {problem}" for problem in problems),
    )


def binding_ids() -> set[str]:
    """The ids of all bindings that there are: of every screen, widget and the app itself, which are loaded for it."""
    load_all_screens()
    return {
        binding.id
        for kind in _subclasses(DOMNode)
        for binding in kind.__dict__.get("BINDINGS", ())
        if isinstance(binding, Binding) and binding.id
    }


def is_key(name: str) -> bool:
    """Whether a text names a key as Textual does: ``q``, ``ctrl+r``, ``f5``, ``question_mark``."""
    *modifiers, key = name.split("+") if name != "+" else [name]
    if not set(modifiers) <= _MODIFIERS or not key:
        return False
    if len(key) == 1 or key in _NAMED_KEYS:
        return key.isprintable()
    try:
        unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return key in ("plus", "minus", "slash", "backslash", "at", "number_sign")
    return True


def load_theme(preferences: Preferences, themes: Collection[str]) -> str | None:
    """The theme to begin with: the one chosen last, unless the config file has named another one since then."""
    try:
        stored = read_state(last_plan_path().with_name(_STATE_FILE))
        chosen, configured = str(stored["theme"]), stored["configured"]
    except (OSError, ValueError, KeyError, TypeError):
        return preferences.theme
    return chosen if chosen in themes and configured == preferences.theme else preferences.theme


def save_theme(theme: str, preferences: Preferences) -> None:
    """Remembers the theme that was chosen in the app; raises OSError where that fails."""
    write_state(last_plan_path().with_name(_STATE_FILE), {"theme": theme, "configured": preferences.theme})


def why_not_remembered(error: OSError) -> str:
    """Why the theme can't be remembered, in a sentence."""
    if isinstance(error, LastPlanError):
        return "The theme can't be remembered: there is no home folder; set HOME."
    return f"The theme can't be remembered: {reason_of(error)}."


def _problems(values: dict[str, Any], themes: Collection[str]) -> Iterator[tuple[str, str]]:
    for key in values:
        if key not in ("theme", "keys", HISTORY):
            yield key, f"There is no such key; there are theme, [keys] and [{HISTORY}]."
    yield from history_problems(values.get(HISTORY, {}))
    theme = values.get("theme")
    if theme is not None and (not isinstance(theme, str) or theme not in themes):
        yield (
            "theme",
            f"There is no theme {theme!r:.40}; {_nearest(str(theme), themes, 'the palette (ctrl+p) has them.')}",
        )
    keys = values.get("keys", {})
    if not isinstance(keys, dict):
        yield "keys", 'It must be a table: write [keys], and under it lines such as "run.stop" = "f10".'
        return
    ids = binding_ids()
    for name, key in _flatten(keys):
        if name not in ids:
            yield name, f"There is no such action; {_nearest(name, ids, _SOME_IDS)}"
        elif not isinstance(key, str) or not all(is_key(part.strip()) for part in key.split(",")):
            yield name, f"{key!r:.40} is no key; write one such as 'f5', 'ctrl+r' or 'x'."


def _flatten(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """TOML reads ``run.stop = "x"`` as a table in a table; an id written without quotes is meant all the same."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _subclasses(child)


def _nearest(name: str, known: Collection[str], otherwise: str) -> str:
    nearest = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f"did you mean {nearest[0]}?" if nearest else otherwise


def _at(text: str, key: str, problem: str) -> str:
    """The problem with its line and key."""
    last = key.rpartition(".")[2]
    pattern = re.compile(rf"""\s*\[*["']?([\w.-]*\.)?{re.escape(last)}["']?\s*[=\].]""")
    exact = re.compile(rf"""\s*\[*["']?{re.escape(key)}["']?\s*[=\].]""")
    lines = text.splitlines()
    for wanted in (exact, pattern):
        for number, line in enumerate(lines, start=1):
            if wanted.match(line):
                return f"line {number}, {printable(key)[:60]}: {problem}"
    return f"{printable(key)[:60]}: {problem}"


def _read(path: Path) -> str:
    data = read_small_file(path, MAX_FILE_BYTES)
    with suppress(UnicodeDecodeError):
        return data.decode()
    raise ValueError("it is not UTF-8")


def _shown(path: Path | None) -> str:
    return printable(str(path))

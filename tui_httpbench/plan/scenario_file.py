"""Scenarios by name: ours, those in the user's folder, and those in a TOML file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tui_httpbench.files.small_file import TomlError, parse_toml, read_small_file
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.fields import KNOBS
from tui_httpbench.plan.scenario import SCENARIOS, Scenario
from tui_httpbench.text.quoting import printable, shortened

MAX_FILE_BYTES = 100_000

_KNOBS = {knob.key: knob for knob in KNOBS.values()}
_KEYS = ("base", "why", *_KNOBS)


def find_scenario(name: str) -> Scenario:
    """A scenario by its name, or from the TOML file of that path. Raises PlanError."""
    name = name.strip()
    if name in SCENARIOS:
        return SCENARIOS[name]
    if name.endswith(".toml"):
        return read_scenario(Path(name))
    own = own_scenario_files()
    if name in own:
        return read_scenario(own[name])
    known = [*SCENARIOS, *own]
    import difflib

    nearest = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(known)}, or a path that ends in .toml."
    raise PlanError("scenario", f"There is no scenario {name[:60]!r}; {hint}")


def own_scenario_files() -> dict[str, Path]:
    """The files in the user's folder of scenarios, by the name that each gives its scenario."""
    try:
        import platformdirs

        folder = platformdirs.user_config_path("httpbench-tui", appauthor=False) / "scenarios"
        return {path.stem: path for path in sorted(folder.glob("*.toml")) if path.stem not in SCENARIOS}
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return {}


def read_scenario(path: Path) -> Scenario:
    """The scenario that a file describes; it is called as the file is. Raises PlanError, which names line and key."""
    text = _read(path)
    try:
        values = parse_toml(text)
    except TomlError as error:
        raise PlanError("scenario", f"The scenario file {_shown(path)} {shortened(str(error), 200)}.") from None
    fields: dict[str, Any] = {"name": _name(path.stem), "why": ""}
    base = SCENARIOS["loopback"]
    for key, value in values.items():
        try:
            if key == "base":
                base = _base(value)
            else:
                name, read = _read_value(key, value)
                fields[name] = read
        except PlanError as error:
            raise _at(path, text, key, error) from None
    if base.name != "loopback":
        fields = {**{name: getattr(base, name) for name in Scenario.__dataclass_fields__}, **fields}
    try:
        return Scenario(**fields)
    except PlanError as error:
        raise _at(path, text, KNOBS[error.field].key, error) from None


def scenario_from(values: dict[str, Any]) -> Scenario:
    """The scenario of a name and the values of ``Scenario.knobs``. Raises PlanError, KeyError, TypeError."""
    if not isinstance(values, dict):
        raise TypeError(values)
    given = {name: value for name, value in values.items() if name != "name"}
    fields: dict[str, Any] = dict(_read_value(*item) for item in given.items())
    return Scenario(name=_name(str(values["name"])), **fields)


def _read_value(key: str, value: object) -> tuple[str, object]:
    if key == "why":
        if not isinstance(value, str):
            raise PlanError("scenario", f"It must be a text, not {_quoted(value)}.")
        return key, printable(value)[:200]
    if key not in _KNOBS:
        import difflib

        nearest = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.5)
        hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(_KEYS)}."
        raise PlanError("scenario", f"There is no such key; {hint}")
    knob = _KNOBS[key]
    if knob.kind == "switch":
        if not isinstance(value, bool):
            raise PlanError("scenario", f"It must be true or false, not {_quoted(value)}.")
        return key, value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise PlanError("scenario", f"It must be a number or a text, not {_quoted(value)}.")
    return key, knob.read(str(value))


def _base(value: object) -> Scenario:
    if not isinstance(value, str) or value not in SCENARIOS:
        raise PlanError("scenario", f"It must be one of {', '.join(SCENARIOS)}, not {_quoted(value)}.")
    return SCENARIOS[value]


def _read(path: Path) -> str:
    try:
        return read_small_file(path, MAX_FILE_BYTES).decode()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PlanError("scenario", f"The scenario file {_shown(path)} can't be read: {reason}.") from None
    except UnicodeDecodeError:
        raise PlanError("scenario", f"The scenario file {_shown(path)} is not UTF-8; save it so.") from None


def _at(path: Path, text: str, key: str, error: PlanError) -> PlanError:
    pattern = re.compile(rf"""\s*(["']?){re.escape(key)}\1\s*[=.]|\s*\[+\s*["']?{re.escape(key)}\b""")
    lines = (number for number, line in enumerate(text.splitlines(), start=1) if pattern.match(line))
    line = next(lines, None)
    where = f"line {line}" if line else "its values"
    return PlanError("scenario", f"{_shown(path)}, {where}, {shortened(printable(key))}: {error}")


def _shown(path: Path) -> str:
    return repr(shortened(str(path), 200))


def _name(text: str) -> str:
    return shortened(printable(text), 60)


def _quoted(value: object) -> str:
    """A value as a sentence quotes it; what is no text or number, by its kind alone."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float() | str():
            return shortened(repr(value))
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return "a date or time"

"""Writes what the documentation takes from the program: docs/keys.md, docs/glossary.md, and marked tables elsewhere.

Run by hand: python docs/generate.py. With --check it writes nothing, and exits with 1 where a file is out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.screen import Screen

from tui_httpbench.analysis.findings import FINDINGS
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.plan.fields import KNOBS
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.scenario import SCENARIOS
from tui_httpbench.report import lanes_csv, rounds_csv
from tui_httpbench.report.csv_table import CsvColumn
from tui_httpbench.report.schema import SCHEMA_FILE
from tui_httpbench.text.glossary import GLOSSARY
from tui_httpbench.tui.screen_kinds import load_all_screens

load_all_screens()  # and with them every binding
FOLDER = Path(__file__).parent
KEYS_HEAD = """# Keys

Made by `docs/generate.py` from the app's own bindings: change them there, and run `make docs`.

`f1` or `?` shows the keys of the screen that you are on, and what its words mean. `ctrl+p` finds any action by its
name. To change a key, name its id in the [config file](usage.md#keys-and-colours).
"""
GLOSSARY_HEAD = """# Glossary

Made by `docs/generate.py` from `tui_httpbench/text/glossary.py`: change a word there, and run `make docs`. The help in
the app (`f1` or `?`) has the same words. [method.md](method.md) tells how each thing is done.

"""
# The order in which one meets them; what is in none of these folders comes after.
PLACES = (
    *("app", "questions", "setup", "run", "results", "replay", "sweep", "history", "compare", "recover", "parts"),
)
TITLES = {"app": "Everywhere", "parts": "Dialogs and help", "recover": "An interrupted run"}


def keys_page() -> str:
    """All keys that have an id, a table for each screen."""
    places: dict[str, dict[str, Binding]] = {}
    for kind in sorted(set(_subclasses(DOMNode)), key=_order):
        for binding in kind.__dict__.get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id and not any(binding.id in each for each in places.values()):
                places.setdefault(_place(kind), {})[binding.id] = binding
    return KEYS_HEAD + "".join(_section(place, bindings.values()) for place, bindings in places.items())


def _section(place: str, bindings: Iterable[Binding]) -> str:
    title = TITLES.get(place, place.replace("_", " ").capitalize())
    rows = [(_keys(binding), binding.tooltip or binding.description, f"`{binding.id}`") for binding in bindings]
    return f"\n## {title}\n\n{_table(('key', 'what it does', 'id'), rows)}"


def glossary_page() -> str:
    """All words, in their order."""
    return GLOSSARY_HEAD + _table(("word", "what it means"), ((f"**{word}**", meaning) for word, meaning in GLOSSARY))


def usage_tables() -> dict[str, str]:
    """The tables of usage.md by the names in their marks."""
    return {
        "presets": _table(
            ("preset", "what it is"), ((f"`{name}`", preset.in_words) for name, preset in PRESETS.items())
        ),
        "scenarios": _table(
            ("scenario", "what it is like", "what it is made of"),
            ((f"`{name}`", scenario.why, scenario.in_words) for name, scenario in SCENARIOS.items()),
        ),
        "knobs": _table(
            ("option", "what it does", "in a file"),
            ((f"`{knob.option}`", knob.help_text, f"`{knob.key}`") for knob in KNOBS.values()),
        ),
        "modes": _table(
            ("mode", "library", "what it does"),
            ((f"`{mode.id}`", mode.library.name, mode.about) for mode in MODES.values()),
        ),
    }


def findings_tables() -> dict[str, str]:
    """The table of findings.md by the name in its marks."""
    rows = ((f"`{each}`", kind.meaning, "yes" if kind.is_other_work else "") for each, kind in FINDINGS.items())
    return {"findings": _table(("id", "what it means", "other work"), rows)}


def export_tables() -> dict[str, str]:
    """The tables of exports.md by the names in their marks."""

    def of(columns: Iterable[CsvColumn]) -> str:
        return _table(("column", "what it is"), ((f"`{column.name}`", column.about) for column in columns))

    return {"csv": of(lanes_csv.COLUMNS), "rounds": of(rounds_csv.COLUMNS)}


def json_tables() -> dict[str, str]:
    """The table of json.md by the name in its marks."""
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    rows = ((f"`{key}`", _kinds(part), part.get("description", "")) for key, part in _keys_of(schema, schema))
    return {"keys": _table(("key", "type", "what it is"), rows)}


def _keys_of(
    part: Mapping[str, Any], schema: Mapping[str, Any], place: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each key of a JSON schema with what is said of it, those of inner objects behind it: ``modes[].latency_ms``."""
    for key, inner in part.get("properties", {}).items():
        own = f"{place}{key}"
        told = _resolved(inner, schema)
        yield own, told
        for each in (told, *(_resolved(choice, schema) for choice in told.get("anyOf", ()))):
            yield from _keys_of(each, schema, f"{own}.")
            items = _resolved(each.get("items", {}), schema)
            yield from _keys_of(items, schema, f"{own}[].")


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a schema with what it refers to in its place; what it says of itself goes first."""
    name = part.get("$ref", "").rpartition("/")[2]
    return {**_resolved(schema["$defs"][name], schema), **part} if name else dict(part)


def _kinds(part: Mapping[str, Any]) -> str:
    """The types that a value may have, in words."""
    if "anyOf" in part:
        return ", ".join(dict.fromkeys(_kinds(choice) for choice in part["anyOf"]))
    if "const" in part:
        return f"`{json.dumps(part['const'])}`"
    if "enum" in part:
        return ", ".join(f"`{json.dumps(value)}`" for value in part["enum"])
    kinds = part.get("type", "object")
    return ", ".join([kinds] if isinstance(kinds, str) else kinds)


def with_tables(page: str, tables: dict[str, str]) -> str:
    """A page with each table between its pair of marks made anew. Raises ValueError where a mark is missing."""
    text = (FOLDER / page).read_text(encoding="utf-8")
    for name, table in tables.items():
        begin, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->\n"
        if end not in text.partition(begin)[2]:
            raise ValueError(f"docs/{page} lacks the marks of the table of {name}: {begin.strip()} and {end.strip()}.")
        before, _, rest = text.partition(begin)
        text = before + begin + table + end + rest.partition(end)[2]
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description="write the generated parts of the documentation")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a file is out of date")
    arguments = parser.parse_args()
    pages = {
        FOLDER / "keys.md": keys_page(),
        FOLDER / "glossary.md": glossary_page(),
        FOLDER / "usage.md": with_tables("usage.md", usage_tables()),
        FOLDER / "findings.md": with_tables("findings.md", findings_tables()),
        FOLDER / "exports.md": with_tables("exports.md", export_tables()),
        FOLDER / "json.md": with_tables("json.md", json_tables()),
    }
    stale = [path for path, page in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != page]
    for path in stale:
        if arguments.check:
            print(f"docs/{path.name} is out of date; run: python docs/generate.py", file=sys.stderr)
        else:
            path.write_text(pages[path], encoding="utf-8", newline="\n")
            print(f"docs/{path.name}")
    return 1 if stale and arguments.check else 0


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)


def _place(kind: type[Any]) -> str:
    """The folder of a class: its screen's, or that of what several screens share."""
    parts = kind.__module__.split(".")
    return parts[-2] if parts[-2] != "tui" else parts[-1]


def _order(kind: type[Any]) -> tuple[int, str, bool, str]:
    place = _place(kind)
    return PLACES.index(place) if place in PLACES else len(PLACES), place, not issubclass(kind, Screen), kind.__name__


def _keys(binding: Binding) -> str:
    return " ".join(f"`{_shown(key)}`" for key in binding.key.split(","))


def _shown(key: str) -> str:
    """A key as it is printed on it: signs for the names that Textual gives them."""
    character = {"plus": "+", "minus": "-"}.get(key) or key_to_character(key)
    return character if character and character.isprintable() and character != " " else key


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())

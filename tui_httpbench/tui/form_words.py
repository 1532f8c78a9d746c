"""Sentences as the app says them: where the command line has an option, the form has a field."""

from __future__ import annotations

import re
from functools import cache

from tui_httpbench.plan.field import Field
from tui_httpbench.plan.fields import FIELDS

_NAMES = {"method": "Method", "data": "Body", "json_body": "Body", "headers": "Headers", "preset": "Preset"}
"""What the form calls the fields that have a place of their own on it."""
_MORE_ROUNDS = re.compile(r"\bgive -r \d+(?: or more|, which takes about [^,;.]+| or a larger --budget)?(?![\w-])")
_TWICE = re.compile(r"\b(\w+)(?:,| or| and) \1\b")


def in_form_words(text: str) -> str:
    """The text with what the app has for options: ``set Seconds to 3`` for ``give -z 3``, and a key for more rounds."""
    text = _MORE_ROUNDS.sub("press + for more rounds", text)
    options, names = _options()
    told = options.sub(lambda found: names[found["option"]], text)
    if told == text:
        return text
    given = re.compile(rf"\bgive ({'|'.join(map(re.escape, set(names.values())))}) (\d[\d.]*)")
    return _TWICE.sub(r"\1", given.sub(r"set \1 to \2", told))


@cache
def _options() -> tuple[re.Pattern[str], dict[str, str]]:
    named = [(field, name) for field in FIELDS.values() if (name := _name_of(field))]
    names = {flag: name for field, name in named for flag in field.flags}
    metavars = {word for field, _ in named for word in field.metavar.split() if word.isupper()}
    flags = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    placeholder = "|".join(map(re.escape, sorted(metavars)))
    return re.compile(rf"(?<![\w-])(?P<option>{flags})(?![\w-])(?: (?:{placeholder})(?!\w))?"), names


def _name_of(field: Field) -> str:
    """What the form calls a field; empty where it has no such field, or one that is ticked instead of filled in."""
    if field.kind in ("flag", "switch"):
        return ""
    if field.shown is None:
        return _NAMES.get(field.name, "")
    # The form reads "Requests … or seconds …" as one line.
    label = field.shown.label.removeprefix("or ")
    return label[:1].upper() + label[1:]

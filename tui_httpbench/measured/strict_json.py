"""Values read from JSON as strictly as what a user types, since files can be damaged.

All raise TypeError or ValueError for what is no such value.
"""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from tui_httpbench.text.quoting import shortened

MAX_SECONDS = 1e9
MAX_TEXT_LENGTH = 1_000
MAX_LONG_TEXT = 100_000
"""Of what is compared and not only shown, such as a header's value."""
MAX_ITEMS = 1_000
MAX_WHOLE = 2**60
Kind = TypeVar("Kind")


def text(value: object, most: int = MAX_TEXT_LENGTH) -> str:
    """The text, shortened to so many characters."""
    if not isinstance(value, str):
        raise TypeError("text")
    return shortened(value, most)


def items(value: object, most: int = MAX_ITEMS) -> list[Any]:
    """The list, of at most so many items."""
    if not isinstance(value, list) or len(value) > most:
        raise TypeError("list")
    return value


def table(value: object) -> dict[str, Any]:
    """The object, whose keys are shortened as texts are."""
    if not isinstance(value, dict) or len(value) > MAX_ITEMS:
        raise TypeError("table")
    return {text(name): each for name, each in value.items()}


def whole(value: object, lowest: int, highest: int) -> int:
    """The whole number within these bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise ValueError("number")
    return value


def whole_or_none(value: object, highest: int) -> int | None:
    """The whole number from 0 on, or None."""
    return None if value is None else whole(value, 0, highest)


def seconds(value: object) -> float:
    """The finite number from 0 on: a time, or a share."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_SECONDS:
        raise ValueError("seconds")
    return float(value)


def seconds_or_none(value: object) -> float | None:
    """The finite number from 0 on, or None."""
    return None if value is None else seconds(value)


def read_as(kind: type[Kind], value: object) -> Kind:
    """The value as a dataclass of plain ones, from what ``dataclasses.asdict`` made of it.

    Its fields, of whatever depth, are texts, whole numbers, finite numbers from 0 on, truths, other such dataclasses,
    tuples of them, dictionaries by text, and any of these or None. Raises KeyError for a field that is missing
    and has no default.
    """
    return cast(Kind, _read(kind, value))


def _read(kind: Any, value: object) -> Any:
    if is_dataclass(kind):
        values, hints = table(value), _hints(cast(type, kind))
        # What an earlier version of this program did not write has its default.
        told = [field for field in fields(kind) if field.name in values or _is_needed(field)]
        return cast(Any, kind)(**{field.name: _read(hints[field.name], values[field.name]) for field in told})
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        (kind,) = (each for each in inner if each is not type(None))
        return _read(kind, value)
    if origin is tuple and inner[1:] == (...,):
        return tuple(_read(inner[0], each) for each in items(value))
    if origin is tuple:
        return tuple(_read(part, each) for part, each in zip(inner, items(value), strict=True))
    if origin is dict:
        return {name: _read(inner[1], each) for name, each in table(value).items()}
    return _read_plain(kind, value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    # Looked up once: it takes longer than all else here, and a run on many hosts has thousands of values.
    return get_type_hints(kind)


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _read_plain(kind: Any, value: object) -> str | int | float | bool:
    if kind is str:
        return text(value, MAX_LONG_TEXT)
    if kind is int:
        return whole(value, -MAX_WHOLE, MAX_WHOLE)
    if kind is float:
        return seconds(value)
    if kind is bool and isinstance(value, bool):
        return value
    raise TypeError(f"no {kind}")

"""Which modes differ from most of the others, and how a sentence names them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import TypeVar

from tui_httpbench.text.formatting import enumerate_names

_LISTED_MODES = 3
Value = TypeVar("Value", bound=Hashable)


def usual_and_others(
    values: dict[str, Value], is_asked: Callable[[Value], bool] = lambda _: False
) -> tuple[Value, dict[str, Value]]:
    """The most frequent value, and the modes that have another; of several as frequent, one that was asked for."""
    counts = Counter(values.values())
    usual = max(counts, key=lambda value: (counts[value], is_asked(value)))
    return usual, {mode: value for mode, value in values.items() if value != usual}


def names_of(modes: tuple[str, ...]) -> str:
    """The modes in a sentence; more than a few are counted."""
    if len(modes) > _LISTED_MODES:
        return f"{', '.join(modes[: _LISTED_MODES - 1])} and {len(modes) - _LISTED_MODES + 1} more"
    return enumerate_names(modes)


def with_value(values: dict[str, Value], value: Value) -> tuple[str, ...]:
    """The modes that have this value."""
    return tuple(mode for mode, own in values.items() if own == value)

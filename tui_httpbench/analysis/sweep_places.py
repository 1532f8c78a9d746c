"""Values of a sweep in words."""

from __future__ import annotations

from collections.abc import Sequence

from tui_httpbench.plan.sweep import Sweep
from tui_httpbench.text.formatting import enumerate_names


def places_in_words(sweep: Sweep, values: Sequence[str]) -> str:
    """Values of a sweep as one says them: ``up to 4 in flight``, ``from 20 ms on``, ``at 1 and 2 in flight``."""
    known = list(sweep.values)
    indices = [known.index(value) for value in values]
    is_run = indices == list(range(indices[0], indices[-1] + 1))
    if len(indices) == len(known):
        return "at both values" if len(known) == 2 else f"at all {len(known)} values"
    if len(indices) > 1 and is_run and sweep.numbers is not None:
        if indices[0] == 0:
            return f"up to {sweep.in_words(values[-1])}"
        if indices[-1] == len(known) - 1:
            return f"from {sweep.in_words(values[0])} on"
        return f"from {values[0]} to {sweep.in_words(values[-1])}"
    return f"at {sweep.in_words(enumerate_names(list(values)))}"

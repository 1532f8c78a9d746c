"""What lanes are compared with, one by one: a variant of the same mode, or one lane of the run."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tui_httpbench.clients.entrants import Entrant, entrant_of
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.text.numbers import read_number
from tui_httpbench.text.quoting import shortened

MAX_PERCENT = 1_000.0


@dataclass(frozen=True)
class Against:
    """What lanes are compared with, as ``compared_pairs`` takes it; and a gate, None for none.

    A run does not pass where a lane surely takes more than 1 + ``gate`` times as long as its reference.
    """

    reference: str = ""
    gate: float | None = None


USUAL = Against()
"""The first variant of each mode, and no gate."""


def parse_against(percent: str | None, reference: str | None, plan: Plan) -> Against:
    """What ``--fail-if-slower`` and ``--reference`` say. Raises PlanError."""
    pairs = compared_pairs(plan, reference or "")
    if percent is None:
        return Against(reference or "")
    share = parse_gate(percent)
    if not pairs:
        raise PlanError(
            "fail_if_slower",
            "--fail-if-slower compares the variants of a mode, and no mode has two; give --variant twice, or name a "
            "mode with --reference.",
        )
    return Against(reference or "", share)


def parse_gate(percent: str) -> float:
    """The share that ``--fail-if-slower`` says in per cent. Raises PlanError."""
    value = read_number(percent.strip().removesuffix("%"))
    if math.isnan(value) or not 0 <= value <= MAX_PERCENT:
        raise PlanError(
            "fail_if_slower",
            f"--fail-if-slower takes per cent from 0 to {MAX_PERCENT:,.0f}, such as 5, not {shortened(percent)!r}.",
        )
    return value / 100


def compared_pairs(plan: Plan, reference: str = "") -> tuple[tuple[str, str], ...]:
    """Each lane with the one that it is compared with, in the order of the plan.

    ``reference`` is a variant, which serves each mode that has it, or a lane, which serves all others; without one, it
    is the first variant of the same mode. Raises PlanError for one that is neither.
    """
    entrants = [entrant_of(label) for label in plan.modes]
    if reference in plan.modes:
        return tuple((label, reference) for label in plan.modes if label != reference)
    labels = [variant.label for variant in plan.variants]
    if reference and reference not in labels:
        known = enumerate_names(labels or plan.modes)
        what = "variants" if labels else "modes"
        raise PlanError(
            "reference", f"There is nothing called {shortened(reference)!r} to compare with; the {what} are {known}."
        )
    pairs = []
    for entrant in entrants:
        of_mode = [each.variant for each in entrants if each.mode == entrant.mode and each.variant]
        measure = reference or next(iter(of_mode), "")
        if entrant.variant and measure in of_mode and entrant.variant != measure:
            pairs.append((entrant.label, Entrant(entrant.mode, 1, measure).label))
    return tuple(pairs)

"""In which groups the lanes of a ranking stand: in one, by their mode, or by their variant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar, get_args

from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.quoting import shortened

GroupBy = Literal["rank", "mode", "variant"]
GROUPINGS: tuple[GroupBy, ...] = get_args(GroupBy)

Item = TypeVar("Item")


def usual_grouping(plan: Plan) -> GroupBy:
    """Lanes of one mode stand together where there are variants to compare."""
    return "mode" if plan.variants else "rank"


def can_group(plan: Plan) -> bool:
    """Whether a plan has variants, and any grouping brings lanes together that others may stand between."""
    sizes = (len(_in_groups(plan.modes, by, str)) for by in GROUPINGS)
    return bool(plan.variants) and any(1 < size < len(plan.modes) for size in sizes)


def grouped(items: Iterable[Item], by: GroupBy, label_of: Callable[[Item], str]) -> list[list[Item]]:
    """The items in their groups, each group at the place of its first; within a group they stay in their order."""
    return list(_in_groups(items, by, label_of).values())


def parse_group_by(text: str | None, plan: Plan) -> GroupBy | None:
    """What ``--group-by`` says, None for the usual where nothing is said. Raises PlanError."""
    if text is None:
        return None
    name = text.strip().lower()
    found = next((by for by in GROUPINGS if by == name), None)
    if found is None:
        raise PlanError("group_by", f"--group-by takes {_listed(GROUPINGS)}, not {shortened(text)!r}.")
    if found == "variant" and not plan.variants:
        raise PlanError("group_by", "--group-by variant needs variants, and this run has none; give --variant.")
    return found


def _in_groups(items: Iterable[Item], by: GroupBy, label_of: Callable[[Item], str]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(_group_of(label_of(item), by), []).append(item)
    return groups


def _group_of(label: str, by: GroupBy) -> str:
    if by == "rank":
        return ""
    entrant = entrant_of(label)
    return entrant.mode.id if by == "mode" else entrant.variant


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"

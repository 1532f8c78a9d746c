"""What a ranking has decided and what it has not, in a sentence."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tui_httpbench.analysis.result import Rank, Result
from tui_httpbench.formatting import enumerate_names, format_percent, plural
from tui_httpbench.plan import MAX_AUTO_ROUNDS, MAX_ROUNDS

MAX_GROUPS = 3


def conclude(result: Result) -> str | None:
    """Who is fastest, who is the same and who can't be told apart yet; None with fewer than two modes to compare."""
    ranks = [rank for rank in result.ranking if rank.clean and rank.interval is not None]
    if len(ranks) < 2:
        return None
    rounds = max(rank.interval.rounds for rank in ranks[1:] if rank.interval is not None)
    if rounds < 2:
        return "One round decides nothing; make more of them."
    winner = ranks[0]
    same = [pair for pair in itertools.pairwise(ranks) if pair[0].verdict_next == "same"]
    clauses = [] if winner.tied_with else [f"{winner.mode} is fastest"]
    unsure = [enumerate_names(group) for group in _unsure_groups(ranks)]
    clauses += [f"{upper.mode} and {lower.mode} are the same" for upper, lower in same[:MAX_GROUPS]]
    if len(same) > MAX_GROUPS:
        clauses.append(f"so are {len(same) - MAX_GROUPS} more pairs of neighbours")
    if same:
        clauses[-1] += f" (within {format_percent(result.plan.same_within)})"
    if unsure:
        others = unsure[1:MAX_GROUPS]
        if len(unsure) > MAX_GROUPS:
            others.append(plural(len(unsure) - MAX_GROUPS, "more group"))
        nor = "".join(f", nor can {names}" for names in others)
        clauses.append(f"{unsure[0]} can't be told apart yet{nor} ({_hint(rounds)})")
    elif not same:
        clauses.append("all places are decided")
    return f"{'; '.join(clauses)}."


def _unsure_groups(ranks: list[Rank]) -> Iterator[list[str]]:
    """Modes of which no two are told apart, not all of them the same; the fastest group first."""
    winner = ranks[0]
    group = [winner]
    open_pair = False
    found: list[list[str]] = []
    for upper, lower in itertools.pairwise(ranks):
        unsure = upper.verdict_next == "unsure"
        if not unsure or any(lower.mode not in member.tied_with for member in group):
            if open_pair:
                found.append([member.mode for member in group])
            group, open_pair = [upper] if unsure else [], False
        if unsure:
            group, open_pair = [*group, lower], True
        else:
            group = [lower]
    if open_pair:
        found.append([member.mode for member in group])
    # Others than neighbours are of interest where the first place depends on them.
    for rank in ranks[1:]:
        if rank.verdict == "unsure" and not any({winner.mode, rank.mode} <= set(names) for names in found):
            found.insert(0, [winner.mode, rank.mode])
    yield from found


def _hint(rounds: int) -> str:
    if rounds >= MAX_ROUNDS:
        return "more requests a round may: -n"
    return f"more rounds may: -r {MAX_AUTO_ROUNDS if 2 * rounds <= MAX_AUTO_ROUNDS else min(2 * rounds, MAX_ROUNDS)}"

"""Why one lane takes longer than another: than any that is chosen, or than the one that it is usually compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui_httpbench.analysis.grouping import grouped, usual_grouping
from tui_httpbench.analysis.mode_facts import facts_of
from tui_httpbench.analysis.pairs import Pair, further_of, pairs_among
from tui_httpbench.analysis.question_answer import asked_pairs
from tui_httpbench.analysis.reasons import ModeReason, explain_ranking, portrait, reasons_of_gap, unexplained
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.reference import compared_pairs


def explain_lanes(result: Result, against: str = "") -> tuple[ModeReason, ...]:
    """Every lane, with what makes it slower or faster than the lane ``against``; they stand in the usual groups.

    Without one, a lane of a variant is compared with the reference of its mode, one that the run's question is about
    with what it asks for, and any other with the winner.
    """
    usual = explain_ranking(result)
    if against:
        wanted = tuple((label, against) for label in result.plan.modes if label != against)
    else:
        wanted = compared_pairs(result.plan) or asked_pairs(result.plan.modes)
    pairs = {pair.label: pair for pair in pairs_among(result, wanted)}
    groups = grouped(usual, usual_grouping(result.plan), lambda reason: reason.rank.mode)
    return tuple(_explained(result, reason, pairs, against) for group in groups for reason in group)


def pairs_in_words(result: Result, pairs: Sequence[Pair]) -> list[str]:
    """The sentences on pairs, and a last one on what would make those sure that are not."""
    return [*(pair_in_words(result, pair) for pair in pairs), *filter(None, [further_of(pairs).text])]


def pair_in_words(result: Result, pair: Pair) -> str:
    """The sentence on a pair; of two variants of one mode that surely differ, what explains the most of it as well."""
    of_one_mode = mode_of(pair.label) is mode_of(pair.reference)
    reasons = _reasons(result, pair) if of_one_mode and pair.verdict in ("slower", "faster") else []
    return " ".join(filter(None, (pair.claim, *reasons[:1], dependencies_in_words(result, pair))))


def dependencies_in_words(result: Result, pair: Pair) -> str:
    """What else two variants differ in than the library that was asked for, if they surely differ; else nothing."""
    if pair.verdict not in ("slower", "faster"):
        return ""
    for finding in result.findings:
        if finding.id == "other-dependencies" and {pair.label, pair.reference} <= set(finding.modes):
            return f"Their dependencies differ too: {finding.text.rpartition(': ')[2]}"
    return ""


def _explained(result: Result, usual: ModeReason, pairs: dict[str, Pair], against: str) -> ModeReason:
    label = usual.rank.mode
    pair = pairs.get(label)
    if not result.mode(label).requests:
        return usual
    if label == against:
        return replace(usual, sentences=("The others are compared with it.", *portrait(usual.facts)), against="")
    if pair is not None:
        return replace(usual, sentences=_sentences(result, pair), against=pair.reference)
    other = pairs.get(usual.against)
    if other is not None and other.reference == label:
        # The two are compared once, where the other one stands.
        sentences = (f"{usual.against} is compared with it.", *portrait(usual.facts))
        return replace(usual, sentences=sentences, against="")
    return usual


def _sentences(result: Result, pair: Pair) -> tuple[str, ...]:
    start = f"It {pair.claimed}"
    if pair.interval is None or pair.verdict in ("same", "unsure"):
        # What may not be there is not explained.
        return (start,)
    slower, faster = _slower_first(pair)
    found = _reasons(result, pair, subject=pair.label)
    return (start, *(found or (unexplained(facts_of(result, slower), facts_of(result, faster)),)))


def _slower_first(pair: Pair) -> tuple[str, str]:
    is_slower = pair.interval is None or pair.interval.ratio >= 1
    return (pair.label, pair.reference) if is_slower else (pair.reference, pair.label)


def _reasons(result: Result, pair: Pair, subject: str = "") -> list[str]:
    """What makes the slower of two slower; it goes by its name, unless the text is about it: the ``subject``."""
    slower, faster = _slower_first(pair)
    name = "" if slower == subject else slower
    return reasons_of_gap(result, facts_of(result, slower), facts_of(result, faster), name)

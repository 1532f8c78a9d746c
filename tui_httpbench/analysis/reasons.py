"""Why a mode is slower than the winner, or than another: what was counted and timed of each, and what that explains."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tui_httpbench.analysis.erratic import without_place
from tui_httpbench.analysis.late_answers import DELAY_MS, answered_late
from tui_httpbench.analysis.mode_facts import ModeFacts, facts_of
from tui_httpbench.analysis.pairs import pairs_among
from tui_httpbench.analysis.result import Rank, Result
from tui_httpbench.analysis.time_parts import ELSEWHERE, ELSEWHERE_IN_TURN, NAMES, OTHER, TimeParts
from tui_httpbench.text.formatting import (
    enumerate_names,
    format_figure,
    format_ms,
    format_percent,
    format_ratio,
    plural,
)

WHY_UNKNOWN = "These numbers don't show why."

CPU_BOUND_SHARE = 0.8
WAITING_SHARE = 0.5
MUCH_MORE = 1.2
EXPLAINING_SHARE = 0.25
MANY_CONNECTIONS = 0.5
MAX_REASONS = 3
CLOSE = 0.03
"""Of so small a share of a latency, nothing is said of what it is made of."""
MOST = 0.95
MOST_OF_IT = 0.5
LEAST_SHARE = 0.05
"""What explains less of a gap is not told."""


@dataclass(frozen=True)
class ModeReason:
    """One mode's facts, and what they say about its place in a sentence or more.

    ``against`` is the mode that it is compared with, empty for none.
    """

    rank: Rank
    facts: ModeFacts
    sentences: tuple[str, ...]
    against: str = ""

    @property
    def text(self) -> str:
        """All sentences."""
        return " ".join(self.sentences)


def explain_ranking(result: Result) -> tuple[ModeReason, ...]:
    """Every mode with its reasons, in the order of the ranking."""
    facts = {rank.mode: facts_of(result, rank.mode) for rank in result.ranking}
    winner = next((rank for rank in result.ranking if rank.clean and rank.ratio is not None), None)
    return tuple(
        ModeReason(
            rank,
            facts[rank.mode],
            _sentences(result, rank, facts, winner),
            winner.mode if winner is not None and rank.ratio is not None and rank is not winner else "",
        )
        for rank in result.ranking
    )


def _sentences(result: Result, rank: Rank, facts: dict[str, ModeFacts], winner: Rank | None) -> tuple[str, ...]:
    own = facts[rank.mode]
    if not result.mode(rank.mode).requests:
        return ("It was not measured.",)
    if winner is None or not rank.clean or rank.ratio is None:
        return ("Requests failed or rounds are missing, so its time is not compared.",)
    if rank.mode == winner.mode:
        is_open = not set(rank.tied_with) <= set(rank.same_as)
        settled = "One of the fastest." if rank.same_as else "The fastest."
        place = "Fastest so far, but not certain." if is_open else settled
        return (place, *portrait(own))
    start = f"{format_ratio(rank.ratio)} the time of {winner.mode}."
    if rank.mode in without_place(result):
        (pair,) = pairs_among(result, [(rank.mode, winner.mode)])
        sure = "It is surely slower, but" if pair.verdict == "slower" else "It may be faster:"
        return (start, f"{sure} its rounds differ too much for a place; the warnings tell by how much.", *portrait(own))
    if rank.interval is not None and not math.isfinite(rank.interval.high):
        # That one round decides nothing is said once, of all.
        return (start, *portrait(own))
    if rank.verdict == "same":
        return (start, "That counts as equal.")
    if rank.verdict == "unsure":
        # What may be no difference has no reason; what would help is said once, of all.
        return (start, "It may not be slower.")
    return (start, *(reasons_of_gap(result, own, facts[winner.mode]) or (unexplained(own, facts[winner.mode]),)))


def portrait(own: ModeFacts) -> tuple[str, ...]:
    """What a mode's time is made of, in a sentence; none where nothing is known of it."""
    parts = []
    if own.connections is not None and own.requests_per_connection is not None:
        sent = plural(round(own.connections * own.requests_per_connection), "request")
        parts.append(f"opened {_count(own.connections, 'connection')} a round for {sent}, warm-up included")
    if own.cpu_ms is not None and own.cpu_share is not None:
        parts.append(
            f"used {format_figure(own.cpu_ms)} ms of CPU per request (busy {format_percent(own.cpu_share)} of the time)"
        )
    if own.in_flight > 1 and own.ran_short and own.mean_in_flight is not None:
        parts.append(
            f"had {format_figure(own.mean_in_flight)} requests in flight on average, of {own.in_flight:,} asked for"
        )
    elif own.in_flight > 1:
        parts.append(f"had up to {plural(own.in_flight, 'request')} in flight")
    return (f"It {enumerate_names(parts)}.",) if parts else ()


def reasons_of_gap(result: Result, own: ModeFacts, best: ModeFacts, name: str = "") -> list[str]:
    """What explains a good part of the time that a mode takes more than another, the largest part first.

    ``name`` is what the mode is called in them, where they are not about it anyway.
    """
    if own.time_ms is None or best.time_ms is None or own.time_ms <= best.time_ms:
        return []
    if answered_late(result, own.mode, best.mode):
        whose = f"that {name or 'it'} keeps"
        return [f"Over the connections {whose}, the server answers {DELAY_MS:g} ms late: see the warnings."]
    gap_ms = own.time_ms - best.time_ms
    if parts := _causes(own, best, name or "It"):
        return parts
    candidates = [
        _cpu(own, best, gap_ms, name or "It"),
        _one_by_one(own, best, name or "It"),
        _connecting(result, own, best, gap_ms, name or "It"),
        _tail(own, best, name or "it"),
    ]
    found = [candidate for candidate in candidates if candidate is not None and candidate[0] >= EXPLAINING_SHARE]
    if not found:
        return _causes(own, best, name or "It", is_last=True)
    return [text for _, text in sorted(found, key=lambda candidate: -candidate[0])][:MAX_REASONS]


def _causes(own: ModeFacts, best: ModeFacts, who: str, *, is_last: bool = False) -> list[str]:
    """The parts that a latency has more of than another, with their shares of all that it has more, the largest first.

    Nothing where a part of either is not known; of both, and this ``is_last``, with nothing else to say, what is known.
    Nothing either where they have not as many in flight, or where the two are too close for shares of what lies between
    them. A request's turn is the computing of its process for the others.
    """
    mine, other = own.parts, best.parts
    if mine is None or other is None or (mine.waiting is None) != (other.waiting is None):
        return []
    if mine.waiting is None and not is_last:
        return []
    gap_ms = mine.latency_ms - other.latency_ms
    if own.in_flight != best.in_flight or gap_ms < CLOSE * other.latency_ms:
        return []
    ours, theirs = _brought_together(mine), _brought_together(other)
    more = sorted(
        ((value - theirs.get(name, 0.0), name, value) for name, value in ours.items() if value > theirs.get(name, 0.0)),
        key=lambda part: -part[0],
    )
    # Each part has its own noise, so that together they may come to more than what lies between the two.
    whole_ms = max(gap_ms, sum(extra for extra, _, _ in more))
    told = [part for part in more if part[0] >= LEAST_SHARE * whole_ms]
    if is_last:
        # How much of its turn a request waits for is known at most, and of what is left nothing at all.
        told = [part for part in told if part[1] == NAMES["cpu_wait"]]
    return [
        f"{format_percent(extra / whole_ms)} {'is' if place else 'of the difference is'} {name}"
        f"{_details(name, own, best, who)} ({_ms(value)} ms a request against {_ms(theirs.get(name, 0.0))})."
        for place, (extra, name, value) in enumerate(told)
    ]


def unexplained(own: ModeFacts, best: ModeFacts) -> str:
    """What is said of a gap that no reason explains: the part that most of it is in, where there is such a one.

    How long a request waits for its turn or a processor is known at most, and what is left of its time at least. So a
    part surely makes the difference only where it does though all else of the other's time may belong to it.
    """
    mine, other = own.parts, best.parts
    if mine is None or other is None or not own.time_ms or not best.time_ms or own.in_flight != best.in_flight:
        return WHY_UNKNOWN
    # What is not a matter of latencies, they don't explain.
    if mine.latency_ms / other.latency_ms < MOST_OF_IT * own.time_ms / best.time_ms:
        return WHY_UNKNOWN
    gap_ms = mine.latency_ms - other.latency_ms
    ours, theirs = _brought_together(mine), _brought_together(other)
    name = max(ours, key=lambda part: ours[part] - theirs.get(part, 0.0))
    if gap_ms < CLOSE * other.latency_ms or ours[name] - theirs.get(name, 0.0) < MOST_OF_IT * gap_ms:
        return WHY_UNKNOWN
    is_rest = name in (ELSEWHERE, ELSEWHERE_IN_TURN)
    is_sure = is_rest and ours[name] - (other.latency_ms - other.computing) >= MOST_OF_IT * gap_ms
    has_turn = name == NAMES["computing"] and mine.turn > 0
    what = f"computing and {NAMES['turn']}" if has_turn else name
    return (
        f"Most of the difference {'is' if is_sure else 'may be'} {what} ({_ms(ours[name])} ms a request against "
        f"{_ms(theirs.get(name, 0.0))}); these numbers don't show more."
    )


def _brought_together(parts: TimeParts) -> dict[str, float]:
    """The parts by name, in milliseconds, with all that the process computes in one."""
    told = dict(parts.all)
    told[NAMES["computing"]] += told.pop(NAMES["turn"], 0.0)
    return told


def _ms(value: float) -> str:
    return format_ms(value) if value else "0"


def _details(name: str, own: ModeFacts, best: ModeFacts, who: str) -> str:
    """What there is to say of a part, behind its name."""
    opened, least = own.connections_per_request, best.connections_per_request
    if name == NAMES["connecting"] and opened is not None and least is not None:
        each = (
            "a new connection for every request" if opened > MOST else f"{format_figure(opened)} connections a request"
        )
        keeps = "keeps its own" if least < MANY_CONNECTIONS else f"opens {format_figure(least)}"
        return f": {'it' if who == 'It' else who} opens {each}, {best.mode} {keeps}"
    if name == NAMES["computing"]:
        is_news = own.makes_clients and (own.each_client or not best.makes_clients)
        made = f", which includes {_making(own)}" if is_news else ""
        in_flight = f"{made}{made and ','} and {NAMES['turn']}" if own.in_flight > 1 else made
        bound = own.cpu_share is not None and own.cpu_share >= CPU_BOUND_SHARE
        return f"{in_flight}; the CPU limits {'it' if who == 'It' else who}" if bound else in_flight
    if name == OTHER:
        is_known = own.parts is not None and own.parts.cpu_wait is not None
        return " than these parts" if is_known else " than these parts, such as waiting for a CPU"
    if name == NAMES["waiting"] and own.tls_handshakes and opened is not None and opened > 2 * (least or 0.0):
        return ", which computes for each handshake, too"
    return ", a handshake with each connection" if name == NAMES["tls"] else ""


def _making(own: ModeFacts) -> str:
    """``making a client every time, and with it a TLS context``."""
    return f"making a client every time{f', and with it {own.each_client}' if own.each_client else ''}"


_Candidate = tuple[float, str] | None  # the share of the gap that it explains, and the sentence


def _cpu(own: ModeFacts, best: ModeFacts, gap_ms: float, who: str) -> _Candidate:
    if own.cpu_ms is None or best.cpu_ms is None or own.cpu_share is None or own.cpu_ms < MUCH_MORE * best.cpu_ms:
        return None
    # Requests in flight together wait while others compute. Then only the processor time beyond the winner's whole time
    # is sure to make the difference, unless the processor was busy nearly always.
    overlaps = own.in_flight > 1 and own.cpu_share < CPU_BOUND_SHARE
    explained = (own.cpu_ms - (best.time_ms or 0.0 if overlaps else best.cpu_ms)) / gap_ms
    times = f" ({format_ratio(own.cpu_ms / best.cpu_ms)})" if best.cpu_ms > 0 else ""
    made = f", and with it {own.each_client}" if own.each_client else ""
    text = (
        f"{who} uses {format_figure(own.cpu_ms)} ms of CPU per request, {best.mode} {format_figure(best.cpu_ms)} ms"
        f"{times}{f': it makes a client every time{made}. Its' if own.makes_clients else '; its'} process is busy "
        f"{format_percent(own.cpu_share)} of the time"
    )
    return explained, f"{text}, so the CPU limits it." if own.cpu_share >= CPU_BOUND_SHARE else f"{text}."


def _one_by_one(own: ModeFacts, best: ModeFacts, who: str) -> _Candidate:
    """Waits add up where only one request is under way at a time."""
    if own.in_flight >= best.in_flight or own.cpu_share is None or own.cpu_share > 1 - WAITING_SHARE:
        return None
    waiting = 1 - own.cpu_share
    return waiting, (
        f"{who} waits {format_percent(waiting)} of its time with {plural(own.in_flight, 'request')} in flight, "
        f"where {best.mode} has {best.in_flight:,}: its waits come one after the other."
    )


def _connecting(result: Result, own: ModeFacts, best: ModeFacts, gap_ms: float, who: str) -> _Candidate:
    """New connections, told by their count; how much they explain is known for the embedded target's distance only."""
    opened, least = own.connections_per_request, best.connections_per_request
    if opened is None or least is None or opened < MANY_CONNECTIONS:
        return None
    # Connections that are opened side by side cost their time once.
    if opened / own.in_flight < 2 * least / best.in_flight:
        return None
    is_https = bool(own.tls_handshakes)
    each = "a new connection for every request" if opened > MOST else f"{format_figure(opened)} connections a request"
    keeps_one = best.connections is not None and best.connections <= 1.5
    if opened < 2 * least:
        other = f"{best.mode} opens about as many, but side by side"
    else:
        other = f"{best.mode} {'keeps one' if keeps_one else f'{format_figure(least)} a request'}"
    text = f"{who} opens {each}{', each with a TLS handshake' if is_https else ''}; {other}."
    plan = result.plan
    if not plan.request.uses_embedded_target or not plan.scenario.rtt_ms:
        return EXPLAINING_SHARE, text
    trips = 2 if is_https else 1
    # Requests in flight connect side by side, and the time of a round is shared by them likewise.
    cost_ms = trips * plan.scenario.rtt_ms * opened / own.in_flight
    shared = f", {own.in_flight:,} being in flight" if own.in_flight > 1 else ""
    return cost_ms / gap_ms, (
        f"{text} At a round trip of {plan.scenario.rtt_ms:g} ms that is {format_figure(cost_ms)} ms of its "
        f"{format_figure(own.time_ms or 0.0)} ms a request{shared}."
    )


def _tail(own: ModeFacts, best: ModeFacts, whom: str) -> _Candidate:
    """A mean far above the median: few requests take much of the time."""
    if not (own.mean_ms and own.p50_ms and best.mean_ms and best.p50_ms) or own.in_flight != best.in_flight:
        return None
    if own.mean_ms < 1.5 * own.p50_ms or own.mean_ms / own.p50_ms < MUCH_MORE * best.mean_ms / best.p50_ms:
        return None
    share = 1 - own.p50_ms / own.mean_ms
    return share, (
        f"A few slow requests weigh on {whom}: their mean is {format_figure(own.mean_ms)} ms, the median "
        f"{format_figure(own.p50_ms)} ms."
    )


def _count(number: float, noun: str) -> str:
    return plural(round(number), noun) if abs(number - round(number)) < 0.05 else f"{format_figure(number)} {noun}s"

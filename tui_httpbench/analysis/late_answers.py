"""Servers whose answers come late over kept connections, since they wait for an acknowledgement that is delayed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of
from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.plan.plan import Plan

LATE_ANSWERS = "late-answers"
"""The id of the finding, which names the modes that wait."""
DELAY_MS = 40.0
"""The least for which Linux delays an acknowledgement (``TCP_DELACK_MIN``)."""
LEAST_GAP_MS, MOST_GAP_MS = 15.0, 60.0
"""How much later the answers come than over new connections, which need a round trip more and are acknowledged at once
for their first packets."""
FEW_REQUESTS = 2.0
"""Sent over each connection: with no more, none is kept worth the name."""


def find_late_answers(plan: Plan, modes: tuple[ModeSummary, ...]) -> Iterator[Finding]:
    """Where libraries take longer with a kept client than with a new one, by as much as that delay explains.

    A server that writes head and body apart sends the second only when the first is acknowledged (Nagle, RFC 896),
    which the client delays (RFC 1122, 4.2.3.2): 40 ms on Linux, for each request but the first of a connection.
    """
    if plan.request.uses_embedded_target:
        return
    pairs = [
        (each, kept)
        for each, kept in product(modes, modes)
        if _is_pair(each.mode, kept.mode) and all(mode.is_clean and mode.latency_ms for mode in (each, kept))
    ]
    # Making a client for each request may take longer than the delay; that says nothing of the server.
    gaps = [gap_ms for each, kept in pairs if (gap_ms := _median_ms(kept) - _median_ms(each)) >= LEAST_GAP_MS]
    is_late = max(gaps, default=math.inf) <= MOST_GAP_MS and all(
        _median_ms(kept) >= DELAY_MS and (kept.requests_per_connection or 0.0) > FEW_REQUESTS for _, kept in pairs
    )
    if not is_late:
        return
    late = tuple(dict.fromkeys(kept.mode for _, kept in pairs))
    least, most = round(min(gaps)), round(max(gaps))
    how_long = f"{least}" if least == most else f"{least} to {most}"
    yield Finding(
        LATE_ANSWERS,
        f"Over kept connections, {names_of(late)} got answers {how_long} ms later than over new ones. It looks like a "
        "server that writes head and body apart and waits for an acknowledgement in between, which clients delay by "
        f"{DELAY_MS:g} ms: have the server write them at once, or set TCP_NODELAY there.",
        late,
    )


def answered_late(result: Result, label: str, other: str) -> bool:
    """Whether the server answers a lane late, over connections that it keeps, and another not."""
    late = next((finding.modes for finding in result.findings if finding.id == LATE_ANSWERS), ())
    return label in late and other not in late


def _is_pair(each: str, kept: str) -> bool:
    """Whether two lanes are of one library, the first with a new client for every request, the other with its own."""
    first, second = entrant_of(each), entrant_of(kept)
    return first.mode.makes_anew(second.mode) and first.variant == second.variant


def _median_ms(mode: ModeSummary) -> float:
    assert mode.latency_ms is not None
    return mode.latency_ms.p50

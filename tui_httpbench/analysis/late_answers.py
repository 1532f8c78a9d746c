"""Servers whose answers come late over kept connections, since they wait for an acknowledgement that is delayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of
from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import LATENCY
from tui_httpbench.plan.plan import Plan

LATE_ANSWERS = "late-answers"
"""The id of the finding, which names the modes that wait."""
DELAY_MS = 40.0
"""The least for which Linux delays an acknowledgement (``TCP_DELACK_MIN``)."""
LEAST_GAP_MS, MOST_GAP_MS = 25.0, 60.0
"""How much later than over new connections such answers come: those need a round trip more, and are acknowledged at
once for their first packets."""
NEAR_MS = 10.0
"""How much more than the quickest new client another may take, to be looked at for such answers."""
LEAST_SHARE, STRAY_SHARE = 0.25, 0.1
"""The least share of a kept client's answers that comes so late, and the most of a new one's: a client acknowledges the
first packets of a connection at once, and later ones now and then."""
FEW_REQUESTS = 2.0
"""Sent over each connection: with no more, none is kept worth the name."""


def find_late_answers(
    plan: Plan, modes: tuple[ModeSummary, ...], records: tuple[RoundRecord, ...]
) -> Iterator[Finding]:
    """Where many answers come later over kept connections than over new ones, by as much as that delay explains.

    A server that writes head and body apart sends the second only when the first is acknowledged (Nagle, RFC 896),
    which the client delays (RFC 1122, 4.2.3.2): 40 ms on Linux.
    """
    if plan.request.uses_embedded_target:
        return
    clean = [mode for mode in modes if mode.is_clean and mode.latency_ms is not None]
    lanes = [(mode, entrant_of(mode.mode)) for mode in clean]
    pairs = [(each, kept) for (each, anew), (kept, keeping) in product(lanes, lanes) if anew.makes_anew(keeping)]
    if not pairs or any((kept.requests_per_connection or 0.0) <= FEW_REQUESTS for _, kept in pairs):
        return
    # Making a client for each request may take longer than the delay; that says nothing of the server.
    base_ms = min(_median_ms(each) for each, _ in pairs)
    new = {each.mode for each, _ in pairs if _median_ms(each) < base_ms + NEAR_MS}
    kept_modes = tuple(dict.fromkeys(kept.mode for _, kept in pairs))
    if max(_late_share(records, mode, base_ms)[0] for mode in new) > STRAY_SHARE:
        return
    late = [_late_share(records, mode, base_ms) for mode in kept_modes]
    if min(share for share, _ in late) < LEAST_SHARE:
        return
    shares = _span([share for share, _ in late], lambda share: f"{100 * share:.0f}")
    gaps = _span([gap_ms for _, gap_ms in late], lambda gap_ms: f"{gap_ms:.0f}")
    yield Finding(
        LATE_ANSWERS,
        f"Over kept connections, {names_of(kept_modes)} got {shares} % of the answers some {gaps} ms later than over "
        "new ones. It looks like a server that writes head and body apart and waits for an acknowledgement in between, "
        f"which clients delay by {DELAY_MS:g} ms: have the server write them at once, or set TCP_NODELAY there.",
        kept_modes,
    )


def _late_share(records: tuple[RoundRecord, ...], mode: str, base_ms: float) -> tuple[float, float]:
    """Which share of a mode's answers came so much later than ``base_ms``, and by how many milliseconds (median)."""
    latencies_ms = np.concatenate([record.samples[:, LATENCY] for record in records if record.mode == mode]) / 1e6
    gaps_ms = latencies_ms - base_ms
    late_ms = gaps_ms[(gaps_ms >= LEAST_GAP_MS) & (gaps_ms <= MOST_GAP_MS)]
    return len(late_ms) / len(gaps_ms), float(np.median(late_ms)) if len(late_ms) else 0.0


def _span(values: list[float], write: Callable[[float], str]) -> str:
    """``39 to 42``; one number where both are the same."""
    least, most = write(min(values)), write(max(values))
    return least if least == most else f"{least} to {most}"


def answered_late(result: Result, label: str, other: str) -> bool:
    """Whether the server answers a lane late, over connections that it keeps, and another not."""
    late = result.modes_of(LATE_ANSWERS)
    return label in late and other not in late


def _median_ms(mode: ModeSummary) -> float:
    assert mode.latency_ms is not None
    return mode.latency_ms.p50

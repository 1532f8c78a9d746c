"""Connections that a server had no room for: what asks for one was dropped, and sent again after a second or three."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.result import ModeSummary
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import LATENCY, START, Samples, error_mask
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import plural

LATE_CONNECTS = "late-connects"
"""The id of the finding, which names the modes that waited."""
RESENT_AFTER_S = (1.0, 3.0, 7.0)
"""When the first packet of a connection is sent again: after 1 s, then after twice as long (RFC 6298, 2.1 and 5.5)."""
USUAL_S = 0.5
"""Below it are the requests that had nothing resent; from there to the first second there is next to none."""
BETWEEN_SHARE = 0.1
"""With more requests between the two than that, in shares of the late ones, they are a tail."""
AT_ONCE_S = 0.1
AT_ONCE_SHARE = 0.4
"""So many of the late ones, at least, came within 100 ms of when a resent first packet brings them; the others lost a
later packet of the handshake, or one after it."""
LEAST_LATE = 3
SERVED_SHARE = 0.5
"""While so many of the late ones waited, at least, others of their mode were answered: a server that stops for a second
answers nobody."""


@dataclass(frozen=True)
class _Late:
    """How many requests of a mode took a second or more, of how many that succeeded.

    ``at_once`` of them came as a resent first packet brings them; ``between`` took half a second and less than one.
    While ``beside_others`` of them waited, other requests of the mode were answered.
    """

    count: int
    at_once: int
    requests: int
    between: int
    beside_others: int


def find_late_connects(
    plan: Plan, modes: tuple[ModeSummary, ...], records: tuple[RoundRecord, ...]
) -> Iterator[Finding]:
    """Where connections were so long in coming as one whose first packet got lost, as at a server with a full queue.

    A system whose queue of connections to accept is full drops what asks for one more (listen(2) of Linux), and the
    client's asks again a second later. Samples have no time of connecting: that requests are late by such times, and
    no more of them than there were connections, tells.
    """
    if plan.request.uses_embedded_target:
        return
    late = {mode.mode: found for mode in modes if (found := _late(records, mode.mode)) is not None}
    count = sum(each.count for each in late.values())
    if sum(each.at_once for each in late.values()) < AT_ONCE_SHARE * count:
        return
    if sum(each.beside_others for each in late.values()) < SERVED_SHARE * count:
        return
    if not late or any(_are_too_many(mode, late[mode.mode]) for mode in modes if mode.mode in late):
        return
    worst = sorted(late.items(), key=lambda item: -item[1].count / item[1].requests)
    told = "; ".join(f"{mode} {found.count:,} of {plural(found.requests, 'request')}" for mode, found in worst)
    others = "nearly all others" if any(found.between for found in late.values()) else "all others"
    yield Finding(
        LATE_CONNECTS,
        f"Some requests took a second or more, {others} less than half a second: {told}. It looks like a server whose "
        "queue of new connections is full: what asks for one more is dropped, and sent again after 1 s. Have the "
        "server listen with a longer backlog, or lower -c.",
        tuple(late),
    )


def _are_too_many(mode: ModeSummary, late: _Late) -> bool:
    """Whether more requests were late than connections were made, so that it can't be for these."""
    return mode_of(mode.mode).kept if mode.connections is None else late.count > mode.connections


def _late(records: Iterable[RoundRecord], mode: str) -> _Late | None:
    """The late requests of a mode; None where they are few, or the end of a tail."""
    own = [record.samples for record in records if record.mode == mode and len(record.samples)]
    if not own:
        return None
    all_s: NDArray[np.float64] = np.concatenate([samples[~error_mask(samples), LATENCY] / 1e9 for samples in own])
    usual_s, late_s = all_s[all_s < USUAL_S], all_s[all_s >= RESENT_AFTER_S[0]]
    between = len(all_s) - len(usual_s) - len(late_s)
    if not LEAST_LATE <= len(late_s) < len(usual_s) or between > BETWEEN_SHARE * len(late_s):
        return None
    at_once = sum(int(((late_s >= after_s) & (late_s <= after_s + AT_ONCE_S)).sum()) for after_s in RESENT_AFTER_S)
    return _Late(len(late_s), at_once, len(all_s), between, sum(map(_beside_others, own)))


def _beside_others(samples: Samples) -> int:
    """How many late requests of a round waited while others were answered."""
    good = samples[~error_mask(samples)]
    starts_s, ends_s = good[:, START] / 1e9, np.sort((good[:, START] + good[:, LATENCY]) / 1e9)
    is_late = good[:, LATENCY] >= RESENT_AFTER_S[0] * 1e9
    first = starts_s[is_late] + AT_ONCE_S
    last = starts_s[is_late] + RESENT_AFTER_S[0] - AT_ONCE_S
    answered = np.searchsorted(ends_s, last, side="right") - np.searchsorted(ends_s, first, side="left")
    return int((answered > 0).sum())

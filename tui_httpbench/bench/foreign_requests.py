"""Requests at the embedded target that this run did not send: another program on this machine found its port."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan
from tui_httpbench.target_server.launcher import TargetCounts


class TargetLedger:
    """Compares what arrived at the embedded target in a mode's turns with what its worker sent in them.

    ``sent_aside`` are untimed requests, by mode, beside those of its warm-up.
    """

    def __init__(self, hops: Mapping[str, int | None]) -> None:
        """``hops`` tells by mode how many requests arrive for one that is sent; None where that can't be told."""
        self._hops = hops
        self.sent_aside: Counter[str] = Counter()

    def entered(self, record: RoundRecord, counts: Mapping[str, TargetCounts]) -> RoundRecord:
        """The record with what the embedded target counted; for a round cut short nothing is certain.

        Where more arrived than was sent, it gets the number of those instead of what they sway.
        """
        timed, untimed = counts.get(record.mode), counts.get(aside(record.mode))
        if timed is None or untimed is None or record.outcome != "complete":
            return record
        if foreign := self._foreign(record, timed.requests + untimed.requests):
            return replace(record, foreign_requests=foreign)
        return replace(
            record,
            connections=timed.connections + untimed.connections,
            timed_connections=timed.connections,
            target_cpu_s=timed.cpu_s,
            held_s=timed.held_s,
        )

    def _foreign(self, record: RoundRecord, arrived: int) -> int:
        hops = self._hops.get(record.mode)
        if hops is None or record.setup is None:
            return 0
        # Of those that failed without an answer, some may have been sent twice.
        warmup = record.setup.warmup
        if record.tally.requests != sum(record.tally.statuses.values()) or any(each.status < 0 for each in warmup):
            return 0
        return max(0, arrived - hops * (len(record.samples) + len(warmup) + self.sent_aside[record.mode]))


def aside(mode_id: str) -> str:
    """The label of a mode's requests that are not timed."""
    return f"{mode_id}|aside"


def hops_of(plan: Plan, probe: Probe) -> int | None:
    """How many requests a mode makes of one, with those that redirects ask for; None where that can't be told."""
    if probe.response is None:
        return None
    if probe.response.hops is not None:
        return len(probe.response.hops)
    return None if plan.request.url.startswith("/redirect/") else 1


def without_foreign_heads(plan: Plan, probe: Probe) -> Probe:
    """The probe without heads where more arrived than its mode sent: nobody knows which of them are its own."""
    expected = hops_of(plan, probe)
    if probe.heads is None or expected is None or len(probe.heads) <= expected:
        return probe
    return replace(probe, heads=None, foreign_requests=len(probe.heads) - expected)

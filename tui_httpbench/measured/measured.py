"""All that a run brings to light."""

from __future__ import annotations

from dataclasses import dataclass

from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan


@dataclass(frozen=True)
class Measured:
    """All that a run has brought to light so far; ``trouble`` is a sentence on why it could not go on.

    ``started_at`` is when it began, in ISO 8601 with the zone, None where that is not known. ``duration_s`` is how many
    seconds of each mode a round measured, None where its load is a number of requests.
    """

    plan: Plan
    url: str
    records: tuple[RoundRecord, ...]
    stopped: bool = False
    probes: tuple[Probe, ...] = ()
    conditions: RunConditions | None = None
    trouble: str = ""
    started_at: str | None = None
    duration_s: float | None = None

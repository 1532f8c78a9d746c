"""All that a run brings to light."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_httpbench.clients.own_files import OwnFile
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.machine import Machine
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.remains import Remains
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.reference import USUAL, Against

DROPPED_BODY = "the body"
"""Stands among the ``dropped_headers`` of a run whose body was not kept, since it seemed to hold a credential."""


@dataclass(frozen=True)
class Measured:
    """All that a run has brought to light so far; a result is made from it and from nothing else.

    ``trouble`` is a sentence on why it could not go on; ``stopped`` tells that its user ended it, ``interrupted`` that
    the app was ended in the middle of it. ``started_at`` and ``ended_at`` are times of day in ISO 8601 with the zone,
    None where they are not known, as the latter while it is under way. ``duration_s`` is how many seconds of each mode
    a round measured, None where its load is a number of requests. ``dropped_headers`` are the names of headers that
    were sent but that ``plan`` lacks, since no file keeps credentials, and ``dropped_from_url`` tells the same of its
    URL. ``own_files`` are the client files that did not come with this program, as they were measured in all rounds.
    ``against`` is what lanes are compared with, and the
    gate, if the run has one. ``name`` is what its user calls the run, empty where it has none; ``run_id`` is its id in
    the history, the same when it is gone on with, and ``in_history`` whether it may be kept there. ``remains`` is what
    is left of samples that are not kept any more, None where they are.
    """

    plan: Plan
    url: str
    records: tuple[RoundRecord, ...]
    stopped: bool = False
    probes: tuple[Probe, ...] = ()
    conditions: RunConditions | None = None
    trouble: str = ""
    started_at: str | None = None
    ended_at: str | None = None
    duration_s: float | None = None
    interrupted: bool = False
    dropped_headers: tuple[str, ...] = ()
    dropped_from_url: bool = False
    own_files: tuple[OwnFile, ...] = ()
    against: Against = USUAL
    name: str = ""
    run_id: str = ""
    in_history: bool = True
    remains: Remains | None = None
    machine: Machine = field(kw_only=True)

    @property
    def rounds_made(self) -> int:
        """How many rounds were made or begun, those of the runs that it went on with included."""
        return max((record.round for record in self.records), default=0)

    @property
    def has_requests(self) -> bool:
        """Whether a request was measured, so that the run is worth keeping."""
        return any(record.requests for record in self.records)

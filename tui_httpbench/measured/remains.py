"""What is left of a run's samples once the history has dropped them: what was told of them while they were there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Told:
    """A finding as it was told: its id, its text, and the modes that it is about."""

    OURS: ClassVar = frozenset({"id", "modes"})

    id: str
    text: str
    modes: tuple[str, ...]


@dataclass(frozen=True)
class Remains:
    """What only samples can tell, as it was told when they were there.

    ``latencies`` has, for each mode that had successful requests, mean, p50, p90, p95, p99 and maximum in milliseconds.
    ``findings`` are all findings of the run. ``lacks_body`` tells that the body that was sent is not kept either.
    """

    latencies: dict[str, tuple[float, ...]]
    findings: tuple[Told, ...]
    lacks_body: bool = False

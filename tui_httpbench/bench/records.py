"""What the parent knows of one round of one mode."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from tui_httpbench.bench.samples import ErrorText, Samples, SampleTally, no_samples, tally_samples

Outcome = Literal["complete", "stopped", "hung", "crashed", "failed"]


@dataclass(frozen=True)
class WarmupRequest:
    """A request before the timed round: its status (negative error code on failure) and latency."""

    latency_ms: float
    status: int


@dataclass(frozen=True)
class WorkerSetup:
    """What a worker told of itself before its timed round."""

    python: str
    packages: dict[str, str]
    import_s: float
    build_s: float
    warmup: tuple[WarmupRequest, ...]


@dataclass(frozen=True)
class RoundRecord:
    """One round of one mode, whole or cut short.

    ``outcome`` is ``complete``, ``stopped`` (by the user), ``hung`` (no progress; ended by the watchdog), ``crashed``
    (the worker died or ran out of memory) or ``failed`` (the client could not be imported or built); ``reason`` says
    why in a sentence.
    ``elapsed_s``, ``cpu_s`` and ``peak_memory_bytes`` are None where they can't be known. ``hung_requests`` were under
    way when the watchdog ended the worker; they have no sample. ``connections`` were opened by warm-up and timed
    requests together; ``target_cpu_s`` is the embedded target's processor time meanwhile; both None where unknown.
    """

    mode: str
    round: int
    outcome: Outcome
    samples: Samples = field(default_factory=no_samples)
    elapsed_s: float | None = None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    error_texts: tuple[ErrorText, ...] = ()
    hung_requests: int = 0
    setup: WorkerSetup | None = None
    wall_s: float = 0.0
    connections: int | None = None
    target_cpu_s: float | None = None
    reason: str = ""

    @cached_property
    def tally(self) -> SampleTally:
        """What its samples add up to; counted once, since each round of a run is asked for it again."""
        return tally_samples(self.samples)

    @property
    def requests(self) -> int:
        """Requests that ended or hung."""
        return self.tally.requests + self.hung_requests

    @property
    def failed(self) -> int:
        """Requests that failed or hung."""
        return self.tally.requests - self.tally.ok + self.hung_requests

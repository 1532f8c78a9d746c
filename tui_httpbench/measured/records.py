"""What the parent knows of one round of one mode."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Literal

import numpy as np

from tui_httpbench.measured.samples import ErrorText, Samples, SampleTally, no_samples, tally_samples

Outcome = Literal["complete", "stopped", "hung", "crashed", "failed"]


@dataclass(frozen=True)
class WarmupRequest:
    """A request before the timed round: its status (negative error code on failure), latency, and processor time.

    ``cpu_ms`` is None where it was not told.
    """

    latency_ms: float
    status: int
    cpu_ms: float | None = None


@dataclass(frozen=True)
class StartUp:
    """What a script pays before it makes its client, in seconds of processor time, in a fresh process of its own.

    ``interpreter_s`` is Python's own start, ``import_s`` the import of the client from compiled bytecode, ``cold_s``
    the same with nothing compiled yet; None where that was not measured.
    """

    interpreter_s: float
    import_s: float
    cold_s: float | None = None


@dataclass(frozen=True)
class WorkerSetup:
    """What a worker told of itself before its timed round; ``start`` is what was found out beside it.

    ``import_s`` and ``build_s`` are wall time while other workers start as well; ``build_cpu_s`` is processor time,
    None where it was not told.
    """

    python: str
    import_s: float
    build_s: float
    warmup: tuple[WarmupRequest, ...]
    build_cpu_s: float | None = None
    start: StartUp | None = None

    @property
    def waiting_s(self) -> float:
        """How long a request waits for others than this process, in seconds; 0 where no warm-up request tells."""
        waits = [request.latency_ms - request.cpu_ms for request in self.warmup if request.cpu_ms is not None]
        return max(0.0, min(waits[1:] or waits, default=0.0)) / 1e3


@dataclass(frozen=True)
class Slice:
    """One turn of a mode within a round: how many requests ended in it, and its wall and processor time in seconds."""

    requests: int
    elapsed_s: float
    cpu_s: float


@dataclass(frozen=True)
class RoundRecord:
    """One round of one mode, whole or cut short.

    ``outcome`` is ``complete``, ``stopped`` (by the user), ``hung`` (no progress; ended by the watchdog), ``crashed``
    (the worker died or ran out of memory) or ``failed`` (the client could not be imported or built); ``reason`` says
    why in a sentence.
    The round was measured in ``slices``, between which the other modes of its ``group`` (0 for the first) had theirs;
    ``elapsed_s`` and ``cpu_s`` are their sums, and the starts in ``samples`` leave the pauses between them out.
    ``elapsed_s``, ``cpu_s`` and ``peak_memory_bytes`` are None where they can't be known. ``hung_requests`` were
    planned and not finished when the watchdog ended the worker, of a load in seconds those in flight; they have no
    sample. ``connections`` were opened by warm-up and timed requests together, and by ``lead_ins``, untimed requests
    between the two; ``target_cpu_s`` is the embedded target's processor time meanwhile; both None where unknown.
    Of the timed requests alone, ``timed_connections`` were opened, and the embedded target held them for ``held_s``
    seconds in all before it answered: their service time and their place in line; both None elsewhere.
    ``wall_s`` is how long the whole round of the group took, its start-up included. ``foreign_requests`` arrived at the
    embedded target in the mode's turns though its worker did not send them; then what the target counted is left out.
    ``cpu_wait_s`` is how long threads of the client's process were ready to run in its slices and had no processor,
    added up over all of them; None where the system does not tell.
    ``counted`` is what ``samples`` added up to where they are not kept any more, None where they are.
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
    group: int = 0
    foreign_requests: int = 0
    lead_ins: int = 0
    slices: tuple[Slice, ...] = field(default=(), repr=False)
    counted: SampleTally | None = None
    timed_connections: int | None = None
    held_s: float | None = None
    cpu_wait_s: float | None = None

    def __eq__(self, other: object) -> bool:
        """Samples are compared by their content."""
        if not isinstance(other, RoundRecord):
            return NotImplemented
        names = [field.name for field in fields(self) if field.name != "samples"]
        return np.array_equal(self.samples, other.samples) and all(
            getattr(self, name) == getattr(other, name) for name in names
        )

    __hash__ = None  # type: ignore[assignment]  # samples can change

    @cached_property
    def tally(self) -> SampleTally:
        """What its samples add up to; counted once, since each round of a run is asked for it again."""
        return tally_samples(self.samples) if self.counted is None else self.counted

    @property
    def finished(self) -> int:
        """Requests that ended, whether or not their samples are still kept."""
        return len(self.samples) if self.counted is None else self.counted.requests

    @property
    def requests(self) -> int:
        """Requests that ended or hung."""
        return self.tally.requests + self.hung_requests

    @property
    def failed(self) -> int:
        """Requests that failed or hung."""
        return self.tally.requests - self.tally.ok + self.hung_requests

"""The result of a run: what screens, reports and files are made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_httpbench.bench.records import RoundRecord
from tui_httpbench.bench.samples import ErrorText
from tui_httpbench.plan import Plan


@dataclass(frozen=True)
class LatencySummary:
    """Latency of the successful requests, in milliseconds."""

    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True)
class ModeSummary:
    """One mode over all its rounds; numbers are None where nothing was measured.

    ``requests``, ``ok``, ``errors``, ``statuses`` and ``body_bytes`` are totals over the rounds, warm-up left out.
    ``elapsed_s`` has one value per round that measured something, ``rounds_done`` counts the complete ones.
    ``note`` says in a sentence why rounds are missing.
    """

    mode: str
    library: str
    requests: int
    ok: int
    errors: dict[str, int]
    statuses: dict[int, int]
    elapsed_s: tuple[float, ...]
    requests_per_second: float | None
    latency_ms: LatencySummary | None
    body_bytes: int
    cpu_us_per_request: float | None
    peak_memory_mib: float | None
    rounds_done: int
    error_texts: tuple[ErrorText, ...]
    note: str

    @property
    def failed(self) -> int:
        """Requests that failed."""
        return self.requests - self.ok

    @property
    def is_clean(self) -> bool:
        """Whether the mode measured something and nothing of it failed."""
        return self.requests > 0 and self.failed == 0 and not self.note


@dataclass(frozen=True)
class Rank:
    """A mode's place; ``ratio`` is its time over the winner's, None where it has no time to compare.

    ``clean`` is False for a mode with failed requests or missing rounds, which is ranked below all clean ones.
    """

    rank: int
    mode: str
    ratio: float | None
    clean: bool


@dataclass(frozen=True)
class Environment:
    """Where the run took place."""

    python: str
    platform: str
    cpu_count: int
    packages: dict[str, str]


@dataclass(frozen=True)
class Result:
    """One run, whole or stopped; ``modes`` in the plan's order, ``ranking`` best first."""

    plan: Plan
    url: str
    environment: Environment
    modes: tuple[ModeSummary, ...]
    ranking: tuple[Rank, ...]
    warnings: tuple[str, ...]
    stopped: bool
    records: tuple[RoundRecord, ...] = field(repr=False)

    def mode(self, mode_id: str) -> ModeSummary:
        """The summary of one mode. Raises KeyError."""
        for summary in self.modes:
            if summary.mode == mode_id:
                return summary
        raise KeyError(mode_id)

    @property
    def all_succeeded(self) -> bool:
        """Whether every planned request of every mode was sent and succeeded."""
        return not self.stopped and all(mode.is_clean for mode in self.modes)

"""The result of a run: what screens, reports and files are made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_httpbench.analysis.comparison import RatioInterval, Verdict
from tui_httpbench.analysis.findings import ENDS_EARLY, Finding
from tui_httpbench.clients.own_files import OwnFile
from tui_httpbench.measured.probe import Runtime
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import ErrorText
from tui_httpbench.plan.plan import Plan


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

    ``requests_per_second`` counts failures as well, as the JSON does, and is None where no request succeeded: how fast
    a mode fails says nothing. ``ok_per_second`` is what is shown and compared.

    ``requests``, ``ok``, ``errors``, ``statuses`` and ``body_bytes`` are totals over the rounds, warm-up left out.
    ``elapsed_s`` has one value per round that measured something, ``rounds_done`` counts the complete ones.
    ``connections`` were opened in the complete rounds, None where they could not be counted;
    ``requests_per_connection`` counts warm-up requests as well, since they share connections with the timed ones.
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
    connections: int | None = None
    requests_per_connection: float | None = None

    @property
    def failed(self) -> int:
        """Requests that failed."""
        return self.requests - self.ok

    @property
    def ok_per_second(self) -> float | None:
        """Successful requests over the measured seconds of all rounds; None where none succeeded."""
        rate = self.requests_per_second
        return rate * self.ok / self.requests if rate is not None and self.requests else None

    @property
    def connections_per_round(self) -> float | None:
        """Connections opened in a round, its warm-up included; None where they were not counted."""
        return None if self.connections is None or not self.rounds_done else self.connections / self.rounds_done

    @property
    def is_clean(self) -> bool:
        """Whether the mode measured something and nothing of it failed."""
        return self.requests > 0 and self.failed == 0 and not self.note


@dataclass(frozen=True)
class Rank:
    """A mode's place, ``shared`` by the modes that can't be told from the first of them.

    Modes of which a request failed have no place and no ratio, for how fast they fail says nothing: ``rank`` only says
    that they stand below all others, and is the same for all of them. ``ratio`` is the mode's time over the winner's,
    None where it has no time to compare; ``interval`` holds it with its bounds, None without a common round.
    ``verdict`` compares it with the winner (None for the winner itself), ``verdict_next`` with the next below (None for
    the last), whose time over this one's is ``interval_next``; ``tied_with`` are all modes that it is not surely faster
    or slower than, fastest first, and ``same_as`` those of them that it is surely as fast as. ``clean`` is False for a
    mode with failed requests or missing rounds, which is ranked below all clean ones.
    """

    rank: int
    mode: str
    ratio: float | None
    clean: bool
    interval: RatioInterval | None = None
    verdict: Verdict | None = None
    verdict_next: Verdict | None = None
    tied_with: tuple[str, ...] = ()
    shared: bool = False
    interval_next: RatioInterval | None = None
    same_as: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The place as it is shown: ``2=`` where several modes share it."""
        return f"{self.rank}=" if self.shared else str(self.rank)


@dataclass(frozen=True)
class Environment:
    """Where the run took place, and what else the machine did; None and empty where the system does not tell."""

    python: str
    platform: str
    cpu_count: int
    packages: dict[str, str]
    pinning: str = ""
    governor: str | None = None
    other_cpu_share: float | None = None
    cpu: str = ""


@dataclass(frozen=True)
class Result:
    """One run, whole or stopped; ``modes`` in the plan's order, ``ranking`` best first, ``ranking_cpu`` by CPU time.

    ``findings`` are what is doubted or differs, the most important first. By mode: ``settings`` are those that each
    really had, ``made`` the call that made its client, ``http_versions`` what it spoke with the server, ``runtimes``
    what it ran on and ``packages`` the versions that its speed depends on; ``apart`` are those that ran in an
    environment made for them. All of these go by the lane, which copies share. ``started_at``, ``ended_at``,
    ``duration_s``, ``own_files``, ``name`` and ``run_id`` are those of ``Measured``. ``has_samples`` is False for a run
    of the history whose samples are not kept any more: its ``records`` have none, and say no more than their counts.
    """

    plan: Plan
    url: str
    environment: Environment
    modes: tuple[ModeSummary, ...]
    ranking: tuple[Rank, ...]
    findings: tuple[Finding, ...]
    stopped: bool
    ranking_cpu: tuple[Rank, ...] = ()
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    http_versions: dict[str, str] = field(default_factory=dict)
    runtimes: dict[str, Runtime] = field(default_factory=dict)
    packages: dict[str, dict[str, str]] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    records: tuple[RoundRecord, ...] = field(default=(), repr=False)
    started_at: str | None = None
    ended_at: str | None = None
    duration_s: float | None = None
    own_files: tuple[OwnFile, ...] = ()
    name: str = ""
    run_id: str = ""
    has_samples: bool = True

    @property
    def warnings(self) -> tuple[str, ...]:
        """The texts of the findings."""
        return tuple(finding.text for finding in self.findings)

    def modes_of(self, finding_id: str) -> tuple[str, ...]:
        """The modes that a finding names; empty where it was not found."""
        return tuple(mode for finding in self.findings if finding.id == finding_id for mode in finding.modes)

    @property
    def differences(self) -> tuple[Finding, ...]:
        """The findings that tell where modes did not do the same work."""
        return tuple(finding for finding in self.findings if finding.is_other_work)

    @property
    def trouble(self) -> str:
        """Why a stopped run could not go on, in a sentence; empty where the user stopped it, and for a whole one."""
        return next((finding.text for finding in self.findings if finding.id in ENDS_EARLY), "")

    @property
    def is_measured(self) -> bool:
        """Whether there is anything to tell of any mode: requests, or why it made none."""
        return any(mode.requests or mode.note for mode in self.modes)

    @property
    def rounds_done(self) -> int:
        """How many rounds are whole, of the mode that has most."""
        return max((mode.rounds_done for mode in self.modes), default=0)

    def mode(self, mode_id: str) -> ModeSummary:
        """The summary of one mode. Raises KeyError."""
        for summary in self.modes:
            if summary.mode == mode_id:
                return summary
        raise KeyError(mode_id)

    @property
    def measured_s(self) -> tuple[float | None, float | None]:
        """How long a mode measured in a round, in seconds: the shortest and the longest; where none is complete, what
        was to be measured, None where that is not known either.

        Of an automatic duration, which is another one in each round, this is what it came to.
        """
        lengths = [
            record.elapsed_s for record in self.records if record.outcome == "complete" and record.elapsed_s is not None
        ]
        return (min(lengths), max(lengths)) if lengths else (self.duration_s, self.duration_s)

    def does_other_work(self, mode_id: str) -> bool:
        """Whether a mode was seen to do other work than most."""
        return any(mode_id in difference.modes for difference in self.differences)

    @property
    def all_succeeded(self) -> bool:
        """Whether every planned request of every mode was sent and succeeded."""
        return not self.stopped and all(mode.is_clean for mode in self.modes)

"""All that the same run on many hosts brings to light."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_httpbench.measured.measured import Measured


@dataclass(frozen=True)
class Host:
    """One machine that measured, or was to.

    ``name`` is its own among the hosts of a run, and what people call it. ``address`` is where its worker was reached.
    ``python`` and ``package`` are the versions of Python and of this program there, empty where they are not known;
    ``versions`` are those of the client libraries. ``shares`` are the names of other hosts of the run that are the
    same machine. ``clock_off_s`` is how many seconds its clock is ahead of the one that asked, None where not known.
    """

    name: str
    address: str = ""
    python: str = ""
    package: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    shares: tuple[str, ...] = ()
    clock_off_s: float | None = None


@dataclass(frozen=True)
class HostRun:
    """What one host measured: a run of its own, None where none came back.

    ``notes`` are sentences on what is otherwise there than on the machine that asked. ``trouble`` is a sentence on why
    it did not measure, or not to its end; empty where it did. ``ended_with_all`` tells that this is what ended the run
    as such, such as a kill of the app: nothing was wrong with the host itself.
    """

    host: Host
    measured: Measured | None
    notes: tuple[str, ...] = ()
    trouble: str = ""
    ended_with_all: bool = False

    @property
    def has_requests(self) -> bool:
        """Whether a request was measured there."""
        return self.measured is not None and self.measured.has_requests


@dataclass(frozen=True)
class MeasuredHosts:
    """What all hosts have measured so far, in the order of their names.

    ``whole`` is what holds for all of them: the plan, name, id, when it began and ended, and how; it has no rounds of
    its own.
    """

    whole: Measured
    hosts: tuple[HostRun, ...]

    @property
    def has_requests(self) -> bool:
        """Whether a request was measured on any host, so that the run is worth keeping."""
        return any(each.has_requests for each in self.hosts)

    @property
    def has_samples(self) -> bool:
        """Whether the single requests of all hosts are kept still."""
        return all(each.measured is None or each.measured.remains is None for each in self.hosts)

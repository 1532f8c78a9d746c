"""The result of the same run on many hosts: what each of them found, side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.hosts_findings import find_in_hosts
from tui_httpbench.analysis.hosts_pairs import FirstPlace, HostsPairs, why_left_out
from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.measured_hosts import HostRun, MeasuredHosts
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import enumerate_first

MAX_HOSTS = 3
"""How many hosts a sentence names; of further ones it says how many there are."""


@dataclass(frozen=True)
class HostResult:
    """What one host came to."""

    run: HostRun

    @property
    def name(self) -> str:
        """What people call the host."""
        return self.run.host.name

    @property
    def is_measured(self) -> bool:
        """Whether a request was measured there."""
        return self.run.has_requests

    @property
    def why_left_out(self) -> str:
        """Why it counts for nothing that is said of all hosts, in a sentence; empty where it counts."""
        return why_left_out(self.run)

    @cached_property
    def result(self) -> Result | None:
        """The run made there, as its own report has it; None where none came back. Worked out when it is asked for."""
        return None if self.run.measured is None else summarize_run(self.run.measured)

    @cached_property
    def whole_rounds(self) -> int:
        """In how many rounds lanes can be compared: those that two lanes at least, or the only one, have whole."""
        # From the records alone: a screen asks for this of hundreds of hosts, before their runs are worked out.
        records = () if self.run.measured is None else self.run.measured.records
        made = Counter(record.mode for record in records if record.outcome == "complete").most_common(2)
        return made[-1][1] if made else 0


@dataclass(frozen=True)
class HostsResult:
    """A run on many hosts, whole or stopped; ``hosts`` in the order of their names, all that were to measure.

    ``whole`` is the result of what holds for all of them, which has no rounds. The rest is as in ``SweepResult``.
    """

    whole: Result
    hosts: tuple[HostResult, ...]
    trouble: str = ""
    interrupted: bool = False
    has_samples: bool = True

    @property
    def plan(self) -> Plan:
        """What every host was to measure."""
        return self.whole.plan

    @property
    def stopped(self) -> bool:
        """Whether it ended before its time."""
        return self.whole.stopped

    @property
    def started_at(self) -> str | None:
        """When it began, in ISO 8601 with the zone."""
        return self.whole.started_at

    @property
    def ended_at(self) -> str | None:
        """When it ended, likewise."""
        return self.whole.ended_at

    @property
    def name(self) -> str:
        """What its user calls it."""
        return self.whole.name

    @property
    def run_id(self) -> str:
        """Its id in the history."""
        return self.whole.run_id

    @cached_property
    def measured_hosts(self) -> tuple[HostResult, ...]:
        """The hosts on which a request was measured."""
        return tuple(host for host in self.hosts if host.is_measured)

    @cached_property
    def pairs(self) -> HostsPairs:
        """All pairs of lanes on all hosts that count."""
        return HostsPairs([host.run for host in self.hosts], self.plan)

    @cached_property
    def machines(self) -> int:
        """How many machines the hosts that count are."""
        return len(set(self.pairs.machines))

    @cached_property
    def first_places(self) -> dict[str, FirstPlace]:
        """Who leads on each host on which lanes could be compared, by its name."""
        return {place.host: place for place in self.pairs.first_places}

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lanes, the fastest over all hosts first; those last that no host compared."""
        return self.pairs.lanes

    @cached_property
    def measured_result(self) -> Result:
        """The run of the first host that measured: it tells what is the same on all of them."""
        first = next((host.result for host in self.measured_hosts), None)
        return first or self.whole

    @property
    def as_run(self) -> Result:
        """The run of ``measured_result`` with the plan and the names of the whole run."""
        return replace(
            self.measured_result,
            plan=self.plan,
            stopped=self.stopped,
            started_at=self.started_at,
            ended_at=self.ended_at,
            name=self.name,
            run_id=self.run_id,
        )

    @property
    def environment(self) -> Environment:
        """Where the first host that measured took it."""
        return self.measured_result.environment

    @property
    def url(self) -> str:
        """Where the requests of the first host that measured went."""
        return self.measured_result.url

    @property
    def all_succeeded(self) -> bool:
        """Whether every planned request of every lane on every host was sent and succeeded."""
        return not self.stopped and all(
            host.result is not None and not host.run.trouble and host.result.all_succeeded for host in self.hosts
        )

    def host(self, name: str) -> HostResult:
        """A host by its name. Raises KeyError."""
        for host in self.hosts:
            if host.name == name:
                return host
        raise KeyError(name)

    @cached_property
    def own_findings(self) -> tuple[Finding, ...]:
        """What is to be minded of the hosts as such, without what each of their runs found."""
        told = tuple(finding for finding in self.whole.findings if finding.id != "samples-dropped")
        return (*told, *find_in_hosts([host.run for host in self.hosts], self.pairs))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Those and, each once and with its hosts, what the runs there found."""
        found: dict[tuple[str, tuple[str, ...]], list[tuple[str, Finding]]] = {}
        for host in self.measured_hosts:
            assert host.result is not None
            for finding in host.result.findings:
                if finding.text == host.run.trouble:
                    continue  # the finding on the host says it
                found.setdefault((finding.id, finding.modes), []).append((host.name, finding))
        everywhere = len(self.measured_hosts)
        return (*self.own_findings, *(_on_hosts(told, everywhere) for told in found.values()))


def _on_hosts(told: list[tuple[str, Finding]], everywhere: int) -> Finding:
    """A finding with its hosts: the text of the first one stands for those that differ in numbers alone."""
    first = told[0][1]
    same = [name for name, finding in told if finding.text == first.text]
    alike = [name for name, finding in told if finding.text != first.text]
    if len(same) == everywhere:
        return first
    more = f" Alike on {enumerate_first(alike, MAX_HOSTS)}." if alike else ""
    return replace(first, text=f"On {enumerate_first(same, MAX_HOSTS)}: {first.text}{more}")


def summarize_hosts(measured: MeasuredHosts) -> HostsResult:
    """The result of what many hosts measured; whatever machine this is called on, and whenever, it is the same."""
    whole = measured.whole
    return HostsResult(
        whole=summarize_run(whole),
        hosts=tuple(HostResult(run) for run in measured.hosts),
        trouble=whole.trouble,
        interrupted=whole.interrupted,
        has_samples=measured.has_samples,
    )

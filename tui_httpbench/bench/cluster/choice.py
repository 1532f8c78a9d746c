"""Which worker processes of a cluster measure: one a host, of those that were asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.text.quoting import printable, shortened

MAX_NAME_LENGTH = 60
"""How much of a host's name is shown."""

MAX_DIGITS = 1_000_000
"""No number in a name has more of them."""


@dataclass(frozen=True)
class Worker:
    """A worker process of Dask: ``name`` is what it was given, empty where that is just its address."""

    address: str
    name: str = ""
    resources: frozenset[str] = field(default_factory=frozenset)
    tasks: int = 0

    @property
    def machine_address(self) -> str:
        """The address of its host, without a port."""
        return urlsplit(self.address).hostname or self.address

    @property
    def addresses(self) -> tuple[str, ...]:
        """All that its address may be written as: whole, without the protocol, and without the port."""
        return self.address, self.address.partition("://")[2], self.machine_address


@dataclass(frozen=True)
class Chosen:
    """A worker that is to measure, what it tells of its host, None where it told nothing, and the name of the host."""

    worker: Worker
    facts: Mapping[str, Any] | None
    name: str


def workers_of(identity: Mapping[str, Any]) -> tuple[Worker, ...]:
    """The workers that a scheduler tells of, without those that are about to leave."""
    found = []
    for address, told in identity.get("workers", {}).items():
        name = str(told.get("name", ""))
        metrics = told.get("metrics") or {}
        counts = metrics.get("task_counts") or {}
        tasks = sum(int(counts.get(kind, 0)) for kind in ("executing", "ready"))
        if str(told.get("status", "running")) in ("running", "init"):
            found.append(
                Worker(address, "" if name == address else name, frozenset(told.get("resources") or {}), tasks)
            )
    return tuple(found)


def one_a_host(workers: Iterable[Worker], wanted: tuple[str, ...], *, each: bool = False) -> tuple[Worker, ...]:
    """Of each host one worker, where there is one that was asked for; with ``each``, every worker is a host."""
    hosts: dict[str, Worker] = {}
    for worker in sorted(
        workers, key=lambda worker: (not _is_wanted(worker, wanted), _natural(worker.name), worker.address)
    ):
        hosts.setdefault(worker.address if each else worker.machine_address, worker)
    return tuple(hosts.values())


def choose(
    workers: Iterable[Worker],
    facts: Mapping[str, Mapping[str, Any] | None],
    wanted: tuple[str, ...],
    others: Iterable[Worker] = (),
) -> tuple[Chosen, ...]:
    """The hosts that measure, by name; ``facts`` are those of each worker's address.

    ``others`` are workers that do not measure, as one does that is on their host. Raises PlanError.
    """
    named = _named(tuple(workers), facts)
    if not wanted:
        return named
    known: dict[str, list[Chosen]] = {}
    for host in named:
        for name in {
            host.name,
            host.worker.name,
            *host.worker.addresses,
            _hostname(host.facts),
            *host.worker.resources,
        }:
            known.setdefault(name, []).append(host)
    for name in wanted:
        if not known.get(name):
            for worker in others:
                if name in (worker.name, *worker.addresses):
                    raise PlanError("hosts", _measured_by_another(name, worker, named))
            there = enumerate_names(tuple(host.name for host in named[:12]))
            raise PlanError("hosts", f"The cluster has no host or resource {shortened(name)!r}; it has {there}.")
    chosen = {host.worker.address for name in wanted for host in known[name]}
    return tuple(host for host in named if host.worker.address in chosen)


def _measured_by_another(name: str, worker: Worker, named: Iterable[Chosen]) -> str:
    """That a worker which was asked for does not measure, in a sentence."""
    told = next((host.name for host in named if host.worker.machine_address == worker.machine_address), "another")
    return (
        f"The workers {told} and {shortened(printable(name), MAX_NAME_LENGTH)} are on one host, for which one of them "
        "measures; name one of them in --hosts."
    )


def _named(workers: tuple[Worker, ...], facts: Mapping[str, Mapping[str, Any] | None]) -> tuple[Chosen, ...]:
    names = {
        worker.address: worker.name or _hostname(facts[worker.address]) or worker.machine_address for worker in workers
    }
    hosts = (
        Chosen(worker, facts[worker.address], name) for worker, name in zip(workers, _distinct(names), strict=True)
    )
    return tuple(sorted(hosts, key=lambda host: _natural(host.name)))


def _distinct(names: Mapping[str, str]) -> Iterator[str]:
    """The names that are shown, for those by address: all else goes by them, so no two are the same."""
    shown = {address: shortened(printable(name), MAX_NAME_LENGTH) for address, name in names.items()}
    counts = Counter(shown.values())
    taken: set[str] = set()
    for address, name in shown.items():
        short = name if counts[name] == 1 else f"{name} ({printable(address.partition('://')[2])})"
        distinct, number = short, 2
        while distinct in taken or (distinct != name and distinct in counts):
            distinct, number = f"{short} #{number}", number + 1
        taken.add(distinct)
        yield distinct


def _hostname(facts: Mapping[str, Any] | None) -> str:
    return "" if facts is None else str(facts.get("hostname", ""))


def _is_wanted(worker: Worker, wanted: tuple[str, ...]) -> bool:
    return bool({worker.name, *worker.addresses, *worker.resources} & set(wanted))


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts host-2 before host-10, however many digits there are."""
    return [
        (len(part.lstrip("0")), part.lstrip("0")) if part.isdecimal() else (MAX_DIGITS, part)
        for part in re.split(r"(\d+)", name)
    ]

"""What the runner of hosts tells while it runs; numbers in between come from ``HostsRunner.progress()``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HostState = Literal["waiting", "preparing", "measuring", "done", "failed"]
"""``waiting`` for its turn or its go-ahead; ``failed`` once it gets no further, whatever it has measured."""


@dataclass(frozen=True)
class HostNotice:
    """A sentence on one host, or with an empty ``name`` on the whole run."""

    name: str
    sentence: str


@dataclass(frozen=True)
class HostsStarted:
    """It is known which hosts measure, and they begin."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class HostFinished:
    """A host is over; ``trouble`` says why it did not measure, or not to its end."""

    name: str
    trouble: str


@dataclass(frozen=True)
class HostsFinished:
    """All hosts are over."""

    stopped: bool


HostsEvent = HostNotice | HostsStarted | HostFinished | HostsFinished


@dataclass(frozen=True)
class HostProgress:
    """Where one host stands, as it told about a second ago.

    ``share`` (0 to 1) is how much of the rounds in sight is done; ``done`` counts requests of all modes, ``errors``
    those that failed. ``first`` is the mode in front after the latest whole round, ``undecided`` how many neighbours
    can't be told apart. ``left_s`` is an upper bound in seconds, None while it can't be known.
    """

    name: str
    state: HostState = "waiting"
    round: int = 0
    rounds: int = 0
    share: float = 0.0
    done: int = 0
    errors: int = 0
    first: str = ""
    undecided: int = 0
    left_s: float | None = None
    trouble: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it measures no more."""
        return self.state in ("done", "failed")


@dataclass(frozen=True)
class HostsProgress:
    """Where all hosts stand; ``elapsed_s`` since they began, ``time_left_s`` an upper bound, None while not known."""

    hosts: tuple[HostProgress, ...]
    elapsed_s: float
    time_left_s: float | None
    is_over: bool

    @property
    def done(self) -> int:
        """Requests finished on all hosts."""
        return sum(host.done for host in self.hosts)

    @property
    def over(self) -> int:
        """How many hosts are over."""
        return sum(host.is_over for host in self.hosts)

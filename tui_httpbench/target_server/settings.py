"""What the embedded target's processes are told when they start: one JSON argument each."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from tui_httpbench.plan.scenario import LOOPBACK, Capacity, Scenario, ServiceTime


@dataclass(frozen=True)
class ServerSettings:
    """How to serve: ``cpu`` is the one that all threads are to run on, None any; port 0 is a free one.

    ``life_line`` is what ``ParentLine`` waits for before an end that nobody ordered.
    ``is_held`` tells that whoever asks holds the port with ``hold_port``.
    """

    cpu: int | None = None
    port: int = 0
    scenario: Scenario = LOOPBACK
    life_line: int | None = None
    is_held: bool = False

    def to_argument(self) -> str:
        """The settings as one argument."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_argument(cls, argument: str) -> ServerSettings:
        """The settings that ``to_argument`` wrote."""
        told = json.loads(argument)
        knobs = told["scenario"]
        knobs["service_time"] = ServiceTime(**knobs["service_time"])
        knobs["capacity"] = Capacity(**knobs["capacity"])
        return cls(told["cpu"], told["port"], Scenario(**knobs), told["life_line"], told["is_held"])


@dataclass(frozen=True)
class RelaySettings:
    """How to pass on: to ``server_port``, over ``rtt_ms`` varied by ``jitter_ms`` in all; port 0 is a free one.

    ``life_line`` as for the server.
    ``is_held`` is as that of ``ServerSettings``.
    """

    server_port: int
    rtt_ms: float
    jitter_ms: float = 0.0
    seed: int = 0
    cpu: int | None = None
    port: int = 0
    life_line: int | None = None
    is_held: bool = False

    def to_argument(self) -> str:
        """The settings as one argument."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_argument(cls, argument: str) -> RelaySettings:
        """The settings that ``to_argument`` wrote."""
        return cls(**json.loads(argument))

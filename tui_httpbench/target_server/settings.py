"""What the embedded target's processes are told when they start: one JSON argument each."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from tui_httpbench.plan.scenario import LOOPBACK, Capacity, Scenario, ServiceTime


@dataclass(frozen=True)
class ServerSettings:
    """How to serve: ``cpu`` is the one that all threads are to run on, None any; port 0 is a free one."""

    cpu: int | None = None
    port: int = 0
    scenario: Scenario = LOOPBACK

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
        return cls(told["cpu"], told["port"], Scenario(**knobs))


@dataclass(frozen=True)
class RelaySettings:
    """How to pass on: to ``server_port``, over ``rtt_ms`` varied by ``jitter_ms`` in all; port 0 is a free one."""

    server_port: int
    rtt_ms: float
    jitter_ms: float = 0.0
    seed: int = 0
    cpu: int | None = None
    port: int = 0

    def to_argument(self) -> str:
        """The settings as one argument."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_argument(cls, argument: str) -> RelaySettings:
        """The settings that ``to_argument`` wrote."""
        return cls(**json.loads(argument))

"""The machine that a run took place on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """Interpreter and version of the app itself, the system in words, and how many processors it has.

    ``cpu`` is the model of the processors, empty where the system does not tell.
    """

    python: str
    platform: str
    cpu_count: int
    cpu: str = ""

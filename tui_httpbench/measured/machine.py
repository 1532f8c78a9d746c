"""The machine that a run took place on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """Interpreter and version of the app itself, the system in words, and how many processors it has."""

    python: str
    platform: str
    cpu_count: int

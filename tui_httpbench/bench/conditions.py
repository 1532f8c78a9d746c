"""The machine's state during a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RunConditions:
    """What the machine did beside measuring; None where the system does not tell.

    ``pinning`` says in words where worker and target ran. ``other_cpu_share`` is the share (0 to 1) of all processors
    that other processes used during the run. ``governor`` is the worker's processor's frequency governor.
    """

    pinning: str
    governor: str | None = None
    other_cpu_share: float | None = None

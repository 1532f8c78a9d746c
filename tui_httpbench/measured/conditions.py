"""What the machine did beside measuring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RunConditions:
    """What the machine did beside measuring; None where the system does not tell.

    ``pinning`` says in words where worker and target ran. ``other_cpu_share`` is the share (0 to 1) of all processors
    that other processes used during the run. ``governor`` is the worker's processor's frequency governor; if the
    worker is not pinned, all governors of the processors that it may use, with commas between them. ``asleep_s`` is
    how long the machine was suspended meanwhile, in seconds.
    """

    pinning: str
    governor: str | None = None
    other_cpu_share: float | None = None
    asleep_s: float | None = None

"""How much a mode does in a round, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AUTO: Literal["auto"] = "auto"
Duration = float | Literal["auto"]


@dataclass(frozen=True)
class Load:
    """What a mode does in a round: ``requests`` of them, as many as ``duration_s`` measured seconds hold, or both.

    With both, whole batches of ``requests`` are sent until the seconds are over. ``duration_s`` may be ``auto``: how
    many seconds it comes to is found out before the first round.
    """

    requests: int | None
    duration_s: Duration | None

    @property
    def is_timed(self) -> bool:
        """Whether seconds end it."""
        return self.duration_s is not None

    @property
    def is_automatic(self) -> bool:
        """Whether its seconds are found out by the run."""
        return self.duration_s == AUTO

    @property
    def repeats_batches(self) -> bool:
        """Whether whole batches of ``requests`` are sent until ``duration_s`` is over."""
        return self.requests is not None and self.is_timed

    @property
    def exact_requests(self) -> int | None:
        """How many requests it is exactly, None where seconds decide."""
        return None if self.is_timed else self.requests

    def seconds(self, found_s: float | None = None) -> float | None:
        """How many seconds it lasts, None where its requests decide; ``found_s`` stands in for automatic ones."""
        return found_s if self.duration_s == AUTO else self.duration_s

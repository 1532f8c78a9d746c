"""All that a sweep brings to light: what each of its points measured."""

from __future__ import annotations

from dataclasses import dataclass

from tui_httpbench.measured.measured import Measured


@dataclass(frozen=True)
class MeasuredSweep:
    """What the points of a sweep have measured so far, each a run of its own, in the order of the plan's points.

    ``whole`` is what holds for all of them: the plan with the sweep, name, id, when it began and ended, and how; it has
    no rounds of its own. A point that was not reached has none either.
    """

    whole: Measured
    points: tuple[Measured, ...]

    @property
    def has_requests(self) -> bool:
        """Whether a request was measured at any point, so that the sweep is worth keeping."""
        return any(point.has_requests for point in self.points)

    @property
    def has_samples(self) -> bool:
        """Whether the single requests of all points are kept still."""
        return all(point.remains is None for point in self.points)

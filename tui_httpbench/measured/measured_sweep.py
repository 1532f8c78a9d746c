"""All that a sweep brings to light: what each of its points measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui_httpbench.measured.measured import Measured


@dataclass(frozen=True)
class MeasuredSweep:
    """What the points of a sweep have measured so far, each a run of its own, in the order of the plan's points.

    ``whole`` is what holds for all of them: the plan with the sweep, name, id, when it began and ended, and how; it has
    no rounds of its own. A point that was not reached has none either.
    """

    whole: Measured
    points: tuple[Measured, ...]

    def ended(self, whole: Measured) -> MeasuredSweep:
        """The sweep with what holds for all of it now that it is over; points that were not reached end with it."""
        points = (replace(point, ended_at=point.ended_at or whole.ended_at) for point in self.points)
        return MeasuredSweep(whole, tuple(points))

    @property
    def has_requests(self) -> bool:
        """Whether a request was measured at any point, so that the sweep is worth keeping."""
        return any(point.has_requests for point in self.points)

    @property
    def has_samples(self) -> bool:
        """Whether the single requests of all points are kept still."""
        return all(point.remains is None for point in self.points)

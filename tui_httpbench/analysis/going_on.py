"""Why a run that has ended can't go on, so that its further rounds would count together with the first ones."""

from __future__ import annotations

from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.text.formatting import enumerate_names

NO_SAMPLES = "The history has dropped this run's single requests, so no rounds can be added; r runs it again."
NO_ROUND = "No round of this run was finished, so none can be added; r runs it again."
LONE_MODE = "This run has one mode, so more rounds would decide nothing; e adds another."
NOTHING_KEPT = "No rounds can be added to this run; r runs it again."


def why_no_more_rounds(measured: Measured | None) -> str:
    """Why more rounds of a run can't be made, or would tell nothing, in a sentence; empty where they can."""
    if measured is None:
        return NOTHING_KEPT
    if len(measured.plan.modes) < 2:
        return LONE_MODE
    if not any(record.outcome == "complete" for record in measured.records):
        return NO_ROUND
    return why_other_requests(measured)


def why_no_more_of_sweep(measured: MeasuredSweep | None) -> str:
    """The same of a sweep, whose rounds narrow the intervals of a single mode as well."""
    if measured is None:
        return NOTHING_KEPT
    if not any(record.outcome == "complete" for point in measured.points for record in point.records):
        return NO_ROUND
    return next(filter(None, (why_other_requests(point) for point in measured.points if point.records)), "")


def why_other_requests(measured: Measured) -> str:
    """Why further rounds would lack what the ones before had, in a sentence; empty where they would not."""
    if measured.remains is not None:
        return NO_SAMPLES
    # Other requests would count as the same.
    return (
        f"This run sent what is never kept ({lost}), so no rounds can be added; e opens the form to fill it in."
        if (lost := _lost(measured))
        else ""
    )


def why_not_again(measured: Measured) -> str:
    """Why its plan does not do again what it did, in a sentence; empty where it does."""
    lost = _lost(measured)
    return f"This run sent what is never kept ({lost}); e opens the form to fill it in." if lost else ""


def _lost(measured: Measured) -> str:
    """What of the request was not kept, or not recovered, since it is a credential; empty for nothing."""
    lost = list(measured.dropped_headers)
    if measured.dropped_from_url:
        lost.insert(0, "the credentials in its URL")
    return enumerate_names(lost) if lost else ""

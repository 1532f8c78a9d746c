"""A sweep as JSON: the document of a run, whose results stand in ``sweep``, point by point."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURES, curve, retention
from tui_httpbench.analysis.sweep_pairs import PairCurve, SweepPairs
from tui_httpbench.analysis.sweep_theory import most_per_second
from tui_httpbench.analysis.sweep_words import all_round_trips, crossing_in_words, sentences_of
from tui_httpbench.report.json_report import only_finite
from tui_httpbench.report.json_report import to_dict as run_to_dict

_OF_POINTS = ("plan", "modes", "ranking", "ranking_cpu", "conclusion", "findings")


def to_dict(result: SweepResult) -> dict[str, Any]:
    """The sweep as plain lists, dictionaries, strings and finite numbers.

    The keys are those of a run; what differs between its points is empty or null on top and stands in ``sweep``.
    """
    pairs = SweepPairs(result)
    sentences = sentences_of(result, pairs)
    whole = run_to_dict(result.as_run)
    document = {
        **whole,
        "started_at": result.started_at,
        "ended_at": result.ended_at,
        "name": result.name or None,
        "stopped": result.stopped,
        "modes": [],
        "ranking": [],
        "ranking_cpu": [],
        "comparisons": [],
        "conclusion": " ".join(sentences) or None,
        "findings": [
            {"id": finding.id, "text": finding.text, "modes": list(finding.modes)} for finding in result.findings
        ],
        "warnings": [finding.text for finding in result.findings],
        "differences": [
            {"text": finding.text, "modes": list(finding.modes)} for finding in result.findings if finding.is_other_work
        ],
        "article": None,
        "scripts": [],
        "sweep": {
            "knob": result.sweep.knob,
            "sentences": list(sentences),
            "points": [_point(result, index) for index in range(len(result.points))],
            "curves": [_curve(result, lane) for lane in result.lanes],
            "crossings": [_crossing(result, pair) for pair in pairs.all_curves() if pair.changes],
        },
    }
    finite: dict[str, Any] = only_finite(document)
    return finite


def to_text(result: SweepResult) -> str:
    """``to_dict`` as indented ASCII text that ends in a line break."""
    return json.dumps(to_dict(result), indent=2, allow_nan=False) + "\n"


def parts_of(result: SweepResult) -> Iterator[str]:
    """The same in one piece."""
    yield to_text(result)


def _point(result: SweepResult, index: int) -> dict[str, Any]:
    point = result.points[index]
    document = run_to_dict(point.result)
    most = {lane: most_per_second(point.result, lane) for lane in result.lanes}
    return {
        "value": point.value,
        "number": point.number,
        **{key: document[key] for key in _OF_POINTS},
        "most_per_second": most,
    }


def _curve(result: SweepResult, lane: str) -> dict[str, Any]:
    kept = retention(result, lane)
    trips = next((each for each in all_round_trips(result) if each.lane == lane), None)
    return {
        "mode": lane,
        "figures": {
            figure.option: [
                {"value": told.value, "figure": told.figure, "interval": _bounds(told.low, told.high)}
                for told in curve(result, lane, figure)
            ]
            for figure in FIGURES
        },
        "retention": None if kept is None else kept.ratio,
        "retention_interval": None if kept is None else (kept.low, kept.high),
        "round_trips": None if trips is None else trips.trips,
        "round_trips_interval": None if trips is None else (trips.low, trips.high),
    }


def _bounds(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def _crossing(result: SweepResult, pair: PairCurve) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "text": crossing_in_words(result.sweep, pair),
        "points": [
            {
                "value": point.value,
                "ratio": point.ratio,
                "ratio_interval": (point.low, point.high),
                "faster": {"first": pair.first, "second": pair.second}.get(point.standing),
            }
            for point in pair.points
        ],
    }

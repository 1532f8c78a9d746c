"""Two runs compared, as JSON: strict, with null for what could not be compared; keys may be added, none changes."""

from __future__ import annotations

import json
import math
from typing import Any

from tui_httpbench.analysis.compared_run import ComparedRun, LaneTimes
from tui_httpbench.analysis.comparison_rows import conclusion, notes
from tui_httpbench.analysis.run_comparison import LaneComparison, RunComparison

KIND = "comparison"
SCHEMA_VERSION = 1


def to_dict(comparison: RunComparison) -> dict[str, Any]:
    """The comparison as plain lists, dictionaries, strings and finite numbers."""
    return {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "old": _run(comparison.old),
        "new": _run(comparison.new),
        "relative_to": comparison.relative_to or None,
        "same_within": comparison.same_within,
        "differences": [
            {"id": each.id, "title": each.title, "old": each.old or None, "new": each.new or None, "kind": each.kind}
            for each in comparison.differences
        ],
        "lanes": [_lane(comparison, lane) for lane in comparison.lanes],
        "only_old": list(comparison.only_old),
        "only_new": list(comparison.only_new),
        "conclusion": conclusion(comparison),
        "notes": list(notes(comparison)),
        "gate": _gate(comparison),
    }


def to_text(comparison: RunComparison) -> str:
    """``to_dict`` as indented ASCII text that ends in a line break."""
    return json.dumps(to_dict(comparison), indent=2, allow_nan=False) + "\n"


def _run(run: ComparedRun) -> dict[str, Any]:
    return {
        "source": run.source,
        "name": run.name or None,
        "started_at": run.started_at,
        "schema_version": run.schema,
    }


def _lane(comparison: RunComparison, lane: LaneComparison) -> dict[str, Any]:
    interval = lane.interval
    has_bounds = interval is not None and math.isfinite(interval.high)
    return {
        "label": lane.label,
        "old": _times(lane.old),
        "new": _times(lane.new),
        "ratio": interval.ratio if interval is not None else None,
        "ratio_interval": [interval.low, interval.high] if interval is not None and has_bounds else None,
        "verdict": lane.verdict if interval is not None else None,
        "text": comparison.in_words(lane),
    }


def _times(lane: LaneTimes) -> dict[str, Any]:
    return {
        "ok_per_second": lane.ok_per_second,
        "ms_per_request": None if lane.request_s is None else lane.request_s * 1e3,
        "rounds": len(lane.rounds),
    }


def _gate(comparison: RunComparison) -> dict[str, Any] | None:
    if comparison.gate is None:
        return None
    return {
        "percent": round(comparison.gate * 100, 9),
        "passed": comparison.passes,
        "lanes": [{"label": each.label, "verdict": each.verdict, "text": each.in_words} for each in comparison.judged],
    }

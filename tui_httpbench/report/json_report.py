"""The result as JSON: strict, with null for what was not measured; keys may be added, none changes."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict
from typing import Any

from tui_httpbench.analysis.article import PUBLISHED_REQUESTS, TITLE, compare_with_article
from tui_httpbench.analysis.changes import Change, changes_of
from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.erratic import without_place
from tui_httpbench.analysis.pairs import Pair, judge, pairs_of
from tui_httpbench.analysis.result import ModeSummary, Rank, Result
from tui_httpbench.analysis.scripts import first_to_finish
from tui_httpbench.analysis.start_cost import start_cost
from tui_httpbench.analysis.summary import LACKS_BODY
from tui_httpbench.analysis.time_parts import TimeParts, time_parts
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.clients.entrants import entrant_of, lane_of, mode_of
from tui_httpbench.measured.measured import DROPPED_BODY
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.fields import fields_of
from tui_httpbench.plan.plan import AUTO
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.worker.errors import ERROR_KINDS

SCHEMA_VERSION = 2
_BODIES = ("data", "json_body")
_UNTOLD = ("label", "versions")


def to_dict(result: Result, against: Against = USUAL, only: Collection[str] | None = None) -> dict[str, Any]:
    """The result as plain lists, dictionaries, strings and finite numbers.

    Times end in their unit; ``ratio`` is a mode's time over the winner's. Values of secret headers are masked.
    ``against`` is what lanes are compared with one by one. With ``only``, these keys alone are worked out.
    """
    used = {mode_of(label).id for label in result.plan.modes}
    parts: dict[str, Callable[[], Any]] = {
        "schema_version": lambda: SCHEMA_VERSION,
        "started_at": lambda: result.started_at,
        "ended_at": lambda: result.ended_at,
        "name": lambda: result.name or None,
        "target": lambda: "embedded" if result.plan.request.uses_embedded_target else "url",
        "stopped": lambda: result.stopped,
        "plan": lambda: _plan(result),
        "environment": lambda: {**asdict(result.environment), "variants": _variants(result)},
        "modes": lambda: [_mode(result, summary) for summary in result.modes],
        "ranking": lambda: [_rank(result, rank) for rank in result.ranking],
        "ranking_cpu": lambda: [_rank(result, rank) for rank in result.ranking_cpu],
        "comparisons": lambda: [_pair(pair) for pair in pairs_of(result, against)],
        "gate": lambda: _gate(result, against),
        "conclusion": lambda: conclude(result),
        "changes": lambda: [_change(change) for change in changes_of(result)],
        "scripts": lambda: [{**asdict(crossing), "text": crossing.in_words} for crossing in first_to_finish(result)],
        "findings": lambda: [asdict(finding) for finding in result.findings],
        "warnings": lambda: list(result.warnings),
        "differences": lambda: [{"text": each.text, "modes": each.modes} for each in result.differences],
        "sweep": lambda: None,
        "hosts": lambda: None,
        "article": lambda: _article(result),
        "client_files": lambda: [
            {"file": own.path.name, "sha256": own.sha256, "modes": [mode.id for mode in own.modes if mode.id in used]}
            for own in result.own_files
        ],
    }
    document = {key: part() for key, part in parts.items() if only is None or key in only}
    finite: dict[str, Any] = only_finite(document)
    return finite


def to_text(result: Result, against: Against = USUAL) -> str:
    """``to_dict`` as indented ASCII text that ends in a line break."""
    return json.dumps(to_dict(result, against), indent=2, allow_nan=False) + "\n"


def parts_of(result: Result, against: Against = USUAL) -> Iterator[str]:
    """The same in one piece."""
    yield to_text(result, against)


def _plan(result: Result) -> dict[str, Any]:
    plan = result.plan
    return {
        **{field.told: field.value_in(plan) for field in fields_of("request", "plan") if field.name not in _BODIES},
        "url": result.url,
        "body_bytes": _body_bytes(result),
        "variants": {variant.label: variant.in_words for variant in plan.variants},
        "sweep": None if plan.sweep is None else plan.sweep.text,
        "rounds": plan.rounds if plan.rounds == AUTO else plan.max_rounds,
        "headers": [list(header) for header in plan.masked_headers],
        "duration_s": plan.load.seconds(result.duration_s),
        "duration": plan.duration_s,
        "profile": plan.profile,
        "scenario": (
            {"name": plan.scenario.name, **plan.scenario.knobs} if plan.request.uses_embedded_target else None
        ),
    }


def _body_bytes(result: Result) -> int | None:
    """How long the body of a request was; None where the history has not kept it."""
    kept = result.plan.request.body_bytes
    is_dropped = any(
        (finding.id == "credentials-left-out" and DROPPED_BODY in finding.text)
        or (finding.id == "samples-dropped" and LACKS_BODY in finding.text)
        for finding in result.findings
    )
    return None if is_dropped and not kept else kept


def _rank(result: Result, rank: Rank) -> dict[str, Any]:
    """A place, null where there is none; of the interval, so is a bound that is infinite."""
    interval = rank.interval
    # A mode without a successful request stands in the list, but has no place; nor has one that failed without rivals.
    has_place = result.mode(rank.mode).ok > 0 and any(other.ratio is not None for other in result.ranking)
    has_place = has_place and rank.mode not in without_place(result)
    is_winner = interval is not None and rank.verdict is None
    bounds = None if interval is None else (1.0, 1.0) if is_winner else (interval.low, interval.high)
    return {
        "rank": rank.rank if has_place else None,
        "label": rank.label if has_place else None,
        "mode": rank.mode,
        "ratio": rank.ratio,
        "ratio_interval": bounds,
        "verdict": rank.verdict,
        "verdict_next": rank.verdict_next,
        "tied_with": rank.tied_with,
        "clean": rank.clean,
        "other_work": result.does_other_work(rank.mode),
    }


def _article(result: Result) -> dict[str, Any] | None:
    """The run beside the article; null where it did not measure in the article's way."""
    comparison = compare_with_article(result)
    if comparison is None:
        return None
    rows = [{**asdict(row), "label": row.label} for row in comparison.rows]
    return {**asdict(comparison), "title": TITLE, "requests": PUBLISHED_REQUESTS, "rows": rows}


def _mode(result: Result, summary: ModeSummary) -> dict[str, Any]:
    records = [record for record in result.records if record.mode == summary.mode]
    setups = [record.setup for record in records if record.setup is not None]
    return {
        "id": summary.mode,
        "library": summary.library,
        "variant": entrant_of(summary.mode).variant or None,
        "requests": summary.requests,
        "ok": summary.ok,
        "errors": summary.errors,
        "error_texts": [asdict(error) for error in summary.error_texts],
        "statuses": {str(status): count for status, count in summary.statuses.items()},
        "elapsed_s": list(summary.elapsed_s),
        "round_requests": [record.requests for record in records if record.elapsed_s is not None],
        "requests_per_second": summary.requests_per_second,
        "ok_per_second": summary.ok_per_second,
        "latency_ms": asdict(summary.latency_ms) if summary.latency_ms else None,
        "body_bytes": summary.body_bytes,
        "cpu_us_per_request": summary.cpu_us_per_request,
        "peak_memory_mib": summary.peak_memory_mib,
        "import_s": statistics.median(setup.import_s for setup in setups) if setups else None,
        "build_s": statistics.median(setup.build_s for setup in setups) if setups else None,
        "start_up": _start_up(result, summary.mode),
        "time_parts_ms": None if (parts := time_parts(result, summary.mode)) is None else _parts(parts),
        "connections": summary.connections,
        "requests_per_connection": summary.requests_per_connection,
        "settings": result.settings.get(lane_of(summary.mode), {}),
        "http_version": result.http_versions.get(lane_of(summary.mode)),
        "packages": result.packages.get(lane_of(summary.mode), {}),
        "runtime": asdict(runtime) if (runtime := result.runtimes.get(lane_of(summary.mode))) else None,
        "rounds_done": summary.rounds_done,
        "note": summary.note or None,
        "rounds": [_round(record) for record in records],
    }


def _parts(parts: TimeParts) -> dict[str, float | None]:
    """What the mean latency is made of, in milliseconds, null where a part is not known."""
    told = {name: value for name, value in asdict(parts).items() if name not in ("is_alone", "overlapping")}
    return {**told, "other": parts.other}


def _change(change: Change) -> dict[str, Any]:
    pair = _pair(change.pair)
    return {
        "before": change.before,
        "after": change.after,
        "deed": change.deed,
        **{key: pair[key] for key in ("ratio", "ratio_interval", "verdict")},
        "text": change.in_words,
    }


def _start_up(result: Result, mode_id: str) -> dict[str, Any] | None:
    """What the mode pays once, in seconds; null where no round tells."""
    cost = start_cost(result, mode_id)
    if cost is None:
        return None
    return {**{key: value for key, value in asdict(cost).items() if key != "totals_s"}, "total_s": cost.total_s}


def _pair(pair: Pair) -> dict[str, Any]:
    interval = pair.interval
    return {
        "label": pair.label,
        "reference": pair.reference,
        "ratio": None if interval is None else interval.ratio,
        "ratio_interval": None if interval is None else (interval.low, interval.high),
        "verdict": pair.verdict,
        "more_rounds": None if pair.further is None else pair.further.rounds,
        "text": pair.in_words,
    }


def _gate(result: Result, against: Against) -> dict[str, Any] | None:
    """What --fail-if-slower says; null where it was not given."""
    if against.gate is None:
        return None
    judged = judge(result, against)
    return {
        "percent": round(against.gate * 100, 9),
        "passed": all(each.passes for each in judged),
        "pairs": [
            {
                "label": each.pair.label,
                "reference": each.pair.reference,
                "verdict": each.verdict,
                "more_rounds": None if each.further is None else each.further.rounds,
                "text": each.in_words,
            }
            for each in judged
        ],
    }


def _variants(result: Result) -> dict[str, dict[str, Any]]:
    labels = variant_labels(result)
    return {each.label: {key: value for key, value in asdict(each).items() if key not in _UNTOLD} for each in labels}


def _round(record: RoundRecord) -> dict[str, Any]:
    setup = record.setup
    return {
        "round": record.round,
        "group": record.group,
        "outcome": record.outcome,
        "reason": record.reason or None,
        "requests": record.requests,
        "failed": record.failed,
        "elapsed_s": record.elapsed_s,
        "cpu_s": record.cpu_s,
        "peak_memory_mib": None if record.peak_memory_bytes is None else record.peak_memory_bytes / 2**20,
        "connections": record.connections,
        "target_cpu_s": record.target_cpu_s,
        "import_s": setup.import_s if setup else None,
        "build_s": setup.build_s if setup else None,
        "warmup": [
            {
                "latency_ms": request.latency_ms,
                "status": request.status if request.status > 0 else None,
                "error": ERROR_KINDS[-request.status - 1] if request.status < 0 else None,
            }
            for request in (setup.warmup if setup else ())
        ],
    }


def only_finite(value: Any) -> Any:
    """The same value with null where a number is not finite, which JSON can't say."""
    if isinstance(value, dict):
        return {key: only_finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [only_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

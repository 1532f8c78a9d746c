"""A finished round as a line of JSON, and back: read as strictly as what a user types, since files can be damaged."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, cast, get_args

from tui_httpbench.measured.records import Outcome, RoundRecord, Slice, StartUp, WarmupRequest, WorkerSetup
from tui_httpbench.measured.samples import ErrorText, SampleTally
from tui_httpbench.measured.strict_json import items, seconds, seconds_or_none, text, whole, whole_or_none
from tui_httpbench.plan.plan import MAX_REQUESTS, MAX_ROUNDS
from tui_httpbench.worker.answers import HIGHEST_STATUS, LOWEST_STATUS
from tui_httpbench.worker.errors import ERROR_KINDS

MAX_SLICES = 1_000_000
MAX_GROUPS = 200
MAX_FOREIGN = 2**60
MAX_BODY_BYTES = 2**63
MAX_RECORDED_ROUNDS = 100 * MAX_ROUNDS
"""A run that was gone on with has more than a plan may ask for."""
_OTHERWISE = ("samples", "setup", "error_texts", "slices", "counted")
"""What a record has that is not written as it is."""


def record_to_dict(record: RoundRecord) -> dict[str, Any]:
    """The record for a line of JSON, without its samples."""
    names = [field.name for field in fields(record) if field.name not in _OTHERWISE]
    return {
        **{name: getattr(record, name) for name in names},
        "requests": record.finished,
        "slices": [[part.requests, part.elapsed_s, part.cpu_s] for part in record.slices],
        "error_texts": [[error.kind, error.text, error.count] for error in record.error_texts],
        "setup": None if record.setup is None else asdict(record.setup),
    }


def record_from_dict(values: dict[str, Any]) -> tuple[RoundRecord, int]:
    """The record of such a line, and how many samples it has. Raises KeyError, TypeError, ValueError."""
    setup = values["setup"]
    outcome = text(values["outcome"])
    if outcome not in get_args(Outcome):
        raise ValueError(outcome)
    record = RoundRecord(
        mode=text(values["mode"]),
        round=whole(values["round"], 1, MAX_RECORDED_ROUNDS),
        outcome=cast(Outcome, outcome),
        elapsed_s=seconds_or_none(values["elapsed_s"]),
        cpu_s=seconds_or_none(values["cpu_s"]),
        peak_memory_bytes=whole_or_none(values["peak_memory_bytes"], 2**60),
        error_texts=tuple(_error_text(*error) for error in items(values["error_texts"])),
        hung_requests=whole(values["hung_requests"], 0, MAX_REQUESTS),
        setup=None if setup is None else setup_from_dict(setup),
        wall_s=seconds(values["wall_s"]),
        connections=whole_or_none(values["connections"], 2**60),
        target_cpu_s=seconds_or_none(values["target_cpu_s"]),
        reason=text(values["reason"]),
        group=whole(values["group"], 0, MAX_GROUPS),
        foreign_requests=whole(values.get("foreign_requests", 0), 0, MAX_FOREIGN),
        lead_ins=whole(values.get("lead_ins", 0), 0, MAX_REQUESTS),
        timed_connections=whole_or_none(values.get("timed_connections"), 2**60),
        held_s=seconds_or_none(values.get("held_s")),
        cpu_wait_s=seconds_or_none(values.get("cpu_wait_s")),
        slices=tuple(_slice(*part) for part in items(values["slices"], MAX_SLICES)),
    )
    return record, whole(values["requests"], 0, MAX_REQUESTS)


def tally_to_dict(tally: SampleTally) -> dict[str, Any]:
    """What samples add up to, for JSON."""
    return {**asdict(tally), "statuses": [[status, count] for status, count in tally.statuses.items()]}


def tally_from_dict(values: dict[str, Any]) -> SampleTally:
    """The same, read back. Raises KeyError, TypeError, ValueError."""
    errors = {text(kind): whole(count, 0, MAX_REQUESTS) for kind, count in values["errors"].items()}
    statuses = {
        whole(status, LOWEST_STATUS, HIGHEST_STATUS): whole(count, 0, MAX_REQUESTS)
        for status, count in items(values["statuses"])
    }
    if unknown := errors.keys() - set(ERROR_KINDS):
        raise ValueError(unknown)
    requests = whole(values["requests"], 0, MAX_REQUESTS)
    ok = whole(values["ok"], 0, requests)
    if sum(errors.values()) != requests - ok:
        raise ValueError("counts that do not add up")
    return SampleTally(requests, ok, errors, statuses, whole(values["body_bytes"], 0, MAX_BODY_BYTES))


def _slice(requests: object, elapsed_s: object, cpu_s: object) -> Slice:
    return Slice(whole(requests, 0, MAX_REQUESTS), seconds(elapsed_s), seconds(cpu_s))


def setup_from_dict(values: dict[str, Any]) -> WorkerSetup:
    """What a worker told of itself. Raises KeyError, TypeError, ValueError."""
    return WorkerSetup(
        python=text(values["python"]),
        import_s=seconds(values["import_s"]),
        build_s=seconds(values["build_s"]),
        warmup=tuple(_warmup(request) for request in items(values["warmup"])),
        build_cpu_s=seconds_or_none(values.get("build_cpu_s")),
        start=None if values.get("start") is None else _start_up(values["start"]),
    )


def _start_up(values: dict[str, Any]) -> StartUp:
    return StartUp(seconds(values["interpreter_s"]), seconds(values["import_s"]), seconds_or_none(values["cold_s"]))


def _warmup(values: dict[str, Any]) -> WarmupRequest:
    return WarmupRequest(
        latency_ms=seconds(values["latency_ms"]),
        status=whole(values["status"], -len(ERROR_KINDS), HIGHEST_STATUS),
        cpu_ms=seconds_or_none(values["cpu_ms"]),
    )


def _error_text(kind: object, what: object, count: object) -> ErrorText:
    if kind not in ERROR_KINDS:
        raise ValueError(kind)
    return ErrorText(str(kind), text(what), whole_or_none(count, MAX_REQUESTS))

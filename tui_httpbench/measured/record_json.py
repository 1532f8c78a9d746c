"""A finished round as a line of JSON, and back: read as strictly as what a user types, since files can be damaged."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, cast, get_args

from tui_httpbench.measured.records import Outcome, RoundRecord, Slice, WarmupRequest, WorkerSetup
from tui_httpbench.measured.samples import MAX_STATUS, ErrorText
from tui_httpbench.plan.plan import MAX_REQUESTS, MAX_ROUNDS
from tui_httpbench.text.quoting import shortened
from tui_httpbench.worker.errors import ERROR_KINDS

MAX_SECONDS = 1e9
MAX_TEXT_LENGTH = 1_000
MAX_TEXTS = 1_000
MAX_SLICES = 1_000_000
MAX_GROUPS = 200
MAX_RECORDED_ROUNDS = 100 * MAX_ROUNDS
"""A run that was gone on with has more than a plan may ask for."""


def record_to_dict(record: RoundRecord) -> dict[str, Any]:
    """The record for a line of JSON, without its samples."""
    names = [field.name for field in fields(record) if field.name not in ("samples", "setup", "error_texts", "slices")]
    return {
        **{name: getattr(record, name) for name in names},
        "requests": len(record.samples),
        "slices": [[part.requests, part.elapsed_s, part.cpu_s] for part in record.slices],
        "error_texts": [[error.kind, error.text, error.count] for error in record.error_texts],
        "setup": None if record.setup is None else asdict(record.setup),
    }


def record_from_dict(values: dict[str, Any]) -> tuple[RoundRecord, int]:
    """The record of such a line, and how many samples it has. Raises KeyError, TypeError, ValueError."""
    setup = values["setup"]
    outcome = _text(values["outcome"])
    if outcome not in get_args(Outcome):
        raise ValueError(outcome)
    record = RoundRecord(
        mode=_text(values["mode"]),
        round=_whole(values["round"], 1, MAX_RECORDED_ROUNDS),
        outcome=cast(Outcome, outcome),
        elapsed_s=_seconds_or_none(values["elapsed_s"]),
        cpu_s=_seconds_or_none(values["cpu_s"]),
        peak_memory_bytes=_whole_or_none(values["peak_memory_bytes"], 2**60),
        error_texts=tuple(_error_text(*error) for error in _list(values["error_texts"])),
        hung_requests=_whole(values["hung_requests"], 0, MAX_REQUESTS),
        setup=None if setup is None else _setup(setup),
        wall_s=_seconds(values["wall_s"]),
        connections=_whole_or_none(values["connections"], 2**60),
        target_cpu_s=_seconds_or_none(values["target_cpu_s"]),
        reason=_text(values["reason"]),
        group=_whole(values["group"], 0, MAX_GROUPS),
        slices=tuple(_slice(*part) for part in _list(values["slices"], MAX_SLICES)),
    )
    return record, _whole(values["requests"], 0, MAX_REQUESTS)


def _slice(requests: object, elapsed_s: object, cpu_s: object) -> Slice:
    return Slice(_whole(requests, 0, MAX_REQUESTS), _seconds(elapsed_s), _seconds(cpu_s))


def _setup(values: dict[str, Any]) -> WorkerSetup:
    packages = values["packages"]
    if not isinstance(packages, dict) or len(packages) > MAX_TEXTS:
        raise TypeError("packages")
    return WorkerSetup(
        python=_text(values["python"]),
        packages={_text(name): _text(version) for name, version in packages.items()},
        import_s=_seconds(values["import_s"]),
        build_s=_seconds(values["build_s"]),
        warmup=tuple(_warmup(request) for request in _list(values["warmup"])),
    )


def _warmup(values: dict[str, Any]) -> WarmupRequest:
    return WarmupRequest(
        latency_ms=_seconds(values["latency_ms"]),
        status=_whole(values["status"], -len(ERROR_KINDS), MAX_STATUS),
        cpu_ms=_seconds_or_none(values["cpu_ms"]),
    )


def _error_text(kind: object, text: object, count: object) -> ErrorText:
    if kind not in ERROR_KINDS:
        raise ValueError(kind)
    return ErrorText(str(kind), _text(text), _whole_or_none(count, MAX_REQUESTS))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return shortened(value, MAX_TEXT_LENGTH)


def _list(value: object, most: int = MAX_TEXTS) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise TypeError("list")
    return value


def _whole(value: object, lowest: int, highest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise ValueError("number")
    return value


def _whole_or_none(value: object, highest: int) -> int | None:
    return None if value is None else _whole(value, 0, highest)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_SECONDS:
        raise ValueError("seconds")
    return float(value)


def _seconds_or_none(value: object) -> float | None:
    return None if value is None else _seconds(value)

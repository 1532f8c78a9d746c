"""Runs whose app was killed: what they had measured, made into a result."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.run_folder import (
    FORMAT,
    LOCK_FILE,
    ROUNDS_FILE,
    RUN_FILE,
    all_folders,
    holds_foreign_files,
    remove_folder,
    sample_files,
)
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.record_json import record_from_dict
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import ErrorText, Samples, load_samples, measured_span_s, no_samples
from tui_httpbench.plan.plan import MAX_HEADERS, Plan, parse_seed, parse_url
from tui_httpbench.plan.stored import plan_from_dict
from tui_httpbench.text.formatting import enumerate_names, plural
from tui_httpbench.text.quoting import printable, shortened

MAX_KEPT = 5
MAX_AGE_S = 30 * 86_400.0
_NEW_S = 2.0
MAX_RUN_FILE_BYTES = 16_000_000
MAX_ROUNDS_FILE_BYTES = 500_000_000
_MODE_ID = re.compile(r"([a-z0-9-]+)(#[1-9]\d{0,3})?", re.ASCII)
_UNREADABLE = (OSError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


class RecoveryError(OSError):
    """An interrupted run can't be read; the text is one sentence for the user."""


@dataclass(frozen=True)
class InterruptedRun:
    """What can be recovered: ``requests`` are finished ones, ``ended_s`` is when it was last heard of (Unix time)."""

    folder: Path
    plan: Plan
    url: str
    requests: int
    ended_s: float

    @property
    def in_words(self) -> str:
        """Its size and age: ``8 modes, 1,234 requests measured, 3 minutes ago``."""
        age_s = max(0.0, time.time() - self.ended_s)
        return f"{plural(len(self.plan.modes), 'mode')}, {plural(self.requests, 'request')} measured, {_ago(age_s)}"


def find_interrupted_runs() -> list[InterruptedRun]:
    """The runs that can be recovered, the latest first; those of living apps are left alone.

    Removes what nobody will miss: runs that measured nothing, those older than ``MAX_AGE_S``, and all but the latest
    ``MAX_KEPT``.
    """
    found: list[InterruptedRun] = []
    for folder in all_folders():
        if (run := _look_into(folder)) is None:
            continue
        if run.requests and time.time() - run.ended_s <= MAX_AGE_S:
            found.append(run)
        else:
            discard(folder)
    found.sort(key=lambda run: -run.ended_s)
    for run in found[MAX_KEPT:]:
        discard(run.folder)
    return found[:MAX_KEPT]


def recover(folder: Path) -> Result:
    """What the run in this folder had measured, as that of a stopped run. Raises RecoveryError.

    A round that was under way counts with the requests that it had finished.
    """
    try:
        told = _read_run(folder)
        plan = _plan_of(told)
        records = _read_records(folder, plan)
        result = summarize_run(
            Measured(plan, told["url"], records, stopped=True, conditions=RunConditions(told["pinning"]))
        )
        warnings = [
            "This run was interrupted and has been recovered: the requests that were under way are missing, and so are "
            "the clients' settings and the check that all do the same work."
        ]
        if told["secret_headers"]:
            warnings.append(
                f"Its plan lacks {enumerate_names([str(name) for name in told['secret_headers']])}, since credentials "
                "are not stored; add them before you run it again."
            )
    except _UNREADABLE as error:
        why = shortened(printable(str(error)), 200)
        raise RecoveryError(f"The interrupted run in {folder} can't be recovered ({why}).") from error
    return replace(result, trouble=warnings[0], warnings=(*warnings, *result.warnings))


def discard(folder: Path) -> None:
    """Removes an interrupted run for good."""
    remove_folder(folder)


def _is_alive(folder: Path) -> bool:
    """Whether the app that made it lives; also where that can't be found out."""
    if not (folder / LOCK_FILE).exists():
        return False
    try:
        FileLock(folder / LOCK_FILE).release()
    except OSError:
        return True
    return False


def _last_change_s(folder: Path) -> float:
    """When the folder or one of its files was last written, in Unix time."""
    times = [0.0]
    for path in (folder, *folder.iterdir()):
        try:
            times.append(path.stat().st_mtime)
        except OSError:
            continue  # its app removes it just now
    return max(times)


def _look_into(folder: Path) -> InterruptedRun | None:
    """What the folder of a dead app holds; None while the app lives, and where there is nothing to read."""
    try:
        ended_s = _last_change_s(folder)
        has_plan = (folder / RUN_FILE).exists()
        if not has_plan and time.time() - ended_s < _NEW_S:
            return None  # its app may be making it just now
        if _is_alive(folder):
            return None
        if not has_plan:
            if not holds_foreign_files(folder):
                discard(folder)
            return None
        return _read_size(folder, ended_s)
    except _UNREADABLE:
        if time.time() - _last_change_s(folder) > MAX_AGE_S:
            discard(folder)
        return None


def _read_size(folder: Path, ended_s: float) -> InterruptedRun:
    told = _read_run(folder)
    plan = _plan_of(told)
    counts = {(record.mode, record.round): count for record, count in _read_lines(folder)}
    requests = 0
    for (mode_id, round), path in sample_files(folder).items():
        if mode_id in plan.modes:
            counted = counts.get((mode_id, round))
            requests += len(_read_samples(path)[0]) if counted is None else counted
    return InterruptedRun(folder, plan, told["url"], requests, ended_s)


def _read_run(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(read_small_file(folder / RUN_FILE, MAX_RUN_FILE_BYTES))
    if told["format"] != FORMAT:
        raise ValueError(f"its format is {shortened(repr(told['format']))}, and {FORMAT} is known")
    told["url"] = parse_url(told["url"])
    told["pinning"] = printable(shortened(told["pinning"], 200))
    told["secret_headers"] = [shortened(str(name)) for name in told["secret_headers"][:MAX_HEADERS]]
    return told


def _plan_of(told: dict[str, Any]) -> Plan:
    """The plan as it was run, modes that can't run here now included."""
    modes = dict.fromkeys(mode_id for mode_id in told["modes"] if _is_known_mode(mode_id))
    return plan_from_dict(told["plan"]).replace(modes=tuple(modes), seed=parse_seed(str(told["seed"])))


def _is_known_mode(mode_id: object) -> bool:
    match = _MODE_ID.fullmatch(mode_id) if isinstance(mode_id, str) else None
    return match is not None and match[1] in MODES


def _read_lines(folder: Path) -> list[tuple[RoundRecord, int]]:
    """The finished rounds, without samples, and how many they have; a line that was cut short is left out."""
    try:
        text = read_small_file(folder / ROUNDS_FILE, MAX_ROUNDS_FILE_BYTES)
    except FileNotFoundError:
        return []
    lines = []
    for line in text.split(b"\n")[:-1]:
        try:
            lines.append(record_from_dict(json.loads(line)))
        except _UNREADABLE:
            continue  # the disk was full, or the app killed, in the middle of it
    return lines


def _read_samples(path: Path) -> tuple[Samples, tuple[ErrorText, ...]]:
    """The samples and error texts of one round; none from a file that is not whole."""
    try:
        return load_samples(path)
    except (OSError, ValueError):
        return no_samples(), ()


def _read_records(folder: Path, plan: Plan) -> tuple[RoundRecord, ...]:
    files = sample_files(folder)
    records = []
    for record, _ in _read_lines(folder):
        path = files.pop((record.mode, record.round), None)
        if path is not None and record.mode in plan.modes:
            records.append(replace(record, samples=_read_samples(path)[0]))
    for (mode_id, round), path in files.items():
        samples, error_texts = _read_samples(path)
        if mode_id in plan.modes and len(samples):
            span_s = measured_span_s(samples)
            records.append(RoundRecord(mode_id, round, "stopped", samples, span_s, error_texts=error_texts))
    return tuple(records)


def _ago(age_s: float) -> str:
    for unit, length_s in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if age_s >= length_s:
            return f"{plural(int(age_s // length_s), unit)} ago"
    return "just now"

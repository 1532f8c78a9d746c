"""What the folder of a run holds, read back as strictly as what a user types, since files can be damaged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.cluster.host_file import HostNote, read_note
from tui_httpbench.bench.run_code import read_copies
from tui_httpbench.bench.run_folder import (
    BODY_FILE,
    FORMAT,
    NOTES_FILE,
    ROUNDS_FILE,
    RUN_FILE,
    host_paths,
    point_path,
    sample_files,
)
from tui_httpbench.bench.worker_story import hung_requests
from tui_httpbench.clients.entrants import entrant_of, lane_of
from tui_httpbench.clients.own_files import OwnFile, make_known
from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.history.naming import checked_name, checked_run_id
from tui_httpbench.measured.any_measured import AnyMeasured
from tui_httpbench.measured.machine import Machine
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_hosts import Host, HostRun, MeasuredHosts
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.measured.notes_json import Notes, RoundStart, RunEnd, gather, note_from_dict
from tui_httpbench.measured.record_json import record_from_dict
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.remains import Remains
from tui_httpbench.measured.sample_file import load_samples
from tui_httpbench.measured.samples import ErrorText, Samples, measured_span_s, no_samples
from tui_httpbench.measured.strict_json import items, read_as, seconds_or_none, whole
from tui_httpbench.plan.parsing import parse_seed, parse_url
from tui_httpbench.plan.plan import MAX_HEADERS, MAX_MODES, Plan
from tui_httpbench.plan.reference import Against, compared_pairs
from tui_httpbench.plan.stored import plan_from_dict, read_variants
from tui_httpbench.text.hiding import lacks_secret
from tui_httpbench.text.quoting import printable, shortened

MAX_ROUNDS_BEFORE = 1_000_000
MAX_RUN_FILE_BYTES = 16_000_000
MAX_ROUNDS_FILE_BYTES = 500_000_000
MAX_NOTES_FILE_BYTES = 100_000_000
MAX_BODY_FILE_BYTES = 1_000_000_000
CUT_OFF = "The app that had asked for the run was gone before its end; what came back until then counts."
OF_HOSTS = "A run on many hosts is recovered without the screen: 'httpbench-tui recover' reports it."
Line = TypeVar("Line")
UNREADABLE = (OSError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What reading a file raises that is damaged, or of another version."""


class RecoveryError(OSError):
    """An interrupted run can't be read; the text is one sentence for the user."""


def sweep_of(whole: Measured, points: tuple[Measured, ...]) -> MeasuredSweep:
    """The sweep of what holds for all of it and of its points. Raises ValueError where they don't belong together."""
    sweep = whole.plan.sweep
    if sweep is None or len(points) != len(sweep.values):
        raise ValueError("its points are not those of its sweep")
    return MeasuredSweep(whole, points)


def read_any(folder: Path) -> AnyMeasured:
    """What the run, the sweep, or the run on many hosts in this folder had measured. Raises RecoveryError."""
    whole = _read(folder)
    if hosts := host_paths(folder):
        return MeasuredHosts(whole, tuple(host_run_of(path) for path in hosts))
    if whole.plan.sweep is None:
        return whole
    points = []
    for number, (_, plan) in enumerate(whole.plan.points()):
        path = point_path(folder, number)
        if (path / RUN_FILE).exists():
            points.append(_read(path))
        else:  # it was not reached
            points.append(replace(whole, plan=plan, stopped=True, trouble="", interrupted=False))
    if not whole.interrupted and any(point.interrupted for point in points) and not _has_own_end(folder):
        # It goes on with another, and something was added at a point.
        whole = replace(whole, interrupted=True, stopped=True, trouble="")
    return sweep_of(whole, tuple(points))


def host_run_of(folder: Path, note: HostNote | None = None) -> HostRun:
    """What came from a host, as far as it can be read; ``note`` is what is known of the host, else its file tells.

    Never raises: what other hosts measured is to be read all the same.
    """
    try:
        note = note or read_note(folder)
    except UNREADABLE:
        note = HostNote(Host(folder.name)).in_trouble("What was known of this host can't be read.")
    measured = None
    if (folder / RUN_FILE).exists():
        try:
            measured = _read(folder)
        except RecoveryError:
            note = note.in_trouble("What came from it can't be read.")
    if measured is not None:
        if measured.interrupted:
            note = note.in_trouble(CUT_OFF, of_all=True)
            # Nothing was recovered there: it ended for the reason that the host's note tells.
            measured = replace(measured, interrupted=False, trouble=note.trouble)
        note = note.in_trouble(measured.trouble) if measured.trouble else note
    return HostRun(note.host, measured, note.notes, note.trouble, note.ended_with_all)


def recover(folder: Path) -> Result:
    """The result of what the run in this folder had measured. Raises RecoveryError."""
    return summarize_run(read_measured(folder))


def read_measured(folder: Path) -> Measured:
    """What the run in this folder had measured; interrupted, unless it had ended.

    A round that was under way counts with the requests that it had finished. Raises RecoveryError, as for a sweep.
    """
    measured = _read(folder)
    if measured.plan.sweep is not None:
        raise RecoveryError("A sweep is recovered without the screen: 'httpbench-tui recover' reports it.")
    if host_paths(folder):
        raise RecoveryError(OF_HOSTS)
    return measured


def _read(folder: Path) -> Measured:
    try:
        told = read_run(folder)
        own_files = read_copies(told["own_files"], folder)
        plan = plan_of(told, own_files, lambda: read_small_file(folder / BODY_FILE, MAX_BODY_FILE_BYTES))
        notes = _notes_of(folder)
        records = _read_records(folder, plan, notes)
        if notes.end is None and (end := _end_of_earlier(notes, records)) is not None:
            records = tuple(record for record in records if record.round <= plan.rounds_before)
        else:
            end = notes.end or RunEnd(True, "", _time_of_day(last_change_s(folder)), interrupted=True)
        return measured_of(told, plan, replace(notes, end=end), records, own_files)
    except PermissionError as error:
        raise RecoveryError(why_closed(folder)) from error
    except UNREADABLE as error:
        why = shortened(printable(str(error)), 200)
        raise RecoveryError(f"The interrupted run in {folder} can't be recovered ({why}).") from error


def _end_of_earlier(notes: Notes, records: Iterable[RoundRecord]) -> RunEnd | None:
    """How the run ended that this one goes on with, where not a request was added to it; else None."""
    earlier = notes.earlier
    if earlier is None or any(record.round > earlier.rounds and record.requests for record in records):
        return None
    return RunEnd(earlier.stopped, earlier.trouble, earlier.ended_at, earlier.interrupted)


def measured_of(
    told: dict[str, Any],
    plan: Plan,
    notes: Notes,
    records: tuple[RoundRecord, ...],
    own_files: tuple[OwnFile, ...],
    remains: Remains | None = None,
) -> Measured:
    """What was measured, out of what was told of a run that has ended. Raises KeyError, TypeError, ValueError."""
    end = notes.end
    if end is None:
        raise ValueError("its end is missing")
    probed = set(map(lane_of, plan.modes))
    durations = [start.duration_s for start in notes.starts.values() if start.duration_s is not None]
    return Measured(
        plan=plan,
        url=told["url"],
        records=records,
        stopped=end.stopped,
        probes=tuple(probe for probe in notes.probes if probe.mode in probed),
        conditions=notes.conditions,
        trouble=end.trouble,
        started_at=told["started_at"],
        ended_at=_checked_time(end.ended_at),
        duration_s=durations[-1] if durations else told["duration_s"],
        interrupted=end.interrupted,
        dropped_headers=tuple(told["dropped_headers"]),
        dropped_from_url=told["dropped_from_url"],
        machine=told["machine"],
        against=_against_of(told, plan),
        own_files=own_files,
        name=told["name"],
        run_id=told["run_id"],
        in_history=told["in_history"],
        remains=remains,
    )


def _against_of(told: dict[str, Any], plan: Plan) -> Against:
    """What its lanes are compared with; as is usual where an older program did not write it down. Raises ValueError."""
    against = read_as(Against, told.get("against", {}))
    compared_pairs(plan, against.reference)
    return against


def why_closed(folder: Path) -> str:
    """What a person can do about a run that lacks permissions, in a sentence."""
    shown = printable(str(folder))
    return f"The interrupted run in {shown} can't be read; 'chmod -R u+rwX' with that folder lets it be recovered."


def last_change_s(folder: Path) -> float:
    """When the folder or one of its files was last written, in Unix time."""
    times = [0.0]
    for path in (folder, *folder.iterdir()):
        try:
            times.append(path.stat().st_mtime)
        except OSError:
            continue  # its app removes it just now
    return max(times)


def read_run(folder: Path) -> dict[str, Any]:
    """What ``run.json`` says of the run. Raises OSError, and what damaged values do (``UNREADABLE``)."""
    told: dict[str, Any] = json.loads(read_small_file(folder / RUN_FILE, MAX_RUN_FILE_BYTES))
    return checked(told)


def checked(told: dict[str, Any]) -> dict[str, Any]:
    """What ``run.json`` says, with its values checked. Raises what damaged values do (``UNREADABLE``)."""
    if told["format"] != FORMAT:
        raise ValueError(f"its format is {shortened(repr(told['format']))}, and {FORMAT} is known")
    told["url"] = parse_url(told["url"])
    told["machine"] = read_as(Machine, told["machine"])
    told["started_at"] = _checked_time(told["started_at"])
    told["duration_s"] = seconds_or_none(told["duration_s"])
    for name in ("rounds_before", "rounds_at_first"):
        told[name] = whole(told.get(name, 0), 0, MAX_ROUNDS_BEFORE)
    told["dropped_headers"] = [shortened(str(name)) for name in told["dropped_headers"][:MAX_HEADERS]]
    # What an earlier version of this program did not write has its default.
    told["name"] = checked_name(told.get("name", ""))
    told["run_id"] = checked_run_id(told.get("run_id", ""))
    told["in_history"] = bool(told.get("in_history", True))
    told["dropped_from_url"] = bool(told.get("dropped_from_url", lacks_secret(told["url"])))
    return told


def plan_of(told: dict[str, Any], own_files: tuple[OwnFile, ...], read_body: Callable[[], bytes | None]) -> Plan:
    """The plan as it was run, modes that can't run here now included; ``read_body`` gives a body that is too large.

    Raises as ``read_run``, and for unknown modes.
    """
    plan = plan_from_dict(told["plan"])
    make_known(own_files, only_new=True)
    modes = tuple(dict.fromkeys(items(told["modes"], MAX_MODES)))
    if unknown := [mode_id for mode_id in modes if not _is_known_mode(mode_id)]:
        raise ValueError(f"it measured the mode {shortened(repr(unknown[0]))}, which is not known here")
    variants = read_variants(told["plan"].get("variants", []))
    plan = plan.replace(
        modes=modes,
        variants=variants,
        seed=parse_seed(str(told["seed"])),
        rounds_before=told["rounds_before"],
        rounds_at_first=told["rounds_at_first"],
    )
    if not told["has_body_file"]:
        return plan
    body = read_body()
    if told.get("body_is_json"):
        return plan.replace(request=replace(plan.request, json_body=body))
    return plan.replace(request=replace(plan.request, data=body))


def _is_known_mode(mode_id: object) -> bool:
    try:
        return isinstance(mode_id, str) and bool(entrant_of(mode_id))
    except (KeyError, ValueError):
        return False


def read_rounds(folder: Path) -> list[tuple[RoundRecord, int]]:
    """The finished rounds, without samples, and how many they have."""
    return _read_lines(folder / ROUNDS_FILE, MAX_ROUNDS_FILE_BYTES, record_from_dict)


def has_ended(folder: Path) -> bool:
    """Whether the run was over, so that only its result was left; also one gone on with to which nothing was added.

    Raises PermissionError, and OSError.
    """
    if _has_own_end(folder):
        return True
    points = [path for path in sorted(folder.glob("point-[0-9][0-9]")) if (path / RUN_FILE).exists()]
    return all(_is_as_before(path) for path in (folder, *points))


def _has_own_end(folder: Path) -> bool:
    return _notes_of(folder).end is not None


def _notes_of(folder: Path) -> Notes:
    return gather(_read_lines(folder / NOTES_FILE, MAX_NOTES_FILE_BYTES, note_from_dict))


def _is_as_before(folder: Path) -> bool:
    """Whether a run was gone on with and has no request of a further round yet."""
    earlier = _notes_of(folder).earlier
    return earlier is not None and not any(
        number > earlier.rounds and len(_read_samples(path)[0]) for (_, number), path in sample_files(folder).items()
    )


def _read_lines(path: Path, limit_bytes: int, read: Callable[[dict[str, Any]], Line]) -> list[Line]:
    """What the lines of a file hold; one that was cut short is left out, and a missing file has none."""
    try:
        text = read_small_file(path, limit_bytes)
    except FileNotFoundError:
        return []
    lines = []
    for line in text.split(b"\n")[:-1]:
        try:
            lines.append(read(json.loads(line)))
        except UNREADABLE:
            continue  # the disk was full, or the app killed, in the middle of it
    return lines


def _read_samples(path: Path) -> tuple[Samples, tuple[ErrorText, ...]]:
    """The samples and error texts of one round; none from a file that is not whole. Raises PermissionError."""
    try:
        return load_samples(path)
    except PermissionError:
        raise
    except (OSError, ValueError):
        return no_samples(), ()


def _read_records(folder: Path, plan: Plan, notes: Notes) -> tuple[RoundRecord, ...]:
    files = sample_files(folder)
    records = []
    for record, _ in read_rounds(folder):
        path = files.pop((record.mode, record.round), None)
        if path is not None and record.mode in plan.modes:
            records.append(replace(record, samples=_read_samples(path)[0]))
    for (mode_id, number), path in files.items():
        samples, error_texts = _read_samples(path)
        if mode_id not in plan.modes:
            continue
        record = _cut_short(plan, mode_id, number, notes.of_round(mode_id, number), samples, error_texts)
        if len(samples) or record.reason or record.setup:
            records.append(record)
    return tuple(records)


def _cut_short(
    plan: Plan,
    mode_id: str,
    number: int,
    start: RoundStart | None,
    samples: Samples,
    error_texts: tuple[ErrorText, ...],
) -> RoundRecord:
    """The record of a round whose end nobody wrote down."""
    span_s = measured_span_s(samples)
    record = RoundRecord(mode_id, number, "stopped", samples, span_s, error_texts=error_texts)
    if start is None:
        return record
    outcome, reason = start.ended.get(mode_id, (record.outcome, ""))
    hung = hung_requests(plan, mode_id, len(samples)) if outcome == "hung" else 0
    setup = start.setups.get(mode_id)
    return replace(record, outcome=outcome, reason=reason, hung_requests=hung, setup=setup, group=start.group)


def _time_of_day(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s).astimezone().isoformat(timespec="seconds")


def _checked_time(text: object) -> str | None:
    """A time of day with its zone, in ISO 8601; None for what is none. Raises ValueError, TypeError."""
    if text is None:
        return None
    moment = datetime.fromisoformat(str(text))
    return None if moment.tzinfo is None else moment.isoformat(timespec="seconds")

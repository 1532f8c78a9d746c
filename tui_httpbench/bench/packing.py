"""A run as the history keeps it: a summary of some ten kilobytes, and its samples, a fifth of what they are as files.

A summary has all but the samples: it is read back as strictly as a run's folder, and holds what only samples can tell
as it was told when they were there. The samples are a ZIP archive with a member for each round, whose four columns are
written one after another, starts as differences, the bytes of equal weight side by side: so they pack well.
"""

from __future__ import annotations

import base64
import errno
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import remains_of
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.bench.run_folder import describe
from tui_httpbench.bench.run_reading import MAX_BODY_FILE_BYTES, UNREADABLE, checked, measured_of, plan_of, sweep_of
from tui_httpbench.clients.own_files import OwnFile
from tui_httpbench.clients.reading import MAX_FILE_BYTES
from tui_httpbench.measured.any_measured import AnyMeasured
from tui_httpbench.measured.measured import DROPPED_BODY, Measured
from tui_httpbench.measured.measured_hosts import Host, HostRun, MeasuredHosts
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.measured.notes_json import Note, ProbesMade, RunEnd, gather, note_from_dict, note_to_dict
from tui_httpbench.measured.record_json import record_from_dict, record_to_dict, tally_from_dict, tally_to_dict
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.remains import Remains
from tui_httpbench.measured.samples import START, STATUS, Samples
from tui_httpbench.measured.strict_json import MAX_SECONDS, items, read_as, text
from tui_httpbench.plan.plan import MAX_MODES, Plan
from tui_httpbench.plan.sweep import MAX_POINTS

FORMAT = 1
SWEEP_FORMAT = 2
"""Of sweeps, which a version that knows none must not take for a run without rounds."""
HOSTS_FORMAT = 3
"""Of runs on many hosts, likewise."""
MAX_HOSTS = 100_000
MAX_RECORDS = 1_000_000
MAX_SUMMARY_BYTES = 500_000_000
_BODY = "body"
_COLUMNS, _WORD_BYTES = 4, 8
_LEVEL = 4
_LOOKED_AT_BYTES = 200_000
"""As much of a body is looked through for credentials."""
_DAMAGED = (*UNREADABLE, zlib.error, zipfile.BadZipFile, NotImplementedError, EOFError)
_TOO_LARGE = "larger than any summary"


class PackError(ValueError):
    """What was kept of a run can't be read; the text is the end of a sentence, without its full stop."""


def pack_summary(measured: Measured, result: Result) -> bytes:
    """All that is kept of a run for good; ``result`` is what it makes, with samples or without."""
    return _packed({"format": FORMAT, **_summary_of(measured, result), "own_files": _sources(measured)})


def pack_sweep(measured: MeasuredSweep, result: SweepResult) -> bytes:
    """All that is kept of a sweep for good: what holds for all of it, and the summary of each point."""
    whole = measured.whole
    end = RunEnd(whole.stopped, whole.trouble, whole.ended_at or "", whole.interrupted)
    points = zip(measured.points, result.points, strict=True)
    return _packed(
        {
            "format": SWEEP_FORMAT,
            "run": _described(whole),
            "notes": [note_to_dict(end)],
            "points": [_summary_of(point, told.result) for point, told in points],
            "own_files": _sources(whole),
        }
    )


def pack_hosts(measured: MeasuredHosts, result: HostsResult) -> bytes:
    """All that is kept of a run on many hosts for good: what holds for all, and each host with its run's summary."""
    whole = measured.whole
    end = RunEnd(whole.stopped, whole.trouble, whole.ended_at or "", whole.interrupted)
    hosts = zip(measured.hosts, result.hosts, strict=True)
    return _packed(
        {
            "format": HOSTS_FORMAT,
            "run": _described(whole),
            "notes": [note_to_dict(end)],
            "hosts": [_host_to_dict(run, told.result, _sources(whole)) for run, told in hosts],
            "own_files": _sources(whole),
        }
    )


def _host_to_dict(run: HostRun, result: Result | None, sources: list[str]) -> dict[str, Any]:
    told = {
        "host": asdict(run.host),
        "notes": list(run.notes),
        "trouble": run.trouble,
        "ended_with_all": run.ended_with_all,
    }
    if run.measured is None or result is None:
        return {**told, "measured": None}
    own = _sources(run.measured)
    summary = {**_summary_of(run.measured, result), **({"own_files": own} if own != sources else {})}
    return {**run.measured.plan.request.hiding.hide_in(told), "measured": summary}


def _host_of(kept: dict[str, Any], number: int, sources: object, archive: zipfile.ZipFile | None) -> HostRun:
    told = dict(kept["host"])
    # A clock may be behind, and other numbers here are from 0 on.
    off_s = told.pop("clock_off_s", None)
    if off_s is not None and not (isinstance(off_s, int | float) and abs(off_s) <= MAX_SECONDS):
        raise ValueError("a host's clock is off by what is no time")
    host = replace(read_as(Host, told), clock_off_s=off_s)
    summary = kept["measured"]
    measured = None
    if summary is not None:
        measured = _run(summary, summary.get("own_files", sources), archive, _prefix(number))
    with_all = kept.get("ended_with_all", False) is True
    return HostRun(host, measured, tuple(map(text, items(kept["notes"]))), text(kept["trouble"]), with_all)


def _packed(summary: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(summary).encode(), 9)


def _sources(measured: Measured) -> list[str]:
    return [base64.b64encode(own.source).decode() for own in measured.own_files]


def _summary_of(measured: Measured, result: Result) -> dict[str, Any]:
    described = _described(measured)
    hiding = measured.plan.request.hiding
    remains = measured.remains or remains_of(result, lacks_body=described["has_body_file"])
    end = RunEnd(measured.stopped, measured.trouble, measured.ended_at or "", measured.interrupted)
    notes: list[Note] = [ProbesMade(measured.probes), end]
    if measured.conditions is not None:
        notes.append(measured.conditions)
    return {
        "run": described,
        "notes": [note_to_dict(note) for note in notes],
        "rounds": [{**record_to_dict(record), "counted": tally_to_dict(record.tally)} for record in measured.records],
        "remains": asdict(hiding.hide_in(remains)),
    }


def write_samples(measured: AnyMeasured, file: BinaryIO) -> None:
    """Writes what a run has beside its summary: a member for each of its rounds, and a body that is large.

    Of a sweep, each point has its own, whose names begin with the number of the point, and so has each host.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        if isinstance(measured, Measured):
            _write_run(measured, archive)
            return
        _write_run(measured.whole, archive)
        parts = measured.points if isinstance(measured, MeasuredSweep) else [run.measured for run in measured.hosts]
        for number, part in enumerate(parts):
            if part is not None:
                _write_run(part, archive, _prefix(number))


def _write_run(measured: Measured, archive: zipfile.ZipFile, prefix: str = "") -> None:
    for number, record in enumerate(measured.records):
        if len(record.samples):
            archive.writestr(f"{prefix}{number}", _to_bytes(record.samples))
    if _described(measured)["has_body_file"]:
        archive.writestr(f"{prefix}{_BODY}", measured.plan.request.given_body or b"")


def _prefix(point: int) -> str:
    return f"{point}/"


def unpack(summary: bytes, samples: Path | None) -> AnyMeasured:
    """The run, the sweep or the run on many hosts that was kept.

    Without its samples where their file is None, gone or damaged. Raises PackError.
    """
    try:
        kept = _parsed(summary)
        if samples is not None:
            try:
                if not samples.is_file():
                    raise OSError(errno.EINVAL, "it is no plain file")  # a pipe would be waited for
                with zipfile.ZipFile(samples) as archive:
                    return _measured(kept, archive)
            except _DAMAGED:
                pass  # what the summary tells holds without them, and the run is said to lack them
        return _measured(kept, None)
    except _DAMAGED as error:
        raise PackError(str(error) or type(error).__name__) from error


def _described(measured: Measured) -> dict[str, Any]:
    """What is told of a run; a body with what looks like a credential is left out, as headers with one are."""
    described, body = describe(measured), measured.plan.request.given_body
    told = (body or b"")[:_LOOKED_AT_BYTES].decode("utf-8", "replace")
    if measured.plan.request.hiding.hide(told) != told:
        for key in ("body", "json_body"):
            described["plan"].pop(key, None)
        described["has_body_file"] = False
        described["dropped_headers"].append(DROPPED_BODY)
    return described


def _parsed(summary: bytes) -> dict[str, Any]:
    reader = zlib.decompressobj()
    told = reader.decompress(summary, MAX_SUMMARY_BYTES)
    if reader.unconsumed_tail:
        raise ValueError(_TOO_LARGE)
    kept = json.loads(told)
    if kept["format"] not in (FORMAT, SWEEP_FORMAT, HOSTS_FORMAT):
        raise ValueError(f"its format is {kept['format']!r:.20}, and {FORMAT} to {HOSTS_FORMAT} are known")
    return dict(kept)


def _measured(kept: dict[str, Any], archive: zipfile.ZipFile | None) -> AnyMeasured:
    if kept["format"] == FORMAT:
        return _run(kept, kept["own_files"], archive)
    whole = _run({"rounds": [], **kept}, kept["own_files"], archive, has_remains=False)
    if kept["format"] == HOSTS_FORMAT:
        hosts = enumerate(items(kept["hosts"], MAX_HOSTS))
        return MeasuredHosts(whole, tuple(_host_of(told, number, kept["own_files"], archive) for number, told in hosts))
    points = enumerate(items(kept["points"], MAX_POINTS))
    runs = tuple(_run(point, kept["own_files"], archive, _prefix(number)) for number, point in points)
    return sweep_of(whole, runs)


def _run(
    kept: dict[str, Any],
    sources: object,
    archive: zipfile.ZipFile | None,
    prefix: str = "",
    *,
    has_remains: bool = True,
) -> Measured:
    told = checked(dict(kept["run"]))
    own_files = _own_files(told["own_files"], sources)
    plan = plan_of(told, own_files, _body_reader(archive, prefix))
    rounds = enumerate(items(kept["rounds"], MAX_RECORDS))
    records = tuple(_record(values, plan, f"{prefix}{number}", archive) for number, values in rounds)
    return measured_of(
        told,
        plan,
        gather(note_from_dict(note) for note in items(kept["notes"])),
        records,
        own_files,
        None if archive is not None or not has_remains else read_as(Remains, kept["remains"]),
    )


def _record(values: dict[str, Any], plan: Plan, name: str, archive: zipfile.ZipFile | None) -> RoundRecord:
    record, _ = record_from_dict(values)
    if record.mode not in plan.modes:
        raise ValueError(f"it has a round of {record.mode!r:.40}, which it did not measure")
    counted = tally_from_dict(values["counted"])
    if archive is None:
        return replace(record, counted=counted)
    if not counted.requests:
        return record
    size = counted.requests * _COLUMNS * _WORD_BYTES
    return replace(record, samples=_from_bytes(_member(archive, name, size)))


def _member(archive: zipfile.ZipFile, name: str, most_bytes: int) -> bytes:
    """One file of the archive. Raises ValueError for one that is larger, before it is unpacked."""
    if archive.getinfo(name).file_size > most_bytes:
        raise ValueError("it is larger than what was measured")
    with archive.open(name) as file:
        return file.read(most_bytes)


def _body_reader(archive: zipfile.ZipFile | None, prefix: str) -> Callable[[], bytes | None]:
    return lambda: None if archive is None else _member(archive, f"{prefix}{_BODY}", MAX_BODY_FILE_BYTES)


def _own_files(told: object, sources: object) -> tuple[OwnFile, ...]:
    paths = [Path(text(path)) for path in items(told, MAX_MODES)]
    contents = [base64.b64decode(text(source, 2 * MAX_FILE_BYTES)) for source in items(sources, MAX_MODES)]
    return tuple(OwnFile(path, source) for path, source in zip(paths, contents, strict=True))


def _to_bytes(samples: Samples) -> bytes:
    columns = np.ascontiguousarray(samples.T)
    for differing in (START, STATUS):
        columns[differing, 1:] = np.diff(columns[differing])
    words = columns.astype("<i8").view(np.uint8).reshape(_COLUMNS, -1, _WORD_BYTES)
    return np.ascontiguousarray(words.transpose(0, 2, 1)).tobytes()


def _from_bytes(packed: bytes) -> Samples:
    parts = np.frombuffer(packed, dtype=np.uint8).reshape(_COLUMNS, _WORD_BYTES, -1)
    columns = np.ascontiguousarray(parts.transpose(0, 2, 1)).view("<i8").reshape(_COLUMNS, -1).astype(np.int64)
    for differing in (START, STATUS):
        columns[differing] = np.cumsum(columns[differing])
    return np.ascontiguousarray(columns.T)

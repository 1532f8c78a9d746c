"""A run's folder: what was measured is in files at once, so that it outlives a killed app.

``run.json`` holds the plan and where it was sent, ``rounds.jsonl`` a line for each finished round, ``notes.jsonl`` what
was found out beside them, ``body`` a body that is too large for the plan, ``client-0`` and so on a copy of each client
file of the user's own, and beside them lie the rounds' sample files. The folder of a sweep has no rounds of its own: in
it lies the folder of a run for each of its points, ``point-00`` and so on; that of a run on many hosts has one for each
host, ``host-0000`` and so on, with ``host.json`` beside what the host has written.
``lock`` is locked while the app that runs lives; beside it lies ``reopened`` where that app only shows it. Only the
owner can read any of it, and no credential is in it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tui_httpbench.bench.run_places import all_folders as all_folders
from tui_httpbench.bench.run_places import make_folder
from tui_httpbench.bench.run_places import runs_folder as runs_folder
from tui_httpbench.bench.run_places import why_unreadable as why_unreadable
from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.files.private_files import make_private_folder, open_private
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.notes_json import EarlierEnd, Note, ProbesMade, note_to_dict
from tui_httpbench.measured.record_json import record_to_dict
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.sample_file import store_samples
from tui_httpbench.plan.stored import plan_to_dict
from tui_httpbench.text.hiding import drop_secrets

FORMAT = 5
RUN_FILE = "run.json"
_RUN_PART = f"{RUN_FILE}.part"
ROUNDS_FILE = "rounds.jsonl"
NOTES_FILE = "notes.jsonl"
BODY_FILE = "body"
LOCK_FILE = "lock"
REOPENED_FILE = "reopened"
_SAMPLE_NAME = re.compile(r"round-(\d{4})-(.+)\.samples", re.ASCII)
_HOST_NAME = re.compile(r"host-(\d{4,9})", re.ASCII)
_FILE_NAMES = re.compile(
    r"lock|reopened|body|point-\d\d|host-\d+|run\.json\.part|(rounds|notes)\.jsonl|trusted\.pem|.+\.(samples|stderr)|client-\d+|httpbench-tui-target-.+"
)


class RunFolder:
    """The folder of a run that is under way; ``path`` is where its files go."""

    def __init__(self, path: Path | None = None) -> None:
        """Makes the folder, where ``path`` says or else with all others, and locks it.

        Raises OSError where that can't be done.
        """
        if path is not None:
            make_private_folder(path)
        self.path = path or make_folder()
        self._lock: FileLock | None = None
        self._has_begun = False
        try:
            self._lock = FileLock(self.path / LOCK_FILE, waits=True)
        except BaseException:
            self.remove()
            raise

    @classmethod
    def reopen(cls, path: Path) -> RunFolder:
        """The folder of an interrupted run, locked as that of a living one, so that no other app takes it meanwhile.

        Raises BlockingIOError where another app has it, OSError where it can't be locked.
        """
        folder = cls.__new__(cls)
        folder.path = path
        folder._has_begun = True
        folder._lock = FileLock(path / LOCK_FILE)
        with suppress(OSError), open_private(path / REOPENED_FILE):
            pass  # where that can't be, a cluster waits for the app that shows the run
        return folder

    def begin(self, measured: Measured) -> None:
        """Writes down what is going to be measured, without credentials, and what has been already. Raises OSError.

        A second time, what has been measured already is there, and only the rest is written anew.
        """
        described = describe(measured)
        if not self._has_begun:
            self._write_measured(measured, described)
            self._has_begun = True
        # Last and whole, since it is what makes the folder a run's.
        self._write(_RUN_PART, described)
        (self.path / _RUN_PART).replace(self.path / RUN_FILE)
        (self.path / REOPENED_FILE).unlink(missing_ok=True)

    def _write_measured(self, measured: Measured, described: dict[str, Any]) -> None:
        if described["has_body_file"]:
            with open_private(self.path / BODY_FILE) as file:
                file.write(measured.plan.request.given_body or b"")
        for number, own in enumerate(measured.own_files):
            copy = own_file_path(self.path, number, own.path)
            make_private_folder(copy.parent)
            with open_private(copy) as file:
                file.write(own.source)
        for record in measured.records:
            store_samples(sample_path(self.path, record.mode, record.round), record.samples)
            self.add(record)
        if measured.probes:
            self.note(ProbesMade(measured.probes))
        if measured.conditions is not None:
            self.note(measured.conditions)

    def add(self, record: RoundRecord) -> None:
        """Writes down that a round is over; to be called while no worker measures. Raises OSError."""
        self._write(ROUNDS_FILE, record_to_dict(record))

    def note(self, note: Note) -> None:
        """Writes down what was found out; to be called while no worker measures. Raises OSError."""
        self._write(NOTES_FILE, note_to_dict(note))

    def note_earlier(self, earlier: Measured) -> None:
        """Writes down how the run ended that is gone on with, for as long as nothing is added to it. Raises OSError."""
        if earlier.ended_at is not None:
            ended = earlier.stopped, earlier.trouble, earlier.ended_at, earlier.interrupted
            self.note(EarlierEnd(earlier.rounds_made, *ended))

    def leave(self) -> None:
        """Lets go of the folder; its files stay for recovery."""
        if self._lock is not None:
            self._lock.release()

    def remove(self) -> None:
        """Removes the folder and lets go of it; safe to call twice."""
        if os.name == "nt":  # which removes no open file
            self.leave()
        remove_folder(self.path)
        self.leave()

    def _write(self, name: str, values: dict[str, Any]) -> None:
        line = json.dumps(values).encode() + b"\n"
        with open_private(self.path / name, os.O_APPEND) as file:
            file.write(line)


def remove_folder(folder: Path) -> None:
    """Removes a run's folder, first what makes it one: should this be cut short, nobody takes the rest for a run."""
    with suppress(OSError):
        (folder / RUN_FILE).unlink()
    shutil.rmtree(folder, ignore_errors=True)


def point_path(folder: Path, number: int) -> Path:
    """The folder of a sweep's point, the first one being number 0."""
    return folder / f"point-{number:02}"


def host_path(folder: Path, number: int) -> Path:
    """The folder of what came from a host, the first one being number 0."""
    return folder / f"host-{number:04}"


def host_paths(folder: Path) -> list[Path]:
    """The folders of a run's hosts, in their order; none for a run on this machine alone."""
    return sorted((path for path in folder.glob("host-*") if _HOST_NAME.fullmatch(path.name)), key=_number_of)


def sample_path(folder: Path, mode_id: str, round: int) -> Path:
    """The path of one round's samples."""
    return folder / f"round-{round:04}-{mode_id}.samples"


def own_file_path(folder: Path, number: int, path: Path) -> Path:
    """Where the copy of a client file lies, the run's first one being number 0; it keeps its name."""
    return folder / f"client-{number}" / path.name


def sample_files(folder: Path) -> dict[tuple[str, int], Path]:
    """The sample files of a folder, by mode and round."""
    found = {}
    for path in sorted(folder.iterdir()):
        if (match := _SAMPLE_NAME.fullmatch(path.name)) and int(match[1]):
            found[match[2], int(match[1])] = path
    return found


def holds_foreign_files(folder: Path) -> bool:
    """Whether a folder without ``run.json`` holds what no run puts there, so it is no run's. Raises OSError."""
    return any(_FILE_NAMES.fullmatch(path.name) is None for path in folder.iterdir())


def source_of(folder: Path, started_at: str | None) -> str:
    """What tells the folder of a run from all others, also from one that gets its name later on."""
    return f"{folder.name} {started_at or ''}"


def describe(measured: Measured) -> dict[str, Any]:
    """What ``run.json`` says of a run, without credentials."""
    plan = measured.plan
    stored = plan_to_dict(plan)
    dropped = [name for name, _ in plan.request.headers if name not in dict(stored["headers"])]
    return {
        "format": FORMAT,
        "plan": stored,
        "modes": list(plan.modes),
        "seed": plan.seed,
        "rounds_before": plan.rounds_before,
        "rounds_at_first": plan.rounds_at_first,
        "url": plan.request.hiding.hide(drop_secrets(measured.url)),
        "started_at": measured.started_at,
        "duration_s": measured.duration_s,
        "machine": asdict(measured.machine),
        "against": asdict(measured.against),
        "own_files": [str(own.path) for own in measured.own_files],
        "dropped_headers": list(dict.fromkeys((*measured.dropped_headers, *dropped))),
        "dropped_from_url": measured.dropped_from_url or stored["url"] != plan.request.url,
        "name": plan.request.hiding.hide(measured.name),
        "run_id": measured.run_id,
        "in_history": measured.in_history,
        "has_body_file": plan.request.given_body is not None and not {"body", "json_body"} & stored.keys(),
        "body_is_json": plan.request.json_body is not None,
    }


def _number_of(path: Path) -> int:
    return int(path.name.partition("-")[2])

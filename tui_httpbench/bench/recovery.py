"""Runs whose app was killed: those that can be recovered, and what is to be said of the others."""

from __future__ import annotations

import errno
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from tui_httpbench.bench.kept_runs import were_kept
from tui_httpbench.bench.run_folder import (
    LOCK_FILE,
    RUN_FILE,
    all_folders,
    holds_foreign_files,
    host_paths,
    remove_folder,
    sample_files,
    why_unreadable,
)
from tui_httpbench.bench.run_reading import (
    UNREADABLE,
    RecoveryError,
    has_ended,
    last_change_s,
    read_any,
    read_measured,
    read_rounds,
    read_run,
    recover,
    why_closed,
)
from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.measured.sample_file import load_samples
from tui_httpbench.measured.strict_json import items
from tui_httpbench.plan.plan import MAX_MODES
from tui_httpbench.target_server.serving_folder import remove_left_folders
from tui_httpbench.text.formatting import format_age, format_bytes, plural, reason_of
from tui_httpbench.text.quoting import printable

__all__ = [
    "InterruptedRun",
    "Leftovers",
    "RecoveryError",
    "discard",
    "find_interrupted_runs",
    "look_for_leftovers",
    "read_any",
    "read_measured",
    "recover",
]

_NEW_S = 2.0


@dataclass(frozen=True)
class InterruptedRun:
    """What can be recovered: ``requests`` are finished ones, ``ended_s`` is when it was last heard of (Unix time).

    ``is_empty`` tells for sure that nothing was measured; ``size_bytes`` is what its samples take on the disk;
    ``has_ended`` that the run was over, and its result neither saved nor left.
    """

    folder: Path
    modes: int
    url: str
    requests: int
    ended_s: float
    is_empty: bool = False
    size_bytes: int = 0
    has_ended: bool = False

    @property
    def noun(self) -> str:
        """What it is called: ``interrupted run``."""
        return "unsaved run" if self.has_ended else "interrupted run"

    @property
    def in_words(self) -> str:
        """Its size and age: ``8 modes, 1,234 requests measured, 3 minutes ago``."""
        age_s = max(0.0, time.time() - self.ended_s)
        return f"{plural(self.modes, 'mode')}, {plural(self.requests, 'request')} measured, {format_age(age_s)}"


@dataclass(frozen=True)
class Leftovers:
    """What runs have left: ``runs`` can be recovered, the latest first; ``notices`` are sentences on the others."""

    runs: tuple[InterruptedRun, ...]
    notices: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """How many runs can be recovered and what is known of the latest; empty where there is none."""
        if not self.runs:
            return ""
        if len(self.runs) == 1:
            return f"An {self.runs[0].noun} can be recovered ({self.runs[0].in_words})"
        noun = self.runs[0].noun if len({run.noun for run in self.runs}) == 1 else "run"
        size = format_bytes(sum(run.size_bytes for run in self.runs))
        return f"{plural(len(self.runs), noun)} can be recovered ({size}; the latest: {self.runs[0].in_words})"


def look_for_leftovers() -> Leftovers:
    """What the runs of apps that are gone have left; those of living apps are passed over.

    Removes only folders in which nothing was measured, and those of runs that the history has: whatever else a folder
    holds, and however old it says that it is, it stays until its user says otherwise. One that can't be read is told of
    in a sentence, and one that goes while it is looked at is passed over.
    """
    remove_left_folders()
    found: list[InterruptedRun] = []
    notices = [why] if (why := why_unreadable()) else []
    for folder in all_folders():
        try:
            run = _look_into(folder)
        except FileNotFoundError:
            continue  # another app removes it just now
        except UNREADABLE as error:
            notices.append(_why_left_alone(folder, error))
            continue
        if run is None:
            continue
        if run.is_empty:
            discard(folder)
        else:
            found.append(run)
    kept = were_kept([run.folder for run in found])
    for folder in kept:
        discard(folder)
    found = [run for run in found if run.folder not in kept]
    return Leftovers(tuple(sorted(found, key=lambda run: -run.ended_s)), tuple(notices))


def find_interrupted_runs() -> list[InterruptedRun]:
    """The runs that can be recovered, the latest first; see ``look_for_leftovers``."""
    return list(look_for_leftovers().runs)


def discard(folder: Path) -> None:
    """Removes an interrupted run for good."""
    remove_folder(folder)


def _is_alive(folder: Path) -> bool:
    """Whether the app that made it lives; also where that can't be found out. Raises PermissionError."""
    if not (folder / LOCK_FILE).exists():
        return False
    try:
        FileLock(folder / LOCK_FILE).release()
    except PermissionError:
        raise
    except OSError:
        return True
    return False


def _look_into(folder: Path) -> InterruptedRun | None:
    """What the folder of a dead app holds; None while the app lives, and where there is nothing to read.

    Raises what reading it may, where it holds what can't be read.
    """
    has_plan = RUN_FILE in {path.name for path in folder.iterdir()}
    ended_s = last_change_s(folder)
    if not has_plan and time.time() - ended_s < _NEW_S:
        return None  # its app may be making it just now
    if _is_alive(folder):
        return None
    if not has_plan:
        if not holds_foreign_files(folder):
            discard(folder)
        return None
    return _read_size(folder, ended_s)


def _read_size(folder: Path, ended_s: float) -> InterruptedRun:
    """Its size, whether or not all of it can be recovered: what was measured must not get lost without a word.

    Raises PermissionError where a file of it can't be read, though nothing of that one is needed here.
    """
    for path in folder.iterdir():
        # A link may lead nowhere, which no permission helps.
        if stat.S_ISREG(path.lstat().st_mode) and not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    told = read_run(folder)
    counts = {(record.mode, record.round): count for record, count in read_rounds(folder)}
    requests, is_empty, size_bytes = 0, True, 0
    for key, path in sample_files(folder).items():
        counted = counts.get(key)
        status = path.lstat()
        size_bytes += 512 * status.st_blocks if hasattr(status, "st_blocks") else status.st_size
        if counted is None:
            try:
                counted = len(load_samples(path)[0])
            except PermissionError:
                raise
            except (OSError, ValueError):
                # Nobody knows what it holds, so that it is not to go by itself.
                is_empty = is_empty and not status.st_size
                continue
        is_empty = is_empty and not counted
        requests += counted
    for path in (*sorted(folder.glob("point-[0-9][0-9]")), *host_paths(folder)):
        if (path / RUN_FILE).exists():
            point = _read_size(path, ended_s)
            requests, is_empty = requests + point.requests, is_empty and point.is_empty
            size_bytes, ended_s = size_bytes + point.size_bytes, max(ended_s, last_change_s(path))
    modes = len(items(told["modes"], MAX_MODES))
    return InterruptedRun(folder, modes, told["url"], requests, ended_s, is_empty, size_bytes, has_ended(folder))


def _why_left_alone(folder: Path, error: Exception) -> str:
    """What a person can do about a folder that can't be read, in a sentence."""
    if isinstance(error, PermissionError):
        return why_closed(folder)
    shown = printable(str(folder))
    why = reason_of(error) if isinstance(error, OSError) else "its files are damaged, or of another version"
    return f"The interrupted run in {shown} can't be recovered ({why}); remove that folder if you don't need it."

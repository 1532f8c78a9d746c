"""The runs that are kept: a row and a summary of each in the database, and beside it a file with its samples.

What is kept of a run is not looked into here: a summary is bytes, and so are samples. They are bounded by a limit, for
which the oldest go first; a summary never goes by itself. A kill at any moment leaves each run that was kept once, and
nothing half: the samples' file gets its name, and the row is written, in one transaction, and whatever has no row is no
run's.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from tui_httpbench.files.private_files import make_private_folder
from tui_httpbench.history.database import SAMPLES_FOLDER, reading, set_aside, writing
from tui_httpbench.history.error import DamagedError, HistoryError, NoSuchRunError, refused
from tui_httpbench.history.naming import LAST
from tui_httpbench.history.rows import (
    COLUMNS,
    Entry,
    Size,
    condition_of,
    drop_oldest,
    entry_of,
    made_room,
    purge_until,
    row_where,
)
from tui_httpbench.text.formatting import enumerate_first, plural
from tui_httpbench.text.quoting import shortened

if TYPE_CHECKING:
    import sqlite3

_PART_PREFIX = ".part-"
_ABANDONED_S = 3_600.0
"""After so long, a file that was never finished is nobody's, and what was removed can't be called back."""
_LEAST_OF_ID = 4
"""Fewer signs than this of an id find no run: ``rm`` needs to be sure."""
_GONE = "The history has no run {!r} any more."
Answer = TypeVar("Answer")


class RunStore:
    """The runs of a folder; ``notices`` are sentences on what was wrong with it and has been put right."""

    def __init__(self, folder: Path) -> None:
        """Reads and makes nothing yet."""
        self.folder = folder
        self.notices: list[str] = []

    def put(
        self,
        entry: Entry,
        summary: bytes,
        write_samples: Callable[[BinaryIO], None],
        *,
        source: str,
        limit_bytes: int,
        searched: str,
        went_on_from: str | None = None,
    ) -> Entry:
        """Keeps a run, in place of the one with its id where it went on from that; returns what is kept.

        ``went_on_from`` is the digest among the facts that it had then, None where it is a run from its beginning:
        where another app has gone on with it meanwhile, both are kept.

        ``source`` tells where it was measured: a second time, nothing is kept, and what is there returned. The oldest
        samples go where all of them take more than ``limit_bytes``. A run that goes on keeps the name that it has.
        Raises HistoryError; then nothing has changed.
        """
        try:
            return self._put(entry, summary, write_samples, source, limit_bytes, searched, went_on_from)
        except DamagedError:
            self.notices.append(set_aside(self.folder))
            return self._put(entry, summary, write_samples, source, limit_bytes, searched, went_on_from)

    def _put(
        self,
        entry: Entry,
        summary: bytes,
        write_samples: Callable[[BinaryIO], None],
        source: str,
        limit_bytes: int,
        searched: str,
        went_on_from: str | None,
    ) -> Entry:
        part = self._write_part(write_samples)
        done, gone = False, list[str]()
        file_name = ""
        try:
            with writing(self.folder) as connection:
                if (
                    known := row_where(connection, "id = (SELECT id FROM sources WHERE source = ?)", source)
                ) is not None:
                    part.unlink()
                    return known[0]
                entry, gone = made_room(connection, entry, went_on_from)
                file_name = f"{entry.id}-{secrets.token_hex(4)}"
                size = part.stat().st_size
                entry = replace(entry, samples_bytes=size)
                part.replace(part.with_name(file_name))
                facts, words = json.dumps(entry.facts), f"{entry.id} {entry.name} {searched}".casefold()
                connection.execute(
                    "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                    (entry.id, entry.started_s, entry.name, facts, words, file_name, size),
                )
                connection.execute("INSERT OR REPLACE INTO summaries VALUES (?, ?)", (entry.id, summary))
                connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (source, entry.id))
                gone += purge_until(connection, time.time() - _ABANDONED_S)
                gone += drop_oldest(connection, limit_bytes)
                gone += self._orphans(connection)
            done = True
        finally:
            if not done:
                self._unlink([part.name, file_name])
        self._unlink(gone)
        return replace(entry, samples_bytes=0) if file_name in gone else entry

    def has_source(self, sources: Iterable[str]) -> set[str]:
        """Which of these have been kept, whether or not their runs are still there. Raises HistoryError."""
        wanted = list(sources)

        def look() -> set[str]:
            with reading(self.folder) as connection:
                if connection is None:
                    return set()
                found = (connection.execute("SELECT 1 FROM sources WHERE source = ?", (each,)) for each in wanted)
                return {each for each, row in zip(wanted, found, strict=True) if row.fetchone()}

        return self._asked(look)

    def entries(self, searched: str = "", most: int = -1, after: Entry | None = None, skip: int = 0) -> list[Entry]:
        """The runs whose words have this text, the newest first, at most so many, older than ``after``.

        The first ``skip`` of them are passed over. Raises HistoryError.
        """
        condition, values = condition_of(searched)
        if after is not None:
            condition += " AND (started_s, id) < (?, ?)"
            values += [after.started_s, after.id]
        query = f"SELECT {COLUMNS} FROM runs WHERE {condition} ORDER BY started_s DESC, id DESC LIMIT ? OFFSET ?"

        def look() -> list[Entry]:
            with reading(self.folder) as connection:
                return (
                    [] if connection is None else list(map(entry_of, connection.execute(query, (*values, most, skip))))
                )

        return self._asked(look)

    def count(self, searched: str = "") -> int:
        """How many runs have this text in their words. Raises HistoryError."""
        condition, values = condition_of(searched)

        def look() -> int:
            with reading(self.folder) as connection:
                if connection is None:
                    return 0
                return int(connection.execute(f"SELECT count(*) FROM runs WHERE {condition}", values).fetchone()[0])

        return self._asked(look)

    def size(self) -> Size:
        """How much there is. Raises HistoryError."""

        def look() -> Size:
            with reading(self.folder) as connection:
                if connection is None:
                    return Size(0, 0)
                query = "SELECT count(*), coalesce(sum(samples_bytes), 0) FROM runs WHERE hidden_s IS NULL"
                return Size(*connection.execute(query).fetchone())

        return self._asked(look)

    def find(self, reference: str, *, only_one: bool = False) -> Entry:
        """The run with this id, name or beginning of an id, or ``last``, ``last~1`` and so on.

        Of several runs of one name, the latest, unless there may be ``only_one``. Raises NoSuchRunError, HistoryError.
        """
        entry = self._asked(lambda: self._find(reference))
        if only_one and entry.name and entry.name == reference.strip():
            alike = [each for each in self.entries() if each.name == entry.name]
            if len(alike) > 1:
                ids = enumerate_first([each.id for each in alike], 3)
                shown = repr(shortened(entry.name))
                raise NoSuchRunError(f"{plural(len(alike), 'run')} are named {shown} ({ids}); write the id of one.")
        return entry

    def _find(self, reference: str) -> Entry:
        wanted = reference.strip()
        shown = repr(shortened(wanted))
        with reading(self.folder) as connection:
            if connection is None or not connection.execute("SELECT 1 FROM runs WHERE hidden_s IS NULL").fetchone():
                raise NoSuchRunError(f"The history is empty, so it has no run {shown}; make one first.")
            if (match := LAST.fullmatch(wanted)) is not None:
                found = row_where(
                    connection, "hidden_s IS NULL ORDER BY started_s DESC, id DESC LIMIT 1 OFFSET ?", int(match[1] or 0)
                )
                if found is None:
                    count = connection.execute("SELECT count(*) FROM runs WHERE hidden_s IS NULL").fetchone()[0]
                    raise NoSuchRunError(f"There is no {wanted}: the history has {plural(count, 'run')}.")
                return found[0]
            for condition in ("id = ?", "name = ? AND name != '' ORDER BY started_s DESC, id DESC LIMIT 1"):
                if (found := row_where(connection, f"hidden_s IS NULL AND {condition}", wanted)) is not None:
                    return found[0]
            query = f"SELECT {COLUMNS} FROM runs WHERE hidden_s IS NULL AND id >= ? AND id < ? ORDER BY id LIMIT 9"
            is_enough = len(wanted) >= _LEAST_OF_ID
            rows = connection.execute(query, (wanted, wanted + "\uffff")) if is_enough else ()
            begun = [entry_of(row) for row in rows]
        if not begun:
            raise NoSuchRunError(
                f"The history has no run {shown}; 'httpbench-tui history' lists ids and names, and last is the latest."
            )
        if len(begun) > 1:
            ids = enumerate_first([each.id for each in begun], 3)
            raise NoSuchRunError(f"Several runs begin with {shown} ({ids}); write more of the id.")
        return begun[0]

    def summary(self, run_id: str) -> tuple[Entry, bytes, Path | None]:
        """A run, its summary, and the file with its samples, None where they are not kept.

        Raises NoSuchRunError, HistoryError.
        """

        def look() -> tuple[Entry, bytes, Path | None]:
            with reading(self.folder) as connection:
                found = None if connection is None else row_where(connection, "id = ? AND hidden_s IS NULL", run_id)
                if connection is None or found is None:
                    raise NoSuchRunError(_GONE.format(shortened(run_id)))
                row = connection.execute("SELECT summary FROM summaries WHERE id = ?", (run_id,)).fetchone()
                if row is None or not isinstance(row[0], bytes):
                    raise HistoryError(f"The run {run_id} can't be read: its summary is missing.")
                entry, file_name = found
                return entry, row[0], self._samples / file_name if file_name else None

        return self._asked(look)

    def rename(self, run_id: str, name: str) -> None:
        """Gives a run another name. Raises NoSuchRunError, HistoryError."""

        def change() -> None:
            with writing(self.folder) as connection:
                row = connection.execute(
                    "SELECT id, name, searched FROM runs WHERE id = ? AND hidden_s IS NULL", (run_id,)
                ).fetchone()
                if row is None:
                    raise NoSuchRunError(_GONE.format(shortened(run_id)))
                words = f"{row[0]} {name}".casefold() + row[2][len(f"{row[0]} {row[1]}".casefold()) :]
                connection.execute("UPDATE runs SET name = ?, searched = ? WHERE id = ?", (name, words, run_id))

        self._asked(change)

    def hide(self, run_ids: Iterable[str]) -> None:
        """Removes runs so that ``show_again`` calls them back: for an hour, or until ``purge``.

        Raises NoSuchRunError where one is not there any more, HistoryError.
        """
        self._set_hidden(run_ids, time.time())

    def show_again(self, run_ids: Iterable[str]) -> None:
        """Calls back what was hidden. Raises NoSuchRunError where that is gone for good, HistoryError."""
        self._set_hidden(run_ids, None)

    def _set_hidden(self, run_ids: Iterable[str], moment_s: float | None) -> None:
        values = [(moment_s, run_id) for run_id in run_ids]

        def change() -> None:
            with writing(self.folder) as connection:
                for value in values:
                    if not connection.execute("UPDATE runs SET hidden_s = ? WHERE id = ?", value).rowcount:
                        raise NoSuchRunError(_GONE.format(shortened(value[1])))

        self._asked(change)

    def purge(self, run_ids: Iterable[str] | None = None, *, only_hidden: bool = False) -> None:
        """Removes these runs for good, with ``only_hidden`` those of them that still are; or else all that are hidden.

        Raises HistoryError.
        """
        wanted = None if run_ids is None else [(0.0, run_id) for run_id in run_ids]
        condition = "id = ? AND hidden_s IS NOT NULL" if only_hidden else "id = ?"

        def change() -> list[str]:
            with writing(self.folder) as connection:
                if wanted is not None:
                    connection.executemany(f"UPDATE runs SET hidden_s = ? WHERE {condition}", wanted)
                return purge_until(connection, float("inf") if wanted is None else 0.0)

        self._unlink(self._asked(change))

    @property
    def _samples(self) -> Path:
        return self.folder / SAMPLES_FOLDER

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        """What ``ask`` returns; where the database is damaged, sets it aside, and says so in its HistoryError."""
        try:
            return ask()
        except DamagedError as error:
            raise HistoryError(set_aside(self.folder) or str(error)) from error

    def _write_part(self, write_samples: Callable[[BinaryIO], None]) -> Path:
        """The samples in a file that has not got its name yet. Raises HistoryError."""
        part: Path | None = None
        try:
            make_private_folder(self._samples)
            descriptor, name = tempfile.mkstemp(prefix=_PART_PREFIX, dir=self._samples)
            part = Path(name)
            with os.fdopen(descriptor, "wb") as file:
                write_samples(file)
                file.flush()
                os.fsync(file.fileno())
        except BaseException as error:
            if part is not None:
                part.unlink(missing_ok=True)
            if not isinstance(error, OSError):
                raise
            raise refused(self.folder, "written", error) from error
        return part

    def _orphans(self, connection: sqlite3.Connection) -> list[str]:
        """The files that no run has: an app was killed beside them. No other one writes meanwhile."""
        known = {row[0] for row in connection.execute("SELECT samples FROM runs WHERE samples != ''")}
        orphans = []
        with os.scandir(self._samples) as files:
            for file in files:
                if file.name in known:
                    continue
                with suppress(OSError):
                    is_old = file.stat(follow_symlinks=False).st_mtime < time.time() - _ABANDONED_S
                    if is_old or not file.name.startswith(_PART_PREFIX):
                        orphans.append(file.name)
        return orphans

    def _unlink(self, names: Iterable[str]) -> None:
        for name in filter(None, names):
            with suppress(OSError):  # it has no row any more: whoever writes next tries again
                (self._samples / name).unlink()

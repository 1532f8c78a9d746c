"""The database of the history: how it is opened, what it holds, and how an older one becomes one of today.

SQLite in WAL mode: one writer at a time and readers beside it, in as many apps as there are. A file of a newer version
is left alone. One that is damaged is set aside with the samples that belong to it, and never removed.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.files.private_files import make_private_folder, open_private
from tui_httpbench.history.error import DamagedError, HistoryError, refused
from tui_httpbench.text.quoting import shown_path

if TYPE_CHECKING:
    import sqlite3

FILE_NAME = "runs.db"
SAMPLES_FOLDER = "samples"
LOCK_FILE = "lock"
BUSY_S = 10.0
"""How long another app may write before this one gives up."""
_BUSY = f"another app has been writing to it for {BUSY_S:.0f} s"
_COMPANIONS = ("", "-wal", "-shm")

MIGRATIONS = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY NOT NULL,
        started_s REAL NOT NULL,
        name TEXT NOT NULL,
        facts TEXT NOT NULL,
        searched TEXT NOT NULL,
        samples TEXT NOT NULL,
        samples_bytes INTEGER NOT NULL,
        hidden_s REAL
    );
    CREATE INDEX runs_by_time ON runs (started_s, id, hidden_s, samples_bytes);
    CREATE INDEX runs_by_name ON runs (name);
    CREATE INDEX runs_by_samples ON runs (samples, samples_bytes);
    CREATE TABLE summaries (id TEXT PRIMARY KEY NOT NULL, summary BLOB NOT NULL);
    CREATE TABLE sources (source TEXT PRIMARY KEY NOT NULL, id TEXT NOT NULL) WITHOUT ROWID;
    """,
)
"""What makes a database of each version out of the one before; a change comes as a further item, and none changes.

``facts`` is what a list shows of a run, as JSON; ``searched`` all that a filter looks at, in small letters; ``samples``
the name of the file with its samples, empty where they were dropped; ``hidden_s`` when its user removed it, as long as
that can be undone. ``sources`` has the folders of runs that were kept, so that none is kept twice.
"""


def database_path(folder: Path) -> Path:
    """Where the database of a history lies."""
    return folder / FILE_NAME


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection for reading; None where there is no history yet. Raises HistoryError."""
    path = database_path(folder)
    with _telling(folder, "read"):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            yield None
            return
        with closing(_connect_to_read(path)) as connection:
            if _version(connection, folder):
                yield connection
            else:
                yield None


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection in a transaction, which is committed at the end; makes the database where there is none.

    No other app writes meanwhile. Raises HistoryError; then nothing has changed.
    """
    with _telling(folder, "written"):
        make_private_folder(folder)
        with _sole_writer(folder), closing(_connect_to_write(folder)) as connection:
            with _transaction(connection):
                _migrate(connection, folder)
            with _transaction(connection):
                yield connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def set_aside(folder: Path) -> str:
    """Moves a damaged database and its samples out of the way; the sentence on it. Raises HistoryError."""
    with _telling(folder, "written"), _sole_writer(folder):
        if not _is_damaged(folder):
            return ""  # another app has set it aside meanwhile
        aside = _new_folder(folder)
        for name in (*(f"{FILE_NAME}{suffix}" for suffix in _COMPANIONS), SAMPLES_FOLDER):
            with suppress(FileNotFoundError):
                (folder / name).rename(aside / name)
    return f"The history was damaged; it was set aside as {shown_path(aside)}, and a new one begun."


@contextmanager
def _sole_writer(folder: Path) -> Iterator[None]:
    """Keeps other apps from writing: SQLite's own lock goes with a file that is moved away, and this one does not.

    Raises BlockingIOError where another one does not stop writing.
    """
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            lock = FileLock(folder / LOCK_FILE)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise BlockingIOError(errno.EAGAIN, _BUSY) from None
            time.sleep(0.01)
    try:
        yield
    finally:
        lock.release()


def _new_folder(folder: Path) -> Path:
    stamp = f"{datetime.now():%Y%m%d-%H%M%S}"
    for number in range(100):
        aside = folder / f"damaged-{stamp}{f'-{number}' if number else ''}"
        with suppress(FileExistsError):
            aside.mkdir(mode=0o700)
            return aside
    raise FileExistsError(errno.EEXIST, f"there are too many folders such as {aside.name}")


def _connect(path: Path, query: str = "mode=rw") -> sqlite3.Connection:
    import sqlite3

    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{query}", timeout=BUSY_S, isolation_level=None, uri=True, check_same_thread=False
    )
    # A damaged text costs that one run its name, and not the list of all.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    return connection


def _connect_to_write(folder: Path) -> sqlite3.Connection:
    path = database_path(folder)
    open_private(path, 0).close()  # else SQLite would make it as the umask lets
    connection = _connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a run's own folder goes once it is in here
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Where the folder can't be written, a connection that takes nobody to write meanwhile."""
    import sqlite3

    connection = _connect(path, "mode=ro")
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        return _connect(path, "mode=ro&immutable=1")
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, folder: Path) -> int:
    """The version of what it holds, 0 for nothing yet. Raises HistoryError for a newer one."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise HistoryError(
            f"The history in {shown_path(folder)} is one of a newer httpbench-tui (version {version}, and "
            f"{len(MIGRATIONS)} is known here); it is left as it is. Update this one, or set XDG_STATE_HOME elsewhere."
        )
    return version


def _migrate(connection: sqlite3.Connection, folder: Path) -> None:
    version = _version(connection, folder)
    if not version and _has_samples(folder):
        raise DamagedError(f"The history in {shown_path(folder)} is empty, but for samples that belonged to its runs.")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in script.split(";"):  # executescript would commit
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")


def _has_samples(folder: Path) -> bool:
    """Whether there are samples, which no app writes before the database is made."""
    try:
        return any(not path.name.startswith(".") for path in (folder / SAMPLES_FOLDER).iterdir())
    except FileNotFoundError:
        return False


def _is_damaged(folder: Path) -> bool:
    import sqlite3

    try:
        with closing(_connect(database_path(folder))) as connection:
            if not _version(connection, folder) and _has_samples(folder):
                return True
            if _version(connection, folder):
                connection.execute(
                    "SELECT id, started_s, name, facts, searched, samples, samples_bytes, hidden_s FROM runs LIMIT 1"
                )
                connection.execute("SELECT id, summary FROM summaries LIMIT 1")
                connection.execute("SELECT source, id FROM sources LIMIT 1")
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok")
    except sqlite3.DatabaseError as error:
        return _means_damage(error)
    except UnicodeDecodeError:  # SQLite quotes the damaged name of a column
        return True


def _means_damage(error: sqlite3.Error) -> bool:
    import sqlite3

    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or (
        code == sqlite3.SQLITE_ERROR and str(error).startswith("no such")
    )


@contextmanager
def _telling(folder: Path, done: str) -> Iterator[None]:
    """Says in a sentence what the system and SQLite refuse; ``done`` is what could not be ``read`` or ``written``."""
    try:
        import sqlite3
    except ImportError:
        raise HistoryError(
            "This Python has no sqlite3, which the history needs; use another build of it.", is_lasting=True
        ) from None
    try:
        yield
    except HistoryError:
        raise
    except sqlite3.Error as error:
        if _means_damage(error):
            raise DamagedError(f"The history in {shown_path(folder)} is damaged ({error}).") from error
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            why = _BUSY
        elif code is not None and code & 0xFF == sqlite3.SQLITE_FULL:
            why = "the disk is full"
        else:
            why = str(error)
        raise refused(folder, done, why) from error
    except UnicodeDecodeError as error:  # SQLite quotes the damaged name of a column
        raise DamagedError(f"The history in {shown_path(folder)} is damaged.") from error
    except OSError as error:
        raise refused(folder, done, error) from error

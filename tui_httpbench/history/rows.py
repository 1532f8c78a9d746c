"""A run as a row of the history's database, and what is asked and changed of rows within one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tui_httpbench.history.naming import sibling_of
from tui_httpbench.text.quoting import printable

if TYPE_CHECKING:
    import sqlite3

COLUMNS = "id, started_s, name, facts, samples_bytes, samples"


@dataclass(frozen=True)
class Entry:
    """One run of the history, as a list shows it.

    ``started_s`` is when it began, in Unix time; ``facts`` what else a list shows of it, as JSON knows it;
    ``samples_bytes`` what its samples take on the disk, 0 where they are not kept.
    """

    id: str
    started_s: float
    name: str
    facts: dict[str, Any] = field(repr=False)
    samples_bytes: int = 0


@dataclass(frozen=True)
class Size:
    """How many runs there are, and the bytes that their samples take."""

    runs: int
    samples_bytes: int


def made_room(connection: sqlite3.Connection, entry: Entry, went_on_from: str | None) -> tuple[Entry, list[str]]:
    """The entry with an id that is its own, and the samples' files of the run that it stands in for.

    It stands in for the run with its id where it went on from just that: where that has the digest that it had then.
    """
    same = row_where(connection, "id = ?", entry.id)
    if same is not None and went_on_from is not None and same[0].facts.get("digest") == went_on_from:
        return replace(entry, name=same[0].name), [same[1]]
    while same is not None:  # another run of the same second
        entry = replace(entry, id=sibling_of(entry.id))
        same = row_where(connection, "id = ?", entry.id)
    return entry, []


def purge_until(connection: sqlite3.Connection, before_s: float) -> list[str]:
    """Removes what was hidden until then; the samples' files that nobody needs any more."""
    rows = connection.execute("SELECT id, samples FROM runs WHERE hidden_s <= ?", (before_s,)).fetchall()
    for run_id, _ in rows:
        connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))
        connection.execute("DELETE FROM summaries WHERE id = ?", (run_id,))
    return [file_name for _, file_name in rows if file_name]


def drop_oldest(connection: sqlite3.Connection, limit_bytes: int) -> list[str]:
    """Drops the oldest samples until the rest keeps within the limit; the files that nobody needs any more."""
    total = connection.execute("SELECT coalesce(sum(samples_bytes), 0) FROM runs").fetchone()[0]
    gone = []
    query = "SELECT id, samples, samples_bytes FROM runs WHERE samples != '' ORDER BY started_s, id"
    for run_id, file_name, size in connection.execute(query).fetchall() if total > limit_bytes else ():
        if total <= limit_bytes:
            break
        connection.execute("UPDATE runs SET samples = '', samples_bytes = 0 WHERE id = ?", (run_id,))
        gone.append(file_name)
        total -= size
    return gone


def row_where(connection: sqlite3.Connection, condition: str, value: object) -> tuple[Entry, str] | None:
    """The first run of which this holds, with the name of its samples' file; ``value`` is what its ``?`` stands for."""
    row = connection.execute(f"SELECT {COLUMNS} FROM runs WHERE {condition}", (value,)).fetchone()
    return None if row is None else (entry_of(row), str(row[5]))


def entry_of(row: tuple[Any, ...]) -> Entry:
    """The entry of a row; one whose facts are damaged has none."""
    try:
        facts = json.loads(row[3])
    except (ValueError, TypeError, RecursionError):
        facts = {}
    size = row[4] if isinstance(row[4], int) else 0
    return Entry(str(row[0]), float(row[1]), printable(str(row[2])), facts if isinstance(facts, dict) else {}, size)


def condition_of(searched: str) -> tuple[str, list[object]]:
    """What rows are asked for that are not hidden and have all of these words, and the values in it."""
    words = searched.casefold().split()
    return " AND ".join(["hidden_s IS NULL", *("instr(searched, ?) > 0" for _ in words)]), list(words)

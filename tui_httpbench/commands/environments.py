"""``httpbench-tui environments``: lists the environments made for variants, or removes them."""

from __future__ import annotations

import sys

from rich import box
from rich.table import Table
from rich.text import Text

from tui_httpbench.commands.exit_status import FAILURE, SUCCESS
from tui_httpbench.environments.failure import EnvironmentFailure
from tui_httpbench.environments.store import Kept, Store, age_s, environments_folder
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.text.formatting import UNKNOWN, complaint, format_age, format_bytes, plural
from tui_httpbench.text.quoting import printable


def list_environments(console: StreamConsole) -> int:
    """Prints what is kept, one a row, the one used last first, and where it lies; returns the exit status, 0 or 1."""
    try:
        store = _store()
    except EnvironmentFailure as failure:
        print(complaint(str(failure)), file=sys.stderr)
        return FAILURE
    kept = store.kept() if store is not None else ()
    if store is None or not kept:
        print(complaint("No environment is kept; a run with --variant makes those that it needs."), file=sys.stderr)
        return SUCCESS
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold")
    for name in ("size", "made", "used", "python"):
        table.add_column(name, no_wrap=True, justify="right" if name == "size" else "left")
    table.add_column("holds", overflow="fold")
    for each in kept:
        table.add_row(*map(Text, _cells(each, store)))
    columns = console.columns if console.is_terminal else max(console.columns, console.width_of(table))
    console.print(table, columns=columns)
    total = sum(each.about.size_bytes for each in kept if each.about is not None)
    print(complaint(f"{_count(len(kept))} of {format_bytes(total)} in all in {store.folder}."), file=sys.stderr)
    return SUCCESS


def clear_environments() -> int:
    """Removes all that no app uses, and says so; returns the exit status, 0 where none is left or 1."""
    try:
        store = _store()
        gone, stay = store.clear() if store is not None else ((), ())
    except (EnvironmentFailure, OSError) as error:
        print(complaint(str(error)), file=sys.stderr)
        return FAILURE
    freed = sum(each.about.size_bytes for each in gone if each.about is not None)
    told = f"{_count(len(gone))} removed, {format_bytes(freed)}." if gone or stay else "No environment is kept."
    if stay:
        told += f" {_count(len(stay))} stayed, in use by another app."
    print(complaint(told), file=sys.stderr)
    return FAILURE if stay else SUCCESS


def _store() -> Store | None:
    """The user's, None where nothing was ever made. Raises EnvironmentFailure."""
    folder = environments_folder()
    return Store(folder) if folder is not None and folder.is_dir() else None


def _cells(kept: Kept, store: Store) -> tuple[str, ...]:
    used = "now" if store.is_in_use(kept.key) else format_age(age_s(kept.used_at))
    about = kept.about
    if about is None:
        return UNKNOWN, UNKNOWN, used, UNKNOWN, "can't be read: of another version, or broken"
    return (
        format_bytes(about.size_bytes),
        format_age(age_s(about.made_at)),
        used,
        about.python,
        printable(about.in_words),
    )


def _count(number: int) -> str:
    return plural(number, "environment")

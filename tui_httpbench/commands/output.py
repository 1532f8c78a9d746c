"""What commands write: sentences to standard error, texts to where they were asked for, reports to a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

from tui_httpbench.report.console import discard_stdout
from tui_httpbench.report.destination import FileDestination
from tui_httpbench.text.formatting import complaint, reason_of
from tui_httpbench.text.quoting import shortened


def complain(text: str) -> None:
    """Writes a sentence to standard error; nobody may be left to read it, which must not end what goes on."""
    with suppress(OSError, ValueError):
        print(complaint(text), file=sys.stderr)


def write_text(destination: FileDestination, text: str, what: str) -> bool:
    """Whether the text arrived, or its reader needs no more of it; else says why. ``what`` it is: ``list``."""
    try:
        destination.write(text)
    except BrokenPipeError:
        if destination.is_stdout:
            discard_stdout()
    except OSError as error:
        where = "standard output" if destination.is_stdout else repr(shortened(destination.path, 200))
        complain(f"The {what} can't be written to {where}: {reason_of(error)}.")
        return False
    return True


def print_whole(print_report: Callable[[], None]) -> bool:
    """Whether a report could be printed, or its reader has left; else says why."""
    try:
        print_report()
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        discard_stdout()
        complain(f"The report can't be written: {reason_of(error)}.")
        return False
    return True

"""What is wrong with the history, in a sentence."""

from __future__ import annotations

from pathlib import Path

from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import safe_sentence, shown_path


class HistoryError(OSError):
    """The history can't be read or written; the text is one sentence for the user."""

    def __init__(self, message: str) -> None:
        super().__init__(safe_sentence(message))


class DamagedError(HistoryError):
    """Its database is damaged, so that it is to be set aside."""


class NoSuchRunError(HistoryError):
    """It has no such run, or several that could be meant."""


def refused(folder: Path, done: str, error: OSError | str) -> HistoryError:
    """That a history can't be ``read`` or ``written``, as ``done`` says, and why."""
    why = error if isinstance(error, str) else reason_of(error)
    return HistoryError(f"The history in {shown_path(folder)} can't be {done}: {why}.")

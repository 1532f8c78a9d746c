"""What is wrong with the history, in a sentence."""

from __future__ import annotations

import errno
from pathlib import Path

from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import safe_sentence, shown_path

_LASTING = (errno.EACCES, errno.ENOENT, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


class HistoryError(OSError):
    """The history can't be read or written; the text is one sentence for the user.

    ``is_lasting`` tells that the next try will fare no better, as where there is no home.
    """

    def __init__(self, message: str, *, is_lasting: bool = False) -> None:
        super().__init__(safe_sentence(message))
        self.is_lasting = is_lasting


class DamagedError(HistoryError):
    """Its database is damaged, so that it is to be set aside."""


class NoSuchRunError(HistoryError):
    """It has no such run, or several that could be meant."""


def refused(folder: Path, done: str, error: OSError | str) -> HistoryError:
    """That a history can't be ``read`` or ``written``, as ``done`` says, and why."""
    why = error if isinstance(error, str) else reason_of(error)
    is_lasting = not isinstance(error, str) and error.errno in _LASTING
    return HistoryError(f"The history in {shown_path(folder)} can't be {done}: {why}.", is_lasting=is_lasting)

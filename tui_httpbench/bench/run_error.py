"""Why a run can't begin or go on."""

from __future__ import annotations

import errno
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import printable

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Told = TypeVar("Told")


class RunError(OSError):
    """A run can't begin or go on; the text is one sentence for the user."""


def in_words(error: OSError) -> str:
    """What the system refused, as the end of a sentence without its full stop; with what to do where a disk is full."""
    name = f" ({printable(str(error.filename))})" if isinstance(error.filename, str) else ""
    advice = "; free some space on that disk, or set XDG_STATE_HOME to another one" if error.errno in _NO_ROOM else ""
    return f"{reason_of(error)}{name}{advice}"


async def with_reasons(events: AsyncGenerator[Told, None], what: str) -> AsyncGenerator[Told, None]:
    """The same events; what the system refuses meanwhile raises RunError, with ``what`` could not be made.

    ``events`` are closed with it.
    """
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except RunError:
        raise
    except OSError as error:
        raise RunError(f"The {what} can't be made: {in_words(error)}.") from error

"""What runs are called: by the ids that they are given, and by the names that their users give them."""

from __future__ import annotations

import re
from datetime import datetime

from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.quoting import printable, shortened

MAX_NAME = 100
LAST = re.compile(r"last(?:~(\d{1,9}))?", re.ASCII)
"""What means the latest run, and how many before it."""
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that look like others."""
_SUFFIX_LENGTH = 4
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-z]{4,16}", re.ASCII)


def new_run_id(started_at: str | None) -> str:
    """A new id, which sorts by time: ``20261126-201841-k3fq``; ``started_at`` is a time of day in ISO 8601, or None."""
    moment = datetime.now() if started_at is None else datetime.fromisoformat(started_at)
    return f"{moment:%Y%m%d-%H%M%S}-{_suffix()}"


def sibling_of(run_id: str) -> str:
    """Another new id of the same second."""
    return f"{run_id.rpartition('-')[0]}-{_suffix()}"


def _suffix() -> str:
    import secrets  # here, since to look at a command line takes none

    return "".join(secrets.choice(_SIGNS) for _ in range(_SUFFIX_LENGTH))


def checked_run_id(value: object) -> str:
    """An id as files hold it, empty where there is none. Raises ValueError, TypeError."""
    if not isinstance(value, str):
        raise TypeError("id")
    if value and _ID.fullmatch(value) is None:
        raise ValueError("id")
    return value


def checked_name(value: object) -> str:
    """A name as files hold it, empty where there is none: one short line that can be shown. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError("name")
    return shortened(printable(value), MAX_NAME)


def parse_name(text: str | None) -> str:
    """The name that a user gives a run; none where nothing is said. Raises PlanError."""
    name = "" if text is None else text.strip()
    if len(name) > MAX_NAME:
        raise PlanError("name", f"The name has {len(name):,} characters; give one of at most {MAX_NAME}.")
    if not name.isprintable():
        raise PlanError("name", f"The name {shortened(printable(name))!r} has characters that can't be shown.")
    if text is not None and not name:
        raise PlanError("name", "The name is empty; give one such as --name before, or leave the option out.")
    if LAST.fullmatch(name):
        raise PlanError("name", f"The name can't be {name}, which means the latest runs; give another one.")
    return name

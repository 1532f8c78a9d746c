"""The page that a job of GitHub Actions has for its summary."""

from __future__ import annotations

import os
from pathlib import Path

from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import printable, shortened

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def wants_summary() -> bool:
    """Whether this is a job that has such a page."""
    return bool(os.environ.get(STEP_SUMMARY))


def add_to_summary(markdown: str) -> str:
    """Adds it to the page; why it can't be, in a sentence, else empty.

    Nobody asked for it, so that it does not count as a failure.
    """
    path = os.environ.get(STEP_SUMMARY, "")
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(markdown)
    except (OSError, ValueError) as error:
        return f"{STEP_SUMMARY} names {shortened(printable(path))!r}, which can't be written: {reason_of(error)}."
    return ""

"""What is said of a text that went to the clipboard."""

from __future__ import annotations

import os
from collections.abc import Mapping


def told_of_copy(what: str, environment: Mapping[str, str] = os.environ) -> str:
    """``Copied to the clipboard: the result.``; in tmux, what else that needs.

    ``what`` is the copied thing, as in ``the result``; a key ``s`` is to save it.
    """
    if not environment.get("TMUX"):
        return f"Copied to the clipboard: {what}."
    return f"Sent to the terminal's clipboard: {what}. tmux needs 'set -s set-clipboard on' for that; s saves a file."

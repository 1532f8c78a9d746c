"""Ends this process with its parent."""

from __future__ import annotations

import os
import sys
import threading


def hold_life_line() -> None:
    """Watches stdin from a thread of its own: once it closes, the parent is done with this worker, or dead."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)

"""Loaded by each worker of a cluster on this machine, before it works: what is typed at the terminal is the app's.

Ctrl-C goes to every process of the terminal's group. A worker that ended by it could not hand in what it has.
"""

from __future__ import annotations

import os
from contextlib import suppress

if hasattr(os, "setsid"):
    with suppress(OSError):  # it leads a group of its own already
        os.setsid()

"""A Python process that is killed once it has told what it started; on every system, unlike ``killing.py``."""

from __future__ import annotations

import subprocess
import sys


def words_of_killed(script: str) -> list[str]:
    """The words of the first line that a Python process prints which runs this script, and is killed for it."""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    words = process.stdout.readline().split()
    process.kill()
    process.communicate()
    return words

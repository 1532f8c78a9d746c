"""Numbers as people type them, on the command line, in the form and in files."""

from __future__ import annotations

import math
import re

_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ms|s|m|min)", re.IGNORECASE | re.ASCII)
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0}


def read_number(text: str) -> float:
    """The number, or NaN, which no range holds: also for digits other than 0 to 9, which ``float`` takes as well."""
    try:
        return float(text) if text.isascii() else math.nan
    except ValueError:
        return math.nan


def read_seconds(text: str) -> float:
    """The seconds of ``2``, ``0.3``, ``300ms``, ``2s`` or ``1m``, or NaN."""
    match = _DURATION.fullmatch(text.strip())
    return float(match[1]) * _UNITS_S[match[2].lower()] if match else read_number(text)

"""Whether runs are kept, and how much room their samples may take: the table ``[history]`` of the config file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tui_httpbench.files.folders import config_path
from tui_httpbench.files.small_file import parse_toml, read_small_file
from tui_httpbench.text.quoting import printable, shortened, shown_path

TABLE = "history"
MAX_FILE_BYTES = 100_000
DEFAULT_LIMIT_BYTES = 500_000_000
MAX_LIMIT_BYTES = 10**15
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(k|M|G|T)?B?", re.ASCII | re.IGNORECASE)
_SCALES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


@dataclass(frozen=True)
class HistorySettings:
    """``keeps`` is whether runs are kept, ``limit_bytes`` what their samples may take on the disk together.

    ``problems`` are sentences on what the file has wrong; then what is usual holds.
    """

    keeps: bool = True
    limit_bytes: int = DEFAULT_LIMIT_BYTES
    problems: tuple[str, ...] = ()


def load_history_settings() -> HistorySettings:
    """What the config file says; what is usual where there is none, or none that can be read: others tell of that."""
    path = config_path()
    try:
        values = {} if path is None else parse_toml(read_small_file(path, MAX_FILE_BYTES).decode())
    except (OSError, ValueError):
        return HistorySettings()
    table = values.get(TABLE, {})
    problems = tuple(
        f"The config file {shown_path(path)}, {shortened(printable(key))}: {problem}"
        for key, problem in history_problems(table)
    )
    if not isinstance(table, dict):
        return HistorySettings(problems=problems)
    keeps, limit_bytes = table.get("keep"), _read_size(table.get("limit"))
    return HistorySettings(
        keeps if isinstance(keeps, bool) else True,
        DEFAULT_LIMIT_BYTES if limit_bytes is None else limit_bytes,
        problems,
    )


def history_problems(table: object) -> list[tuple[str, str]]:
    """What is wrong with the table ``[history]``: the key, and a sentence on it."""
    if not isinstance(table, dict):
        return [(TABLE, f'It must be a table: write [{TABLE}], and under it lines such as limit = "500 MB".')]
    problems = []
    for key, value in table.items():
        if key not in ("keep", "limit"):
            problems.append((key, f"There is no such key in [{TABLE}]; there are keep and limit."))
        elif key == "keep" and not isinstance(value, bool):
            problems.append((key, f"{_shown(value)} is neither true nor false."))
        elif key == "limit" and _read_size(value) is None:
            problems.append((key, f'{_shown(value)} is no size; write one such as "500 MB" or "2 GB".'))
    return problems


def _read_size(value: Any) -> int | None:
    """Bytes, of a text such as ``500 MB`` or a number of them; None for what is no size."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    match = _SIZE.fullmatch(str(value).strip())
    if match is None:
        return None
    size = int(float(match[1]) * _SCALES[(match[2] or "").upper()])
    return size if size <= MAX_LIMIT_BYTES else None


def _shown(value: object) -> str:
    return shortened(printable(repr(value)))

"""Files that should be small and plain: settings that people write, and what was stored for the next start."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

MAX_DEPTH = 20
"""Tables and lists in each other; more than that is no file that a person wrote."""


class TomlError(ValueError):
    """A text is no TOML that can be used; the text is the end of a sentence, without its full stop."""


def read_small_file(path: Path, limit_bytes: int) -> bytes:
    """The content of a file of at most ``limit_bytes``; never waits for one that is no plain file. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except ValueError:  # a NUL, or a character that no file's name can have
        raise OSError(errno.EINVAL, "no file can have this name") from None
    try:
        kind = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(kind):
            raise OSError(errno.EINVAL, "it is a folder" if stat.S_ISDIR(kind) else "it is no plain file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit_bytes + 1)
    finally:
        os.close(descriptor)
    if len(data) > limit_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {limit_bytes:,} bytes")
    return data


def is_file(name: str) -> bool:
    """Whether a text, which may begin with ``~``, is the path of a file; False for what no file can be called."""
    # Path.is_file raises OSError for a name that is too long, and Path.expanduser RuntimeError without a home.
    return os.path.isfile(os.path.expanduser(name))  # noqa: PTH111, PTH113


def parse_toml(text: str) -> dict[str, Any]:
    """The values of a TOML document that is no deeper than ``MAX_DEPTH``, with numbers of 64 bits. Raises TomlError."""
    import tomllib

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"is no TOML: {error}") from None
    except RecursionError:
        raise TomlError("is nested too deeply") from None
    except ValueError:  # Python refuses to read integers of thousands of digits
        raise TomlError("has a number with too many digits") from None
    _check(values)
    return values


def _check(values: dict[str, Any]) -> None:
    waiting: list[tuple[object, int]] = [(values, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise TomlError("is nested too deeply")
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise TomlError("has a number with too many digits")
        if isinstance(value, dict | list):
            inner = value.values() if isinstance(value, dict) else value
            waiting += [(each, depth + 1) for each in inner]

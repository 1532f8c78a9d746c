"""What a host is like, told by code that needs nothing of this program there.

It is sent as text: another version of Python could not run it in any other form, and this program may be missing. So it
needs the standard library of Python 3.9 alone.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import socket
import sys
import tempfile
import time
import uuid


def look(distributions: list[str], modules: list[str]) -> dict[str, object]:
    """The facts, as values that JSON has too: ``distributions`` are those whose versions are asked for."""
    return {
        "hostname": socket.gethostname(),
        "machine": _machine(),
        "python": platform.python_version(),
        "package": _package_version(),
        "versions": {name: version for name in distributions if (version := _version(name))},
        "missing": [name for name in modules if not _is_found(name)],
        "free_bytes": _free_bytes(),
        "pid": os.getpid(),
        "time_s": time.time(),
    }


def _machine() -> str:
    """What all processes on one machine have in common, in containers and network namespaces too."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:  # noqa: PTH123
            return file.read().strip()
    except OSError:
        return f"{uuid.getnode():x}"


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _package_version() -> str:
    """That of the program that will run there: a tree on the path need not be what was installed."""
    if not _is_found("tui_httpbench"):
        return ""
    return str(getattr(sys.modules.get("tui_httpbench") or __import__("tui_httpbench"), "__version__", ""))


def _is_found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def _free_bytes() -> int | None:
    """On the disk that takes what is measured there."""
    home = os.path.expanduser("~")  # noqa: PTH111
    for folder in (os.environ.get("XDG_STATE_HOME"), os.path.join(home, ".local", "state"), home):  # noqa: PTH118
        while folder and not os.path.isdir(folder) and os.path.dirname(folder) != folder:  # noqa: PTH112, PTH120
            folder = os.path.dirname(folder)  # noqa: PTH120
        if folder and os.access(folder, os.W_OK):
            break
    else:
        folder = tempfile.gettempdir()
    status = os.statvfs(folder) if hasattr(os, "statvfs") else None
    return None if status is None else status.f_bavail * status.f_frsize

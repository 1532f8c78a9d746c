"""What this process runs on: interpreter and event loop. Told in the probe alone, not by a worker that measures."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import sysconfig
from typing import Any


def interpreter() -> dict[str, Any]:
    """The interpreter: ``has_gil`` as it is now, since an extension may turn it on; ``has_jit`` is None if unknown.

    ``path_entries`` are the folders in which a module is looked for.
    """
    is_gil_enabled = getattr(sys, "_is_gil_enabled", lambda: True)
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "build": " ".join(sys.version.split()),
        "is_free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "has_gil": bool(is_gil_enabled()),
        "has_jit": _has_jit(),
        "path_entries": sum(map(os.path.isdir, sys.path)),
    }


def loop_in_use() -> str:
    """The running event loop's module, with its version where that is not Python's own: ``uvloop 0.23.0``."""
    name = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    version = getattr(sys.modules.get(name), "__version__", "")
    return f"{name} {version}".rstrip()


def _has_jit() -> bool | None:
    if platform.python_implementation() == "PyPy":
        return True
    jit = getattr(sys, "_jit", None)
    if jit is not None:
        return bool(jit.is_enabled())
    return False if sys.version_info < (3, 13) else None  # 3.13 has one that can be built in, and does not tell

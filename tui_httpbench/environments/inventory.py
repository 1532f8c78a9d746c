"""Tells what an interpreter is, and what is installed beside it; a program of its own, for Python 3.6 and newer: those
that are too old to measure with tell so. Hence the quotes around types.

It is started by its path, and prints one line of JSON. With ``--packages`` the distributions are in it, by their
normalized names, and of their files those that are not as they were installed.
"""

import json
import platform
import re
import sys
import sysconfig
from pathlib import Path
from typing import Any


def interpreter() -> "dict[str, Any]":
    """What it is: plain values, also under a Python that is too old to measure with."""
    return {
        "implementation": platform.python_implementation(),
        "version": list(sys.version_info[:3]),
        "full_version": platform.python_version(),
        "executable": str(Path(sys.executable).resolve()),
        "is_free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "build": sys.version,
        "machine": platform.machine(),
    }


def packages() -> "tuple[dict[str, str], list[str]]":
    """The distributions' versions by name, and the paths of files that are gone or have another size."""
    from importlib import metadata

    versions: dict[str, str] = {}
    broken: list[str] = []
    for distribution in metadata.distributions():
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"] or "").lower()
        versions[name] = distribution.version
        for file in distribution.files or ():
            path = Path(str(file.locate()))
            if file.size is not None and (not path.is_file() or path.stat().st_size != file.size):
                broken.append(str(path))
    return versions, broken


def main() -> None:
    """Prints the line."""
    told = interpreter()
    if "--packages" in sys.argv:
        told["packages"], told["broken"] = packages()
    print(json.dumps(told))


if __name__ == "__main__":
    main()

"""Is what a mode runs on what is installed? Versions, files and functions in use against those of the distributions.

Looked at in the probe alone, between the import of the client's file and its first change to a library: the files read
here would leave the allocator of a process that measures in another state.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib.metadata
import os
import platform
import re
import sys
import types
from collections.abc import Iterable
from pathlib import Path

from .replaced import PYTHONS_OWN, replaced_in_python, replaced_member

_C_PARTS = {
    "aiohttp": "aiohttp._http_parser",
    "frozenlist": "frozenlist._frozenlist",
    "multidict": "multidict._multidict",
    "propcache": "propcache._helpers_c",
    "yarl": "yarl._quoting_c",
}
"""The module in C that makes a library fast, by the module that people import."""


def with_c() -> list[str]:
    """The imported libraries that run with their parts in C."""
    return [name for name, part in _C_PARTS.items() if name in sys.modules and sys.modules.get(part) is not None]


def without_c() -> list[str]:
    """The imported libraries that run without their parts in C, which are several times as fast."""
    if platform.python_implementation() != "CPython":
        return []
    return [name for name, part in _C_PARTS.items() if name in sys.modules and sys.modules.get(part) is None]


def strange_libraries(packages: Iterable[str]) -> dict[str, str]:
    """What is odd about the imported libraries, in a clause each; ``packages`` are the names of distributions."""
    found: dict[str, str] = {}
    for package in packages:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            clause = _oddness(_Library(importlib.metadata.distribution(package)))
            if clause:
                found[package] = clause
    for name in PYTHONS_OWN:
        clause = replaced_in_python(name)
        if clause:
            found[f"Python's {name}"] = clause
    return found


def _files_of(distribution: importlib.metadata.Distribution) -> dict[str, importlib.metadata.PackagePath]:
    """Its modules' files by their paths, without links on the way to the folder that all are in."""
    folder = os.path.realpath(str(distribution.locate_file("")))
    files = [file for file in distribution.files or () if file.suffix in (".py", ".so", ".pyd")]
    return {os.path.join(folder, str(file)): file for file in files}  # noqa: PTH118


class _Library:
    """A distribution, and the modules of it that are imported."""

    def __init__(self, distribution: importlib.metadata.Distribution) -> None:
        """Reads its list of files; of one that was installed as a link to its sources, there is none to speak of."""
        self.distribution = distribution
        self.files = _files_of(distribution)
        tops = {file.parts[0].partition(".")[0] for file in self.files.values() if file.parts[0] not in ("..", ".")}
        self.tops = {top for top in tops if not top.startswith("__editable__")}
        self.modules = {
            name: module
            for name, module in list(sys.modules.items())
            if isinstance(module, types.ModuleType) and name.partition(".")[0] in self.tops
        }


def _oddness(library: _Library) -> str:
    """The first thing that is odd about a library; empty where nothing is, or where it was not imported."""
    for check in (_other_place, _other_version, _other_content, _other_members):
        clause = check(library)
        if clause:
            return clause
    return ""


def _other_place(library: _Library) -> str:
    for name, module in library.modules.items():
        path = getattr(module, "__file__", None)
        if library.files and name in library.tops and path and os.path.realpath(path) not in library.files:
            return f"was loaded from {path}"
    return ""


def _other_version(library: _Library) -> str:
    promised = library.distribution.version
    for name, module in library.modules.items():
        told = getattr(module, "__version__", None)
        if name in library.tops and isinstance(told, str) and _release(told) != _release(promised):
            return f"says that it is version {told}, and {promised} is installed"
    return ""


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a version, without zeros at their end; what some libraries tell lacks the rest."""
    numbers = [int(number) for number in re.findall(r"\d+", (re.match(r"v?(\d+(\.\d+)*)", version) or [""])[0])]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _other_content(library: _Library) -> str:
    for module in library.modules.values():
        path = os.path.realpath(getattr(module, "__file__", None) or "")
        file = library.files.get(path)
        if file is None or file.hash is None or file.hash.mode != "sha256":
            continue
        with contextlib.suppress(OSError):
            digest = hashlib.sha256(Path(path).read_bytes()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value.rstrip("="):
                return f"has a file that was changed since it was installed, {file}"
    return ""


def _other_members(library: _Library) -> str:
    return replaced_member(library.modules, library.tops, library.distribution)

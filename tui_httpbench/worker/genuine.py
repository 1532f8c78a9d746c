"""Is what a mode runs on what is installed? Versions, files and functions in use against those of the distributions.

Looked at in the probe alone, between the import of the client's file and its first change to a library: the files read
here would leave the allocator of a process that measures in another state.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import importlib.metadata
import os
import platform
import re
import sys
import sysconfig
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_C_PARTS = {
    "aiohttp": "aiohttp._http_parser",
    "frozenlist": "frozenlist._frozenlist",
    "multidict": "multidict._multidict",
    "propcache": "propcache._helpers_c",
    "yarl": "yarl._quoting_c",
}
"""The module in C that makes a library fast, by the module that people import."""

_PYTHONS_OWN = {
    "http.client": ("HTTPConnection", "HTTPResponse"),
    "socket": ("socket",),
    "ssl": ("SSLContext", "SSLSocket"),
}
"""What all clients stand on, and what some packages put something else in the place of."""

_STANDARD = tuple(os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("stdlib", "platstdlib"))
_PACKAGES = tuple(os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("purelib", "platlib"))


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
    for name, kinds in _PYTHONS_OWN.items():
        clause = _oddness_of_python(name, kinds)
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
    for check in (_other_place, _other_version, _other_content, _other_functions):
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


def _other_functions(library: _Library) -> str:
    paths = [getattr(module, "__file__", None) for module in library.modules.values()]
    folders = {_folder(path) for path in paths if path}
    found = [
        (label, place)
        for name, module in library.modules.items()
        for label, value in _members(name, module)
        for place in (_foreign_place(value, folders),)
        if place
    ]
    if found:  # what a library requires may help to make its functions
        required = _required_folders(library.distribution)
        found = [(label, place) for label, place in found if _folder(place) not in required]
    return f"has {found[0][0]} from {found[0][1]}" if found else ""


def _required_folders(distribution: importlib.metadata.Distribution) -> set[str]:
    folders: set[str] = set()
    for line in distribution.requires or ():
        name = re.match(r"[\w.-]+", line)
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            if name is not None:
                folders |= {_folder(path) for path in _files_of(importlib.metadata.distribution(name[0]))}
    return folders


@functools.cache
def _folder(path: str) -> str:
    return os.path.dirname(os.path.realpath(path))  # noqa: PTH120


def _oddness_of_python(name: str, kinds: tuple[str, ...]) -> str:
    module = sys.modules.get(name)
    for kind in kinds if module is not None else ():
        own = getattr(module, kind)
        if own.__module__.partition(".")[0].lstrip("_") != name.partition(".")[0]:
            return f"has {kind} from {own.__module__}"
        for label, value in vars(own).items():
            place = _foreign_place(value, set())
            if place:
                return f"has {kind}.{label} from {place}"
    return ""


def _members(name: str, module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """Functions of a module, and those of its classes, with their names."""
    for label, value in list(vars(module).items()):
        if getattr(value, "__module__", None) != name:
            continue
        if isinstance(value, type):
            yield from ((f"{label}.{own}", member) for own, member in list(vars(value).items()))
        else:
            yield label, value


def _foreign_place(value: Any, folders: set[str]) -> str:
    """Where a function comes from that is neither its library's, nor Python's, nor made by either; else empty."""
    value = getattr(value, "__func__", value) if isinstance(value, (staticmethod, classmethod)) else value
    value = value.fget if isinstance(value, property) else value
    if isinstance(value, types.FunctionType):
        return _unless_own(value.__code__.co_filename, folders) or ""
    # What wrapt and the like put around a function is no function; its kind tells whose it is.
    if hasattr(type(value), "__wrapped__"):
        path = getattr(sys.modules.get(type(value).__module__), "__file__", None)
        return (_unless_own(path, folders) if path else None) or ""
    return ""


def _unless_own(path: str, folders: set[str]) -> str | None:
    """The path of a file, None where it is the library's or Python's own, or no file at all."""
    if path.startswith("<"):
        return None
    folder = _folder(path) + os.sep
    is_standard = folder.startswith(_STANDARD) and not folder.startswith(_PACKAGES)
    return None if is_standard or folder[: -len(os.sep)] in folders else path

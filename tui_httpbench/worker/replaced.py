"""What of a library's own names something else was put in the place of: functions, classes, and what tables hold.

Everything has a home: the file that it was written in. At home are the library, what its modules import, what it
requires, and Python itself. Whatever else one of its names stands for was put there.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import os
import re
import sys
import sysconfig
import types
from collections.abc import Iterable, Iterator
from typing import Any

PYTHONS_OWN = {
    "http.client": ("HTTPConnection", "HTTPSConnection", "HTTPResponse"),
    "socket": ("socket",),
    "ssl": ("SSLContext", "SSLObject", "SSLSocket"),
}
"""What all clients stand on, and what some packages put something else in the place of."""

_STANDARD = tuple(os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("stdlib", "platstdlib"))
_PACKAGES = tuple(os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("purelib", "platlib"))
_NEW_LOCALS = 2  # of a code object that is a function's and no class's: inspect.CO_NEWLOCALS


def replaced_member(
    modules: dict[str, types.ModuleType], tops: Iterable[str], distribution: importlib.metadata.Distribution
) -> str:
    """The first of a library's names that stands for something from elsewhere, as a clause; empty where none does."""
    modules = {name: module for name, module in modules.items() if module.__name__ == name}  # no other name for another
    codes = {name: _code_of(module) for name, module in modules.items()}
    definitions = [const for code in codes.values() for const in _definitions(code)]
    own_names = {const.co_name for const in definitions}
    classes = {const.co_name for const in definitions if not const.co_flags & _NEW_LOCALS}
    mentioned = {name.partition(".")[0] for code in codes.values() if code is not None for name in code.co_names}
    homes, found = _homes({*tops, *mentioned}), []
    for name, module in modules.items():
        for label, value in _members(module, codes[name], own_names):
            place = _place_of(value)
            if place and not _is_at_home(place, homes):
                found.append((label, place))
            elif label in classes and _stands_in(value):
                found.append((label, ""))
    if found:  # what a library requires may help to make its functions
        homes = _homes(_required(distribution, set()))
        found = [(label, place) for label, place in found if not _is_at_home(place, homes)]
    if not found:
        return ""
    label, place = found[0]
    return f"has {label} from {place}" if place else f"has something else in the place of its class {label}"


def replaced_in_python(name: str) -> str:
    """The same of one of Python's own modules."""
    module = sys.modules.get(name)
    for label in PYTHONS_OWN[name] if module is not None else ():
        own = getattr(module, label)
        if own.__module__.partition(".")[0].lstrip("_") != name.partition(".")[0]:
            return f"has {label} from {own.__module__}"
        for member, value in vars(own).items():
            place = _place_of(value)
            if place and not _is_pythons(place):
                return f"has {label}.{member} from {place}"
    for label, value in list(vars(module).items()) if module is not None else ():
        place = _place_of(value) if isinstance(value, types.FunctionType) else ""
        if place and not _is_pythons(place):
            return f"has {label} from {place}"
    return ""


# What a module has by its own code


def _code_of(module: types.ModuleType) -> types.CodeType | None:
    """The code of a module's file; None where it has none, as of modules in C."""
    loader: Any = getattr(module.__spec__, "loader", None)
    with contextlib.suppress(ImportError, OSError, SyntaxError, ValueError):
        code = loader.get_code(module.__name__) if hasattr(loader, "get_code") else None
        return code if isinstance(code, types.CodeType) else None
    return None


def _definitions(code: types.CodeType | None) -> Iterator[types.CodeType]:
    """The code of each function and class that a module's own code defines."""
    for const in code.co_consts if code is not None else ():
        if isinstance(const, types.CodeType) and const.co_name.isidentifier():
            yield const


def _members(module: types.ModuleType, code: types.CodeType | None, own_names: set[str]) -> Iterator[tuple[str, Any]]:
    """What the names of a module's code stand for, and those of the library that came along with an asterisk.

    Of a class also what is in it, of a table what it holds; nothing that anybody else has added.
    """
    for label, value in list(vars(module).items()):
        if label.startswith("__") or code is None or not (label in code.co_names or label in own_names):
            continue
        yield label, value
        if isinstance(value, type) and _is_of(value, module):
            yield from ((f"{label}.{own}", member) for own, member in list(vars(value).items()))
        elif isinstance(value, dict):
            yield from ((f"{label}[{key!r}]", held) for key, held in list(value.items()))
        elif isinstance(value, (list, tuple)):
            yield from ((label, held) for held in list(value))


def _is_of(kind: type, module: types.ModuleType) -> bool:
    return str(kind.__module__).partition(".")[0] == module.__name__.partition(".")[0]


def _stands_in(value: Any) -> bool:
    """Whether what a class's name stands for is made by Python's own means, such as ``partial``, and no class."""
    kind = type(value)
    is_alias = kind.__module__ in ("builtins", "types", "typing")
    return not (isinstance(value, type) or is_alias) and _is_pythons(_file_of(kind.__module__))


# Where things come from


def _place_of(value: Any) -> str:
    """The file that a function or class was written in, of anything else its class; empty for what has none."""
    value = getattr(value, "__func__", value) if isinstance(value, (staticmethod, classmethod)) else value
    value = value.fget if isinstance(value, property) else value
    if isinstance(value, functools.partial):
        value = value.func
    if isinstance(value, types.FunctionType):
        path = value.__code__.co_filename
        return "" if path.startswith("<") else _real(path)
    if isinstance(value, type):
        return _file_of(value.__module__)
    # What wrapt and the like put around a function is no function; its kind tells whose it is.
    return _file_of(type(value).__module__)


def _file_of(name: str) -> str:
    path = getattr(sys.modules.get(name), "__file__", None)
    return _real(path) if path else ""


@functools.cache
def _real(path: str) -> str:
    """The path without links on the way, which costs many a look at the disk."""
    return os.path.realpath(path)


def _homes(tops: Iterable[str]) -> tuple[str, ...]:
    """The folders, each with a separator at its end, and the files in which these packages and modules are."""
    found = []
    for top in tops:
        module = sys.modules.get(top)
        found += [os.path.realpath(path) + os.sep for path in getattr(module, "__path__", ())]
        found += [_file_of(top)] if _file_of(top) else []
    return tuple(found)


def _is_at_home(place: str, homes: tuple[str, ...]) -> bool:
    return bool(place) and (_is_pythons(place) or place.startswith(homes))


def _is_pythons(place: str) -> bool:
    return place.startswith(_STANDARD) and not place.startswith(_PACKAGES)


def _required(distribution: importlib.metadata.Distribution, seen: set[str]) -> set[str]:
    """The packages of all that a distribution requires, with what that requires in turn, as far as it is installed."""
    tops: set[str] = set()
    for line in distribution.requires or ():
        name = re.match(r"[\w.-]+", line)
        if name is None or name[0] in seen:
            continue
        seen.add(name[0])
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            required = importlib.metadata.distribution(name[0])
            files = (file for file in required.files or () if file.suffix in (".py", ".so", ".pyd"))
            tops |= {file.parts[0].partition(".")[0] for file in files}
            tops |= _required(required, seen)
    return tops

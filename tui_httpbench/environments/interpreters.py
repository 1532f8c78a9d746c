"""Interpreters: found as uv finds them or by their path, and asked what they are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tui_httpbench.environments.failure import NO_INTERPRETER, EnvironmentFailure
from tui_httpbench.environments.installer import Installer
from tui_httpbench.plan.variants import OLDEST_PYTHON, too_old
from tui_httpbench.text.formatting import enumerate_first
from tui_httpbench.text.quoting import shortened

ANSWER_LIMIT_S = 30.0
INVENTORY_FILE = Path(__file__).with_name("inventory.py")
MAX_SHOWN = 6
_OWN_PACKAGES = frozenset(
    {"PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONPLATLIBDIR", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__"}
)


@dataclass(frozen=True)
class Interpreter:
    """A Python: where it was found, and what it told of itself."""

    path: str
    executable: str
    implementation: str
    full_version: str
    is_free_threaded: bool
    build: str
    machine: str

    @property
    def in_words(self) -> str:
        """As in ``CPython 3.14.0, free-threaded``."""
        return f"{self.implementation} {self.full_version}{', free-threaded' if self.is_free_threaded else ''}"


async def find_interpreter(request: str, installer: Installer) -> Interpreter:
    """The interpreter that a variant asks for, empty for this one. Raises EnvironmentFailure."""
    if not request:
        return await ask_interpreter(sys.executable)
    if is_path(request):
        path = os.path.abspath(os.path.expanduser(request))  # noqa: PTH100, PTH111 - links stay: a venv is one
        if Path(path).is_dir():
            path = str(python_in(Path(path)))
        return await ask_interpreter(path, request)
    if installer.uv is not None:
        status, out, _ = await _run(installer.uv, "python", "find", "--no-project", "--system", request)
        if status == 0 and (path := out.strip().rpartition("\n")[2]):
            return await ask_interpreter(path, request)
    for path in _on_this_machine(request):
        with contextlib.suppress(EnvironmentFailure):
            found = await ask_interpreter(path, request)
            if _is_meant(found, request):
                return found
    raise EnvironmentFailure(NO_INTERPRETER, await _why_not_found(request, installer))


def is_path(request: str) -> bool:
    """Whether a text means an interpreter by its path, not by a name or version."""
    return request.startswith((".", "~")) or "/" in request or os.sep in request


def python_in(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


async def ask_interpreter(path: str, request: str = "") -> Interpreter:
    """What an interpreter is. Raises EnvironmentFailure for what is none, or is too old."""
    told = await take_inventory(path)
    shown = shortened(request or path, 100)
    if told is None:
        why = "is no Python interpreter that can be run" if Path(path).exists() else "does not exist"
        raise EnvironmentFailure(NO_INTERPRETER, f"{shown!r} {why}; write one such as python=3.13, or its path.")
    if tuple(told["version"][:2]) < OLDEST_PYTHON:
        which = told["full_version"]
        raise EnvironmentFailure(NO_INTERPRETER, too_old(which if which == request else f"{which} ({shown})"))
    values = {field.name: told[field.name] for field in fields(Interpreter) if field.name != "path"}
    return Interpreter(path=path, **values)


async def take_inventory(path: str, *arguments: str) -> dict[str, Any] | None:
    """What ``inventory.py`` tells under this interpreter; None where it does not run."""
    # Not -I, which those that are too old don't know: they are to tell so.
    isolation = ("-I",) if arguments else ("-E", "-s")
    try:
        status, out, _ = await _run(path, *isolation, str(INVENTORY_FILE), *arguments)
        told = json.loads(out) if status == 0 else None
    except ValueError:
        return None
    return told if isinstance(told, dict) and "version" in told else None


def _on_this_machine(request: str) -> Iterator[str]:
    """Where an interpreter of that name or version may be, beside where uv looks."""
    yield sys.executable
    match = re.fullmatch(r"(?:c?python[-@]?)?(\d+(?:\.\d+)*t?)(?:-.*)?", request, re.IGNORECASE | re.ASCII)
    names = [request] if match is None else [f"python{match[1]}", f"python{'.'.join(match[1].split('.')[:2])}"]
    yield from filter(None, map(shutil.which, names))
    version = match[1] if match else request
    yield from (str(python_in(each)) for each in _of_pyenv() if _begins_with(each.name, version))


def _of_pyenv() -> list[Path]:
    """The folders of pyenv's interpreters, the newest first; on the PATH they are as far as one of them is chosen."""
    root = Path(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"))  # noqa: PTH111
    try:
        folders = [each for each in root.glob("versions/*") if python_in(each).is_file()]
    except OSError:
        return []
    return sorted(folders, key=_natural, reverse=True)


def _is_meant(found: Interpreter, request: str) -> bool:
    # As uv names them: pypy3.10, cpython@3.13, and what it installs itself as cpython-3.13.1-linux-x86_64-gnu.
    wanted = r"(c?python|pypy|graalpy)?[-@]?(\d+(?:\.\d+)*)?(t?)(?:-.*)?"
    match = re.fullmatch(wanted, request, re.IGNORECASE | re.ASCII)
    if match is None:
        return Path(found.path).name == request
    name, version, free_threaded = match[1] or "", match[2] or "", match[3]
    is_alike = name.lower() in ("", "python", found.implementation.lower())
    return is_alike and _begins_with(found.full_version, version) and found.is_free_threaded == bool(free_threaded)


def _begins_with(version: str, part: str) -> bool:
    """Whether ``3.13.1`` begins with ``3.13``; it does not begin with ``3.1``."""
    return not part or re.match(rf"{re.escape(part)}(?!\d)", version) is not None


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(each), "") if each.isdecimal() else (0, each) for each in re.split(r"(\d+)", path.name)]


async def _why_not_found(request: str, installer: Installer) -> str:
    there = [sys.version.partition(" ")[0]]
    if installer.uv is not None:
        _, out, _ = await _run(installer.uv, "python", "list", "--only-installed", "--output-format", "json")
        with contextlib.suppress(ValueError, KeyError, TypeError):
            there = [each["key"].removeprefix("cpython-").partition("-")[0] for each in json.loads(out)] or there
    there += [each.name for each in _of_pyenv()]
    known = enumerate_first(tuple(dict.fromkeys(there)), MAX_SHOWN)
    how = "install it, as with 'uv python install', or give" if installer.uv is not None else "install it, or give"
    return f"There is no Python {shortened(request)!r} on this machine, which has {known}; {how} its path."


async def _run(*command: str) -> tuple[int, str, str]:
    """The exit status of a command and what it printed; -1 where it does not start or does not end in time."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=without_own_packages(os.environ),
        )
    except (OSError, ValueError):
        return -1, "", ""
    try:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            out, err = await process.communicate()
    except TimeoutError:
        return -1, "", ""
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode or 0, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


def without_own_packages(variables: Mapping[str, str]) -> dict[str, str]:
    """A process's environment without what would lead another interpreter to our own packages.

    Whatever runs under an environment's Python, workers among them, is to be started with this.
    """
    return {name: value for name, value in variables.items() if name.upper() not in _OWN_PACKAGES}

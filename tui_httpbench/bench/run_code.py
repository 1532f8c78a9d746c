"""What a run's workers run, alike in all of its rounds: own files as they were, copied beside what is measured, and the
environments of its lanes."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tui_httpbench.bench.run_error import RunError
from tui_httpbench.bench.run_folder import own_file_path
from tui_httpbench.clients.catalog import Mode, UnknownModeError
from tui_httpbench.clients.entrants import lane_of
from tui_httpbench.clients.own_files import OwnFile, make_known, measured_mode, read_own_files
from tui_httpbench.clients.reading import MAX_FILE_BYTES
from tui_httpbench.environments.interpreters import without_own_packages
from tui_httpbench.environments.provide import Environment
from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.strict_json import items, text
from tui_httpbench.plan.plan import MAX_MODES, Plan
from tui_httpbench.text.quoting import shown_path


class RunCode:
    """The modes of a run; without files of the user's own, those that are known, and without environments, this one."""

    def __init__(
        self,
        own_files: tuple[OwnFile, ...] = (),
        folder: Path = Path(),
        environments: Mapping[str, Environment] | None = None,
    ) -> None:
        """``folder`` is the run's, which holds the copies; ``environments`` are those of lanes, by ``lane_of``."""
        self._environments = environments or {}
        self._path_padding: dict[str, int] = {}
        self._files = own_files
        self._copies = {file.path: own_file_path(folder, number, file.path) for number, file in enumerate(own_files)}

    def mode_of(self, label: str) -> Mode:
        """The mode of an entrant, as it reads bodies whole. Raises KeyError and ValueError."""
        return measured_mode(label, self._files, "whole")

    def copy_of(self, mode: Mode) -> Path | None:
        """The copy of the mode's file that workers load; None where they load the file itself."""
        return self._copies.get(mode.library.source_file)

    def python_of(self, label: str) -> str:
        """What starts the workers of an entrant."""
        environment = self._environments.get(lane_of(label))
        return sys.executable if environment is None else str(environment.python)

    def environment_of(self, label: str) -> str:
        """The key of the environment that was made for an entrant, empty for this one."""
        environment = self._environments.get(lane_of(label))
        return "" if environment is None else environment.key

    def even_out(self, probes: Iterable[Probe]) -> None:
        """Has all lanes look for modules in equally many folders, where some have an environment of their own.

        A client that imports in a request what is not installed, as httpcore does with sniffio, pays for each folder.
        """
        entries = {probe.mode: probe.runtime.path_entries for probe in probes if probe.runtime is not None}
        if self._environments and entries and all(entries.values()):
            most = max(entries.values())
            self._path_padding = {lane: most - count for lane, count in entries.items()}

    def path_padding_of(self, label: str) -> int:
        """In how many folders more than it has an entrant's worker looks for modules."""
        return self._path_padding.get(lane_of(label), 0)

    def variables_of(self, label: str, variables: dict[str, str]) -> dict[str, str]:
        """The variables of such a worker, without what would lead another interpreter to our own packages."""
        return without_own_packages(variables) if lane_of(label) in self._environments else variables


CODE_AS_IT_IS = RunCode()
"""Each file as it is whenever it is loaded."""


def own_files_of(plan: Plan, earlier: Measured | None) -> tuple[OwnFile, ...]:
    """The plan's code of the user's own as it is now, or as it was in earlier rounds. Raises RunError."""
    try:
        if earlier is None:
            return read_own_files(plan.modes)
        make_known(earlier.own_files)
    except UnknownModeError as error:
        raise RunError(str(error)) from None
    return earlier.own_files


def read_copies(told: object, folder: Path) -> tuple[OwnFile, ...]:
    """The files that a run's folder holds, by what it tells of their paths. Raises OSError, TypeError, ValueError."""
    paths = [Path(text(path)) for path in items(told, MAX_MODES)]
    if any(path.name in ("", "..") for path in paths):
        raise ValueError("a client file without a name")
    return tuple(
        OwnFile(path, read_small_file(own_file_path(folder, number, path), MAX_FILE_BYTES))
        for number, path in enumerate(paths)
    )


def why_not_alike(before: Iterable[Probe], now: Iterable[Probe]) -> str:
    """Why a further round would measure other code than that of the probes ``before``, in a sentence.

    Empty where it doesn't. What lies beside a client file is looked at again, the rest as the probes ``now`` tell it.
    """
    probes = {probe.mode: probe for probe in before}
    for probe in now:
        if (earlier := probes.get(probe.mode)) is not None and (change := _change(earlier, probe)):
            return (
                f"{probe.mode} {change}, and rounds of different code can't be compared; begin a new run to measure "
                "what is there now."
            )
    for path, sha256 in {path: sha256 for probe in probes.values() for path, sha256 in probe.beside.items()}.items():
        try:
            is_same = hashlib.sha256(Path(path).read_bytes()).hexdigest() == sha256
        except OSError:
            is_same = False
        if not is_same:
            return (
                f"{shown_path(path)}, which a client file imports, is not what it was when this run began, and rounds "
                "of different code can't be compared; begin a new run."
            )
    return ""


def _change(before: Probe, now: Probe) -> str:
    """What a lane runs on now that it did not before, as a clause; empty where that is the same, or not known."""
    for name in before.packages.keys() & now.packages.keys():
        if before.packages[name] != now.packages[name]:
            return f"ran with {name} {before.packages[name]} in the rounds before, and would with {now.packages[name]}"
    if before.runtime is None or now.runtime is None:
        return ""
    if before.runtime.in_words != now.runtime.in_words:
        return f"ran on {before.runtime.in_words} in the rounds before, and would on {now.runtime.in_words}"
    return "has another environment than in the rounds before" if before.environment != now.environment else ""

"""The folder with all environments: which there are, who uses them, and their removal.

``KEY/`` is an environment, whole from the moment it has that name. ``KEY.new-…`` is where one is made, ``KEY.use-…`` is
locked by an app that uses it, ``locks/KEY`` by one that makes or removes it, ``logs/KEY.log`` tells why it failed.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tui_httpbench.environments.failure import OTHER, EnvironmentFailure
from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.files.folders import cache_folder
from tui_httpbench.files.private_files import make_private_folder, open_private
from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.text.formatting import reason_of

LAYOUT = 1
"""Grows where an environment of an older program can't be used any more."""
ABOUT_FILE = "httpbench-tui.json"
MAX_ABOUT_BYTES = 4_000_000


@dataclass(frozen=True)
class About:
    """What is told of an environment in the environment: how it was asked for, and what it then held.

    ``requirements`` are without credentials; ``packages`` are versions by name; ``made_at`` is in seconds since 1970,
    ``size_bytes`` the sum of its files, some of which may be links to uv's own cache.
    """

    key: str
    requirements: tuple[str, ...]
    pins: tuple[str, ...]
    python: str
    build: str
    installer: str
    made_at: float
    size_bytes: int
    packages: dict[str, str] = field(default_factory=dict)
    layout: int = LAYOUT

    @property
    def in_words(self) -> str:
        """What was asked for, in one line."""
        return ", ".join(self.requirements) or "nothing but Python"


@dataclass(frozen=True)
class Kept:
    """An environment in the folder: ``about`` is None where it can't be read; ``used_at`` is seconds since 1970."""

    key: str
    folder: Path
    about: About | None
    used_at: float


class Store:
    """The environments in one folder."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder where there is none. Raises EnvironmentFailure."""
        self.folder = folder
        try:
            self._make_folders()
        except OSError as error:
            raise EnvironmentFailure(
                OTHER,
                f"{folder} can't be made for environments: {reason_of(error)}; set XDG_CACHE_HOME to another folder.",
            ) from None

    @classmethod
    def of_user(cls) -> Store:
        """That of the user's cache. Raises EnvironmentFailure."""
        folder = environments_folder()
        if folder is None:
            raise EnvironmentFailure(
                OTHER, "There is no home folder to keep environments in; set XDG_CACHE_HOME to a folder for them."
            )
        return cls(folder)

    def path_of(self, key: str) -> Path:
        """Where the environment is, or will be."""
        return self.folder / key

    def log_of(self, key: str) -> Path:
        """Where its log goes when it can't be made."""
        return self.folder / "logs" / f"{key}.log"

    def lock(self, key: str) -> FileLock:
        """The right to make, replace or remove it. Raises BlockingIOError where another app has it, OSError."""
        self._make_folders()  # another app may have cleared them
        return FileLock(self.folder / "locks" / key)

    def new_folder(self, key: str) -> Path:
        """A name for the folder in which it is to be made."""
        return self.folder / f"{key}.new-{secrets.token_hex(4)}"

    def use(self, key: str) -> Callable[[], None]:
        """Keeps other apps from removing it; returns what lets go of it. Raises OSError."""
        path = self.folder / f"{key}.use-{secrets.token_hex(4)}"
        lock = FileLock(path)
        with contextlib.suppress(OSError):
            os.utime(self.path_of(key) / ABOUT_FILE)

        def release() -> None:
            lock.release()
            path.unlink(missing_ok=True)

        return release

    def is_in_use(self, key: str) -> bool:
        """Whether an app that lives uses it; what a dead one left of that is removed."""
        for path in self.folder.glob(f"{key}.use-*"):
            try:
                FileLock(path).release()
            except BlockingIOError:
                return True
            except OSError:
                continue
            path.unlink(missing_ok=True)
        return False

    def about(self, key: str) -> About | None:
        """What is told of it; None where there is none, or it can't be read."""
        try:
            values: dict[str, Any] = json.loads(read_small_file(self.path_of(key) / ABOUT_FILE, MAX_ABOUT_BYTES))
            about = About(**{**values, "requirements": tuple(values["requirements"]), "pins": tuple(values["pins"])})
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        return about if about.layout == LAYOUT and about.key == key else None

    def install(self, made: Path, about: About) -> None:
        """Gives a finished environment its name, in place of one that may be there. Raises OSError."""
        with open_private(made / ABOUT_FILE) as file:
            file.write(json.dumps(asdict(about), indent=1).encode())
        self.put_away(about.key)
        made.rename(self.path_of(about.key))

    def put_away(self, key: str) -> None:
        """Removes an environment; until its files are gone it has the name of one that is not finished."""
        aside = self.new_folder(key)
        try:
            self.path_of(key).rename(aside)
        except FileNotFoundError:
            return
        shutil.rmtree(aside, ignore_errors=True)

    def sweep(self, key: str) -> None:
        """Removes what was left of this one half-made or half-removed; for the holder of its lock."""
        for path in self.folder.glob(f"{key}.new-*"):
            shutil.rmtree(path, ignore_errors=True)

    def sweep_all(self) -> None:
        """Removes what is left half-made of all that no living app makes."""
        for key in {path.name.partition(".")[0] for path in self.folder.glob("*.new-*")}:
            with contextlib.suppress(OSError):
                lock = self.lock(key)
                try:
                    self.sweep(key)
                finally:
                    lock.release()

    def kept(self) -> tuple[Kept, ...]:
        """The environments that there are, the one that was used last first."""
        found = []
        for folder in self.folder.iterdir() if self.folder.is_dir() else ():
            if folder.name in ("locks", "logs") or "." in folder.name or not folder.is_dir():
                continue
            about = self.about(folder.name)
            file = folder / ABOUT_FILE if about is not None else folder
            with contextlib.suppress(FileNotFoundError):  # another app removes it just now
                found.append(Kept(folder.name, folder, about, file.stat().st_mtime))
        return tuple(sorted(found, key=lambda each: (-each.used_at, each.key)))

    def clear(self) -> tuple[tuple[Kept, ...], tuple[Kept, ...]]:
        """Removes all that no app uses; returns which environments are gone, and which stay since an app has them."""
        gone: list[Kept] = []
        stay: list[Kept] = []
        self.sweep_all()
        for each in self.kept():
            (gone if self._is_removed(each.key) else stay).append(each)
        for log in (self.folder / "logs").glob("*.log"):
            log.unlink(missing_ok=True)
        for lock in (self.folder / "locks").glob("*"):
            self._remove_lock(lock)
        for folder in (self.folder / "logs", self.folder / "locks", self.folder):
            with contextlib.suppress(OSError):  # something is in it still
                folder.rmdir()
        return tuple(gone), tuple(stay)

    def _make_folders(self) -> None:
        for each in (self.folder, self.folder / "locks", self.folder / "logs"):
            make_private_folder(each)

    def _remove_lock(self, path: Path) -> None:
        """Removes the file of a lock that nobody has and of which no environment is left."""
        with contextlib.suppress(OSError):  # on Windows, no open file goes
            lock = FileLock(path)
            try:
                if not self.path_of(path.name).exists():
                    path.unlink()
            finally:
                lock.release()

    def _is_removed(self, key: str) -> bool:
        try:
            lock = self.lock(key)
        except OSError:
            return False
        try:
            if self.is_in_use(key):
                return False
            self.put_away(key)
            return not self.path_of(key).exists()
        finally:
            lock.release()


def environments_folder() -> Path | None:
    """Where environments are kept; it may not exist. None where there is no home."""
    cache = cache_folder()
    return None if cache is None else cache / "environments"


def size_of(folder: Path) -> int:
    """Bytes in all files of a folder; each file counts once, links to folders are not followed."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for here, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                status = Path(here, name).lstat()
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    total += status.st_size
    return total


def age_s(moment: float) -> float:
    """Seconds since then, never less than none: clocks are set back."""
    return max(time.time() - moment, 0.0)

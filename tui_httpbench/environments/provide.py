"""Gives each recipe its environment: one that is kept and whole, or a new one; several at once."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tui_httpbench.environments.contents import digest_of
from tui_httpbench.environments.failure import (
    CANT_RESOLVE,
    NO_NETWORK,
    OTHER,
    EnvironmentFailure,
    kind_of,
    sentence_of,
)
from tui_httpbench.environments.installer import (
    Files,
    Installer,
    find_installer,
    installing_environment,
    setuptools_settings,
)
from tui_httpbench.environments.interpreters import (
    Interpreter,
    find_interpreter,
    python_in,
    take_inventory,
    without_own_packages,
)
from tui_httpbench.environments.recipe import Recipe
from tui_httpbench.environments.store import LAYOUT, About, Store, age_s, size_of
from tui_httpbench.environments.workshop import Workshop, failure_of
from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.files.private_files import open_private

AT_ONCE = 4
LOCK_INTERVAL_S = 0.1
OPEN_VERSIONS_STAY_S = 24 * 3600.0
"""For how long a requirement such as ``httpx>=0.27`` means what it meant; one by its URL is asked for each time."""

Step = Literal["waiting", "checking", "making", "installing", "ready", "failed"]


@dataclass(frozen=True)
class Progress:
    """What becomes of a recipe: ``detail`` is a line of uv's or pip's, or why it failed."""

    recipe: Recipe
    step: Step
    detail: str = ""


@dataclass(frozen=True)
class Environment:
    """One that can be used: ``python`` is what starts a worker in it.

    ``packages`` are versions by name, ``is_new`` tells whether it was made just now, ``note`` what else is to be said,
    empty for nothing.
    """

    recipe: Recipe
    python: Path
    interpreter: Interpreter
    packages: dict[str, str]
    is_new: bool
    note: str = ""


@dataclass(frozen=True)
class Provided:
    """The environments, and what can't be had: each recipe is in one of the two."""

    environments: dict[Recipe, Environment]
    failures: dict[Recipe, EnvironmentFailure]


@asynccontextmanager
async def provided(
    recipes: Iterable[Recipe],
    tell: Callable[[Progress], None] = lambda _: None,
    *,
    store: Store | None = None,
    installer: Installer | None = None,
) -> AsyncIterator[Provided]:
    """All of these, made where need be; within the context no other app removes them.

    ``tell`` hears of each step. Raises EnvironmentFailure where nothing can be kept at all.
    """
    provider = _Provider(store or Store.of_user(), installer or find_installer(), tell)
    try:
        yield await provider.provide(tuple(dict.fromkeys(recipes)))
    finally:
        provider.release()


class _Provider:
    def __init__(self, store: Store, installer: Installer, tell: Callable[[Progress], None]) -> None:
        self._store = store
        self._installer = installer
        self._tell = tell
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._interpreters: dict[str, asyncio.Task[Interpreter | EnvironmentFailure]] = {}
        self._releases: list[Callable[[], None]] = []

    async def provide(self, recipes: Sequence[Recipe]) -> Provided:
        await asyncio.to_thread(self._store.sweep_all)
        found = Provided({}, {})
        async with asyncio.TaskGroup() as group:
            for request in {recipe.python for recipe in recipes}:
                self._interpreters[request] = group.create_task(_quiet(find_interpreter(request, self._installer)))
            for recipe in recipes:
                group.create_task(self._provide(recipe, found))
        return found

    def release(self) -> None:
        for release in self._releases:
            release()

    async def _provide(self, recipe: Recipe, found: Provided) -> None:
        try:
            interpreter = await self._interpreters[recipe.python]
            if isinstance(interpreter, EnvironmentFailure):
                raise interpreter
            async with self._slots:
                environment = await self._ready(recipe, interpreter)
        except EnvironmentFailure as failure:
            found.failures[recipe] = failure
            self._tell(Progress(recipe, "failed", str(failure)))
        else:
            found.environments[recipe] = environment
            self._tell(Progress(recipe, "ready"))

    async def _ready(self, recipe: Recipe, interpreter: Interpreter) -> Environment:
        self._tell(Progress(recipe, "checking"))
        key = await asyncio.to_thread(key_of, recipe, interpreter)
        lock = await self._locked(recipe, key)
        try:
            await asyncio.to_thread(self._store.sweep, key)
            about = self._store.about(key)
            is_whole = about is not None and await self._is_whole(about)
            note, is_new = "", False
            if about is None or not is_whole or not (_is_fresh(recipe, about) or self._store.is_in_use(key)):
                try:
                    about = await self._make(recipe, interpreter, key)
                    is_new = True
                except EnvironmentFailure as failure:
                    if not is_whole or failure.kind != NO_NETWORK:
                        raise
                    note = "It is as it was made before, since there is no connection to ask whether that has changed."
            assert about is not None
            try:
                self._releases.append(self._store.use(key))
            except OSError as error:
                raise failure_of(error, self._store.path_of(key)) from None
        finally:
            lock.release()
        python = python_in(self._store.path_of(key))
        return Environment(recipe, python, interpreter, about.packages, is_new, note)

    async def _locked(self, recipe: Recipe, key: str) -> FileLock:
        """The lock on a key, once no other app has it."""
        is_told = False
        while True:
            try:
                return self._store.lock(key)
            except BlockingIOError:
                if not is_told:
                    is_told = True
                    self._tell(Progress(recipe, "waiting", "another app makes the same"))
                await asyncio.sleep(LOCK_INTERVAL_S)
            except OSError as error:
                raise failure_of(error, self._store.path_of(key)) from None

    async def _is_whole(self, about: About) -> bool:
        """Whether it runs, and all files of all its packages are as they were installed."""
        told = await take_inventory(str(python_in(self._store.path_of(about.key))), "--packages")
        return (
            told is not None
            and not told["broken"]
            and told["packages"] == about.packages
            and told["build"] == about.build
        )

    async def _make(self, recipe: Recipe, interpreter: Interpreter, key: str) -> About:
        folder = self._store.new_folder(key)
        settings = installing_environment(without_own_packages(os.environ), folder)
        async with Workshop(folder, settings) as workshop:
            log = self._store.log_of(key)
            try:
                await self._fill(workshop, recipe, interpreter)
                about = await self._look_at(workshop, recipe, key)
            except EnvironmentFailure:
                raise
            except _Unfinished as unfinished:
                lines = tuple(workshop.lines)
                kind = kind_of(unfinished.status, lines)
                is_kept = await asyncio.to_thread(_write_log, log, lines)
                text = sentence_of(
                    kind, recipe.in_words, lines[unfinished.begin :], log if is_kept else None, folder.parent
                )
                raise EnvironmentFailure(kind, text, log if is_kept else None) from None
            if await asyncio.to_thread(key_of, recipe, interpreter) != key:
                raise EnvironmentFailure(OTHER, f"{recipe.in_words} changed while it was built; run it again.")
            try:
                await asyncio.to_thread(self._store.install, workshop.folder / "env", about)
            except OSError as error:
                raise failure_of(error, folder) from None
            log.unlink(missing_ok=True)
        return about

    async def _fill(self, workshop: Workshop, recipe: Recipe, interpreter: Interpreter) -> None:
        """An environment with all that the recipe wants. Raises EnvironmentFailure and _Unfinished."""
        workshop.write("setuptools.cfg", setuptools_settings(workshop.folder))
        self._tell(Progress(recipe, "making"))
        await self._run(workshop, recipe, "making", self._installer.make(interpreter.path, workshop.folder / "env"))
        if recipe.requirements:
            await self._install(workshop, recipe)

    async def _install(self, workshop: Workshop, recipe: Recipe) -> None:
        python = python_in(workshop.folder / "env")
        files = Files(
            workshop.write("requirements.txt", "".join(f"{each.for_pip}\n" for each in recipe.requirements)),
            workshop.write("pins.txt", "".join(f"{pin}\n" for pin in recipe.pins)),
        )
        here = [each.name for each in recipe.requirements if each.path is not None]
        self._tell(Progress(recipe, "installing"))
        *others, last = self._installer.tries(python, files, here, is_fixed=recipe.is_fixed)
        for commands in others:
            try:
                await self._run_all(workshop, recipe, commands)
                return
            except _Unfinished as unfinished:
                if kind_of(unfinished.status, tuple(workshop.lines)[unfinished.begin :]) != CANT_RESOLVE:
                    raise
        await self._run_all(workshop, recipe, last)

    async def _run_all(self, workshop: Workshop, recipe: Recipe, commands: list[list[str]]) -> None:
        for command in commands:
            await self._run(workshop, recipe, "installing", command)

    async def _run(self, workshop: Workshop, recipe: Recipe, step: Step, argv: list[str]) -> None:
        begin = len(workshop.lines)
        status = await workshop.run(argv, lambda line: self._tell(Progress(recipe, step, line)))
        if status:
            raise _Unfinished(status, min(begin, len(workshop.lines)))

    async def _look_at(self, workshop: Workshop, recipe: Recipe, key: str) -> About:
        folder = workshop.folder / "env"
        told = await take_inventory(str(python_in(folder)), "--packages")
        if told is None or told["broken"]:
            raise EnvironmentFailure(
                OTHER, f"The environment for {recipe.in_words} was made, but it is not whole; try again."
            )
        return About(
            key=key,
            requirements=tuple(each.in_words for each in recipe.requirements),
            pins=recipe.pins,
            python=f"{told['implementation']} {told['full_version']}",
            build=told["build"],
            installer=self._installer.name,
            made_at=time.time(),
            size_bytes=await asyncio.to_thread(size_of, folder),
            packages=told["packages"],
        )


class _Unfinished(Exception):
    """A command failed: its exit status, and how many lines were printed before it began."""

    def __init__(self, status: int, begin: int) -> None:
        super().__init__(status)
        self.status = status
        self.begin = begin


async def _quiet(finding: Coroutine[Any, Any, Interpreter]) -> Interpreter | EnvironmentFailure:
    """What is found, or why it is not: a task that fails would end all others of its group."""
    try:
        return await finding
    except EnvironmentFailure as failure:
        return failure


def key_of(recipe: Recipe, interpreter: Interpreter) -> str:
    """What tells environments apart: their interpreter and what they hold, checkouts by what is in their files.

    Raises EnvironmentFailure where those can't be read.
    """
    contents = [
        [each.name, each.extras, each.version, each.marker, each.url, each.path and digest_of(each.path)]
        for each in recipe.requirements
    ]
    parts = [LAYOUT, interpreter.executable, interpreter.build, interpreter.is_free_threaded, interpreter.machine]
    text = json.dumps([*parts, sorted(contents), sorted(recipe.pins)])
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def _is_fresh(recipe: Recipe, about: About) -> bool:
    if recipe.is_exact:
        return True
    return not any(each.url for each in recipe.requirements) and age_s(about.made_at) < OPEN_VERSIONS_STAY_S


def _write_log(path: Path, lines: Sequence[str]) -> bool:
    with contextlib.suppress(OSError), open_private(path) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
        return True
    return False

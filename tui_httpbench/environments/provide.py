"""Gives each recipe its environment: one that is kept and whole, or a new one; several at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_httpbench.environments.failure import (
    NO_NETWORK,
    EnvironmentFailure,
)
from tui_httpbench.environments.installer import (
    Installer,
    find_installer,
)
from tui_httpbench.environments.interpreters import (
    Interpreter,
    find_interpreter,
    python_in,
    take_inventory,
)
from tui_httpbench.environments.making import Making, Progress, key_of
from tui_httpbench.environments.recipe import Recipe
from tui_httpbench.environments.store import About, Store, age_s
from tui_httpbench.environments.workshop import failure_of
from tui_httpbench.files.file_lock import FileLock

AT_ONCE = 4
LOCK_INTERVAL_S = 0.1
OPEN_VERSIONS_STAY_S = 24 * 3600.0
"""For how long a requirement such as ``httpx>=0.27`` means what it meant; one by its URL is asked for each time."""


@dataclass(frozen=True)
class Environment:
    """One that can be used: ``python`` is what starts a worker in it, ``key`` what tells it from others.

    ``packages`` are versions by name, ``is_new`` tells whether it was made just now, ``note`` what else is to be said
    as a part of a sentence, empty for nothing.
    """

    recipe: Recipe
    key: str
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
            self._tell(Progress(recipe, "ready", environment.note))

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
                    making = Making(recipe, interpreter, key, self._store, self._installer, self._tell)
                    about = await making.make()
                    is_new = True
                except EnvironmentFailure as failure:
                    if not is_whole or failure.kind != NO_NETWORK:
                        raise
                    note = "there is no connection to ask for newer versions, so it stays as it was made before"
            assert about is not None
            try:
                self._releases.append(self._store.use(key))
            except OSError as error:
                raise failure_of(error, self._store.path_of(key)) from None
        finally:
            lock.release()
        python = python_in(self._store.path_of(key))
        return Environment(recipe, key, python, interpreter, about.packages, is_new, note)

    async def _locked(self, recipe: Recipe, key: str) -> FileLock:
        """The lock on a key, once no other app has it."""
        is_told = False
        while True:
            try:
                return self._store.lock(key)
            except BlockingIOError:
                if not is_told:
                    is_told = True
                    self._tell(Progress(recipe, "waiting", "it is being made already"))
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


async def _quiet(finding: Coroutine[Any, Any, Interpreter]) -> Interpreter | EnvironmentFailure:
    """What is found, or why it is not: a task that fails would end all others of its group."""
    try:
        return await finding
    except EnvironmentFailure as failure:
        return failure


def _is_fresh(recipe: Recipe, about: About) -> bool:
    if recipe.is_exact:
        return True
    return not any(each.url for each in recipe.requirements) and age_s(about.made_at) < OPEN_VERSIONS_STAY_S

"""Makes one environment: beside its place, looked at, and then given its name."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tui_httpbench.environments.contents import digest_of
from tui_httpbench.environments.failure import CANT_RESOLVE, LOG_LINES, OTHER, EnvironmentFailure, kind_of, sentence_of
from tui_httpbench.environments.installer import Files, Installer, installing_environment, setuptools_settings
from tui_httpbench.environments.interpreters import Interpreter, python_in, take_inventory, without_own_packages
from tui_httpbench.environments.recipe import Recipe
from tui_httpbench.environments.store import LAYOUT, About, Store, size_of
from tui_httpbench.environments.workshop import Workshop, failure_of
from tui_httpbench.files.private_files import open_private
from tui_httpbench.plan.requirement import normalized
from tui_httpbench.text.hiding import Hiding

Step = Literal["waiting", "checking", "making", "installing", "ready", "failed"]


@dataclass(frozen=True)
class Progress:
    """What becomes of a recipe: ``detail`` is a line of uv's or pip's, or why it failed."""

    recipe: Recipe
    step: Step
    detail: str = ""


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


@dataclass(frozen=True)
class Making:
    """What one environment is made of and with; ``make`` is for the holder of the lock on its key."""

    recipe: Recipe
    interpreter: Interpreter
    key: str
    store: Store
    installer: Installer
    tell: Callable[[Progress], None]

    async def make(self) -> About:
        """Makes it, in place of one that may be there.

        Raises EnvironmentFailure; then nothing of it is left but its log.
        """
        folder, log = self.store.new_folder(self.key), self.store.log_of(self.key)
        settings = installing_environment(without_own_packages(os.environ), folder)
        hiding = Hiding().and_also(value for each in self.recipe.requirements for value in each.hiding.values)
        async with Workshop(folder, settings, hiding) as workshop:
            try:
                await self._fill(workshop)
            except _UnfinishedError as unfinished:
                kept = log if await asyncio.to_thread(_write_log, log, tuple(workshop.lines)) else None
                sentence = sentence_of(unfinished.kind, self.recipe.in_words, unfinished.lines, kept, folder.parent)
                raise EnvironmentFailure(unfinished.kind, sentence, kept) from None
            about = await self._about(folder / "env")
            if await asyncio.to_thread(key_of, self.recipe, self.interpreter) != self.key:
                raise EnvironmentFailure(OTHER, f"{self.recipe.in_words} changed while it was built; run it again.")
            try:
                await asyncio.to_thread(self.store.install, folder / "env", about)
            except OSError as error:
                raise failure_of(error, folder) from None
            log.unlink(missing_ok=True)
        return about

    async def _fill(self, workshop: Workshop) -> None:
        """An environment with all that the recipe wants. Raises EnvironmentFailure and _UnfinishedError."""
        workshop.write("setuptools.cfg", setuptools_settings(workshop.folder))
        self.tell(Progress(self.recipe, "making"))
        await self._run(workshop, "making", [self.installer.make(self.interpreter.path, workshop.folder / "env")])
        wanted = self.recipe.requirements
        if not wanted:
            return
        files = Files(
            workshop.write("requirements.txt", "".join(f"{each.for_pip}\n" for each in wanted)),
            workshop.write("pins.txt", "".join(f"{pin}\n" for pin in self.recipe.pins)),
        )
        here = [each.name for each in wanted if each.path is not None]
        python = python_in(workshop.folder / "env")
        self.tell(Progress(self.recipe, "installing"))
        *others, last = self.installer.tries(python, files, here, is_fixed=self.recipe.is_fixed)
        for commands in others:
            try:
                await self._run(workshop, "installing", commands)
                return
            except _UnfinishedError as unfinished:
                if unfinished.kind != CANT_RESOLVE:
                    raise
        await self._run(workshop, "installing", last)

    async def _run(self, workshop: Workshop, step: Step, commands: list[list[str]]) -> None:
        """One command after the other. Raises EnvironmentFailure and _UnfinishedError."""
        for command in commands:
            lines: deque[str] = deque(maxlen=LOG_LINES)

            def hear(line: str, lines: deque[str] = lines) -> None:
                lines.append(line)
                self.tell(Progress(self.recipe, step, line))

            if status := await workshop.run(command, hear):
                raise _UnfinishedError(status, tuple(lines))

    async def _about(self, folder: Path) -> About:
        told = await take_inventory(str(python_in(folder)), "--packages")
        if told is None or told["broken"]:
            raise EnvironmentFailure(
                OTHER, f"The environment for {self.recipe.in_words} was made, but it is not whole; try again."
            )
        held = set(map(normalized, told["packages"]))
        left_out = [each for each in self.recipe.requirements if each.marker and each.name not in held]
        if missing := next((each for each in left_out if each.name in self.recipe.needed), None):
            raise EnvironmentFailure(
                CANT_RESOLVE,
                f"{missing.in_words} is not for Python {told['full_version']} on this machine, as its marker "
                f"({missing.marker}) has it, and without it there is nothing to measure; take the marker out, or name "
                "an interpreter that it fits, as in python=3.13.",
            )
        return About(
            key=self.key,
            requirements=tuple(each.in_words for each in self.recipe.requirements),
            pins=self.recipe.pins,
            python=f"{told['implementation']} {told['full_version']}",
            build=told["build"],
            installer=self.installer.name,
            made_at=time.time(),
            size_bytes=await asyncio.to_thread(size_of, folder),
            packages=told["packages"],
        )


class _UnfinishedError(Exception):
    """A command failed: which kind of failure it is, and what it printed."""

    def __init__(self, status: int, lines: tuple[str, ...]) -> None:
        super().__init__(status)
        self.kind = kind_of(status, lines)
        self.lines = lines


def _write_log(path: Path, lines: Sequence[str]) -> bool:
    with contextlib.suppress(OSError), open_private(path) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
        return True
    return False

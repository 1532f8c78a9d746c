"""Where one environment is made: a folder and a process that runs the commands and, whatever happens, tidies up."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import shutil
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tui_httpbench.environments.failure import LOG_LINES, NO_ROOM, OTHER, EnvironmentFailure
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.hiding import Hiding
from tui_httpbench.text.quoting import printable

KEEPER_FILE = Path(__file__).with_name("keeper.py")
MESSAGE_LIMIT_BYTES = 1 << 20
CLOSING_LIMIT_S = 15.0
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class Workshop:
    """An async context: the folder is there within it, and gone after it, also where this process is killed."""

    def __init__(self, folder: Path, environment: dict[str, str], hiding: Hiding) -> None:
        """``environment`` are the variables of all commands; ``lines`` is what they printed last.

        ``hiding`` hides what must not be seen of that.
        """
        self._hiding = hiding
        self.folder = folder
        self.lines: deque[str] = deque(maxlen=LOG_LINES)
        self._environment = environment
        self._keeper: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Workshop:
        """Makes the folder and starts the process. Raises EnvironmentFailure."""
        try:
            self.folder.mkdir(mode=0o700)
            self._keeper = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(KEEPER_FILE),
                str(self.folder),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=MESSAGE_LIMIT_BYTES,
                start_new_session=os.name == "posix",
            )
        except BaseException as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise failure_of(error, self.folder) from None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends what runs, and removes the folder."""
        keeper = self._keeper
        assert keeper is not None
        assert keeper.stdin is not None
        keeper.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_LIMIT_S):
                await keeper.wait()
        # One that was killed has not done it.
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    async def run(self, argv: list[str], heard: Callable[[str], None]) -> int:
        """Runs one command to its end; returns its exit status. Raises EnvironmentFailure."""
        keeper = self._keeper
        assert keeper is not None
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        with contextlib.suppress(ConnectionError):
            keeper.stdin.write(json.dumps({"argv": argv, "env": self._environment}).encode() + b"\n")
            await keeper.stdin.drain()
        while line := await keeper.stdout.readline():
            told = json.loads(line)
            if "line" in told:
                text = printable(self._hiding.hide(told["line"]))
                self.lines.append(text)
                heard(text)
            elif told.get("errno") in _FULL:
                raise failure_of(OSError(told["errno"], os.strerror(told["errno"])), self.folder)
            else:
                return int(told["ended"])
        raise EnvironmentFailure(
            OTHER, "What makes environments was ended from outside, perhaps for lack of memory; try again."
        )

    def write(self, name: str, text: str) -> Path:
        """A file in its folder. Raises EnvironmentFailure."""
        path = self.folder / name
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise failure_of(error, self.folder) from None
        return path


def failure_of(error: OSError, folder: Path) -> EnvironmentFailure:
    """Why a file of an environment can't be written."""
    if error.errno in _FULL:
        return EnvironmentFailure(
            NO_ROOM, f"There is no room in {folder.parent}; make some, or set XDG_CACHE_HOME to a folder that has."
        )
    return EnvironmentFailure(
        OTHER, f"{error.filename or folder} can't be written: {reason_of(error)}; set XDG_CACHE_HOME to another folder."
    )

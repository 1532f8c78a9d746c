"""Starts the embedded target in a process of its own, and ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tui_httpbench.target.answers import HOST

START_LIMIT_S = 10.0
STOP_LIMIT_S = 2.0
_PACKAGE_FOLDER = Path(__file__).resolve().parents[2]
_COMMAND = ("-P", "-m", "tui_httpbench.target.server")


class TargetError(RuntimeError):
    """The embedded target can't be started; the text is one sentence for the user."""


class EmbeddedTarget:
    """A target of our own on a free loopback port.

    Use it as an async context manager, or call ``start`` and ``stop``. It ends with this process, however that ends.
    """

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._port: int | None = None

    @property
    def url(self) -> str:
        """Where it answers, such as ``http://127.0.0.1:40123``. Raises RuntimeError before ``start``."""
        if self._port is None:
            raise RuntimeError("The embedded target has not been started.")
        return f"http://{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        """Its process id, None while it does not run."""
        return self._process.pid if self._process is not None and self.is_running else None

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Starts it and waits until it answers. Raises TargetError; then no process is left behind."""
        if self.is_running:
            raise RuntimeError("The embedded target runs already.")
        with tempfile.TemporaryFile() as errors:
            try:
                self._process = await _spawn(errors)
                self._port = await self._read_port(errors)
            except BaseException:
                await self.stop()
                raise

    async def stop(self) -> None:
        """Ends it and waits for its end; does nothing when it does not run."""
        process, self._process, self._port = self._process, None, None
        if process is not None:
            await asyncio.shield(_end(process))

    async def __aenter__(self) -> EmbeddedTarget:
        """Starts it. Raises TargetError."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends it."""
        await self.stop()

    async def _read_port(self, errors: IO[bytes]) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), START_LIMIT_S)
        except TimeoutError:
            raise TargetError(
                f"The embedded target did not start within {START_LIMIT_S:.0f} seconds{_last_line(errors)}."
            ) from None
        if not line:
            raise TargetError(f"The embedded target could not start{_last_line(errors)}.")
        try:
            return int(json.loads(line)["port"])
        except (ValueError, KeyError, TypeError):
            raise TargetError(f"The embedded target could not start: it printed {line[:80]!r}.") from None


async def _spawn(errors: IO[bytes]) -> asyncio.subprocess.Process:
    # The package must be found wherever the app was started from; the user's own paths stay behind it.
    paths = [str(_PACKAGE_FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *_COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            **_own_group(),
        )
    except OSError as error:
        raise TargetError(f"The embedded target could not start: {error}.") from None


def _own_group() -> dict[str, Any]:
    """Keeps Ctrl-C in the terminal away from the target: this process decides when it ends."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


async def _end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    for insist in (process.terminate, process.kill):
        try:
            await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                insist()
        else:
            return
    await process.wait()


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return f": {lines[-1].strip().rstrip('.')}" if lines else ""

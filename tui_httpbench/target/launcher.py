"""Starts the embedded target in a process of its own, asks it what arrived, and ends it."""

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
from tui_httpbench.target.traffic import MAX_HEADS, RequestHead, TargetCounts

__all__ = ["EmbeddedTarget", "RequestHead", "TargetCounts", "TargetError"]

START_LIMIT_S = 10.0
ANSWER_LIMIT_S = 2.0
STOP_LIMIT_S = 2.0
ANSWER_LIMIT_BYTES = 64 * 1024 * 1024
_PACKAGE_FOLDER = Path(__file__).resolve().parents[2]
_COMMAND = ("-P", "-m", "tui_httpbench.target.server")


class TargetError(RuntimeError):
    """The embedded target can't be started, or doesn't answer; the text is one sentence for the user."""


class EmbeddedTarget:
    """A target of our own on a free loopback port.

    Use it as an async context manager, or call ``start`` and ``stop``. It ends with this process, however that ends.
    ``counts``, ``watch``, ``heads`` and ``unwatch`` may be called by several tasks at once; they raise TargetError when
    it has not answered within ``ANSWER_LIMIT_S`` seconds, or does not run.
    """

    def __init__(self, cpu: int | None = None) -> None:
        """``cpu`` is the number of the one that all its threads are to run on; None leaves that to the system."""
        self._cpu = cpu
        self._process: asyncio.subprocess.Process | None = None
        self._port: int | None = None
        self._pinned = False
        self._line_lock = asyncio.Lock()
        self._commands_sent = 0

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

    @property
    def pinned(self) -> bool:
        """Whether it told that it is bound to the CPU asked for; False where the system can't, and while it is off."""
        return self._pinned and self.is_running

    async def counts(self) -> TargetCounts:
        """What it has done so far; the difference of two tells what it did between them."""
        return TargetCounts(**await self._ask("counts"))

    async def watch(self) -> None:
        """Lets it keep the head of each request that arrives from now on, and forget those kept before."""
        await self._ask("watch")

    async def heads(self) -> tuple[RequestHead, ...]:
        """The heads that arrived since ``watch``, or since they were last asked for, in order of arrival.

        Raises TargetError also when more arrived than it keeps, which is ``MAX_HEADS``.
        """
        answer = await self._ask("heads")
        if answer["lost"]:
            raise TargetError(
                f"{MAX_HEADS + answer['lost']:,} requests arrived while the embedded target kept their heads, and it "
                f"keeps {MAX_HEADS:,}."
            )
        return tuple(
            RequestHead(**{**head, "headers": tuple((name, value) for name, value in head["headers"])})
            for head in answer["heads"]
        )

    async def unwatch(self) -> None:
        """Lets it keep no more heads; those that it has kept can still be asked for."""
        await self._ask("unwatch")

    async def start(self) -> None:
        """Starts it and waits until it answers. Raises TargetError; then no process is left behind."""
        if self.is_running:
            raise RuntimeError("The embedded target runs already.")
        with tempfile.TemporaryFile() as errors:
            try:
                self._process = await _spawn(errors, self._cpu)
                self._port, cpu = await self._read_beginning(errors)
                self._pinned = cpu is not None and cpu == self._cpu
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

    async def _ask(self, command: str) -> Any:
        """The target's answer to one command."""
        process = self._process
        if process is None or process.returncode is not None:
            raise TargetError("The embedded target does not run.")
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S), self._line_lock:
                return await self._exchange(process, command)
        except TimeoutError:
            raise TargetError(f"The embedded target did not answer within {ANSWER_LIMIT_S:.0f} seconds.") from None
        except (ConnectionError, EOFError):
            raise TargetError("The embedded target has ended.") from None
        except asyncio.LimitOverrunError:
            raise TargetError(f"The embedded target's answer is longer than {ANSWER_LIMIT_BYTES:,} bytes.") from None

    async def _exchange(self, process: asyncio.subprocess.Process, command: str) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        self._commands_sent += 1
        number = self._commands_sent
        process.stdin.write(json.dumps({"id": number, "command": command}).encode() + b"\n")
        await process.stdin.drain()
        while True:
            line = await process.stdout.readuntil()
            try:
                message = json.loads(line)
                # The answer to a command whose sender no longer waits comes first.
                if message["id"] == number:
                    return message["answer"]
            except (ValueError, KeyError, TypeError):
                raise TargetError(f"The embedded target answered {command!r} with {line[:80]!r}.") from None

    async def _read_beginning(self, errors: IO[bytes]) -> tuple[int, int | None]:
        """Its port, and the CPU that it is bound to."""
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
            told = json.loads(line)
            return int(told["port"]), told.get("cpu")
        except (ValueError, KeyError, TypeError):
            raise TargetError(f"The embedded target could not start: it printed {line[:80]!r}.") from None


async def _spawn(errors: IO[bytes], cpu: int | None) -> asyncio.subprocess.Process:
    # The package must be found wherever the app was started from; the user's own paths stay behind it.
    paths = [str(_PACKAGE_FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *_COMMAND,
            *([] if cpu is None else [str(cpu)]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            limit=ANSWER_LIMIT_BYTES,
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

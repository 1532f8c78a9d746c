"""A line from a child process to this one, apart from its standard streams, so that nothing printed can break it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from typing import Any

from tui_httpbench.files.threads import telling_of_limits

_POLL_S = 0.01


class SideLine:
    """What a child tells, in lines of JSON; ``start`` makes both. Whatever else it prints goes to its ``stdout``.

    On POSIX the child leads a session, and so a process group, of its own: Ctrl-C in the terminal is for this process
    to answer, and ``kill`` ends all that is in the group. The child gets the number of the line's descriptor as its
    last argument. Where a system can't hand one on (Windows), it is its standard output, and what is no JSON object
    there is passed over.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        transport: asyncio.BaseTransport | None = None,
    ) -> None:
        """``reader`` is where its lines arrive, ``transport`` what ``close`` is to close."""
        self.process = process
        self._reader = reader
        self._transport = transport

    @classmethod
    async def start(
        cls, *command: str, limit: int, stdout: Any, hands_on: tuple[int, ...] = (), **options: Any
    ) -> SideLine:
        """Starts the process; ``limit`` is the longest line in bytes, ``options`` are asyncio's. Raises OSError.

        The process has the descriptors ``hands_on`` as well, under the same numbers (not on Windows).
        """
        with telling_of_limits():
            return await cls._start(command, limit, stdout, hands_on, options)

    @classmethod
    async def _start(
        cls, command: tuple[str, ...], limit: int, stdout: Any, hands_on: tuple[int, ...], options: dict[str, Any]
    ) -> SideLine:
        if os.name == "nt":
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, limit=limit, **options
            )
            assert process.stdout is not None
            return cls(process, process.stdout)
        reader = asyncio.StreamReader(limit)
        options["start_new_session"] = True
        ours, theirs = os.pipe()
        try:
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", 0)
            )
            try:
                process = await asyncio.create_subprocess_exec(
                    *command, str(theirs), stdout=stdout, pass_fds=(theirs, *hands_on), limit=limit, **options
                )
            except BaseException:
                transport.close()
                raise
        finally:
            os.close(theirs)
        return cls(process, reader, transport)

    async def hear(self) -> dict[str, Any] | None:
        """The next thing told; None once the process tells no more, also where it was ended in the middle of a line.

        Raises asyncio.LimitOverrunError where a line is longer than the limit.
        """
        while True:
            try:
                line = await self._reader.readuntil()
            except asyncio.IncompleteReadError:
                return None
            # What was printed before it may have no end of its own.
            with contextlib.suppress(ValueError):
                told = json.loads(line[max(line.find(b'{"'), 0) :])
                if isinstance(told, dict):
                    return told

    async def ended(self) -> int:
        """Waits until the process has ended, whoever still holds its pipes, and returns its exit code.

        Its own ``wait`` waits for the pipes as well, which what it has started may have inherited.
        """
        while (code := self.process.returncode) is None:
            await asyncio.sleep(_POLL_S)
        return code

    def kill(self) -> None:
        """Ends the process at once, and all that it has started in its own group; safe to call at any time.

        The group may outlive its process, and nobody else's can have its number as long as one member of it lives.
        """
        with contextlib.suppress(ProcessLookupError, PermissionError):  # the latter on macOS, where all are gone
            if os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)
            elif self.process.returncode is None:
                self.process.kill()

    def close(self) -> None:
        """Lets go of the line; safe to call twice."""
        if self._transport is not None:
            self._transport.close()

"""One app for one page: a process of its own, which talks over its pipes as Textual's driver for browsers does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable

from tui_httpbench.commands.web.messages import TerminalSize

KEYS, META, PACKED = b"D", b"M", b"P"
"""Kinds of packets: keys or drawing, JSON about the app, a piece of a file."""
SEND_S = 10.0
"""How long the app may leave what it is sent in the pipe."""
_FIRST_LINE = b"__GANGLION__\n"
_MAX_LINES_BEFORE = 10
_ENVIRONMENT = {
    "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
    "TEXTUAL_FPS": "60",
    "TEXTUAL_COLOR_SYSTEM": "truecolor",
    "TERM_PROGRAM": "textual",
}
_KEPT_COMPLAINTS = 16_384
_LAST_WORDS_S = 0.2


class AppProcess:
    """A running app; it ends when its standard input does, and keeps what it has measured for recovery."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._stdin, self._stdout, self._stderr = process.stdin, process.stdout, process.stderr
        self._complaints = bytearray()
        self._listening = asyncio.create_task(self._listen())
        self._draining: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, command: Iterable[str], size: TerminalSize) -> AppProcess:
        """Starts it in a terminal of that size. Raises OSError where the system has no room for it."""
        environment = {**os.environ, **_ENVIRONMENT, "COLUMNS": str(size.width), "ROWS": str(size.height)}
        # Signals of the terminal, such as Ctrl-C, are for the server, which ends its apps in order.
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True
        )
        return cls(process)

    @property
    def complaints(self) -> list[str]:
        """The last lines that it wrote on standard error."""
        return self._complaints.decode("utf-8", "replace").splitlines()

    async def send(self, kind: bytes, payload: bytes) -> None:
        """Sends a packet. Raises OSError where the app is gone, TimeoutError where it reads nothing."""
        self._stdin.write(_packet(kind, payload))
        async with asyncio.timeout(SEND_S):
            await self._stdin.drain()

    async def send_meta(self, meta: dict[str, object]) -> None:
        """Sends what is no key. Raises as ``send`` does."""
        await self.send(META, json.dumps(meta).encode())

    async def packets(self) -> AsyncIterator[tuple[bytes, bytes]]:
        """Kind and payload of each packet from the app, until it ends."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            for _ in range(_MAX_LINES_BEFORE):
                if await self._stdout.readuntil(b"\n") == _FIRST_LINE:
                    break
            else:
                return  # no app of ours
            while True:
                kind = await self._stdout.readexactly(1)
                size = int.from_bytes(await self._stdout.readexactly(4), "big")
                yield kind, await self._stdout.readexactly(size)

    async def end(self, patience_s: float) -> None:
        """Lets it end in order, and kills it where that takes longer; returns when it is gone.

        Nobody may read its packets any more. It may be called again with less patience while another call waits.
        """
        self._stdin.close()
        if self._draining is None:
            # What it still draws must not fill the pipe: it would wait for ever to write.
            self._draining = asyncio.create_task(self._drain())
        try:
            async with asyncio.timeout(patience_s):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()
        await asyncio.wait([self._listening], timeout=_LAST_WORDS_S)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _drain(self) -> None:
        while await self._stdout.read(65_536):
            pass

    async def _listen(self) -> None:
        while data := await self._stderr.read(4096):
            self._complaints += data
            del self._complaints[:-_KEPT_COMPLAINTS]


def _packet(kind: bytes, payload: bytes) -> bytes:
    return b"%s%s%s" % (kind, len(payload).to_bytes(4, "big"), payload)

"""A process of the embedded target, as the one that started it sees it: its beginning, its answers, its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from tui_httpbench.files.folders import system_temporary_folder, temporary_folder
from tui_httpbench.files.side_line import SideLine
from tui_httpbench.files.threads import in_plain_words
from tui_httpbench.target_server.control import END
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import printable, shortened

ANSWER_LIMIT_BYTES = 64 * 1024 * 1024
_PACKAGE_FOLDER = Path(__file__).resolve().parents[2]


class TargetError(RuntimeError):
    """The embedded target can't be started, or doesn't answer; the text is one sentence for the user."""


class TargetEndedError(TargetError):
    """A process of the embedded target has ended, though nobody told it to."""


class Child:
    """A process that ends with its standard input, and answers JSON lines with JSON lines, on a line of their own.

    ``name`` begins the sentences of errors. ``ask`` may be called by several tasks at once.
    """

    def __init__(self, name: str, folder: Path | None = None, hands_on: tuple[int, ...] = ()) -> None:
        """Its temporary files go into ``folder``, so that they have an owner however it ends; None: where all go.

        It gets the descriptors ``hands_on``.
        """
        self._hands_on = hands_on
        self._name = name
        self._folder = folder
        self._line: SideLine | None = None
        self._line_lock = asyncio.Lock()
        self._commands_sent = 0
        self._errors: IO[bytes] | None = None

    @property
    def _process(self) -> asyncio.subprocess.Process | None:
        return self._line.process if self._line is not None else None

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """Its process id, None while it does not run."""
        return self._process.pid if self._process is not None and self.is_running else None

    @property
    def complaints(self) -> tuple[str, ...]:
        """The lines that it has written to standard error."""
        if self._errors is None or self._errors.closed:
            return ()
        self._errors.seek(0)
        return tuple(self._errors.read().decode(errors="replace").strip().splitlines())

    async def start(self, arguments: tuple[str, ...], limit_s: float) -> dict[str, Any]:
        """Starts it and returns its first line, a JSON object, which must come within ``limit_s`` seconds.

        Raises TargetError; then the process may still run, and has to be ended.
        """
        self._line = await self._spawn(arguments)
        try:
            async with asyncio.timeout(limit_s):
                told = await self._line.hear()
        except TimeoutError:
            raise TargetError(f"{self._name} did not start within {limit_s:.0f} seconds{self._last_words()}.") from None
        if told is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wait(), 1.0)
            ended = f": {self._how_it_ended}" if self._how_it_ended else ""
            raise TargetError(f"{self._name} could not start{self._last_words() or ended}.")
        if "port_error" in told:
            raise TargetError(str(told["port_error"]))
        if not isinstance(told.get("port"), int):
            raise TargetError(f"{self._name} could not start: it told {shortened(repr(told))}.")
        return told

    async def ask(self, command: str, limit_s: float, argument: str = "") -> Any:
        """Its answer to one command. Raises TargetError, also when none has come within ``limit_s`` seconds.

        TargetEndedError among them where it has ended.
        """
        line = self._line
        if line is None:
            raise TargetError(f"{self._name} does not run.")
        if not self.is_running:
            raise TargetEndedError(f"{self._name} has ended{self._last_words()}.")
        try:
            async with asyncio.timeout(limit_s), self._line_lock:
                return await self._exchange(line, command, argument)
        except TimeoutError:
            raise TargetError(f"{self._name} did not answer within {limit_s:.0f} seconds.") from None
        except (ConnectionError, EOFError):
            raise TargetEndedError(f"{self._name} has ended{self._last_words()}.") from None
        except asyncio.LimitOverrunError:
            raise TargetError(f"{self._name}'s answer is longer than {ANSWER_LIMIT_BYTES:,} bytes.") from None

    async def wait(self) -> None:
        """Returns when it has ended."""
        if self._process is not None:
            await self._process.wait()

    @property
    def end_in_words(self) -> str:
        """That it has ended, and how, as the beginning of a sentence; empty while it runs, and before it does."""
        if self._process is None or self._process.returncode is None:
            return ""
        how = f"{self._how_it_ended}{self._last_words()}"
        return f"{self._name} (process {self._process.pid}) ended by itself: {how}"

    @property
    def _how_it_ended(self) -> str:
        code = None if self._process is None else self._process.returncode
        if code is None:
            return ""
        names = {each.value: each.name for each in signal.Signals}
        return names.get(-code, f"signal {-code}") if code < 0 else f"exit status {code}"

    async def end(self, limit_s: float) -> None:
        """Ends it and waits for its end; insists each time that ``limit_s`` seconds have passed."""
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.write(END + b"\n")
        process.stdin.close()
        for insist in (process.terminate, process.kill):
            try:
                await asyncio.wait_for(process.wait(), limit_s)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    insist()
            else:
                return
        await process.wait()

    def forget(self) -> None:
        """Lets go of what it has written."""
        if self._errors is not None:
            self._errors.close()
        if self._line is not None:
            self._line.close()

    async def _spawn(self, arguments: tuple[str, ...]) -> SideLine:
        # The package must be found wherever the app was started from; the user's own paths stay behind it.
        paths = [str(_PACKAGE_FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])]
        try:
            folder = self._folder or temporary_folder()
            is_usual = folder == system_temporary_folder()
            self._errors = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - lives as long as the process
            return await SideLine.start(
                sys.executable,
                *arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(paths),
                    "RUST_BACKTRACE": "0",  # so that the last words are about what happened
                    **({} if is_usual else dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))),
                },
                limit=ANSWER_LIMIT_BYTES,
                hands_on=self._hands_on,
                **_own_group(),
            )
        except OSError as error:
            raise TargetError(f"{self._name} could not start: {reason_of(error)}.") from None

    async def _exchange(self, line: SideLine, command: str, argument: str) -> Any:
        stdin = line.process.stdin
        assert stdin is not None
        self._commands_sent += 1
        number = self._commands_sent
        question = json.dumps({"id": number, "command": command, "argument": argument})
        stdin.write(question.encode() + b"\n")
        await stdin.drain()
        while True:
            message = await line.hear()
            if message is None:
                raise EOFError
            # The answer to a command whose sender no longer waits comes first.
            if message.get("id") != number:
                continue
            if "answer" not in message:
                raise TargetError(f"{self._name} answered {command!r} with {shortened(repr(message))}.")
            return message["answer"]

    def _last_words(self) -> str:
        lines = [line for line in self.complaints if not line.startswith("note: ")]  # Rust's, on how to learn more
        return f": {printable(shortened(in_plain_words(lines[-1].strip().rstrip('.')), 300))}" if lines else ""


def _own_group() -> dict[str, Any]:
    """Keeps Ctrl-C in the terminal away from the child, as ``SideLine`` does elsewhere: it ends when told to."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {}

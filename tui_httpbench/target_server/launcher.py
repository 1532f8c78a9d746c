"""Starts the embedded target, a server and, where there is distance, a relay; asks it what arrived, and ends it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from tui_httpbench.plan.scenario import LOOPBACK, Scenario
from tui_httpbench.target_server.child import Child, TargetEndedError, TargetError
from tui_httpbench.target_server.control import UNSEEN
from tui_httpbench.target_server.host import HOST, PortError, hold_port
from tui_httpbench.target_server.settings import RelaySettings, ServerSettings
from tui_httpbench.target_server.traffic import MAX_HEADS, MAX_HEADS_SIZE, RequestHead
from tui_httpbench.target_server.turns import TargetCounts

__all__ = ["EmbeddedTarget", "RequestHead", "TargetCounts", "TargetEndedError", "TargetError"]

START_LIMIT_S = 10.0
ANSWER_LIMIT_S = 2.0
STOP_LIMIT_S = 2.0
_COMMAND = ("-P", "-m", "tui_httpbench.target_server.server")
_RELAY_COMMAND = ("-P", "-m", "tui_httpbench.target_server.relay")
_NOTHING = vars(TargetCounts(requests=0, connections=0, cpu_s=0.0))


class EmbeddedTarget:
    """A target of our own on a loopback port, which behaves as its scenario says.

    Use it as an async context manager, or call ``start`` and ``stop``. It ends with this process, however that ends: at
    once, or where nobody called ``stop``, after all children of this process that hold its ``life_line``.
    ``counts``, ``watch``, ``heads``, ``unwatch`` and those of turns may be called by several tasks at once; they raise
    TargetError when it has not answered within ``ANSWER_LIMIT_S`` seconds, or does not run; TargetEndedError where it
    ran and has ended by itself. Until ``stop``, nobody else gets a port that the system chose for it.

    Where several take turns at it, each in short slices, ``begin_round`` and ``take_turn`` keep them apart: the k-th
    request of a label waits as long as the k-th of any other, whoever came in between, and ``turn_counts`` tells what
    each did. A turn is to end with nothing in flight but what its client gave up, which then disturbs no other.
    """

    def __init__(
        self, cpu: int | None = None, scenario: Scenario = LOOPBACK, port: int = 0, folder: Path | None = None
    ) -> None:
        """``cpu`` is the number of the one that all its threads are to run on; None leaves that to the system.

        Port 0 lets the system choose a free one. ``folder`` gets its temporary files, which a process that is killed
        leaves behind; None: where all go.
        """
        self._cpu = cpu
        self._folder = folder
        self._scenario = scenario
        self._wanted_port = port
        self._server: Child | None = None
        self._relay: Child | None = None
        self._held: list[socket.socket] = []
        self._port: int | None = None
        self._ca_pem: bytes | None = None
        self._pinned = False
        self._life_line: tuple[int, int] | None = None

    @property
    def url(self) -> str:
        """Where it answers, such as ``http://127.0.0.1:40123``. Raises RuntimeError before ``start``."""
        if self._port is None:
            raise RuntimeError("The embedded target has not been started.")
        return f"{'https' if self._scenario.tls else 'http'}://{HOST}:{self._port}"

    @property
    def ca_pem(self) -> bytes | None:
        """The certificate of the authority made for this run, in PEM; None without TLS, and while it is off."""
        return self._ca_pem

    @property
    def life_line(self) -> tuple[int, ...]:
        """The descriptor to hand on to children who send requests; none on Windows, and while it does not run."""
        return () if self._life_line is None else self._life_line[1:]

    @property
    def pid(self) -> int | None:
        """The server's process id, None while it does not run."""
        return self._server.pid if self._server is not None else None

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of all that runs of it, the server's first."""
        return tuple(child.pid for child in self._children if child.pid is not None)

    @property
    def is_running(self) -> bool:
        """Whether all its processes live."""
        return bool(self._children) and all(child.is_running for child in self._children)

    @property
    def pinned(self) -> bool:
        """Whether it told that it is bound to the CPU asked for; False where the system can't, and while it is off."""
        return self._pinned and self.is_running

    @property
    def complaints(self) -> tuple[str, ...]:
        """What its processes have written to standard error since their start: faults of its own, one a line."""
        return tuple(line for child in self._children for line in child.complaints)

    async def counts(self) -> TargetCounts:
        """What it has done so far; the difference of two tells what it did between them."""
        return _merge(await self._ask_all("counts"))

    async def watch(self) -> None:
        """Lets it keep the head of each request that arrives from now on, and forget those kept before."""
        await self._ask("watch")

    async def heads(self) -> tuple[RequestHead, ...]:
        """The heads that arrived since ``watch``, or since they were last asked for, in order of arrival.

        Raises TargetError also when more arrived than it keeps, which is ``MAX_HEADS`` of ``MAX_HEADS_SIZE`` in all.
        """
        answer = await self._ask("heads")
        if answer["lost"]:
            raise TargetError(
                f"{len(answer['heads']) + answer['lost']:,} requests arrived while the embedded target kept their "
                f"heads, and it keeps {MAX_HEADS:,}, of {MAX_HEADS_SIZE:,} characters in all."
            )
        return tuple(
            RequestHead(**{**head, "headers": tuple((name, value) for name, value in head["headers"])})
            for head in answer["heads"]
        )

    async def unwatch(self) -> None:
        """Lets it keep no more heads; those that it has kept can still be asked for."""
        await self._ask("unwatch")

    async def begin_round(self) -> None:
        """Forgets all turns: each label draws from the seed again, with nobody in line and counts at 0."""
        await self._ask_all("begin_round")

    async def take_turn(self, label: str) -> None:
        """From now on, what arrives belongs to ``label``, whose draws and line go on where its last turn left them.

        With an empty label it is nobody's turn, which disturbs nobody's: its draws begin anew each time.
        """
        await self._ask_all("take_turn", label)

    async def turn_counts(self) -> dict[str, TargetCounts]:
        """What was done in the turns of each label since ``begin_round``, nobody's among them.

        A connection counts where its first request arrived; at a distance, where its first byte did.
        """
        answers = await self._ask_all("turn_counts")
        # One of them may not have heard of a turn that was given up while it was taken.
        return {label: _merge([answer.get(label, _NOTHING) for answer in answers]) for label in answers[0]}

    async def start(self) -> None:
        """Starts it and waits until it answers. Raises TargetError; then no process is left behind."""
        if any(child.is_running for child in self._children):
            raise RuntimeError("The embedded target runs already.")
        await self.stop()
        if os.name == "posix":
            self._life_line = os.pipe()
        try:
            await self._start_server()
            if self._scenario.rtt_ms:
                await self._start_relay()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Ends it and waits for its end; does nothing when it does not run."""
        children = self._children
        self._server = self._relay = self._port = self._ca_pem = None
        self._pinned = False
        life_line, self._life_line = self._life_line, None
        for descriptor in life_line or ():
            os.close(descriptor)
        held, self._held = self._held, []
        if children:
            await asyncio.shield(_end(children))
        for port in held:
            port.close()

    @property
    def end_in_words(self) -> str:
        """Which of its processes has ended by itself, and how, as the beginning of a sentence; empty while all run."""
        return next((child.end_in_words for child in self._children if child.end_in_words), "")

    async def wait(self) -> None:
        """Returns when one of its processes has ended, by itself or because it was stopped."""
        waiting = [asyncio.create_task(child.wait()) for child in self._running_children()]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    async def __aenter__(self) -> EmbeddedTarget:
        """Starts it. Raises TargetError."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends it."""
        await self.stop()

    @property
    def _children(self) -> tuple[Child, ...]:
        return tuple(child for child in (self._server, self._relay) if child is not None)

    def _running_children(self) -> tuple[Child, ...]:
        """The server and, where there is one, the relay. Raises TargetError when it has not been started."""
        if not self._children:
            raise TargetError("The embedded target does not run.")
        return self._children

    async def _ask(self, command: str) -> Any:
        """The server's answer to one command."""
        return await self._running_children()[0].ask(command, ANSWER_LIMIT_S)

    async def _ask_all(self, command: str, argument: str = "") -> list[Any]:
        """The answers to one command, the server's first."""
        asking = [child.ask(command, ANSWER_LIMIT_S, argument) for child in self._running_children()]
        # One needs no task of its own, which would take as long again.
        return [await asking[0]] if len(asking) == 1 else await asyncio.gather(*asking)

    @property
    def _reading_end(self) -> int:
        return UNSEEN if self._life_line is None else self._life_line[0]

    def _child(self, name: str) -> Child:
        return Child(name, self._folder, () if self._life_line is None else self._life_line[:1])

    def _hold(self, port: int) -> tuple[int, bool]:
        """The port to serve at, and whether it is held for this process's children. Raises TargetError.

        One that dies can't be followed by another's server then, which would get what was meant for it.
        """
        if port or sys.platform == "win32":
            return port, False
        try:
            self._held.append(hold_port())
        except PortError as error:
            raise TargetError(str(error)) from None
        return int(self._held[-1].getsockname()[1]), True

    async def _start_server(self) -> None:
        scenario = self._scenario
        port, is_held = self._hold(0 if scenario.rtt_ms else self._wanted_port)
        settings = ServerSettings(self._cpu, port, scenario, self._reading_end, is_held)
        self._server = self._child("The embedded target")
        told = await self._server.start((*_COMMAND, settings.to_argument()), START_LIMIT_S)
        self._port = int(told["port"])
        self._pinned = self._cpu is not None and told.get("cpu") == self._cpu
        if scenario.tls:
            if not isinstance(told.get("ca_pem"), str):
                raise TargetError("The embedded target could not start: it told of no certificate.")
            self._ca_pem = told["ca_pem"].encode("ascii")

    async def _start_relay(self) -> None:
        scenario = self._scenario
        assert self._port is not None
        port, is_held = self._hold(self._wanted_port)
        settings = RelaySettings(
            server_port=self._port,
            rtt_ms=scenario.rtt_ms,
            jitter_ms=scenario.jitter_ms,
            seed=scenario.seed,
            cpu=self._cpu,
            port=port,
            life_line=self._reading_end,
            is_held=is_held,
        )
        self._relay = self._child("The embedded target's relay")
        told = await self._relay.start((*_RELAY_COMMAND, settings.to_argument()), START_LIMIT_S)
        self._port = int(told["port"])
        self._pinned = self._pinned and told.get("cpu") == self._cpu


def _merge(answers: list[Any]) -> TargetCounts:
    """What the server and, where there is one, the relay have counted."""
    # The relay's own ports come round soon, so the server can't tell its connections apart for sure.
    connections = answers[-1]["connections"]
    cpu_s = sum(answer["cpu_s"] for answer in answers)
    return TargetCounts(answers[0]["requests"], connections, cpu_s, answers[0].get("held_s", 0.0))


async def _end(children: tuple[Child, ...]) -> None:
    await asyncio.gather(*(child.end(STOP_LIMIT_S) for child in children))
    for child in children:
        child.forget()

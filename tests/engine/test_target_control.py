"""How the embedded target obeys its parent: its answers, its end, and the CPU that it is bound to."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.target_client import FAKE, Address, address_of, ask_once

from tui_httpbench.target_server import launcher
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetCounts, TargetError

FIXED_CPU = hasattr(os, "sched_setaffinity")

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


@contextlib.contextmanager
def server_process() -> Iterator[tuple[subprocess.Popen[bytes], Address]]:
    """The target's process without its launcher."""
    with subprocess.Popen(
        [sys.executable, "-m", "tui_httpbench.target_server.server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            yield process, ("127.0.0.1", json.loads(process.stdout.readline())["port"])
        finally:
            process.kill()


def halt(pid: int) -> None:
    """Stops a child for a while, and returns when all its threads have stopped."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)


async def test_many_tasks_may_ask_at_once() -> None:
    async with EmbeddedTarget() as target:
        kinds = (target.counts, target.heads, target.watch)
        answers = await asyncio.gather(*(kind() for _ in range(30) for kind in kinds))
    assert all(isinstance(counts, TargetCounts) for counts in answers[0::3])
    assert set(answers[1::3]) == {()}
    assert set(answers[2::3]) == {None}


@posix_only
async def test_a_target_that_does_not_answer_is_one_sentence_and_may_answer_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with EmbeddedTarget() as target:
        assert target.pid is not None
        await asyncio.to_thread(halt, target.pid)
        monkeypatch.setattr(launcher, "ANSWER_LIMIT_S", 0.2)
        for question in (target.heads, target.counts, target.watch, target.unwatch):
            with pytest.raises(TargetError, match=r"^The embedded target did not answer within 0 seconds\.$"):
                await question()
        monkeypatch.undo()
        given_up = asyncio.create_task(target.heads())
        await asyncio.sleep(0.1)
        given_up.cancel()
        os.kill(target.pid, signal.SIGCONT)
        await asyncio.to_thread(ask_once, address_of(target))
        assert (await target.counts()).requests == 1, "late answers to earlier questions are passed over"


@posix_only
async def test_a_dead_target_is_one_sentence() -> None:
    target = EmbeddedTarget()
    with pytest.raises(TargetError, match=r"^The embedded target does not run\.$"):
        await target.counts()
    async with target:
        assert target.pid is not None
        await asyncio.to_thread(halt, target.pid)
        waiting = asyncio.create_task(target.counts())
        await asyncio.sleep(0.1)
        os.kill(target.pid, signal.SIGKILL)
        with pytest.raises(TargetError, match=r"^The embedded target has ended\.$"):
            await waiting
        turns = (target.begin_round, partial(target.take_turn, "a"), target.turn_counts)
        for question in (target.counts, target.watch, target.heads, target.unwatch, *turns):
            with pytest.raises(TargetError, match=r"^The embedded target (has ended|does not run)\.$"):
                await question()
    with pytest.raises(TargetError, match=r"^The embedded target does not run\.$"):
        await target.heads()


async def test_a_wrong_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["hello", "[]", '{"id": 7, "answer": 1}', '{"id": 1, "error": "No."}']
    fake = f"{FAKE}tell('{{\"port\": 1}}'); sys.stdin.readline(); [*map(tell, {answers!r})]; sys.stdin.read()"
    monkeypatch.setattr(launcher, "_COMMAND", ("-c", fake))
    async with EmbeddedTarget() as target:
        with pytest.raises(TargetError, match=r"^The embedded target answered 'counts' with .*'error': 'No\.'.*\.$"):
            await target.counts()


def test_a_wrong_command_gets_a_sentence_and_the_next_one_its_answer() -> None:
    with server_process() as (process, _):
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (
            b"hello",
            b"[1]",
            b'{"id": 1}',
            b'{"id": 1, "command": "dance"}',
            b'{"id": 1, "command": []}',
            b"",
        ):
            process.stdin.write(line + b"\n")
            process.stdin.flush()
            assert "There is no command" in json.loads(process.stdout.readline())["error"]
        process.stdin.write(b'{"id": 1, "command": "take_turn", "argument": []}\n')
        process.stdin.flush()
        assert "is no text" in json.loads(process.stdout.readline())["error"]
        process.stdin.write(b'{"id": 2, "command": "watch"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"id": 2, "answer": None}


def test_it_ends_with_its_input_in_the_midst_of_a_command() -> None:
    with server_process() as (process, _):
        assert process.stdin is not None
        process.stdin.write(b'{"id": 1, "comm')
        process.stdin.close()
        assert process.wait(timeout=5) == 0


@posix_only
def test_it_ends_with_its_input_while_nobody_reads_its_answer() -> None:
    with server_process() as (process, address):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"id": 1, "command": "watch"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        for _ in range(10):  # Far more than a pipe holds.
            with socket.create_connection(address, timeout=20) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + b"y" * 200_000 + b"\r\n\r\n")
                connection.recv(100)
        process.stdin.write(b'{"id": 2, "command": "heads"}\n')
        process.stdin.flush()
        assert process.stdout.read(100).startswith(b'{"id": 2, "answer": {"heads": [')
        process.stdin.close()
        assert process.wait(timeout=5) == 0


def test_it_ends_when_nobody_can_read_its_answer() -> None:
    with server_process() as (process, _):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.write(b'{"id": 1, "command": "counts"}\n')
        process.stdin.flush()
        assert process.wait(timeout=5) == 0


@pytest.mark.skipif(not FIXED_CPU, reason="the system binds no process to a CPU")
async def test_every_thread_is_bound_to_the_cpu_asked_for() -> None:
    for cpu in sorted(os.sched_getaffinity(0)):
        async with EmbeddedTarget(cpu) as target:
            assert target.pinned
            await asyncio.to_thread(ask_once, address_of(target))
            assert allowed_cpus(target) == {str(cpu)}
        assert not target.pinned


@pytest.mark.skipif(not FIXED_CPU, reason="the system binds no process to a CPU")
@pytest.mark.parametrize("cpu", [None, 4_000, 10**10, -1])
async def test_without_a_cpu_that_it_may_use_it_runs_anywhere_and_says_so(cpu: int | None) -> None:
    async with EmbeddedTarget(cpu) as target:
        assert not target.pinned
        await asyncio.to_thread(ask_once, address_of(target))
        assert target.pid is not None
        assert os.sched_getaffinity(target.pid) == os.sched_getaffinity(0)


async def test_a_system_that_binds_nothing_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    without = (
        "import os\nif hasattr(os, 'sched_setaffinity'): del os.sched_setaffinity\n"
        "from tui_httpbench.target_server.server import main; main()"
    )
    monkeypatch.setattr(launcher, "_COMMAND", ("-c", without))
    async with EmbeddedTarget(0) as target:
        assert not target.pinned
        await asyncio.to_thread(ask_once, address_of(target))


def allowed_cpus(target: EmbeddedTarget) -> set[str]:
    """The CPUs that the target's threads may use, one text for each different set."""
    if not Path("/proc/self/task").exists():
        assert target.pid is not None
        return {",".join(map(str, sorted(os.sched_getaffinity(target.pid))))}
    tasks = list(Path(f"/proc/{target.pid}/task").iterdir())
    assert len(tasks) >= 4, "the loop's thread, the server's, and two for the parent"
    lines = itertools.chain.from_iterable((task / "status").read_text().splitlines() for task in tasks)
    return {line.split()[1] for line in lines if line.startswith("Cpus_allowed_list:")}

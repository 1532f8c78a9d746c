"""How the embedded target begins and ends: its process, its port, and what it says when something is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.killed_parent import words_of_killed
from support.target_client import FAKE

from tui_httpbench.bench.recovery import find_interrupted_runs
from tui_httpbench.target_server import launcher
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetError

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and process ids")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

COMMAND = "import sys; from tui_httpbench.commands.target import serve; sys.exit(serve({port}))"
TLS_COMMAND = (
    "import sys; from tui_httpbench.commands.target import serve; from tui_httpbench.plan.scenario import Scenario; "
    "sys.exit(serve({port}, Scenario(tls=True)))"
)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:
        body: bytes = response.read()
        return body


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and waits for its parent's attention does not."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def wait_for_end(pid: int, limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


@contextlib.contextmanager
def foreground(port: int | None = None, command: str = COMMAND) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``httpbench-tui target`` as a process, and the first line that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-c", command.format(port=port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        # In order, so that its port is free afterwards.
        process.terminate()
        process.communicate(timeout=10)


@posix_only
async def test_it_starts_answers_and_leaves_nothing() -> None:
    target = EmbeddedTarget()
    assert (target.pid, target.is_running) == (None, False)
    with pytest.raises(RuntimeError, match="not been started"):
        _ = target.url
    async with target:
        pid = target.pid
        assert pid is not None
        assert target.is_running
        assert len(await asyncio.to_thread(get, target.url)) == 1_000
        with pytest.raises(RuntimeError, match="runs already"):
            await target.start()
    assert not is_alive(pid)
    assert (target.pid, target.is_running) == (None, False)
    await target.stop()
    async with target:
        assert await asyncio.to_thread(get, target.url + "/bytes/2") == b"\0\0"


@posix_only
async def test_stopping_waits_for_no_client_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with EmbeddedTarget() as target:
        pid, address = target.pid, (urlsplit(target.url).hostname, urlsplit(target.url).port)
        assert pid is not None
        connections = []
        for path in ("/delay/60000", "/bytes/60000000", "/"):
            connections.append(socket.create_connection(address))
            connections[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert len(await asyncio.to_thread(get, target.url + "/bytes/2000000")) == 2_000_000
        assert list(tmp_path.glob("httpbench-tui-target-*")), "a large body comes from a file"
    assert not is_alive(pid)
    assert not list(tmp_path.glob("httpbench-tui-target-*"))
    for connection in connections:
        connection.close()


@posix_only
@pytest.mark.parametrize("deaf", [False, True])
async def test_a_target_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch, deaf: bool) -> None:
    monkeypatch.setattr(launcher, "STOP_LIMIT_S", 0.2)
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN); " if deaf else ""
    stubborn = f"{FAKE}import signal, time; {ignore}tell('{{\"port\": 1}}'); time.sleep(60)"
    monkeypatch.setattr(launcher, "_COMMAND", ("-c", stubborn))
    target = EmbeddedTarget()
    await target.start()
    pid = target.pid
    assert pid is not None
    await target.stop()
    assert not is_alive(pid)


@linux_only
@pytest.mark.parametrize("by", ["SIGKILL", "SIGTERM", "exit"])
def test_it_dies_with_its_parent(by: str) -> None:
    script = (
        "import asyncio, sys\n"
        "from tui_httpbench.target_server.launcher import EmbeddedTarget\n"
        "async def main():\n"
        "    target = EmbeddedTarget()\n"
        "    await target.start()\n"
        "    print(target.pid, target.url, flush=True)\n"
        "    await asyncio.to_thread(sys.stdin.readline)\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout is not None
    pid_text, url = parent.stdout.readline().split()
    pid = int(pid_text)
    busy = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port))
    busy.sendall(b"GET /delay/60000 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert len(get(url)) == 1_000
    if by == "exit":
        parent.communicate("\n")
    else:
        parent.send_signal(getattr(signal, by))
        parent.communicate()
    assert wait_for_end(pid, 2.0)
    busy.close()


@linux_only
def test_it_outlives_a_killed_parent_for_those_who_still_send() -> None:
    script = (
        "import asyncio, subprocess\n"
        "from tui_httpbench.plan.scenario import Scenario\n"
        "from tui_httpbench.target_server.launcher import EmbeddedTarget\n"
        "async def main():\n"
        "    target = EmbeddedTarget(scenario=Scenario(rtt_ms=1))\n"
        "    await target.start()\n"
        "    sender = subprocess.Popen(['sleep', '60'], pass_fds=target.life_line, stdout=subprocess.DEVNULL)\n"
        "    print(target.url, sender.pid, *target.pids, flush=True)\n"
        "    await target.wait()\n"
        "asyncio.run(main())\n"
    )
    url, *pids = words_of_killed(script)
    sender, *target = map(int, pids)
    try:
        assert len(target) == 2
        assert not any(wait_for_end(pid, 0.2) for pid in target)
        assert len(get(url)) == 1_000
    finally:
        os.kill(sender, signal.SIGKILL)
    assert all(wait_for_end(pid, 2.0) for pid in target)


@posix_only
async def test_it_has_a_session_of_its_own_away_from_the_terminals_signals() -> None:
    async with EmbeddedTarget() as target:
        assert target.pid is not None
        assert os.getsid(target.pid) == target.pid != os.getsid(0)


async def test_it_starts_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")
    async with EmbeddedTarget() as target:
        assert len(await asyncio.to_thread(get, target.url)) == 1_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-m", "tui_httpbench.no_such_module"), "could not start: .*No module named tui_httpbench.no_such_module"),
        (("-c", "import sys; sys.exit('No room.')"), "could not start: No room"),
        (("-c", "pass"), "could not start: exit status 0"),
        (("-c", "import os; os.kill(os.getpid(), 9)"), "could not start: SIGKILL"),
        (("-c", "print('hello')"), "could not start"),
        (("-c", "import time, sys; print('Busy.', file=sys.stderr, flush=True); time.sleep(60)"), "within 1 .*: Busy"),
    ],
)
async def test_a_failed_start_is_one_sentence_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr(launcher, "_COMMAND", arguments)
    monkeypatch.setattr(launcher, "START_LIMIT_S", 1.0)
    monkeypatch.setattr(launcher, "STOP_LIMIT_S", 0.2)
    target = EmbeddedTarget()
    with pytest.raises(TargetError, match=said) as caught:
        await target.start()
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert not target.is_running


async def test_a_missing_interpreter_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(TargetError, match="could not start"):
        await EmbeddedTarget().start()


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_a_signal(number: signal.Signals) -> None:
    with foreground() as (process, url):
        assert url.startswith("http://127.0.0.1:")
        assert len(get(url)) == 1_000
        busy = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port))
        busy.sendall(b"GET /delay/60000 HTTP/1.1\r\nHost: x\r\n\r\n")
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        assert process.communicate() == ("", "")
        busy.close()


@posix_only
def test_what_a_killed_command_leaves_goes_with_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def folders() -> list[Path]:
        return [path for path in tmp_path.iterdir() if path.is_dir() and path.name.startswith("httpbench-")]

    with foreground(command=TLS_COMMAND) as (killed, _):
        (left,) = folders()
        assert (left / "ca.pem").exists()
        killed.kill()
        killed.wait(timeout=10)
    assert folders() == [left]
    with foreground(command=TLS_COMMAND):
        (living,) = folders()
        assert living != left
        find_interrupted_runs()
        assert folders() == [living], "that of a living one stays"
    assert folders() == []


def test_the_command_refuses_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with foreground(port) as (process, line):
            assert line == ""
            assert process.wait(timeout=10) == 2
            _, errors = process.communicate()
    assert errors == f"httpbench-tui: Port {port} can't be used: address already in use; choose another one.\n"


def test_the_command_refuses_the_port_of_another_target_and_takes_it_afterwards() -> None:
    with foreground() as (_, url):
        port = urlsplit(url).port
        with foreground(port) as (second, _):
            assert second.wait(timeout=10) == 2
    with foreground(port) as (_, url):
        assert urlsplit(url).port == port
        assert len(get(url)) == 1_000


def test_the_command_refuses_a_port_that_does_not_exist() -> None:
    with foreground(70_000) as (process, _):
        assert process.wait(timeout=10) == 2
        assert process.communicate()[1] == "httpbench-tui: There is no port 70000; choose one from 1 to 65535.\n"


@posix_only
def test_clients_that_leave_early_cause_no_complaint() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tui_httpbench.target_server.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["port"]
        address, url = ("127.0.0.1", port), f"http://127.0.0.1:{port}"
        requests = [
            f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in ("/delay/100", "/bytes/16000000", "/bytes/900000")
        ]
        requests += ["POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nabc"]
        requests += ["POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\nabc"]
        requests += ["GET / HT", "no HTTP at all\r\n\r\n", ""]
        for text in requests:
            for reset in (False, True):
                with socket.create_connection(address) as connection:
                    connection.sendall(text.encode())
                    time.sleep(0.02)
                    if reset:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(0.2)
        assert len(get(url)) == 1_000
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert process.communicate() == ("", "")


def test_a_request_that_needs_no_waiting_never_enters_the_event_loop(tmp_path: Path) -> None:
    """Guards the server's speed against changes in how Granian hands requests over."""
    script = tmp_path / "tell_thread.py"
    script.write_text(
        "import threading\n"
        "from tui_httpbench.plan.scenario import LOOPBACK\n"
        "from tui_httpbench.target_server import app, server\n"
        "class ThreadTeller(app.Application):\n"
        "    async def __rsgi__(self, scope, proto):\n"
        "        if scope.path == '/waiting':\n"
        "            await app._join_loop()\n"
        "        in_main = threading.current_thread() is threading.main_thread()\n"
        "        proto.response_str(200, [], 'loop' if in_main else 'elsewhere')\n"
        "server.Application = ThreadTeller\n"
        "server.run(0, LOOPBACK, lambda port, ca_pem: print(port, flush=True))\n"
    )
    process = subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        assert get(url + "/") == b"elsewhere"
        assert get(url + "/waiting") == b"loop"
    finally:
        process.communicate()
    assert process.returncode == 0

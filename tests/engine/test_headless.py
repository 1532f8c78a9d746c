"""``httpbench-tui run`` as users start it: real processes, pipes and terminals."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import SCHEMA_FILE
from support.recording_server import RecordingServer

from tui_httpbench.bench.recovery import find_interrupted_runs

COMMAND = (sys.executable, "-m", "tui_httpbench")
SCHEMA = json.loads((SCHEMA_FILE).read_text())
# Of the standard library, whose workers start in no time: it does not matter which client it is.
ONE_MODE = ("-m", "http.client", "-n", "5", "-r", "1")
TWO_MODES = (*ONE_MODE, "-m", "http.client")


def environment(**changes: str) -> dict[str, str]:
    unwanted = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return kept | {"TERM": "xterm-256color"} | changes


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "run", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(**variables),
        timeout=100,
        check=False,
    )


def run_in_terminal(*arguments: str, on: str, columns: int = 80, **variables: str) -> tuple[int, str, str]:
    """Exit status, what the terminal of that size got, and what the pipe on the other stream got."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {on: slave}
    with subprocess.Popen(
        [*COMMAND, "run", *arguments], stdin=subprocess.DEVNULL, env=environment(**variables), **streams
    ) as process:
        os.close(slave)
        shown = _read_to_end(master)
        other = process.stderr if on == "stdout" else process.stdout
        assert other is not None
        piped = other.read().decode()
    os.close(master)
    return process.returncode, shown, piped


def _read_to_end(master: int) -> str:
    received = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            chunk = os.read(master, 65536)
        except OSError:  # Linux says so when the last writer has closed a terminal.
            break
        if not chunk:
            break
        received += chunk
    return received.decode()


def test_json_alone_is_on_stdout_and_the_warnings_on_stderr() -> None:
    done = run(*ONE_MODE, "--json", "-")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    assert any("Only 1 round" in warning for warning in document["warnings"])
    assert done.stderr.splitlines() == [f"httpbench-tui: {warning}" for warning in document["warnings"]]


@pytest.mark.slow
def test_a_refused_port_fails_all_modes_and_says_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    done = run(url, "-n", "2", "-r", "1", "-m", "requests:all", "-m", "aiohttp:all", "-v", "--keep-going")
    assert done.returncode == 1
    assert done.stderr == "httpbench-tui: How long this run takes is known after the first round.\n"
    assert done.stdout.count("2 × refused: ") == 4
    assert "█" not in done.stdout
    assert "Traceback" not in done.stdout


def test_a_report_in_a_pipe_is_plain_and_a_file_gets_the_json(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "result.json"
    path.parent.mkdir()
    done = run(*TWO_MODES, "--seed", "7", "--json", str(path), COLUMNS="60")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 60
    assert "seed 7" in done.stdout
    assert "http.client ┤█" in done.stdout
    assert json.loads(path.read_text())["plan"]["seed"] == 7
    assert [file.name for file in path.parent.iterdir()] == ["result.json"]


@pytest.mark.slow
def test_an_automatic_run_ends_by_itself_and_tells_settings_and_work(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    modes = ("-m", "requests-session", "-m", "aiohttp", "-m", "httpx-client")
    plan = ("--profile", "defaults", "-n", "5", "--budget", "4")
    done = run("/redirect/1", *modes, *plan, "-v", "--metric", "bytes", "--json", str(path))
    assert (done.returncode, done.stderr) == (0, "httpbench-tui: This run takes at most 4 s.\n")
    document = json.loads(path.read_text())
    jsonschema.validate(document, SCHEMA)
    made = max(mode["rounds_done"] for mode in document["modes"])
    assert f"{made} round{'s' if made > 1 else ''} (auto)" in done.stdout
    assert "profile defaults" in done.stdout
    for part in ("httpx-client ≠", "Body bytes per request", "Settings", "not followed", "Environment", "pinning"):
        assert part in done.stdout
    assert (document["plan"]["rounds"], document["plan"]["budget_s"]) == ("auto", 4.0)
    assert [rank["mode"] for rank in document["ranking"] if rank["other_work"]] == ["httpx-client"]
    assert document["differences"][0]["modes"] == ["httpx-client"]
    assert {rank["mode"] for rank in document["ranking_cpu"]} == {mode["id"] for mode in document["modes"]}
    assert document["findings"][0] == {"id": "other-status", **document["differences"][0]}
    for mode in document["modes"]:
        assert mode["round_requests"] == [5] * made
        assert mode["settings"]["redirects"].startswith("not" if mode["id"] == "httpx-client" else "followed")
        assert mode["connections"] >= mode["rounds_done"]
        assert all(record["target_cpu_s"] is not None for record in mode["rounds"])


@pytest.mark.slow
def test_progress_of_an_automatic_run_has_one_figure_that_holds() -> None:
    modes = ("-m", "requests-session", "-m", "aiohttp")
    begin_s = time.monotonic()
    status, shown, _ = run_in_terminal(*modes, "--budget", "8", on="stderr")
    took_s = time.monotonic() - begin_s
    assert status == 0
    assert "This run takes at most 8 s." in shown
    figures = re.findall(r"round \d+ of about \d+, at most (\d+) s left · 0:(\d\d)", shown)
    assert figures
    # The start and the end of the app itself are not the run's.
    assert took_s < min(int(elapsed) + 1 + int(left) for left, elapsed in figures) + 3
    assert re.search(r"\d+ rounds? \(auto\) · 0:\d\d", shown)
    assert "budget left" not in shown


@pytest.mark.slow
def test_seconds_are_measured_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    done = run("-z", "200ms", "-r", "2", "-m", "requests-session", "-m", "aiohttp", "--json", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 modes × 0.2 s × 2 rounds; 10 in flight; profile equal" in done.stdout
    document = json.loads(path.read_text())
    jsonschema.validate(document, SCHEMA)
    assert (document["plan"]["requests"], document["plan"]["duration_s"]) == (None, 0.2)
    for mode in document["modes"]:
        assert len(mode["elapsed_s"]) == len(mode["round_requests"]) == 2
        assert sum(mode["round_requests"]) == mode["requests"] > 20
        assert all(0.15 < elapsed_s < 0.4 for elapsed_s in mode["elapsed_s"])


@pytest.mark.slow
def test_automatic_seconds_tell_how_many_they_were(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    done = run("-m", "requests-session", "-m", "httpx", "--budget", "8", "--json", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(path.read_text())
    jsonschema.validate(document, SCHEMA)
    plan = document["plan"]
    assert (plan["requests"], plan["duration"]) == (None, "auto")
    assert 0.1 <= plan["duration_s"] <= 1.6
    seconds = f"{plan['duration_s']:.3g} s"
    assert re.search(rf"2 modes × {re.escape(seconds)} × \d+ rounds? \(auto\); 10 in flight", done.stdout)
    assert document["ranking"][0]["mode"] == "requests-session"
    assert document["conclusion"].startswith("requests-session is fastest")
    blocks = done.stdout.split("\n\n")
    assert " ".join(blocks[1].split()) == document["conclusion"]
    assert document["started_at"] is not None


@pytest.mark.slow
def test_the_article_s_batches_are_repeated_until_the_seconds_are_over(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    modes = ("-m", "requests-session", "-m", "aiohttp")
    done = run("-c", "article", "-n", "20", "-z", "0.2", "-r", "2", *modes, "--json", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    words = " ".join(done.stdout.split())
    assert "2 modes × batches of 20 requests for 0.2 s × 2 rounds; profile defaults" in words
    assert "not a fair comparison, but the article's own" in words
    document = json.loads(path.read_text())
    jsonschema.validate(document, SCHEMA)
    for mode in document["modes"]:
        assert all(requests % 20 == 0 and requests > 20 for requests in mode["round_requests"])


@pytest.mark.parametrize(
    "numbers", [pytest.param([signal.SIGINT], marks=pytest.mark.slow), [signal.SIGTERM], [signal.SIGINT, signal.SIGINT]]
)
async def test_a_stopped_run_reports_what_it_measured(numbers: list[signal.Signals], tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    async with RecordingServer() as server:
        process = await asyncio.create_subprocess_exec(
            *(*COMMAND, "run", server.url, "-n", "100k", "-c", "1", "-m", "http.client", "--json", str(path)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        while len(server.requests) < 50:
            assert process.returncode is None
            await asyncio.sleep(0.01)
        for number in numbers:
            process.send_signal(number)
        output, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 130
    if errors:  # else both signals came as one
        assert len(numbers) == 2
        assert errors == b"httpbench-tui: What was measured until now is kept; 'httpbench-tui recover' reports it.\n"
        assert [run.requests > 0 for run in find_interrupted_runs()] == [True]
    else:
        assert "Stopped by the user" in output.decode()
        document = json.loads(path.read_text())
        jsonschema.validate(document, SCHEMA)
        assert document["stopped"] is True
        assert 0 < document["modes"][0]["ok"] < 100_000
        assert document["modes"][0]["rounds_done"] == 0


def test_progress_and_report_are_drawn_on_a_terminal_and_the_json_stays_plain() -> None:
    status, shown, piped = run_in_terminal(*ONE_MODE, "--json", "/dev/stdout", on="stderr")
    assert status == 0
    for part in ("This run takes about ", "round 1 of 1", "http.client", "5/5", "━", "requests/s"):
        assert part in shown
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1
    assert "\x1b" not in piped
    assert json.loads(piped)["modes"][0]["ok"] == 5


@pytest.mark.slow
def test_a_report_on_a_terminal_has_its_width_and_colours() -> None:
    status, shown, piped = run_in_terminal(*TWO_MODES, on="stdout", columns=100)
    assert (status, piped) == (0, "")
    assert "\x1b[" in shown
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r", "").splitlines()
    assert 95 <= max(len(line) for line in lines) <= 100


def test_no_color_leaves_no_escape_code() -> None:
    status, shown, _ = run_in_terminal(*ONE_MODE, on="stdout", NO_COLOR="1")
    assert status == 0
    assert "\x1b" not in shown
    assert "requests/s" in shown


@pytest.mark.slow
def test_a_dumb_terminal_gets_no_progress() -> None:
    status, shown, piped = run_in_terminal(*ONE_MODE, on="stderr", TERM="dumb")
    assert (status, shown) == (0, "")
    assert "\x1b" not in piped
    assert "requests/s" in piped


@pytest.mark.parametrize("json_path", [None, pytest.param("-", marks=pytest.mark.slow)])
def test_a_reader_who_leaves_causes_no_traceback(json_path: str | None) -> None:
    arguments = (*ONE_MODE, *(() if json_path is None else ("--json", json_path)))
    with subprocess.Popen(
        [*COMMAND, "run", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read().decode()
    assert process.returncode == 0
    assert "Traceback" not in errors
    # Without JSON on standard output, the warnings went to the reader as well.
    assert all(line.startswith("httpbench-tui: ") for line in errors.splitlines())
    assert bool(errors) == (json_path == "-")
    # JSON that nobody has read whole is not the last of it; a text is for people, who left.
    assert len(find_interrupted_runs()) == (json_path == "-")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_and_the_report_still_comes() -> None:
    done = run(*ONE_MODE, "--json", "/dev/full")
    assert done.returncode == 1
    assert done.stderr.startswith("httpbench-tui: The JSON can't be written to '/dev/full': no space left on device; ")
    assert done.stderr.endswith("; see 'httpbench-tui recover'.\n")
    assert "requests/s" in done.stdout
    (left,) = find_interrupted_runs()
    assert f"{left.requests:,}" in done.stdout

"""Terminals that can't show the app, and streams whose encoding lacks what is printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui_httpbench.text.plain_ascii import in_encoding

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tui_httpbench")
HEAVY = ("http://192.0.2.1/", "-n", "5000")
"""What 'run' refuses before it sends anything, and the app would ask about."""


def environment(**variables: str) -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT), **variables}


def said_in_terminal(*arguments: str, **variables: str) -> tuple[int, str]:
    """Exit status and what a terminal got, of the app started in one, its lines joined."""
    pty = pytest.importorskip("pty", reason="no pseudo-terminals here")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment(**variables)
    )
    os.close(slave)
    shown = b""
    try:
        while chunk := os.read(master, 65536):
            shown += chunk
    except OSError:  # Linux says so when the last writer has closed a terminal
        pass
    os.close(master)
    return process.wait(60), " ".join(shown.decode("utf-8", "replace").split())


def test_a_dumb_terminal_gets_what_run_does_and_is_told_so() -> None:
    status, shown = said_in_terminal(*HEAVY, TERM="dumb")
    assert status == 2
    assert shown.startswith("httpbench-tui: A terminal with TERM=dumb can't show the TUI, so this does what")
    assert "--yes" in shown, "as run refuses it"


@pytest.mark.parametrize("encoding", ["ascii", "iso8859-1"])
def test_an_encoding_that_lacks_what_the_app_draws_with_is_said_before_it_opens(encoding: str) -> None:
    status, shown = said_in_terminal(PYTHONIOENCODING=encoding, TERM="xterm-256color")
    assert status == 2
    assert shown == (
        f"httpbench-tui: This terminal's encoding, {encoding}, lacks the characters that the TUI draws with; set "
        "LC_ALL=C.UTF-8, or use 'httpbench-tui run'."
    )


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--preset", "…→é"), ("modes",), ("completion", "bash")])
def test_whatever_is_printed_can_be_said_in_ascii(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        env=environment(PYTHONIOENCODING="ascii:strict"),
        check=False,
        timeout=60,
    )
    assert done.returncode in (0, 2)
    assert b"Traceback" not in done.stderr
    assert (done.stdout + done.stderr).isascii()


def test_a_cell_of_a_table_stays_a_cell() -> None:
    text = "×1.00 │ 12–15 µs ▏…é"
    plain = in_encoding(text, "ascii")
    assert plain == "x1.00 | 12-15 us #~\\xe9"
    assert in_encoding(text, "utf-8") == text

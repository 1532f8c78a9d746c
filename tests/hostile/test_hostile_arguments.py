"""Any command line makes a plan, or gets one sentence."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.hostile_texts import is_sentence, texts

from tui_httpbench.commands import main as cli
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.names import COMMANDS
from tui_httpbench.commands.run_options import RunOptions
from tui_httpbench.plan.given_files import MAX_BODY_BYTES
from tui_httpbench.plan.plan import MAX_HEADERS, MAX_MODES, Plan
from tui_httpbench.report.destination import open_all

OPTIONS = sorted({option for command in (None, *COMMANDS) for option in Parser(command)._option_string_actions})
URL = "http://127.0.0.1:1/"

values = texts | st.sampled_from(
    [
        "aiohttp",
        "requests",
        "all",
        "quick",
        "article",
        "thorough",
        "auto",
        "0.3",
        "300ms",
        "25",
        "loopback",
        "X: y",
        URL,
    ]
)
arguments = st.one_of(
    st.sampled_from(OPTIONS).map(lambda option: [option]),
    st.tuples(st.sampled_from(OPTIONS), values).map(list),
    st.tuples(st.sampled_from(OPTIONS), values).map(lambda pair: ["=".join(pair)]),
    st.tuples(st.sampled_from(OPTIONS), values).map(lambda pair: ["".join(pair)]),
    values.map(lambda value: [value]),
)
command_lines = st.builds(
    lambda command, parts: [*command, *(argument for part in parts for argument in part)],
    st.sampled_from([[], ["run"], ["run"], ["run", URL], ["target"], ["serve"], ["recover"], ["modes"]]),
    st.lists(arguments, max_size=5),
)


@pytest.fixture(scope="module", autouse=True)
def nothing_starts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Plan]]:
    """The commands end where they would start something, after the last check that they make."""
    plans: list[Plan] = []

    def run_headless(plan: Plan, asked: RunOptions) -> int:
        open_all(asked.exports)
        plans.append(plan)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("here"))
        patch.setattr("tui_httpbench.commands.run.run_headless", run_headless)
        patch.setattr("tui_httpbench.commands.target.serve", lambda *_: 0)
        patch.setattr("tui_httpbench.commands.serve.serve", lambda *_: 0)
        yield plans


def call(command_line: list[str]) -> tuple[int, str]:
    """The exit status and what was written to standard error."""
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        status = cli.main(command_line)
    return status, errors.getvalue()


@given(command_lines)
@example(["run", "--capacity", "0" * 5_000 + "1"])
@example(["run", "--scenario", "x\0.toml"])
@example(["run", "--scenario", "\ud800.toml"])
@example(["run", "https://a.b/", "--cacert", "x\0y"])
@example(["run", "https://a.b/", "--cacert", "\ud800"])
@example(["run", "-z", "9" * 100_000])
@example(["run", "-z", "9" * 400 + "min"])
@example(["run", "-z", "0." + "0" * 5_000 + "1ms"])
@example(["run", "-c", "article", "-z", "auto"])
@example(["run", "https://a.b/", "-z", "1", "--yes", "-c", "article"])
@example(["run", "-d", "@x\0y"])
@example(["run", "-d", "\ud800"])
@example(["run", "-d", "[" * 100_000])
@example(["run", "-H", "A" * 100_000 + ": \x1b"])
@example(["run", "-H", "A: $" + "B" * 100_000])
@example(["run", "-m", "x" * 100_000])
@example(["run", *["-m", "aiohttp"] * 300])
@example(["run", "-X", "X" * 100_000])
@example(["run", "--no-pin=" + "x" * 100_000])
@example(["run", "http://" + "a" * 10_000 + "\u2100/"])
@example(["run", "--json", "x" * 10_000])
def test_a_plan_or_one_sentence(command_line: list[str]) -> None:
    status, errors = call(command_line)
    lines = errors.split("\n")
    assert lines.pop() == ""
    assert all(line.startswith("httpbench-tui: ") and is_sentence(line) for line in lines), errors
    if status == 2:
        assert lines
        assert lines[-1].endswith((".", "?")) or len(lines[-1]) > 1_000
    elif command_line[:1] != ["recover"]:
        assert status == 0


@given(texts, texts)
def test_nothing_is_written_beside_the_file_that_was_named(name: str, other: str) -> None:
    """And nothing is left of the check that it can be written."""
    folders = (Path.cwd(), Path.cwd().parent)
    before = [sorted(folder.iterdir()) for folder in folders]
    call(["run", "--json", name, "-m", other])
    assert [sorted(folder.iterdir()) for folder in folders] == before


@pytest.mark.parametrize(
    "options",
    [["-m", "aiohttp"] * (MAX_MODES + 1), [f for n in range(MAX_HEADERS + 1) for f in ("-H", f"A{n}: b")]],
    ids=len,
)
def test_more_than_anybody_needs_is_refused(options: list[str]) -> None:
    status, errors = call(["run", *options])
    assert status == 2
    assert "takes up to 200" in errors


def test_a_body_without_end_is_refused() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("needs /dev/zero")
    status, errors = call(["run", "-d", "@/dev/zero"])
    assert status == 2
    assert f"up to {MAX_BODY_BYTES:,} bytes" in errors


def test_a_certificate_file_that_can_be_read_only_once_is_refused() -> None:
    """It would be trusted when it is checked and nowhere else."""
    reading, writing = os.pipe()
    os.close(writing)
    try:
        status, errors = call(["run", "https://a.b/", "--cacert", f"/dev/fd/{reading}"])
    finally:
        os.close(reading)
    assert status == 2
    assert "no plain file" in errors

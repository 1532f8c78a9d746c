"""The system's limit of open files, lowered in a child process."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("has no such limit", allow_module_level=True)

from tui_httpbench.bench.open_files import check_open_files
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.scenario import SCENARIOS

CODE = """
import resource, sys
from tui_httpbench.commands.main import main
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
sys.exit(main(sys.argv[1:]))
"""
MANY = """
import json, resource, sys
from tui_httpbench.commands.main import main
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 256))
for arguments in json.loads(sys.argv[1]):
    print(f"exit status {main(['run', *arguments])}", file=sys.stderr)
"""


def run(soft: int, hard: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = CODE.format(soft=soft, hard=hard)
    return subprocess.run(
        [sys.executable, "-c", code, "run", *arguments], capture_output=True, text=True, timeout=100, check=False
    )


@pytest.mark.slow
def test_a_worker_raises_a_low_soft_limit() -> None:
    done = run(128, 1024, "-m", "httpx-async", "-m", "requests", "-n", "300", "-c", "300", "-r", "1")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_plan_beyond_the_hard_limit_is_refused() -> None:
    cases: list[tuple[tuple[str, ...], str, str, str]] = [
        # Four of the eight keep their connections while the others have their turns, of whom one has some.
        (("-c", "300", "-n", "300"), " in each of 8 modes", "1,564", "give 38 or less"),
        (("-c", "300", "-n", "300", "--rtt", "1"), " in each of 8 modes", "3,064", "give 19 or less"),
        (("-m", "aiohttp", "-c", "300", "-z", "1"), "", "364", "give 192 or less"),
        (("-m", "httpx-async-each", "-c", "article", "-n", "300"), "", "364", "give -n 192 or less"),
        (("-m", "aiohttp", "-m", "requests", "-c", "300"), " in each of 2 modes", "664", "give 96 or less"),
        (("http://127.0.0.1:9/", "-c", "300"), " in each of 8 modes", "364", "give 192 or less"),
    ]
    # In one process, since most of the time goes into its start.
    command = [sys.executable, "-c", MANY, json.dumps([arguments for arguments, *_ in cases])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    assert done.stdout == ""
    assert done.stderr == "".join(
        f"httpbench-tui: 300 requests at once{whose} need {files} open files, and the system allows 256; {advice}, or "
        "raise the hard limit (ulimit -Hn).\nexit status 2\n"
        for _, whose, files, advice in cases
    )


def test_what_is_advised_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_httpbench.bench.open_files.open_files_limit", lambda: 256)
    check_open_files(Plan(requests=300, concurrency=38))
    with pytest.raises(PlanError):
        check_open_files(Plan(requests=300, concurrency=39))


@pytest.mark.slow
def test_the_target_holds_what_all_modes_keep() -> None:
    arguments = ("-m", "requests-session", "-m", "aiohttp", "-m", "httpx-async", "-z", "0.3", "-c", "60", "-r", "1")
    done = run(64, 3 * 60 + 64, *arguments)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_pool_of_a_kept_client_counts_in_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_httpbench.bench.open_files.open_files_limit", lambda: 256)
    kept = Plan(modes=("aiohttp", "requests"), requests=1000, concurrency="article")
    check_open_files(kept)
    with pytest.raises(PlanError) as caught:
        check_open_files(kept.replace(concurrency=1000))
    assert caught.value.field == "concurrency"
    # A relay holds two connections for each request: 100 in the pool of one mode, and one of the other.
    with pytest.raises(PlanError, match="266 open files"):
        check_open_files(kept.replace(scenario=SCENARIOS["same-region"]))

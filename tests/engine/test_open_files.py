"""The system's limit of open files, lowered in a child process."""

from __future__ import annotations

import subprocess
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("has no such limit", allow_module_level=True)

from tui_httpbench.bench.open_files import check_open_files
from tui_httpbench.plan import Plan
from tui_httpbench.plan_error import PlanError
from tui_httpbench.scenario import SCENARIOS

CODE = """
import resource, sys
from tui_httpbench.cli import main
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
sys.exit(main(sys.argv[1:]))
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


@pytest.mark.parametrize(
    ("arguments", "files", "advice"),
    [
        (("-c", "300", "-n", "300"), 364, "give 192 or less"),
        (("-c", "300", "-n", "300", "--rtt", "1"), 664, "give 96 or less"),
        (("-m", "httpx-async-each", "-n", "300"), 364, "give -n 192 or less"),
    ],
)
def test_a_plan_beyond_the_hard_limit_is_refused(arguments: tuple[str, ...], files: int, advice: str) -> None:
    done = run(128, 256, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"httpbench-tui: 300 requests at once need {files} open files, and the system allows 256; {advice}, or raise "
        "the hard limit (ulimit -Hn).\n"
    )


def test_the_pool_of_a_kept_client_counts_in_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_httpbench.bench.open_files.open_files_limit", lambda: 256)
    kept = Plan(modes=("aiohttp", "requests"), requests=1000)
    check_open_files(kept)
    with pytest.raises(PlanError) as caught:
        check_open_files(kept.replace(concurrency=1000))
    assert caught.value.field == "concurrency"
    # A relay holds two connections for each request.
    with pytest.raises(PlanError, match="264 open files"):
        check_open_files(kept.replace(scenario=SCENARIOS["same-region"]))

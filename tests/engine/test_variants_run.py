"""Runs with variants, for real: environments out of small wheels, and what becomes of such a run."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from support.packages import know_only, make_wheel

from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.events import EnvironmentStep
from tui_httpbench.bench.recovery import discard, find_interrupted_runs, read_measured
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.commands.main import main
from tui_httpbench.environments.store import Store
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import BODY
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.report.json_report import to_text

CLIENT = """
import asyncio
import tiny_client
from tui_httpbench.clients import mode

PACKAGES = ("tiny-client",)

@mode("tiny", "a client of this test", kept=False)
def tiny(request, new):
    def send():
        return tiny_client.get(request.url), b"x" * tiny_client.SIZE
    yield send

@mode("tiny-async", "the same in a loop", kept=False)
async def tiny_async(request, new):
    size = tiny_client.SIZE + (100 if type(asyncio.get_running_loop()).__module__ == "uvloop" else 0)
    async def send():
        return await asyncio.to_thread(tiny_client.get, request.url), b"x" * size
    yield send
"""
LIBRARY = """
import urllib.request
SIZE = {size}
def get(url):
    with urllib.request.urlopen(url) as response:
        return response.status
"""
LOOP = """
import asyncio
__version__ = "0.99"
class Loop(asyncio.SelectorEventLoop):
    pass
new_event_loop = Loop
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels in two versions, a client that needs them, and a cache that all tests share."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "client.py").write_text(CLIENT)
    (folder / "wheels").mkdir()
    for size in (1, 2):
        make_wheel(folder / "wheels", "tiny_client", f"{size}.0", LIBRARY.format(size=size))
    slow = LIBRARY.format(size=3).replace("def get(url):", "import time\ndef get(url):\n    time.sleep(0.1)")
    make_wheel(folder / "wheels", "tiny_client", "0.3", slow)
    make_wheel(folder / "wheels", "uvloop", "0.99", LOOP)
    return folder


@pytest.fixture(autouse=True)
def only_these(shared: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared / "cache"))
    monkeypatch.setenv("UV_CACHE_DIR", str(shared / "uv"))
    # What led to our own packages would be found at once: there is no such module.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(home)])))
    (home / "tiny_client.py").write_text("raise ImportError('of the app, not of the environment')")
    know_only(shared / "wheels", monkeypatch)


def plan_with(shared: Path, *variants: str) -> Plan:
    modes = select_modes([str(shared / "client.py")])
    return Plan(modes=modes, variants=parse_variants(variants), requests=3, concurrency=1, rounds=1, seed=1)


def bodies_in(records: list[RoundRecord]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for record in records:
        assert record.outcome == "complete", record.reason
        found[record.mode].update(record.samples[:, BODY].tolist())
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop does not run there")
async def test_a_run_has_a_lane_for_each_variant_and_goes_on_after_a_kill(shared: Path) -> None:
    plan = plan_with(shared, "old=tiny-client==1.0", "new=tiny-client==2.0,loop=uvloop")
    lanes = {"tiny@old": {1}, "tiny@new": {2}, "tiny-async@old": {1}, "tiny-async@new": {102}}
    runner = Runner(plan, keeps_folder=True)
    steps = [event async for event in runner.run() if isinstance(event, EnvironmentStep)]
    runner.leave()
    assert {lane for step in steps if step.step == "ready" for lane in step.lanes} == set(lanes)
    assert bodies_in(runner.records) == lanes
    store = Store.of_user()
    assert not any(store.is_in_use(kept.key) for kept in store.kept())

    (interrupted,) = find_interrupted_runs()
    measured = read_measured(interrupted.folder)
    assert measured.plan == runner.plan
    assert {probe.mode: dict(probe.packages) for probe in measured.probes} == {
        lane: {"tiny-client": "1.0" if "old" in lane else "2.0"} for lane in lanes
    }
    result = summarize_run(measured)
    assert [mode.mode for mode in result.modes] == list(lanes)
    discard(interrupted.folder)

    more = Runner(plan, earlier=measured)
    async for _ in more.run():
        pass
    assert not more.trouble
    assert bodies_in(more.records) == lanes
    told = json.loads(to_text(more.result()))
    assert told["plan"]["rounds"] == 2
    assert [mode["rounds_done"] for mode in told["modes"]] == [2, 2, 2, 2]
    assert [(mode["id"], mode["variant"]) for mode in told["modes"]] == [
        (lane, lane.partition("@")[2]) for lane in lanes
    ]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    variants = {label: (each["python"], each["loop"]) for label, each in told["environment"]["variants"].items()}
    assert variants == {"old": (python, "asyncio"), "new": (python, "uvloop 0.99")}
    assert told["environment"]["variants"]["new"]["packages"] == {"tiny-client": "2.0"}
    assert told["environment"]["packages"] == {}
    assert [finding["modes"] for finding in told["findings"] if finding["id"] == "loop-unused"] == [["tiny@new"]]

    changed = replace(
        measured, probes=tuple(replace(probe, packages={"tiny-client": "0.1"}) for probe in measured.probes)
    )
    other = Runner(plan, earlier=changed)
    async for _ in other.run():
        pass
    assert other.trouble.startswith("tiny@old ran with tiny-client 0.1 in the rounds before, and would with 1.0, and ")
    assert len(other.records) == len(measured.records)


async def test_a_run_that_is_stopped_while_it_makes_environments_leaves_nothing(
    shared: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "another cache"))
    runner = Runner(plan_with(shared, "old=tiny-client==1.0"), keeps_folder=True)
    async for event in runner.run():
        if isinstance(event, EnvironmentStep) and event.step == "making":
            runner.stop()
    assert runner.result().stopped
    assert not runner.records
    assert [path.name for path in Store.of_user().folder.iterdir() if path.name not in ("locks", "logs")] == []


def test_what_can_not_be_had_ends_a_run_before_it_begins(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(shared / "client.py")
    assert main(["run", "-m", file, "--variant", "old=tiny-client==9.0", "--variant", "new=tiny-client==2.0"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "tiny-client==9.0 can't be had: " in told.err.splitlines()[-1]
    # The other environment is there already.
    no_place = ["--variant", "old=tiny-client==1.0; python_version < '3'", "--variant", "new=tiny-client==2.0"]
    assert main(["run", "-m", file, *no_place]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"httpbench-tui: tiny-client==1.0 is not for Python {platform.python_version()} on this ")
    assert main(["run", "-m", file]) == 2
    assert "tiny needs tiny_client, which is not installed here; run 'pip install tiny-client'" in (
        capsys.readouterr().err
    )


def test_a_mode_that_is_not_installed_can_be_had(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(shared))
    arguments = ["-m", f"{shared / 'client.py'}:tiny", "--get", "-n", "3", "-c", "1", "-r", "1"]
    assert main(["run", *arguments, "--json", str(shared / "told.json")]) == 0
    out, err = capsys.readouterr()
    assert re.search(r"GITHUB_STEP_SUMMARY names '.+', which can't be written: is a directory", err)
    told = json.loads((shared / "told.json").read_text())
    ((label, fetched),) = told["environment"]["variants"].items()
    assert fetched["packages"] == {"tiny-client": "2.0"}
    assert f"\n{label}: {fetched['python']}, tiny-client 2.0\n" in out
    assert told["modes"][0]["ok"] == 3
    assert told["modes"][0]["body_bytes"] == 6  # the newest


def test_a_variant_that_is_surely_slower_ends_with_a_status_of_its_own(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("# Before\n")
    variants = ["--variant", "new=tiny-client==0.3", "--variant", "old=tiny-client==1.0"]
    load = ["-n", "3", "-c", "1", "-r", "3", "--json", "-"]
    gate = ["--fail-if-slower", "50", "--reference", "old"]
    assert main(["run", "-m", f"{shared / 'client.py'}:tiny", *variants, *load, *gate]) == 3
    told = capsys.readouterr()
    said = "tiny@new is surely more than 50 % slower than tiny@old."
    assert said in told.err
    assert json.loads(told.out)["gate"]["pairs"][0]["text"] == said
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("# Before\n## GET ")
    assert f"**{said}**" in summary


PATHS = """
import os
import sys
from tui_httpbench.clients import mode

@mode("paths", "tells in how many folders modules are looked for", kept=False)
def paths(request, new):
    def send():
        return 200, b"x" * sum(map(os.path.isdir, sys.path))
    yield send
"""


async def test_all_lanes_look_for_modules_in_equally_many_folders(tmp_path: Path) -> None:
    (tmp_path / "paths.py").write_text(PATHS)
    variants = parse_variants(["here=", f"clean=python={sys.executable}"])
    modes = select_modes([str(tmp_path / "paths.py")])
    runner = Runner(Plan(modes=modes, variants=variants, requests=3, concurrency=1, rounds=1, seed=1))
    async for _ in runner.run():
        pass
    bodies = bodies_in(runner.records)
    assert bodies["paths@here"] == bodies["paths@clean"]

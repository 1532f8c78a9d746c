"""Environments for real: made with uv and pip out of small wheels, kept, checked, made anew, and left by a kill."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from support.killing import wait_until
from support.packages import know_only, make_checkout, make_wheel, without_shims
from support.recording_server import RecordingServer

from tui_httpbench.bench.events import EnvironmentStep
from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.bench.worker_job import WORKER_FILE, encode_job, make_job
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.commands.main import main
from tui_httpbench.environments.failure import EnvironmentFailure
from tui_httpbench.environments.installer import Installer, find_installer, venv_and_pip
from tui_httpbench.environments.interpreters import without_own_packages
from tui_httpbench.environments.making import Progress
from tui_httpbench.environments.provide import Environment, Provided, provided
from tui_httpbench.environments.recipe import Recipe, recipe_for
from tui_httpbench.environments.store import Store
from tui_httpbench.files.side_line import SideLine
from tui_httpbench.measured.sample_file import SampleFile
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.requirement import parse_requirement
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.report.environments import EnvironmentStory
from tui_httpbench.worker.job import Job

CLIENT = """
import tiny_client
from tui_httpbench.clients import mode

@mode("tiny", "a client of this test", kept=False)
def tiny(request, new):
    def send():
        return tiny_client.get(request.url)
    yield send
"""
LIBRARY = """
import urllib.request
def get(url):
    with urllib.request.urlopen(url) as response:
        return response.status, response.read()
"""


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A folder of wheels that is all that uv and pip know of, but for a test that asks the registry."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    if request.node.get_closest_marker("network"):
        without_shims(monkeypatch)
    else:
        know_only(folder, monkeypatch)
    return folder


def recipe(*requirements: str, pins: tuple[str, ...] = (), python: str = "") -> Recipe:
    return Recipe(python, tuple(map(parse_requirement, requirements)), pins)


async def provide(*recipes: Recipe, installer: Installer | None = None) -> Provided:
    async with provided(recipes, installer=installer) as got:
        return got


async def environment(wanted: Recipe) -> Environment:
    got = await provide(wanted)
    assert not got.failures, str(got.failures[wanted])
    return got.environments[wanted]


async def failure(wanted: Recipe) -> EnvironmentFailure:
    return (await provide(wanted)).failures[wanted]


def printed(python: Path, code: str) -> str:
    done = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, cwd=python.parent, env=without_own_packages(os.environ)
    )
    return (done.stdout + done.stderr).strip()


def left_half_made() -> list[Path]:
    return list(Store.of_user().folder.glob("*.new-*"))


@pytest.mark.parametrize("name", ["uv", pytest.param("pip", marks=pytest.mark.slow)])
async def test_versions_stand_side_by_side_and_see_nothing_of_ours(
    name: str, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer = find_installer() if name == "uv" else venv_and_pip()
    if installer.name != name:
        pytest.skip("no uv here")
    for version in ("1.0", "2.0"):
        make_wheel(index, "tiny", version, f"VERSION = '{version}'", requires=("other",))
        make_wheel(index, "other", version, f"VERSION = '{version}'")
    # The first two know exactly what they want; what they need beside it stays as it is here, where that can be.
    old, new = recipe("tiny==1.0", pins=("other==1.0",)), recipe("tiny==2.0", pins=("other==1.0",))
    free = recipe("tiny>=1,<2", pins=("other==7.0",))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    steps: list[Progress] = []
    async with provided([old, new, free], steps.append, installer=installer) as got:
        assert not got.failures
        pythons = {wanted: got.environments[wanted].python for wanted in (old, new, free)}
        store = Store.of_user()
        assert all(store.is_in_use(each.key) for each in store.kept())
        assert store.clear()[0] == ()
    assert [got.environments[each].packages["tiny"] for each in (old, new, free)] == ["1.0", "2.0", "1.0"]
    assert [got.environments[each].packages["other"] for each in (old, new, free)] == ["1.0", "1.0", "2.0"]
    assert {step.step for step in steps} >= {"checking", "making", "installing", "ready"}
    assert printed(pythons[old], "import tiny; print(tiny.VERSION)") == "1.0"
    assert "No module named 'textual'" in printed(pythons[old], "import textual")
    assert "No module named 'tui_httpbench'" in printed(pythons[old], "import tui_httpbench")
    assert not left_half_made()


@pytest.mark.slow
async def test_one_is_kept_until_it_is_broken(index: Path) -> None:
    make_wheel(index, "tiny", "1.0", "VERSION = '1.0'")
    wanted = recipe("tiny==1.0")
    python = (await environment(wanted)).python
    assert not (await environment(wanted)).is_new
    (module,) = python.parents[1].rglob("tiny.py")
    module.write_text("VERSION = 'changed'")
    assert (await environment(wanted)).is_new
    assert printed(python, "import tiny; print(tiny.VERSION)") == "1.0"
    python.unlink()
    assert (await environment(wanted)).is_new
    assert printed(python, "import tiny; print(tiny.VERSION)") == "1.0"
    assert not left_half_made()


@pytest.mark.slow
async def test_a_checkout_is_built_anew_when_what_counts_has_changed(tmp_path: Path) -> None:
    folder = make_checkout(tmp_path / "a checkout", "tiny", "VERSION = 'first'")
    wanted = recipe(f"{folder}")
    first = await environment(wanted)
    assert printed(first.python, "import tiny; print(tiny.VERSION)") == "first"
    (folder / "build").mkdir()
    (folder / "build" / "left-over").write_text("of another build")
    assert not (await environment(wanted)).is_new
    (folder / "tiny.py").write_text("VERSION = 'second'")
    second = await environment(wanted)
    assert second.is_new
    assert second.python != first.python
    assert printed(second.python, "import tiny; print(tiny.VERSION)") == "second"
    assert printed(first.python, "import tiny; print(tiny.VERSION)") == "first"

    make_checkout(folder, "tiny", "", begin="raise SystemExit('the parser was not generated')")
    broken = await failure(wanted)
    assert str(broken).startswith(f"tiny @ {folder} does not build: ")
    assert "the parser was not generated" in str(broken)
    assert broken.log is not None
    assert str(broken.log) in str(broken)
    assert "the parser was not generated" in broken.log.read_text()
    assert not left_half_made()


async def test_what_can_not_be_had_is_one_sentence(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(index, "tiny", "1.0", "")
    await environment(recipe("tiny"))
    absent = str(await failure(recipe("tiny==9.9")))  # in uv's own words, or in pip's
    assert absent.startswith("tiny==9.9 can't be had: ")
    assert absent.endswith(" tiny==9.9.")
    assert "python=3.13" in str(await failure(recipe("tiny", python=str(tmp_path / "none"))))
    assert "no Python interpreter" in str(await failure(recipe("tiny", python=str(wheel))))
    absent = str(await failure(recipe("tiny", python="3.99")))
    assert absent.startswith("There is no Python '3.99' on this machine, which has 3.")
    python = tmp_path / "pyenv" / "versions" / "3.99.1" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert "3.99.1" in str(await failure(recipe("tiny", python="3.98")))
    too_old = tmp_path / "python3.8"
    values = {"version": [3, 8, 18], "full_version": "3.8.18"}
    too_old.write_text(f"#!/bin/sh\necho '{json.dumps(values)}'\n")
    too_old.chmod(0o755)
    assert str(await failure(recipe("tiny", python=str(too_old)))) == (
        f"Python 3.8.18 ({too_old}) is too old to measure with; name 3.9 or newer."
    )
    monkeypatch.delenv("UV_OFFLINE")
    monkeypatch.delenv("PIP_NO_INDEX")
    for name in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, "http://user:s3cret@127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("PIP_RETRIES", "1")
    unreachable = await failure(recipe("absent==1.0"))
    host = "127.0.0.1:9" if find_installer().name == "uv" else "the index"  # pip does not say where it got none
    assert str(unreachable).startswith(f"absent==1.0 can't be fetched: there is no connection to {host}; ")
    assert unreachable.log is not None
    assert "s3cret" not in unreachable.log.read_text()
    assert not left_half_made()

    wheel.unlink()
    monkeypatch.setattr("tui_httpbench.environments.provide.OPEN_VERSIONS_STAY_S", 0.0)
    steps: list[Progress] = []
    async with provided([recipe("tiny")], steps.append) as got:
        assert not got.environments[recipe("tiny")].is_new
    story = EnvironmentStory()
    told = [story.tell(EnvironmentStep(("tiny",), "tiny", each.step, each.detail)) for each in steps]
    assert told[-1] == (
        "The environment of tiny is ready: there is no connection to ask for newer versions, so it stays as it was "
        "made before."
    )


async def test_apps_that_want_the_same_make_it_once(tmp_path: Path) -> None:
    counted = tmp_path / "built"
    folder = make_checkout(tmp_path / "tiny", "tiny", "", begin=f"open({str(counted)!r}, 'a').write('x')")
    wanted = recipe(str(folder))
    got = await asyncio.gather(*(provide(wanted) for _ in range(3)))
    assert sorted(each.environments[wanted].is_new for each in got) == [False, False, True]
    assert counted.read_text() == "x"


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
@pytest.mark.parametrize("number", ["SIGKILL", "SIGINT"])
async def test_an_app_that_is_killed_leaves_nothing(number: str, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    begin = f"open({str(begun)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    folder = make_checkout(tmp_path / "tiny", "tiny", "", begin=begin)
    code = (
        "import asyncio, sys\n"
        "from tui_httpbench.environments.provide import provided\n"
        "from tui_httpbench.environments.recipe import Recipe\n"
        "from tui_httpbench.plan.requirement import parse_requirement\n"
        "async def run():\n"
        "    async with provided([Recipe('', (parse_requirement(sys.argv[1]),))]):\n"
        "        pass\n"
        "asyncio.run(run())\n"
    )
    app = subprocess.Popen([sys.executable, "-c", code, str(folder)], stderr=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: begun.exists() and begun.read_text() != "", 60) < 60
        assert left_half_made()
        app.send_signal(getattr(signal, number))
        app.wait(30)
        assert wait_until(lambda: not left_half_made(), 20) < 20
        assert wait_until(lambda: not is_alive(int(begun.read_text())), 20) < 20
        assert not list((tmp_path / "uv" / "builds-v0").glob(".tmp*")), "uv takes away what it had begun"
    finally:
        app.kill()
        app.wait()
    assert Store.of_user().kept() == ()


def is_alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit for the size of files")
async def test_without_room_nothing_stays(index: Path) -> None:
    import resource

    make_wheel(index, "tiny", "1.0", f"TEXT = '{'x' * 2_000_000}'")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        full = await failure(recipe("tiny==1.0"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    folder = Store.of_user().folder
    assert str(full) == (
        f"There is no room for tiny==1.0 in {folder}; make some, or set XDG_CACHE_HOME to a folder that has."
    )
    assert not left_half_made()
    assert Store.of_user().kept() == ()


async def test_a_worker_measures_under_its_python(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_wheel(index, "tiny_client", "1.0", LIBRARY)
    client = tmp_path / "client.py"
    client.write_text(CLIENT)
    wanted = recipe("tiny-client==1.0")
    async with provided([wanted]) as got, RecordingServer() as server:
        environment = got.environments[wanted]
        plan = Plan(Request(f"{server.url}/"), modes=("http.client",), requests=20, concurrency=1)
        samples = SampleFile(tmp_path / "samples", 20)
        job = make_job(plan, f"{server.url}/", "http.client", samples.path, USUAL_TRUST)
        values = {**asdict(job), "source_file": str(client), "function": "tiny", "kept": False}
        async with worker(environment.python, Job(**values)) as (say, line):
            ready = await line.hear()
            assert ready is not None
            assert ready["event"] == "ready"
            await say(
                {
                    "do": "slice",
                    "duration_ns": 60_000_000_000,
                    "requests": 20,
                    "batch": 0,
                    "in_batch": 0,
                    "capacity": 20,
                }
            )
            sliced = await line.hear()
            assert sliced is not None
            assert sliced["requests"] == 20
            await say({"do": "end"})
            finished = await line.hear()
        assert finished is not None
        assert finished["event"] == "finished"
        assert [sample[2] for sample in samples.finished()] == [200] * 20
        samples.close()
        assert main(["environments"]) == 0
        assert main(["environments", "clear"]) == 1
    told = capsys.readouterr()
    assert "tiny-client==1.0" in told.out
    assert "1 environment stayed, in use by another app." in told.err
    assert main(["environments", "clear"]) == 0
    assert "1 environment removed" in capsys.readouterr().err
    assert not [path for path in Store.of_user().folder.iterdir() if path.name not in ("locks", "logs")]


@asynccontextmanager
async def worker(python: Path, job: Job) -> AsyncIterator[tuple[Callable[[dict[str, Any]], Any], SideLine]]:
    line = await SideLine.start(
        str(python),
        str(WORKER_FILE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        env=without_own_packages(os.environ),
        limit=1 << 20,
    )
    stdin = line.process.stdin
    assert stdin is not None

    async def say(command: dict[str, Any]) -> None:
        stdin.write(json.dumps(command).encode() + b"\n")
        await stdin.drain()

    stdin.write(encode_job(job))
    try:
        yield say, line
    finally:
        stdin.close()
        await line.process.wait()
        line.close()


@pytest.mark.network
async def test_the_registry_has_two_versions_of_httpx() -> None:
    variants = parse_variants(["old=httpx==0.27.2", "new=httpx==0.28.1", "here="])
    wanted = {variant.label: recipe_for(variant, MODES["httpx-client"]) for variant in variants}
    assert wanted.pop("here") is None
    old, new = wanted["old"], wanted["new"]
    assert old is not None
    assert new is not None
    got = await provide(old, new)
    assert not got.failures
    assert got.environments[old].packages["httpx"] == "0.27.2"
    assert got.environments[new].packages["httpx"] == "0.28.1"
    assert got.environments[old].packages["httpcore"] == got.environments[new].packages["httpcore"]

"""The worker as a program of its own: its messages, its end, and its life under another Python."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from support import one_round
from support.recording_server import RecordingServer

from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.bench.worker_job import WORKER_FILE, encode_job, make_job
from tui_httpbench.bench.worker_process import WATCH_INTERVAL_S
from tui_httpbench.files.side_line import SideLine
from tui_httpbench.measured.sample_file import SampleFile
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.worker.blame import blamed_variables
from tui_httpbench.worker.job import Job

URLLIB_CLIENT = """
import urllib.request
from tui_httpbench.clients import mode

@mode("each", "an opener for every request", kept=False)
def each(request, new):
    def send():
        with new(urllib.request.build_opener).open(request.url, timeout=request.timeout_s) as response:
            return response.status, response.read()
    yield send

def new(kind, settings):
    return kind()
"""


def make_plan(url: str, requests: int = 5) -> Plan:
    return Plan(Request(url), modes=("requests-session",), requests=requests, concurrency=1)


@pytest.mark.parametrize("python", ["python3.9", "python3.10", "python3.12", "python3.13", "python3.14"])
async def test_a_worker_runs_under_another_python_without_this_project(python: str, tmp_path: Path) -> None:
    interpreter = shutil.which(python)
    if interpreter is None or subprocess.run([interpreter, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"no {python} here")
    client = tmp_path / "client.py"
    client.write_text(URLLIB_CLIENT)
    samples = SampleFile(tmp_path / "samples", 5)
    async with RecordingServer() as server:
        job = make_job(make_plan(server.url + "/"), server.url + "/", "requests-session", samples.path, USUAL_TRUST)
        values = {**asdict(job), "source_file": str(client), "function": "each", "packages": ("pip",)}
        async with worker(encode_job(Job(**values)), interpreter, "-I") as told:
            messages = [await told.hear()]
            await told.say(do="warm-up", cpus=None)
            messages += [await told.hear() for _ in range(4)]
            for requests in (2, 3):
                await told.say(**slice_of(requests, samples.capacity))
                messages.append(await told.hear())
            await told.say(do="end")
            messages.append(await told.hear())
            assert await told.rest() == b""
        probe = encode_job(Job(**{**values, "task": "probe"}))
        async with worker(probe, interpreter, "-I") as told:
            assert (await told.hear())["event"] == "versions"
            assert (await told.hear())["event"] == "ready"
            await told.say(do="send")
            probed = await told.hear()
    assert probed["response"]["status"] == 200
    assert probed["made"] == "urllib.request.build_opener()"
    events = [message["event"] for message in messages]
    assert events == ["ready", *["warmed"] * 3, "idle", "sliced", "sliced", "finished"]
    assert messages[0]["python"].split()[1].startswith(python.removeprefix("python"))
    assert [message["requests"] for message in messages[5:7]] == [2, 3]
    assert samples.done() == 5
    assert set(samples.finished()[:, 2]) == {200}


@pytest.mark.parametrize("mode_id", ["requests-session", "aiohttp"])
@pytest.mark.parametrize("when", ["at once", "while it waits", "in a request"])
async def test_a_worker_ends_when_its_stdin_closes(mode_id: str, when: str, tmp_path: Path) -> None:
    samples = SampleFile(tmp_path / "samples", 1000)
    async with RecordingServer() as server:
        url = server.url + "/silent"
        job = make_job(make_plan(url, 1000), url, mode_id, samples.path, USUAL_TRUST)
        async with worker(encode_job(job)) as told:
            if when != "at once":
                assert (await told.hear())["event"] == "ready"
            if when == "in a request":
                await told.say(do="warm-up", cpus=None)
                # Without a life line it would wait for 30 s, as long as its request may take.
                while not server.requests:
                    await asyncio.sleep(0.01)
            told.close_stdin()
            rest = await told.rest()
    assert all(json.loads(line)["event"] == "ready" for line in rest.splitlines())


async def test_a_file_that_grew_is_written_on_by_its_worker(tmp_path: Path) -> None:
    samples = SampleFile(tmp_path / "samples", 4)
    async with RecordingServer() as server:
        url = server.url + "/"
        job = make_job(make_plan(url).replace(requests=None, duration_s=1.0), url, "aiohttp", samples.path, USUAL_TRUST)
        async with worker(encode_job(job)) as told:
            await told.hear()
            await told.say(**slice_of(100, 4))
            assert (await told.hear())["requests"] == 4, "no more than there is room for"
            samples.grow(20)
            await told.say(**slice_of(10, 20))
            assert (await told.hear())["requests"] == 10
    assert samples.done() == 14
    starts = samples.finished()[:, 0]
    assert (starts[1:] >= starts[:-1]).all()


@pytest.mark.parametrize(("mode_id", "task"), [("httpx-client", "measure"), ("httpx-async-each", "probe")])
async def test_a_variable_that_keeps_a_client_from_being_made_is_named(mode_id: str, task: str, tmp_path: Path) -> None:
    samples = SampleFile(tmp_path / "samples", 5)
    plan = make_plan("http://127.0.0.1:9/").replace(modes=(mode_id,), chosen_profile="defaults")
    job = make_job(plan, "http://127.0.0.1:9/", mode_id, samples.path, USUAL_TRUST, task=task)
    variables = {"NO_PROXY": "[::1]", "HTTP_PROXY": "http://user:hush@127.0.0.1:9"}
    async with worker(encode_job(job), variables=variables) as told:
        message = await told.hear()
        if task == "probe":
            events = [message["event"], *[(await told.hear())["event"] for _ in range(2)]]
            assert events == ["versions", "libraries", "ready"]
            await told.say(do="send")
            message = await told.hear()
    assert (message["event"], message["stage"], message["kind"]) == ("failed", "build", "url")
    assert message["text"].endswith(
        "; the variable NO_PROXY holds '[::1]', with which it can't be made: correct or unset it"
    )


def test_a_variable_that_is_not_to_blame_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "x")
    monkeypatch.setenv("NO_PROXY", "x")
    monkeypatch.setenv("ALL_PROXY", "socks5://user:hush@127.0.0.1")

    def make(*unwanted: str) -> None:
        if any(name in os.environ for name in unwanted):
            raise ValueError

    assert blamed_variables(lambda: make("PATH")) == ""
    assert blamed_variables(lambda: make()) == ""
    assert "holds 'socks5://…@127.0.0.1'" in blamed_variables(lambda: make("ALL_PROXY"))
    assert "without the variables NO_PROXY, no_proxy:" in blamed_variables(lambda: make("no_proxy", "NO_PROXY"))
    assert os.environ["ALL_PROXY"] == "socks5://user:hush@127.0.0.1"


PRINTING = """
import atexit, sys
def talk():
    sys.stdout.write('hello ' * 20000 + '\\n[1]\\n{"event": "ready"}\\n{"port": 1}\\nhalf a line {"event": ')
    sys.stdout.flush()
talk()
atexit.register(talk)
"""


async def test_what_a_start_up_file_prints_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sitecustomize.py").write_text(PRINTING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    # With distance, the embedded target is two processes.
    runner = Runner(Plan(modes=("requests-session",), requests=3, rounds=1, scenario=Scenario("far", rtt_ms=1.0)))
    async for _ in runner.run():
        pass
    assert runner.result().all_succeeded, runner.result().warnings
    assert capfd.readouterr() == ("", "")


async def test_where_only_standard_output_is_there_what_is_no_message_is_passed_over() -> None:
    line = SideLine(process=None, reader=(reader := asyncio.StreamReader()))  # type: ignore[arg-type]
    reader.feed_data(b'hello\n\n[1]\n"x"\nhalf a line {"event": "ready"}\n{"event": "idle"}\n{"event": "cut sh')
    reader.feed_eof()
    assert [await line.hear() for _ in range(3)] == [{"event": "ready"}, {"event": "idle"}, None]


@dataclass
class Told:
    """A worker that is told what to do."""

    process: asyncio.subprocess.Process

    async def say(self, **command: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        await self.process.stdin.drain()

    def close_stdin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    async def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        event: dict[str, Any] = json.loads(await asyncio.wait_for(self.process.stdout.readline(), 20))
        return event

    async def rest(self) -> bytes:
        """All that it tells until it ends."""
        assert self.process.stdout is not None
        return await asyncio.wait_for(self.process.stdout.read(), 20)


def slice_of(requests: int, capacity: int) -> dict[str, Any]:
    return {
        **{"do": "slice", "duration_ns": 10**10, "requests": requests, "batch": 0, "in_batch": 0},
        "capacity": capacity,
    }


@asynccontextmanager
async def worker(job: bytes, *python: str, variables: dict[str, str] | None = None) -> AsyncIterator[Told]:
    process = await asyncio.create_subprocess_exec(
        *(*(python or (sys.executable,)), str(WORKER_FILE)),
        env=os.environ | (variables or {}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(job)
    try:
        yield Told(process)
    finally:
        process.stdin.close()
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()


async def test_what_a_worker_told_at_its_end_is_heard_also_by_an_app_that_was_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, light_modes: tuple[str, ...]
) -> None:
    """Its end may be seen before its last message is read."""
    hear = SideLine.hear

    async def hear_late(line: SideLine) -> dict[str, Any] | None:
        message = await hear(line)
        if message is not None and message["event"] == "finished":
            await asyncio.sleep(2 * WATCH_INTERVAL_S)
        return message

    monkeypatch.setattr(SideLine, "hear", hear_late)
    async with RecordingServer() as server:
        plan = Plan(Request(server.url + "/"), modes=light_modes[:1], requests=5, concurrency=1)
        (record,) = await one_round.measure(plan, tmp_path)
    assert (record.outcome, record.reason, len(record.samples)) == ("complete", "", 5)

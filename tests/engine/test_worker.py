"""The worker as a program of its own: its messages, its end, and its life under another Python."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from recording_server import RecordingServer

from tui_httpbench.bench.samples import SampleFile
from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.bench.worker.job import Job
from tui_httpbench.bench.worker_job import WORKER_FILE, encode_job, make_job
from tui_httpbench.plan import Plan, Request

URLLIB_CLIENT = """
from contextlib import contextmanager
import urllib.request

@contextmanager
def each(job):
    def send():
        with urllib.request.urlopen(job.url, timeout=job.timeout_s) as response:
            return response.status, len(response.read())
    yield send
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
        messages = await run_worker([interpreter, "-I", str(WORKER_FILE)], encode_job(Job(**values)))
    assert [message["event"] for message in messages] == ["ready", *["warmed"] * 3, "started", "finished"]
    assert messages[0]["python"].split()[1].startswith(python.removeprefix("python"))
    assert samples.done() == 5
    assert set(samples.finished()[:, 2]) == {200}


async def test_a_worker_ends_when_its_stdin_closes(tmp_path: Path) -> None:
    samples = SampleFile(tmp_path / "samples", 1000)
    async with RecordingServer() as server:
        job = make_job(
            make_plan(server.url + "/silent", 1000),
            server.url + "/silent",
            "requests-session",
            samples.path,
            USUAL_TRUST,
        )
        # communicate() closes stdin behind the job; without a timeout of its own the worker would wait for 30 s.
        messages = await run_worker([sys.executable, str(WORKER_FILE)], encode_job(job), keep_open=False)
    assert messages == []


async def run_worker(command: list[str], job: bytes, keep_open: bool = True) -> list[dict]:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(job)
    if not keep_open:
        process.stdin.close()
    output = await asyncio.wait_for(process.stdout.read(), 20)
    process.stdin.close()
    await process.wait()
    return [json.loads(line) for line in output.splitlines()]

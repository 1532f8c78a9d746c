"""What stands in the place of a measured library, or lacks its parts in C, is found in real probes."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tui_httpbench.bench.probes import probe_modes
from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.bench.worker_job import worker_environment
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.target_server.launcher import EmbeddedTarget

SITECUSTOMIZE = """
import functools, sys
sys.modules["yarl._quoting_c"] = None
import aiohttp, httpx, requests

class Session(requests.Session):
    pass

requests.Session = Session
aiohttp.ClientSession = functools.partial(aiohttp.ClientSession)

def wrapped(send):
    @functools.wraps(send)
    def sending(*args, **options):
        return send(*args, **options)
    return sending

httpx.Client.send = wrapped(httpx.Client.send)
"""


async def probes_of(modes: tuple[str, ...]) -> dict[str, tuple[dict[str, str], tuple[str, ...]]]:
    async with EmbeddedTarget() as target:
        probes = await probe_modes(Plan(modes=modes, concurrency=1), target.url + "/", target, USUAL_TRUST)
    assert all(probe.response is not None for probe in probes), probes
    return {probe.mode: (probe.strange, probe.without_c) for probe in probes}


async def test_what_was_put_around_or_in_the_place_of_a_library_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE)
    installed = next(Path(path) for path in sys.path if (Path(path) / "urllib3" / "__init__.py").exists())
    shutil.copytree(installed / "urllib3", tmp_path / "urllib3")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]))
    found = await probes_of(("requests", "httpx", "aiohttp"))
    assert {without_c for _, without_c in found.values()} == {("yarl",)}
    strange = {mode_id: libraries for mode_id, (libraries, _) in found.items()}
    assert strange["requests"] == {
        "requests": f"has Session from {tmp_path / 'sitecustomize.py'}",
        "urllib3": f"was loaded from {tmp_path / 'urllib3' / '__init__.py'}",
    }
    assert strange["httpx"] == {"httpx": f"has Client.send from {tmp_path / 'sitecustomize.py'}"}
    assert strange["aiohttp"] == {"aiohttp": "has something else in the place of its class ClientSession"}


@pytest.mark.slow
async def test_clean_installs_raise_no_alarm() -> None:
    modes = tuple(mode.id for mode in MODES.values() if mode.is_installed())
    assert await probes_of(modes) == dict.fromkeys(modes, ({}, ()))


def test_variables_that_slow_one_client_or_all_are_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    slowing = ("AIOHTTP_NO_EXTENSIONS", "YARL_NO_EXTENSIONS", "PYTHONMALLOC", "PYTHONDEVMODE")
    for name in (*slowing, "HTTP_PROXY"):
        monkeypatch.setenv(name, "1")
    for profile in ("equal", "defaults"):
        elsewhere = Plan(request=Request("http://example.invalid/"), chosen_profile=profile)
        kept = worker_environment(elsewhere, USUAL_TRUST)
        assert not kept.keys() & set(slowing)
        assert ("HTTP_PROXY" in kept) == (profile == "defaults")
        assert "HTTP_PROXY" not in worker_environment(elsewhere.replace(request=Request("/")), USUAL_TRUST)

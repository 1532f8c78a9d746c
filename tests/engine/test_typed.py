"""What is typed as with other tools, in a real run: a URL as servers print it, and a body as curl sends it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from support import SCHEMA_FILE
from support.recording_server import RecordingServer

from tui_httpbench.clients.catalog import DEFAULT_MODES


@pytest.mark.slow
async def test_every_client_posts_a_form_to_0_0_0_0_without_a_scheme(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    async with RecordingServer() as server:
        url = f"0.0.0.0:{server.url.rpartition(':')[2]}/orders"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tui_httpbench", "run", url, "-d", "a=1", "-d", "b=2"),
            *("-n", "1", "-r", "1", "-c", "1", "--json", str(path)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        shown, complaints = (text.decode() for text in await process.communicate())
    assert (process.returncode, complaints) == (0, "")  # no word of another machine
    assert shown.startswith(f"POST http://{url}, 7 bytes of application/x-www-form-urlencoded\n")
    document = json.loads(path.read_text())
    jsonschema.validate(document, json.loads(SCHEMA_FILE.read_text()))
    assert (document["plan"]["url"], document["plan"]["method"]) == (f"http://{url}", "POST")
    told = [(mode["id"], mode["ok"], mode["errors"]) for mode in document["modes"]]
    assert told == [(mode_id, 1, {}) for mode_id in DEFAULT_MODES]
    assert sorted(rank["mode"] for rank in document["ranking"]) == sorted(DEFAULT_MODES)
    assert document["differences"] == []
    for received in server.requests:
        headers = {name.lower(): value for name, value in received.headers.items()}
        assert (received.method, received.path, received.body) == ("POST", "/orders", b"a=1&b=2")
        assert headers["content-type"] == "application/x-www-form-urlencoded"

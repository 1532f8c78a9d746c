"""Bodies that are read and sent piece by piece: by each mode, against the target that counts them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import one_round

from tui_httpbench.clients.catalog import MODES
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.target_server.launcher import EmbeddedTarget

DOCS = Path(__file__).parents[2] / "docs" / "adding-a-client.md"
FOUR = ("requests", "httpx-client", "httpx-async", "aiohttp-each")
EACH = [
    pytest.param(mode.id, marks=[] if mode.id in FOUR else [pytest.mark.slow])
    for mode in MODES.values()
    if mode.is_installed()
]


@pytest.mark.parametrize("mode_id", EACH)
async def test_a_download_that_is_streamed_stays_out_of_memory(mode_id: str, tmp_path: Path) -> None:
    async with EmbeddedTarget(scenario=Scenario(body_bytes=30_000_000, chunk_bytes=100_000)) as target:
        request = Request(f"{target.url}/", read="stream")
        plan = Plan(request=request, modes=(mode_id,), requests=2, concurrency=1, rounds=1)
        mode = (await one_round.result(plan, tmp_path)).mode(mode_id)
        assert (mode.ok, mode.body_bytes, mode.error_texts) == (2, 60_000_000, ())
        assert mode.peak_memory_mib is None or mode.peak_memory_mib < 80


@pytest.mark.parametrize("mode_id", ["urllib3", *FOUR])
async def test_what_comes_compressed_and_in_chunks_is_decoded_piece_by_piece(mode_id: str, tmp_path: Path) -> None:
    scenario = Scenario(body_bytes=200_000, chunk_bytes=20_000, gzip=True)
    async with EmbeddedTarget(scenario=scenario) as target:
        request = Request(f"{target.url}/", headers=(("Accept-Encoding", "gzip"),), read="stream")
        plan = Plan(request=request, modes=(mode_id,), requests=2, concurrency=1, rounds=1)
        mode = (await one_round.result(plan, tmp_path)).mode(mode_id)
        assert (mode.ok, mode.body_bytes) == (2, 400_000)


@pytest.mark.parametrize("mode_id", EACH)
async def test_an_upload_that_is_streamed_comes_back_whole(mode_id: str, tmp_path: Path) -> None:
    async with EmbeddedTarget() as target:
        request = Request(f"{target.url}/mirror", "POST", data_size=1_000_000, upload="stream")
        plan = Plan(request=request, modes=(mode_id,), requests=4, concurrency=2, rounds=1)
        mode = (await one_round.result(plan, tmp_path)).mode(mode_id)
        assert (mode.ok, mode.body_bytes, mode.error_texts) == (4, 4_000_000, ())


async def test_the_example_of_the_docs_streams_both_ways(tmp_path: Path) -> None:
    *_, example = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "streaming.py"
    path.write_text(example)
    async with EmbeddedTarget() as target:
        request = Request(f"{target.url}/mirror", "POST", data_size=500_000, upload="stream", read="stream")
        plan = Plan(request=request, modes=select_modes([str(path)]), requests=4, concurrency=2, rounds=1)
        (mode,) = (await one_round.result(plan, tmp_path)).modes
        assert (mode.ok, mode.body_bytes, mode.error_texts) == (4, 2_000_000, ())

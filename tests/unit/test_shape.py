"""How a body is read and sent: which plans may, what is sent, and what is refused."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui_httpbench import clients
from tui_httpbench.bench.trust import Trust
from tui_httpbench.bench.worker_job import make_job
from tui_httpbench.clients.catalog import MODES, UnknownModeError, modes_in
from tui_httpbench.plan.plan import Plan, PlanError, Request
from tui_httpbench.plan.scenario import Scenario, parse_chunk_size
from tui_httpbench.plan.shape import parse_data_size, shape_in_words
from tui_httpbench.plan.stored import plan_from_dict, plan_to_dict
from tui_httpbench.worker.answers import WrongAnswer, check_streamed, counted_size
from tui_httpbench.worker.pieces import in_words, made_up, opened, pieces_of, shaped_request

WHOLE = '@mode("mine", "about", kept=True)\ndef mine(request, new):\n    yield send\n'


BUILT_IN = [mode.id for mode in MODES.values() if mode.library.is_built_in]


@pytest.mark.parametrize("mode_id", BUILT_IN)
def test_each_mode_knows_how_to_stream_and_shows_it(mode_id: str) -> None:
    mode = MODES[mode_id]
    streamed = mode.in_shape("stream")
    assert mode.library.streams_uploads
    assert streamed.function == f"{mode.function}_streamed"
    assert streamed.code != mode.code
    assert "size" in streamed.code
    assert streamed.line > mode.line
    lines = streamed.code.splitlines()
    assert max(map(len, lines)) <= 56
    assert len(lines) <= 22
    assert mode.in_shape("whole") is mode


def test_a_made_up_body_is_posted_with_its_type() -> None:
    request = Request("/", "POST", data_size=70_000)
    assert request.body == made_up(70_000)
    assert (request.body_bytes, request.given_body) == (70_000, None)
    assert ("Content-Type", "application/octet-stream") in request.filled_headers


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"upload": "stream"}, "upload", "there is none"),
        ({"data_size": 5, "data": b"x"}, "data_size", "-d gives one"),
        ({"data_size": 5, "json_body": b"{}"}, "data_size", "--json-body gives one"),
    ],
)
def test_what_does_not_go_together_is_refused(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(PlanError, match=words) as refused:
        Plan(request=Request("/", "POST", **changes))
    assert refused.value.field == field


@pytest.mark.parametrize("text", ["0", "x", "70m", "-1", ""])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match="1 to"):
        parse_data_size(text)


@pytest.mark.parametrize(("text", "size"), [("0", 0), ("16k", 16_000), ("1m", 1_000_000)])
def test_a_chunk_has_a_size_or_there_are_none(text: str, size: int) -> None:
    assert parse_chunk_size(text) == size
    with pytest.raises(PlanError, match="1,000"):
        parse_chunk_size("999")


def test_a_file_of_ones_own_says_how_it_streams(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    (alone,) = modes_in(path, WHOLE.encode())
    assert alone.streamed is None
    more = WHOLE + '\n@streamed("mine")\ndef in_pieces(request, new):\n    yield counted\n'
    (mode,) = modes_in(path, more.encode())
    assert mode.in_shape("stream").function == "in_pieces"
    for wrong, words in (
        (more.replace('streamed("mine")', 'streamed("other")'), "no mode 'other'"),
        (more.replace("def in_pieces", "async def in_pieces"), "must be sync"),
        (more + more[more.index("@streamed") :], "is there twice"),
        (more.replace("yield counted", "pass"), "yields nothing"),
        (more.replace('streamed("mine")', "streamed"), "write @streamed"),
    ):
        with pytest.raises(UnknownModeError, match=words):
            modes_in(path, wrong.encode())


def test_modes_that_cannot_stream_are_named_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    unable = replace(MODES["aiohttp"], streamed=None)
    monkeypatch.setitem(MODES, "aiohttp", unable)
    with pytest.raises(PlanError, match="aiohttp can't read a body piece by piece; leave it out, or --read stream"):
        Plan(request=Request(read="stream"))
    Plan(request=Request(read="stream"), modes=("requests",))


def test_a_plan_keeps_its_shape_in_files() -> None:
    request = Request("/", "POST", data_size=50_000, read="stream", upload="stream")
    plan = Plan(request=request, scenario=Scenario("x", chunk_bytes=16_000), modes=("aiohttp",))
    stored = plan_to_dict(plan)
    assert "body" not in stored
    assert plan_from_dict(stored).request == request
    assert plan_from_dict(stored).scenario.chunk_bytes == 16_000
    assert shape_in_words(request) == "bodies read and sent piece by piece"
    assert shape_in_words(Request()) == ""


def test_pieces_make_up_the_body() -> None:
    body = made_up(200_001)
    file = opened(body)
    assert (file.read(10), file.tell(), file.seek(0), file.read()) == (body[:10], 10, 0, body)

    async def all_pieces() -> list[bytes]:
        return [piece async for piece in pieces_of(body)]

    pieces = asyncio.run(all_pieces())
    assert b"".join(pieces) == body
    assert len(pieces) == 4


def test_a_size_comes_back_in_the_place_of_a_body() -> None:
    assert check_streamed((200, 5)) == (200, 5)
    for answer in ((200, b"body"), (200, -1), 200, (200,)):
        with pytest.raises(WrongAnswer, match="return status, size"):
            check_streamed(answer)
    with pytest.raises(WrongAnswer, match="of the type bytes"):
        counted_size(b"")


@pytest.mark.parametrize("mode_id", ["requests-session", "aiohttp"])
def test_a_worker_is_told_the_shape_and_opens_the_body_anew_for_each_request(mode_id: str, tmp_path: Path) -> None:
    request = Request("/mirror", "POST", data_size=100_000, read="stream", upload="stream")
    plan = Plan(request=request, modes=(mode_id,))
    job = make_job(plan, "http://127.0.0.1:9/mirror", mode_id, tmp_path / "samples", Trust())
    assert job.function == f"{MODES[mode_id].function}_streamed"
    assert job.body is None, "a body that is made up does not travel"
    shaped = shaped_request(clients.Request, job, {})
    assert shaped.is_streamed
    assert shaped.headers["Content-Length"] == "100000"
    first, second = shaped.body, shaped.body
    assert first is not second
    if mode_id == "aiohttp":
        assert hasattr(first, "__aiter__")
    else:
        assert (first.read(), second.read()) == (made_up(100_000), made_up(100_000))
    assert "anew for each request; 100,000 bytes" in in_words(job)

    whole = make_job(
        plan.replace(request=Request(data=b"x")), "http://127.0.0.1:9/", mode_id, tmp_path / "samples", Trust()
    )
    assert whole.function == MODES[mode_id].function
    assert (whole.body, in_words(whole)) == (b"x", "")

"""What to change: the code of two modes of a library as a diff, and what that brought, as sure as it is."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest
from support.made_results import clean_result, result_of, rounds_of

from tui_httpbench.analysis.changes import change_between, change_to_show, changes_of
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.clients.snippet import plain_calls, snippet_of
from tui_httpbench.plan.plan import ARTICLE
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.report import markdown


def result(slower_ms: float = 34.0, noise: float = 0.001) -> Result:
    records = (
        *rounds_of("requests", slower_ms, rounds=5, noise=noise),
        *rounds_of("requests-session", 1.0, rounds=5, noise=noise),
        *rounds_of("aiohttp", 0.5, rounds=5, noise=noise),
    )
    return result_of(*records, rounds=5, concurrency=1)


def test_the_change_goes_from_the_slower_to_the_faster_whichever_way_it_is_asked_for() -> None:
    for pair in (("requests", "requests-session"), ("requests-session", "requests")):
        change = change_between(result(), *pair)
        assert change is not None
        assert (change.before, change.after, change.deed) == ("requests", "requests-session", "keep the client")
        assert change.gain.startswith("34.0 times as fast (34.0 to ")
    assert change is not None
    before, after = (plain_calls(mode_of(mode).code).splitlines() for mode in ("requests", "requests-session"))
    assert all(line[1:] in before for line in change.diff if line.startswith("-"))
    assert all(line[1:] in after for line in change.diff if line.startswith("+"))
    assert "+with requests.Session() as session:" in change.diff


@pytest.mark.parametrize(
    ("code", "plain"),
    [
        ("with new(httpx.Client) as client:", "with httpx.Client() as client:"),
        (
            "async with new(httpx.AsyncClient, http2=True) as client:",
            "async with httpx.AsyncClient(http2=True) as client:",
        ),
        ("with new(SyncClientBuilder) as client:", "with SyncClientBuilder().build() as client:"),
        ("curl = prepared(new(pycurl.Curl), request)", "curl = prepared(pycurl.Curl(), request)"),
        ("renew(it)", "renew(it)"),
    ],
)
def test_changes_show_the_calls_that_people_write(code: str, plain: str) -> None:
    assert plain_calls(code) == plain


def test_no_snippet_needs_a_helper_or_an_import_that_its_reader_does_not_have() -> None:
    for mode in MODES.values():
        snippet = snippet_of(mode)
        assert "new(" not in snippet, mode.id
        compile(snippet, mode.id, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert snippet_of(mode_of("httpx-client")).startswith("import httpx\n\nwith httpx.Client() as client:\n")
    assert "from pyreqwest.client import SyncClientBuilder\n" in snippet_of(mode_of("pyreqwest"))


def test_the_code_of_a_change_reads_bodies_as_the_run_did() -> None:
    whole = result()
    streamed = replace(whole, plan=whole.plan.replace(request=replace(whole.plan.request, read="stream")))
    lines = {}
    for name, each in (("whole", whole), ("stream", streamed)):
        change = change_between(each, "requests", "requests-session")
        assert change is not None
        lines[name] = "\n".join(change.diff)
    assert "return response.status_code, size" in lines["stream"]
    assert "size" not in lines["whole"]


@pytest.mark.parametrize(
    ("slower_ms", "noise", "gain"),
    [(1.005, 0.0001, "the same within 3 %"), (1.02, 0.2, "but that is unsure")],
)
def test_a_gain_is_only_as_sure_as_its_pair(slower_ms: float, noise: float, gain: str) -> None:
    change = change_between(result(slower_ms, noise), "requests", "requests-session")
    assert change is not None
    assert gain in change.gain


def test_nothing_is_changed_between_libraries_variants_copies_or_what_failed() -> None:
    assert change_between(result(), "requests", "aiohttp") is None
    assert (
        change_between(result_of(*rounds_of("aiohttp", 1.0), *rounds_of("aiohttp#2", 1.0)), "aiohttp", "aiohttp#2")
        is None
    )
    failed = result_of(*rounds_of("requests", 2.0, failed=1), *rounds_of("requests-session", 8.0))
    assert change_between(failed, "requests", "requests-session") is None
    lanes = ("httpx-client@old", "httpx@new")
    variants = parse_variants(["old=httpx==0.27.2", "new=httpx==0.28.1"])
    mixed = result_of(*(record for lane in lanes for record in rounds_of(lane, 1.0)), variants=variants)
    assert change_between(mixed, *lanes) is None


def test_more_in_flight_and_another_kind_are_deeds_as_well() -> None:
    told = replace(clean_result())
    assert told.plan.concurrency == ARTICLE
    many = change_between(told, "httpx-client", "httpx-async-each")
    assert many is not None
    assert many.deed == "keep the client, send one by one"
    alike = result_of(*rounds_of("httpx-client", 1.0), *rounds_of("httpx-async", 2.0), concurrency=5)
    threads = change_between(alike, "httpx-async", "httpx-client")
    assert threads is not None
    assert threads.deed == "use threads"


def test_reports_have_each_library_once_and_the_screen_a_change_for_each_lane() -> None:
    told = result()
    assert [change.before for change in changes_of(told)] == ["requests"]
    text = markdown.to_text(told)
    assert "What to change\n\n- From requests to requests-session: keep the client: 34.0 times as fast" in text
    assert "```diff\n-def send():" in text
    shown = change_to_show(told, "requests-session", "aiohttp")
    assert shown is not None
    assert shown.before == "requests"
    assert change_to_show(told, "aiohttp", "") is None


def test_what_may_be_slower_is_no_advice() -> None:
    records = [
        record
        for lane, ms in (("requests", 5.0), ("requests-session", 8.0))
        for record in rounds_of(lane, ms, noise=0.9)
    ]
    told = result_of(*records)
    assert change_between(told, "requests", "requests-session") is not None
    assert change_to_show(told, "requests-session", "requests") is None

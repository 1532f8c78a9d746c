"""What was stored for the next start, damaged: nothing of it stops a start."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.hostile_texts import damaged, damaged_bytes, texts

from tui_httpbench.history.url_history import MAX_URLS, load_urls, remember_url, url_history_path
from tui_httpbench.plan.parsing import parse_url
from tui_httpbench.plan.plan import Plan, PlanError, Request
from tui_httpbench.plan.stored import last_plan_path, load_last_plan, plan_to_dict, save_last_plan
from tui_httpbench.tui.preferences import Preferences, load_theme

PLAN = Plan(
    request=Request("https://a.b/?q=1", "POST", (("Accept", "*/*"),), b"{}"),
    modes=("aiohttp", "requests", "aiohttp#2"),
    duration_s=0.25,
    rounds=3,
    seed=7,
    seed_given=True,
    cacert="/ca.pem",
)
DOCUMENTS: dict[str, Any] = {
    "last-plan.json": plan_to_dict(PLAN),
    "urls.json": ["http://a.b/", "/bytes/10", "https://c.d/?e=f"],
    "theme.json": {"theme": "nord", "configured": None},
}


def load_all() -> None:
    """Everything that a start reads."""
    plan = load_last_plan()
    assert plan is None or isinstance(plan, Plan)
    assert load_theme(Preferences(), {"nord": 1}) in (None, "nord")
    urls = load_urls()
    assert len(urls) <= MAX_URLS
    assert all(url.isprintable() for url in urls)


@pytest.fixture
def folder() -> Path:
    path = last_plan_path().parent
    path.mkdir(parents=True, exist_ok=True)
    return path


@st.composite
def files(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(DOCUMENTS)))
    if draw(st.booleans()):
        return name, json.dumps(draw(damaged(DOCUMENTS[name]))).encode()
    return name, draw(damaged_bytes(json.dumps(DOCUMENTS[name]).encode()))


@given(files())
@example(("theme.json", b'{"theme": [], "configured": null}'))
@example(("theme.json", b'{"theme": {}, "configured": []}'))
@example(("last-plan.json", json.dumps({**DOCUMENTS["last-plan.json"], "scenario": "x"}).encode()))
@example(("last-plan.json", json.dumps({**DOCUMENTS["last-plan.json"], "duration_s": {}}).encode()))
@example(("last-plan.json", json.dumps({**DOCUMENTS["last-plan.json"], "duration_s": 1e400}).encode()))
@example(("last-plan.json", json.dumps({**DOCUMENTS["last-plan.json"], "concurrency": "article"}).encode()))
@example(("last-plan.json", json.dumps({**DOCUMENTS["last-plan.json"], "schema_version": 1}).encode()))
@example(("last-plan.json", json.dumps({**DOCUMENTS["last-plan.json"], "modes": ["aiohttp"] * 100_000}).encode()))
@example(("last-plan.json", json.dumps({**DOCUMENTS["last-plan.json"], "cacert": "\0"}).encode()))
@example(("urls.json", b"[" * 100_000))
def test_a_damaged_file_stops_no_start(file: tuple[str, bytes]) -> None:
    name, content = file
    path = last_plan_path().with_name(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    for other in DOCUMENTS:
        path.with_name(other).unlink(missing_ok=True)
    path.write_bytes(content)
    load_all()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


KINDS: dict[str, Callable[[Path], None]] = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": make_pipe,
    "a file without end": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.skipif(os.name == "nt", reason="no such files there")
@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_plain_file_stops_no_start(folder: Path, name: str, kind: str) -> None:
    KINDS[kind](folder / name)
    load_all()


@given(texts, st.lists(texts, max_size=3))
def test_no_url_leads_to_another_file(url: str, others: list[str]) -> None:
    home = Path(os.environ["HOME"])
    for each in (url, f"http://a.b/{url}", *others):
        try:
            parsed = parse_url(each)
        except PlanError:
            continue
        remember_url(parsed)
        save_last_plan(Plan(request=Request(parsed)))
        assert load_last_plan() is not None
    known = {last_plan_path(), url_history_path()}
    assert {path for path in home.rglob("*") if path.is_file()} <= known

"""The URLs of earlier runs, and that no credential of a URL reaches a file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tui_httpbench.history.url_history import MAX_URLS, load_urls, remember_url, url_history_path
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.stored import LastPlanError, last_plan_path, load_last_plan, save_last_plan
from tui_httpbench.text.hiding import drop_secrets, holds_secret


def test_the_newest_comes_first_and_no_url_twice(home: Path) -> None:
    assert load_urls() == ()
    for url in ("http://a.b/", "/bytes/10", "http://a.b/?q=1#top", "http://a.b/", "/"):
        remember_url(url)
    assert load_urls() == ("http://a.b/", "http://a.b/?q=1#top", "/bytes/10")
    path = url_history_path()
    assert path.is_relative_to(home)
    assert path.parent == last_plan_path().parent
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_only_so_many_are_kept() -> None:
    for number in range(MAX_URLS + 5):
        remember_url(f"/bytes/{number}")
    assert len(load_urls()) == MAX_URLS
    assert load_urls()[0] == f"/bytes/{MAX_URLS + 4}"


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "access_token",
        "api_key",
        "apikey",
        "KEY",
        "sig",
        "X-Amz-Signature",
        "X-Amz-Credential",
        "client%5Fsecret",
        "password",
        "session_id",
        "auth",
    ],
)
def test_credentials_in_a_url_reach_no_file(name: str) -> None:
    for url in (f"https://a.b/?q=1&{name}=hush", f"https://a.b/?{name}=hush&q=1", f"https://a.b/#{name}=hush"):
        assert holds_secret(url)
        assert remember_url(url) == ()
        save_last_plan(Plan(Request(url)))
        assert [entry.name for entry in last_plan_path().parent.iterdir()] == [last_plan_path().name]
        assert "hush" not in last_plan_path().read_text()
        loaded = load_last_plan()
        assert loaded is not None
        assert loaded.request.url == url.replace("hush", "")


def test_other_parameters_stay() -> None:
    for url in ("https://a.b/token/x?q=token&keyword=a&author=b&page=2", "/bytes/10", "https://a.b/a=b?c", "/"):
        assert drop_secrets(url) == url


@pytest.mark.parametrize(
    "content", ["", "{", "{}", "[1, null, 'a']", '["ftp://a.b", "no url", "/?token=hush", 5, "/"]']
)
def test_a_broken_file_counts_as_none(content: str) -> None:
    url_history_path().parent.mkdir(parents=True)
    url_history_path().write_text(content)
    assert load_urls() == ()
    assert remember_url("/bytes/1") == load_urls() == ("/bytes/1",)


def test_file_in_place_of_the_folder() -> None:
    folder = last_plan_path().parent
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    assert load_urls() == ()
    with pytest.raises(LastPlanError, match=r"^The URL can't be remembered: .* can't be written \(.*\)\.$"):
        remember_url("/bytes/1")

"""The remembered plan: what survives, what is left out, and that no broken file or folder stops the app."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tui_httpbench.clients import catalog
from tui_httpbench.plan.left_out import not_kept
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.stored import (
    MAX_BODY_BYTES,
    LastPlanError,
    last_plan_path,
    load_last_plan,
    load_left_out,
    save_last_plan,
)

FULL = Plan(
    request=Request(
        url="https://example.com/a?b=c", method="POST", headers=(("Accept", "text/html"),), data=b'{"a": "\xc3\xa9"}'
    ),
    modes=("aiohttp", "requests-session", "aiohttp#2"),
    requests=12_345,
    concurrency=20,
    rounds=7,
    timeout_s=2.5,
    chosen_profile="defaults",
    budget_s=12.5,
    same_within=0.07,
    pin=False,
    seed=2**63 - 1,
    seed_given=True,
)


def edit_stored(**changes: Any) -> None:
    stored = json.loads(last_plan_path().read_text())
    last_plan_path().write_text(json.dumps(stored | changes))


def test_there_is_no_plan_at_first() -> None:
    assert load_last_plan() is None


@pytest.mark.parametrize(
    "plan",
    [
        Plan(),
        FULL,
        Plan(request=Request(method="PUT", data=bytes(range(256)))),
        Plan(request=Request(method="PUT", json_body=b'{"a": "\xc3\xa9"}')),
        Plan(duration_s=0.001),
        Plan(duration_s=1 / 3),
        Plan(requests=20, duration_s=3_600.0),
        Plan(requests=100, concurrency="article"),
        Plan(requests=100, duration_s=2.5, concurrency="article"),
    ],
)
def test_plan_is_remembered(plan: Plan) -> None:
    save_last_plan(plan)
    loaded = load_last_plan()
    assert loaded == plan
    assert loaded is not None
    assert loaded.seed_given == plan.seed_given


def test_file_lies_in_the_state_folder_and_is_private(home: Path) -> None:
    save_last_plan(FULL)
    path = last_plan_path()
    assert path.is_relative_to(home)
    assert path.is_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    save_last_plan(Plan())
    assert load_last_plan() == Plan()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_credentials_are_never_stored() -> None:
    headers = (("Authorization", "Bearer hush"), ("Accept", "text/html"), ("Cookie", "id=hush"), ("X-API-Key", "hush"))
    save_last_plan(FULL.replace(request=Request(headers=headers)))
    assert "hush" not in last_plan_path().read_text()
    loaded = load_last_plan()
    assert loaded is not None
    assert loaded.request.headers == (("Accept", "text/html"),)


def test_what_was_left_out_is_told_until_it_is_filled_in() -> None:
    url, headers = "https://a.example/?token=T&x=1", (("Authorization", "Bearer hush"), ("Accept", "text/html"))
    save_last_plan(FULL.replace(request=Request(url, method="PUT", headers=headers, data=b"x" * (MAX_BODY_BYTES + 1))))
    plan, left_out = load_last_plan(), load_left_out()
    assert plan is not None
    missing = left_out.missing_in(plan.request)
    assert missing == ("Authorization", "token in the URL", "the body")
    assert not_kept(missing) == "3 values were not kept: Authorization, token in the URL and the body."
    assert left_out.missing_in(Request(url, headers=headers, data=b"x")) == ()
    assert left_out.missing_in(Request("https://b.example/?token=")) == ()
    save_last_plan(plan)
    assert load_left_out().missing_in(plan.request) == (), "nothing was left out of what was sent without"
    damaged: object
    for damaged in (3, [], {"headers": [1, "x\x1b"], "parameters": "token", "body": 1}):
        edit_stored(left_out=damaged)
        assert load_left_out().missing_in(plan.request) == ()


def test_headers_that_only_name_a_variable_are_kept_as_they_are() -> None:
    headers = (("Authorization", "Bearer $TOKEN"), ("Cookie", "id=${ID}"))
    hidden = (("X-API-Key", "hush$TOKEN"), ("X-Secret", "$TOKEN hush"), ("X-Token", "$$hush"))
    save_last_plan(FULL.replace(request=Request(headers=headers + hidden)))
    assert "hush" not in last_plan_path().read_text()
    loaded = load_last_plan()
    assert loaded is not None
    assert loaded.request.headers == headers


def test_random_seed_and_huge_body_are_not_stored() -> None:
    huge = Request(method="POST", data=b"x" * (MAX_BODY_BYTES + 1))
    save_last_plan(Plan(request=huge, seed=42))
    loaded = load_last_plan()
    assert loaded is not None
    assert (loaded.seed, loaded.seed_given) == (0, False)
    assert loaded.request.body is None
    assert last_plan_path().stat().st_size < 10_000


def test_seed_0_is_remembered_when_given() -> None:
    save_last_plan(Plan(seed=0, seed_given=True))
    loaded = load_last_plan()
    assert loaded is not None
    assert loaded.seed_given


def test_modes_that_can_not_run_are_dropped(absent_mode: str) -> None:
    save_last_plan(Plan())
    edit_stored(modes=["gone", absent_mode, "aiohttp#2", "httpx", "aiohttp#3"])
    loaded = load_last_plan()
    assert loaded is not None
    assert loaded.modes == ("aiohttp", "httpx", "aiohttp#2")
    edit_stored(modes=["gone", absent_mode])
    loaded = load_last_plan()
    assert loaded is not None
    assert loaded.modes == catalog.DEFAULT_MODES


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"3",
        b"{}",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"schema_version": 1}',
        b'{"schema_version": 2}',
        b'{"schema_version": 99}',
    ],
)
def test_broken_file_gives_no_plan(content: bytes) -> None:
    save_last_plan(Plan())
    last_plan_path().write_bytes(content)
    assert load_last_plan() is None
    save_last_plan(FULL)
    assert load_last_plan() == FULL


@pytest.mark.parametrize(
    "changes",
    [
        {"schema_version": 3},
        {"schema_version": 0},
        {"schema_version": "2"},
        {"duration_s": 0},
        {"duration_s": True},
        {"duration_s": [1]},
        {"duration_s": "soon"},
        {"duration_s": "auto"},
        {"duration_s": 1e9},
        {"requests": None, "concurrency": "article"},
        {"url": "foo://x"},
        {"url": None},
        {"method": 3},
        {"headers": [["Accept"]]},
        {"headers": [["Accept", 3]]},
        {"headers": [["A", "b"], ["a", "c"]]},
        {"headers": 3},
        {"requests": 0},
        {"requests": True},
        {"requests": [1]},
        {"concurrency": "wide"},
        {"concurrency": None},
        {"rounds": -1},
        {"timeout_s": "soon"},
        {"budget_s": 0},
        {"same_within_percent": "few"},
        {"profile": "best"},
        {"profile": 3},
        {"pin": 1},
        {"seed": 2**64},
        {"modes": 3},
        {"modes": [3]},
        {"body": 3},
        {"body": "€"},
        {"json_body": "{}"},
    ],
)
def test_broken_value_gives_no_plan(changes: dict[str, Any]) -> None:
    save_last_plan(FULL)
    edit_stored(**changes)
    assert load_last_plan() is None


def test_file_of_an_older_version_is_read() -> None:
    save_last_plan(FULL)
    stored = json.loads(last_plan_path().read_text())
    for name in ("budget_s", "same_within_percent", "profile", "pin", "duration_s"):
        del stored[name]
    stored["schema_version"] = 1
    last_plan_path().write_text(json.dumps(stored))
    assert load_last_plan() == FULL.replace(chosen_profile=None, budget_s=30.0, same_within=0.03, pin=True)


@pytest.mark.parametrize("changes", [{"requests": None}, {"concurrency": "article"}])
def test_file_of_an_older_version_needs_a_number_of_requests(changes: dict[str, Any]) -> None:
    """It knows no seconds; too many at once for the article's concurrency are refused as ever."""
    save_last_plan(FULL)
    edit_stored(schema_version=1, **changes)
    assert load_last_plan() is None


def test_file_of_this_version_says_its_duration() -> None:
    save_last_plan(FULL)
    stored = json.loads(last_plan_path().read_text())
    assert (stored["schema_version"], stored["requests"], stored["duration_s"]) == (2, 12_345, None)
    del stored["duration_s"]
    last_plan_path().write_text(json.dumps(stored))
    assert load_last_plan() is None


def test_folder_in_place_of_the_file() -> None:
    last_plan_path().mkdir(parents=True)
    assert load_last_plan() is None
    with pytest.raises(LastPlanError, match=r"^The plan can't be remembered: .* can't be written \(.*\)\.$"):
        save_last_plan(Plan())
    assert [entry.name for entry in last_plan_path().parent.iterdir()] == [last_plan_path().name]


def test_file_in_place_of_the_folder() -> None:
    folder = last_plan_path().parent
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    assert load_last_plan() is None
    with pytest.raises(LastPlanError, match="can't be remembered"):
        save_last_plan(Plan())


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such mode there")
def test_read_only_home(home: Path) -> None:
    # root may write anywhere but in /proc, which takes no new folders.
    folder = Path("/proc/self/state") if os.geteuid() == 0 else home
    script = (
        "from tui_httpbench.plan.stored import *; print(load_last_plan()); from tui_httpbench.plan.plan import Plan"
    )
    script += "\ntry: save_last_plan(Plan())\nexcept LastPlanError as error: print(error)"
    home.chmod(0o500)
    try:
        done = run_python(script, {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")})
    finally:
        home.chmod(0o700)
    assert done.stdout.startswith("None\nThe plan can't be remembered: ")
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="the home folder comes from elsewhere there")
def test_missing_home(tmp_path: Path) -> None:
    script = (
        "from tui_httpbench.plan.stored import *; print(load_last_plan()); from tui_httpbench.plan.plan import Plan"
    )
    script += "\nimport os, pwd\npwd.getpwuid = lambda uid: {}[uid]"
    script += "\ntry: save_last_plan(Plan())\nexcept LastPlanError as error: print(error)"
    done = run_python(script, {}, cwd=tmp_path)
    assert done.stderr == ""
    assert "there is no home folder" in done.stdout
    assert list(tmp_path.glob("~*")) == []


def run_python(script: str, environment: dict[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "HOME" and not name.startswith("XDG_")}
    return subprocess.run(
        [sys.executable, "-c", script], env=kept | environment, cwd=cwd, capture_output=True, text=True, check=True
    )

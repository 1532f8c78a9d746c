"""What is written by itself can be read by its owner alone, whatever the umask, and holds no credentials."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.reports import exported

from tui_httpbench.bench.run_folder import RunFolder
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.trust import make_trust
from tui_httpbench.history.url_history import remember_url
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.stored import save_last_plan
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.destination import FileDestination
from tui_httpbench.report.text import print_report
from tui_httpbench.target_server.body_files import BodyFiles
from tui_httpbench.target_server.tls import Identity
from tui_httpbench.tui.plan_words import plan_in_short
from tui_httpbench.tui.preferences import Preferences, save_theme

SECRET = "hush-hush"
PLAN = Plan(
    request=Request(
        f"http://127.0.0.1:1/a?q=1&access_token={SECRET}",
        headers=(("Authorization", f"Bearer {SECRET}"), ("X-Note", "$NOTE")),
    ),
    modes=("http.client", "http.client#2"),
    requests=2,
    concurrency=1,
    rounds=1,
    timeout_s=5,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")


@pytest.fixture(autouse=True)
def nobody_keeps_anything_private() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What stands in a folder and somebody else could read, write or enter."""
    return [str(path) for path in folder.rglob("*") if stat.S_IMODE(path.lstat().st_mode) & 0o077]


async def test_a_run_keeps_its_files_and_the_credentials_of_its_url_to_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTE", SECRET)
    runner = Runner(PLAN, keeps_folder=True, keep_going=True)
    async for _ in runner.run():
        pass
    result = runner.result()
    assert {mode.mode: mode.errors for mode in result.modes} == {key: {"refused": 2} for key in PLAN.modes}
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) >= 6
    assert open_to_others(home) == []
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    report = io.StringIO()
    print_report(result, StreamConsole(report), verbose=True)
    forms = exported(result)
    assert SECRET not in forms.pop(".jsonl")
    for text in (*forms.values(), report.getvalue(), plan_in_short(PLAN), plan_in_short(PLAN, result.url)):
        assert "access_token=" in text
        assert SECRET not in text
    runner.discard()


def test_what_is_remembered_is_private_and_so_are_the_folders_made_for_it(home: Path) -> None:
    save_last_plan(PLAN)
    remember_url("http://a.b/")
    save_theme("nord", Preferences())
    names = sorted(path.name for path in home.rglob("*.json"))
    assert names == ["last-plan.json", "theme.json", "urls.json"]
    assert open_to_others(home) == []


def test_certificates_and_the_targets_files_are_private(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    folder, identity, bodies = RunFolder(), Identity(), BodyFiles({"page": b"x"})
    assert [bodies.path_of(name) for name in ("page", "zeros")]
    mixed = tmp_path / "mixed.pem"
    mixed.write_bytes(identity.key_path.read_bytes() + identity.ca_pem)
    plan = PLAN.replace(request=Request("https://127.0.0.1:1/"), cacert=str(mixed))
    bundle = make_trust(plan, None, folder.path).bundle
    assert bundle is not None
    assert b"PRIVATE KEY" not in bundle.read_bytes()
    assert identity.ca_pem.strip() in bundle.read_bytes()
    assert stat.S_IMODE(identity.key_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(identity.key_path.parent.stat().st_mode) == 0o700
    # A certificate is no secret, and its folder is closed.
    assert open_to_others(temporary) == [str(identity.certificate_path)]
    assert open_to_others(home) == []
    identity.remove()
    bodies.remove()
    folder.remove()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0, 0o666)])
def test_a_file_that_the_user_named_gets_what_the_umask_leaves(tmp_path: Path, umask: int, mode: int) -> None:
    os.umask(umask)
    path = tmp_path / "result.json"
    FileDestination(str(path)).write("{}")
    assert stat.S_IMODE(path.stat().st_mode) == mode
    path.chmod(0o640)
    FileDestination(str(path)).write("[]")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("[]", 0o640)


def test_a_link_that_waits_in_a_shared_folder_is_not_followed(tmp_path: Path) -> None:
    shared, precious = tmp_path / "shared", tmp_path / "precious.txt"
    shared.mkdir()
    precious.write_text("precious")
    (shared / f".result.json.{os.getpid()}.part").symlink_to(precious)
    FileDestination(str(shared / "result.json")).write("{}")
    assert precious.read_text() == "precious"
    assert (shared / "result.json").read_text() == "{}"

"""Where the JSON goes: a file that is replaced whole, a device, a pipe or standard output."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from tui_httpbench.plan.plan import PlanError
from tui_httpbench.report.destination import FileDestination


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "reports"
    path.mkdir()
    return path


def test_a_file_is_replaced_whole_and_keeps_its_permissions(folder: Path) -> None:
    path = folder / "result.json"
    path.write_text("old")
    path.chmod(0o640)
    destination = FileDestination(str(path))
    assert path.read_text() == "old"
    destination.write("new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names_in(folder) == ["result.json"]


def test_no_file_appears_before_there_is_a_result(folder: Path) -> None:
    destination = FileDestination(str(folder / "result.json"))
    assert names_in(folder) == []
    destination.write("new")
    assert names_in(folder) == ["result.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    FileDestination(str(link)).write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_in_place() -> None:
    ours, theirs = os.openpty()
    device = os.ttyname(theirs)
    FileDestination(device).write("text\n")
    assert os.read(ours, 100) == b"text\r\n"
    assert stat.S_ISCHR(Path(device).stat().st_mode)
    os.close(ours)
    os.close(theirs)


def test_a_pipe_is_written_in_place(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    destination = FileDestination(str(path))
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(path.read_text()))
    reader.start()
    destination.write("text")
    reader.join(10)
    assert received == ["text"]
    assert path.is_fifo()


def test_other_names_of_standard_output_are_known(capfd: pytest.CaptureFixture[str]) -> None:
    assert FileDestination("-").is_stdout
    with capfd.disabled():
        assert FileDestination("/dev/stdout").is_stdout


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        (".", "it is a folder"),
        ("missing/result.json", "there is no folder"),
        ("file/result.json", "ot a directory"),
        ("x" * 300, "ame too long"),
    ],
)
def test_a_path_that_can_not_be_written_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlanError, match=reason):
        FileDestination(str(tmp_path / name) if name else "")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions don't bind root")
def test_permissions_are_respected(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PlanError, match="ermission denied"):
            FileDestination(str(tmp_path / "new.json"))
        FileDestination(str(path)).write("new")
        assert path.read_text() == "new"
        path.chmod(0o400)
        with pytest.raises(PlanError, match="permission denied"):
            FileDestination(str(path))
    finally:
        tmp_path.chmod(0o700)

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


as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can make files of other users")
SOMEBODY = 54_321


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder like /tmp."""
    path = tmp_path / "shared"
    path.mkdir()
    path.chmod(0o1777)
    return path


@as_root
@pytest.mark.parametrize("kind", ["link", "folder link", "file", "pipe"])
def test_what_another_user_put_into_a_shared_folder_is_not_written_to(kind: str, shared: Path, folder: Path) -> None:
    own = folder / "own.json"
    own.write_text("precious")
    path = shared / "result.json"
    match kind:
        case "link":
            path.symlink_to(own)
        case "folder link":
            path = shared / "planted" / "own.json"
            path.parent.symlink_to(folder)
        case "file":
            path.write_text("theirs")
            path.chmod(0o666)
        case "pipe":
            os.mkfifo(path, 0o666)
    planted = path.parent if kind == "folder link" else path
    os.chown(planted, SOMEBODY, SOMEBODY, follow_symlinks=False)
    with pytest.raises(PlanError, match=r"can't be written: it is a \w+ of another user in a folder that"):
        FileDestination(str(path))
    assert own.read_text() == "precious"
    os.chown(planted, os.geteuid(), os.getegid(), follow_symlinks=False)
    FileDestination(str(path))


def test_a_link_put_there_since_the_start_is_not_followed(shared: Path, folder: Path) -> None:
    own, path = folder / "own.json", shared / "pipe"
    own.write_text("precious")
    os.mkfifo(path)
    destination = FileDestination(str(path))
    path.unlink()
    path.symlink_to(own)
    with pytest.raises(OSError, match="symbolic link"):
        destination.write("text")
    assert own.read_text() == "precious"


def test_a_pipe_that_nobody_reads_is_waited_for_no_longer_than_its_limit(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_httpbench.report.destination.READER_LIMIT_S", 0.1)
    os.mkfifo(folder / "pipe")
    with pytest.raises(OSError, match="nobody opened the pipe to read it"):
        FileDestination(str(folder / "pipe")).write("text")


def test_a_pipe_of_this_process_is_written_by_its_number() -> None:
    ours, theirs = os.pipe()
    FileDestination(f"/dev/fd/{theirs}").write("text")
    os.close(theirs)
    with os.fdopen(ours) as file:
        assert file.read() == "text"


def test_links_in_a_circle_are_refused(folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    with pytest.raises(PlanError, match="circle"):
        FileDestination(str(folder / "a"))

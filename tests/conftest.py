"""What all tests share: how many run at once, a home folder of their own, and a library that is absent."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tui_httpbench.clients import catalog
from tui_httpbench.clients.catalog import Library, Mode
from tui_httpbench.clients.entrants import select_modes

LIGHT_CLIENTS = Path(__file__).parent / "support" / "light_clients.py"

# Hundreds of processes are started: what one of them has compiled, and every test file, is not compiled again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# What is collected stays, so that to look for garbage in it meanwhile is in vain.
gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """As many as xdist would take, but at least four: half of their time, tests wait for sockets and processes."""
    return max((yield), 4)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not look through it again and again, nor so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, so that no test reads or writes the user's."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
    return folder


@pytest.fixture(autouse=True)
def known_modes() -> Iterator[None]:
    """The modes that are known come back as they were: what a test names of its own is forgotten after it."""
    before = dict(catalog.MODES)
    yield
    catalog.MODES.clear()
    catalog.MODES.update(before)


@pytest.fixture
def light_modes(known_modes: None) -> tuple[str, ...]:  # noqa: ARG001
    """The ids of modes of the standard library that name themselves: two sync ones and an async one."""
    return select_modes([str(LIGHT_CLIENTS)])


@pytest.fixture
def absent_mode(monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a mode, put into the catalogue, whose library is not installed."""
    name = "absent_client_library"
    library = Library(name, "one that is not installed here", Path("absent.py"), ("absent-client",), (name,))
    about = "one Session: connections are kept"
    mode = Mode("absent-session", about, True, "sync", "absent_session", library=library)
    monkeypatch.setitem(catalog.MODES, mode.id, mode)
    return mode.id

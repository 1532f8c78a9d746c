"""What the tests of the screens do again and again."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
from _pytest.mark import ParameterSet
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Footer

LIMIT_S = 60.0
ScreenType = TypeVar("ScreenType", bound=Screen[Any])


def slow_size(columns: int, rows: int) -> ParameterSet:
    """A size between others that are tried: in the slow tests alone."""
    return pytest.param((columns, rows), marks=pytest.mark.slow)


class Notice(NamedTuple):
    """What an app told its user."""

    severity: str
    text: str


async def wait_until(pilot: Pilot[Any], is_true: Callable[[], bool]) -> None:
    """Lets the app run until something holds; how long that takes is not what these tests measure."""
    deadline, delay_s = time.monotonic() + LIMIT_S, 0.02
    while not is_true():
        assert time.monotonic() < deadline, "waited too long"
        await pilot.pause(delay_s)
        delay_s = min(1.5 * delay_s, 0.1)  # to look takes the time of what is waited for


async def wait_for_screen(pilot: Pilot[Any], kind: type[ScreenType]) -> ScreenType:
    """The screen, once it is on top and composed, its footer included."""
    app = pilot.app
    await wait_until(pilot, lambda: isinstance(app.screen, kind) and app.screen.is_mounted and has_footer(app))
    await pilot.pause()
    screen = app.screen
    assert isinstance(screen, kind)
    return screen


async def resize(pilot: Pilot[Any], width: int, height: int) -> None:
    """Gives the terminal another size, and waits until the screen is laid out in it."""
    app = pilot.app
    await pilot.resize_terminal(width, height)
    await wait_until(pilot, lambda: app.screen._compositor.size == app.size == (width, height))
    await pilot.pause()


async def let_workers_end(pilot: Pilot[Any]) -> None:
    """Waits until all that the app does beside its screens is done, and whatever came of it has been taken in."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def has_footer(app: App[Any]) -> bool:
    """Whether the footer shows its keys already."""
    return any(footer.children for footer in app.screen.query(Footer))


def text_on(app: App[Any]) -> str:
    """Everything that the screen shows, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    assert len(strips) == height
    return "\n".join(strip.text.ljust(width) for strip in strips)


def child_pids() -> set[int]:
    """Living processes whose parent is this one."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in children.read_text().split()}


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port

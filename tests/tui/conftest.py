"""What the tests of the screens share: snapshots as SVG, and a terminal with colours whatever the real one says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from support.screens import Notice
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.app import App


class SvgSnapshot(SingleFileSnapshotExtension):
    """One file a snapshot, to be looked at in a browser."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


@pytest.fixture(autouse=True)
def colors(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    """What apps tell their users in notifications from now on, the latest last."""
    told: list[Notice] = []
    notify = App.notify

    def noted(app: App[Any], message: str, *, severity: Any = "information", **options: Any) -> None:
        told.append(Notice(severity, message))
        notify(app, message, severity=severity, **options)

    monkeypatch.setattr(App, "notify", noted)
    return told


@pytest.fixture
def matches_snapshot(snapshot: SnapshotAssertion) -> Callable[..., bool]:
    """Tells whether the app's screen looks as it did when the snapshot, or the named one of several, was taken."""

    def compare(app: App[Any], name: str | None = None) -> bool:
        svg = re.sub(r"terminal-\d+", "terminal", app.export_screenshot())
        return snapshot(name=name, extension_class=SvgSnapshot) == svg

    return compare

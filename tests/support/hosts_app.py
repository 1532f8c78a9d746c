"""The app, opened with the result of a run on many hosts."""

from __future__ import annotations

from pathlib import Path

from textual.screen import Screen

from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.hosts.results import HostsResultsScreen


class HostsApp(HttpbenchApp):
    """Shows the result at once."""

    CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))

    def __init__(self, result: HostsResult) -> None:
        super().__init__()
        self.animation_level = "none"
        self._result = result

    def make_first_screen(self) -> Screen[None]:
        return HostsResultsScreen(self._result)

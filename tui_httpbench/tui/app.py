"""The app: which screen comes when, and what all of them share."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import HelpPanel

from tui_httpbench.history.last_plan import load_last_plan
from tui_httpbench.plan import Plan
from tui_httpbench.tui.saving import SCREENSHOT_TOOLTIP, save_result, save_screenshot
from tui_httpbench.tui.screens.results import ResultsScreen
from tui_httpbench.tui.screens.run import RunScreen
from tui_httpbench.tui.screens.setup import SetupScreen


class HttpbenchApp(App[None]):
    """Setup, Run and Results, and back; ``json_path`` gets the result of each finished run."""

    TITLE = "httpbench"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (70, "-narrow"), (116, "-medium"), (150, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-short"), (30, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "toggle_help", "Help", id="app.help", tooltip="Show or hide help and keys"),
        Binding("ctrl+s", "save_screenshot", "Screenshot", id="app.screenshot", show=False, tooltip=SCREENSHOT_TOOLTIP),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True, tooltip="Quit: stop everything and leave"),
    ]

    def __init__(self, plan: Plan | None = None, start: bool = False, json_path: str | None = None) -> None:
        super().__init__()
        self._first_plan = plan or _with_fresh_seed(load_last_plan() or Plan())
        self._start = start
        self._json_path = json_path
        self._is_quitting = False

    async def on_mount(self) -> None:
        """Opens the first screen, and begins at once if that was asked for."""
        await self.push_screen(self.make_first_screen())
        if self._start:
            self.start_run(self._first_plan)

    def make_first_screen(self) -> Screen[None]:
        """The screen under all others: the form."""
        return SetupScreen(self._first_plan)

    def start_run(self, plan: Plan) -> None:
        """Runs a plan; does nothing while another one is running."""
        if self._run_screen is None:
            self.push_screen(RunScreen(plan))

    def on_run_screen_finished(self, event: RunScreen.Finished) -> None:
        """Shows the result in place of the run."""
        if self._is_quitting:
            return
        if self._json_path is not None:
            save_result(self, event.result, self._json_path)
        self.switch_screen(ResultsScreen(event.result))

    def on_run_screen_failed(self, event: RunScreen.Failed) -> None:
        """Goes back to the form and says why."""
        self.pop_screen()
        self.notify(event.reason, title="The run could not be made", severity="error", timeout=15, markup=False)

    def on_results_screen_run_again(self, event: ResultsScreen.RunAgain) -> None:
        """Runs the result's plan once more, in place of its result."""
        self.switch_screen(RunScreen(_with_fresh_seed(event.plan)))

    def on_results_screen_change_plan(self) -> None:
        """Goes back to the form, which still holds the plan."""
        self.pop_screen()

    def action_save_screenshot(self) -> None:
        """Saves the screen as a picture."""
        save_screenshot(self)

    def action_toggle_help(self) -> None:
        """Shows or hides the keys of the focused widget and of the screen."""
        if self.screen.query(HelpPanel):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    async def action_quit(self) -> None:
        """Stops a run and waits for its processes to end, then leaves."""
        self._is_quitting = True
        if self._run_screen is not None:
            await self._run_screen.stop_and_wait()
        self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette has every action that a key has, too."""
        for command in super().get_system_commands(screen):
            if command.title not in ("Keys", "Quit", "Screenshot"):
                yield command
        seen = set()
        for node, binding, enabled, tooltip in screen.active_bindings.values():
            action = binding.action.removeprefix("app.")
            if enabled and binding.id and node in (screen, self) and action not in seen:
                seen.add(action)
                key = f"key: {self.get_key_display(binding)}"
                run = partial(self.run_action, binding.action, node)
                yield SystemCommand(tooltip or binding.description, key, run)

    @property
    def _run_screen(self) -> RunScreen | None:
        return next((screen for screen in self.screen_stack if isinstance(screen, RunScreen)), None)


def _with_fresh_seed(plan: Plan) -> Plan:
    return plan if plan.seed_given else plan.replace(seed=random.SystemRandom().randrange(1, 2**31))

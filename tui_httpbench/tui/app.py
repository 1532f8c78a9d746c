"""The app: which screen comes when, and what all of them share."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from tui_httpbench.files.threads import in_thread
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.preferences import load_preferences, load_theme, save_theme, why_not_remembered
from tui_httpbench.tui.run_flow_app import RunFlowApp
from tui_httpbench.tui.screen_kinds import is_history, is_questions, is_results, is_setup, load_later_screens
from tui_httpbench.tui.screens.too_small.screen import TooSmallScreen, is_too_small
from tui_httpbench.tui.stage import STAGE_CLASS, STAGE_THEME
from tui_httpbench.tui.textual_fixes.bare_traceback import BareTracebackApp
from tui_httpbench.tui.textual_fixes.control_filter import ControlFilter
from tui_httpbench.tui.textual_fixes.gone_widgets import forget_gone_widgets
from tui_httpbench.tui.textual_fixes.lasting_driver import call_on_ending_signals, lasting_driver, leave_at_once
from tui_httpbench.tui.textual_fixes.lean_app import LeanApp
from tui_httpbench.tui.textual_fixes.no_color_app import NoColorApp
from tui_httpbench.tui.textual_fixes.ordered_keys_app import OrderedKeysApp
from tui_httpbench.tui.textual_fixes.quiet_exit import QuietExitApp
from tui_httpbench.tui.textual_fixes.safe_clipboard import SafeClipboardApp
from tui_httpbench.tui.tooltips import SCREENSHOT_TOOLTIP

if TYPE_CHECKING:
    from tui_httpbench.analysis.result import Result
    from tui_httpbench.report.formats import Export
    from tui_httpbench.tui.screens.run.measuring_screen import MeasuringScreen

STOPPED = 130
RECOVERABLE = "What was measured can be recovered; see 'httpbench-tui recover'."
LOAD_LATER_S = 0.2
"""So long after the first screen takes keys, the other ones begin to be loaded."""


class HttpbenchApp(
    RunFlowApp,
    LeanApp[None],
    NoColorApp[None],
    OrderedKeysApp[None],
    QuietExitApp[None],
    BareTracebackApp[None],
    SafeClipboardApp[None],
):
    """Setup, Run and Results, and back; each finished run is written to ``exports``.

    ``keep_going`` lets runs go on without a question where every mode failed before the rounds. Runs are kept in the
    history under ``name``, unless ``in_history`` forbids it. ``farewell`` is a
    sentence for the terminal once the app has left it, empty where there is nothing to say.
    """

    TITLE = "httpbench"
    CSS_PATH: ClassVar[Any] = ["app.tcss", "parts/question.tcss"]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (70, "-narrow"), (116, "-medium"), (150, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-short"), (30, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "toggle_help", "Help", id="app.help", tooltip="Show or hide help and keys"),
        Binding("escape", "close_help", "Close help", priority=True, id="app.close-help", tooltip="Close the help"),
        Binding("ctrl+s", "save_screenshot", "Screenshot", id="app.screenshot", show=False, tooltip=SCREENSHOT_TOOLTIP),
        Binding(
            "ctrl+q", "quit", "Quit", id="app.quit", priority=True, tooltip="Quit; asks first while a run is under way"
        ),
        Binding("q", "quit", show=False, id="app.quit-plainly", tooltip="Quit, where no text is typed"),
    ]

    def __init__(
        self,
        plan: Plan | None = None,
        start: bool = False,
        exports: tuple[Export, ...] = (),
        present: bool = False,
        keep_going: bool = False,
        name: str = "",
        in_history: bool = True,
    ) -> None:
        super().__init__(plan, exports, keep_going=keep_going, name=name, in_history=in_history, present=present)
        self._start = start
        self._present = present
        self.farewell = ""
        self._control_filter = ControlFilter()
        self._ending: asyncio.Task[None] | None = None
        self.register_theme(STAGE_THEME)
        self._preferences = load_preferences(self.available_themes)

    def get_driver_class(self) -> type[Driver]:
        """What talks to the terminal, made to outlive it."""
        return lasting_driver(super().get_driver_class(), self.end)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and the one that keeps control characters from the terminal."""
        return [*super().get_line_filters(), self._control_filter]

    def on_load(self) -> None:
        """Before the terminal is touched: lets signals end the app in order."""
        call_on_ending_signals(self.end)
        # All that is made while the first screen is built stays: to look for garbage in it takes a fifth of the time.
        gc.disable()

    async def on_mount(self) -> None:
        """Opens the first screen, and begins at once if that was asked for."""
        self._follow_preferences()
        # What begins at once is not made to wait for a form that nobody sees, but who says no to a question needs it.
        if self._start and not self._leave.is_needed(self._first_plan):
            await self.push_screen(self._make_run_screen(self._first_plan))
        else:
            await self.push_screen(self.make_first_screen())
            if self._start:
                self.start_run(self._first_plan)
        if is_too_small(self.size):
            self.push_screen(TooSmallScreen())
        if not self._start and self._may_recover():
            self.run_worker(self._offer_recovery(), name="recovery")

    async def _offer_recovery(self) -> None:
        """Asks about interrupted runs; what it takes to read them is loaded beside the first screen."""
        offer_recovery = await in_thread(_load_recovery)
        await offer_recovery(
            self,
            self.keeper.take,
            lambda result, measured: self.push_screen(self._make_results(result, measured)),
        )

    @staticmethod
    def _may_recover() -> bool:
        """Whether there is anything to look at; to look takes most of what the engine has, which is loaded later."""
        from tui_httpbench.bench.run_places import all_folders, why_unreadable

        return bool(all_folders() or why_unreadable())

    def on_ready(self) -> None:
        """Once all is drawn, signals may end the app."""
        self.call_after_refresh(self._is_built.set)
        self.call_after_refresh(gc.enable)
        self.set_timer(LOAD_LATER_S, self._load_later_screens)

    def _load_later_screens(self) -> None:
        """Loads the other screens beside the first one, so that they come up at once when they are called."""
        self.run_worker(in_thread(_load_later), name="loading")

    def on_unmount(self) -> None:
        """However far it came, it leaves the process as it was."""
        gc.enable()

    def on_resize(self, event: events.Resize) -> None:
        """Covers everything while the terminal is too small for it."""
        if not self._is_mounted:
            return
        if is_too_small(event.size) and not isinstance(self.screen, TooSmallScreen):
            self.push_screen(TooSmallScreen())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """No result where there is none; and while the terminal is too small, nothing over the screen that says so."""
        if action == "show_result" and self._left is None:
            return False
        if action == "show_history" and self._run_screen is not None:
            return False
        if action == "close_help" and not (self.screen_stack and self.screen.query("HelpSheet")):
            return False
        if action == "back_to_questions":
            below = self.screen_stack[-2] if len(self.screen_stack) > 2 else None
            return below is not None and is_setup(self.screen) and (is_questions(below) or is_history(below))
        covers = self.screen_stack[-1:]
        if action in ("replay", "tell_why_no_replay") and covers and is_results(covers[0]):
            return (action == "replay") != bool(_why_no_replay(covers[0].result))
        return action == "quit" or not (covers and isinstance(covers[0], TooSmallScreen))

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """The screen as SVG, without the secrets that were typed."""
        from tui_httpbench.tui.textual_fixes.covered_texts import secrets_covered

        with secrets_covered(self):
            return super().export_screenshot(title=title, simplify=simplify)

    def action_save_screenshot(self) -> None:
        """Saves the screen as a picture."""
        from tui_httpbench.tui.saving import save_screenshot

        save_screenshot(self)

    def action_toggle_help(self) -> None:
        """Shows or hides the keys and the help of the screen."""
        from tui_httpbench.tui.parts.help_sheet import HelpSheet

        for sheet in self.screen.query(HelpSheet):
            sheet.give_focus_back()
            sheet.remove()
            self.call_after_refresh(forget_gone_widgets, self.screen)
            return
        self.screen.mount(HelpSheet(self.screen))

    def action_close_help(self) -> None:
        """Hides help and keys."""
        self.action_toggle_help()

    async def action_quit(self) -> None:
        """Asks first where a run has measured something; then stops what is under way, and leaves."""
        screen = self._run_screen
        if screen is None:
            if self.keeper.is_busy:
                self.notify("Leaving once the result is saved and in the history.")
                # What went wrong before was told in a notice, which nobody could read any more from now on.
                self.not_exported.clear()
                await self.keeper.wait()
                self.farewell = " ".join(self.not_exported)
            if self._held.stays:
                self.farewell = f"{self.farewell} {RECOVERABLE}".strip()
            self._held.remove()  # whoever leaves a result that can be saved has done with it
        elif self._bring_to_front(screen) and screen.ask_before_quitting():
            return
        await self._quit(saves=True)

    def end(self) -> None:
        """Quits since a signal says so; what a run has measured stays for recovery."""
        if not self._is_built.is_set() and self._run_screen is None:
            leave_at_once(self._driver, STOPPED)
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())

    async def _end(self) -> None:
        # A screen that is torn down while it is being built shows a traceback.
        await self._is_built.wait()
        await self._quit(return_code=STOPPED)

    async def _quit(self, *, saves: bool = False, return_code: int = 0) -> None:
        """Leaves; ``saves`` writes the exports, if any were asked for, of a run that is under way.

        What is in no file of the user's by then stays for recovery.
        """
        self._is_quitting = True
        finished = await self._run_screen.stop_and_wait() if self._run_screen is not None else None
        if finished is not None and finished.folder is not None:
            is_exported = saves and await self._export(finished.result)
            kept = await self.keeper.keep_last(finished.result, finished.measured, finished.folder) if saves else None
            if is_exported:
                paths = enumerate_names([printable(export.path) for export in self._exports])
                self.farewell = f"What was measured is in {paths}."
            elif kept is not None:
                self.farewell = f"What was measured is in the history; see 'httpbench-tui history show {kept.id}'."
            else:
                self.farewell = RECOVERABLE
            self.farewell = " ".join((*self.not_exported, self.farewell))
            if is_exported or kept is not None:
                finished.folder.remove()
            else:
                finished.folder.leave()
        await self.keeper.wait()
        if self._held.holds and not self.farewell:
            self.farewell = RECOVERABLE
        self._held.leave()
        self.exit(return_code=return_code)

    def _bring_to_front(self, screen: MeasuringScreen) -> bool:
        """Takes away what is over it, such as the palette; False where a question on it could not be read."""
        while self.screen is not screen:
            if isinstance(self.screen, TooSmallScreen) or len(self.screen_stack) < 2:
                return False
            self.pop_screen()
        return True

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

    def _follow_preferences(self) -> None:
        """Takes on the user's keys and theme, and says once what is wrong with the config file."""
        preferences = self._preferences
        self.set_keymap(preferences.keys)
        if self._present:
            self.add_class(STAGE_CLASS)
            self.theme = STAGE_THEME.name
        elif "TEXTUAL_THEME" not in os.environ:
            self.theme = load_theme(preferences, self.available_themes) or self.theme
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        if preferences.problems:
            text = "\n".join(preferences.problems)
            self.notify(text, title="Config file", severity="warning", timeout=15, markup=False)

    def _remember_theme(self, theme: Theme) -> None:
        if self._present:
            return
        try:
            save_theme(theme.name, self._preferences)
        except OSError as error:
            self.notify(why_not_remembered(error), severity="warning", markup=False)


def _load_recovery() -> Callable[..., Awaitable[None]]:
    from tui_httpbench.tui.recovery import offer_recovery

    return offer_recovery


def _load_later() -> None:
    from tui_httpbench.target_server.serving_folder import remove_left_folders

    load_later_screens()
    remove_left_folders()


def _why_no_replay(result: Result) -> str:
    from tui_httpbench.analysis.race import why_no_race

    return why_no_race(result)

"""The screens of the history, and how they follow one another."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from textual.app import App, ReturnType

from tui_httpbench.tui.keeping import Keeper
from tui_httpbench.tui.screen_kinds import is_history, is_hosts_results, is_results, is_setup, is_sweep_results

if TYPE_CHECKING:
    from tui_httpbench.tui.screens.history.screen import HistoryScreen
    from tui_httpbench.tui.screens.hosts.results import HostsResultsScreen
    from tui_httpbench.tui.screens.sweep.results import SweepResultsScreen


class KeptRunsApp(App[ReturnType]):
    """Lists the runs that were kept, and opens and compares them; ``keeper`` is what keeps those of the app."""

    keeper: Keeper

    def action_show_history(self) -> None:
        """Shows the runs that were kept; from a run of them, the list again, but never over a form that would go."""
        over_form = itertools.takewhile(lambda screen: not is_setup(screen), reversed(self.screen_stack))
        lists = [screen for screen in over_form if is_history(screen)]
        while lists and self.screen is not lists[0]:
            self.pop_screen()
        if not lists:
            from tui_httpbench.tui.screens.history.screen import HistoryScreen

            self.push_screen(HistoryScreen(self.keeper.wait))

    def on_history_screen_opened(self, event: HistoryScreen.Opened) -> None:
        """Shows a run of the history, over the list."""
        from tui_httpbench.analysis.hosts import HostsResult
        from tui_httpbench.analysis.sweep import SweepResult
        from tui_httpbench.measured.measured import Measured
        from tui_httpbench.measured.measured_sweep import MeasuredSweep
        from tui_httpbench.tui.screens.hosts.results import HostsResultsScreen
        from tui_httpbench.tui.screens.results.screen import ResultsScreen
        from tui_httpbench.tui.screens.sweep.results import SweepResultsScreen

        if isinstance(event.result, SweepResult):
            assert isinstance(event.measured, MeasuredSweep)
            self.push_screen(SweepResultsScreen(event.result, event.measured, is_kept=True))
        elif isinstance(event.result, HostsResult):
            self.push_screen(HostsResultsScreen(event.result, is_kept=True))
        else:
            assert isinstance(event.measured, Measured)
            self.push_screen(ResultsScreen(event.result, event.measured, is_kept=True))

    def on_results_screen_closed(self) -> None:
        """Goes back to the list, from which the result came."""
        self.pop_screen()

    def on_sweep_results_screen_closed(self) -> None:
        """Goes back to the list, from which the sweep came."""
        self.pop_screen()

    def on_sweep_results_screen_point_opened(self, event: SweepResultsScreen.PointOpened) -> None:
        """Shows the run at a value, over the sweep."""
        from tui_httpbench.tui.screens.results.screen import ResultsScreen

        self.push_screen(ResultsScreen(event.result, is_kept=True, place=event.place))

    def on_hosts_results_screen_closed(self) -> None:
        """Goes back to the list, from which the run on many hosts came."""
        self.pop_screen()

    def on_hosts_results_screen_host_opened(self, event: HostsResultsScreen.HostOpened) -> None:
        """Shows the run on a host, over that on all of them."""
        from tui_httpbench.tui.screens.results.screen import ResultsScreen

        self.push_screen(ResultsScreen(event.result, is_kept=True, place=event.place))

    def on_history_screen_compared(self, event: HistoryScreen.Compared) -> None:
        """Shows two runs beside each other, or one lane over more of them."""
        from tui_httpbench.tui.screens.compare.screen import CompareScreen
        from tui_httpbench.tui.screens.compare.trend_screen import TrendScreen

        if len(event.runs) == 2:
            self.push_screen(CompareScreen(*event.runs))
        else:
            self.push_screen(TrendScreen(event.runs))

    def on_history_screen_renamed(self, event: HistoryScreen.Renamed) -> None:
        """Has the result below show the name that its run has now."""
        for screen in self.screen_stack:
            if (
                is_results(screen) or is_sweep_results(screen) or is_hosts_results(screen)
            ) and screen.result.run_id == event.run_id:
                screen.show_name(event.name)

    def on_history_screen_left(self, event: HistoryScreen.Left) -> None:
        """Goes back to where it was called from; what was removed goes for good."""
        self.action_show_history()  # a run may have been opened over it just now
        self.pop_screen()
        if event.removed:
            self.run_worker(self.keeper.remove(event.removed), name="history")

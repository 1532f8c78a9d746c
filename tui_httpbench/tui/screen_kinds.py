"""Which kind of screen one is, without loading those that are not there yet: the first one is to come up at once."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import TYPE_CHECKING, Any, TypeGuard

from textual.screen import Screen

from tui_httpbench import tui

if TYPE_CHECKING:
    from tui_httpbench.tui.screens.history.screen import HistoryScreen
    from tui_httpbench.tui.screens.hosts.results import HostsResultsScreen
    from tui_httpbench.tui.screens.questions.screen import QuestionsScreen
    from tui_httpbench.tui.screens.results.screen import ResultsScreen
    from tui_httpbench.tui.screens.run.measuring_screen import MeasuringScreen
    from tui_httpbench.tui.screens.setup.screen import SetupScreen
    from tui_httpbench.tui.screens.sweep.results import SweepResultsScreen

_SCREENS = "tui_httpbench.tui.screens"
_FIXES = "tui_httpbench.tui.textual_fixes"
_LATER = (
    *(
        f"{_SCREENS}.{name}.screen"
        for name in ("run", "results", "setup", "replay", "history", "sweep", "compare", "recover")
    ),
    f"{_SCREENS}.sweep.results",
    f"{_SCREENS}.hosts.results",
    f"{_SCREENS}.compare.trend_screen",
    "tui_httpbench.tui.parts.help_sheet",
)
"""The modules of what no first screen needs, those first that are wanted soonest."""


def load_later_screens() -> None:
    """Loads all that the first screen did not need."""
    for name in _LATER:
        importlib.import_module(name)


def load_all_screens() -> None:
    """Loads the app, all of its screens and their parts, and with them every binding that there is."""
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        if not module.name.startswith(_FIXES):  # some of these need what only one kind of terminal has
            importlib.import_module(module.name)


def is_measuring(screen: Screen[Any]) -> TypeGuard[MeasuringScreen]:
    """Whether it shows a run, or a sweep, that is under way."""
    return _is_of(screen, "run.measuring_screen", "MeasuringScreen")


def is_results(screen: Screen[Any]) -> TypeGuard[ResultsScreen]:
    """Whether it shows a result."""
    return _is_of(screen, "results.screen", "ResultsScreen")


def is_sweep_results(screen: Screen[Any]) -> TypeGuard[SweepResultsScreen]:
    """Whether it shows a sweep that was made."""
    return _is_of(screen, "sweep.results", "SweepResultsScreen")


def is_hosts_results(screen: Screen[Any]) -> TypeGuard[HostsResultsScreen]:
    """Whether it shows a run on many hosts that was made."""
    return _is_of(screen, "hosts.results", "HostsResultsScreen")


def is_setup(screen: Screen[Any]) -> TypeGuard[SetupScreen]:
    """Whether it is the form."""
    return _is_of(screen, "setup.screen", "SetupScreen")


def is_questions(screen: Screen[Any]) -> TypeGuard[QuestionsScreen]:
    """Whether it asks what one wants to know."""
    return _is_of(screen, "questions.screen", "QuestionsScreen")


def is_history(screen: Screen[Any]) -> TypeGuard[HistoryScreen]:
    """Whether it lists the runs that were kept."""
    return _is_of(screen, "history.screen", "HistoryScreen")


def _is_of(screen: Screen[Any], module_name: str, name: str) -> bool:
    # Where the module has not been loaded, nothing can be of its class.
    module = sys.modules.get(f"{_SCREENS}.{module_name}")
    return module is not None and isinstance(screen, getattr(module, name, ()))

"""The files of the run whose result is on the screen: they stay until its user has saved the result or left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_httpbench.analysis.any_result import AnyResult
    from tui_httpbench.bench.run_folder import RunFolder


class HeldRun:
    """Holds one run's folder, so that an app that is killed loses no result that was not saved."""

    def __init__(self) -> None:
        self._result: AnyResult | None = None
        self._folder: RunFolder | None = None
        self._stays = False

    def take(self, result: AnyResult, folder: RunFolder | None) -> None:
        """From now on, holds the folder of this result; the one before is removed: its user went on from it."""
        self.remove()
        self._result, self._folder, self._stays = result, folder, False

    def settle(self, result: AnyResult) -> None:
        """This result is saved: its folder is removed, if it is held."""
        if result is self._result:
            self._stays = False
            self.remove()

    def stay(self, result: AnyResult) -> None:
        """This result should be in the history, and can't be now: once it is left, its folder stays for recovery."""
        self._stays = self._stays or result is self._result

    @property
    def stays(self) -> bool:
        """Whether a folder is held that is to stay for recovery, since its run could not be kept."""
        return self._folder is not None and self._stays

    @property
    def holds(self) -> bool:
        """Whether a result's files are held: it is in no file of the user's, and not in the history."""
        return self._folder is not None

    def remove(self) -> None:
        """The user has left the result: removes what is held, unless it is to stay; safe to call twice."""
        if self._folder is not None and self._stays:
            self._folder.leave()
        elif self._folder is not None:
            self._folder.remove()
        self._result = self._folder = None

    def leave(self) -> None:
        """The app ends unasked: lets go of what is held, for recovery; safe to call twice."""
        if self._folder is not None:
            self._folder.leave()
        self._result = self._folder = None

"""What a run and a sweep have in common: a folder for what is measured, kept for recovery until it is reported."""

from __future__ import annotations

from tui_httpbench.bench.run_folder import RunFolder, source_of


class FolderHolder:
    """Holds the folder of what is measured; who inherits makes it, and sets ``_started_at`` first."""

    _folder: RunFolder | None = None
    _started_at: str | None

    @property
    def source(self) -> str:
        """What tells in the history where this was measured; empty where nothing was."""
        return "" if self._folder is None else source_of(self._folder.path, self._started_at)

    def hand_over(self) -> RunFolder | None:
        """The folder of what has ended: its taker is to remove or to leave it. None where there is none."""
        folder, self._folder = self._folder, None
        return folder

    def discard(self) -> None:
        """Removes the folder of what has been reported."""
        if self._folder is not None:
            self._folder.remove()

    def leave(self) -> None:
        """Leaves the folder of what could not be reported, for recovery."""
        if self._folder is not None:
            self._folder.leave()

"""Bars on a terminal, redrawn from numbers: what the progress of a run, of a sweep and of many hosts have in common."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self, TextIO

from rich import progress as rich_progress
from rich.console import Console, RenderableType
from rich.table import Column
from rich.text import Text


class LiveBars:
    """Draws bars between ``with`` and its end."""

    def __init__(self, bars: LinedBars) -> None:
        """Draws nothing yet."""
        self.bars = bars
        self.tasks: dict[str, rich_progress.TaskID] = {}

    def __enter__(self) -> Self:
        """Starts drawing."""
        self.bars.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Stops drawing and gives the cursor back."""
        self.bars.stop()


class LinedBars(rich_progress.Progress):
    """Rich's bars below a ``headline``, and a ``subline`` where there is one."""

    def __init__(self, *columns: rich_progress.ProgressColumn, console: Console, transient: bool, expand: bool) -> None:
        self.headline, self.subline = "", ""
        super().__init__(
            *columns,
            console=console,
            transient=transient,
            expand=expand,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def get_renderables(self) -> Iterable[RenderableType]:
        """The lines, then the bars."""
        yield Text(self.headline, no_wrap=True, overflow="ellipsis")
        if self.subline:
            yield Text(self.subline, style="dim", no_wrap=True, overflow="ellipsis")
        yield self.make_tasks_table(self.tasks)


def console_on(stream: TextIO) -> Console:
    """A console that draws on ``stream``, a terminal, and takes no text for markup."""
    return Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False)


def bar_column(most: int) -> rich_progress.BarColumn:
    """The bar itself, at most so many columns wide."""
    return rich_progress.BarColumn(
        bar_width=None,
        style="bright_black",
        complete_style="cyan",
        finished_style="green",
        table_column=Column(ratio=1, max_width=most),
    )

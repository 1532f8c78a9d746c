"""Live progress of a run on many hosts on a terminal: one bar a host, as many as fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, TextIO

from rich import progress as rich_progress
from rich.console import Console
from rich.table import Column
from rich.text import Text

from tui_httpbench.bench.cluster.hosts_events import HostProgress, HostsProgress
from tui_httpbench.report.live_bars import LinedBars, LiveBars, bar_column, console_on
from tui_httpbench.text.formatting import format_clock, plural

MAX_BAR_COLUMNS = 40
_OTHER_LINES = 4
"""Lines of the terminal that are not for bars."""
_STATE_STYLES = {"waiting": "dim", "preparing": "bold", "measuring": "bold", "done": "", "failed": "red"}


class LiveHosts(LiveBars):
    """Bars on a terminal, between ``with`` and its end; ``update`` redraws them."""

    def __init__(self, stream: TextIO, *, transient: bool) -> None:
        """Draws on ``stream``, a terminal; the bars vanish at the end if ``transient``."""
        super().__init__(_bars_on(console_on(stream), transient=transient))

    def update(self, progress: HostsProgress) -> None:
        """Shows where the hosts stand."""
        shown = hosts_shown(progress, max(1, self.bars.console.height - _OTHER_LINES))
        for name in self.tasks.keys() - {host.name for host in shown}:
            self.bars.remove_task(self.tasks.pop(name))
        for host in shown:
            if host.name not in self.tasks:
                self.tasks[host.name] = self.bars.add_task(host.name, total=1.0, host=host)
            completed = 1.0 if host.state == "done" else host.share
            self.bars.update(self.tasks[host.name], completed=completed, host=host)
        self.bars.headline = hosts_headline(progress, len(shown))
        self.bars.refresh()


def hosts_shown(progress: HostsProgress, most: int) -> tuple[HostProgress, ...]:
    """The hosts that have a bar: all where they fit, else first those that something is to be told of."""
    if len(progress.hosts) <= most:
        return progress.hosts
    rank = {"failed": 0, "measuring": 1, "preparing": 2, "waiting": 3, "done": 4}
    chosen = sorted(range(len(progress.hosts)), key=lambda number: rank[progress.hosts[number].state])[:most]
    return tuple(progress.hosts[number] for number in sorted(chosen))


def hosts_headline(progress: HostsProgress, shown: int) -> str:
    """Where all hosts stand: how many are over, the time so far, and how much is left at most."""
    hosts = progress.hosts
    parts = [f"{progress.over} of {plural(len(hosts), 'host')} done" if progress.over else plural(len(hosts), "host")]
    if failed := sum(host.state == "failed" for host in hosts):
        parts.append(f"{failed} in trouble")
    if shown < len(hosts):
        parts.append(f"{shown} shown")
    parts += [plural(progress.done, "request"), format_clock(progress.elapsed_s)]
    if progress.time_left_s is not None and not progress.is_over:
        parts.append(f"at most {format_clock(math.ceil(progress.time_left_s))} left")
    return " · ".join(parts)


def told_of(host: HostProgress) -> str:
    """What is to be told of a host beside its bar."""
    if host.trouble:
        return host.trouble
    if host.state == "preparing" or not host.round:
        return "waits for its turn" if host.state == "waiting" and not host.round else "prepares"
    parts = [f"round {host.round:,} of {host.rounds:,}"] if host.state != "done" else [plural(host.round, "round")]
    if host.first:
        parts.append(f"{host.first} first")
    if host.errors:
        parts.append(plural(host.errors, "error"))
    return " · ".join(parts)


class _HostColumn(rich_progress.ProgressColumn):
    """A text made from a host, in the style of its state."""

    def __init__(
        self, text: Callable[[HostProgress], str], justify: Literal["left", "right"], ratio: int | None = None
    ):
        super().__init__(Column(no_wrap=True, justify=justify, overflow="ellipsis", ratio=ratio))
        self._text = text

    def render(self, task: rich_progress.Task) -> Text:
        """The host's text."""
        host: HostProgress = task.fields["host"]
        return Text(self._text(host), style=_STATE_STYLES[host.state])


def _bars_on(console: Console, *, transient: bool) -> LinedBars:
    """A bar a host."""
    return LinedBars(
        _HostColumn(lambda host: host.name, "left"),
        bar_column(MAX_BAR_COLUMNS),
        _HostColumn(lambda host: f"{host.done:,}", "right"),
        _HostColumn(told_of, "left", ratio=2),
        console=console,
        transient=transient,
        expand=True,
    )

"""A bar of what a request's time is made of: each part its own sign, so that it can be read without colours."""

from __future__ import annotations

from rich.text import Text

from tui_httpbench.analysis.time_parts import ELSEWHERE, ELSEWHERE_IN_TURN, NAMES, OTHER, TimeParts
from tui_httpbench.text.formatting import format_ms

_LOOKS = {
    NAMES["connecting"]: ("▚", "yellow"),
    NAMES["tls"]: ("▓", "red"),
    NAMES["waiting"]: ("░", "cyan"),
    NAMES["computing"]: ("█", "blue"),
    NAMES["cpu_wait"]: ("▄", "magenta"),
    NAMES["turn"]: ("▒", "green"),
    OTHER: ("·", "bright_black"),
    ELSEWHERE: ("·", "bright_black"),
    ELSEWHERE_IN_TURN: ("·", "bright_black"),
}
"""The sign and the colour of each part."""
_LEAST_TOLD = 0.01


def time_bar(parts: TimeParts | None, longest_ms: float, columns: int) -> Text:
    """A bar on the scale on which ``longest_ms`` is so wide, and the latency behind it; a dash where nothing is known.

    Whatever takes time has one cell at least.
    """
    if parts is None:
        return Text("–")
    length = max(1, round(columns * min(parts.latency_ms / longest_ms, 1.0))) if longest_ms else 1
    cells = _cells(parts, length)
    bar = Text.assemble(*((_LOOKS[name][0] * count, _LOOKS[name][1]) for name, count in cells.items() if count))
    return bar.append(f" {format_ms(parts.latency_ms)} ms", "default")


def parts_line(parts: TimeParts) -> Text:
    """The latency and each part of it that matters, with its sign, the largest first."""
    told = sorted(parts.all, key=lambda part: -part[1])
    shown = [(name, value) for name, value in told if value >= _LEAST_TOLD * parts.latency_ms]
    line = Text(f"{format_ms(parts.latency_ms)} ms a request:")
    for name, value in shown:
        words = f" {name} {format_ms(value)}".replace(" ", "\N{NO-BREAK SPACE}")
        line.append(" ").append(*_LOOKS[name]).append(words)
    return line


def _cells(parts: TimeParts, columns: int) -> dict[str, int]:
    """How many cells each part gets: all are filled, by largest remainder."""
    whole = sum(value for _, value in parts.all) or 1.0
    exact = {name: value / whole * columns for name, value in parts.all}
    cells = {name: int(value) for name, value in exact.items()}
    for name in sorted(exact, key=lambda name: cells[name] - exact[name])[: columns - sum(cells.values())]:
        cells[name] += 1
    return cells

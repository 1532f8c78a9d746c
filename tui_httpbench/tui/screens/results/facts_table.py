"""What was counted and timed of each mode, as the table of Why."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from tui_httpbench.analysis.columns import COLUMNS
from tui_httpbench.analysis.mode_facts import ModeFacts
from tui_httpbench.analysis.places import places_of
from tui_httpbench.analysis.reasons import ModeReason
from tui_httpbench.text.formatting import UNKNOWN, format_count, format_figure, format_percent
from tui_httpbench.text.markdown_table import Side, markdown_table
from tui_httpbench.tui.parts.whole_columns import WholeColumns
from tui_httpbench.tui.screens.results.time_bar import time_bar

_BAR_COLUMNS = ((150, 48), (100, 28), (0, 12))
"""How wide the bars of the table are on a screen so wide."""
_BAR_TITLE = "a request"


class FactsTable(WholeColumns):
    """What was counted and timed of each mode; a row that is chosen brings its reasons into view."""

    def __init__(self, reasons: tuple[ModeReason, ...], versions: dict[str, str]) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, fixed_columns=2, classes="panel")
        self._versions = versions
        self._reasons = reasons
        self._places = places_of(tuple(reason.rank for reason in reasons))

    def on_mount(self) -> None:
        """Fills the table."""
        shared = {title: self._shared(title) for title in _SHAREABLE}
        self.set_heading(" · ".join(("Measured of each mode", *filter(None, shared.values()))))
        titles = [title for title in _FACTS if not shared.get(title)]
        parts = [reason.facts.parts for reason in self._reasons]
        longest_ms = max((part.latency_ms for part in parts if part is not None), default=0.0)
        columns = next(columns for width, columns in _BAR_COLUMNS if self.app.size.width >= width)
        bars = [_BAR_TITLE] if longest_ms else []
        for index, title in enumerate(("#", "mode", *bars, *titles)):
            self.add_column(Text(title, justify="left" if title in ("mode", _BAR_TITLE) and index else "right"))
        for reason in self._reasons:
            texts = dict(zip(_FACTS, self.texts_of(reason), strict=True))
            cells = [Text(texts[title], justify="right") for title in titles]
            is_first = reason.rank.rank == 1 and self._places[reason.rank.mode] != UNKNOWN
            name = Text(reason.rank.mode, style="bold" if is_first else "")
            if reason.rank.mode in self._versions:
                name.append(f" {self._versions[reason.rank.mode]}")
            bar = [time_bar(reason.facts.parts, longest_ms, columns)] if bars else []
            place = Text(self._places[reason.rank.mode], justify="right")
            self.add_row(place, name, *bar, *cells, key=reason.rank.mode)

    def explain(self, reasons: tuple[ModeReason, ...]) -> None:
        """Takes other reasons of the same modes, for ``as_markdown``."""
        self._reasons = reasons

    @property
    def marked(self) -> str:
        """The mode that the cursor is at."""
        return self._reasons[self.cursor_row].rank.mode

    def as_markdown(self) -> str:
        """All columns and rows, and the reasons as the last column."""
        rows = [
            [self._places[reason.rank.mode], reason.rank.mode, *self.texts_of(reason), reason.text]
            for reason in self._reasons
        ]
        facts: dict[str, Side] = dict.fromkeys(_FACTS, "right")
        return markdown_table({"#": "right", "mode": "left", **facts, "why": "left"}, rows)

    def _shared(self, title: str) -> str:
        """A fact that is the same for all modes, to be said once; empty where it is not."""
        values = {_FACTS[title](reason.facts) for reason in self._reasons}
        value = values.pop() if len(values) == 1 else None
        return _SHAREABLE[title].format(value) if value in ("none", *_HTTP_VERSIONS) else ""

    @staticmethod
    def texts_of(reason: ModeReason) -> list[str]:
        """The cells of a row behind the mode."""
        return [write(reason.facts) or UNKNOWN for write in _FACTS.values()]


def _figure(pick: Callable[[ModeFacts], float | None]) -> Callable[[ModeFacts], str | None]:
    def write(facts: ModeFacts) -> str | None:
        value = pick(facts)
        return None if value is None else format_count(value)

    return write


def _in_flight(facts: ModeFacts) -> str:
    """``9.81 of 10``: how many were under way on average, of those asked for; ``at most 10`` where nobody knows."""
    if facts.in_flight == 1:
        return "1"
    if facts.mean_in_flight is None:
        return f"at most {facts.in_flight:,}"
    return f"{format_figure(facts.mean_in_flight)} of {facts.in_flight:,}"


_HEADINGS = {column.id: column.heading() for column in COLUMNS}
_FACTS: dict[str, Callable[[ModeFacts], str | None]] = {
    "in flight": _in_flight,
    _HEADINGS["connections"]: _figure(lambda facts: facts.connections),
    _HEADINGS["reuse"]: _figure(lambda facts: facts.requests_per_connection),
    "TLS": lambda facts: "none" if facts.tls_handshakes == 0 else _figure(lambda own: own.tls_handshakes)(facts),
    "CPU ms": _figure(lambda facts: facts.cpu_ms),
    "CPU %": lambda facts: None if facts.cpu_share is None else format_percent(facts.cpu_share),
    _HEADINGS["memory"]: _figure(lambda facts: facts.peak_memory_mib),
    "HTTP": lambda facts: facts.http_version,
}
_SHAREABLE = {"TLS": "no TLS", "HTTP": "HTTP/{}"}
_HTTP_VERSIONS = ("1.0", "1.1", "2", "2.0", "3")

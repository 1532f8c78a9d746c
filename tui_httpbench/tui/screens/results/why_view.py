"""The tab that says why a mode is slower than the winner, its reference, or any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import DataTable, Label, Select

from tui_httpbench.analysis.columns import COLUMNS
from tui_httpbench.analysis.pair_reasons import explain_lanes
from tui_httpbench.analysis.places import OTHER_WORK_SIGN, placed_name, places_of
from tui_httpbench.analysis.reasons import ModeFacts, ModeReason
from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.plan.reference import compared_pairs
from tui_httpbench.text.formatting import UNKNOWN, format_count, format_percent, plural
from tui_httpbench.text.markdown_table import Side, markdown_table
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.parts.whole_columns import WholeColumns
from tui_httpbench.tui.screens.results.view import ResultView

_INDENT = "    "
AGAINST_TOOLTIP = "Compare all with the marked mode, or as usual again"


class FactsTable(WholeColumns):
    """What was counted and timed of each mode; a row that is chosen brings its reasons into view."""

    def __init__(self, reasons: tuple[ModeReason, ...]) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, fixed_columns=2, classes="panel")
        self._reasons = reasons
        self._places = places_of(tuple(reason.rank for reason in reasons))

    def on_mount(self) -> None:
        """Fills the table."""
        shared = {title: self._shared(title) for title in _SHAREABLE}
        self.set_heading(" · ".join(("Measured of each mode", *filter(None, shared.values()))))
        titles = [title for title in _FACTS if not shared.get(title)]
        for index, title in enumerate(("#", "mode", *titles)):
            self.add_column(Text(title, justify="left" if index == 1 else "right"))
        for reason in self._reasons:
            texts = dict(zip(_FACTS, self.texts_of(reason), strict=True))
            cells = [Text(texts[title], justify="right") for title in titles]
            name = Text(reason.rank.mode, style="bold" if reason is self._reasons[0] else "")
            self.add_row(Text(self._places[reason.rank.mode], justify="right"), name, *cells, key=reason.rank.mode)

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


class ReasonsPage(Page, Panel):
    """A paragraph for each mode."""

    def __init__(self, reasons: tuple[ModeReason, ...]) -> None:
        super().__init__(id="reasons", classes="panel")
        self._reasons = reasons
        self.set_heading("Why")

    def compose(self) -> ComposeResult:
        """Name and sentences, in the order of the ranking."""
        for index, text in enumerate(self._texts()):
            yield Label(text, classes="reason", id=f"reason-{index}")

    def explain(self, reasons: tuple[ModeReason, ...]) -> None:
        """Shows other reasons of the same modes."""
        self._reasons = reasons
        for label, text in zip(self.query(".reason").results(Label), self._texts(), strict=True):
            label.update(text)

    def _texts(self) -> Iterator[Text]:
        places = places_of(tuple(reason.rank for reason in self._reasons))
        for reason in self._reasons:
            yield Text.assemble((f"{placed_name(places, reason.rank.mode)}  ", "bold"), printable(reason.text))

    def show_reason(self, index: int) -> None:
        """Brings a mode's paragraph into view and marks it."""
        for number, label in enumerate(self.query(".reason")):
            label.set_class(number == index, "-chosen")
            if number == index:
                self.scroll_to_widget(label, animate=False)


class SettingsPage(Page, Panel):
    """The settings that each mode really had, and where the run took place."""

    def __init__(self, result: Result) -> None:
        super().__init__(id="settings", classes="panel")
        self._result = result
        self.set_heading("Settings and environment")

    def compose(self) -> ComposeResult:
        """What differs first."""
        lines = list(settings_lines(self._result.settings))
        for line in lines:
            kind = "value" if line.startswith(_INDENT) else "setting"
            yield Label(line.removeprefix(_INDENT), classes=f"finding--{kind}", markup=False)
        if lines:
            yield Label("Environment", classes="finding--title")
        yield Label(describe_environment(self._result.environment), classes="finding--environment", markup=False)
        for variant in variant_labels(self._result):
            text = printable(f"{variant.label}: {variant.in_words}")
            yield Label(text, classes="finding--environment", markup=False)


class AgainstBar(Horizontal):
    """The choice of what all modes are compared with; posts Changed."""

    class Changed(Message):
        """Another mode was chosen; ``label`` is empty for what each is usually compared with."""

        def __init__(self, label: str) -> None:
            super().__init__()
            self.label = label

    def __init__(self, reasons: tuple[ModeReason, ...], usual: str) -> None:
        super().__init__()
        ranks = tuple(reason.rank for reason in reasons)
        places = places_of(ranks)
        self._options = [(usual, ""), *((placed_name(places, rank.mode), rank.mode) for rank in ranks)]

    def compose(self) -> ComposeResult:
        """The key before the list."""
        yield Label("x compared with", markup=False)
        select = Select(self._options, value="", allow_blank=False, compact=True)
        select.tooltip = AGAINST_TOOLTIP
        yield select

    def choose(self, label: str) -> None:
        """Compares with this mode; as usual where that is what it does already."""
        select = self.query_one(Select)
        select.value = "" if select.value == label else label

    @on(Select.Changed)
    def _tell(self, event: Select.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(str(event.value)))


class WhyView(ResultView):
    """What makes each mode slower than the winner, its reference or any other, from what was measured."""

    ID = "why"
    KEY = "w"
    TITLE_MARKUP = "[u]W[/]hy"
    ABOUT = "What makes each mode slower than the winner, its reference, or another"

    def compose(self) -> ComposeResult:
        """What modes are compared with, and the facts, over the reasons and the settings."""
        reasons = explain_lanes(self.result)
        if len(reasons) > 1:
            has_pairs = bool(compared_pairs(self.result.plan))
            yield AgainstBar(reasons, "its reference, else the fastest" if has_pairs else "the fastest")
        yield FactsTable(reasons)
        with Horizontal(id="why-body"):
            yield ReasonsPage(reasons)
            yield SettingsPage(self.result)

    def first_focus(self) -> Widget | None:
        """The table."""
        return self.query_one(FactsTable)

    def copied(self) -> tuple[str, str] | None:
        """The table in Markdown with the reasons."""
        return "The reasons", self.query_one(FactsTable).as_markdown()

    def compare_with_marked(self) -> None:
        """Compares all modes with the one that the table's cursor is at, or as usual again."""
        for bar in self.query(AgainstBar):
            bar.choose(self.query_one(FactsTable).marked)

    def on_against_bar_changed(self, event: AgainstBar.Changed) -> None:
        """Explains every mode anew."""
        event.stop()
        reasons = explain_lanes(self.result, event.label)
        self.query_one(FactsTable).explain(reasons)
        self.query_one(ReasonsPage).explain(reasons)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Brings the mode's reasons into view."""
        event.stop()
        self.query_one(ReasonsPage).show_reason(event.cursor_row)


def settings_lines(settings: dict[str, dict[str, str]]) -> Iterator[str]:
    """What the modes' clients were set to: what they share on a line each, a line for each value of what differs.

    ``settings`` is keyed by base mode id. What differs comes first.
    """
    names = dict.fromkeys(name for of_mode in settings.values() for name in of_mode)
    shared = []
    for name in names:
        modes_by_value: dict[str, list[str]] = {}
        for mode, of_mode in settings.items():
            modes_by_value.setdefault(of_mode.get(name, UNKNOWN), []).append(mode)
        if len(modes_by_value) == 1:
            shared.append(printable(f"= {name}: {next(iter(modes_by_value))}"))
            continue
        yield printable(f"{OTHER_WORK_SIGN} {name}")
        for value, modes in modes_by_value.items():
            yield printable(f"{_INDENT}{value}: {', '.join(modes)}")
    yield from shared


def describe_environment(environment: Environment) -> str:
    """Where the run took place, with which versions, and what else is known of the machine, in a sentence."""
    packages = "".join(f", {name} {version}" for name, version in environment.packages.items())
    share = environment.other_cpu_share
    parts = [
        f"{environment.python}{packages}",
        f"{environment.platform}, {plural(environment.cpu_count, 'CPU')}",
        environment.pinning,
        "" if environment.governor is None else f"governor {environment.governor}",
        "" if share is None else f"other processes used {format_percent(share)} CPU",
    ]
    return printable("; ".join(filter(None, parts)))


def _figure(pick: Callable[[ModeFacts], float | None]) -> Callable[[ModeFacts], str | None]:
    def write(facts: ModeFacts) -> str | None:
        value = pick(facts)
        return None if value is None else format_count(value)

    return write


_HEADINGS = {column.id: column.heading() for column in COLUMNS}
_FACTS: dict[str, Callable[[ModeFacts], str | None]] = {
    "in flight": lambda facts: f"{facts.in_flight:,}",
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

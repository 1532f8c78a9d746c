"""The tab that says why a mode is slower than the winner, its reference, or any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import DataTable, Label, Select, Static

from tui_httpbench.analysis.changes import Change, change_to_show
from tui_httpbench.analysis.columns import COLUMNS
from tui_httpbench.analysis.pair_reasons import explain_lanes
from tui_httpbench.analysis.places import OTHER_WORK_SIGN, placed_name, places_of
from tui_httpbench.analysis.reasons import ModeFacts, ModeReason
from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.analysis.scripts import first_in_words
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.plan.reference import compared_pairs
from tui_httpbench.text.formatting import UNKNOWN, format_count, format_percent, plural
from tui_httpbench.text.markdown_table import Side, markdown_table
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.parts.whole_columns import WholeColumns
from tui_httpbench.tui.screens.results.time_bar import parts_line, time_bar
from tui_httpbench.tui.screens.results.view import ResultView

_INDENT = "    "
_BAR_COLUMNS = ((150, 48), (100, 28), (0, 12))
"""How wide the bars of the table are on a screen so wide."""
_BAR_TITLE = "a request"
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
        parts = [reason.facts.parts for reason in self._reasons]
        longest_ms = max((part.latency_ms for part in parts if part is not None), default=0.0)
        columns = next(columns for width, columns in _BAR_COLUMNS if self.app.size.width >= width)
        bars = [_BAR_TITLE] if longest_ms else []
        for index, title in enumerate(("#", "mode", *bars, *titles)):
            self.add_column(Text(title, justify="left" if title in ("mode", _BAR_TITLE) and index else "right"))
        for reason in self._reasons:
            texts = dict(zip(_FACTS, self.texts_of(reason), strict=True))
            cells = [Text(texts[title], justify="right") for title in titles]
            name = Text(reason.rank.mode, style="bold" if reason is self._reasons[0] else "")
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


class ReasonsPage(Page, Panel):
    """A paragraph for each mode, with what its time is made of; below them, whole scripts."""

    def __init__(self, reasons: tuple[ModeReason, ...], scripts: tuple[str, ...] = ()) -> None:
        super().__init__(id="reasons", classes="panel")
        self._reasons = reasons
        self._scripts = scripts
        self.set_heading("Where the time of a request goes, and why")

    def compose(self) -> ComposeResult:
        """Name and sentences, in the order of the ranking."""
        for index, text in enumerate(self._texts()):
            yield Label(text, classes="reason", id=f"reason-{index}")
        for script in self._scripts:
            yield Label(printable(script), classes="script", markup=False)

    def explain(self, reasons: tuple[ModeReason, ...]) -> None:
        """Shows other reasons of the same modes."""
        self._reasons = reasons
        for label, text in zip(self.query(".reason").results(Label), self._texts(), strict=True):
            label.update(text)

    def _texts(self) -> Iterator[Text]:
        places = places_of(tuple(reason.rank for reason in self._reasons))
        for reason in self._reasons:
            name = (f"{placed_name(places, reason.rank.mode)}  ", "bold")
            parts = reason.facts.parts
            line = () if parts is None else ("\n", parts_line(parts))
            yield Text.assemble(name, printable(reason.text), *line)

    def show_reason(self, index: int) -> None:
        """Brings a mode's paragraph into view and marks it."""
        for number, label in enumerate(self.query(".reason")):
            label.set_class(number == index, "-chosen")
            if number == index:
                self.scroll_to_widget(label, animate=False)


NEW_NOTE = " · new(…) makes the client with this run's settings; in code of your own, call its class."


class ChangePage(Page, Panel):
    """What to change in the code, from the slower of two modes of a library to the faster."""

    def __init__(self) -> None:
        super().__init__(id="change", classes="panel")

    def compose(self) -> ComposeResult:
        """What the change brings, and the lines of it."""
        yield Label(id="change-gain", markup=False)
        yield Static(id="change-diff", markup=False)

    def show_change(self, change: Change | None) -> None:
        """Shows a change; without one, nothing is there."""
        self.display = change is not None
        if change is None:
            return
        self.set_heading(f"What to change: {change.before} → {change.after}")
        gain = Content.assemble((f"{change.deed}: ", "bold"), printable(change.gain), (NEW_NOTE, "$text-muted"))
        self.query_one("#change-gain", Label).update(gain)
        lines = [(f"{printable(line)}\n", _DIFF_LOOKS.get(line[:1], "")) for line in change.diff]
        self.query_one("#change-diff", Static).update(Content.assemble(*lines))
        self.scroll_home(animate=False)


_DIFF_LOOKS = {"+": "$text-success", "-": "$text-error"}


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

    def __init__(self, result: Result) -> None:
        super().__init__(result)
        self._explained: dict[str, tuple[ModeReason, ...]] = {}
        self._changes: dict[tuple[str, str], Change | None] = {}
        self._reasons: tuple[ModeReason, ...] = ()

    def compose(self) -> ComposeResult:
        """What modes are compared with, and the facts, over the reasons and the settings."""
        self._reasons = reasons = self._reasons_against("")
        if len(reasons) > 1:
            has_pairs = bool(compared_pairs(self.result.plan))
            yield AgainstBar(reasons, "its reference, else the fastest" if has_pairs else "the fastest")
        yield FactsTable(reasons)
        with Horizontal(id="why-body"):
            yield ReasonsPage(reasons, first_in_words(self.result))
            with Vertical(id="why-aside"):
                yield ChangePage()
                yield SettingsPage(self.result)

    def on_mount(self) -> None:
        """Begins with the change to the first mode."""
        self._show_change(0)

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
        self._reasons = reasons = self._reasons_against(event.label)
        self.query_one(FactsTable).explain(reasons)
        self.query_one(ReasonsPage).explain(reasons)
        self._show_change(self.query_one(FactsTable).cursor_row)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Brings the mode's reasons into view."""
        event.stop()
        self.query_one(ReasonsPage).show_reason(event.cursor_row)
        self._show_change(event.cursor_row)

    def _reasons_against(self, label: str) -> tuple[ModeReason, ...]:
        """Every mode with its reasons against this one; explained once."""
        if label not in self._explained:
            self._explained[label] = explain_lanes(self.result, label)
        return self._explained[label]

    def _show_change(self, row: int) -> None:
        """Shows what to change between the marked mode and the one that it is compared with; compared once."""
        pair = self._reasons[row].rank.mode, self._reasons[row].against
        if pair not in self._changes:
            self._changes[pair] = change_to_show(self.result, *pair)
        self.query_one(ChangePage).show_change(self._changes[pair])


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

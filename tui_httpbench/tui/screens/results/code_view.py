"""The tab with the code that was run, two modes side by side."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, ScrollableContainer, Vertical
from textual.content import Content
from textual.highlight import highlight
from textual.widget import Widget
from textual.widgets import Select, Static

from tui_httpbench.analysis.places import placed_name, places_of
from tui_httpbench.analysis.question_answer import asked_pairs
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.entrants import lane_of
from tui_httpbench.clients.own_files import measured_mode
from tui_httpbench.clients.snippet import snippet_of
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.parts.panel import Panel
from tui_httpbench.tui.screens.results.view import ResultView

MADE = "In this run, the client was made so:"


class CodePane(ScrollableContainer, Panel):
    """The code of one mode as people write it, highlighted; scrolls both ways."""

    def __init__(self, result: Result) -> None:
        super().__init__(classes="panel")
        self.mode_id = ""
        self.text = ""
        self._made = result.made
        self._own_files = result.own_files
        self._read = result.plan.request.read

    def compose(self) -> ComposeResult:
        """The source, and below it how its client was made."""
        yield Static(classes="code", markup=False)
        yield Static(classes="made", markup=False)

    def show_mode(self, mode_id: str) -> None:
        """Shows what was run as this mode, and the very calls that made its client."""
        self.mode_id = mode_id
        mode = measured_mode(mode_id, self._own_files, self._read)
        made = self._made.get(lane_of(mode_id), "")
        made = "\n".join(map(printable, made.splitlines()))
        snippet = snippet_of(mode)
        self.text = f"{snippet}\n\n\n# {MADE}\n{made}\n" if made else snippet
        self.query_one(".code", Static).update(highlight(snippet, language="python", tab_size=4))
        made_pane = self.query_one(".made", Static)
        made_pane.display = bool(made)
        code = highlight(made, language="python", tab_size=4)
        made_pane.update(Content.assemble((f"{MADE}\n", "$text-muted"), code))
        self.set_heading(f"{mode.library.source_file.name}, line {mode.line}")
        self.scroll_home(animate=False)


class CodeColumn(Vertical):
    """The choice of a mode over its source."""

    def __init__(self, result: Result, mode_id: str) -> None:
        super().__init__()
        self._modes = [rank.mode for rank in result.ranking]
        places = places_of(result.ranking)
        self._labels = {mode: placed_name(places, mode) for mode in self._modes}
        self._first = mode_id
        self._result = result

    def compose(self) -> ComposeResult:
        """The list of modes in the order of the ranking, then the source."""
        yield Select(
            [(self._labels[mode], mode) for mode in self._modes], value=self._first, allow_blank=False, compact=True
        )
        yield CodePane(self._result)

    def on_mount(self) -> None:
        """Shows the first mode."""
        self.query_one(CodePane).show_mode(self._first)

    @on(Select.Changed)
    def _show_chosen(self, event: Select.Changed) -> None:
        event.stop()
        self.query_one(CodePane).show_mode(str(event.value))


def first_shown(result: Result) -> tuple[str, ...]:
    """The modes to begin with: the pair that the run's question is about, kept before new, else the first and the last.

    Of several pairs it is the one whose better mode stands first in the ranking.
    """
    ranked = [rank.mode for rank in result.ranking]
    pairs = [pair for pair in asked_pairs(result.plan.modes) if set(pair) <= set(ranked)]
    if pairs:
        each, kept = min(pairs, key=lambda pair: min(map(ranked.index, pair)))
        return kept, each
    return tuple(dict.fromkeys((ranked[0], ranked[-1])))


class CodeView(ResultView):
    """What was run, as a snippet to be pasted; two modes at first."""

    ID = "code"
    KEY = "o"
    TITLE_MARKUP = "C[u]o[/]de"
    ABOUT = "The code that was run, two modes side by side"

    def compose(self) -> ComposeResult:
        """Two columns, one below the other where the screen is narrow."""
        with Horizontal(id="code-columns"):
            for mode in first_shown(self.result):
                yield CodeColumn(self.result, mode)

    def first_focus(self) -> Widget | None:
        """The first source."""
        return self.query(CodePane).first()

    def copied(self) -> tuple[str, str] | None:
        """The source that has the focus, otherwise the first one."""
        column = self.query(CodeColumn).first()
        focused = self.screen.focused
        for other in self.query(CodeColumn):
            if focused is not None and other in focused.ancestors:
                column = other
        pane = column.query_one(CodePane)
        return f"The code of {pane.mode_id}", pane.text

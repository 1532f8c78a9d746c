"""A question at the start: what is to become of a run that was interrupted?"""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Label

from tui_httpbench.bench.recovery import InterruptedRun
from tui_httpbench.text.formatting import plural
from tui_httpbench.tui.parts.dialog import Dialog
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter

Answer = Literal["recover", "discard", "later"]
DEAF_S = 0.5


class ReadingScreen(ModalScreen[None]):
    """Says that what a run measured is being read, and takes no keys but those of the app."""

    CSS_PATH = "recover.tcss"

    def __init__(self, run: InterruptedRun) -> None:
        super().__init__()
        self._run = run

    def compose(self) -> ComposeResult:
        """A line."""
        with Vertical(id="recover-box"):
            yield Label(f"Reading what the {self._run.noun} measured …", id="recover-question", markup=False)


class RecoverScreen(Dialog[Answer]):
    """Asks; escape means later, which is also what enter means.

    It comes up by itself, so it hears nothing until no key came for ``DEAF_S``: what is typed for the screen below
    is no answer.
    """

    CSS_PATH = "recover.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r",
            "answer('recover')",
            "Recover",
            id="recover.recover",
            tooltip="Show what the run measured, and keep it in the history",
        ),
        Binding("d", "answer('discard')", "Discard", id="recover.discard", tooltip="Remove what it measured"),
        Binding("l,escape,q", "answer('later')", "Later", id="recover.later", tooltip="Ask again at the next start"),
        Binding("left,up", "app.focus_previous", "Other answer", show=False),
        Binding("right,down", "app.focus_next", "Other answer", show=False),
    ]

    def __init__(self, run: InterruptedRun, others: int = 0) -> None:
        """``others`` is how many more wait to be asked about."""
        super().__init__()
        self._run = run
        self._others = others
        self._hears = False
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """The question over its three answers."""
        with Vertical(id="recover-box"):
            yield Label(f"Recover the {self._run.noun}?", id="recover-question", markup=False)
            more = f"\n({plural(self._others, 'older run')} can be recovered after it)" if self._others else ""
            yield Label(f"{self._run.in_words}{more}", id="recover-detail", markup=False)
            with Horizontal(id="recover-answers"):
                yield Button("Recover", id="recover", variant="primary")
                yield Button("Discard", id="discard", variant="warning")
                yield Button("Later", id="later")
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Waits until nobody types."""
        self._pause = self.set_timer(DEAF_S, self._begin_to_hear)

    def _begin_to_hear(self) -> None:
        self._hears = True
        self.query_one("#later").focus()

    def on_key(self, event: events.Key) -> None:
        """Lets a key go by that was typed for another screen."""
        if not self._hears:
            event.stop()
            event.prevent_default()
            if self._pause is not None:
                self._pause.reset()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answers."""
        if not self._hears:
            return
        match event.button.id:
            case "recover" | "discard" | "later" as answer:
                self.dismiss(answer)

    def action_answer(self, answer: Answer) -> None:
        """Answers."""
        self.dismiss(answer)

"""The choices over a comparison: a lane, or what all are compared relative to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Label, Select

from tui_httpbench.text.quoting import printable


class ChoiceBar(Horizontal):
    """Lists of labels behind their captions, the key of each in front; posts Changed."""

    class Changed(Message):
        """Another label was chosen, empty for none."""

        def __init__(self, choice: str, label: str) -> None:
            super().__init__()
            self.choice = choice
            self.label = label

    def __init__(self, choices: Mapping[str, tuple[str, Sequence[tuple[str, str]], str]]) -> None:
        """``choices`` are caption, options (shown, label) and the label that is chosen at first, each by its name."""
        super().__init__()
        self._choices = choices

    def compose(self) -> ComposeResult:
        """Caption and list of each."""
        for name, (caption, options, chosen) in self._choices.items():
            yield Label(caption, markup=False)
            shown = [(printable(text), label) for text, label in options]
            yield Select(shown, value=chosen, allow_blank=False, compact=True, id=f"choice-{name}")

    def chosen(self, name: str) -> str:
        """The label that is chosen."""
        return str(self.query_one(f"#choice-{name}", Select).value)

    def choose(self, name: str, label: str) -> None:
        """Chooses a label."""
        self.query_one(f"#choice-{name}", Select).value = label

    def step(self, name: str) -> None:
        """Chooses the next label, after the last one the first."""
        labels = [label for _, label in self._choices[name][1]]
        self.choose(name, labels[(labels.index(self.chosen(name)) + 1) % len(labels)])

    @on(Select.Changed)
    def _tell(self, event: Select.Changed) -> None:
        event.stop()
        self.post_message(self.Changed((event.select.id or "").removeprefix("choice-"), str(event.value)))

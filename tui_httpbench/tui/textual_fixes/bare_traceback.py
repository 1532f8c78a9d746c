"""Keeps what was typed out of the account of an error that ends the app.

Seen with Textual 8.2.8: ``App._fatal_error`` prints a traceback with the values of local variables, among them headers
and URLs with their credentials, and can't be told not to. No upstream issue known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import rich
from rich.segment import Segments
from textual.app import App, ReturnType

from tui_httpbench.text.hiding import ANYONES, Hiding

if TYPE_CHECKING:
    from rich.traceback import Stack


class BareTracebackApp(App[ReturnType]):
    """Tells where an error came from, and what it says without secrets; no values of variables."""

    @property
    def hiding(self) -> Hiding:
        """What hides the secrets that are known."""
        return ANYONES

    def _fatal_error(self) -> None:
        from rich.traceback import Traceback  # a fiftieth of a second, which only an error is worth

        self.bell()
        traceback, hiding = Traceback(show_locals=False, width=None, suppress=[rich]), self.hiding
        for stack in _stacks(traceback.trace.stacks):
            stack.exc_value = hiding.hide(stack.exc_value)
            stack.notes = [hiding.hide(note) for note in stack.notes]
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()


def _stacks(stacks: list[Stack]) -> Iterator[Stack]:
    """These and those of the errors in a group."""
    for stack in stacks:
        yield stack
        for trace in stack.exceptions:
            yield from _stacks(trace.stacks)

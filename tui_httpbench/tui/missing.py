"""The values of the last plan that no file kept: what is said of them, and the question before a run without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from tui_httpbench.plan.left_out import LeftOut, not_kept
from tui_httpbench.plan.plan import Request
from tui_httpbench.text.formatting import enumerate_names


class Missing:
    """Remembers what was left out until it is filled in, or the user says to send the request without."""

    def __init__(self, left_out: LeftOut | None = None) -> None:
        """Nothing is missing without ``left_out``."""
        self._left_out = left_out or LeftOut()

    def sentence(self, request: Request) -> str:
        """What the request lacks, such as "1 credential was not kept: Authorization."; empty for nothing."""
        return not_kept(self._left_out.missing_in(request))

    def ask(self, app: App[Any], request: Request, run: Callable[[], object]) -> None:
        """Runs at once where nothing is missing; asks before, where something is, and no more after a yes."""
        missing = self._left_out.missing_in(request)
        if not missing:
            run()
            return
        from tui_httpbench.tui.parts.confirm import ConfirmScreen

        def answer(yes: bool | None) -> None:
            if yes:
                self._left_out = LeftOut()
                run()

        question = f"Send it without {enumerate_names(list(missing))}?"
        detail = "No file keeps credentials, so they are gone since the last run. All requests would go out without."
        app.push_screen(ConfirmScreen(question, detail, "Send", "Back"), answer)

"""Where the URL is typed: earlier ones are offered, and a curl command is handed on."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message
from textual.suggester import SuggestFromList

from tui_httpbench.plan.from_curl import is_curl_command
from tui_httpbench.tui.textual_fixes.paste_input import PasteInput


class UrlInput(PasteInput):
    """An input that completes to URLs of earlier runs, and takes a curl command as a whole, on all its lines."""

    class CurlGiven(Message):
        """A curl command was pasted, or typed and submitted."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, url: str, urls: Sequence[str]) -> None:
        super().__init__(
            url,
            placeholder="empty: embedded target; or URL, /path, curl command",
            compact=True,
            id="input-url",
            tooltip="A curl command pasted here fills the form in; right arrow takes what is offered",
        )
        self.offer(urls)

    def offer(self, urls: Sequence[str]) -> None:
        """Completes to these from now on; the first that fits is offered."""
        self.suggester = SuggestFromList(urls)

    def fill(self, url: str) -> None:
        """Puts a URL in the place of what is there, with the cursor behind it."""
        self.value = url
        self.cursor_position = len(url)

    def go_on_with(self, url: str) -> None:
        """Takes the focus to go on behind this URL: nothing is selected, so that the next key does not replace it."""
        self.select_on_focus = False
        self.screen.set_focus(self)
        self.fill(url)

    def on_blur(self) -> None:
        """Whoever comes back may want another one."""
        self.select_on_focus = True

    async def action_submit(self) -> None:
        """Goes on, or hands a typed curl command on."""
        if not self.take_paste(self.value):
            await super().action_submit()

    def take_paste(self, text: str) -> bool:
        """Hands a curl command on."""
        if not is_curl_command(text):
            return False
        self.post_message(self.CurlGiven(text))
        return True

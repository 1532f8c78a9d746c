"""One header of the request: its name, which is completed as it is typed, and its value."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalGroup
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input

from tui_httpbench.plan.header_values import expand_headers, is_reference
from tui_httpbench.plan.parsing import check_header
from tui_httpbench.plan.plan import Header, PlanError
from tui_httpbench.text.hiding import holds_credentials
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.textual_fixes.following_input import FollowingInput
from tui_httpbench.tui.textual_fixes.paste_input import PasteInput

# The most usual ones first: the first that fits is offered.
_COMMON_NAMES = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Cache-Control",
    "Content-Type",
    "Content-Encoding",
    "Cookie",
    "Connection",
    "Date",
    "Expect",
    "Forwarded",
    "Host",
    "If-None-Match",
    "If-Modified-Since",
    "If-Match",
    "Idempotency-Key",
    "Origin",
    "Pragma",
    "Prefer",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "TE",
    "Traceparent",
    "Upgrade-Insecure-Requests",
    "User-Agent",
    "X-API-Key",
    "X-Request-ID",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Requested-With",
    "X-CSRF-Token",
)


class HeaderInput(PasteInput):
    """An input that hands several pasted lines on, instead of taking only the first."""

    class LinesPasted(Message):
        """Several lines were pasted."""

        def __init__(self, lines: list[str]) -> None:
            super().__init__()
            self.lines = lines

    def take_paste(self, text: str) -> bool:
        """Hands several lines on."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            return False
        self.post_message(self.LinesPasted(lines))
        return True


class NameInput(HeaderInput, FollowingInput):
    """Where a header's name is typed; a colon moves the focus to the value, and keys typed after it follow."""


class HeaderRow(VerticalGroup):
    """One header: name, value, a button that removes it, and under them what is wrong."""

    DEFAULT_CSS = """
    HeaderRow {
        & NameInput { width: 24; }
        & .header-value { width: 1fr; margin-left: 1; }
        & Button { width: 3; min-width: 3; margin-left: 1; background: transparent; color: $text-muted; }
        &.-blank Button { visibility: hidden; }
    }
    """

    class Changed(Message):
        """Name or value were edited."""

    class Left(Message):
        """The focus has left one of the inputs."""

        def __init__(self, row: HeaderRow) -> None:
            super().__init__()
            self.row = row

    class Removed(Message):
        """The user wants the header gone."""

        def __init__(self, row: HeaderRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, name: str = "", value: str = "") -> None:
        super().__init__(classes="" if name or value else "-blank")
        self.name_input = NameInput(
            name,
            placeholder="Header name",
            compact=True,
            suggester=SuggestFromList(_COMMON_NAMES, case_sensitive=False),
            tooltip="Right arrow takes what is offered",
        )
        self.value_input = HeaderInput(
            value,
            placeholder="value, or $VARIABLE; or paste lines",
            password=holds_credentials(name, value) and not is_reference(value),
            compact=True,
            classes="header-value",
        )
        self._note = Note()

    def compose(self) -> ComposeResult:
        """The inputs and the button over the note."""
        with HorizontalGroup():
            yield self.name_input
            yield self.value_input
            yield Button("×", compact=True, tooltip="Remove this header")
        yield self._note

    @property
    def header(self) -> Header:
        """Name and value as typed."""
        return self.name_input.value, self.value_input.value

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(text.strip() for text in self.header)

    @property
    def error(self) -> str:
        """What is wrong with this header alone, or an empty text."""
        if self.is_blank:
            return ""
        try:
            expand_headers((check_header(*self.header),))
        except PlanError as error:
            return str(error)
        return ""

    def show_error(self, error: str) -> None:
        """Marks the row and shows the sentence; an empty one means that all is well."""
        in_value = error == self.error and bool(error) and not _is_wrong_name(self.name_input.value)
        self.name_input.set_class(bool(error) and not in_value, "-invalid")
        self.value_input.set_class(in_value, "-invalid")
        self._note.show_errors(error)

    def focus_wrong(self) -> None:
        """Puts the cursor where the mistake is."""
        (self.value_input if self.value_input.has_class("-invalid") else self.name_input).focus()

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        event.stop()
        name, colon, rest = self.name_input.value.partition(":")
        if colon and name.strip():
            rest = rest.lstrip()
            self.name_input.value = name.strip()
            self.value_input.value = rest + self.value_input.value
            self.screen.set_focus(self.value_input)
            self.value_input.cursor_position = len(rest)
        self._drop_leading_space()
        value = self.value_input.value
        # A secret stays masked while its header is renamed. What only names a variable is none.
        was_secret = self.value_input.password and bool(value)
        is_secret = was_secret or holds_credentials(self.name_input.value, value)
        self.value_input.password = is_secret and not is_reference(value)
        self.set_class(self.is_blank, "-blank")
        self.post_message(self.Changed())

    def _drop_leading_space(self) -> None:
        # Whoever types 'Name: value' types the space into the value.
        value = self.value_input.value
        if spaces := len(value) - len(value.lstrip()):
            cursor = self.value_input.cursor_position
            self.value_input.value = value.lstrip()
            self.value_input.cursor_position = max(0, cursor - spaces)

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next(Input)

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        event.stop()
        self.post_message(self.Left(self))

    @on(Button.Pressed)
    def _remove(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Removed(self))


def _is_wrong_name(name: str) -> bool:
    try:
        check_header(name, "")
    except PlanError:
        return True
    return False

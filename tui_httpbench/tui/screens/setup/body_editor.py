"""The body of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Label

from tui_httpbench.plan.plan import Request
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.screens.setup.tick_box import TickBox

if TYPE_CHECKING:
    from tui_httpbench.tui.textual_fixes.covered_area import CoveredArea

_BODILESS = ("GET", "HEAD")


class BodyEditor(VerticalGroup):
    """Shows while the method is one that sends a body, and only then gives one.

    A body that came with the plan is handed on byte for byte until it is edited, also one that is no text.
    """

    DEFAULT_CSS = """
    BodyEditor {
        &.-unused { display: none; }
        & > TextArea { height: 5; }
        & TickBox { width: auto; margin-left: 2; }
        & #body-caption { width: auto; max-width: 75%; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    method: reactive[str] = reactive("GET", init=False)

    def __init__(self, method: str, body: bytes | None, *, is_json: bool = False) -> None:
        super().__init__(id="body")
        self._given = body
        self._edited = False
        # Searches are sent as GET with a body: where the plan says so, the form doesn't take it away.
        self._bodiless = tuple(name for name in _BODILESS if body is None or name != method)
        text, hint = "", "empty: no body"
        if body is not None:
            try:
                text = body.decode()
            except UnicodeDecodeError:
                hint = f"{len(body):,} bytes that are no text; what you type replaces them"
        self._start_text = text
        self._caption = Label("Body", id="body-caption", classes="caption")
        self._json = TickBox(
            "JSON", is_json, compact=True, id="input-json_body", tooltip="Sent as JSON, and checked; else as a form"
        )
        self._head = HorizontalGroup(self._caption, self._json)
        self._note = Note()
        self._hint = hint
        self._area: CoveredArea | None = None
        self.set_reactive(BodyEditor.method, method)
        self.set_class(method in self._bodiless, "-unused")

    def compose(self) -> ComposeResult:
        """A caption over the text; nothing before a method first sends a body."""
        if self.method not in self._bodiless:
            yield from self._make()

    def _make(self) -> tuple[Widget, ...]:
        """The parts, made where they are first shown: few forms have a body, and to load an area takes its time."""
        from tui_httpbench.tui.textual_fixes.covered_area import CoveredArea

        self._area = CoveredArea(self._start_text, placeholder=self._hint, compact=True, show_line_numbers=False)
        return self._head, self._area, self._note

    @property
    def body(self) -> bytes | None:
        """What will be sent; None for nothing."""
        if self.method in self._bodiless:
            return None
        if not self._edited or self._area is None:
            return self._given
        return self._area.text.encode("utf-8", "surrogatepass") or None

    @property
    def is_json(self) -> bool:
        """Whether the body goes out as JSON."""
        return self._json.value

    def focus_text(self) -> bool:
        """Puts the cursor into the text; False where the method sends no body."""
        if self._area is None or self.has_class("-unused"):
            return False
        self._area.focus()
        return True

    def fill(self, body: bytes | None, *, is_json: bool) -> None:
        """Puts another body in the place of what is there; one that came with the plan is forgotten."""
        self._given, self._edited = body, False
        self._json.value = is_json
        self._start_text = "" if body is None else body.decode("utf-8", "replace")
        self._bodiless = tuple(name for name in _BODILESS if body is None or name != self.method)
        if self._area is not None:
            self._area.text = self._start_text
        self.watch_method()

    def watch_method(self) -> None:
        """Hides where the method sends no body."""
        is_unused = self.method in self._bodiless
        self.set_class(is_unused, "-unused")
        if not is_unused and self._area is None:
            self.mount(*self._make())

    def show_error(self, error: str) -> None:
        """Says what is wrong with the body; an empty sentence means that all is well."""
        self._note.show_errors(error)

    def show_content_type(self, request: Request) -> None:
        """Says under which Content-Type the body goes out."""
        types = [value for name, value in request.filled_headers if name.lower() == "content-type"]
        sent = f", sent as {types[0]}" if types and request.body is not None else ""
        # A Content-Type of the user's own says it, beside which an empty box would deny it.
        self._json.display = not any(name.lower() == "content-type" for name, _ in request.headers)
        if (caption := f"Body{sent}") != str(self._caption.content):
            self._caption.update(Content(caption))

    def on_text_area_changed(self) -> None:
        """What is typed takes the place of what came with the plan."""
        self._edited = self._edited or (self._area is not None and self._area.text != self._start_text)

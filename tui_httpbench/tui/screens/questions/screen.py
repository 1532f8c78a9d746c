"""The first screen: what people want to know, and the few fields of each question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Protocol, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Header, Input, Label, OptionList, Static

from tui_httpbench.history.url_history import load_urls, remember_url
from tui_httpbench.plan.from_curl import parse_curl
from tui_httpbench.plan.parsing import parse_url
from tui_httpbench.plan.plan import Plan, PlanError, Request
from tui_httpbench.plan.politeness import remote_host
from tui_httpbench.plan.presets import (
    ARTICLE_ADDRESS,
    ARTICLE_TITLE,
    QUESTIONS,
    VERSION_LABELS,
    VERSIONS,
    Preset,
)
from tui_httpbench.plan.stored import LastPlanError, save_last_plan
from tui_httpbench.tui.missing import Missing
from tui_httpbench.tui.screens.questions.question_list import ABOUT_ALL_FIELDS, QuestionList, layout_of, options_for
from tui_httpbench.tui.screens.questions.reading import QuestionReading, read_question
from tui_httpbench.tui.screens.questions.typed_ahead import TypedAhead
from tui_httpbench.tui.screens.setup.note import WRONG, Note
from tui_httpbench.tui.screens.setup.url_input import UrlInput
from tui_httpbench.tui.stage import is_on_stage
from tui_httpbench.tui.textual_fixes.lean_screen import LeanScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter
from tui_httpbench.tui.tooltips import HISTORY_TOOLTIP

ABOUT = "Compares HTTP clients for Python: which is fastest, used how, and why?"
PRESS = "Press a number and enter, or click it twice: it runs. The fields say where."
"""What this is, and what to press, each in one line of 80 columns."""
AT_TARGET = "It is asked of the embedded target, since its distance can be set; no URL is needed."
NO_URL = "This question has no URL: it asks the embedded target, since its distance can be set."
NO_URL_FOR_ALL = "This is no question: enter opens the form, which has a URL of its own."
BY_TAB = "What is typed here goes nowhere: tab leads to the URL."
KEPT = "What was pasted is kept for the others."
ENTER_ASKS = "Press enter again to go on as it is."
_SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing at a server."""
_VERSION_HINTS = ("httpx==0.27.2", "httpx==0.28.1")


class RunStarter(Protocol):
    """What this screen asks of its app."""

    def start_run(self, plan: Plan) -> None:
        """Measures the plan."""

    def open_form(self, plan: Plan, *, needs_variants: bool = False) -> None:
        """Shows all fields, filled in with a plan; ``needs_variants`` has it ask for them."""


class QuestionsScreen(LeanScreen[None]):
    """Asks what one wants to know; starts the run of a question, or opens the form with all fields.

    ``plan`` is the last one: its request stays as it was but for the URL, and "All fields" begins with it. ``missing``
    is what was not kept of that.
    """

    CSS_PATH = "questions.tcss"
    TITLE = "httpbench"
    AUTO_FOCUS = "#questions-list"
    HELP = """
Choose a question with the arrows, its number or a click. **enter**, or a second click, asks it: the run starts at once,
and ends in a sentence that answers it. Each question says how long that takes, and under which conditions it is asked.

- **tab** goes to the fields of the question, **escape** back; **enter** in one of them asks it, too. A URL may as well
  be typed at once. An empty URL asks the server that comes with the program.
- Paste a **curl** command into the URL: method, headers and body come along.
- **a** opens a form with everything that can be set, filled in for the question. **f4** lists earlier runs.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+r", "ask", "Run", key_display="⏎ ^r", id="questions.run", tooltip="Ask the question: measure now"
        ),
        Binding("tab", "to_fields", "Fields", id="questions.fields", tooltip="To the fields of the question"),
        Binding("a", "all_fields", "All fields", id="questions.form", tooltip="Open the form with all fields"),
        Binding("escape", "to_list", show=False, id="questions.list", tooltip="From a field back to the questions"),
        Binding("f4", "app.show_history", "History", id="questions.history", tooltip=HISTORY_TOOLTIP),
        Binding("f3", "app.show_result", "Result", id="questions.result", tooltip="Show the last result again"),
        *(
            Binding(
                str(number), f"choose({number - 1})", show=False, id=f"questions.{preset.name}", tooltip=preset.question
            )
            for number, preset in enumerate(QUESTIONS, start=1)
        ),
    ]

    def __init__(self, plan: Plan, missing: Missing | None = None) -> None:
        super().__init__()
        self._missing = missing or Missing()
        self._last = plan
        self._request = plan.request
        self._options: dict[str, Any] = {"cacert": plan.cacert, "insecure": plan.insecure}
        self._urls: tuple[str, ...] = ()
        self._layout = (False, False, False)
        # The field that stood in the way of a run: what is wrong with it is said until it is changed.
        self._in_the_way = ""
        self._ahead = TypedAhead()
        # On what was typed or pasted where no field is for it, a sentence; it stays until the next key.
        self._astray = ""

    def compose(self) -> ComposeResult:
        """What this is, the questions, and under them the fields of the one under the cursor."""
        self._urls = () if is_on_stage(self.app) else load_urls()
        self._layout = layout_of(self.app.size)
        yield Header()
        yield Static(f"[b]{ABOUT}[/b]\n{PRESS}", id="questions-about")
        yield QuestionList(*options_for(self.app.size), id="questions-list", compact=True)
        yield Static(id="questions-why", markup=False)
        with Vertical(id="questions-fields"):
            with Horizontal(id="questions-url"):
                yield Label("URL")
                yield UrlInput("" if self._request.url == "/" else self._request.url, self._urls)
            for label, hint in zip(VERSION_LABELS, _VERSION_HINTS, strict=True):
                with Horizontal(id=f"questions-{label}"):
                    yield Label(label)
                    yield Input(placeholder=f"a version such as {hint}, or a path", compact=True, id=f"version-{label}")
        yield Note(id="questions-note")
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Begins with the first question."""
        self.query_one(OptionList).highlighted = 0
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Tells more, or less, of each question."""
        if layout_of(event.size) == self._layout:
            return
        self._layout = layout_of(event.size)
        questions = self.query_one(OptionList)
        number = questions.highlighted
        questions.clear_options()
        questions.add_options(options_for(event.size))
        questions.highlighted = number

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Nothing leads to fields where the question has none."""
        return action != "to_fields" or not self.is_mounted or self._takes_url

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted on the list can only mean the field: the URL, or a curl command."""
        if self.focused is not self.query_one(OptionList):
            return
        event.stop()
        field = self.query_one(UrlInput)
        # The list keeps the focus, so that a number chooses a question as the screen says.
        if not field.take_paste(event.text):
            field.fill(next(iter(event.text.strip().splitlines()), ""))
        if not self._takes_url:
            self._say_astray(f"{self._why_no_url} {KEPT}")

    def on_key(self, event: events.Key) -> None:
        """Takes a text that is typed on the list for what it is: no choice, and no question to be asked."""
        questions, ahead = self.query_one(OptionList), self._ahead
        if self.focused is not questions:
            return
        if not event.is_printable or not event.character or not (ahead.text or event.character.strip()):
            self._end_typing(event)
            return
        character, goes_on = event.character, ahead.goes_on(event.character, event.time)
        if not (goes_on or character.isdecimal()) and event.key in self.active_bindings:
            self._end_typing(event)
            return
        ahead.take(character, event.time, questions.highlighted)
        if ahead.is_choice:
            self._say_astray("")
            return
        event.stop()
        event.prevent_default()
        questions.highlighted = ahead.chosen_before
        if self._takes_url and ahead.is_url:
            self.query_one(UrlInput).go_on_with(ahead.end())
        else:
            self._say_astray(BY_TAB if self._takes_url else self._why_no_url)

    def _end_typing(self, event: events.Key) -> None:
        """A key that is no text: enter does not ask at once what was not meant, any other one leaves the text."""
        text = self._ahead.end()
        is_meant_for_url = len(text) > 1 and not text.isdecimal()
        if event.key == "enter" and is_meant_for_url:
            event.stop()
            event.prevent_default()
            self._say_astray(f"{BY_TAB if self._takes_url else self._why_no_url} {ENTER_ASKS}")
        else:
            self._say_astray("")

    def _say_astray(self, told: str) -> None:
        if told != self._astray:
            self._astray = told
            self._show()

    @property
    def _takes_url(self) -> bool:
        return self.preset is not None and self.preset.takes_url

    @property
    def _why_no_url(self) -> str:
        return NO_URL_FOR_ALL if self.preset is None else NO_URL

    def on_screen_resume(self) -> None:
        """Begins with the list again, in which digits choose a question."""
        if self.is_mounted:
            self.query_one(OptionList).focus()

    def action_to_fields(self) -> None:
        """To the first field of the question, or from a field to the next one."""
        self.focus_next()

    def action_to_list(self) -> None:
        """From a field back to the questions."""
        self.query_one(OptionList).focus()

    @property
    def preset(self) -> Preset | None:
        """The question under the cursor; None for all fields."""
        number = self.query_one(OptionList).highlighted or 0
        return QUESTIONS[number] if number < len(QUESTIONS) else None

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Says what is wrong with a field that was left."""
        if isinstance(event.widget, Input):
            self._show()

    @on(OptionList.OptionHighlighted)
    @on(Input.Changed)
    def _show(self) -> None:
        """Shows the fields of the question, and what is wrong with them or what would be done."""
        preset = self.preset
        self.query_one("#questions-url").display = preset is not None and preset.takes_url
        for label in VERSION_LABELS:
            self.query_one(f"#questions-{label}").display = preset is not None and preset.name == VERSIONS
        reading = None if preset is None else self._reading(preset)
        why = self.query_one("#questions-why", Static)
        told = self._why(preset, None if reading is None else reading.plan)
        why.display = bool(told)
        if told != why.content:  # to change it lays the screen out, and this is done at each key
            why.update(told)
        note = self.query_one("#questions-note", Note)
        self.refresh_bindings()
        if preset is None or reading is None:
            note.show_errors()
            note.show_hint(self._astray)
            return
        # An empty version is no mistake before it was to be typed.
        always = ("url", self._in_the_way)
        typed = {name: text for name, text in reading.errors.items() if name in always or self._is_typed(name)}
        note.show_errors(*typed.values())
        note.show_hint(self._astray or self._hint(preset, reading.plan))

    def _why(self, preset: Preset | None, plan: Plan | None) -> str:
        """What the question under the cursor does and under which conditions, as far as the list doesn't say it."""
        has_room, _, has_conditions = self._layout
        lines = [] if has_room else [ABOUT_ALL_FIELDS if preset is None else preset.why]
        if preset is not None:
            if preset.name == "article":
                lines += [f"“{ARTICLE_TITLE}”", ARTICLE_ADDRESS]
            if conditions := self._conditions(preset, plan, is_told=has_conditions):
                lines.append(f"{conditions}.")
        return "\n".join(lines)

    def _conditions(self, preset: Preset, plan: Plan | None, *, is_told: bool) -> str:
        url = self.query_one(UrlInput).value.strip()
        if not preset.takes_url or not url or url.startswith("/"):
            return "" if is_told else f"At the embedded target: {preset.conditions}"
        if plan is not None and remote_host(plan.request) is not None:
            load = f"{plan.requests} requests a mode and round, {plan.rounds} rounds, since it is another machine"
            return f"At your URL: {preset.load_in_words}, {load}"
        return f"At your URL: {preset.load_in_words}; without one (ctrl+u in its field), at the embedded target"

    def _is_typed(self, label: str) -> bool:
        """Whether a version is there and nobody is at it any more: one that is half typed is no mistake."""
        return bool(self._version(label)) and not self.query_one(f"#version-{label}").has_focus

    def _hint(self, preset: Preset, plan: Plan | None) -> str:
        if not preset.takes_url:
            return AT_TARGET
        if plan is not None and (missing := self._missing.sentence(plan.request)):
            return f"{WRONG} {missing[:-1]}; escape, then a, to fill in."
        request = self._request
        parts = [
            "" if request.method == "GET" else request.method,
            f"{len(request.headers)} header{'' if len(request.headers) == 1 else 's'}" if request.headers else "",
            f"a body of {len(request.body):,} bytes" if request.body else "",
        ]
        told = ", ".join(filter(None, parts))
        if told and request.method not in _SAFE:
            told += f"; it goes out {_how_often(plan)}"
        return f"Sent along: {told}. Escape, then a, shows and changes them." if told else ""

    def _reading(self, preset: Preset) -> QuestionReading:
        versions = (self._version(VERSION_LABELS[0]), self._version(VERSION_LABELS[1]))
        return read_question(preset, self.query_one(UrlInput).value, versions, self._request, self._options)

    def _version(self, label: str) -> str:
        return self.query_one(f"#version-{label}", Input).value

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def action_ask(self) -> None:
        """Starts the run of the question, or goes to the field that stands in its way."""
        preset = self.preset
        if preset is None:
            self.action_all_fields()
            return
        reading = self._reading(preset)
        if reading.plan is None:
            name = self._in_the_way = next(iter(reading.errors))
            self.query_one("#input-url" if name == "url" else f"#version-{name}").focus()
            self._show()
            return
        plan = reading.plan
        self._missing.ask(self.app, plan.request, lambda: self._start(plan))

    def _start(self, plan: Plan) -> None:
        self.app.clear_notifications()  # what was said of the run before is no news
        if not is_on_stage(self.app):
            self._remember(plan)
        cast(RunStarter, self.app).start_run(plan)

    def _remember(self, plan: Plan) -> None:
        """Begins with this plan at the next start, and offers its URL."""
        try:
            save_last_plan(plan)
            self._urls = remember_url(plan.request.url)
            self.query_one(UrlInput).offer(self._urls)
        except LastPlanError as error:
            self.notify(str(error), severity="warning", markup=False)

    def action_choose(self, number: int) -> None:
        """Puts the cursor to a question."""
        questions = self.query_one(OptionList)
        questions.highlighted = number
        questions.focus()

    def action_all_fields(self) -> None:
        """Opens the form: with the plan of the question where it has one, else with the last plan."""
        preset = self.preset
        plan = None if preset is None else self._reading(preset).plan
        needs_variants = preset is not None and preset.name == VERSIONS and plan is None
        cast(RunStarter, self.app).open_form(plan or self._last_with_url, needs_variants=needs_variants)

    @property
    def _last_with_url(self) -> Plan:
        """The last plan with what is in the URL's field now, where that goes together."""
        text = self.query_one(UrlInput).value
        try:
            url = parse_url(text) if text.strip() else "/"
            return self._last.replace(request=replace(self._request, url=url))
        except PlanError:
            return self._last

    @on(UrlInput.CurlGiven)
    def _take_curl(self, event: UrlInput.CurlGiven) -> None:
        """Takes over what a curl command says, and names what can't be taken over."""
        try:
            curl = parse_curl(event.command)
        except PlanError as error:
            self.notify(str(error), title="From curl", severity="error", timeout=15, markup=False)
            return
        self._request = curl.request
        self._options = {"cacert": curl.cacert, "insecure": curl.insecure}
        if curl.timeout_s is not None:
            self._options["timeout_s"] = curl.timeout_s
        self.query_one(UrlInput).fill(curl.request.url)
        self._show()
        if curl.left_out:
            left_out = "\n".join(f"Left out: {sentence}" for sentence in curl.left_out)
            self.notify(left_out, title="From curl", severity="warning", timeout=15, markup=False)

    @on(Input.Changed)
    def _let_type(self, event: Input.Changed) -> None:
        """What is half typed is no mistake."""
        if event.input.id == f"version-{self._in_the_way}":
            self._in_the_way = ""
            self._show()

    @on(Input.Changed, "#input-url")
    def _forget_request(self, event: Input.Changed) -> None:
        """Without a URL, nothing is left of what came with it."""
        if not event.value.strip():
            self._request, self._options = Request(), {}
            self._show()


def _how_often(plan: Plan | None) -> str:
    """How many requests a run sends; roughly where time is what ends it."""
    total = None if plan is None else plan.total_requests
    return "hundreds to thousands of times" if total is None else f"{total:,} times"

"""The form that makes a plan."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, Vertical, VerticalGroup
from textual.widget import Widget
from textual.widgets import Checkbox, Header, Input, Label, Select, Static

from tui_httpbench.clients.entrants import mode_of, without_variants
from tui_httpbench.history.url_history import load_urls, remember_url
from tui_httpbench.plan.fields import KNOBS
from tui_httpbench.plan.from_curl import is_curl_command, parse_curl
from tui_httpbench.plan.plan import DEFAULT_USER_AGENT, METHODS, Plan, PlanError
from tui_httpbench.plan.presets import PRESETS, preset_of
from tui_httpbench.plan.stored import LastPlanError, save_last_plan
from tui_httpbench.tui.missing import Missing
from tui_httpbench.tui.parts.code_panel import CodePanel
from tui_httpbench.tui.plan_words import describe_run
from tui_httpbench.tui.screens.setup.body_editor import BodyEditor
from tui_httpbench.tui.screens.setup.headers_editor import HeadersEditor
from tui_httpbench.tui.screens.setup.load_form import LoadForm
from tui_httpbench.tui.screens.setup.mode_picker import ModePicker
from tui_httpbench.tui.screens.setup.more_form import MoreForm
from tui_httpbench.tui.screens.setup.note import WRONG, Note
from tui_httpbench.tui.screens.setup.plan_form import MORE, NOT_ON_FORM, SHAPE, FormReading, FormValues, read_form
from tui_httpbench.tui.screens.setup.preset_picker import CUSTOM, PresetPicker
from tui_httpbench.tui.screens.setup.rows_editor import RowsEditor
from tui_httpbench.tui.screens.setup.target_form import TargetForm
from tui_httpbench.tui.screens.setup.url_input import UrlInput
from tui_httpbench.tui.screens.setup.url_list import UrlListScreen
from tui_httpbench.tui.stage import is_on_stage
from tui_httpbench.tui.textual_fixes.lean_button import Button
from tui_httpbench.tui.textual_fixes.lean_screen import LeanScreen
from tui_httpbench.tui.textual_fixes.lean_select import LeanSelect
from tui_httpbench.tui.textual_fixes.own_class import set_own_class
from tui_httpbench.tui.textual_fixes.steady_focus import SteadyFocusScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter
from tui_httpbench.tui.tooltips import HISTORY_TOOLTIP

if TYPE_CHECKING:
    from tui_httpbench.analysis.all_failed import Place

ABOUT = "Compares HTTP clients for Python. Type a URL and press enter: it runs."
"""What this screen does and what to press, in one line of 80 columns."""
_PRESET_FIELDS = sorted({name for preset in PRESETS.values() for name in preset.values})
NEEDS_VARIANTS = (
    "Type both versions here, such as A and httpx==0.27.2, B and httpx==0.28.1. The preset versions, chosen then, "
    "measures the modes of their library."
)
_SECTIONS = "#request, #target, #load, #modes"
_RANDOM_SEEDS = range(1, 2**31)


class RunStarter(Protocol):
    """What this screen asks of its app."""

    def start_run(self, plan: Plan) -> None:
        """Measures the plan."""


class SetupScreen(LeanScreen[None], SteadyFocusScreen[None]):
    """Asks for a plan, checks it as it is typed, and starts its run.

    ``missing`` is what was not kept of the plan. Where the plan's seed is not given, or the field is emptied, each run
    gets a new random one.
    """

    CSS_PATH = "setup.tcss"
    AUTO_FOCUS = "#input-url"
    HELP = """
The form says what is measured; its bottom line says it in words. **enter** in the URL, or **ctrl+r** anywhere, starts
that.

- **tab** and the arrows go from field to field. **left** and **right** choose a preset, which fills the form in.
  **space** chooses a mode, and opens *Server settings* and *More*.
- An empty URL means the embedded target: its distance, TLS and speed are set under *Target*.
- Paste a **curl** command into the URL, or press **f2**: it fills in what it says. **ctrl+o** lists earlier URLs.
- A header may name an environment variable, as in `Bearer $TOKEN`. The plan is remembered, but no credentials.
"""
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-narrow"), (150, "-wide")]  # type: ignore[misc]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-short"),
        (32, "-middle"),
        (44, "-tall"),
        (54, "-huge"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "run", "Run", id="setup.run", tooltip="Measure the chosen modes"),
        Binding("ctrl+o", "choose_url", "URLs", id="setup.urls", tooltip="Choose a URL of an earlier run"),
        Binding(
            "f2", "await_curl", "From curl", id="setup.curl", show=False, tooltip="Fill the form from a curl command"
        ),
        Binding("f3", "app.show_result", "Result", id="setup.result", tooltip="Show the last result again"),
        Binding("f4", "app.show_history", "History", id="setup.history", tooltip=HISTORY_TOOLTIP),
        Binding("escape", "app.back_to_questions", "Back", id="setup.questions", tooltip="Back to where it was opened"),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]

    def __init__(self, plan: Plan, missing: Missing | None = None) -> None:
        super().__init__()
        self._start = plan
        self._missing = missing or Missing()
        self._reading = FormReading(plan)
        # What the user had before a preset took its place, by the plan's fields.
        self._own: dict[str, Any] = {}
        self._urls: tuple[str, ...] = ()
        self._curl_error = ""
        self._checked: FormValues | None = None
        self._sections: list[Widget] = []
        self._has_told_why_not_remembered = False

    def compose(self) -> ComposeResult:
        """Preset, request, target, load, modes and what is folded away, and under them what will happen."""
        self._urls = () if is_on_stage(self.app) else load_urls()
        plan = self._start
        request = plan.request
        methods = METHODS if request.method in METHODS else (*METHODS, request.method)
        yield Header()
        yield Static(ABOUT, id="setup-about")
        preset = preset_of(plan)
        with Vertical(id="form"):
            yield PresetPicker(preset.name if preset is not None else CUSTOM)
            with VerticalGroup(id="request") as box:
                box.border_title = "Request"
                with HorizontalGroup(id="url-bar"):
                    yield LeanSelect(
                        [(name, name) for name in methods],
                        value=request.method,
                        allow_blank=False,
                        compact=True,
                        id="input-method",
                    )
                    yield UrlInput("" if request.url == "/" else request.url, self._urls)
                    yield Button("Run", variant="primary", compact=True, id="run", tooltip="ctrl+r")
                yield Note(id="url-note")
                yield Label(
                    f"Headers (User-Agent: {DEFAULT_USER_AGENT}, unless given)", id="headers-caption", classes="caption"
                )
                yield HeadersEditor(request.headers)
                yield BodyEditor(request.method, request.given_body, is_json=request.json_body is not None)
            with Vertical(id="columns"):
                with Vertical(id="target-and-load"):
                    yield TargetForm(plan)
                    yield LoadForm(plan)
                    yield MoreForm(plan)
                yield ModePicker(without_variants(plan.modes))
            yield CodePanel()
        yield Note(id="summary")
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Checks what the form was filled with."""
        self.query_one(LoadForm).border_title = "Load"
        self.query_one(CodePanel).show(mode_of(self._start.modes[0]).id)
        self.check_form()
        self._sections = list(self.query(_SECTIONS))
        self.watch(self, "focused", self._mark_focused_section)

    @on(Input.Changed, "#input-url")
    def forget_curl_error(self) -> None:
        """A URL that was edited since is no wrong command."""
        if self._curl_error:
            self._curl_error, self._checked = "", None

    @on(Input.Changed)
    @on(Select.Changed)
    @on(RowsEditor.Changed)
    @on(ModePicker.Changed)
    @on(Checkbox.Changed)
    def follow_changes(self) -> None:
        """Reads the form again where it says something else than before, as it does not while it is being built."""
        self.query_one(BodyEditor).method = self._method
        if self._values() != self._checked:
            self.check_form()

    def check_form(self) -> None:
        """Reads the form, and says at each field what is wrong and below all what will happen."""
        body = self.query_one(BodyEditor)
        body.method = self._method
        values = self._checked = self._values()
        reading = self._reading = read_form(values)
        errors = reading.errors
        self.query_one("#input-url", Input).set_class("url" in errors, "-invalid")
        self.query_one("#url-note", Note).show_errors(self._curl_error or errors.get("url", ""))
        self.query_one("#url-note", Note).show_hint("" if reading.plan is None else self._missing_in(reading.plan))
        self.query_one(HeadersEditor).show_error(errors.get("headers", ""))
        body.show_error(errors.get("json_body", ""))
        self.query_one(TargetForm).show(reading, values.place)
        self.query_one(LoadForm).show(reading)
        self._show_preset(reading.plan)
        picker = self.query_one(ModePicker)
        picker.show_error(errors.get("modes", ""))
        picker.show_count()
        self.query_one(MoreForm).show(reading)
        summary = self.query_one("#summary", Note)
        if reading.plan is None:
            count = f"(1 of {len(errors)}) " if len(errors) > 1 else ""
            summary.show_errors(count + errors[reading.first_wrong_field])
        else:
            body.show_content_type(reading.plan.request)
            summary.show_errors()
            summary.show_hint(describe_run(reading.plan))

    def on_text_area_changed(self) -> None:
        """A body was edited. By its name, since to load the class of the area takes its time."""
        self.follow_changes()

    def _mark_focused_section(self, focused: Widget | None) -> None:
        """Gives the section with the focus its border."""
        around = focused.ancestors if focused is not None else ()
        for section in self._sections:
            set_own_class(section, section in around, "-focused")

    @on(ModePicker.Highlighted)
    def show_code(self, event: ModePicker.Highlighted) -> None:
        """Shows what the mode under the cursor runs, where there is room for it."""
        self.query_one(CodePanel).show(event.mode_id)

    @on(PresetPicker.Chosen)
    def fill_in(self, event: PresetPicker.Chosen) -> None:
        """Fills in what the preset sets, or the user's own values again; the rest stays as it is."""
        if not self.query_one(PresetPicker).take(event.name):
            return  # another one was chosen since
        if event.name == CUSTOM:
            values = self._own
        else:
            given = self._reading.plan.variants if self._reading.plan is not None else ()
            values = PRESETS[event.name].values_for(given)
        self.query_one(LoadForm).fill(values)
        self.query_one(MoreForm).fill(values)
        if "modes" in values:
            self.query_one(ModePicker).choose(values["modes"])
        if "scenario" in values:
            self.query_one(TargetForm).fill(values["scenario"])
        self.check_form()

    @on(PresetPicker.VariantsNeeded)
    def ask_for_variants(self) -> None:
        """Goes to where the two versions are typed that the preset compares."""
        self._focus_wrong("variants")
        self.notify(NEEDS_VARIANTS, timeout=15, markup=False)

    @on(UrlInput.CurlGiven)
    async def fill_from_curl(self, event: UrlInput.CurlGiven) -> None:
        """Fills in what a curl command says, and names what can't be taken over."""
        try:
            curl = parse_curl(event.command)
        except PlanError as error:
            self._curl_error = str(error)
            self.check_form()
            return
        request = curl.request
        self.query_one(UrlInput).fill(request.url)
        method = self.query_one("#input-method", Select)
        if request.method not in METHODS:
            method.set_options([(name, name) for name in (*METHODS, request.method)])
        method.value = request.method
        body = self.query_one(BodyEditor)
        body.method = request.method
        body.fill(request.given_body, is_json=request.json_body is not None)
        await self.query_one(HeadersEditor).fill(request.headers)
        if curl.timeout_s is not None:
            self.query_one(MoreForm).fill({"timeout_s": curl.timeout_s})
        self.query_one(TargetForm).fill_trust(curl.cacert, curl.insecure)
        self._curl_error = ""
        self.check_form()
        left_out = "\n".join(f"Left out: {sentence}" for sentence in curl.left_out)
        self.notify(
            left_out or "Filled in from your curl command.",
            title="From curl",
            severity="warning" if left_out else "information",
            timeout=15 if left_out else 4,
            markup=False,
        )

    def action_await_curl(self) -> None:
        """Takes a curl command from the app's clipboard, or says where to paste one."""
        url = self.query_one(UrlInput)
        url.focus()
        if is_curl_command(self.app.clipboard):
            url.action_paste()
        else:
            self.notify("Copy a curl command, as browsers offer it, and paste it into the URL.", title="From curl")

    def action_choose_url(self) -> None:
        """Offers the URLs of earlier runs."""

        def take(url: str | None) -> None:
            if url is not None:
                field = self.query_one(UrlInput)
                field.fill(url)
                field.focus()

        if self._urls:
            self.app.push_screen(UrlListScreen(self._urls), take)
        else:
            self.notify("No URL of an earlier run is known yet.")

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Enter moves on; in the URL it runs."""
        if event.input.id != "input-url":
            self.focus_next()

    @on(Input.Submitted, "#input-url")
    @on(Button.Pressed, "#run")
    def action_run(self) -> None:
        """Starts the run, or goes to the field that stands in its way."""
        self.check_form()
        plan = self._reading.plan
        if plan is None:
            self._focus_wrong(self._reading.first_wrong_field)
            return
        self._missing.ask(self.app, plan.request, lambda: self._run(plan))

    def _missing_in(self, plan: Plan) -> str:
        missing = self._missing.sentence(plan.request)
        return missing and f"{WRONG} {missing[:-1]}; fill in here and below."

    def _run(self, plan: Plan) -> None:
        self.app.clear_notifications()  # what was said of the run before is no news
        if not is_on_stage(self.app):
            self._remember(plan)
        if not plan.seed_given:
            plan = plan.replace(seed=random.SystemRandom().choice(_RANDOM_SEEDS))
        cast(RunStarter, self.app).start_run(plan)

    def _remember(self, plan: Plan) -> None:
        """Begins with this plan at the next start, and offers its URL."""
        try:
            save_last_plan(plan)
            self._urls = remember_url(plan.request.url)
            self.query_one(UrlInput).offer(self._urls)
        except LastPlanError as error:
            if not self._has_told_why_not_remembered:
                self._has_told_why_not_remembered = True
                self.notify(str(error), severity="warning", markup=False)

    @property
    def _method(self) -> str:
        return str(self.query_one("#input-method", Select).value)

    def _values(self) -> FormValues:
        more = self.query_one(MoreForm).texts
        return FormValues(
            url=self.query_one("#input-url", Input).value,
            method=self._method,
            headers=self.query_one(HeadersEditor).texts,
            body=self.query_one(BodyEditor).body,
            is_json=self.query_one(BodyEditor).is_json,
            modes=self.query_one(ModePicker).modes,
            load=self.query_one(LoadForm).texts
            | {field.name: more[field.name] for field in MORE if field not in SHAPE},
            shape={field.name: more[field.name] for field in SHAPE},
            variants=self.query_one(MoreForm).variants,
            lanes=self._start.modes,
            kept={field.key: field.value_in(self._start) for field in NOT_ON_FORM},
            **self.query_one(TargetForm).values,
        )

    def _show_preset(self, plan: Plan | None) -> None:
        preset = preset_of(plan) if plan is not None else None
        if plan is not None and preset is None:
            self._own = {name: getattr(plan, name) for name in _PRESET_FIELDS}
        name = preset.name if preset is not None else CUSTOM
        has_variants = bool(self.query_one(MoreForm).variants)
        self.query_one(PresetPicker).show(name, has_own=bool(self._own), has_variants=has_variants)

    def focus_place(self, place: Place) -> None:
        """Puts the cursor where the plan is to be changed."""
        if place == "trust":
            self.query_one(TargetForm).focus_trust()
        elif place == "body" and not self.query_one(BodyEditor).focus_text():
            self._focus_wrong("method")
        elif place == "url":
            field = self.query_one(UrlInput)
            field.go_on_with(field.value)  # to be mended and not replaced
        elif place != "body":
            self._focus_wrong(place)

    def _focus_wrong(self, field: str) -> None:
        if field == "headers":
            self.query_one(HeadersEditor).focus_wrong()
        elif field == "json_body":
            self.query_one(BodyEditor).focus_text()
        elif field == "modes":
            self.query_one(ModePicker).focus_wrong()
        elif field in ("url", "method"):
            self.query_one(f"#input-{field}").focus()
        elif field in {"variants", *(each.name for each in MORE)}:
            self.query_one(MoreForm).focus_field(field)
        elif field in ("scenario", "cacert", *KNOBS):
            self.query_one(TargetForm).focus_field(field)
        else:
            self.query_one(LoadForm).focus_field(field)

"""The plan as a form holds it, in texts: reads them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from tui_httpbench.clients.entrants import without_variants
from tui_httpbench.plan.field import Field
from tui_httpbench.plan.fields import KNOBS, fields_of, rows_on
from tui_httpbench.plan.from_curl import is_curl_command
from tui_httpbench.plan.given_files import check_json, parse_cacert
from tui_httpbench.plan.header_values import expand_headers
from tui_httpbench.plan.parsing import check_header, parse_method, parse_url
from tui_httpbench.plan.plan import (
    AUTO,
    Concurrency,
    Duration,
    Header,
    Plan,
    PlanError,
    Profile,
    Request,
    Rounds,
)
from tui_httpbench.plan.scenario import LOOPBACK, Scenario
from tui_httpbench.plan.variants import Variant, distinct_variants, parse_variant

Place = Literal["embedded", "http", "https"]
Trust = Literal["usual", "file", "unchecked"]

SIZE = tuple(field for row in rows_on("load") for field in row)
"""How much is measured, and how many are in flight: always in sight."""
MORE = tuple(field for row in rows_on("more") for field in row)
"""The fields that are folded away."""
LOAD = (*SIZE, *(field for field in MORE if field.part == "plan"))
"""The fields of a plan that are typed, or chosen from a menu."""
SHAPE = tuple(field for field in MORE if field.part == "request")
"""How bodies are read and sent."""
NOT_ON_FORM = tuple(
    field for field in fields_of("plan") if field.shown is None and field.name not in ("modes", "variants")
)
"""The fields of a plan that the form keeps as they were."""

_PARTNERS = {"duration": "requests", "requests": "concurrency"}
"""Field -> the other field of a pair that can't both hold, where the first one is told of."""

FIELDS = (
    "url",
    "method",
    "headers",
    "json_body",
    "scenario",
    *KNOBS,
    "cacert",
    *(field.name for field in SIZE),
    "modes",
    *(field.name for field in MORE),
    "variants",
)
"""The fields of a PlanError, in the order in which the form shows them."""


@dataclass(frozen=True)
class FormValues:
    """The form: texts as typed, the body as bytes, sent as JSON where it ``is_json``, and ``modes`` without variants.

    ``load`` are the texts of the fields ``LOAD``, by name; an empty one means the default, if it may be empty: of
    requests and duration that leaves the load to the other of them, and both to the budget. ``shape`` are those of the
    fields ``SHAPE``. ``scenario`` is the one
    that was chosen, ``scenario_error`` says why it can't be had, and ``knobs`` are its knobs as they stand now, by the
    names of ``KNOBS``. ``kept`` are the values of ``NOT_ON_FORM`` by their keys, of the plan that the form was filled
    with. ``variants`` are ``LABEL=SPEC``, or what was given and was not edited. ``lanes`` are the modes of the plan
    that the form was filled with: they stay where neither modes nor variants were changed.
    """

    url: str
    method: str
    headers: tuple[Header, ...]
    body: bytes | None
    load: Mapping[str, str]
    shape: Mapping[str, str]
    modes: tuple[str, ...]
    is_json: bool = False
    scenario: Scenario = LOOPBACK
    scenario_error: str = ""
    knobs: Mapping[str, str | bool] = field(default_factory=dict)
    trust: Trust = "usual"
    cacert: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)
    variants: tuple[Variant | str, ...] = ()
    lanes: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """Where the requests go, as far as the URL tells."""
        return place_of(self.url)


@dataclass(frozen=True)
class FormReading:
    """What a form says: the plan, or a sentence for each wrong field.

    ``requests``, ``duration_s``, ``concurrency`` and ``rounds`` are None while they are wrong, the first two where they
    are empty, too; ``profile`` is None where none was chosen; ``scenario`` is None while it or a knob is wrong, or
    where it does not apply. A seed that was not typed is 0 in the plan.
    """

    plan: Plan | None
    errors: dict[str, str] = field(default_factory=dict)
    requests: int | None = None
    duration_s: Duration | None = None
    concurrency: Concurrency | None = None
    rounds: Rounds | None = None
    profile: Profile | None = None
    scenario: Scenario | None = None

    @property
    def first_wrong_field(self) -> str:
        """The wrong field that comes first in the form, or an empty text."""
        return next((name for name in FIELDS if name in self.errors), "")


def place_of(url: str) -> Place:
    """Whether a URL, as typed, is one at the embedded target or of the user's own."""
    url = url.strip().lower()
    if not url or (url.startswith("/") and not url.startswith("//")):
        return "embedded"
    return "https" if url.startswith("https://") else "http"


def knob_texts(scenario: Scenario) -> dict[str, str | bool]:
    """The knobs of a scenario as a form shows them, by the names of ``KNOBS``."""
    values = {name: getattr(scenario, knob.key) for name, knob in KNOBS.items()}
    return {name: value if isinstance(value, bool) else KNOBS[name].text(value) for name, value in values.items()}


def read_form(values: FormValues) -> FormReading:
    """Reads every field, so that each wrong one is told of at once."""
    errors: dict[str, str] = {}
    parts: dict[str, Any] = {}
    readers: dict[str, Callable[[], object]] = {
        "url": lambda: _read_url(values.url),
        "method": lambda: parse_method(values.method),
        "headers": lambda: _read_headers(values.headers),
        **{each.name: partial(_read_load, each, values.load) for each in LOAD},
        **{each.name: partial(_read_load, each, values.shape) for each in SHAPE},
        "modes": lambda: values.modes,
        "variants": lambda: _read_variants(values.variants),
    }
    if values.is_json and values.body is not None:
        readers["json_body"] = partial(check_json, values.body)
    if values.place != "embedded" and values.trust == "file":
        readers["cacert"] = lambda: _read_cacert(values.cacert)
    for name, read in readers.items():
        try:
            parts[name] = read()
        except PlanError as error:
            errors[name] = str(error)
    scenario, knob_errors = _read_scenario(values) if values.place == "embedded" else (None, {})
    errors |= knob_errors
    read_parts = dict(parts)

    # A plan checks what no single field can. Wrong fields stay at their defaults, so that they hide no other mistake.
    plan = None
    while plan is None:
        try:
            plan = _build(parts, values, scenario)
        except PlanError as error:
            errors.setdefault(error.field, str(error))
            wrong = next((name for name in (error.field, _PARTNERS.get(error.field, "")) if name in parts), None)
            if wrong is None:
                break
            del parts[wrong]
    return FormReading(
        plan if not errors else None,
        errors,
        duration_s=read_parts.get("duration"),
        scenario=scenario,
        **{name: read_parts.get(name) for name in ("requests", "concurrency", "rounds", "profile")},
    )


def _read_load(each: Field, texts: Mapping[str, str]) -> object:
    text = texts[each.name]
    if not text.strip() and each.on_form.empty:
        return each.default_value
    value = each.read(text)
    # An automatic duration, as the form offers it, gives way to a number of requests.
    return None if each.name == "duration" and value == AUTO and texts["requests"].strip() else value


def _read_url(text: str) -> str:
    if not is_curl_command(text):
        return parse_url(text)
    raise PlanError("url", "This is a curl command; press enter to fill the form in from it.")


def _read_variants(variants: tuple[Variant | str, ...]) -> tuple[Variant, ...]:
    return distinct_variants(tuple(parse_variant(each) if isinstance(each, str) else each for each in variants))


def _read_headers(headers: tuple[Header, ...]) -> tuple[Header, ...]:
    read = tuple(check_header(name, value) for name, value in headers)
    expand_headers(read)  # tells of a variable that is not set; the plan keeps its name
    return read


def _read_scenario(values: FormValues) -> tuple[Scenario | None, dict[str, str]]:
    if values.scenario_error:
        return None, {"scenario": values.scenario_error}
    errors: dict[str, str] = {}
    changes: dict[str, Any] = {}
    shown = knob_texts(values.scenario)
    for name, typed in values.knobs.items():
        if typed == shown[name]:  # what is shown may have fewer digits
            continue
        try:
            changes[KNOBS[name].key] = KNOBS[name].read(typed)
        except PlanError as error:
            errors[error.field] = str(error)
    try:
        scenario = values.scenario.change(**changes)
    except PlanError as error:
        errors.setdefault(error.field, str(error))
    return (None if errors else scenario), errors


def _read_cacert(text: str) -> str:
    text = text.strip()
    if not text:
        raise PlanError("cacert", "Write the path of a PEM file with the certificates to trust.")
    try:
        return parse_cacert(str(Path(text).expanduser()))
    except RuntimeError:  # there is no such user, or no home
        return parse_cacert(text)


def _build(parts: dict[str, Any], values: FormValues, scenario: Scenario | None) -> Plan:
    names = ("url", "method", "headers", *(each.name for each in SHAPE))
    of_request: dict[str, Any] = {name: parts[name] for name in names if name in parts}
    request = Request(
        **of_request,
        data=None if values.is_json else values.body,
        json_body=values.body if values.is_json else None,
    )
    of_plan = {each.key: parts[each.name] for each in fields_of("plan") if each.name in parts}
    given = tuple(each for each in values.variants if isinstance(each, Variant))
    if given and given == of_plan.get("variants") and values.modes == without_variants(values.lanes):
        of_plan["modes"] = values.lanes  # of which some may run with some variants only
    if "url" not in parts:
        of_plan.pop("cacert", None)
    if scenario is not None and request.uses_embedded_target:
        of_plan["scenario"] = scenario
    return Plan(
        request=request,
        seed_given=bool(values.load["seed"].strip()),
        **values.kept,
        insecure=values.place != "embedded" and values.trust == "unchecked" and "url" in parts,
        **of_plan,
    )

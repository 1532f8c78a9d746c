"""The plan as a form holds it, in texts: reads them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tui_httpbench.plan import plan as plans
from tui_httpbench.plan.fields import KNOBS, parse_cacert
from tui_httpbench.plan.from_curl import is_curl_command
from tui_httpbench.plan.header_values import expand_headers
from tui_httpbench.plan.plan import (
    AUTO,
    DEFAULT_SAME_WITHIN,
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

Place = Literal["embedded", "http", "https"]
Trust = Literal["usual", "file", "unchecked"]

PLAN_FIELDS = {
    "cacert": "cacert",
    "requests": "requests",
    "duration": "duration_s",
    "concurrency": "concurrency",
    "rounds": "rounds",
    "budget": "budget_s",
    "timeout": "timeout_s",
    "seed": "seed",
    "profile": "chosen_profile",
    "modes": "modes",
}
"""Field of the form -> field of the plan."""

_PARTNERS = {"duration": "requests", "requests": "concurrency"}
"""Field -> the other field of a pair that can't both hold, where the first one is told of."""

FIELDS = ("url", "method", "headers", "scenario", *KNOBS, *PLAN_FIELDS)
"""The fields of a PlanError, in the order in which the form shows them."""


@dataclass(frozen=True)
class FormValues:
    """The form: texts as typed, and ``modes`` as ids of the run; an empty ``seed`` means a random one.

    Empty ``requests`` and an empty ``duration`` leave the load to the other of them, and two of them to the budget.
    An empty ``profile`` leaves it to the concurrency. ``scenario`` is the one that was chosen, ``scenario_error`` says
    why it can't be had, and ``knobs`` are its knobs as they stand now, by the names of ``plan_options.KNOBS``.
    ``same_within`` and ``pin`` have no field: they come from the plan that the form was filled with.
    """

    url: str
    method: str
    headers: tuple[Header, ...]
    body: bytes | None
    requests: str
    duration: str
    concurrency: str
    rounds: str
    budget: str
    timeout: str
    seed: str
    profile: str
    modes: tuple[str, ...]
    scenario: Scenario = LOOPBACK
    scenario_error: str = ""
    knobs: Mapping[str, str | bool] = field(default_factory=dict)
    trust: Trust = "usual"
    cacert: str = ""
    same_within: float = DEFAULT_SAME_WITHIN
    pin: bool = True

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
    """The knobs of a scenario as a form shows them, by the names of ``plan_options.KNOBS``."""
    texts = {name: _shown(scenario.knobs[key]) for name, (key, _) in KNOBS.items()}
    return {**texts, "body_size": _short_size(scenario.body_bytes)}


def plan_text(value: object) -> str:
    """A field of a plan as a form shows it; an empty text for None."""
    return "" if value is None else str(_shown(value))


def read_form(values: FormValues) -> FormReading:
    """Reads every field, so that each wrong one is told of at once."""
    errors: dict[str, str] = {}
    parts: dict[str, Any] = {}
    readers: dict[str, Callable[[], object]] = {
        "url": lambda: _read_url(values.url),
        "method": lambda: plans.parse_method(values.method),
        "headers": lambda: _read_headers(values.headers),
        "requests": lambda: plans.parse_requests(values.requests) if values.requests.strip() else None,
        "duration": lambda: _read_duration(values),
        "concurrency": lambda: plans.parse_concurrency(values.concurrency),
        "rounds": lambda: plans.parse_rounds(values.rounds),
        "budget": lambda: plans.parse_budget(values.budget),
        "timeout": lambda: plans.parse_timeout(values.timeout),
        "seed": lambda: plans.parse_seed(values.seed) if values.seed.strip() else 0,
        "profile": lambda: plans.parse_profile(values.profile) if values.profile else None,
        "modes": lambda: values.modes,
    }
    if values.place == "https" and values.trust == "file":
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


def _read_duration(values: FormValues) -> Duration | None:
    """The duration; an automatic one, as the form offers it, gives way to a number of requests."""
    text = values.duration.strip()
    duration = plans.parse_duration(text) if text else None
    return None if duration == AUTO and values.requests.strip() else duration


def _read_url(text: str) -> str:
    if not is_curl_command(text):
        return plans.parse_url(text)
    raise PlanError("url", "This is a curl command; press enter to fill the form in from it.")


def _read_headers(headers: tuple[Header, ...]) -> tuple[Header, ...]:
    read = tuple(plans.check_header(name, value) for name, value in headers)
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
        key, read = KNOBS[name]
        try:
            changes[key] = typed if read is None else read(str(typed))
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
    of_request: dict[str, Any] = {name: parts[name] for name in ("url", "method", "headers") if name in parts}
    request = Request(**of_request, body=values.body)
    of_plan: dict[str, Any] = {name: parts[part] for part, name in PLAN_FIELDS.items() if part in parts}
    if "url" not in parts:
        of_plan.pop("cacert", None)
    if scenario is not None and request.uses_embedded_target:
        of_plan["scenario"] = scenario
    return Plan(
        request=request,
        seed_given=bool(values.seed.strip()),
        same_within=values.same_within,
        pin=values.pin,
        insecure=values.place == "https" and values.trust == "unchecked" and "url" in parts,
        **of_plan,
    )


def _shown(value: object) -> str | bool:
    if isinstance(value, bool):
        return value
    return f"{value!r}".removesuffix(".0") if isinstance(value, float) else str(value)


def _short_size(size: int) -> str:
    for factor, letter in ((1_000_000, "m"), (1_000, "k")):
        if size and size % factor == 0:
            return f"{size // factor}{letter}"
    return str(size)

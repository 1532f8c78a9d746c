"""The plan as a form holds it, in texts: reads them all, and says in words what will happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tui_httpbench import plan as plans
from tui_httpbench.analysis.comparison import LOOKS
from tui_httpbench.formatting import format_rounds, plural
from tui_httpbench.plan import (
    ARTICLE,
    AUTO,
    DEFAULT_SAME_WITHIN,
    MAX_AUTO_ROUNDS,
    WARMUP_REQUESTS,
    Concurrency,
    Header,
    Plan,
    PlanError,
    Profile,
    Request,
    Rounds,
)

FIELDS = (
    "url",
    "method",
    "headers",
    "requests",
    "concurrency",
    "rounds",
    "budget",
    "timeout",
    "seed",
    "profile",
    "modes",
)
"""The fields of a PlanError, in the order in which the form shows them."""

_PLAN_FIELDS = {
    "requests": "requests",
    "concurrency": "concurrency",
    "rounds": "rounds",
    "budget": "budget_s",
    "timeout": "timeout_s",
    "seed": "seed",
    "profile": "chosen_profile",
    "modes": "modes",
}


@dataclass(frozen=True)
class FormValues:
    """The form: texts as typed, and ``modes`` as ids of the run; an empty ``seed`` means a random one.

    An empty ``profile`` leaves it to the concurrency. ``same_within`` and ``pin`` have no field: they come from the
    plan that the form was filled with.
    """

    url: str
    method: str
    headers: tuple[Header, ...]
    body: bytes | None
    requests: str
    concurrency: str
    rounds: str
    budget: str
    timeout: str
    seed: str
    profile: str
    modes: tuple[str, ...]
    same_within: float = DEFAULT_SAME_WITHIN
    pin: bool = True


@dataclass(frozen=True)
class FormReading:
    """What a form says: the plan, or a sentence for each wrong field.

    ``requests``, ``concurrency`` and ``rounds`` are None while they are wrong, ``profile`` is None where none was
    chosen. A seed that was not typed is 0 in the plan.
    """

    plan: Plan | None
    errors: dict[str, str] = field(default_factory=dict)
    requests: int | None = None
    concurrency: Concurrency | None = None
    rounds: Rounds | None = None
    profile: Profile | None = None

    @property
    def first_wrong_field(self) -> str:
        """The wrong field that comes first in the form, or an empty text."""
        return next((name for name in FIELDS if name in self.errors), "")


def read_form(values: FormValues) -> FormReading:
    """Reads every field, so that each wrong one is told of at once."""
    errors: dict[str, str] = {}
    parts: dict[str, Any] = {}
    readers: dict[str, Callable[[], object]] = {
        "url": lambda: plans.parse_url(values.url),
        "method": lambda: plans.parse_method(values.method),
        "headers": lambda: tuple(plans.check_header(name, value) for name, value in values.headers),
        "requests": lambda: plans.parse_requests(values.requests),
        "concurrency": lambda: plans.parse_concurrency(values.concurrency),
        "rounds": lambda: plans.parse_rounds(values.rounds),
        "budget": lambda: plans.parse_budget(values.budget),
        "timeout": lambda: plans.parse_timeout(values.timeout),
        "seed": lambda: plans.parse_seed(values.seed) if values.seed.strip() else 0,
        "profile": lambda: plans.parse_profile(values.profile) if values.profile else None,
        "modes": lambda: values.modes,
    }
    for name, read in readers.items():
        try:
            parts[name] = read()
        except PlanError as error:
            errors[name] = str(error)
    read_parts = dict(parts)

    # A plan checks what no single field can. Wrong fields stay at their defaults, so that they hide no other mistake.
    plan = None
    while plan is None:
        try:
            plan = _build(parts, values)
        except PlanError as error:
            if parts.pop(error.field, None) is None:
                break
            errors[error.field] = str(error)
    return FormReading(
        plan if not errors else None,
        errors,
        **{name: read_parts.get(name) for name in ("requests", "concurrency", "rounds", "profile")},
    )


def describe_run(plan: Plan) -> str:
    """What a run of the plan will do, in one line."""
    request = plan.request
    if request.uses_embedded_target:
        where = "the embedded target"
    else:
        parts = urlsplit(request.url)
        where = f"{parts.scheme.lower()}://{parts.netloc}"
    method = "" if request.method == "GET" else f"{request.method} "
    if plan.total_requests is None:
        what = f"{plural(len(plan.modes), 'mode')} × {plural(plan.requests, f'{method}request')}"
        return f"{what} × {format_rounds(plan)} or {plan.budget_s:g} s, to {where}"
    what = f"{plural(len(plan.modes), 'mode')} × {plural(plan.requests, 'request')} × {format_rounds(plan)}"
    return f"{what} = {plural(plan.total_requests, f'{method}request')} to {where}"


def describe_concurrency(concurrency: Concurrency | None, requests: int | None) -> str:
    """What a concurrency means, in a few words; None stands for values that can't be read."""
    if concurrency is None:
        return "how many requests are in flight at once, or article"
    if concurrency == ARTICLE:
        every = "all" if requests is None else f"all {requests:,}"
        return f"sync modes one at a time, async modes {every} at once"
    width = concurrency if requests is None else min(concurrency, requests)
    if width == 1:
        return "every mode sends one request at a time"
    return f"{width:,} at once for every mode, in threads or tasks"


def describe_rounds(rounds: Rounds | None) -> str:
    """What a number of rounds means, in a few words; None stands for a value that can't be read."""
    if rounds is None:
        return "how often each mode is measured, or auto"
    if rounds == AUTO:
        return f"auto: until decided, {LOOKS[0]} to {MAX_AUTO_ROUNDS} rounds"
    return f"each in fresh processes, after {WARMUP_REQUESTS} warm-up requests"


def describe_budget(rounds: Rounds | None) -> str:
    """What the budget means for such rounds, in a few words."""
    if rounds is None or rounds == AUTO:
        return "seconds; no round begins that would end later"
    return "seconds; counts only where rounds is auto"


def describe_profile(chosen: Profile | None, concurrency: Concurrency | None) -> str:
    """Which settings the clients will have, in a few words; None stands for no choice and an unreadable value."""
    if chosen is None and concurrency is None:
        return "a number means equal settings, article the libraries' own"
    if chosen == "equal" or (chosen is None and concurrency != ARTICLE):
        return "equal: redirects, pool, certificates alike for all"
    return "defaults: every library's own settings"


def _build(parts: dict[str, Any], values: FormValues) -> Plan:
    of_request: dict[str, Any] = {name: parts[name] for name in ("url", "method", "headers") if name in parts}
    of_plan: dict[str, Any] = {name: parts[part] for part, name in _PLAN_FIELDS.items() if part in parts}
    return Plan(
        request=Request(**of_request, body=values.body),
        seed_given=bool(values.seed.strip()),
        same_within=values.same_within,
        pin=values.pin,
        **of_plan,
    )

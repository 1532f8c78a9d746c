"""The plan as a form holds it, in texts: reads them all, and says in words what will happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tui_httpbench import plan as plans
from tui_httpbench.formatting import format_rounds, plural
from tui_httpbench.plan import ARTICLE, Concurrency, Header, Plan, PlanError, Request

FIELDS = ("url", "method", "headers", "requests", "concurrency", "rounds", "timeout", "seed", "modes")
"""The fields of a PlanError, in the order in which the form shows them."""


@dataclass(frozen=True)
class FormValues:
    """The form: texts as typed, and ``modes`` as ids of the run; an empty ``seed`` means a random one."""

    url: str
    method: str
    headers: tuple[Header, ...]
    body: bytes | None
    requests: str
    concurrency: str
    rounds: str
    timeout: str
    seed: str
    modes: tuple[str, ...]


@dataclass(frozen=True)
class FormReading:
    """What a form says: the plan, or a sentence for each wrong field.

    ``requests`` and ``concurrency`` are None while they are wrong. A seed that was not typed is 0 in the plan.
    """

    plan: Plan | None
    errors: dict[str, str] = field(default_factory=dict)
    requests: int | None = None
    concurrency: Concurrency | None = None

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
        "timeout": lambda: plans.parse_timeout(values.timeout),
        "seed": lambda: plans.parse_seed(values.seed) if values.seed.strip() else 0,
        "modes": lambda: values.modes,
    }
    for name, read in readers.items():
        try:
            parts[name] = read()
        except PlanError as error:
            errors[name] = str(error)
    requests, concurrency = parts.get("requests"), parts.get("concurrency")

    # A plan checks what no single field can. Wrong fields stay at their defaults, so that they hide no other mistake.
    plan = None
    while plan is None:
        try:
            plan = _build(parts, values.body, seed_given=bool(values.seed.strip()))
        except PlanError as error:
            if parts.pop(error.field, None) is None:
                break
            errors[error.field] = str(error)
    return FormReading(plan if not errors else None, errors, requests, concurrency)


def describe_run(plan: Plan) -> str:
    """What a run of the plan will do, in one line."""
    request = plan.request
    if request.uses_embedded_target:
        where = "the embedded target"
    else:
        parts = urlsplit(request.url)
        where = f"{parts.scheme.lower()}://{parts.netloc}"
    method = "" if request.method == "GET" else f"{request.method} "
    what = f"{plural(len(plan.modes), 'mode')} × {plural(plan.requests, f'{method}request')} × {format_rounds(plan)}"
    if plan.total_requests is None:
        return f"{what}, at most {plan.budget_s:g} s of rounds, to {where}"
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


def _build(parts: dict[str, Any], body: bytes | None, seed_given: bool) -> Plan:
    of_request: dict[str, Any] = {name: parts[name] for name in ("url", "method", "headers") if name in parts}
    of_plan: dict[str, Any] = {
        name: parts[name] for name in ("requests", "concurrency", "rounds", "seed", "modes") if name in parts
    }
    of_plan["seed_given"] = seed_given
    if "timeout" in parts:
        of_plan["timeout_s"] = parts["timeout"]
    return Plan(request=Request(**of_request, body=body), **of_plan)

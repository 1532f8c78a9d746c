"""A sweep: the same run at several values of one knob; frozen, checked, without I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.scenario import parse_body_size, parse_capacity, parse_rtt, parse_service_time
from tui_httpbench.plan.sweep_values import KNOBS, Knob, Workload, as_written, number_of, parse_workload
from tui_httpbench.text.quoting import shortened

if TYPE_CHECKING:
    from tui_httpbench.plan.plan import Plan

MIN_POINTS = 2
MAX_POINTS = 20
MAX_LANES = 400
"""How many points times modes a sweep has at most: each is a process to start in every round."""
BUDGET_OF_POINT_S = 20.0
"""What the budget has for each point where none is given, in seconds."""
MAX_USUAL_BUDGET_S = 150.0
"""A budget that nobody gave is no longer, whatever the number of points."""
MIRROR_PATH = "/mirror"
"""Where the embedded target answers with the body that it gets."""

OPTIONS: dict[str, tuple[str, ...]] = {
    "concurrency": ("concurrency",),
    "rtt": ("rtt",),
    "body-size": ("body_size",),
    "service-time": ("service_time",),
    "capacity": ("capacity",),
    "workload": ("concurrency", "body_size", "method", "data", "json_body"),
}
"""By knob, the fields that it sets at each point, by their names in the table of fields."""
_NAMES: dict[str, str] = {
    "concurrency": "requests in flight",
    "rtt": "round trip",
    "body-size": "body size",
    "service-time": "service time",
}
_UNITS: dict[str, str] = {"concurrency": "in flight", "rtt": "ms", "body-size": "bytes", "service-time": "ms"}


@dataclass(frozen=True)
class Sweep:
    """``values`` of a ``knob`` as a user writes them, each once; numbers in ascending order, workloads as given."""

    knob: Knob
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        """The form in which a user writes it: ``rtt=0,5,20``."""
        return f"{self.knob}={','.join(self.values)}"

    @property
    def numbers(self) -> tuple[float, ...] | None:
        """The values as positions on an axis, in the knob's own unit; None of workloads, which have no order.

        Of a service time that is drawn, it is the mean; of a capacity, how many a second or at once.
        """
        return None if self.knob == "workload" else tuple(number_of(self.knob, value) for value in self.values)

    @property
    def unit(self) -> str:
        """What a value counts, empty where the value says so itself."""
        return _UNITS.get(self.knob, "")

    @property
    def name(self) -> str:
        """What the knob is called on screens and in reports: ``round trip``, ``requests in flight``."""
        return _NAMES.get(self.knob, self.knob)

    @property
    def title(self) -> str:
        """The same with the unit of its values, as an axis has it: ``round trip (ms)``."""
        return f"{self.name} ({self.unit})" if self.unit and not self.name.endswith(self.unit) else self.name

    def place_in_words(self, value: str) -> str:
        """A value with the name of the knob: ``round trip 20 ms``, ``16 in flight``."""
        return self.in_words(value) if self.name.endswith(self.unit or "\0") else f"{self.name} {self.in_words(value)}"

    @property
    def is_of_target(self) -> bool:
        """Whether the knob is one of the embedded target."""
        return self.knob != "concurrency"

    def in_words(self, value: str) -> str:
        """A value with what it counts: ``16 in flight``, ``20 ms``; a workload as it is written."""
        return f"{value} {self.unit}".strip()

    def changes(self, plan: Plan, value: str) -> dict[str, Any]:
        """The fields of a plan that a value changes, with what they become. Raises PlanError."""
        match self.knob:
            case "concurrency":
                return {"concurrency": int(value)}
            case "workload":
                return _changes_of_workload(plan, parse_workload(value))
        key, parse = _TARGET_KNOBS[self.knob]
        return {"scenario": plan.scenario.change(**{key: parse(value)})}


_TARGET_KNOBS: dict[str, tuple[str, Any]] = {
    "rtt": ("rtt_ms", parse_rtt),
    "body-size": ("body_bytes", parse_body_size),
    "service-time": ("service_time", parse_service_time),
    "capacity": ("capacity", parse_capacity),
}


def parse_sweep(text: str) -> Sweep:
    """The sweep of ``KNOB=V1,V2,…``. Raises PlanError."""
    name, sign, listed = text.strip().partition("=")
    knob = next((known for known in KNOBS if known == name.strip().lower().replace("_", "-")), None)
    if knob is None or not sign:
        names = f"{', '.join(KNOBS[:-1])} or {KNOBS[-1]}"
        what = f"is no knob of --sweep; it takes {names}" if sign else f"is no sweep; it takes {names}"
        raise PlanError("sweep", f"{shortened(name)!r} {what}, as in --sweep concurrency=1,10,100.")
    given = [value.strip().lower() for value in listed.split(",")]
    if not all(given):
        raise PlanError("sweep", f"--sweep {knob} has an empty value; write values with one comma between two.")
    values = [as_written(knob, value) for value in given]
    if knob != "workload":
        values.sort(key=lambda value: number_of(knob, value))
    _check_values(knob, values)
    return Sweep(knob, tuple(values))


def usual_budget_s(points: int) -> float:
    """The seconds of a sweep's budget where none is given."""
    return min(points * BUDGET_OF_POINT_S, MAX_USUAL_BUDGET_S)


def points_of(plan: Plan) -> Iterator[tuple[str, Plan]]:
    """Each value of a plan's sweep with the plan of its run, which has its share of the budget and a seed of its own.

    Raises PlanError where a value does not go with the rest of the plan.
    """
    sweep = plan.sweep
    for number, value in enumerate(sweep.values if sweep is not None else ()):
        assert sweep is not None
        changes = sweep.changes(plan, value)
        seed = (plan.seed + number) % 2**63
        yield value, plan.replace(sweep=None, budget_s=plan.budget_s / len(sweep.values), seed=seed, **changes)


def check_sweep(plan: Plan) -> None:
    """Lets a plan pass whose sweep goes with the rest of it. Raises PlanError."""
    sweep = plan.sweep
    if sweep is None:
        return
    if sweep.is_of_target and not plan.request.uses_embedded_target:
        raise PlanError(
            "sweep",
            f"--sweep {sweep.knob} says how the embedded target behaves, not a URL of your own; leave out the URL, or "
            "sweep over concurrency.",
        )
    if plan.concurrency == "article" and "concurrency" in OPTIONS[sweep.knob]:
        raise PlanError(
            "sweep",
            f"--sweep {sweep.knob} says how many requests are in flight, and so does concurrency 'article'; leave one "
            "of them out.",
        )
    if sweep.knob == "workload" and (plan.request.url != "/" or plan.request.body is not None):
        raise PlanError("sweep", "A workload says what to send and to get; leave out the URL and the body.")
    if plan.request.url != "/" and sweep.knob == "body-size":
        raise PlanError(
            "sweep", f"--sweep body-size is the size of the page at /, not at {shortened(plan.request.url)}."
        )
    if sweep.knob == "capacity" and len({value.endswith("/s") for value in sweep.values}) > 1:
        raise PlanError(
            "sweep", "--sweep capacity takes values of one kind: all a second, such as 45/s, or all at once."
        )
    if plan.start_up:
        raise PlanError("sweep", "--start-up is for a single run; leave it out, or --sweep.")
    lanes = len(sweep.values) * len(plan.modes)
    if lanes > MAX_LANES:
        raise PlanError(
            "sweep",
            f"{len(sweep.values)} points of {len(plan.modes):,} modes are {lanes:,} runs of a mode in each round, and "
            f"up to {MAX_LANES} are allowed; choose fewer.",
        )
    widest = widest_of(sweep)
    if plan.requests is not None and widest > plan.requests:
        raise PlanError(
            "sweep",
            f"{plan.requests:,} requests are never more than that in flight, so {widest:,} of them can't be; give more "
            "with -n, or leave it out.",
        )
    if plan.budget_s < len(sweep.values):
        raise PlanError(
            "sweep",
            f"A budget of {plan.budget_s:g} s is less than a second for each of {len(sweep.values)} points; give more.",
        )
    try:
        for _ in points_of(plan):
            pass
    except PlanError as error:
        raise PlanError("sweep", str(error)) from None


def widest_of(sweep: Sweep) -> int:
    """The most requests that a point has in flight, where the sweep says that; else 0."""
    match sweep.knob:
        case "concurrency":
            return max(map(int, sweep.values))
        case "workload":
            return max(parse_workload(value).in_flight for value in sweep.values)
    return 0


def _changes_of_workload(plan: Plan, workload: Workload) -> dict[str, Any]:
    request, scenario = plan.request, plan.scenario
    if workload.posts:
        headers = request.headers
        if "content-type" not in {name.lower() for name, _ in headers}:
            headers = (*headers, ("Content-Type", "application/octet-stream"))
        body = (b"0123456789abcdef" * (workload.body_bytes // 16 + 1))[: workload.body_bytes]
        request = replace(request, url=MIRROR_PATH, method="POST", data=body, headers=headers)
    else:
        scenario = scenario.change(body_bytes=workload.body_bytes)
    return {"concurrency": workload.in_flight, "request": request, "scenario": scenario}


def _check_values(knob: Knob, values: list[str]) -> None:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise PlanError("sweep", f"--sweep {knob} has {shortened(twice)!r} twice; give each value once.")
    if len(values) < MIN_POINTS:
        raise PlanError(
            "sweep", f"--sweep {knob} has one value, which is no curve; give {MIN_POINTS} or more, with commas."
        )
    if len(values) > MAX_POINTS:
        raise PlanError("sweep", f"--sweep takes up to {MAX_POINTS} values, not {len(values):,}; leave some out.")

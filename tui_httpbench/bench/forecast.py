"""How long a run will take, told before it starts: from its plan and what clients and starts usually cost."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass

from tui_httpbench.analysis.few_rounds import ADVISED_ROUNDS, MIN_ROUNDS, rounded_down
from tui_httpbench.bench.start_limits import COLD_LIMIT_S
from tui_httpbench.bench.start_limits import ROUNDS as START_ROUNDS
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.plan import (
    AUTO,
    AUTO_DURATION_ROUNDS,
    MAX_AUTO_DURATION_S,
    WARMUP_REQUESTS,
    Plan,
)
from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.plan.sweep_values import mean_ms
from tui_httpbench.text.formatting import format_duration, format_wait

COLD_START_S = 1.2
"""Seconds of an import with nothing compiled yet."""
START_S = 0.6
"""Processor seconds of a worker's start and imports, of its end, and of what a script's start is
measured by; all processors share those of a round."""
CONTEXT_CPU_S = 0.065
"""Processor seconds of a request whose client builds a TLS context."""
CONNECT_CPU_S = 0.006
"""Processor seconds of another request with a client and a connection of its own."""
REQUEST_CPU_S = 0.0015
"""Processor seconds of a request over a kept connection."""
READ_BYTES_PER_S = 200e6

_DELAY_PATH = re.compile(r"/delay/(\d+(?:\.\d+)?)", re.ASCII)


@dataclass(frozen=True)
class Forecast:
    """How long a run takes, in seconds; ``is_bound`` where it can't take longer, but for the round under way."""

    seconds: float
    is_bound: bool


def forecast(plan: Plan, processors: int | None = None) -> Forecast | None:
    """How long the plan's run will take, rather too long than too short; None where only its first round can tell.

    ``processors`` is how many can start workers at once, those of this machine unless given.
    """
    processors = processors or os.cpu_count() or 1
    if points := plan.points():
        return _of_points([forecast(point, processors) for _, point in points])
    round_s = _round_s(plan, processors)
    if round_s is None:
        return None
    probes_s = _start_s(plan, processors)
    whole_s = probes_s + plan.max_rounds * round_s
    if plan.start_up:
        libraries = len({mode_of(label).library.name for label in plan.modes})
        whole_s += min(COLD_LIMIT_S, COLD_START_S * libraries * min(plan.max_rounds, START_ROUNDS))
    if plan.rounds != AUTO:
        return Forecast(whole_s, is_bound=False)
    if probes_s + round_s > plan.budget_s:
        # One round is made in any case.
        return Forecast(probes_s + round_s, is_bound=False)
    return Forecast(min(plan.budget_s, whole_s), is_bound=True)


def _of_points(forecasts: list[Forecast | None]) -> Forecast | None:
    """All points of a sweep together."""
    known = [each for each in forecasts if each is not None]
    if len(known) < len(forecasts):
        return None
    return Forecast(sum(each.seconds for each in known), all(each.is_bound for each in known))


def too_few_rounds(plan: Plan, processors: int | None = None) -> str:
    """That the budget has no time for as many rounds as decide something, and what to write instead; else empty."""
    if points := plan.points():
        if any(too_few_rounds(point, processors) for _, point in points):
            return (
                f"The budget of {format_duration(plan.budget_s)} has time for one round of some points of this sweep, "
                "which decides nothing: give a longer one, or fewer points."
            )
        return ""
    duration_s = plan.load.seconds()
    is_told = plan.rounds == AUTO and len(plan.modes) > 1 and plan.requests is None
    if not is_told or duration_s is None:
        return ""
    processors = processors or os.cpu_count() or 1
    round_s = _round_s(plan, processors) or 0.0
    left_s = plan.budget_s - _start_s(plan, processors)
    if left_s >= MIN_ROUNDS * round_s:
        return ""
    longer = forecast(plan.replace(rounds=ADVISED_ROUNDS), processors)
    takes = "" if longer is None else f", which takes {describe_duration(longer)}"
    shorter_s = rounded_down((left_s / ADVISED_ROUNDS - round_s) / len(plan.modes) + duration_s)
    instead = "" if shorter_s is None else f", or -z {shorter_s:g}"
    return (
        f"The budget of {format_duration(plan.budget_s)} has time for one round of this, which decides nothing: give "
        f"-r {ADVISED_ROUNDS}{takes}{instead}."
    )


def describe_duration(duration: Forecast | None) -> str:
    """The forecast in words, rounded up: ``at most 30 s``, ``about 4 min 30 s``, ``known after the first round``."""
    if duration is None:
        return "known after the first round"
    return f"{'at most' if duration.is_bound else 'about'} {format_wait(duration.seconds, exact=duration.is_bound)}"


def _round_s(plan: Plan, processors: int) -> float | None:
    """One round of all modes, its start-up included."""
    start_s = _start_s(plan, processors) + sum(WARMUP_REQUESTS * _request_s(plan, mode_id) for mode_id in plan.modes)
    if plan.load.is_automatic:
        share_s = plan.budget_s / AUTO_DURATION_ROUNDS
        least_s, most_s = (
            start_s + sum(max(duration_s, _request_s(plan, mode_id)) for mode_id in plan.modes)
            for duration_s in (plan.least_auto_s, MAX_AUTO_DURATION_S)
        )
        return min(max(share_s, least_s), most_s)
    if not plan.load.is_timed and not plan.request.uses_embedded_target:
        return None
    return start_s + sum(_load_s(plan, mode_id) for mode_id in plan.modes)


def _start_s(plan: Plan, processors: int) -> float:
    return len(plan.modes) * START_S / min(processors, len(plan.modes))


def _load_s(plan: Plan, mode_id: str) -> float:
    """What one mode measures in a round."""
    requests, seconds = plan.load.requests, plan.load.seconds()
    batch_s = _request_s(plan, mode_id) if requests is None else _batch_s(plan, mode_id, requests)
    if seconds is None:
        return batch_s
    # The batch that is under way when the seconds are over is finished.
    return max(seconds, batch_s) if requests is None else seconds + batch_s


def _batch_s(plan: Plan, mode_id: str, requests: int) -> float:
    """A number of requests, as many in flight as the plan says: whichever of their limits takes longest."""
    wait_s, cpu_s = _wait_s(plan, mode_id), _cpu_s(plan, mode_id)
    turns = math.ceil(requests / plan.in_flight(mode_id))
    limits_s = [turns * (wait_s + cpu_s), wait_s + requests * cpu_s]
    if plan.request.uses_embedded_target:
        service_s, capacity = _service_s(plan), plan.scenario.capacity
        if capacity.per_second is not None:
            limits_s.append(wait_s + (requests - 1) / capacity.per_second)
        if capacity.at_once is not None:
            limits_s.append(wait_s + math.ceil(requests / capacity.at_once) * service_s)
    return max(limits_s)


def _request_s(plan: Plan, mode_id: str) -> float:
    """One request alone."""
    return _wait_s(plan, mode_id) + _cpu_s(plan, mode_id)


def _wait_s(plan: Plan, mode_id: str) -> float:
    """How long a request waits for network and target; nothing is known of those of the user's own URL."""
    if not plan.request.uses_embedded_target:
        return 0.0
    scenario = plan.scenario
    trips = 1 if mode_of(mode_id).kept else 1 + _connect_trips(scenario)
    return trips * scenario.rtt_ms / 1e3 + _service_s(plan)


def _connect_trips(scenario: Scenario) -> int:
    """Round trips of a new connection: TCP's one, and that of TLS 1.3."""
    return 2 if scenario.tls else 1


def _service_s(plan: Plan) -> float:
    delay = _DELAY_PATH.match(plan.request.url)
    return (mean_ms(plan.scenario.service_time) + (float(delay[1]) if delay else 0.0)) / 1e3


def _cpu_s(plan: Plan, mode_id: str) -> float:
    """What a request computes, its page included; httpx builds a TLS context for each client, requests for https."""
    mode = mode_of(mode_id)
    embedded = plan.request.uses_embedded_target
    is_https = plan.scenario.tls if embedded else plan.request.url.lower().startswith("https:")
    page_s = plan.scenario.body_bytes / READ_BYTES_PER_S if embedded else 0.0
    if mode.kept:
        return REQUEST_CPU_S + page_s
    builds_context = mode.library.name == "httpx" or (mode.library.name == "requests" and is_https)
    return (CONTEXT_CPU_S if builds_context else CONNECT_CPU_S) + page_s

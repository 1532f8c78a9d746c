"""A plan as the screens tell it: in a line, and each of its fields; plan/in_words.py has what reports tell as well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_httpbench.analysis.few_rounds import ADVISED_ROUNDS
from tui_httpbench.analysis.looks import LOOKS
from tui_httpbench.bench.forecast import describe_duration, forecast, too_few_rounds
from tui_httpbench.plan.in_words import format_rounds
from tui_httpbench.plan.plan import (
    ARTICLE,
    AUTO,
    MAX_AUTO_ROUNDS,
    WARMUP_REQUESTS,
    Concurrency,
    Duration,
    Plan,
    Profile,
    Rounds,
)
from tui_httpbench.text.formatting import format_duration, plural, rough_time
from tui_httpbench.text.hiding import drop_secrets
from tui_httpbench.text.quoting import printable, shortened

if TYPE_CHECKING:
    from tui_httpbench.analysis.result import Result

MAX_URL_LENGTH = 90
"""So long a URL stands with the rest in two lines of 80 columns."""
_PLAIN_URL = re.compile(r"https?://[\w.-]+(?::\d{1,5})?(?:/[\w.~/-]*)?", re.IGNORECASE | re.ASCII)
"""One without a user, parameters or signs in percent: of its parts, only a JWT may be a secret."""
_AS_LONG_AS_FITS = "so long that five rounds fill the budget"


def plan_in_short(plan: Plan, url: str | None = None) -> str:
    """A plan in one line, with the URL that its requests go to once that is known."""
    request = plan.request
    typed = "the embedded target" if request.uses_embedded_target else request.hiding.hide(drop_secrets(request.url))
    where = url or typed
    return f"{size_in_short(plan)} · {request.method} {printable(where)}"


def work_in_short(plan: Plan) -> str:
    """What is measured under which conditions: ``8 modes · 10 in flight · the embedded target: HTTP, 1 kB page``.

    Of variants it says what each is made of: ``@A httpx==0.27.2, @B httpx==0.28.1``. How many rounds, and at which
    port, is left to those who know it.
    """
    request, scenario = plan.request, plan.scenario
    if request.uses_embedded_target:
        path = "" if request.url == "/" else f"{printable(request.hiding.hide(drop_secrets(request.url)))} at "
        # The size of the page is that of the page at /.
        like = scenario.in_words if not path else ", ".join(scenario.in_words.split(", ")[:-1])
        where = f"{path}the embedded target" + (
            "" if plan.sweep is not None and plan.sweep.is_of_target else f": {like}"
        )
    else:
        where = printable(request.hiding.hide(drop_secrets(request.url)))
    values = "" if plan.sweep is None else f"{plural(len(plan.sweep.values), 'value')} of {plan.sweep.name}"
    modes = " × ".join(filter(None, (plural(len(plan.modes), "mode"), values)))
    in_flight = "article's load" if plan.concurrency == ARTICLE else f"{plan.concurrency:,} in flight"
    if plan.sweep is not None and plan.sweep.knob in ("concurrency", "workload"):
        in_flight = ""
    method = "" if request.method == "GET" else f"{request.method} "
    versions = ", ".join(f"@{variant.label} {printable(variant.in_words)}" for variant in plan.variants)
    return " · ".join(filter(None, (modes, versions, in_flight, f"{method}{where}")))


def size_in_short(plan: Plan) -> str:
    """How much a plan measures: ``8 modes × 2 s × 5 rounds``, ``4 modes × 7 values × up to 30 rounds``."""
    points = "" if plan.sweep is None else plural(len(plan.sweep.values), "value")
    parts = (plural(len(plan.modes), "mode"), points, load_in_short(plan), format_rounds(plan))
    return " × ".join(filter(None, parts))


def load_in_short(plan: Plan) -> str:
    """What a mode does in a round: ``20 requests``, ``2 s``, ``batches of 100 for 2 s``; empty where that is open."""
    load = plan.load
    if load.exact_requests is not None:
        return plural(load.exact_requests, "request")
    seconds = load.seconds()
    if seconds is None:
        return ""
    batches = "" if load.requests is None else f"batches of {load.requests:,} for "
    return f"{batches}{format_duration(seconds)}"


def describe_run(plan: Plan) -> str:
    """How long a run of the plan will take and what it will do, in a line or two."""
    method = "" if plan.request.method == "GET" else f"{plan.request.method} "
    what, whom = size_in_short(plan), _describe_place(plan)
    if plan.total_requests is not None and not plan.request.uses_embedded_target:
        # Whoever else has to answer them should know how many there are.
        what = f"{what} = {plural(plan.total_requests, f'{method}request')}"
    elif method:
        whom = f"{whom} with {method.strip()}"
    duration = describe_duration(forecast(plan))
    if too_few_rounds(plan):
        enough = describe_duration(forecast(plan.replace(rounds=ADVISED_ROUNDS)))
        one = size_in_short(plan.replace(rounds=1))
        what = f"{one}, which decides nothing ({plural(ADVISED_ROUNDS, 'round')}: {enough})"
    return f"{duration[:1].upper()}{duration[1:]}: {what} against {whom}"


def describe_requests(requests: int | None, duration_s: Duration | None, *, are_wrong: bool = False) -> str:
    """What the number of requests means beside a duration; None stands for an empty field."""
    if are_wrong:
        return "per mode and round; 10k and 1m are allowed"
    if requests is None:
        return "empty: as many as the duration has time for"
    if duration_s is None or duration_s == AUTO:
        return f"{plural(requests, 'request')} per mode and round"
    return f"whole batches of {requests:,} until {format_duration(duration_s)} are over"


def describe_duration_field(requests: int | None, duration_s: Duration | None, *, are_wrong: bool = False) -> str:
    """What the duration means beside a number of requests; None stands for an empty field."""
    if are_wrong:
        return "seconds measured per mode and round, or auto"
    if duration_s == AUTO:
        return f"auto: {_AS_LONG_AS_FITS}"
    if duration_s is not None and requests is None:
        return f"{format_duration(duration_s)} measured per mode and round"
    if duration_s is not None:
        return describe_requests(requests, duration_s)
    if requests is None:
        return f"empty is auto: {_AS_LONG_AS_FITS}"
    return f"empty or auto: as long as {plural(requests, 'request')} take"


def describe_concurrency(concurrency: Concurrency | None, requests: int | None, *, sweeps: bool = False) -> str:
    """What a concurrency means, where a sweep does not say it instead; None stands for values that can't be read."""
    if concurrency is None:
        return "how many requests are in flight at once, or article"
    if concurrency == ARTICLE:
        every = "all of the requests" if requests is None else f"all {requests:,}"
        return f"sync modes one at a time, async modes {every} at once"
    if sweeps:
        return "the sweep says how many are in flight"
    width = concurrency if requests is None else min(concurrency, requests)
    if width == 1:
        return "every mode sends one request at a time"
    return f"{width:,} at once for every mode, in threads or tasks"


def describe_rounds(rounds: Rounds | None, plan: Plan | None = None) -> str:
    """What a number of rounds means, in this plan where it can be read; None stands for a value that can't be read."""
    if rounds is None:
        return "how often each mode is measured, or auto"
    if plan is not None and too_few_rounds(plan):
        return f"auto: one fits the budget, and decides nothing; {ADVISED_ROUNDS} or more do"
    if rounds == AUTO:
        return f"auto: until decided, {LOOKS[0]} to {MAX_AUTO_ROUNDS} rounds"
    return f"each in fresh processes, after {WARMUP_REQUESTS} warm-up requests"


def describe_budget(rounds: Rounds | None) -> str:
    """What the budget means for such rounds."""
    if rounds is None or rounds == AUTO:
        return "seconds in all; a round that has begun is finished"
    return "seconds; counts only where rounds is auto"


def describe_profile(chosen: Profile | None, concurrency: Concurrency | None) -> str:
    """Which settings the clients will have; None stands for no choice and an unreadable value."""
    if chosen is None and concurrency is None:
        return "a number means equal settings, article the libraries' own"
    if chosen == "equal" or (chosen is None and concurrency != ARTICLE):
        return "equal: same redirects, pool, certificates"
    return "defaults: every library's own settings"


def more_rounds_of(result: Result) -> int:
    """How many rounds going on with a run will make; about so many where it decides that itself."""
    # Here, since the form waits for no array library.
    from tui_httpbench.bench.round_schedule import RoundSchedule

    made = max(record.round for record in result.records)
    return RoundSchedule(result.plan.replace(rounds_before=made)).rounds_in_sight - made


def describe_more_rounds(result: Result) -> str:
    """How many rounds going on with a run will make, and how long they take at the pace of its last whole one."""
    from tui_httpbench.analysis.outlook import last_round_wall_s

    plan, rounds = result.plan, more_rounds_of(result)
    seconds = rounds * last_round_wall_s(result.records)
    if plan.rounds == AUTO:
        return f"about {rounds}, at most {rough_time(plan.budget_s)}, or until all is decided"
    return f"{rounds}, about {rough_time(seconds)}" if seconds else f"{rounds}"


def _describe_place(plan: Plan) -> str:
    url, scenario = plan.request.url, plan.scenario
    if url == "/":
        first, *rest = scenario.in_words.split(", ")
        more = " …" if len(rest) > 1 else ""
        return f"the embedded target ({scenario.name}: {', '.join([first, *rest[:1]])}{more})"
    if plan.request.uses_embedded_target:
        # The size of the page is that of the page at /.
        return f"{url} at the embedded target (scenario {scenario.name})"
    trust = ", certificates not checked" if plan.insecure else ""
    hiding = plan.request.hiding
    # The rules for what may be a secret are compiled when they are first asked, which the first sight can do without.
    is_plain = not hiding.values and _PLAIN_URL.fullmatch(url) is not None and "eyJ" not in url
    shown = url if is_plain else printable(hiding.hide(drop_secrets(url)))
    return f"{shortened(shown, MAX_URL_LENGTH)}{trust}"

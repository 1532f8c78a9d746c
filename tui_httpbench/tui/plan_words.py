"""What a plan and its fields mean, in a few words each."""

from __future__ import annotations

from urllib.parse import urlsplit

from tui_httpbench.analysis.comparison import LOOKS
from tui_httpbench.formatting import format_rounds, plural
from tui_httpbench.plan import ARTICLE, AUTO, MAX_AUTO_ROUNDS, WARMUP_REQUESTS, Concurrency, Plan, Profile, Rounds


def describe_run(plan: Plan) -> str:
    """What a run of the plan will do, in a line or two."""
    method = "" if plan.request.method == "GET" else f"{plan.request.method} "
    modes = plural(len(plan.modes), "mode")
    if plan.total_requests is None:
        what = f"{modes} × {plural(plan.requests, f'{method}request')} × {format_rounds(plan)} or {plan.budget_s:g} s"
    else:
        total = plural(plan.total_requests, f"{method}request")
        what = f"{modes} × {plural(plan.requests, 'request')} × {format_rounds(plan)} = {total}"
    return f"{what} against {_describe_place(plan)}"


def describe_concurrency(concurrency: Concurrency | None, requests: int | None) -> str:
    """What a concurrency means; None stands for values that can't be read."""
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
    """What a number of rounds means; None stands for a value that can't be read."""
    if rounds is None:
        return "how often each mode is measured, or auto"
    if rounds == AUTO:
        return f"auto: until decided, {LOOKS[0]} to {MAX_AUTO_ROUNDS} rounds"
    return f"each in fresh processes, after {WARMUP_REQUESTS} warm-up requests"


def describe_budget(rounds: Rounds | None) -> str:
    """What the budget means for such rounds."""
    if rounds is None or rounds == AUTO:
        return f"seconds; no later round begins, unless {LOOKS[0]} need it"
    return "seconds; counts only where rounds is auto"


def describe_profile(chosen: Profile | None, concurrency: Concurrency | None) -> str:
    """Which settings the clients will have; None stands for no choice and an unreadable value."""
    if chosen is None and concurrency is None:
        return "a number means equal settings, article the libraries' own"
    if chosen == "equal" or (chosen is None and concurrency != ARTICLE):
        return "equal: redirects, pool, certificates alike for all"
    return "defaults: every library's own settings"


def _describe_place(plan: Plan) -> str:
    url, scenario = plan.request.url, plan.scenario
    if url == "/":
        first, *rest = scenario.in_words.split(", ")
        more = [*rest[:1], *(["…"] if len(rest) > 1 else [])]
        return f"the embedded target ({scenario.name}: {', '.join([first, *more])})"
    if plan.request.uses_embedded_target:
        # The size of the page is that of the page at /.
        return f"{url} at the embedded target (scenario {scenario.name})"
    parts = urlsplit(url)
    trust = ", certificates not checked" if plan.insecure else ""
    return f"{parts.scheme.lower()}://{parts.netloc}{trust}"

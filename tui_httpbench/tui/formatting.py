"""Numbers and plans as only the screens print them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable

from textual.renderables.digits import Digits

from tui_httpbench.plan.in_words import format_rounds
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import format_clock, format_duration, format_ms, plural
from tui_httpbench.text.hiding import drop_secrets
from tui_httpbench.text.quoting import printable


def format_short(number: float) -> str:
    """A number in at most five characters: ``987``, ``41.9k``, ``2.41M``."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit * 0.9995:
            return f"{format_ms(number / limit)}{unit}"
    return f"{number:.0f}"


def format_seconds(seconds: float) -> str:
    """A duration in seconds to three digits, so that all of a chart have one unit: ``12.3 s``, ``0.0451 s``."""
    return f"{seconds:,.{seconds_decimals(seconds)}f} s"


def seconds_decimals(seconds: float) -> int:
    """The decimals of seconds that make three digits of a duration; six at most."""
    decimals = 2 - math.floor(math.log10(seconds)) if seconds > 0 else 0
    return min(max(decimals, 0), 6)


def format_stopwatch(seconds: float) -> str:
    """A time with its tenths: ``0:12.4``."""
    tenths = int(seconds * 10)
    return f"{format_clock(tenths // 10)}.{tenths % 10}"


def format_short_clock(seconds: float) -> str:
    """A time without seconds from an hour on: ``59:59``, ``1h15``."""
    minutes = int(seconds) // 60
    return format_clock(seconds) if minutes < 60 else f"{minutes // 60}h{minutes % 60:02}"


def widest_fitting_digits(candidates: Iterable[str], cells: int) -> str | None:
    """The first text whose large digits fit into ``cells``, or None."""
    return next((text for text in candidates if Digits.get_width(text) <= cells), None)


def whole_parts(text: str, columns: int, between: str = " · ") -> str:
    """As many parts of a text as fit, from the left; where not even the first does, as many words."""
    parts = text.split(between)
    while len(parts) > 1 and len(between.join(parts)) > columns:
        del parts[-1]
    fitting = between.join(parts)
    return fitting if len(fitting) <= columns else textwrap.shorten(fitting, max(columns, 1), placeholder="…")


def plan_in_short(plan: Plan, url: str | None = None) -> str:
    """A plan in one line, with the URL that its requests go to once that is known."""
    request = plan.request
    typed = "the embedded target" if request.uses_embedded_target else request.hiding.hide(drop_secrets(request.url))
    where = url or typed
    return f"{size_in_short(plan)} · {request.method} {printable(where)}"


def size_in_short(plan: Plan) -> str:
    """How much a plan measures: ``8 modes × 2 s × 5 rounds``, ``8 modes × 20 requests × up to 30 rounds``."""
    return " × ".join(filter(None, (plural(len(plan.modes), "mode"), load_in_short(plan), format_rounds(plan))))


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

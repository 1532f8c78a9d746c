"""A plan in words: what a mode does in a round, and how many rounds there are."""

from __future__ import annotations

from tui_httpbench.plan.plan import AUTO, Plan
from tui_httpbench.text.formatting import format_duration, plural


def format_load(plan: Plan, duration_s: float | None = None, longest_s: float | None = None) -> str:
    """What a mode does in a round: ``100 requests``, ``0.1 to 0.36 s``, ``batches of 100 requests for 2 s``.

    ``duration_s`` are the seconds that an automatic duration came to, None where they aren't known yet; ``longest_s``
    those of the longest round, where they were not the same in all.
    """
    requests = "" if plan.load.requests is None else plural(plan.load.requests, "request")
    if not plan.load.is_timed:
        return requests
    seconds = plan.load.seconds(duration_s)
    if seconds is None:
        return "automatic seconds"
    if requests:
        return f"batches of {requests} for {format_duration(seconds)}"
    shown, longest = format_duration(seconds), format_duration(longest_s or seconds)
    if plan.load.is_automatic and longest != shown:
        shown = f"{shown.removesuffix(' s') if shown.endswith(' s') and longest.endswith(' s') else shown} to {longest}"
    # Rounds that are automatic too say so behind their own number.
    return f"{shown}{' (auto)' if plan.load.is_automatic and plan.rounds != AUTO else ''}"


def format_rounds(plan: Plan) -> str:
    """How many rounds a plan has: ``3 rounds``, ``up to 30 rounds``."""
    rounds = plural(plan.max_rounds, "round")
    return f"up to {rounds}" if plan.rounds == AUTO else rounds


def format_rounds_made(plan: Plan, made: int) -> str:
    """How many rounds a run took: ``5 rounds (auto)``, ``3 rounds``, ``2 of 3 rounds``."""
    if plan.rounds == AUTO:
        return f"{plural(made, 'round')} (auto)"
    return plural(made, "round") if made >= plan.max_rounds else f"{made:,} of {plural(plan.max_rounds, 'round')}"

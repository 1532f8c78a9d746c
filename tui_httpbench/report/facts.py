"""How a run was measured, in a few named lines that every report can carry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tui_httpbench import __version__
from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.in_words import format_load, format_rounds, format_rounds_made
from tui_httpbench.plan.plan import ARTICLE
from tui_httpbench.plan.shape import shape_in_words
from tui_httpbench.text.formatting import format_percent, plural
from tui_httpbench.text.quoting import printable

_DIGITS = 12
"""Of the digest of a client file: enough to tell two apart."""
METHOD = (
    "in each round a fresh process for every mode, which take turns in slices of some tens of milliseconds, in a "
    "shuffled order; compared round by round, all intervals hold together in 95 of 100 runs"
)


def load_in_words(result: Result) -> str:
    """``8 modes × 100 requests × 5 rounds``."""
    plan = result.plan
    rounds = format_rounds_made(plan, result.rounds_done) if result.records else format_rounds(plan)
    return " × ".join((plural(len(plan.modes), "mode"), format_load(plan, *result.measured_s), rounds))


def width_in_words(result: Result) -> str:
    """``10 in flight``; how the article had it where it is as in the article."""
    plan = result.plan
    if plan.concurrency == ARTICLE:
        return "sync modes one by one, async modes all at once"
    return f"{plan.in_flight(plan.modes[0]):,} in flight"


def versions_of(result: Result) -> list[str]:
    """The interpreter, the libraries that were measured as they are here, and the client files of the user's own."""
    # What variants ran is said of each of them.
    used = dict.fromkeys(mode_of(mode).library for mode in result.plan.modes if result.plan.variant_of(mode) is None)
    packages = result.environment.packages
    libraries = [f"{each.distribution} {packages[each.distribution]}" for each in used if each.distribution in packages]
    files = [f"{own.path.name} {own.sha256[:_DIGITS]}" for own in result.own_files]
    return [printable(text) for text in (result.environment.python, *libraries, *files)]


def machine_in_words(environment: Environment) -> str:
    """The system, its processors, and what else was going on: ``Linux-6.1, 2 CPUs; other processes used 3 %``."""
    share = environment.other_cpu_share
    parts = [
        f"{environment.platform}, {plural(environment.cpu_count, 'CPU')}",
        environment.pinning,
        "" if environment.governor is None else f"governor {environment.governor}",
        "" if share is None else f"other processes used {format_percent(share)} of all processors",
    ]
    return printable("; ".join(filter(None, parts)))


def target_in_words(result: Result) -> str:
    """What was asked: ``the embedded target, scenario loopback``."""
    if not result.plan.request.uses_embedded_target:
        return "a URL of one's own"
    scenario = result.plan.scenario
    return f"the embedded target, scenario {scenario.name}" + (f": {scenario.in_words}" if scenario.in_words else "")


def moment_in_words(moment: str | None) -> str:
    """A time of day as people read it: ``2026-11-26 20:18:34 +01:00``; as it is where it is none."""
    try:
        return datetime.fromisoformat(moment or "").isoformat(" ", "seconds")[:19] + _zone(moment or "")
    except ValueError:
        return printable(moment or "")


def how_measured(result: Result) -> Iterator[tuple[str, str]]:
    """Name and value of each line, the most telling first."""
    plan = result.plan
    parts = (load_in_words(result), width_in_words(result), shape_in_words(plan.request), f"profile {plan.profile}")
    yield "Load", "; ".join(filter(None, (*parts, f"seed {plan.seed}")))
    if result.started_at is not None:
        yield "Date", moment_in_words(result.started_at)
    yield "Versions", ", ".join(versions_of(result))
    for variant in variant_labels(result):
        yield f"Variant {variant.label}", printable(variant.in_words)
    yield "Target", printable(target_in_words(result))
    yield "Machine", machine_in_words(result.environment)
    yield "Method", f"{METHOD} (httpbench-tui {__version__})"


def _zone(moment: str) -> str:
    offset = datetime.fromisoformat(moment).strftime("%z")
    return f" {offset[:3]}:{offset[3:5]}" if offset not in ("", "+0000") else " UTC" if offset else ""

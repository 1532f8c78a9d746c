"""What every report of a sweep says beside its curves: what was asked, how much, with what, and what theory says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui_httpbench import __version__
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_theory import most_per_second
from tui_httpbench.analysis.sweep_words import all_round_trips
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.plan.in_words import format_load
from tui_httpbench.plan.plan import ARTICLE
from tui_httpbench.plan.shape import shape_in_words
from tui_httpbench.report.facts import machine_in_words, moment_in_words, versions_of
from tui_httpbench.text.formatting import UNKNOWN, format_duration, format_percent, format_rate, plural, plural_range
from tui_httpbench.text.hiding import drop_secrets
from tui_httpbench.text.markdown_table import Side
from tui_httpbench.text.quoting import printable, shown_url

METHOD = (
    "in each round every point has its turn, in a shuffled order, with fresh processes that take turns in slices of "
    "some tens of milliseconds; compared round by round, all that is called sure of any point holds together in 95 "
    "of 100 sweeps, each interval of a single figure for itself"
)


@dataclass(frozen=True)
class TheoryTable:
    """What was measured beside what theory says; each heading with the side that its column is aligned to."""

    title: str
    columns: dict[str, Side]
    rows: tuple[tuple[str, ...], ...]


def target_of_sweep(result: SweepResult) -> str:
    """What was asked, and the values: ``GET / at the embedded target over round trip (ms): 0, 5, 20``."""
    return f"{asked_of_sweep(result)}: {', '.join(result.sweep.values)}"


def asked_of_sweep(result: SweepResult) -> str:
    """The method, where requests went, and over what: ``GET / at the embedded target over round trip (ms)``."""
    request = result.plan.request
    own = request.hiding.hide(drop_secrets(request.url))
    where = f"{shown_url(own)} at the embedded target" if request.uses_embedded_target else shown_url(result.url)
    return "Workloads" if result.sweep.knob == "workload" else f"{request.method} {where} over {result.sweep.title}"


def how_in_words(result: SweepResult) -> str:
    """How much was measured: ``8 modes × 8 points × 5 rounds of 0.21 to 0.35 s; profile equal``."""
    plan = result.plan
    made = [max((record.round for record in point.result.records), default=0) for point in result.points]
    rounds = f"{plural_range(made, 'round')} of {_load(result)}"
    parts = (plural(len(plan.modes), "mode"), plural(len(result.points), "point"), rounds)
    width = ""
    if plan.concurrency == ARTICLE:
        width = "; as in the article"
    elif result.sweep.knob not in ("concurrency", "workload"):
        width = f"; {plan.concurrency:,} in flight"
    shape = f"; {way}" if (way := shape_in_words(plan.request)) else ""
    return f"{' × '.join(parts)}{width}{shape}; profile {plan.profile}; seed {plan.seed}"


def _load(result: SweepResult) -> str:
    """What a mode did in a round."""
    if not result.plan.load.is_automatic:
        return format_load(result.plan)
    seconds = sorted(
        record.elapsed_s
        for point in result.points
        for record in point.result.records
        if record.outcome == "complete" and record.elapsed_s
    )
    if not seconds:
        return "automatic seconds"
    low, high = format_duration(seconds[0]), format_duration(seconds[-1])
    return low if low == high else f"{low} to {high}"


def versions_in_words(result: SweepResult) -> str:
    """The interpreter and the libraries."""
    return ", ".join(versions_of(result.measured_result))


def how_measured(result: SweepResult) -> Iterator[tuple[str, str]]:
    """Name and value of each line on how it was measured, the most telling first."""
    first = result.measured_result
    yield "Load", how_in_words(result)
    if result.started_at is not None:
        yield "Date", moment_in_words(result.started_at)
    yield "Versions", versions_in_words(result)
    for variant in variant_labels(first):
        yield f"Variant {variant.label}", printable(variant.in_words)
    if result.plan.request.uses_embedded_target:
        scenario = result.plan.scenario
        yield "Target", printable(f"the embedded target, scenario {scenario.name}: {scenario.in_words}")
    yield "Machine", machine_in_words(result.environment)
    yield "Method", f"{METHOD} (httpbench-tui {__version__})"


def moment(result: SweepResult) -> str:
    """When it began, as the end of a line; empty where that is not known."""
    return f"; {moment_in_words(result.started_at)}" if result.started_at else ""


def theory_rows(result: SweepResult) -> TheoryTable | None:
    """What was measured beside what theory says; None where theory says nothing of this knob."""
    if trips := all_round_trips(result):
        rows = tuple(
            (each.lane, f"{each.trips:.2f}", f"{each.low:.2f}–{each.high:.2f}", str(each.expected)) for each in trips
        )
        sides: dict[str, Side] = {"mode": "left", "measured": "right", "95 % interval": "right", "by protocol": "right"}
        return TheoryTable("Round trips of a request", sides, rows)
    if result.sweep.knob not in ("capacity", "service-time"):
        return None
    told = []
    for point in result.measured_points:
        most = {lane: most_per_second(point.result, lane) for lane in result.lanes}
        limits = sorted({limit for limit in most.values() if limit is not None})
        shares = [
            mode.ok_per_second / limit
            for mode in point.result.modes
            if mode.ok_per_second and (limit := most[mode.mode]) is not None
        ]
        allowed = UNKNOWN if not limits else "–".join(dict.fromkeys(map(format_rate, (limits[0], limits[-1]))))
        got = "–".join(dict.fromkeys(map(format_percent, (min(shares), max(shares))))) if shares else UNKNOWN
        told.append((result.sweep.in_words(point.value), allowed, got))
    columns: dict[str, Side] = {result.sweep.name: "left", "at most, requests/s": "right", "lanes get": "right"}
    return TheoryTable("What theory says the target lets through", columns, tuple(told))

"""What a result is of, for its title: where the requests went, how far that is, the load, the day, the versions."""

from __future__ import annotations

from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.plan.in_words import format_load, format_rounds_made
from tui_httpbench.plan.plan import ARTICLE
from tui_httpbench.text.formatting import plural
from tui_httpbench.text.quoting import printable

EMBEDDED = "embedded target"


def place_of_requests(result: Result) -> str:
    """The URL, or the embedded target by name, whose port says nothing: ``POST embedded target /json``."""
    request = result.plan.request
    method = "" if request.method == "GET" else f"{request.method} "
    if not request.uses_embedded_target:
        return f"{method}{printable(result.url)}"
    _, _, path = result.url.partition("://")[2].partition("/")
    return f"{method}{EMBEDDED}{f' /{printable(path)}' if path else ''}"


def circumstances(result: Result) -> list[str]:
    """What the numbers hold for, the most important first: distance, TLS, load, day, versions."""
    plan = result.plan
    parts = []
    if plan.request.uses_embedded_target:
        distance, *others = plan.scenario.in_words.split(", ")[1:]
        is_near = not plan.scenario.rtt_ms
        parts += ["no distance" if is_near else distance, plan.scenario.in_words.split(", ")[0]]
        parts += [", ".join([distance, *others] if is_near else others)]
    elif result.url.lower().startswith("https:"):
        parts.append("TLS")
    width = "article's load" if plan.concurrency == ARTICLE else f"{plan.concurrency:,} in flight"
    made = max((record.round for record in result.records), default=0)
    size = (plural(len(plan.modes), "mode"), format_load(plan, *result.measured_s), format_rounds_made(plan, made))
    parts.insert(min(len(parts), 2), width)
    parts.append(" × ".join(filter(None, size)))
    parts.append((result.started_at or "")[:16].replace("T", " "))
    parts.append(versions(result))
    return [part for part in parts if part]


def versions(result: Result) -> str:
    """Which versions were measured: ``httpx 0.28.1``, those of variants by their labels."""
    measured = {entrant_of(mode.mode).mode.library.distribution for mode in result.modes}
    here = result.environment.packages.items()
    told = [f"{name} {version}" for name, version in here if name in measured]
    told += [
        f"{label.label}: {', '.join(f'{name} {version}' for name, version in label.versions.items())}"
        for label in variant_labels(result)
        if label.versions
    ]
    return printable(", ".join(told))

"""What every report of a run on many hosts says beside its ratios: what was asked, how much, where and with what."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench import __version__
from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.plan.in_words import format_load
from tui_httpbench.plan.shape import shape_in_words
from tui_httpbench.report.facts import moment_in_words, target_in_words, versions_of, width_in_words
from tui_httpbench.text.formatting import format_duration, plural
from tui_httpbench.text.hiding import drop_secrets
from tui_httpbench.text.quoting import printable, shown_url

METHOD = (
    "the same run on each host, all modes of which take turns there in slices of some tens of milliseconds; compared "
    "round by round on each host, and over hosts by the plain mean of one opinion a machine, with Student's interval "
    "(Bakirov and Székely; Ibragimov and Müller); all that is called sure holds together in 95 of 100 runs, each "
    "interval of a mean for itself"
)
STOPPED = "This run ended before its time; this is what had been measured by then."


def target_of_hosts(result: HostsResult) -> str:
    """The method, where requests went, and from how many hosts: ``GET / at the embedded target on 6 hosts``."""
    request = result.plan.request
    own = request.hiding.hide(drop_secrets(request.url))
    where = (
        f"{shown_url(own)} at the embedded target of each" if request.uses_embedded_target else shown_url(result.url)
    )
    of = " of" if request.uses_embedded_target else " from"
    return f"{request.method} {where}{of} {plural(len(result.hosts), 'host')}"


def how_in_words(result: HostsResult) -> str:
    """How much was measured: ``6 hosts × 8 modes × 5 rounds of 0.21 to 0.35 s; 10 in flight; profile equal``."""
    plan = result.plan
    made = sorted(host.whole_rounds for host in result.measured_hosts)
    rounds = (
        "no round"
        if not made
        else plural(made[0], "round")
        if made[0] == made[-1]
        else f"{made[0]} to {made[-1]} rounds"
    )
    hosts = plural(len(result.measured_hosts), "host")
    if len(result.measured_hosts) != len(result.hosts):
        hosts = f"{len(result.measured_hosts):,} of {plural(len(result.hosts), 'host')}"
    load = " × ".join((hosts, plural(len(plan.modes), "mode"), f"{rounds} of {_load(result)}"))
    parts = (load, width_in_words(result.as_run), shape_in_words(plan.request), f"profile {plan.profile}")
    return "; ".join(filter(None, (*parts, f"seed {plan.seed}")))


def _load(result: HostsResult) -> str:
    """What a mode did in a round."""
    if not result.plan.load.is_automatic:
        return format_load(result.plan)
    seconds = sorted(
        record.elapsed_s
        for host in result.measured_hosts
        for record in (host.run.measured.records if host.run.measured is not None else ())
        if record.outcome == "complete" and record.elapsed_s
    )
    if not seconds:
        return "automatic seconds"
    low, high = format_duration(seconds[0]), format_duration(seconds[-1])
    return low if low == high else f"{low} to {high}"


def versions_in_words(result: HostsResult) -> str:
    """The interpreter and the libraries of the first host that measured; what differs elsewhere is noted there."""
    return ", ".join(versions_of(result.measured_result))


def how_measured(result: HostsResult) -> Iterator[tuple[str, str]]:
    """Name and value of each line on how it was measured, the most telling first."""
    yield "Load", how_in_words(result)
    if result.started_at is not None:
        yield "Date", moment_in_words(result.started_at)
    first = next((host.name for host in result.measured_hosts), "")
    if first:
        yield f"Versions on {first}", versions_in_words(result)
    for variant in variant_labels(result.measured_result):
        yield f"Variant {variant.label}", printable(variant.in_words)
    yield "Target", printable(target_in_words(result.as_run))
    yield "Method", f"{METHOD} (httpbench-tui {__version__})"


def moment(result: HostsResult) -> str:
    """When it began, as the end of a line; empty where that is not known."""
    return f"; {moment_in_words(result.started_at)}" if result.started_at else ""


def how_it_ended(result: HostsResult) -> str:
    """That it ended before its time, and why; empty where it did not."""
    if not result.measured_hosts:
        why = "Stopped by the user before anything was measured." if result.stopped else "Nothing was measured."
        return f"Nothing was measured. {printable(result.trouble)}" if result.trouble else why
    if not result.stopped:
        return ""
    how = "Interrupted" if result.interrupted else "Stopped by the user"
    how = "Ended before its time (see the warnings)" if result.trouble else how
    return f"{how}; this is what had been measured by then."

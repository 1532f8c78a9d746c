"""From the records of a run to its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, replace

from tui_httpbench.analysis.all_failed import find_common_failure
from tui_httpbench.analysis.comparison import Comparison
from tui_httpbench.analysis.doubts import find_doubts
from tui_httpbench.analysis.elsewhere import elsewhere_findings
from tui_httpbench.analysis.erratic import find_erratic, find_left_out
from tui_httpbench.analysis.findings import FINDINGS, Finding
from tui_httpbench.analysis.foreign_requests import find_foreign_requests
from tui_httpbench.analysis.late_answers import find_late_answers
from tui_httpbench.analysis.late_connects import find_late_connects
from tui_httpbench.analysis.latency import summarize_latency
from tui_httpbench.analysis.ranking import compare_modes, rank_compared, rank_modes, rules_of
from tui_httpbench.analysis.rate_limit import why_too_much
from tui_httpbench.analysis.result import Environment, LatencySummary, ModeSummary, Rank, Result
from tui_httpbench.analysis.round_answers import find_round_differences, statuses_in_rounds
from tui_httpbench.analysis.same_work import find_differences
from tui_httpbench.analysis.settings_differences import find_repeats
from tui_httpbench.analysis.unkept import find_unkept
from tui_httpbench.analysis.variant_findings import find_in_variants
from tui_httpbench.clients.entrants import entrants_of, lane_of, mode_of
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.remains import Remains, Told
from tui_httpbench.measured.samples import ErrorText
from tui_httpbench.plan.plan import WARMUP_REQUESTS, Plan
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.worker.job import UNTOLD

LACKS_BODY = "The body that was sent is not kept either"
_GIVEN_UP = {"failed": "mode-failed", "crashed": "mode-crashed", "hung": "mode-hung"}
"""The finding's id by the outcome of the round that went wrong."""

_OTHER_ANSWERS = ("no-answer", "other-status", "other-url", "other-body")
"""What a probe's answer can differ in, so that those of the rounds do as well."""


def summarize_run(measured: Measured) -> Result:
    """The result of what was measured; whatever machine this is called on, and whenever, it is the same."""
    plan, records = measured.plan, measured.records
    modes = tuple(_summarize(mode_id, measured) for mode_id in plan.modes)
    rules = rules_of(plan, records)
    compared = compare_modes(modes, records, rules)
    return Result(
        plan=plan,
        url=measured.url,
        environment=_environment(measured),
        modes=modes,
        ranking=rank_compared(modes, compared),
        ranking_cpu=rank_modes(modes, records, rules, yardstick="cpu"),
        findings=_find_all(measured, modes, compared) if measured.remains is None else _told(measured.remains),
        stopped=measured.stopped or measured.interrupted or bool(measured.trouble),
        settings={probe.mode: _settings(probe) for probe in measured.probes if probe.settings},
        made={probe.mode: probe.made for probe in measured.probes if probe.made},
        http_versions={probe.mode: probe.response.http_version for probe in measured.probes if probe.response},
        runtimes={probe.mode: probe.runtime for probe in measured.probes if probe.runtime},
        packages={probe.mode: probe.packages for probe in measured.probes if probe.packages},
        apart=frozenset(probe.mode for probe in measured.probes if probe.environment),
        records=records,
        started_at=measured.started_at,
        ended_at=measured.ended_at,
        duration_s=measured.duration_s,
        own_files=measured.own_files,
        name=measured.name,
        run_id=measured.run_id,
        has_samples=measured.remains is None,
    )


def remains_of(result: Result, *, lacks_body: bool = False) -> Remains:
    """What is to be kept of a result with samples, so that it is the same once they are dropped."""
    return Remains(
        latencies={
            summary.mode: astuple(summary.latency_ms) for summary in result.modes if summary.latency_ms is not None
        },
        findings=tuple(
            Told(finding.id, finding.text, finding.modes)
            for finding in result.findings
            if finding.id != "samples-dropped"
        ),
        lacks_body=lacks_body,
    )


def _summarize(mode_id: str, measured: Measured) -> ModeSummary:
    own = _of_mode(mode_id, measured.records)
    if measured.remains is None:
        return summarize_mode(mode_id, own)
    latencies = measured.remains.latencies.get(mode_id)
    latency_ms = None if latencies is None else LatencySummary(*latencies)
    return replace(summarize_counts(mode_id, own), latency_ms=latency_ms)


def _told(remains: Remains) -> tuple[Finding, ...]:
    """What was found when the samples were there, and that they are not any more."""
    text = (
        "The history keeps no single requests of this run any more: latency curves and the replay are missing. All "
        "other numbers are as they were."
    )
    if remains.lacks_body:
        text += f" {LACKS_BODY}; give it again to run this again."
    dropped = Finding("samples-dropped", text)
    known = [Finding(told.id, told.text, told.modes) for told in remains.findings if told.id in FINDINGS]
    return dropped, *known


def _settings(probe: Probe) -> dict[str, str]:
    version = probe.response.http_version if probe.response else UNTOLD
    left_out = f"{', '.join(probe.left_out)}, which not all clients read; --cacert FILE is for all"
    told = probe.settings | ({"left out": left_out} if probe.left_out else {})
    return {**told, "spoken": UNTOLD if version == UNTOLD else f"HTTP/{version}"}


def rank_so_far(plan: Plan, records: tuple[RoundRecord, ...]) -> tuple[Rank, ...]:
    """The ranking alone, at a cost that does not grow with the number of samples."""
    return rank_modes(summarize_so_far(plan, records), records, rules_of(plan, records))


def summarize_so_far(plan: Plan, records: tuple[RoundRecord, ...]) -> tuple[ModeSummary, ...]:
    """All modes of a plan without latency, at a cost that does not grow with the number of samples."""
    return tuple(summarize_counts(mode_id, _of_mode(mode_id, records)) for mode_id in plan.modes)


def summarize_mode(mode_id: str, records: tuple[RoundRecord, ...]) -> ModeSummary:
    """One mode over its rounds; cut-short rounds count with what they measured."""
    summary = summarize_counts(mode_id, records)
    return replace(summary, latency_ms=summarize_latency([record.samples for record in records]))


def _of_mode(mode_id: str, records: tuple[RoundRecord, ...]) -> tuple[RoundRecord, ...]:
    return tuple(record for record in records if record.mode == mode_id)


def summarize_counts(mode_id: str, records: tuple[RoundRecord, ...]) -> ModeSummary:
    """The summary without latency, from what the rounds add up to."""
    tallies = [record.tally for record in records]
    errors: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    for tally in tallies:
        errors.update(tally.errors)
        statuses.update(tally.statuses)
    errors["hung"] += sum(record.hung_requests for record in records)
    requests, ok = sum(record.requests for record in records), sum(tally.ok for tally in tallies)
    elapsed_s = tuple(record.elapsed_s for record in records if record.elapsed_s is not None)
    # Processor time is known for whole rounds only, so it is divided by their requests only.
    costed = [record for record in records if record.cpu_s is not None and record.finished]
    cpu_s = sum(record.cpu_s or 0.0 for record in costed)
    counted = [record for record in records if record.connections is not None and record.finished]
    connections = sum(record.connections or 0 for record in counted)
    sent = sum(record.finished + _warmup_requests(record) + record.lead_ins for record in counted)
    peaks = [record.peak_memory_bytes for record in records if record.peak_memory_bytes is not None]
    return ModeSummary(
        mode=mode_id,
        library=mode_of(mode_id).library.name,
        requests=requests,
        ok=ok,
        errors={kind: count for kind, count in errors.most_common() if count},
        statuses=dict(sorted(statuses.items())),
        elapsed_s=elapsed_s,
        requests_per_second=requests / sum(elapsed_s) if ok and sum(elapsed_s) > 0 else None,
        latency_ms=None,
        body_bytes=sum(tally.body_bytes for tally in tallies),
        cpu_us_per_request=cpu_s * 1e6 / sum(record.finished for record in costed) if costed else None,
        peak_memory_mib=max(peaks) / 2**20 if peaks else None,
        rounds_done=sum(record.outcome == "complete" for record in records),
        error_texts=_merged_texts(records),
        connections=connections if counted else None,
        requests_per_connection=sent / connections if connections else None,
        note=next((record.reason for record in records if record.reason), ""),
    )


def _merged_texts(records: tuple[RoundRecord, ...]) -> tuple[ErrorText, ...]:
    counts: dict[tuple[str, str], int | None] = {}
    for error in (error for record in records for error in record.error_texts):
        key = (error.kind, error.text)
        before = counts.get(key, 0)
        counts[key] = None if before is None or error.count is None else before + error.count
    return tuple(ErrorText(kind, text, count) for (kind, text), count in counts.items())


def _warmup_requests(record: RoundRecord) -> int:
    return len(record.setup.warmup) if record.setup is not None else WARMUP_REQUESTS


def _environment(measured: Measured) -> Environment:
    # Of this environment alone: what else lanes ran on goes by the lane.
    elsewhere = {probe.mode for probe in measured.probes if probe.environment}
    here = [record for record in measured.records if lane_of(record.mode) not in elsewhere]
    setups = [record.setup for record in here if record.setup is not None]
    packages = {
        name: version for probe in measured.probes if not probe.environment for name, version in probe.packages.items()
    }
    conditions = measured.conditions
    return Environment(
        python=setups[0].python if setups else measured.machine.python,
        platform=measured.machine.platform,
        cpu_count=measured.machine.cpu_count,
        packages=dict(sorted(packages.items())),
        pinning=conditions.pinning if conditions else "",
        governor=conditions.governor if conditions else None,
        other_cpu_share=conditions.other_cpu_share if conditions else None,
        cpu=measured.machine.cpu,
    )


def _find_all(measured: Measured, modes: tuple[ModeSummary, ...], compared: Comparison | None) -> tuple[Finding, ...]:
    """Why the run ended first, since that explains what is missing; then what differs, and what is doubted."""
    differences = tuple(_find_differences(measured))
    late_connects = tuple(find_late_connects(measured.plan, modes, measured.records))
    # Of nothing measured, nothing is in doubt.
    doubts = (
        find_doubts(measured.plan, modes, measured.records, measured.conditions, measured.probes)
        if measured.records
        else ()
    )
    return (
        *_find_ends(measured),
        *differences,
        *find_round_differences(measured.records, measured.probes, _with_other_answers(differences)),
        *elsewhere_findings(measured.plan, measured.probes),
        *find_repeats(measured.probes, modes),
        *find_unkept(measured.plan, modes, measured.probes),
        *find_late_answers(measured.plan, modes, measured.records),
        *late_connects,
        *_find_risky_wishes(measured.plan),
        *find_in_variants(measured.plan, measured.probes),
        *_find_given_up(measured.records, modes),
        *_find_missing_http2(measured),
        *find_foreign_requests(measured.plan, measured.records, measured.probes),
        *find_left_out(compared),
        *find_erratic(compared, measured.records),
        # A connection that was a second in coming is why few were in flight, and not that the round was short.
        *(doubt for doubt in doubts if not (late_connects and doubt.id == "running-dry")),
    )


def _find_differences(measured: Measured) -> Iterator[Finding]:
    has_failed = find_common_failure(measured.plan, measured.probes) is not None
    in_rounds = statuses_in_rounds(measured.records)
    for finding in find_differences(measured.plan, measured.probes, measured.dropped_headers, in_rounds):
        # Of a proxy that let nobody through, the failure of all tells.
        if not (has_failed and finding.id == "failed-proxy"):
            yield finding


def _with_other_answers(differences: tuple[Finding, ...]) -> frozenset[str]:
    return frozenset(mode for finding in differences if finding.id in _OTHER_ANSWERS for mode in finding.modes)


def _find_ends(measured: Measured) -> Iterator[Finding]:
    if measured.interrupted:
        yield Finding(
            "interrupted",
            "This run was interrupted and recovered: the requests under way are missing, and so are "
            "the rounds still to come.",
        )
    if measured.trouble:
        is_too_much = measured.trouble == why_too_much(measured.plan, measured.records, measured.probes)
        yield Finding("rate-limited" if is_too_much else "ended-early", measured.trouble)
    if (failure := find_common_failure(measured.plan, measured.probes)) is not None:
        yield Finding("all-failed", failure.text)
    if measured.dropped_headers:
        names = enumerate_names(list(measured.dropped_headers))
        yield Finding(
            "credentials-left-out",
            f"Its plan lacks {names}, since credentials are not stored; add them before you run it again.",
        )


def _find_risky_wishes(plan: Plan) -> Iterator[Finding]:
    if plan.request.body is not None and plan.request.method in ("GET", "HEAD"):
        yield Finding(
            "body-with-get",
            f"{plan.request.method} was sent with a body, which servers may ignore; --method POST sends it.",
        )
    if plan.insecure:
        yield Finding(
            "unchecked-certificates",
            "Certificates were not checked (--insecure), so clients that load certificates for each connection look "
            "faster than they are; --cacert FILE trusts a private authority.",
        )


def _find_given_up(records: tuple[RoundRecord, ...], modes: tuple[ModeSummary, ...]) -> Iterator[Finding]:
    """The modes of which a round went wrong; each got no later one, unless the run was gone on with."""
    rounds = max((record.round for record in records), default=0)
    for mode in modes:
        own = _of_mode(mode.mode, records)
        wrong = next((record for record in own if record.reason), None)
        if wrong is not None:
            again = min((record.round for record in own if record.round > wrong.round), default=None)
            missed = range(wrong.round + 1, (again or rounds + 1))
            yield Finding(
                _GIVEN_UP.get(wrong.outcome, "mode-failed"), wrong.reason + _in_words(missed, again), (mode.mode,)
            )


def _in_words(missed: range, again: int | None) -> str:
    """The sentence on rounds that a mode did not take part in, until it did ``again``; empty where that is no round."""
    if again is None:
        return " Its later rounds were left out." if missed else ""
    if not missed:
        return ""
    which = f"Round {missed[0]} was" if len(missed) == 1 else f"Rounds {missed[0]} to {missed[-1]} were"
    return f" {which} made without it."


def _find_missing_http2(measured: Measured) -> Iterator[Finding]:
    for probe in measured.probes:
        version = probe.response.http_version if probe.response else UNTOLD
        if mode_of(probe.mode).http2 and version != UNTOLD and not version.startswith("2"):
            yield Finding(
                "no-http2",
                f"{probe.mode} spoke HTTP/{version}, since the server offered it no HTTP/2.",
                entrants_of(measured.plan.modes, {probe.mode}),
            )

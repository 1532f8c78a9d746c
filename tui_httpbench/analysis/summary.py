"""From the records of a run to its result."""

from __future__ import annotations

import os
import platform
from collections import Counter
from dataclasses import replace

from tui_httpbench.analysis.doubts import find_doubts
from tui_httpbench.analysis.latency import summarize_latency
from tui_httpbench.analysis.ranking import RankingRules, rank_modes
from tui_httpbench.analysis.result import Environment, ModeSummary, Rank, Result
from tui_httpbench.analysis.same_work import find_differences
from tui_httpbench.clients.catalog import mode_of
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import ErrorText
from tui_httpbench.plan.plan import AUTO, WARMUP_REQUESTS, Plan


def summarize_run(measured: Measured) -> Result:
    """The result of what was measured."""
    plan, records = measured.plan, measured.records
    modes = tuple(summarize_mode(mode_id, _of_mode(mode_id, records)) for mode_id in plan.modes)
    differences = find_differences(plan, measured.probes)
    rules = rules_of(plan, records)
    return Result(
        plan=plan,
        url=measured.url,
        environment=_environment(records, measured.conditions),
        modes=modes,
        ranking=rank_modes(modes, records, rules),
        ranking_cpu=rank_modes(modes, records, rules, yardstick="cpu"),
        warnings=(*(difference.text for difference in differences), *_warnings(measured, modes)),
        stopped=measured.stopped or bool(measured.trouble),
        trouble=measured.trouble,
        differences=differences,
        settings={probe.mode: _settings(probe) for probe in measured.probes if probe.settings},
        http_versions={probe.mode: probe.response.http_version for probe in measured.probes if probe.response},
        records=records,
        started_at=measured.started_at,
        duration_s=measured.duration_s,
    )


def _settings(probe: Probe) -> dict[str, str]:
    spoken = f"HTTP/{probe.response.http_version}" if probe.response else "unknown"
    return {**probe.settings, "spoken": spoken}


def rules_of(plan: Plan, records: tuple[RoundRecord, ...] = ()) -> RankingRules:
    """How this plan's modes are to be compared; a run with more rounds than planned went on after a look at it."""
    went_on = plan.rounds != AUTO and any(record.round > plan.rounds for record in records)
    return RankingRules(same_within=plan.same_within, sequential=plan.rounds == AUTO or went_on)


def rank_so_far(plan: Plan, records: tuple[RoundRecord, ...]) -> tuple[Rank, ...]:
    """The ranking alone, at a cost that does not grow with the number of samples."""
    modes = tuple(_summarize_counts(mode_id, _of_mode(mode_id, records)) for mode_id in plan.modes)
    return rank_modes(modes, records, rules_of(plan, records))


def summarize_mode(mode_id: str, records: tuple[RoundRecord, ...]) -> ModeSummary:
    """One mode over its rounds; cut-short rounds count with what they measured."""
    summary = _summarize_counts(mode_id, records)
    return replace(summary, latency_ms=summarize_latency([record.samples for record in records]))


def _of_mode(mode_id: str, records: tuple[RoundRecord, ...]) -> tuple[RoundRecord, ...]:
    return tuple(record for record in records if record.mode == mode_id)


def _summarize_counts(mode_id: str, records: tuple[RoundRecord, ...]) -> ModeSummary:
    """The summary without latency, from what the rounds add up to."""
    tallies = [record.tally for record in records]
    errors: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    for tally in tallies:
        errors.update(tally.errors)
        statuses.update(tally.statuses)
    errors["hung"] += sum(record.hung_requests for record in records)
    requests = sum(record.requests for record in records)
    elapsed_s = tuple(record.elapsed_s for record in records if record.elapsed_s is not None)
    # Processor time is known for whole rounds only, so it is divided by their requests only.
    costed = [record for record in records if record.cpu_s is not None and len(record.samples)]
    cpu_s = sum(record.cpu_s or 0.0 for record in costed)
    counted = [record for record in records if record.connections is not None and len(record.samples)]
    connections = sum(record.connections or 0 for record in counted)
    sent = sum(len(record.samples) + _warmup_requests(record) for record in counted)
    peaks = [record.peak_memory_bytes for record in records if record.peak_memory_bytes is not None]
    return ModeSummary(
        mode=mode_id,
        library=mode_of(mode_id).library.name,
        requests=requests,
        ok=sum(tally.ok for tally in tallies),
        errors={kind: count for kind, count in errors.most_common() if count},
        statuses=dict(sorted(statuses.items())),
        elapsed_s=elapsed_s,
        requests_per_second=requests / sum(elapsed_s) if requests and sum(elapsed_s) > 0 else None,
        latency_ms=None,
        body_bytes=sum(tally.body_bytes for tally in tallies),
        cpu_us_per_request=cpu_s * 1e6 / sum(len(record.samples) for record in costed) if costed else None,
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


def _environment(records: tuple[RoundRecord, ...], conditions: RunConditions | None) -> Environment:
    setups = [record.setup for record in records if record.setup is not None]
    packages = {name: version for setup in setups for name, version in setup.packages.items()}
    return Environment(
        python=setups[0].python if setups else f"{platform.python_implementation()} {platform.python_version()}",
        platform=platform.platform(),
        cpu_count=os.cpu_count() or 1,
        packages=dict(sorted(packages.items())),
        pinning=conditions.pinning if conditions else "",
        governor=conditions.governor if conditions else None,
        other_cpu_share=conditions.other_cpu_share if conditions else None,
    )


def _warnings(measured: Measured, modes: tuple[ModeSummary, ...]) -> tuple[str, ...]:
    plan = measured.plan
    warnings = [measured.trouble] if measured.trouble else []
    if plan.request.body is not None and plan.request.method in ("GET", "HEAD"):
        warnings.append(
            f"{plan.request.method} was sent with a body, which servers may ignore; --method POST sends it."
        )
    rounds = max((record.round for record in measured.records), default=0)
    warnings += [
        f"{mode.note} Its later rounds were left out." if mode.rounds_done < rounds - 1 else mode.note
        for mode in modes
        if mode.note
    ]
    if plan.insecure:
        warnings.append(
            "Certificates were not checked (--insecure), so clients that load certificates for each connection look "
            "faster than they are; --cacert FILE trusts a private authority."
        )
    warnings += [
        f"{probe.mode} spoke HTTP/{probe.response.http_version}, since the server offered it no HTTP/2."
        for probe in measured.probes
        if mode_of(probe.mode).http2 and probe.response and not probe.response.http_version.startswith("2")
    ]
    modules = {name: version for probe in measured.probes for name, version in probe.modules.items()}
    return (*warnings, *find_doubts(plan, modes, measured.records, measured.conditions, modules))

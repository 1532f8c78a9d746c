"""From the records of a run to its result."""

from __future__ import annotations

import os
import platform
from collections import Counter

import numpy as np

from tui_httpbench.analysis.latency import summarize_latency
from tui_httpbench.analysis.ranking import rank_modes
from tui_httpbench.analysis.result import Environment, ModeSummary, Result
from tui_httpbench.bench.records import RoundRecord
from tui_httpbench.bench.samples import BODY, STATUS, ErrorText, Samples, error_counts, error_mask, no_samples
from tui_httpbench.clients.catalog import mode_of
from tui_httpbench.plan import Plan


def summarize_run(plan: Plan, url: str, records: tuple[RoundRecord, ...], *, stopped: bool) -> Result:
    """The result of all rounds measured so far."""
    modes = tuple(
        summarize_mode(mode_id, tuple(record for record in records if record.mode == mode_id)) for mode_id in plan.modes
    )
    return Result(
        plan=plan,
        url=url,
        environment=_environment(records),
        modes=modes,
        ranking=rank_modes(modes, records),
        warnings=_warnings(plan, modes),
        stopped=stopped,
        records=records,
    )


def summarize_mode(mode_id: str, records: tuple[RoundRecord, ...]) -> ModeSummary:
    """One mode over its rounds; cut-short rounds count with what they measured."""
    samples: Samples = np.concatenate([no_samples(), *(record.samples for record in records)])
    errors = Counter(error_counts(samples))
    errors["hung"] += sum(record.hung_requests for record in records)
    requests = len(samples) + sum(record.hung_requests for record in records)
    ok = int(np.count_nonzero(~error_mask(samples)))
    elapsed_s = tuple(record.elapsed_s for record in records if record.elapsed_s is not None)
    # Processor time is known for whole rounds only, so it is divided by their requests only.
    costed = [record for record in records if record.cpu_s is not None and len(record.samples)]
    cpu_s = sum(record.cpu_s or 0.0 for record in costed)
    peaks = [record.peak_memory_bytes for record in records if record.peak_memory_bytes is not None]
    return ModeSummary(
        mode=mode_id,
        library=mode_of(mode_id).library.name,
        requests=requests,
        ok=ok,
        errors={kind: count for kind, count in errors.most_common() if count},
        statuses=_statuses(samples),
        elapsed_s=elapsed_s,
        requests_per_second=requests / sum(elapsed_s) if requests and sum(elapsed_s) > 0 else None,
        latency_ms=summarize_latency(samples),
        body_bytes=int(samples[:, BODY].sum()),
        cpu_us_per_request=cpu_s * 1e6 / sum(len(record.samples) for record in costed) if costed else None,
        peak_memory_mib=max(peaks) / 2**20 if peaks else None,
        rounds_done=sum(record.outcome == "complete" for record in records),
        error_texts=_merged_texts(records),
        note=next((record.reason for record in records if record.reason), ""),
    )


def _statuses(samples: Samples) -> dict[int, int]:
    statuses, counts = np.unique(samples[samples[:, STATUS] > 0, STATUS], return_counts=True)
    return {int(status): int(count) for status, count in zip(statuses, counts, strict=True)}


def _merged_texts(records: tuple[RoundRecord, ...]) -> tuple[ErrorText, ...]:
    counts: dict[tuple[str, str], int | None] = {}
    for error in (error for record in records for error in record.error_texts):
        key = (error.kind, error.text)
        before = counts.get(key, 0)
        counts[key] = None if before is None or error.count is None else before + error.count
    return tuple(ErrorText(kind, text, count) for (kind, text), count in counts.items())


def _environment(records: tuple[RoundRecord, ...]) -> Environment:
    setups = [record.setup for record in records if record.setup is not None]
    packages = {name: version for setup in setups for name, version in setup.packages.items()}
    return Environment(
        python=setups[0].python if setups else f"{platform.python_implementation()} {platform.python_version()}",
        platform=platform.platform(),
        cpu_count=os.cpu_count() or 1,
        packages=dict(sorted(packages.items())),
    )


def _warnings(plan: Plan, modes: tuple[ModeSummary, ...]) -> tuple[str, ...]:
    warnings = []
    if plan.request.body is not None and plan.request.method in ("GET", "HEAD"):
        warnings.append(
            f"{plan.request.method} was sent with a body, which servers may ignore; --method POST sends it."
        )
    warnings += [
        f"{mode.note} Its later rounds were left out." if mode.rounds_done < plan.rounds - 1 else mode.note
        for mode in modes
        if mode.note
    ]
    return tuple(warnings)

"""What speaks against a result: each finding says what was seen, and in a second sentence what to do about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from tui_httpbench.analysis.few_rounds import doubt_few_rounds
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.load_doubts import doubt_littles_law, doubt_running_dry, doubt_short_duration, listed
from tui_httpbench.analysis.result import ModeSummary
from tui_httpbench.analysis.steadiness import (
    Series,
    mann_kendall_p,
    modified_z_scores,
    theil_sen_slope,
    upper_prediction_limit,
)
from tui_httpbench.clients.entrants import entrants_of
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.politeness import remote_host

SLOW_FIRST_MIN_ROUNDS = 4
SLOW_FIRST_ERROR_RATE = 0.01  # of a whole run: shared among its modes
SLOW_FIRST_FROM = 1.05
OUTLIER_MIN_ROUNDS = 6
OUTLIER_SCORE = 3.5
OUTLIER_FROM = 1.25
DRIFT_MIN_ROUNDS = 6
DRIFT_P = 0.01
DRIFT_FROM = 1.10
ASLEEP_S = 1.0
OTHER_CPU_SHARE = 0.10
CPU_RESOLUTION_S = 0.01  # many systems count a process's time in hundredths of a second
LISTED_ROUNDS = 3

Times = dict[str, dict[int, float]]
"""Seconds per request, by mode and round, of the complete rounds that measured something."""


def find_doubts(
    plan: Plan,
    modes: tuple[ModeSummary, ...],
    records: tuple[RoundRecord, ...],
    conditions: RunConditions | None,
    probes: tuple[Probe, ...] = (),
) -> tuple[Finding, ...]:
    """All doubts about a run, at most one of each id."""
    ids = [mode.mode for mode in modes]
    complete = [record for record in records if record.outcome == "complete" and record.mode in ids]
    times = _times_by_mode(ids, complete)
    slow_first = _find_slow_first_rounds(times)
    # A mode that was given up has a note of its own, which says why its rounds are missing.
    kept_up = [mode.mode for mode in modes if not mode.note]
    doubts = (
        doubt_few_rounds(plan, kept_up, records),
        _doubt_slow_first_round(slow_first),
        _doubt_outliers(times, slow_first),
        _doubt_drift({mode_id: times[mode_id] for mode_id in kept_up}),
        _doubt_sleep(conditions),
        _doubt_load(plan, conditions),
        _doubt_busy_target(ids, complete),
        doubt_littles_law(plan, ids, complete),
        doubt_running_dry(plan, ids, complete),
        doubt_short_duration(plan, ids, complete),
        _doubt_governor(conditions),
        _doubt_libraries(plan, probes),
        _doubt_missing_c(plan, probes),
    )
    return tuple(doubt for doubt in doubts if doubt is not None)


def _times_by_mode(ids: list[str], complete: list[RoundRecord]) -> Times:
    times: Times = {mode_id: {} for mode_id in ids}
    for record in sorted(complete, key=lambda record: record.round):
        if record.finished and record.elapsed_s is not None and record.elapsed_s > 0:
            times[record.mode][record.round] = record.elapsed_s / record.finished
    return times


def _logs(by_round: Mapping[int, float]) -> Series:
    return np.log(np.fromiter(by_round.values(), dtype=np.float64))


def _find_slow_first_rounds(times: Times) -> dict[str, float]:
    """The modes whose first round is above the prediction limit of the later ones, and how many times as long it took.

    On the logarithms, at an error rate shared among the modes (Bonferroni), and from 5 % on.
    """
    measured = [mode_id for mode_id, by_round in times.items() if len(by_round) >= SLOW_FIRST_MIN_ROUNDS]
    found = {}
    for mode_id in measured:
        first, *_ = times[mode_id]
        logs = _logs(times[mode_id])
        limit = upper_prediction_limit(logs[1:], SLOW_FIRST_ERROR_RATE / len(measured))
        ratio = math.exp(logs[0] - logs[1:].mean())
        if first == 1 and logs[0] > limit and ratio > SLOW_FIRST_FROM:
            found[mode_id] = ratio
    return found


def _doubt_slow_first_round(slow_first: Mapping[str, float]) -> Finding | None:
    if not slow_first:
        return None
    worst = sorted(slow_first.items(), key=lambda item: -item[1])
    modes = listed([f"{mode_id} {_longer(ratio)}" for mode_id, ratio in worst])
    text = (
        f"The first round took longer than the later ones: {modes}. Run again now that the target is warm, or run more "
        "rounds, so that the first weighs less."
    )
    return Finding("slow-first-round", text, tuple(slow_first))


def _doubt_outliers(times: Times, slow_first: Mapping[str, float]) -> Finding | None:
    """Rounds with a modified z-score above 3.5 (Iglewicz and Hoaglin, 1993) that are off by 25 % or more as well.

    The score alone calls one in six series of 6 calm rounds disturbed. A slow first round has a doubt of its own.
    """
    found: dict[str, list[int]] = {}
    size: dict[str, float] = {}
    for mode_id, by_round in times.items():
        if len(by_round) < OUTLIER_MIN_ROUNDS:
            continue
        logs = _logs(by_round)
        off = np.abs(logs - np.median(logs))
        is_outlier = (np.abs(modified_z_scores(logs)) > OUTLIER_SCORE) & (off > math.log(OUTLIER_FROM))
        if mode_id in slow_first:
            is_outlier[0] = False
        if is_outlier.any():
            found[mode_id] = [number for number, odd in zip(by_round, is_outlier, strict=True) if odd]
            size[mode_id] = float(off[is_outlier].max())
    if not found:
        return None
    worst = sorted(found, key=lambda mode_id: -size[mode_id])
    modes = listed([f"{mode_id} in {_rounds(found[mode_id])}" for mode_id in worst])
    text = (
        f"Some rounds are far off the others of their mode (modified z-score above {OUTLIER_SCORE}): {modes}. Close "
        "other programs and run again, or run more rounds, so that these weigh less."
    )
    return Finding("outlier-rounds", text, tuple(found))


def _doubt_drift(times: Times) -> Finding | None:
    """A trend over the run that all modes share: Mann-Kendall's test on the mean of their centred log times.

    Its size is the slope of Theil and Sen over the rounds that all modes completed.
    """
    times = {mode_id: by_round for mode_id, by_round in times.items() if len(by_round) >= DRIFT_MIN_ROUNDS}
    if not times:
        return None
    common = sorted(set.intersection(*(set(by_round) for by_round in times.values())))
    if len(common) < DRIFT_MIN_ROUNDS:
        return None
    logs = np.array([[math.log(by_round[number]) for number in common] for by_round in times.values()])
    effect = (logs - logs.mean(axis=1, keepdims=True)).mean(axis=0)
    p = mann_kendall_p(effect)
    change = math.exp(theil_sen_slope(np.array(common, dtype=np.float64), effect) * (common[-1] - common[0]))
    if p >= DRIFT_P or 1 / DRIFT_FROM <= change <= DRIFT_FROM:
        return None
    how = f"{_percent(change - 1)} longer" if change > 1 else f"{_percent(1 - change)} less time"
    text = (
        f"During the run, requests came to take {how} (Mann-Kendall trend test, p {_p_value(p)}). The ranking compares "
        "within rounds and so allows for it, requests/s and latencies don't: let machine and target settle, run again."
    )
    return Finding("drift", text)


def _doubt_sleep(conditions: RunConditions | None) -> Finding | None:
    """The machine was suspended; the clocks that measure may have stood still, and servers close what is silent."""
    asleep_s = conditions.asleep_s if conditions else None
    if asleep_s is None or asleep_s < ASLEEP_S:
        return None
    text = (
        f"The machine slept for {asleep_s:,.0f} s in the middle of the run: the round in which it did tells nothing, "
        "and servers close connections meanwhile. Keep the machine awake and run again."
    )
    return Finding("machine-slept", text)


def _doubt_load(plan: Plan, conditions: RunConditions | None) -> Finding | None:
    """Other processes, or other guests of the host, used more than a tenth of all processors."""
    share = conditions.other_cpu_share if conditions else None
    if share is None or share <= OTHER_CPU_SHARE:
        return None
    used = f"used {_percent(share)} of the processors during the run"
    if not plan.request.uses_embedded_target and remote_host(plan.request) is None:
        return Finding(
            "busy-machine",
            f"Other processes, among them the server that was asked, {used}. It shares them with the clients: where "
            "that matters, have it run on another machine, and close what else is not needed.",
        )
    return Finding("busy-machine", f"Other processes {used}. Close what is not needed and run again.")


def _doubt_busy_target(ids: list[str], complete: list[RoundRecord]) -> Finding | None:
    """The embedded target used more processor time than the client: then it is the target that is measured.

    By more than the clocks' resolution in each round; the target's time includes the warm-up.
    """
    found: dict[str, tuple[float, float]] = {}
    for mode_id in ids:
        pairs = [
            (record.target_cpu_s, record.cpu_s)
            for record in complete
            if record.mode == mode_id and record.target_cpu_s is not None and record.cpu_s is not None
        ]
        target_s, client_s = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
        if target_s > client_s + CPU_RESOLUTION_S * len(pairs):
            found[mode_id] = (target_s, client_s)
    if not found:
        return None
    worst = sorted(found.items(), key=lambda item: item[1][1] / item[1][0])
    modes = listed(
        [f"{mode_id} ({target_s:.2f} s against {client_s:.2f} s)" for mode_id, (target_s, client_s) in worst]
    )
    text = (
        f"The embedded target used more processor time than the client, so that it may be the bottleneck: {modes}. Ask "
        "it for less work, such as a smaller body, or give the URL of a faster target."
    )
    return Finding("busy-target", text, tuple(found))


def _doubt_governor(conditions: RunConditions | None) -> Finding | None:
    """The worker's processor saves power (Linux, Documentation/admin-guide/pm/cpufreq.rst)."""
    if conditions is None or "powersave" not in (conditions.governor or "").split(", "):
        return None
    text = (
        "The frequency governor 'powersave' may hold the processor's clock down or change it in the middle of a round. "
        "Choose the other one for the run: sudo cpupower frequency-set -g performance."
    )
    return Finding("powersave-governor", text)


def _doubt_libraries(plan: Plan, probes: Iterable[Probe]) -> Finding | None:
    """What was imported is not what is installed, as where urllib3-future overwrites urllib3, or a package wraps it."""
    probes = [probe for probe in probes if probe.strange]
    if not probes:
        return None
    clauses = {library: clause for probe in probes for library, clause in probe.strange.items()}
    seen = listed([f"{library} {clause}" for library, clause in clauses.items()])
    text = (
        f"Libraries are not what is installed: {seen}. Measure in a virtual environment of its own, where nothing is "
        "put in the place of another package or around its functions."
    )
    return Finding("replaced-library", text, _of_plan(plan, probes))


def _doubt_missing_c(plan: Plan, probes: Iterable[Probe]) -> Finding | None:
    """A library runs in Python alone, since its wheel lacks what is in C or it could not be imported."""
    probes = [probe for probe in probes if probe.without_c]
    if not probes:
        return None
    libraries = listed(list(dict.fromkeys(name for probe in probes for name in probe.without_c)))
    text = (
        f"Parts in C are missing, without which a library is far slower: {libraries}. Install their wheels for this "
        "Python: pip install --force-reinstall --only-binary :all: with their names."
    )
    return Finding("without-c-parts", text, _of_plan(plan, probes))


def _of_plan(plan: Plan, probes: Iterable[Probe]) -> tuple[str, ...]:
    return entrants_of(plan.modes, {probe.mode for probe in probes})


def _rounds(numbers: list[int]) -> str:
    noun = "round" if len(numbers) == 1 else "rounds"
    return f"{noun} {listed([str(number) for number in numbers], LISTED_ROUNDS, ', ')}"


def _longer(ratio: float) -> str:
    return f"by {_percent(ratio - 1)}" if ratio < 2 else f"{ratio:.3g} times as long"


def _percent(share: float) -> str:
    return f"{share * 100:,.0f} %"


def _p_value(p: float) -> str:
    return f"= {p:.3f}" if p >= 0.001 else "< 0.001"

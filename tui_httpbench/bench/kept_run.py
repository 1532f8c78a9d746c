"""What lists show of a run of the history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tui_httpbench.analysis.conclusion import conclude, first_in_words, winner_of
from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.hosts_words import sentences_of as sentences_of_hosts
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_words import sentences_of
from tui_httpbench.history.rows import Entry
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_hosts import MeasuredHosts
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.in_words import format_load, format_rounds_made
from tui_httpbench.plan.plan import ARTICLE, Plan
from tui_httpbench.plan.presets import preset_of
from tui_httpbench.text.formatting import plural
from tui_httpbench.text.hiding import drop_secrets
from tui_httpbench.text.quoting import printable


@dataclass(frozen=True)
class KeptRun:
    """A run of the history as lists show it; texts are empty, and numbers 0, where they are not known.

    ``question`` is the one of the first screen that it was to answer, if any. ``started_at`` and ``ended_at`` are times
    of day in ISO 8601; ``place`` is the URL, of the embedded target its path and scenario; ``outcome`` is ``finished``,
    ``stopped``, ``ended early`` or ``interrupted``; ``winner`` the lane in the first place, ``first`` who is there,
    also where several share it, ``modes`` what was compared, in some words, ``conclusion`` what the run found in a
    sentence or two. ``lanes`` has for each lane its successful requests a second and its processor time a request in
    µs, None where unknown. ``has_samples`` tells whether its single requests are kept still; they take
    ``samples_bytes``.
    """

    id: str
    started_s: float
    name: str = ""
    question: str = ""
    started_at: str = ""
    ended_at: str = ""
    place: str = ""
    scenario: str = ""
    load: str = ""
    rounds: str = ""
    winner: str = ""
    first: str = ""
    modes: str = ""
    conclusion: str = ""
    outcome: str = ""
    requests: int = 0
    failed: int = 0
    lanes: dict[str, tuple[float | None, float | None]] = field(default_factory=dict, repr=False)
    samples_bytes: int = 0

    @property
    def has_samples(self) -> bool:
        """Whether its single requests are kept still."""
        return self.samples_bytes > 0

    @property
    def entry(self) -> Entry:
        """What the store knows it by."""
        return Entry(self.id, self.started_s, self.name, {}, self.samples_bytes)


def facts_of(measured: Measured, result: Result) -> dict[str, Any]:
    """What lists show of a run, for JSON, without credentials."""
    plan = measured.plan
    in_flight = "as in the article" if plan.concurrency == ARTICLE else f"{plan.concurrency} in flight"
    facts = {
        **_moment_and_place(measured),
        "load": f"{format_load(plan, measured.duration_s)}, {in_flight}",
        "rounds": format_rounds_made(plan, result.rounds_done),
        "digest": digest_of(measured.records),
        "winner": winner_of(result) or "",
        "first": first_in_words(result),
        "conclusion": conclude(result) or "",
        "outcome": _outcome(measured),
        "requests": sum(mode.requests for mode in result.modes),
        "failed": sum(mode.failed for mode in result.modes),
        "lanes": {mode.mode: (mode.ok_per_second, mode.cpu_us_per_request) for mode in result.modes},
    }
    return measured.plan.request.hiding.hide_in(facts)


def facts_of_sweep(measured: MeasuredSweep, result: SweepResult) -> dict[str, Any]:
    """The same of a sweep, whose load is over a knob; what its lanes did at one point or another is in its result."""
    whole, plan = measured.whole, measured.whole.plan
    made = [point.rounds_made for point in measured.points]
    sentences = sentences_of(result)
    summaries = [mode for point in result.points for mode in point.result.modes]
    facts = {
        **_moment_and_place(whole),
        "load": f"sweep {result.sweep.text}",
        "rounds": plural(max(made), "round"),
        "digest": digest_of(record for point in measured.points for record in point.records),
        "winner": "",
        "conclusion": sentences[0] if sentences else "",
        "outcome": _outcome(whole),
        "requests": sum(mode.requests for mode in summaries),
        "failed": sum(mode.failed for mode in summaries),
        "lanes": {},
    }
    return plan.request.hiding.hide_in(facts)


def facts_of_hosts(measured: MeasuredHosts, result: HostsResult) -> dict[str, Any]:
    """The same of a run on many hosts; its winner is who is first on all of them."""
    whole, plan = measured.whole, measured.whole.plan
    runs = [run.measured for run in measured.hosts if run.measured is not None]
    records = [record for run in runs for record in run.records]
    first = {place.lanes[0] for place in result.pairs.first_places}
    sentences = sentences_of_hosts(result)
    left_out = sum(bool(host.why_left_out) for host in result.hosts)
    in_flight = "as in the article" if plan.concurrency == ARTICLE else f"{plan.concurrency} in flight"
    facts = {
        **_moment_and_place(whole),
        "load": f"on {plural(len(measured.hosts), 'host')}, {format_load(plan, whole.duration_s)}, {in_flight}",
        "rounds": plural(max((run.rounds_made for run in runs), default=0), "round"),
        "winner": next(iter(first)) if len(first) == 1 else "",
        "conclusion": sentences[0] if sentences else "",
        "outcome": ", ".join(
            filter(None, (_outcome(whole), f"{plural(left_out, 'host')} left out" if left_out else ""))
        ),
        "requests": sum(record.requests for record in records),
        "failed": sum(record.failed for record in records),
        "lanes": {},
        "hosts": [run.host.name for run in measured.hosts],
    }
    return plan.request.hiding.hide_in(facts)


NAMED_MODES = 2
"""Of so many modes at most, each is named."""


def _moment_and_place(measured: Measured) -> dict[str, str]:
    plan = measured.plan
    is_embedded = plan.request.uses_embedded_target
    preset = preset_of(plan)
    return {
        "question": preset.question if preset is not None else "",
        "started_at": measured.started_at or "",
        "ended_at": measured.ended_at or "",
        "place": drop_secrets(plan.request.url) if is_embedded else measured.url,
        "scenario": plan.scenario.name if is_embedded else "",
        "modes": _modes_in_words(plan),
    }


def _modes_in_words(plan: Plan) -> str:
    """What is compared: ``requests, httpx``, ``8 modes``; of variants, what each is: ``httpx 0.27.2, 0.28.1``."""
    variants = [variant.in_words for variant in plan.variants]
    if variants:
        names = {variant.partition("==")[0] for variant in variants}
        versions = [variant.partition("==")[2] for variant in variants]
        return f"{names.pop()} {', '.join(versions)}" if len(names) == 1 and all(versions) else ", ".join(variants)
    return ", ".join(plan.modes) if len(plan.modes) <= NAMED_MODES else plural(len(plan.modes), "mode")


def digest_of(records: Iterable[RoundRecord]) -> str:
    """What tells rounds from all others: no two took the same times to the nanosecond."""
    told = sorted((each.round, each.group, each.mode, each.finished, each.elapsed_s or 0.0) for each in records)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _outcome(measured: Measured) -> str:
    if measured.interrupted:
        return "interrupted"
    return "ended early" if measured.trouble else "stopped" if measured.stopped else "finished"


def words_of(measured: Measured, facts: dict[str, Any]) -> str:
    """What a filter looks at, beside id and name."""
    names = ("place", "scenario", "load", "winner", "modes", "outcome", "started_at")
    return " ".join([*(str(facts[name]) for name in names), *measured.plan.modes, *facts.get("hosts", ())])


_TEXTS = (
    *("question", "started_at", "ended_at", "place", "scenario", "load", "rounds"),
    *("winner", "first", "modes", "conclusion", "outcome"),
)


def kept_run_of(entry: Entry) -> KeptRun:
    """The run of an entry; what it does not tell, as where it is damaged, or of another version, has its default."""
    told: dict[str, Any] = {}
    for name in _TEXTS:
        if isinstance(value := entry.facts.get(name), str):
            told[name] = printable(value)
    for name in ("requests", "failed"):
        if isinstance(value := entry.facts.get(name), int):
            told[name] = value
    lanes = _lanes(entry.facts.get("lanes"))
    return KeptRun(entry.id, entry.started_s, entry.name, lanes=lanes, samples_bytes=entry.samples_bytes, **told)


def _lanes(value: object) -> dict[str, tuple[float | None, float | None]]:
    found: dict[str, tuple[float | None, float | None]] = {}
    for label, numbers in value.items() if isinstance(value, dict) else ():
        known = isinstance(numbers, list | tuple) and [isinstance(each, int | float | None) for each in numbers]
        if known == [True, True]:
            found[printable(str(label))] = (numbers[0], numbers[1])
    return found

"""What variants of a mode really had in common, and what they differed in, as their own processes told it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.clients.catalog import Mode
from tui_httpbench.clients.entrants import entrant_of, entrants_of, lane_of
from tui_httpbench.measured.probe import Probe, Runtime
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.variants import USUAL_LOOP, Variant
from tui_httpbench.text.formatting import enumerate_names

MAX_PACKAGES = 4
"""How many packages a sentence names; of further ones it says how many there are."""


@dataclass(frozen=True)
class _Lane:
    mode: Mode
    variant: Variant | None
    probe: Probe
    runtime: Runtime

    @property
    def library(self) -> str:
        """The name and version of what it measures, as ``httpx 0.28.1``; Python's where that is its library."""
        name = self.mode.library.distribution
        version = self.probe.packages.get(name)
        return f"{name} {version}" if version else self.runtime.in_words

    def is_like(self, other: _Lane) -> bool:
        """Whether nothing that is known tells the two apart."""
        if self.probe.environment != other.probe.environment and (self._is_of_place or other._is_of_place):
            return False  # the same version may be other code
        return (self.probe.packages, self.runtime) == (other.probe.packages, other.runtime)

    @property
    def _is_of_place(self) -> bool:
        return self.variant is not None and any(each.path or each.url for each in self.variant.requirements)


def find_in_variants(plan: Plan, probes: Iterable[Probe]) -> Iterator[Finding]:
    """What is to be said of the variants of each mode; nothing of a plan without any."""
    if not plan.variants:
        return
    lanes: dict[str, list[_Lane]] = {}
    for probe in probes:
        mode = entrant_of(probe.mode).mode
        if probe.runtime is not None:
            lane = _Lane(mode, plan.variant_of(probe.mode), probe, probe.runtime)
            lanes.setdefault(mode.id, []).append(lane)
    for of_mode in lanes.values():
        yield from _alike(plan, of_mode)
        yield from _other_dependencies(plan, of_mode)
    yield from _unused_loops(plan)


def _alike(plan: Plan, lanes: list[_Lane]) -> Iterator[Finding]:
    rest = lanes
    while rest:
        first, *others = rest
        same = [first, *(lane for lane in others if lane.is_like(first))]
        rest = [lane for lane in others if lane not in same]
        if len(same) > 1:
            what = first.library
            if first.runtime.python not in what:
                what += f" on {first.runtime.in_words}"
            loop = f" with {first.runtime.loop}" if first.runtime.loop not in ("", USUAL_LOOP) else ""
            text = f"{_names(same)} run the same, {what}{loop}: whatever they differ in is chance."
            yield Finding("variants-alike", text, _of_plan(plan, same))


def _other_dependencies(plan: Plan, lanes: list[_Lane]) -> Iterator[Finding]:
    library = lanes[0].mode.library.distribution
    seen: dict[str, dict[str, None]] = {}
    for name in sorted({name for lane in lanes for name in lane.probe.packages} - {library}):
        versions = dict.fromkeys(lane.probe.packages.get(name, "none") for lane in lanes)
        if len(versions) > 1:
            seen[name] = versions
    if not seen:
        return
    told = [f"{name} {enumerate_names(tuple(versions))}" for name, versions in seen.items()]
    more = len(told) - MAX_PACKAGES
    packages = ", ".join([*told[:MAX_PACKAGES], *([f"and {more} more"] if more > 0 else [])])
    libraries = {lane.library for lane in lanes}
    what = f"run {lanes[0].library} with other" if len(libraries) == 1 else f"differ not in {library} alone, but in its"
    yield Finding("other-dependencies", f"{_names(lanes)} {what} dependencies: {packages}.", _of_plan(plan, lanes))


def _unused_loops(plan: Plan) -> Iterator[Finding]:
    """What is said of sync modes: those of a variant with a loop, and those that it leaves alone."""
    loops = tuple(dict.fromkeys(f"loop={each.loop}" for each in plan.variants if each.loop))
    unused = [
        mode
        for mode in plan.modes
        if entrant_of(mode).mode.kind != "async" and ((own := plan.variant_of(mode)) is None or own.loop)
    ]
    if loops and unused:
        lanes = enumerate_names(tuple(dict.fromkeys(map(lane_of, unused))))
        text = f"{enumerate_names(loops)} does not apply to {lanes}, since a sync mode has no event loop."
        yield Finding("loop-unused", text, tuple(unused))


def _names(lanes: list[_Lane]) -> str:
    return enumerate_names([lane.probe.mode for lane in lanes])


def _of_plan(plan: Plan, lanes: list[_Lane]) -> tuple[str, ...]:
    return entrants_of(plan.modes, {lane.probe.mode for lane in lanes})

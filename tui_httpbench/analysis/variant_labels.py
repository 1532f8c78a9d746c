"""What each variant of a run really was, as its processes told it; a library that was fetched for it counts as one."""

from __future__ import annotations

from dataclasses import dataclass

from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.plan.requirement import normalized
from tui_httpbench.plan.variants import USUAL_LOOP
from tui_httpbench.text.formatting import UNKNOWN


@dataclass(frozen=True)
class VariantLabel:
    """A variant of a run, or a library that was fetched: ``holds`` is what was asked for, the rest what its lanes told.

    ``python`` is the interpreter, None where no lane told it, ``loop`` the event loop of its async lanes, None where it
    has none. ``packages`` are versions by name, ``versions`` those that tell it from the others: of the libraries that
    it measures, and of what not all variants have alike; with where they come from, where that is no registry.
    ``c_parts`` are libraries whose parts in C are in use.
    """

    label: str
    holds: str
    python: str | None
    loop: str | None
    packages: dict[str, str]
    versions: dict[str, str]
    c_parts: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """``CPython 3.13.1, httpx 0.27.2 (./base); uvloop 0.23.0``."""
        parts = [self.python or UNKNOWN, *(f"{name} {version}" for name, version in self.versions.items())]
        return ", ".join(parts) + (f"; {self.loop}" if self.loop not in (None, USUAL_LOOP) else "")


def lane_versions(result: Result) -> dict[str, str]:
    """The version of its own library that each lane of a variant ran, by label, where variants differ in it."""
    lanes = [entrant_of(mode.mode) for mode in result.modes]
    found: dict[str, dict[str, str]] = {}
    for lane in lanes:
        version = result.packages.get(lane.lane, {}).get(lane.mode.library.distribution)
        if lane.variant and version:
            found.setdefault(lane.mode.library.name, {})[lane.label] = version
    return {label: version for told in found.values() if len({*told.values()}) > 1 for label, version in told.items()}


def variant_labels(result: Result) -> tuple[VariantLabel, ...]:
    """The variants of a run in the order in which they were given, then what was fetched for modes without one."""
    entrants = [entrant_of(mode.mode) for mode in result.modes]
    fetched = [each for each in entrants if not each.variant and each.lane in result.apart]
    holds = {variant.label: variant.in_words for variant in result.plan.variants}
    origins = {
        variant.label: {each.name: f" ({each.origin})" for each in variant.requirements if each.origin}
        for variant in result.plan.variants
    }
    plan_labels = tuple(holds)
    lanes = {label: tuple(dict.fromkeys(each.lane for each in entrants if each.variant == label)) for label in holds}
    for library in dict.fromkeys(each.mode.library for each in fetched):
        label = library.name if library.name not in holds else f"{library.name} alone"
        holds[label] = f"{library.distribution}, in an environment of its own"
        lanes[label] = tuple(dict.fromkeys(each.lane for each in fetched if each.mode.library == library))
    packages = {
        label: {name: version for lane in of for name, version in result.packages.get(lane, {}).items()}
        for label, of in lanes.items()
    }

    def version_of(name: str, label: str) -> str:
        version = packages[label].get(name, "")
        return version and version + origins.get(label, {}).get(normalized(name), "")

    own = dict.fromkeys(each.mode.library.distribution for each in entrants if each.variant or each in fetched)
    names = dict.fromkeys([*own, *(name for held in packages.values() for name in sorted(held))])
    telling = [name for name in names if name in own or len({version_of(name, label) for label in plan_labels}) > 1]
    found = []
    for label, what in holds.items():
        held = packages[label]
        told = [runtime for lane in lanes[label] if (runtime := result.runtimes.get(lane)) is not None]
        found.append(
            VariantLabel(
                label=label,
                holds=what,
                python=told[0].in_words if told else None,
                loop=next((runtime.loop for runtime in told if runtime.loop), None),
                packages=dict(sorted(held.items())),
                versions={name: version_of(name, label) for name in telling if name in held},
                c_parts=tuple(dict.fromkeys(name for runtime in told for name in runtime.with_c)),
            )
        )
    return tuple(found)

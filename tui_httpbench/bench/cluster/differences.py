"""What is otherwise on a host than on the machine that asks, and what keeps it from measuring."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from tui_httpbench import __version__
from tui_httpbench.bench.cluster.job import distributions_of, modules_of
from tui_httpbench.clients.entrants import entrant_of, mode_of
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import enumerate_names, format_bytes, format_duration, plural
from tui_httpbench.text.quoting import printable, shortened

LEAST_FREE_BYTES = 50_000_000
FEW_FREE_BYTES = 1_000_000_000
CLOCK_OFF_S = 2.0


def why_unfit(facts: Mapping[str, Any], plan: Plan) -> str:
    """Why a host with these facts can't measure, in a sentence; empty where it can."""
    package = str(facts["package"])
    install = f"run pip install 'httpbench-tui[cluster]=={__version__}' there"
    if not package:
        return f"httpbench-tui is not installed there; {install}."
    if _generation(package) != _generation(__version__):
        return f"httpbench-tui {_shown(package)} there is too far from {__version__} here; {install}."
    free = facts["free_bytes"]
    if free is not None and free < LEAST_FREE_BYTES:
        return f"Its disk has {format_bytes(free)} left, too little for what is measured; free some space there."
    if lanes := _lanes_without(facts["missing"], plan):
        needs = tuple(dict.fromkeys(mode_of(lane).library.distribution or lane for lane in lanes))
        return (
            f"{enumerate_names(needs)} {'is' if len(needs) == 1 else 'are'} not installed there, which "
            f"{enumerate_names(lanes)} {'needs' if len(lanes) == 1 else 'need'}; install it there, add --get, or leave "
            "the mode out."
        )
    return ""


def notes_on(facts: Mapping[str, Any], plan: Plan, clock_off_s: float | None, tasks: int) -> tuple[str, ...]:
    """Sentences on what is otherwise there than here, or may disturb."""
    notes = []
    # What keeps a host from measuring is said by ``why_unfit``.
    package = str(facts["package"])
    if package not in ("", __version__) and _generation(package) == _generation(__version__):
        notes.append(f"httpbench-tui is {_shown(package)} there, {__version__} here.")
    if (python := str(facts["python"])) != platform.python_version():
        notes.append(f"Python is {_shown(python)} there, {platform.python_version()} here.")
    differing = [
        f"{name} is {_shown(there)} there, {here} here"
        for name, here in versions_of(distributions_of(plan.modes)).items()
        if (there := facts["versions"].get(name)) not in (None, here)
    ]
    notes += [f"{each}." for each in differing]
    if clock_off_s is not None and abs(clock_off_s) > CLOCK_OFF_S:
        by = format_duration(abs(clock_off_s))
        notes.append(f"Its clock is {by} {'ahead' if clock_off_s > 0 else 'behind'}, and so are its times of day.")
    free = facts["free_bytes"]
    if free is not None and LEAST_FREE_BYTES <= free < FEW_FREE_BYTES:
        notes.append(f"Its disk has only {format_bytes(free)} left.")
    if tasks:
        notes.append(f"The worker of Dask there has {plural(tasks, 'other task')} to do, which may disturb.")
    return tuple(notes)


def versions_of(distributions: Iterable[str]) -> dict[str, str]:
    """The versions of those that are installed here."""
    found = {}
    for name in distributions:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def _lanes_without(missing: Iterable[str], plan: Plan) -> tuple[str, ...]:
    """The lanes that lack a module there, and that get no environment with it."""
    if plan.get:
        return ()
    absent = set(missing)
    brought = {variant.label for variant in plan.variants if variant.brings_libraries}
    needed = modules_of(plan.modes)
    return tuple(
        lane for lane in plan.modes if entrant_of(lane).variant not in brought and absent.intersection(needed[lane])
    )


def _generation(version: str) -> tuple[str, ...]:
    """What versions have in common that understand each other: the first number, before 1.0 the second too."""
    major, _, rest = version.partition(".")
    return (major, rest.partition(".")[0]) if major == "0" else (major,)


def _shown(version: str) -> str:
    return shortened(printable(version), 40)

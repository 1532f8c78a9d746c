"""The settings that each mode really had, and where the run took place."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.clients.entrants import lane_of
from tui_httpbench.text.formatting import UNKNOWN, enumerate_names, format_percent, plural
from tui_httpbench.text.quoting import printable
from tui_httpbench.worker.job import UNTOLD


def differing_settings(result: Result) -> list[str]:
    """The names of the settings that not all modes share."""
    return [name for name, values in values_by_setting(result).items() if len(values.keys() - {UNTOLD}) > 1]


def settings_block(result: Result) -> RenderableType:
    """Each setting with its values and the modes that have them."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for name, values in values_by_setting(result).items():
        for index, (value, modes) in enumerate(values.items()):
            owners = "all modes" if len(values) == 1 else ", ".join(modes)
            table.add_row(Text(name if index == 0 else "", style="bold"), Text(printable(value)), Text(owners))
    if not table.rows:
        return Group(Text("Settings", style="bold"), Text("  unknown: no client could be asked"))
    return Group(Text("Settings", style="bold"), Padding(table, (0, 0, 0, 2)))


def environment_block(result: Result) -> RenderableType:
    """The system, its state during the run, and the versions of all packages, apart for each variant."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in (*environment_rows(result.environment), *variant_rows(result)):
        table.add_row(Text(name, style="bold"), Text(printable(value)))
    return Group(Text("Environment", style="bold"), Padding(table, (0, 0, 0, 2)))


def environment_rows(environment: Environment) -> Iterator[tuple[str, str]]:
    """The system and its state during the run, name by name."""
    yield "python", environment.python
    yield "platform", environment.platform
    yield "processors", ", ".join(filter(None, (plural(environment.cpu_count, "CPU"), environment.cpu)))
    yield "pinning", environment.pinning or UNKNOWN
    yield "governor", environment.governor or "unknown"
    share = environment.other_cpu_share
    yield "other load", "unknown" if share is None else f"{format_percent(share)} of all processors"
    yield "packages", ", ".join(f"{name} {version}" for name, version in environment.packages.items()) or UNKNOWN


def variant_rows(result: Result) -> Iterator[tuple[str, str]]:
    """What each variant ran on, and what was asked for."""
    for variant in variant_labels(result):
        parts = [variant.python or UNKNOWN, *([variant.loop] if variant.loop else [])]
        parts += [f"{name} {version}" for name, version in variant.packages.items()]
        parts += [f"parts in C of {enumerate_names(variant.c_parts)}"] if variant.c_parts else []
        yield variant.label, f"{', '.join(parts)} (asked for: {variant.holds})"


def values_by_setting(result: Result) -> dict[str, dict[str, list[str]]]:
    """The modes by value, by setting; ``unknown`` for the modes whose probe told nothing."""
    settings = {mode_id: result.settings.get(lane_of(mode_id), {}) for mode_id in result.plan.modes}
    names = dict.fromkeys(name for own in settings.values() for name in own)
    found: dict[str, dict[str, list[str]]] = {name: {} for name in names}
    for mode_id, own in settings.items():
        for name in names:
            found[name].setdefault(own.get(name, UNTOLD), []).append(mode_id)
    return found

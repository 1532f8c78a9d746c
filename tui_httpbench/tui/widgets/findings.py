"""What went wrong in a run, and where it took place."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.widgets import Label

from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.formatting import UNKNOWN, plural, printable
from tui_httpbench.report.conclusion import conclude
from tui_httpbench.report.ranking_table import FAILED_SIGN, OTHER_WORK_SIGN
from tui_httpbench.report.text import error_lines
from tui_httpbench.tui.widgets.panel import Page, Panel

_INDENT = "    "


class Findings(Page, Panel):
    """What the ranking says, errors of each mode with their texts, and warnings; below, settings and environment."""

    def __init__(self, result: Result) -> None:
        super().__init__(classes="panel")
        self._result = result
        self.set_heading(heading_of(result))

    def compose(self) -> ComposeResult:
        """A paragraph for each mode with errors, then the warnings, differences in work first, then the settings."""
        result = self._result
        conclusion = conclude(result)
        if conclusion is not None:
            yield Label(conclusion, markup=False)
        for mode in result.modes:
            if mode.failed:
                yield Label(mode.mode, classes="finding--mode", markup=False)
                for line in error_lines(mode):
                    yield Label(line, classes="finding--error", markup=False)
        differences = {difference.text for difference in result.differences}
        ordered = sorted(result.warnings, key=lambda warning: warning not in differences)
        for warning in ordered:
            sign = OTHER_WORK_SIGN if warning in differences else FAILED_SIGN
            yield Label(f"{sign} {printable(warning)}", classes="finding--warning", markup=False)
        if any(result.does_other_work(mode.mode) for mode in result.modes):
            yield Label(f"Modes marked {OTHER_WORK_SIGN} did other work than most.", markup=False)
        if result.settings:
            yield Label("Settings", classes="finding--mode", markup=False)
        for line in settings_lines(result.settings):
            kind = "value" if line.startswith(_INDENT) else "setting"
            yield Label(line.removeprefix(_INDENT), classes=f"finding--{kind}", markup=False)
        if result.settings:
            yield Label("Environment", classes="finding--mode", markup=False)
        yield Label(describe_environment(result.environment), classes="finding--environment", markup=False)


def settings_lines(settings: dict[str, dict[str, str]]) -> Iterator[str]:
    """What the modes' clients were set to, a line for each setting; a marked one has a line for each value.

    ``settings`` is keyed by base mode id.
    """
    names = dict.fromkeys(name for of_mode in settings.values() for name in of_mode)
    for name in names:
        modes_by_value: dict[str, list[str]] = {}
        for mode, of_mode in settings.items():
            modes_by_value.setdefault(of_mode.get(name, UNKNOWN), []).append(mode)
        if len(modes_by_value) == 1:
            yield printable(f"= {name}: {next(iter(modes_by_value))}")
            continue
        yield printable(f"{OTHER_WORK_SIGN} {name}")
        for value, modes in modes_by_value.items():
            yield printable(f"{_INDENT}{value}: {', '.join(modes)}")


def heading_of(result: Result) -> str:
    """How many errors and warnings there are."""
    failed = sum(mode.failed for mode in result.modes)
    errors = plural(failed, "error") if failed else "No errors"
    return f"{errors} · {plural(len(result.warnings), 'warning')}" if result.warnings else errors


def describe_environment(environment: Environment) -> str:
    """Where the run took place, with which versions, and what else is known of the machine, in a sentence."""
    packages = "".join(f", {name} {version}" for name, version in environment.packages.items())
    parts = [
        f"{environment.python}{packages}",
        f"{environment.platform}, {plural(environment.cpu_count, 'CPU')}",
        environment.pinning,
        "" if environment.governor is None else f"governor {environment.governor}",
        "" if environment.other_cpu_share is None else f"other processes used {environment.other_cpu_share:.0%} CPU",
    ]
    return printable("; ".join(filter(None, parts)))

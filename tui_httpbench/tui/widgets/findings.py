"""What went wrong in a run, and where it took place."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Label

from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.formatting import plural, printable
from tui_httpbench.report.text import error_lines
from tui_httpbench.tui.widgets.panel import Page, Panel


class Findings(Page, Panel):
    """Errors of each mode with their texts, and warnings; says so where there are none. Below, the environment."""

    def __init__(self, result: Result) -> None:
        super().__init__(classes="panel")
        self._result = result
        self.set_heading(heading_of(result))

    def compose(self) -> ComposeResult:
        """A paragraph for each mode with errors, then the warnings."""
        for mode in self._result.modes:
            if mode.failed:
                yield Label(mode.mode, classes="finding--mode", markup=False)
                for line in error_lines(mode):
                    yield Label(line, classes="finding--error", markup=False)
        for warning in self._result.warnings:
            yield Label(f"! {printable(warning)}", classes="finding--warning", markup=False)
        yield Label(describe_environment(self._result.environment), classes="finding--environment", markup=False)


def heading_of(result: Result) -> str:
    """How many errors and warnings there are."""
    failed = sum(mode.failed for mode in result.modes)
    errors = plural(failed, "error") if failed else "No errors"
    return f"{errors} · {plural(len(result.warnings), 'warning')}" if result.warnings else errors


def describe_environment(environment: Environment) -> str:
    """Where the run took place and with which versions, in a sentence."""
    packages = "".join(f", {name} {version}" for name, version in environment.packages.items())
    cpus = plural(environment.cpu_count, "CPU")
    return printable(f"{environment.python}{packages}; {environment.platform}, {cpus}")

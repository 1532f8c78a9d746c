"""The forms in which a result can be written to a file, each by the suffix of the file's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from tui_httpbench.plan.plan import PlanError
from tui_httpbench.text.quoting import shortened

if TYPE_CHECKING:
    from tui_httpbench.analysis.hosts import HostsResult
    from tui_httpbench.analysis.result import Result
    from tui_httpbench.analysis.sweep import SweepResult
    from tui_httpbench.plan.reference import Against

OPTION = "--export"
"""What asks on the command line for the form of a file's suffix."""


@dataclass(frozen=True)
class Format:
    """A form: ``suffix`` is how the names of its files end, ``title`` what people call it, ``about`` what is in it.

    ``module`` has the function ``parts_of``, which makes the pieces of a text, of a ``Result`` and of what its lanes
    are compared with; ``sweep_module`` has one that makes them of a ``SweepResult``, ``hosts_module`` one of a
    ``HostsResult``. ``option`` asks for the form whatever the file's name is; empty where the suffix alone does.
    ``needs_samples`` tells that it has nothing to say of a run whose single requests are not kept any more.
    """

    suffix: str
    title: str
    about: str
    module: str
    option: str = ""
    needs_samples: bool = False
    sweep_module: str = ""
    hosts_module: str = ""

    @property
    def name(self) -> str:
        """The form in one word, as after ``--json``."""
        return self.suffix.rpartition(".")[2]

    def parts_of(self, result: Result, against: Against) -> Iterator[str]:
        """The result in this form, piece by piece; ``against`` is what its lanes are compared with one by one."""
        # Not sooner: what makes the text needs what makes the result, and --help waits for neither.
        parts: Iterator[str] = import_module(self.module).parts_of(result, against)
        return parts

    def parts_of_sweep(self, result: SweepResult) -> Iterator[str]:
        """A sweep in this form, piece by piece."""
        parts: Iterator[str] = import_module(self.sweep_module).parts_of(result)
        return parts

    def parts_of_hosts(self, result: HostsResult) -> Iterator[str]:
        """A run on many hosts in this form, piece by piece."""
        parts: Iterator[str] = import_module(self.hosts_module).parts_of(result)
        return parts


JSON = Format(
    ".json",
    "JSON",
    "the whole result",
    "tui_httpbench.report.json_report",
    "--json",
    sweep_module="tui_httpbench.report.sweep_json",
    hosts_module="tui_httpbench.report.hosts_json",
)

FORMATS: tuple[Format, ...] = (
    JSON,
    Format(
        ".md",
        "Markdown",
        "a report to paste: verdict, table, reasons",
        "tui_httpbench.report.markdown",
        sweep_module="tui_httpbench.report.sweep_markdown",
        hosts_module="tui_httpbench.report.hosts_markdown",
    ),
    Format(
        "rounds.csv",
        "CSV",
        "a row for each round of each mode",
        "tui_httpbench.report.rounds_csv",
        sweep_module="tui_httpbench.report.sweep_rounds_csv",
        hosts_module="tui_httpbench.report.hosts_rounds_csv",
    ),
    Format(
        ".csv",
        "CSV",
        "a row for each mode",
        "tui_httpbench.report.lanes_csv",
        sweep_module="tui_httpbench.report.sweep_csv",
        hosts_module="tui_httpbench.report.hosts_csv",
    ),
    Format(
        ".jsonl",
        "JSON Lines",
        "a line for each request",
        "tui_httpbench.report.requests_jsonl",
        needs_samples=True,
        sweep_module="tui_httpbench.report.sweep_jsonl",
        hosts_module="tui_httpbench.report.hosts_jsonl",
    ),
    Format(
        ".html",
        "HTML",
        "one page with charts, to be shown and printed",
        "tui_httpbench.report.html_report",
        sweep_module="tui_httpbench.report.sweep_html",
        hosts_module="tui_httpbench.report.hosts_html",
    ),
)
"""All forms; of two suffixes that a name ends in, the longer one stands first."""


@dataclass(frozen=True)
class Export:
    """A form, and the path where a result goes in it; ``-`` is standard output. ``option`` is what asked for it."""

    format: Format
    path: str
    option: str = field(default=OPTION, compare=False)


def suffixes() -> tuple[str, ...]:
    """What the names of files end in, each once: ``.json``."""
    return tuple(dict.fromkeys(f".{form.name}" for form in FORMATS))


def export_to(path: str) -> Export:
    """The form that the suffix of a path names, capital or small. Raises PlanError for any other suffix."""
    name = path.lower()
    form = next((form for form in FORMATS if name.endswith(form.suffix)), None)
    if form is None:
        *most, last = suffixes()
        raise PlanError(
            "export",
            f"The suffix tells the form, and {shortened(path, 60)!r} ends in none of {', '.join(most)} and {last}.",
        )
    return Export(form, path)

"""The forms in which a result can be written to a file. A row of the table is an option of the command line as well."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_httpbench.analysis.result import Result
    from tui_httpbench.plan.reference import Against


@dataclass(frozen=True)
class Format:
    """A form: ``name`` is its option's and its files' suffix, ``title`` what people call it.

    ``module`` has the function ``to_text``, which makes a text of a ``Result`` and of what its lanes are compared with.
    """

    name: str
    title: str
    module: str

    @property
    def option(self) -> str:
        """What asks for it on the command line."""
        return f"--{self.name}"

    def to_text(self, result: Result, against: Against) -> str:
        """The result in this form; ``against`` is what its lanes are compared with one by one."""
        # Not sooner: what makes the text needs what makes the result, and --help waits for neither.
        text: str = import_module(self.module).to_text(result, against)
        return text


JSON = Format("json", "JSON", "tui_httpbench.report.json_report")

FORMATS: tuple[Format, ...] = (JSON,)


@dataclass(frozen=True)
class Export:
    """A form, and the path where a result goes in it; ``-`` is standard output."""

    format: Format
    path: str

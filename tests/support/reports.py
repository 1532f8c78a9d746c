"""The report of a result as text."""

from __future__ import annotations

import io
from typing import Any

from tui_httpbench.analysis.result import Result
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.formats import FORMATS
from tui_httpbench.report.text import print_report


def report_of(result: Result, columns: int = 80, **options: Any) -> str:
    """What is printed of a result in so many columns; ``options`` are those of ``print_report``."""
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="utf-8")
    console = StreamConsole(stream)
    console.columns = columns
    print_report(result, console, **options)
    return buffer.getvalue().decode()


def exported(result: Result, against: Against = USUAL) -> dict[str, str]:
    """The whole text of each form in which a result can be saved, by the suffix."""
    return {form.suffix: "".join(form.parts_of(result, against)) for form in FORMATS}

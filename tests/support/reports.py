"""The report of a result as text."""

from __future__ import annotations

import io
from typing import Any

from tui_httpbench.analysis.result import Result
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.text import print_report


def report_of(result: Result, columns: int = 80, **options: Any) -> str:
    """What is printed of a result in so many columns; ``options`` are those of ``print_report``."""
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="utf-8")
    console = StreamConsole(stream)
    console.columns = columns
    print_report(result, console, **options)
    return buffer.getvalue().decode()

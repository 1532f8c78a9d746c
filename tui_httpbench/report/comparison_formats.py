"""The forms in which a comparison of runs can be written to a file, by name."""

from __future__ import annotations

from collections.abc import Callable

from tui_httpbench.analysis.run_comparison import RunComparison
from tui_httpbench.analysis.trend import Trend
from tui_httpbench.report import comparison_json, comparison_markdown, trend_report
from tui_httpbench.report.formats import FORMATS

COMPARISON_TEXTS: dict[str, Callable[[RunComparison], str]] = {
    "json": comparison_json.to_text,
    "md": comparison_markdown.to_text,
}
"""What a file holds of two runs."""

TREND_TEXTS: dict[str, Callable[[Trend], str]] = {"json": trend_report.to_json, "md": trend_report.to_markdown}
"""What a file holds of several runs."""

COMPARISON_FORMATS = tuple(form for form in FORMATS if form.name in COMPARISON_TEXTS)
"""The forms themselves."""

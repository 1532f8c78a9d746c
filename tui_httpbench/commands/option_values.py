"""What options hold, as it was typed, made into what the commands take."""

from __future__ import annotations

import argparse

from tui_httpbench.analysis.columns import METRIC_OPTIONS
from tui_httpbench.plan.parsing import parse_count
from tui_httpbench.plan.urls import MAX_PORT
from tui_httpbench.report import formats
from tui_httpbench.report.formats import OPTION, Export, export_to, suffixes
from tui_httpbench.text.hiding import ANYONES
from tui_httpbench.text.quoting import safe_sentence, shortened


class UsageError(ValueError):
    """The command line is wrong; the text is one sentence for the user."""

    def __init__(self, message: str) -> None:
        super().__init__(safe_sentence(ANYONES.hide(message)))


def listed(value: str | list[str] | None) -> list[str]:
    """What was given once or several times, as a list; empty where nothing was."""
    return [value] if isinstance(value, str) else value or []


def exports_of(options: argparse.Namespace) -> tuple[Export, ...]:
    """The forms that were asked for, and where the result is to go in them. Raises UsageError for other suffixes."""
    paths = ((form, getattr(options, form.name, None)) for form in with_option())
    named = [Export(form, path, form.option) for form, path in paths if path is not None]
    return (*named, *map(export_by_suffix, listed(getattr(options, OPTION.lstrip("-"), None))))


def export_by_suffix(path: str) -> Export:
    """The form that the suffix of a path names. Raises UsageError for no file, PlanError for any other suffix."""
    if path.strip() == "-":
        raise UsageError(f"{OPTION} needs a file with a suffix; {formats.JSON.option} - writes to standard output.")
    if not path.strip():
        raise UsageError(f"{OPTION} needs the name of a file that ends in {', '.join(suffixes())}.")
    if "://" in path:
        raise UsageError(f"{OPTION} needs a file before {shortened(path)!r}.")
    return export_to(path)


def with_option() -> list[formats.Format]:
    """The forms that have an option of their own."""
    return [form for form in formats.FORMATS if form.option]


def parse_port(text: str | None) -> int | None:
    """A port to serve at, None for a free one. Raises PlanError."""
    return None if text is None else parse_count(text, "port", MAX_PORT, "8080")


def parse_metric(text: str | None) -> str | None:
    """What the chart shows, None where nothing is said. Raises UsageError."""
    if text is None:
        return None
    if (name := text.strip().lower()) not in METRIC_OPTIONS:
        raise UsageError(f"There is no metric {shortened(text)!r}; write one of {', '.join(METRIC_OPTIONS)}.")
    return name


def without_option(arguments: list[str], name: str) -> list[str]:
    """The arguments without an option that takes a value, in either of its two forms."""
    kept = []
    rest = iter(arguments)
    for argument in rest:
        if argument == name:
            next(rest, None)
        elif not argument.startswith(f"{name}="):
            kept.append(argument)
    return kept

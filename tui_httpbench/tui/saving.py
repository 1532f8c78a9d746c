"""Files that the screens write, and what they say about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from textual.app import App

from tui_httpbench.analysis.result import Result
from tui_httpbench.plan.plan import PlanError
from tui_httpbench.plan.reference import USUAL
from tui_httpbench.report.destination import FileDestination
from tui_httpbench.report.formats import JSON, Export
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import printable

SCREENSHOT_TOOLTIP = "Save a screenshot (SVG) in this folder"


def save_result(app: App[Any], result: Result, export: Export | None = None) -> bool:
    """Writes a result, as JSON into the current folder unless something else is asked for; says where, or why not.

    Tells whether it was written.
    """
    export = export or Export(JSON, _file_name(JSON.name))
    return _save(app, "The result", export.format.to_text(result, USUAL), export.path)


def save_screenshot(app: App[Any]) -> None:
    """Saves the screen as SVG in the current folder, or has the browser save it; says where, or why not."""
    if app.is_web:
        app.deliver_screenshot(_file_name("svg"))
    else:
        _save(app, "The screenshot", app.export_screenshot(), _file_name("svg"), private=True)


def _file_name(suffix: str) -> str:
    return f"httpbench-{datetime.now():%Y%m%d-%H%M%S}.{suffix}"


def _save(app: App[Any], what: str, text: str, path: str, *, private: bool = False) -> bool:
    try:
        FileDestination(path, private=private).write(text)
    except PlanError as error:
        app.notify(str(error), severity="error", timeout=15, markup=False)
    except OSError as error:
        message = f"{what} can't be written to {printable(path)}: {reason_of(error)}."
        app.notify(message, severity="error", timeout=15, markup=False)
    else:
        app.notify(f"{what} was saved as {printable(path)}.", markup=False)
        return True
    return False

"""Files that the screens write, and what they say about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from textual.app import App

from tui_httpbench.analysis.any_result import AnyResult
from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.files.threads import in_thread
from tui_httpbench.plan.plan import PlanError
from tui_httpbench.plan.reference import USUAL
from tui_httpbench.report.destination import FileDestination
from tui_httpbench.report.formats import Export
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.formatting import folder_of


def _parts_of(result: AnyResult, export: Export) -> Iterable[str]:
    if isinstance(result, SweepResult):
        return export.format.parts_of_sweep(result)
    if isinstance(result, HostsResult):
        return export.format.parts_of_hosts(result)
    return export.format.parts_of(result, USUAL)


async def save_result_aside(
    app: App[Any], result: AnyResult, export: Export, failed: Callable[[str], object] | None = None
) -> bool:
    """Writes a result where it was asked for, in the form that was, while the app goes on; says where, or why not.

    Tells whether it was written, and ``failed`` why it was not. A million requests take seconds: to be awaited by a
    worker or a task, since a screen that awaits it takes no keys meanwhile.
    """
    problem = await in_thread(lambda: _write(export.path, _parts_of(result, export)))
    return _tell(app, "The result", export.path, problem, failed)


def save_comparison(app: App[Any], export: Export, text: str) -> bool:
    """Writes a comparison of runs where it was asked for; says where, or why not. Tells whether it was written."""
    return _tell(app, "The comparison", export.path, _write(export.path, (text,)))


def save_screenshot(app: App[Any]) -> None:
    """Saves the screen as SVG in the current folder, or has the browser save it; says where, or why not."""
    name = f"{file_stem()}.svg"
    if app.is_web:
        app.deliver_screenshot(name)
    else:
        _tell(app, "The screenshot", name, _write(name, (app.export_screenshot(),), private=True))


def file_stem(run_id: str = "") -> str:
    """What the name of a file begins with that nobody has named: ``httpbench-20261126-201834``; of a run, its id."""
    return f"httpbench-{run_id or format(datetime.now(), '%Y%m%d-%H%M%S')}"


def _write(path: str, parts: Iterable[str], *, private: bool = False) -> str | None:
    """Writes a text; None, or why that can't be done: a whole sentence, or what stands behind a colon."""
    try:
        FileDestination(path, private=private).write_parts(parts)
    except PlanError as error:
        return str(error)
    except OSError as error:
        return f": {reason_of(error)}"
    return None


def _tell(
    app: App[Any], what: str, path: str, problem: str | None, failed: Callable[[str], object] | None = None
) -> bool:
    if problem is None:
        # Whoever came by mouse may not know where the app was started.
        folder = f" in {where}" if (where := folder_of(path)) else ""
        app.notify(f"{what} was saved as {printable(path)}{folder}.", markup=False)
        return True
    told = f"{what} can't be written to {printable(path)}{problem}." if problem.startswith(":") else problem
    app.notify(told, severity="error", timeout=15, markup=False)
    if failed is not None:
        failed(told)
    return False

"""``httpbench-tui modes``: the list of modes, and the check of a client file."""

from __future__ import annotations

import asyncio
import sys

from rich import box
from rich.table import Table
from rich.text import Text

from tui_httpbench.bench.probes import probe_modes
from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.clients.catalog import MODES, Mode, offered
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.commands.exit_status import FAILURE, SUCCESS
from tui_httpbench.measured.probe import Probe
from tui_httpbench.plan.parsing import parse_modes
from tui_httpbench.plan.plan import Plan
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetError
from tui_httpbench.text.formatting import complaint, plural
from tui_httpbench.text.quoting import printable
from tui_httpbench.worker.job import UNTOLD

_OK = 200


def print_modes(console: StreamConsole) -> None:
    """Prints all modes, one a row, with the versions of installed libraries; imports none of them.

    Those of other packages are among them; a sentence on standard error says which of those can't be used.
    """
    _, troubles = offered()
    for trouble in troubles:
        print(complaint(trouble), file=sys.stderr)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold")
    for name in ("mode", "library", "version", "kind", "client"):
        table.add_column(name, no_wrap=True)
    table.add_column("what it does", overflow="fold")
    for mode in MODES.values():
        version = _version(mode)
        style = "" if mode.is_installed() else "dim"
        cells = (mode.id, mode.library.name, version, mode.kind, "kept" if mode.kept else "each", mode.about)
        table.add_row(*(Text(cell, style=style) for cell in cells))
    # A pipe's reader wants a mode on one line.
    columns = console.columns if console.is_terminal else max(console.columns, console.width_of(table))
    console.print(table, columns=columns)


def check_files(names: list[str], console: StreamConsole) -> int:
    """Sends one request of each mode of these client files, or of modes by their ids, to the embedded target.

    Prints what came of it, and returns the exit status: 0 where all of them answered. Raises PlanError where a file is
    none.
    """
    labels = parse_modes(names)
    try:
        probes = asyncio.run(_probe(Plan(modes=labels, concurrency=1)))
    except TargetError as error:
        print(complaint(str(error)), file=sys.stderr)
        return FAILURE
    for probe in probes:
        console.print(_account(mode_of(probe.mode), probe))
    return SUCCESS if all(map(_is_good, probes)) else FAILURE


async def _probe(plan: Plan) -> tuple[Probe, ...]:
    async with EmbeddedTarget() as target:
        return await probe_modes(plan, target.url + "/", target, USUAL_TRUST)


def _is_good(probe: Probe) -> bool:
    return probe.response is not None and probe.response.status == _OK


def _account(mode: Mode, probe: Probe) -> Text:
    client = "kept for a round" if mode.kept else "made for each request"
    text = Text.assemble((mode.id, "bold"), f": {mode.about} ({mode.kind}, client {client})")
    if probe.error is not None or probe.response is None:
        kind, why = probe.error or ("other", "no answer")
        return text.append(f"\n  failed ({kind}): {printable(why)}", style="red")
    response = probe.response
    text.append(f"\n  answered {response.status} with {plural(response.body_bytes, 'byte')}")
    made = "\n    ".join(map(printable, probe.made.splitlines()))
    text.append(f"\n  made by {made or 'the mode itself, not by new(…): its library has its own settings'}")
    for name, value in probe.settings.items():
        text.append(f"\n  {name}: {printable(value)}")
    if not response.url:
        if response.http_version == UNTOLD:
            unknown = "redirects and HTTP version: unknown, since the file has no watch_responses"
        else:
            unknown = "where redirects ended: unknown, since the library does not tell"
        text.append(f"\n  {unknown}", style="dim")
    return text


def _version(mode: Mode) -> str:
    if not mode.is_installed():
        return f"not installed: {mode.how_to_get}"
    return mode.library.version() or ("unknown" if mode.library.packages else "–")

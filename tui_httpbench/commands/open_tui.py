"""Opens the TUI in this terminal or in a browser; where neither can show it, runs without a screen."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from typing import TextIO

from tui_httpbench.commands.interrupt import is_loaded
from tui_httpbench.commands.measure import measure_here
from tui_httpbench.commands.names import PROGRAM
from tui_httpbench.commands.option_values import UsageError, exports_of, parse_port, without_option
from tui_httpbench.commands.plan_options import make_plan
from tui_httpbench.commands.run_options import RunOptions
from tui_httpbench.history.naming import parse_name
from tui_httpbench.plan.presets import default_plan
from tui_httpbench.text.formatting import complaint

NOTHING_DRAWN = ("dumb", "unknown")
"""Kinds of terminals, by their TERM, that print lines and no more."""
DRAWN_WITH = "╭│█▏▔·…↑✓×≠"


def open_tui(options: argparse.Namespace) -> int:
    """What the program does without a command; the exit status. Raises UsageError and PlanError."""
    # Behind 'serve', Textual's own driver talks to the browser over pipes.
    in_browser = "TEXTUAL_DRIVER" in os.environ
    why_no_screen = "" if in_browser else _why_no_screen()
    has_screen = not why_no_screen
    plan, exports = make_plan(options, may_ask=has_screen), exports_of(options)
    name, in_history = parse_name(options.name), not options.no_history
    if not has_screen:
        print(complaint(f"{why_no_screen}, so this does what '{PROGRAM} run' does."), file=sys.stderr)
        asked = RunOptions(exports, keep_going=options.keep_going, name=name, in_history=in_history)
        return measure_here(plan or default_plan(), asked)
    if not (in_browser or (_is_terminal(sys.stdin) and _is_terminal(sys.stderr))):
        raise UsageError(f"The TUI needs a terminal on stdin and stderr too; use '{PROGRAM} run' without one.")
    if not in_browser and (encoding := _lacking_encoding()):
        raise UsageError(
            f"This terminal's encoding, {encoding}, lacks the characters that the TUI draws with; set LC_ALL=C.UTF-8, "
            f"or use '{PROGRAM} run'."
        )
    if exports:
        from tui_httpbench.report.destination import open_all

        for form, destination in open_all(exports):
            if destination.is_stdout:
                what = f"The TUI can't write {form.title} to its own terminal"
                raise UsageError(f"{what}; name a file, or use '{PROGRAM} run'.")
    from tui_httpbench.tui.app import HttpbenchApp

    is_loaded()
    app = HttpbenchApp(
        plan,
        start=options.start,
        exports=exports,
        present=options.present,
        keep_going=options.keep_going,
        name=name,
        in_history=in_history,
    )
    app.run()
    if app.farewell:
        with suppress(OSError):  # the terminal may be gone
            print(complaint(app.farewell), file=sys.stderr)
    return app.return_code or 0


def serve_tui(options: argparse.Namespace, arguments: list[str]) -> int:
    """What ``serve`` does with its options and the arguments that they came from. Raises UsageError and PlanError."""
    make_plan(options, may_ask=True)  # what is wrong is said here, not in the browser
    parse_name(options.name)
    port = parse_port(options.port)
    for export in exports_of(options):
        if export.path.strip() == "-":
            raise UsageError(f"The TUI can't write {export.format.title} to a terminal in a browser; name a file.")
    try:
        from tui_httpbench.commands.serve import serve
    except ModuleNotFoundError as error:
        raise UsageError(
            f"'{PROGRAM} serve' needs {error.name}, which is not installed here; run 'pip install httpbench-tui[web]'."
        ) from None
    is_loaded()
    return serve(without_option(arguments, "--port"), port)


def _why_no_screen() -> str:
    """Why nothing can be drawn where standard output goes; empty where it can."""
    if not _is_terminal(sys.stdout):
        return "Standard output is no terminal"
    term = os.environ.get("TERM", "")
    return f"A terminal with TERM={term} can't show the TUI" if term in NOTHING_DRAWN else ""


def _lacking_encoding() -> str:
    """The encoding in which the TUI would be drawn, where that lacks its characters; else nothing."""
    encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"
    try:
        DRAWN_WITH.encode(encoding)
    except UnicodeEncodeError:
        return encoding
    return ""


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()

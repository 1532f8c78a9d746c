"""The command line: parses, then opens the TUI or runs headless."""

from __future__ import annotations

import argparse
import os
import sys

from tui_httpbench import __version__
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.exit_status import FAILURE, STOPPED, USAGE_ERROR
from tui_httpbench.commands.hints import why_no_command
from tui_httpbench.commands.interrupt import is_loaded
from tui_httpbench.commands.measure import measure
from tui_httpbench.commands.names import COMMANDS, PROGRAM
from tui_httpbench.commands.open_tui import open_tui, serve_tui
from tui_httpbench.commands.option_values import (
    UsageError,
    export_by_suffix,
    exports_of,
    parse_metric,
    parse_port,
)
from tui_httpbench.commands.plan_options import make_scenario
from tui_httpbench.files.threads import NO_MORE, is_refused_thread, spare_threads_of_numpy
from tui_httpbench.plan.plan import PlanError
from tui_httpbench.text.formatting import complaint
from tui_httpbench.text.plain_ascii import say_it_plainly
from tui_httpbench.text.quoting import shortened


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns its exit status."""
    spare_threads_of_numpy()
    say_it_plainly(sys.stdout, sys.stderr)
    try:
        status = _dispatch(sys.argv[1:] if argv is None else argv)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (UsageError, PlanError) as error:
        print(complaint(str(error)), file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:
        # What is left would fail again when Python flushes it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return STOPPED
    except RuntimeError as error:
        if not is_refused_thread(error):
            raise
        print(complaint(f"This can't go on: {NO_MORE}."), file=sys.stderr)
        return FAILURE
    return status


# Each command imports its own modules: --help waits for none of them, and 'run' never loads the TUI.
def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] == ["help"]:
        arguments = _arguments_of_help(arguments[1:])
    elif arguments == ["version"]:
        arguments = ["--version"]
    command = arguments[0] if arguments and arguments[0] in COMMANDS else None
    parser = Parser(command)
    options = parser.parse(arguments[1:] if command else arguments)
    if options.help:
        print(parser.format_help(), end="")
        return 0
    if options.version:
        print(f"{PROGRAM} {__version__}")
        return 0
    match command:
        case "run":
            return measure(options)
        case "compare":
            return _compare(options)
        case "history":
            return _history(options)
        case "recover":
            return _recover(options)
        case "modes":
            return _list_modes(options.files)
        case "environments":
            return _environments(options.action)
        case "completion":
            return _print_completion(options.shell)
        case "target":
            return _serve(options)
        case "serve":
            return serve_tui(options, arguments[1:])
    return open_tui(options)


def _arguments_of_help(words: list[str]) -> list[str]:
    """What shows the help that was asked for in words. Raises UsageError where they name no command."""
    named = [word for word in words if word not in ("help", "version") and not word.startswith("-")]
    if len(named) > 1:
        raise UsageError(f"help takes one command, and not {shortened(named[1])!r} too.")
    if named and named[0] not in COMMANDS:
        raise UsageError(why_no_command(named[0]))
    return [*named, "--help"]


def _recover(options: argparse.Namespace) -> int:
    if options.all and not options.discard:
        raise UsageError("--all goes with --discard; without it, each 'recover' reports one run, the latest first.")
    exports = exports_of(options)
    if exports and options.discard:
        option = exports[0].option
        raise UsageError(f"--discard reports nothing; leave out {option}, or give it without --discard first.")
    from tui_httpbench.commands.recover import recover_run

    is_loaded()
    return recover_run(exports, discards=options.discard, all_runs=options.all)


def _history(options: argparse.Namespace) -> int:
    from tui_httpbench.commands.history import export_run, list_runs, remove_runs, show_run

    is_loaded()
    deed, items, exports = options.deed or "list", options.items, exports_of(options)
    if options.all and deed != "list":
        raise UsageError(f"--all goes with 'history list'; leave it out of 'history {shortened(deed)}'.")
    if exports and deed in ("export", "rm"):
        raise UsageError(f"{exports[0].option} goes with 'history show' or 'list'; leave it out of 'history {deed}'.")
    match deed:
        case "list":
            return list_runs(items, exports, all_runs=options.all)
        case "show" if len(items) > 1:
            raise UsageError(f"'history show' takes one run, and not {shortened(items[1])!r} too.")
        case "show":
            return show_run(
                items[0] if items else "last",
                exports,
                metric=parse_metric(options.metric),
                verbose=options.verbose,
                group_by=options.group_by,
            )
        case "export" if len(items) < 2:
            raise UsageError("'history export' needs a run and the files to write: history export last result.json.")
        case "export":
            return export_run(items[0], tuple(map(export_by_suffix, items[1:])))
        case "rm" if not items:
            raise UsageError("'history rm' needs the runs to remove: 'history list' has their ids.")
        case "rm":
            return remove_runs(items)
    raise UsageError(f"history takes list, show, export or rm, not {shortened(deed)!r}.")


def _compare(options: argparse.Namespace) -> int:
    from tui_httpbench.commands.compare import Wishes, compare

    is_loaded()
    wishes = Wishes(options.relative_to, options.lane, options.same_within, options.fail_if_slower, exports_of(options))
    return compare(options.runs, wishes)


def _environments(action: str | None) -> int:
    if action not in (None, "list", "clear"):
        raise UsageError(f"environments takes list or clear, not {shortened(action)!r}.")
    from tui_httpbench.commands.environments import clear_environments, list_environments
    from tui_httpbench.report.console import StreamConsole

    is_loaded()
    return clear_environments() if action == "clear" else list_environments(StreamConsole(sys.stdout))


def _print_completion(shell: str | None) -> int:
    if shell is None:
        raise UsageError(f"Name your shell: {PROGRAM} completion bash, zsh or fish.")
    from tui_httpbench.commands.completion import script

    is_loaded()
    print(script(shell))
    return 0


def _list_modes(files: list[str]) -> int:
    from tui_httpbench.commands.modes import check_files, print_modes
    from tui_httpbench.report.console import StreamConsole

    is_loaded()
    console = StreamConsole(sys.stdout)
    if files:
        return check_files(files, console)
    print_modes(console)
    return 0


def _serve(options: argparse.Namespace) -> int:
    port, scenario = parse_port(options.port), make_scenario(options)
    from tui_httpbench.commands.target import serve

    is_loaded()
    return serve(port, scenario)

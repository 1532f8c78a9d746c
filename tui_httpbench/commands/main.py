"""The command line: parses, then opens the TUI or runs headless."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from typing import TextIO

from tui_httpbench import __version__
from tui_httpbench.analysis.grouping import parse_group_by
from tui_httpbench.bench.cluster.address import Cluster, parse_cluster
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.exit_status import FAILURE, STOPPED, USAGE_ERROR
from tui_httpbench.commands.hints import why_no_command
from tui_httpbench.commands.interrupt import is_loaded
from tui_httpbench.commands.names import COMMANDS, PROGRAM
from tui_httpbench.commands.option_values import (
    UsageError,
    export_by_suffix,
    exports_of,
    parse_metric,
    parse_port,
    without_option,
)
from tui_httpbench.commands.plan_options import make_plan, make_scenario
from tui_httpbench.files.threads import NO_MORE, is_refused_thread, spare_threads_of_numpy
from tui_httpbench.history.naming import parse_name
from tui_httpbench.plan.plan import Plan, PlanError
from tui_httpbench.plan.politeness import remote_load
from tui_httpbench.plan.presets import default_plan
from tui_httpbench.plan.reference import parse_against
from tui_httpbench.report.formats import Export
from tui_httpbench.text.formatting import complaint
from tui_httpbench.text.plain_ascii import say_it_plainly
from tui_httpbench.text.quoting import shortened

NOTHING_DRAWN = ("dumb", "unknown")
"""Kinds of terminals, by their TERM, that print lines and no more."""
DRAWN_WITH = "╭│█▏▔·…↑✓×≠"


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
            cluster = _cluster_of(options)
            plan = make_plan(options, elsewhere=cluster is not None and not cluster.local)
            metric = parse_metric(options.metric)
            return _measure(
                plan,
                exports_of(options),
                metric=metric,
                verbose=options.verbose,
                yes=options.yes,
                keep_going=options.keep_going,
                fail_if_slower=options.fail_if_slower,
                reference=options.reference,
                group_by=options.group_by,
                name=parse_name(options.name),
                in_history=not options.no_history,
                cluster=cluster,
            )
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
            return _serve_tui(options, arguments[1:])
    return _open_tui(options)


def _arguments_of_help(words: list[str]) -> list[str]:
    """What shows the help that was asked for in words. Raises UsageError where they name no command."""
    named = [word for word in words if word not in ("help", "version") and not word.startswith("-")]
    if len(named) > 1:
        raise UsageError(f"help takes one command, and not {shortened(named[1])!r} too.")
    if named and named[0] not in COMMANDS:
        raise UsageError(why_no_command(named[0]))
    return [*named, "--help"]


def _measure(
    plan: Plan | None,
    exports: tuple[Export, ...],
    *,
    metric: str | None = None,
    verbose: bool = False,
    yes: bool = False,
    keep_going: bool = False,
    fail_if_slower: str | None = None,
    reference: str | None = None,
    group_by: str | None = None,
    name: str = "",
    in_history: bool = True,
    cluster: Cluster | None = None,
) -> int:
    if cluster is not None:
        return _measure_on_hosts(
            plan or default_plan(elsewhere=not cluster.local),
            cluster,
            exports,
            {
                "--sweep": plan is not None and plan.sweep,
                "--fail-if-slower": fail_if_slower,
                "--group-by": group_by,
                "--reference": reference,
            },
            metric=metric,
            verbose=verbose,
            yes=yes,
            keep_going=keep_going,
            name=name,
            in_history=in_history,
        )
    if plan is not None and (load := remote_load(plan)) is not None:
        if load.is_heavy and not yes:
            raise UsageError(f"{load.in_words[:-1]}; {load.why_heavy}")
        print(complaint(load.in_words), file=sys.stderr)
    if plan is not None and plan.sweep is not None:
        for option, value in (
            ("--fail-if-slower", fail_if_slower),
            ("--reference", reference),
            ("--group-by", group_by),
        ):
            if value is not None:
                raise UsageError(f"{option} is for a single run; leave it out, or --sweep.")
        return _sweep(plan, exports, metric, verbose, yes, keep_going, name, in_history)
    from tui_httpbench.commands.run import run_headless

    is_loaded()
    plan = plan or default_plan()
    against = parse_against(fail_if_slower, reference, plan)
    return run_headless(
        plan,
        exports,
        metric=metric,
        verbose=verbose,
        keep_going=keep_going,
        yes=yes,
        against=against,
        group_by=parse_group_by(group_by, plan),
        name=name,
        in_history=in_history,
    )


def _cluster_of(options: argparse.Namespace) -> Cluster | None:
    """The cluster that was asked for. Raises PlanError, and UsageError for an option that goes with one."""
    of_cluster = {
        "--hosts": options.hosts,
        "--cluster-ca": options.cluster_ca,
        "--cluster-cert": options.cluster_cert,
        "--cluster-key": options.cluster_key,
    }
    if options.cluster is not None:
        return parse_cluster(options.cluster, *of_cluster.values())
    if given := next((option for option, value in of_cluster.items() if value is not None), None):
        raise UsageError(f"{given} goes with --cluster; name the cluster, or leave {given} out.")
    return None


def _measure_on_hosts(
    plan: Plan,
    cluster: Cluster,
    exports: tuple[Export, ...],
    refused: dict[str, object],
    *,
    metric: str | None,
    verbose: bool,
    yes: bool,
    keep_going: bool,
    name: str,
    in_history: bool,
) -> int:
    if given := next((option for option, value in refused.items() if value), None):
        raise UsageError(f"{given} is for a run on this machine; leave it out, or --cluster.")
    if find_spec("distributed") is None:
        raise UsageError("--cluster needs Dask, which is not installed here; run 'pip install httpbench-tui[cluster]'.")
    from tui_httpbench.commands.cluster import run_on_hosts

    is_loaded()
    return run_on_hosts(
        plan,
        cluster,
        exports,
        metric=metric,
        verbose=verbose,
        yes=yes,
        keep_going=keep_going,
        name=name,
        in_history=in_history,
    )


def _sweep(
    plan: Plan,
    exports: tuple[Export, ...],
    metric: str | None,
    verbose: bool,
    yes: bool,
    keep_going: bool,
    name: str,
    in_history: bool,
) -> int:
    from tui_httpbench.commands.sweep import run_sweep

    is_loaded()
    return run_sweep(
        plan,
        exports,
        metric=metric,
        verbose=verbose,
        yes=yes,
        keep_going=keep_going,
        name=name,
        in_history=in_history,
    )


def _open_tui(options: argparse.Namespace) -> int:
    # Behind 'serve', Textual's own driver talks to the browser over pipes.
    in_browser = "TEXTUAL_DRIVER" in os.environ
    why_no_screen = "" if in_browser else _why_no_screen()
    has_screen = not why_no_screen
    plan, exports = make_plan(options, may_ask=has_screen), exports_of(options)
    name, in_history = parse_name(options.name), not options.no_history
    if not has_screen:
        print(complaint(f"{why_no_screen}, so this does what '{PROGRAM} run' does."), file=sys.stderr)
        return _measure(plan, exports, keep_going=options.keep_going, name=name, in_history=in_history)
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


def _serve_tui(options: argparse.Namespace, arguments: list[str]) -> int:
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

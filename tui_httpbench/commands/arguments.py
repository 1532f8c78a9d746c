"""The options of the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection
from functools import cache
from typing import Any, NoReturn

from tui_httpbench.analysis.columns import DEFAULT_METRIC, METRIC_OPTIONS
from tui_httpbench.analysis.grouping import GROUPINGS
from tui_httpbench.commands.comparison_options import EXIT_STATUS, add_comparison
from tui_httpbench.commands.hints import OF_PLANS, why_no_file, why_no_item, why_no_option, why_no_url
from tui_httpbench.commands.names import COMMANDS, PROGRAM
from tui_httpbench.commands.option_values import UsageError, exports_of, listed, with_option
from tui_httpbench.commands.other_tools import HINTS
from tui_httpbench.commands.usage import description, usage_of
from tui_httpbench.plan.field import Field
from tui_httpbench.plan.fields import GROUPS, TARGET_GROUP
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.scenario import SCENARIOS
from tui_httpbench.report import formats
from tui_httpbench.report.formats import OPTION
from tui_httpbench.text.quoting import shortened

_UNNAMED = ("url", "files", "shell", "deed", "items", "runs")
"""The arguments that go by their place alone, by the names under which the parser keeps them."""
_EXIT_STATUS = (
    "exit status: 0 all requests succeeded; 1 some failed, or a mode could not run;\n"
    "2 the command line or plan is wrong; 3 surely slower than --fail-if-slower lets;\n"
    "130 stopped by the user (what was measured is still reported)"
)
_NAMES: dict[str, Collection[str]] = {
    "--preset": PRESETS,
    "--scenario": SCENARIOS,
    "--metric": METRIC_OPTIONS,
    "--group-by": GROUPINGS,
}
"""The options that take one of some names, which are said where none is given."""
_EPILOGS = {None: _EXIT_STATUS, "run": _EXIT_STATUS, "compare": EXIT_STATUS}


class Parser(argparse.ArgumentParser):
    """An argparse parser whose errors are UsageErrors of one sentence, and that takes no shortened option."""

    def __init__(self, command: str | None) -> None:
        """The parser of a command, or of the TUI if ``command`` is None."""
        super().__init__(
            prog=f"{PROGRAM} {command}" if command else PROGRAM,
            usage=usage_of(command),
            description=f"{COMMANDS[command][0].upper()}{COMMANDS[command][1:]}." if command else description(),
            epilog=_EPILOGS.get(command),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            add_help=False,
        )
        self.command = command
        # What stands in no group would come before all groups.
        rest: argparse._ActionsContainer = self
        match command:
            case "compare":
                add_comparison(self)
            case "completion":
                self.add_argument("shell", metavar="SHELL", nargs="?", help="bash, zsh or fish")
            case "environments":
                self.add_argument("action", metavar="ACTION", nargs="?", help="list (default) or clear")
            case "modes":
                self.add_argument(
                    "files",
                    metavar="FILE.py",
                    nargs="*",
                    help="client files of your own to check: one request of each of their modes is sent to the "
                    "embedded target",
                )
            case "history":
                self.add_argument("deed", metavar="ACTION", nargs="?", help="list (default), show, export or rm")
                self.add_argument(
                    "items",
                    metavar="RUN",
                    nargs="*",
                    help="a run: its id or how that begins, its name, or last, last~1 and so on; after list: words "
                    "that a run must have; after export RUN: the files to write",
                )
                self.add_argument("--all", action="store_true", help="list all runs, not only the latest")
                self._add_exports(self)
                self._add_report(self)
            case "recover":
                self._add_exports(self)
                self.add_argument("--discard", action="store_true", help="remove it, and report nothing")
                self.add_argument("--all", action="store_true", help="with --discard: remove all interrupted runs")
            case "target":
                self._add_fields(TARGET_GROUP)
                rest = self.add_argument_group("other options")
                rest.add_argument("--port", metavar="N", help="port to serve at (default: a free one)")
            case None | "run" | "serve":
                self._add_fields(*GROUPS)
                self._add_output()
                rest = self.add_argument_group("other options")
                self._add_others(rest)
        rest.add_argument("-h", "--help", action="store_true", help="show this text")
        rest.add_argument("-V", "--version", action="store_true", help="show the version")

    def _add_fields(self, *titles: str) -> None:
        for title in titles:
            group = self.add_argument_group(title)
            for field in GROUPS[title]:
                _add_field(group, field)

    def _add_output(self) -> None:
        group = self.add_argument_group("output")
        add = group.add_argument
        self._add_exports(group)
        add("--name", metavar="TEXT", help="name of the run in the history (default: none)")
        add("--no-history", action="store_true", help="don't keep the run in the history")
        if self.command == "run":
            self._add_report(group)
            add(
                "--fail-if-slower",
                metavar="PERCENT",
                help="exit with 3 if a variant is surely that much slower than its reference; unsure never fails",
            )
            add(
                "--reference",
                metavar="LABEL",
                help="what the others are compared with: a variant, or one mode for all (default: the first variant of "
                "each mode)",
            )
        else:
            add(
                "--present",
                action="store_true",
                help="presentation mode: bigger, high contrast, no menus",
            )

    def _add_others(self, group: argparse._ActionsContainer) -> None:
        add = group.add_argument
        add(
            "--keep-going",
            action="store_true",
            help="measure even if every mode failed before the rounds (default: the TUI asks; 'run' ends there and "
            "says why)",
        )
        if self.command == "run":
            add(
                "--cluster",
                metavar="ADDRESS",
                help="measure on all hosts of a Dask cluster: tcp://HOST:8786, tls://HOST:8786, or local:N for N "
                "processes here (default: on this machine alone)",
            )
            add("--hosts", metavar="NAME,…", help="with --cluster: these hosts, or those that have this resource")
            for name, what in (("ca", "certificate of the authority"), ("cert", "certificate"), ("key", "private key")):
                words = f"with --cluster tls://…: PEM file with the {what} (default: as Dask is configured)"
                add(f"--cluster-{name}", metavar="FILE", help=words)
            add(
                "--yes",
                action="store_true",
                help="allow heavy load on another machine: over 1,000 requests or 50 connections, or a load by seconds",
            )
            return
        add("--start", action="store_true", help="start measuring at once")
        if self.command == "serve":
            add("--port", metavar="N", help="port to serve at (default: 8000)")

    @staticmethod
    def _add_exports(group: argparse._ActionsContainer) -> None:
        for form in with_option():
            words = f"write the result as {form.title}; - is standard output (default: none)"
            group.add_argument(form.option, metavar="FILE|-", dest=form.name, help=words)
        forms = ", ".join(f"{form.suffix} ({form.about})" for form in formats.FORMATS)
        words = f"write the result to a file, whose suffix decides what it holds: {forms}; repeatable"
        group.add_argument(OPTION, metavar="FILE", action="append", help=words)

    @staticmethod
    def _add_report(group: argparse._ActionsContainer) -> None:
        add = group.add_argument
        add(
            "--metric",
            metavar="NAME",
            help=f"what the chart shows: {', '.join(METRIC_OPTIONS)} (default: {DEFAULT_METRIC})",
        )
        add(
            "--group-by",
            metavar="NAME",
            help=f"order of the lanes in table and chart: {', '.join(GROUPINGS)} (default: mode with --variant, "
            "else rank)",
        )
        add("-v", "--verbose", action="store_true", help="also report all settings and the environment")

    def parse(self, arguments: list[str]) -> argparse.Namespace:
        """The options as texts. Raises UsageError."""
        self._refuse_single_hyphens(arguments)
        options, rest = self.parse_known_args(arguments)
        if options.help or options.version:
            return options
        # A value behind an option that there is none of may have been taken for the URL: the option is what is wrong.
        # argparse takes -4 for a number, and so for an argument without a name.
        unnamed = [value for name in _UNNAMED for value in listed(getattr(options, name, None))]
        if unknown := next((each for each in (*unnamed, *rest) if each.startswith("-") and each != "-"), None):
            raise UsageError(self._why_unknown(unknown))
        if url := getattr(options, "url", None):
            self._refuse(why_no_url(url, self.command))
        if rest:
            if url and "://" in rest[0] and re.fullmatch(r"[a-z]\w*", url, re.IGNORECASE | re.ASCII):
                raise UsageError(f"{shortened(url)!r} stands where the URL does; leave it out.")
            self._refuse(self._why_too_many(rest[0]))
        for export in exports_of(options):
            self._refuse(why_no_file(export))
        return options

    def _refuse_single_hyphens(self, arguments: list[str]) -> None:
        """Refuses ``-data x`` and ``-disable-keepalive``, as hey has them: argparse would read ``-d`` with a value."""
        for argument in arguments:
            if argument == "--":
                return
            name = argument.partition("=")[0]
            if re.match(r"-[^-]{2}", name) and (f"-{name}" in HINTS or f"-{name}" in self._option_string_actions):
                raise UsageError(why_no_option(name, self.command, _options_of))

    @staticmethod
    def _refuse(why: str) -> None:
        if why:
            raise UsageError(why)

    def error(self, message: str) -> NoReturn:
        """Turns argparse's message into a sentence. Raises UsageError."""
        match = re.fullmatch(r"argument ([^:]+): (.*)", message, re.DOTALL)
        if match is None:
            raise UsageError(f"{message[:1].upper()}{message[1:]}.")
        option, problem = match.groups()
        if problem.startswith("expected"):
            long = option.rpartition("/")[2]
            if long in _NAMES:
                raise UsageError(f"{long} needs a name: {', '.join(_NAMES[long])}.")
            raise UsageError(f"{option} needs a value; write {long}=VALUE if it begins with a hyphen.")
        if problem.startswith("ignored explicit argument"):
            raise UsageError(f"{option} takes no value; leave out {shortened(problem.partition('argument ')[2])}.")
        raise UsageError(f"{option}: {problem}.")

    def _why_too_many(self, argument: str) -> str:
        shown = repr(shortened(argument, 60))
        if self.command in OF_PLANS:
            why = why_no_item(argument) or why_no_url(argument, self.command)
            return why or (f"{shown} is one argument too many; give one URL at most, and quote values with spaces.")
        if self.command == "target" and (port := argument.removeprefix(":")).isdecimal():
            return f"{self.command} takes no {shown}; a port goes behind --port: --port {shortened(port)}."
        return f"{self.command} takes no {shown}; see {self.prog} --help."

    def _why_unknown(self, argument: str) -> str:
        name = argument.partition("=")[0]
        if self.command not in (None, "serve"):
            if name == "--start":
                return f"--start is for the TUI; '{self.prog}' begins at once."
            if name == "--present":
                return "--present is for the TUI; leave it out."
        elif name in ("--yes", "-y"):
            return f"--yes is for '{PROGRAM} run'; the TUI asks."
        elif name in ("-v", "--verbose", "--metric", "--group-by", "--fail-if-slower", "--reference"):
            return f"{name} is for the report of '{PROGRAM} run'."
        return why_no_option(name, self.command, _options_of)


class _Sweep(argparse.Action):
    """Takes one sweep only: of two, nobody means the second alone."""

    def __call__(self, _parser: object, namespace: argparse.Namespace, value: Any, option: str | None = None) -> None:
        """Keeps it. Raises UsageError for a second one."""
        before = getattr(namespace, self.dest)
        if before is not None:
            raise UsageError(
                f"{option} is given twice, as {shortened(before)} and {shortened(value)}; a sweep tries the values of "
                "one setting, so leave one of them out."
            )
        setattr(namespace, self.dest, value)


@cache
def _options_of(command: str | None) -> Collection[str]:
    return Parser(command)._option_string_actions


def _add_field(group: argparse._ArgumentGroup, field: Field) -> None:
    """Adds the option of a field; what is given stays as it is typed, and is None where nothing is."""
    match field.kind:
        case _ if not field.flags:
            group.add_argument(field.name, metavar=field.metavar, nargs="?", help=field.help_text)
        case "text" | "list":
            action = "append" if field.kind == "list" else _Sweep if field.name == "sweep" else "store"
            group.add_argument(
                *field.flags, metavar=field.metavar, action=action, dest=field.name, help=field.help_text
            )
        case "flag":
            opposite = not field.default_value
            group.add_argument(
                *field.flags, action="store_const", const=opposite, dest=field.name, help=field.help_text
            )
        case "switch":
            group.add_argument(
                *field.flags,
                action=argparse.BooleanOptionalAction,
                default=None,
                dest=field.name,
                help=field.help_text,
            )

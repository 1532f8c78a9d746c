"""The options of the command line."""

from __future__ import annotations

import argparse
import difflib
import re
from typing import NoReturn

from tui_httpbench.analysis.metrics import CHART_METRICS, DEFAULT_METRIC
from tui_httpbench.plan import plan as plans
from tui_httpbench.plan.presets import DEFAULT_PRESET, PRESETS
from tui_httpbench.plan.scenario import SCENARIOS
from tui_httpbench.text.quoting import safe_sentence, shortened

PROGRAM = "httpbench-tui"
COMMANDS = {
    "run": "the same run without a screen: progress on stderr, report on stdout",
    "modes": "the modes, installed or not; with FILE.py: checks your own client",
    "recover": "reports the latest run that was interrupted",
    "serve": "the TUI in a browser, on this machine only (needs the extra web)",
    "completion": "prints a script that completes options in bash, zsh or fish",
    "target": "serves the embedded target until stopped, prints its URL",
}
MAX_PORT = 65_535
_EXIT_STATUS = (
    "exit status: 0 all requests succeeded; 1 some failed, or a mode could not run;\n"
    "2 the command line or plan is wrong; 130 stopped by the user (what was measured\nis still reported)"
)


class UsageError(ValueError):
    """The command line is wrong; the text is one sentence for the user."""

    def __init__(self, message: str) -> None:
        super().__init__(safe_sentence(message))


class Parser(argparse.ArgumentParser):
    """An argparse parser whose errors are UsageErrors of one sentence, and that takes no shortened option."""

    def __init__(self, command: str | None) -> None:
        """The parser of a command, or of the TUI if ``command`` is None."""
        super().__init__(
            prog=f"{PROGRAM} {command}" if command else PROGRAM,
            usage=_usage(command),
            description=f"{COMMANDS[command].capitalize()}." if command else _description(),
            epilog=_EXIT_STATUS if command in (None, "run") else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            add_help=False,
        )
        self.command = command
        self.add_argument("-h", "--help", action="store_true", help="show this text")
        match command:
            case "target":
                self.add_argument("--port", metavar="N", help="port to serve at (default: a free one)")
                self._add_scenario_options()
            case "completion":
                self.add_argument("shell", metavar="SHELL", nargs="?", help="bash, zsh or fish")
            case "modes":
                self.add_argument("files", metavar="FILE.py", nargs="*", help="client files of your own to check: one "
                    "request of each of their modes is sent to the embedded target")  # fmt: skip
            case "recover":
                self.add_argument("--json", metavar="FILE|-", help="write the result as JSON; - is standard output")
                self.add_argument("--discard", action="store_true", help="remove it, and report nothing")
            case "serve":
                self.add_argument("--port", metavar="N", help="port to serve at (default: 8000)")
                self._add_plan_options()
            case None | "run":
                self._add_plan_options()

    def _add_plan_options(self) -> None:
        add = self.add_argument
        add("url", metavar="URL", nargs="?", help="what to request (default: the embedded target)")
        add("-n", "--requests", metavar="N", help="exactly N requests per mode and round; 10k, 1m allowed (default: "
            "see -z; 100 with -c article; 25 to another machine)")  # fmt: skip
        add("-z", "--duration", metavar="S|auto", help="seconds measured per mode and round: 0.3, 300ms, 2s; with -n: "
            "whole batches of N until they are over (default: auto where -n is not given and the target is on this "
            "machine: so long that five rounds fill the budget, 0.1 to 5 s)")  # fmt: skip
        add("-c", "--concurrency", metavar="N|article", help="requests in flight, the same for all modes; article: "
            "sync modes one at a time, async ones all N at once (default: 10)")  # fmt: skip
        add("-m", "--mode", metavar="ID|FILE.py", action="append", dest="modes", help="a mode, a library for "
            "all its modes, or a client file of your own, FILE.py or FILE.py:ID; repeatable (default: the eight)")  # fmt: skip
        add("-r", "--rounds", metavar="N|auto", help="rounds, or auto: until all neighbours in the ranking are told "
            "apart or the same, or the budget is used up (default: auto; 5 to another machine)")  # fmt: skip
        add("-H", "--header", metavar="'NAME: VALUE'", action="append", dest="headers", help="a header; repeatable")
        add("-X", "--method", metavar="NAME", help="method (default: GET)")
        add("-d", "--data", metavar="TEXT|@FILE", dest="body", help="body; @- reads standard input (default: none)")
        add("--preset", metavar="NAME", help="a plan with a name, which the other options change: "
            f"{', '.join(PRESETS)} (default: {DEFAULT_PRESET} where no other option of the plan is given)")  # fmt: skip
        add("--budget", metavar="S", help="seconds that an auto run may take in all; no round begins that would end "
            "after it (default: 30)")  # fmt: skip
        add("--profile", metavar="equal|defaults", help="settings of the clients: the same for all, or as each library "
            "comes (default: equal for a number of requests in flight, defaults for article)")  # fmt: skip
        add("--same-within", metavar="PERCENT", help="difference below which two modes are the same (default: 3)")
        add("--no-pin", action="store_const", const=False, dest="pin", help="do not keep worker and target on "
            "processors of their own")  # fmt: skip
        add("--timeout", metavar="S", help="seconds per request (default: 30)")
        add("--seed", metavar="N", help="order of the rounds (default: random, reported)")
        self._add_scenario_options()
        add(
            "--cacert",
            metavar="FILE",
            help="PEM file with certificates to trust beside the usual ones, for an https URL",
        )
        add("--insecure", action="store_const", const=True, help="check no certificate of an https URL; shown in the "
            "result")  # fmt: skip
        add("--json", metavar="FILE|-", help="write the result as JSON; - is standard output")
        if self.command != "run":
            add("--start", action="store_true", help="begin at once")
            add("--present", action="store_true", help="dress for a stage: larger, with more contrast, nothing beside "
                "the matter")  # fmt: skip
            add("--version", action="store_true", help="show the version")
        else:
            add("--metric", metavar="NAME", help=f"what the chart shows: {', '.join(CHART_METRICS)} (default: "
                f"{DEFAULT_METRIC})")  # fmt: skip
            add("--yes", action="store_true", help="do load another machine with more than 1,000 requests or 50 "
                "connections, or for so many seconds")  # fmt: skip
            add("-v", "--verbose", action="store_true", help="report the settings of all modes and the environment too")

    def _add_scenario_options(self) -> None:
        add = self.add_argument_group("the embedded target").add_argument
        names = ", ".join(SCENARIOS)
        add("--scenario", metavar="NAME|FILE", help=f"how it behaves: {names}, or a file in TOML (default: loopback)")
        add("--rtt", metavar="MS", help="round trip between client and target")
        add("--jitter", metavar="MS", help="width over which the round trip varies")
        add("--tls", action=argparse.BooleanOptionalAction, default=None, help="serve HTTPS")
        add("--http2", action=argparse.BooleanOptionalAction, default=None, help="offer HTTP/2, too")
        add("--service-time", metavar="MS", help="time that it works on a request: 20, uniform:10:30, exponential:50 "
            "(mean) or lognormal:300:0.5 (median, sigma)")  # fmt: skip
        add("--service-seed", metavar="N", help="seed of the drawn times (default: 0)")
        add("--capacity", metavar="N/s|N", help="responses a second, such as 45/s, or requests served at once, such as "
            "8; others wait in line")  # fmt: skip
        add("--body-size", metavar="BYTES", help="size of the page at /; 50k, 1m allowed (default: 1k)")
        add("--content-type", metavar="TYPE", help="content type of the page")
        add(
            "--gzip",
            action=argparse.BooleanOptionalAction,
            default=None,
            help="gzip the page for clients that accept it",
        )

    def parse(self, arguments: list[str]) -> argparse.Namespace:
        """The options as texts. Raises UsageError."""
        options, rest = self.parse_known_args(arguments)
        if rest and not options.help:
            raise UsageError(self._why_unknown(rest[0]))
        return options

    def error(self, message: str) -> NoReturn:
        """Turns argparse's message into a sentence. Raises UsageError."""
        match = re.fullmatch(r"argument ([^:]+): (.*)", message, re.DOTALL)
        if match is None:
            raise UsageError(f"{message[:1].upper()}{message[1:]}.")
        option, problem = match.groups()
        if problem.startswith("expected"):
            long = option.rpartition("/")[2]
            raise UsageError(f"{option} needs a value; write {long}=VALUE if it begins with a hyphen.")
        if problem.startswith("ignored explicit argument"):
            raise UsageError(f"{option} takes no value; leave out {shortened(problem.partition('argument ')[2])}.")
        raise UsageError(f"{option}: {problem}.")

    def _why_unknown(self, argument: str) -> str:
        help_command = f"see {self.prog} --help."
        if not argument.startswith("-") or argument == "-":
            argument = shortened(argument, 60)
            if self.command in (None, "run"):
                return f"{argument!r} is one argument too many; give one URL at most, and quote values with spaces."
            return f"{self.command} takes no {argument!r}; {help_command}"
        name = argument.partition("=")[0]
        if name == "--start":
            return f"--start is for the TUI; '{self.prog}' begins at once."
        if name == "--present":
            return "--present is for the TUI; leave it out."
        if self.command is None and name == "--yes":
            return f"--yes is for '{PROGRAM} run'; the TUI asks."
        if self.command is None and name in ("-v", "--verbose", "--metric"):
            return f"{name} is for the report of '{PROGRAM} run'."
        known = [option for option in self._option_string_actions if option.startswith("--")]
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"did you mean {nearest[0]}?" if nearest else help_command
        return f"There is no option {shortened(name)!r}; {hint}"


def parse_port(text: str | None) -> int | None:
    """A port to serve at, None for a free one. Raises PlanError."""
    return None if text is None else plans.parse_count(text, "port", MAX_PORT)


def parse_metric(text: str | None) -> str | None:
    """What the chart shows, None where nothing is said. Raises UsageError."""
    if text is None:
        return None
    if (name := text.strip().lower()) not in CHART_METRICS:
        raise UsageError(f"There is no metric {shortened(text)!r}; write one of {', '.join(CHART_METRICS)}.")
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


def _usage(command: str | None) -> str:
    if command == "modes":
        return f"{PROGRAM} modes [FILE.py …]"
    if command == "completion":
        return f"{PROGRAM} completion bash|zsh|fish"
    if command == "target":
        return f"{PROGRAM} target [options]"
    if command == "recover":
        return f"{PROGRAM} recover [--json FILE|-] [--discard]"
    if command in ("run", "serve"):
        return f"{PROGRAM} {command} [URL] [options]"
    indent = " " * len("usage: ")
    forms = (
        "[URL] [options]",
        "run [URL] [options]",
        "serve [URL] [options]",
        "recover [options]",
        "modes [FILE.py …]",
        "completion bash|zsh|fish",
        "target [options]",
    )
    return f"\n{indent}".join(f"{PROGRAM} {form}" for form in forms)


def _description() -> str:
    commands = "\n".join(f"  {name:<11}{meaning}" for name, meaning in COMMANDS.items())
    return (
        "Measures Python HTTP clients against each other. Without a command it opens the\nTUI with the form filled in; "
        f"where stdout is no terminal it does what 'run' does.\n\ncommands:\n{commands}"
    )

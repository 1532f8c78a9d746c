"""The options of the command line, and the plan that they make."""

from __future__ import annotations

import argparse
import difflib
import re
import secrets
import sys
from pathlib import Path
from typing import NoReturn

from tui_httpbench import plan as plans
from tui_httpbench.formatting import printable, reason_of
from tui_httpbench.plan import Plan, PlanError, Request
from tui_httpbench.report.metrics import CHART_METRICS, DEFAULT_METRIC

PROGRAM = "httpbench-tui"
COMMANDS = {
    "run": "the same run without a screen: progress on stderr, report on stdout",
    "modes": "the modes, installed or not, with versions",
    "target": "serves the embedded target until stopped, prints its URL",
}
MAX_PORT = 65_535
_PLAN_OPTIONS = (
    *("url", "method", "headers", "body", "timeout"),
    *("requests", "concurrency", "modes", "rounds", "budget", "seed", "profile", "same_within", "pin"),
)
_EXIT_STATUS = (
    "exit status: 0 all requests succeeded; 1 some failed, or a mode could not run;\n"
    "2 the command line or plan is wrong; 130 stopped by the user (what was measured\nis still reported)"
)


class UsageError(ValueError):
    """The command line is wrong; the text is one sentence for the user."""


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
            case None | "run":
                self._add_plan_options()

    def _add_plan_options(self) -> None:
        add = self.add_argument
        add("url", metavar="URL", nargs="?", help="what to request (default: the embedded target)")
        add("-n", "--requests", metavar="N", help="requests per mode and round; 10k, 1m allowed (default: 100)")
        add("-c", "--concurrency", metavar="N|article", help="requests in flight (default: article, which is one at a "
            "time for sync modes and all at once for async ones)")  # fmt: skip
        add("-m", "--mode", metavar="ID", action="append", dest="modes", help="a mode, or a library for all its modes; "
            "repeatable (default: the eight)")  # fmt: skip
        add("-r", "--rounds", metavar="N", help="rounds, or auto: until all neighbours in the ranking are told apart "
            "or the same, 5 to 30 as the budget allows (default: auto)")  # fmt: skip
        add("-H", "--header", metavar="'NAME: VALUE'", action="append", dest="headers", help="a header; repeatable")
        add("-X", "--method", metavar="NAME", help="method (default: GET)")
        add("-d", "--data", metavar="TEXT|@FILE", dest="body", help="body; @- reads standard input (default: none)")
        add("--budget", metavar="S", help="seconds that an auto run may take (default: 30)")
        add("--profile", metavar="equal|defaults", help="settings of the clients: the same for all, or as each library "
            "comes (default: equal for a number of requests in flight, defaults for article)")  # fmt: skip
        add("--same-within", metavar="PERCENT", help="difference below which two modes are the same (default: 3)")
        add("--no-pin", action="store_const", const=False, dest="pin", help="do not keep worker and target on "
            "processors of their own")  # fmt: skip
        add("--timeout", metavar="S", help="seconds per request (default: 30)")
        add("--seed", metavar="N", help="order of the rounds (default: random, reported)")
        add("--json", metavar="FILE|-", help="write the result as JSON; - is standard output")
        if self.command is None:
            add("--start", action="store_true", help="begin at once")
            add("--version", action="store_true", help="show the version")
        else:
            add("--metric", metavar="NAME", help=f"what the chart shows: {', '.join(CHART_METRICS)} (default: "
                f"{DEFAULT_METRIC})")  # fmt: skip
            add("-v", "--verbose", action="store_true", help="report the settings of all modes and the environment too")

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
            raise UsageError(f"{option} takes no value; leave out {problem.rpartition('argument ')[2]}.")
        raise UsageError(f"{option}: {problem}.")

    def _why_unknown(self, argument: str) -> str:
        help_command = f"see {self.prog} --help."
        if not argument.startswith("-") or argument == "-":
            if self.command in (None, "run"):
                return f"{argument!r} is one argument too many; give one URL at most, and quote values with spaces."
            return f"{self.command} takes no {argument!r}; {help_command}"
        name = argument.partition("=")[0]
        if name == "--start":
            return f"--start is for the TUI; '{self.prog}' begins at once."
        if self.command is None and name in ("-v", "--verbose", "--metric"):
            return f"{name} is for the report of '{PROGRAM} run'."
        known = [option for option in self._option_string_actions if option.startswith("--")]
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"did you mean {nearest[0]}?" if nearest else help_command
        return f"There is no option {name!r}; {hint}"


def make_plan(options: argparse.Namespace) -> Plan | None:
    """The plan of the options, None where none of them says anything of it. Raises UsageError and PlanError."""
    if all(getattr(options, name) is None for name in _PLAN_OPTIONS):
        return None
    _refuse_misplaced_command(options.url)
    given = {name: getattr(options, name) for name in _PLAN_OPTIONS if getattr(options, name) is not None}
    request = Request(
        url=plans.parse_url(given.get("url", "")),
        method=plans.parse_method(given.get("method", "GET")),
        headers=tuple(plans.parse_header(line) for line in given.get("headers", ())),
        body=_read_body(given["body"]) if "body" in given else None,
    )
    return Plan(
        request=request,
        modes=plans.parse_modes(given.get("modes", [])),
        requests=plans.parse_requests(given["requests"]) if "requests" in given else plans.DEFAULT_REQUESTS,
        concurrency=plans.parse_concurrency(given.get("concurrency", plans.ARTICLE)),
        rounds=plans.parse_rounds(given["rounds"]) if "rounds" in given else plans.DEFAULT_ROUNDS,
        timeout_s=plans.parse_timeout(given["timeout"]) if "timeout" in given else plans.DEFAULT_TIMEOUT_S,
        seed=plans.parse_seed(given["seed"]) if "seed" in given else random_seed(),
        seed_given="seed" in given,
        chosen_profile=plans.parse_profile(given["profile"]) if "profile" in given else None,
        pin=given.get("pin", True),
        budget_s=plans.parse_budget(given["budget"]) if "budget" in given else plans.DEFAULT_BUDGET_S,
        same_within=(
            plans.parse_same_within(given["same_within"]) if "same_within" in given else plans.DEFAULT_SAME_WITHIN
        ),
    )


def default_plan() -> Plan:
    """What is measured when nothing is said: the eight modes against the embedded target, in a random order."""
    return Plan(modes=plans.parse_modes([]), seed=random_seed())


def random_seed() -> int:
    """A seed of 32 bits."""
    return secrets.randbelow(2**32)


def parse_port(text: str | None) -> int | None:
    """A port to serve at, None for a free one. Raises PlanError."""
    return None if text is None else plans.parse_count(text, "port", MAX_PORT)


def parse_metric(text: str | None) -> str | None:
    """What the chart shows, None where nothing is said. Raises UsageError."""
    if text is None:
        return None
    if (name := text.strip().lower()) not in CHART_METRICS:
        shown = f"{text[:39]}…" if len(text) > 40 else text
        raise UsageError(f"There is no metric {shown!r}; write one of {', '.join(CHART_METRICS)}.")
    return name


def _refuse_misplaced_command(url: str | None) -> None:
    if url is None or not re.fullmatch(r"[a-z]+", url):
        return
    if url in COMMANDS:
        raise UsageError(f"{url!r} must be the first argument: {PROGRAM} {url} ….")
    if nearest := difflib.get_close_matches(url, COMMANDS, n=1, cutoff=0.75):
        raise UsageError(f"There is no command {url!r}; did you mean {nearest[0]}?")


def _read_body(text: str) -> bytes:
    if not text.startswith("@"):
        return text.encode("utf-8", "surrogateescape")
    name = text[1:]
    if not name:
        raise PlanError("body", "The body '@' names no file; write @FILE, or @- for standard input.")
    try:
        if name == "-":
            if sys.stdin is None:
                raise PlanError("body", "Standard input is closed, so no body can be read from it; write @FILE.")
            return sys.stdin.buffer.read()
        return Path(name).read_bytes()
    except OSError as error:
        raise PlanError(
            "body", f"The body file {printable(name)!r} can't be read: {reason_of(error)}; give another one."
        ) from None


def _usage(command: str | None) -> str:
    if command == "modes":
        return f"{PROGRAM} modes"
    if command == "target":
        return f"{PROGRAM} target [--port N]"
    if command == "run":
        return f"{PROGRAM} run [URL] [options]"
    indent = " " * len("usage: ")
    forms = ("[URL] [options]", "run [URL] [options]", "modes", "target [--port N]")
    return f"\n{indent}".join(f"{PROGRAM} {form}" for form in forms)


def _description() -> str:
    commands = "\n".join(f"  {name:<8}{meaning}" for name, meaning in COMMANDS.items())
    return (
        "Measures Python HTTP clients against each other. Without a command it opens the\nTUI with the form filled in; "
        f"where stdout is no terminal it does what 'run' does.\n\ncommands:\n{commands}"
    )

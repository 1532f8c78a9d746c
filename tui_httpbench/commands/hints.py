"""What to write here in the place of what other tools call otherwise, and what a word that is no URL was meant as."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import PurePath

from tui_httpbench.clients.catalog import MODES, libraries
from tui_httpbench.commands.names import COMMANDS, PROGRAM
from tui_httpbench.commands.other_tools import HINTS, OWN_HINTS
from tui_httpbench.files.small_file import is_file
from tui_httpbench.plan.plan import METHODS
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.scenario import SCENARIOS
from tui_httpbench.plan.urls import MAX_PORT
from tui_httpbench.report.formats import Export
from tui_httpbench.text.quoting import shortened

_OTHER_COMMANDS = {
    word: command
    for words, command in (
        ("bench benchmark measure start test exec get fetch load attack", "run"),
        *((method.lower(), f"run -X {method}") for method in METHODS if method != "GET"),
        ("list ls clients libraries", "modes"),
        ("diff cmp versus vs", "compare"),
        ("resume restore", "recover"),
        ("web browser", "serve"),
        ("server", "target"),
        ("completions", "completion"),
    )
    for word in words.split()
}
OF_PLANS = (None, "run", "serve")
"""The commands that take the options of a plan."""
_MIN_BEGIN = 5
_WORD = re.compile(r"[a-z][\w-]*", re.IGNORECASE | re.ASCII)
_ITEM = re.compile(r"([A-Za-z][\w-]*)(==|:=|=|:(?!\d+(?:[/?#]|$)))[^/].*", re.ASCII | re.DOTALL)
"""What httpie takes behind the URL: ``a=1``, ``a:=1``, ``q==1`` and ``Name:value``, but no ``host:80/path``."""
_AMOUNT = re.compile(r"\d[\d_]*(\.\d+)?(k|m|s|ms|min)?", re.IGNORECASE | re.ASCII)


def why_no_option(name: str, command: str | None, options_of: Callable[[str | None], Collection[str]]) -> str:
    """Why ``command`` has no such option, and what serves in its place; ``options_of`` are those that a command has.

    What is advised can be typed: its options are the command's own, or it says whose they are.
    """
    program, own = _program(command), options_of(command)
    what = f"There is no option {shortened(name)!r}"
    if (word := name.lstrip("-")) in COMMANDS:
        return f"{what}; {word} is a command: {PROGRAM} {word}."
    if not name.startswith("--") and f"-{name}" in own:
        return f"{what}; a long option has two hyphens: -{name}."
    # Some have a long option with one hyphen, and others may stand together, as in -kL.
    spellings = (name,) if name.startswith("--") else (name, f"-{name}", name[:2])
    for spelling in spellings:
        for table in (OWN_HINTS.get(command or "", {}), HINTS):
            if hint := table.get(spelling):
                return f"{what}; {_where(hint, command, own)}{hint}."
    of_run = options_of("run")
    if name in of_run:
        return f"{what} of '{program}'; it is one of '{PROGRAM} run'."
    if nearest := _nearest(name, own):
        return f"{what}; did you mean {nearest}?"
    if nearest := _nearest(name, of_run):
        return f"{what}; did you mean {nearest} of '{PROGRAM} run'?"
    return f"{what}; see {program} --help."


def _program(command: str | None) -> str:
    return f"{PROGRAM} {command}" if command else PROGRAM


def _where(hint: str, command: str | None, own: Collection[str]) -> str:
    """The begin of a clause that says where a hint can be followed; empty where that is here."""
    named = options_in(hint)
    is_ours = command in OF_PLANS or named or PROGRAM in hint or hint in OWN_HINTS.get(command or "", {}).values()
    return "" if is_ours and named <= set(own) else f"with '{PROGRAM} run', "


def options_in(text: str) -> set[str]:
    """The names of options that a text has in it."""
    return set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", text))


def _nearest(name: str, options: Collection[str]) -> str:
    """The long option that a name begins, or is nearly; empty where none is."""
    long = [option for option in options if option.startswith("--")]
    if len(name) >= _MIN_BEGIN and (begun := [option for option in long if option.startswith(name)]):
        return begun[0]
    import difflib

    return next(iter(difflib.get_close_matches(name, long, n=1, cutoff=0.8)), "")


def why_no_url(word: str, command: str | None) -> str:
    """The sentence on what stands where the URL of ``command`` does and is none; empty where it may be one."""
    if word in COMMANDS:
        return f"{word!r} must be the first argument: {PROGRAM} {word} …."
    for kind, option, values in (
        ("mode", "-m", (*MODES, *(library.name for library in libraries()))),
        ("preset", "--preset", tuple(PRESETS)),
        ("scenario", "--scenario", tuple(SCENARIOS)),
        ("method", "-X", METHODS),
    ):
        if word in values:
            alone = ", with no URL" if kind == "scenario" else ""
            return f"{word!r} is a {kind}, and no URL; it goes behind {option}{alone}: {option} {word}."
    if "://" not in word and "/" not in word and is_file(word):
        kinds = {".py": "a client file goes behind -m", ".toml": "a scenario goes behind --scenario"}
        meant = kinds.get(PurePath(word).suffix, f"a body goes behind -d, as in -d @{shortened(word)}")
        return f"{shortened(word)!r} is a file; {meant}; for a host of that name write http://{shortened(word)}."
    if word == "-":
        return "'-' is no URL; -d @- reads a body from standard input."
    if _AMOUNT.fullmatch(word):
        options = "-n, -c, -z or --port" if command == "serve" else "-n, -c or -z"
        port = f", or :{word} for a port of this machine" if word.isdecimal() and 0 < int(word) <= MAX_PORT else ""
        return f"{shortened(word)!r} is no URL; write its option before it, such as {options}{port}."
    if not _WORD.fullmatch(word) or word.lower() == "localhost":
        return ""
    if word == "help":
        return f"'help' is no URL; see {_program(command)} --help."
    if word == "version":
        return f"'version' is no URL; write {PROGRAM} version, and nothing else."
    return why_no_command(word) if command is None else ""


def why_no_item(word: str) -> str:
    """The sentence on what stands behind a URL, if it is an item of httpie; else empty. Its value may be a secret."""
    item = _ITEM.fullmatch(word)
    if item is None or "://" in word:
        return ""
    name, sign = shortened(item[1]), item[2]
    meant = {
        "==": f"a query goes into the URL: ?{name}=…",
        "=": f"a form goes behind -d: -d {name}=…",
        ":=": "a body in JSON goes behind --json-body",
        ":": f"a header goes behind -H: -H '{name}: …'",
    }
    return f"{f'{name}{sign}…'!r} is no URL; {meant[sign]}."


def why_no_file(export: Export) -> str:
    """The sentence on what stands where the option of a form wants a file and is none; empty where it may be one."""
    option = export.option
    if "://" in export.path:
        return f"{option} needs a file, or - for standard output, before {shortened(export.path)!r}."
    if export.path.lstrip().startswith(("{", "[")):
        return f"{option} names the file for the result; write a body in JSON behind --json-body."
    return ""


def why_no_command(word: str) -> str:
    """The sentence on a word that stands where a command does and is none."""
    shown = repr(shortened(word))
    import difflib

    nearest = difflib.get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.6)
    meant = _OTHER_COMMANDS.get(word.lower()) or (nearest[0] if nearest else "")
    if meant:
        return f"There is no command {shown}; did you mean {meant}?"
    if word.lower() in ("tui", "ui", "gui"):
        return f"There is no command {shown}; {PROGRAM} alone opens the TUI."
    return (
        f"There is no command {shown}; see {PROGRAM} --help, or write http://{shortened(word)} for a host of that name."
    )

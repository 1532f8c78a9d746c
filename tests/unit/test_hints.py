"""What is advised for the options of other tools: each advice is typed, and what is typed works."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tui_httpbench.bench.trust import certifi_bundle
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.names import COMMANDS, PROGRAM
from tui_httpbench.commands.option_values import UsageError
from tui_httpbench.commands.other_tools import HINTS, OWN_HINTS
from tui_httpbench.commands.plan_options import make_plan, make_scenario

pytestmark = pytest.mark.skipif(os.name == "nt", reason="types what a POSIX shell reads")

PARSERS = {command: Parser(command) for command in (None, *COMMANDS)}
URL = "http://127.0.0.1:1/"
_OPTION = re.compile(r"""(?<![\w-])(--?[a-zA-Z][\w-]*)(?: ("[^"]*"|'[^']*'|[^\s;]+))?""")
_PROGRAM = re.compile(rf"'{PROGRAM}([^']*)'|{PROGRAM}([^']*)[.?]$")
VALUES = {
    "N": "5",
    "S": "2",
    "MS": "5",
    "BYTES": "5k",
    "TYPE": "text/plain",
    "NAME": "PUT",
    "ID": "aiohttp",
    "TEXT": "{}",
}
"""What people write in the place of these words."""


def sentence_on(name: str, command: str | None) -> str:
    """What is said of an option."""
    with pytest.raises(UsageError) as refused:
        PARSERS[command].parse([name])
    return str(refused.value)


def advice_of_all() -> list[tuple[str, str | None]]:
    """All that is advised, once for each command that it is said at, with the command that it is about."""
    found: dict[tuple[str, str | None], None] = {}
    of_run = set(PARSERS["run"]._option_string_actions)
    for command in PARSERS:
        own = set(PARSERS[command]._option_string_actions)
        hints = {**HINTS, **OWN_HINTS.get(command or "", {}), **dict.fromkeys(sorted(of_run), "an option of run")}
        for name in {hint: name for name, hint in hints.items() if name not in own}.values():
            said = sentence_on(name, command)
            assert said.endswith((".", "?")), said
            assert "***" not in said
            quoted, _, advice = said.partition("; ")
            assert name in quoted, said
            found[advice, "run" if f"'{PROGRAM} run'" in advice else command] = None
    return list(found)


def options_in(advice: str, command: str | None, folder: Path) -> list[str]:
    """The options that are advised, each with a value as it is written there, for a shell to read."""
    known = {**PARSERS["run"]._option_string_actions, **PARSERS[command]._option_string_actions}
    lines = []
    for option, value in _OPTION.findall(advice):
        if option != "--help":
            file = certifi_bundle() if option == "--cacert" else str(folder / "file")
            value = re.sub(r"\bFILE\b", str(file), value.rstrip(",:."))
            has_value = option not in known or known[option].nargs != 0
            lines.append(f"{option} {VALUES.get(value, value)}" if has_value else option)
    return lines


def as_a_shell_splits(lines: list[str]) -> list[list[str]]:
    """The arguments of each line."""
    shell = "\n".join(f"printf '%s\\0' {line.replace('…', 'x')}; echo" for line in lines)
    done = subprocess.run(["sh", "-ec", shell], capture_output=True, text=True, check=True, timeout=60)
    return [line.split("\0")[:-1] for line in done.stdout.splitlines()]


def test_every_advice_works_as_it_is_typed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("{}")
    advised = advice_of_all()
    assert len(advised) > 80
    lines = [(line, command) for advice, command in advised for line in options_in(advice, command, tmp_path)]
    for arguments, (_, command) in zip(as_a_shell_splits([line for line, _ in lines]), lines, strict=True):
        options = PARSERS[command].parse(arguments)
        if command in (None, "run", "serve"):
            options.url = None if options.scenario else URL
            make_plan(options)
        elif command == "target" and arguments[0] not in ("--port", "--http2"):
            make_scenario(options)
    for advice, _ in advised:
        for quoted, last in _PROGRAM.findall(advice):
            first, *rest = (quoted or last).split()
            assert first in COMMANDS or first == "--help", advice
            PARSERS[first].parse(rest) if first in COMMANDS else PARSERS[None].parse([first])


def test_no_hint_hides_an_option() -> None:
    for command in PARSERS:
        own = OWN_HINTS.get(command or "", {})
        assert not set(PARSERS[command]._option_string_actions) & own.keys()
        if command in (None, "run"):
            assert not set(PARSERS[command]._option_string_actions) & HINTS.keys()
        assert not [hint for hint in (*HINTS.values(), *own.values()) if hint.endswith(".")]

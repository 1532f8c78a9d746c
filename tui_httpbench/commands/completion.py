"""``httpbench-tui completion``: a script that lets a shell complete commands, options and their values."""

from __future__ import annotations

import argparse

import shtab

from tui_httpbench.analysis.columns import METRIC_OPTIONS
from tui_httpbench.analysis.grouping import GROUPINGS
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.names import COMMANDS, PROGRAM
from tui_httpbench.commands.option_values import UsageError
from tui_httpbench.plan.fields import FIELDS
from tui_httpbench.report.formats import FORMATS, OPTION
from tui_httpbench.text.quoting import shortened

SHELLS = ("bash", "zsh", "fish")

_VALUES: dict[str, tuple[str, ...]] = {
    **{name: field.choices for name, field in FIELDS.items() if field.choices},
    "metric": tuple(METRIC_OPTIONS),
    "group_by": GROUPINGS,
    "shell": SHELLS,
    "action": ("list", "clear"),
    "deed": ("list", "show", "export", "rm"),
}
"""What may stand behind an option, by the name under which the parser keeps it."""

_FILES = (
    "files",
    "items",
    OPTION.lstrip("-"),
    *(form.name for form in FORMATS if form.option),
    *(name for name, field in FIELDS.items() if field.is_file),
)


def script(shell: str) -> str:
    """The script for a shell, to be sourced by it. Raises UsageError for one that there is none for."""
    if shell not in SHELLS:
        raise UsageError(f"There is no completion for {shortened(shell)!r}; write {', '.join(SHELLS[:-1])} or fish.")
    return shtab.complete(_tree(), shell)


def _tree() -> argparse.ArgumentParser:
    """All commands in one parser, as a shell needs them; the program itself reads each by its own."""
    tree = argparse.ArgumentParser(PROGRAM, add_help=False)
    for action in Parser(None)._actions:
        if action.option_strings:  # a URL is nothing to choose from
            tree._add_action(_with_values(action))
    commands = tree.add_subparsers(metavar="COMMAND")
    for name, meaning in COMMANDS.items():
        command = commands.add_parser(name, help=meaning, add_help=False)
        for action in Parser(name)._actions:
            if action.option_strings or action.dest in (*_FILES, *_VALUES):
                command._add_action(_with_values(action))
    return tree


def _with_values(action: argparse.Action) -> argparse.Action:
    if action.dest in _VALUES:
        action.choices = _VALUES[action.dest]
    elif action.dest in _FILES:
        action.complete = shtab.FILE  # type: ignore[attr-defined]
    return action

"""The first lines of each command's help: how it is called, and what it does."""

from __future__ import annotations

from tui_httpbench.commands.names import COMMANDS, PROGRAM
from tui_httpbench.commands.option_values import with_option
from tui_httpbench.report.formats import OPTION


def usage_of(command: str | None) -> str:
    """How a command is called, or the program where it is None."""
    if command == "modes":
        return f"{PROGRAM} modes [FILE.py …]"
    if command == "compare":
        return f"{PROGRAM} compare OLD NEW [options]\n       {PROGRAM} compare RUN RUN RUN … [--lane LABEL] [options]"
    if command == "completion":
        return f"{PROGRAM} completion bash|zsh|fish"
    if command == "environments":
        return f"{PROGRAM} environments [list|clear]"
    if command == "target":
        return f"{PROGRAM} target [options]"
    if command == "history":
        return f"{PROGRAM} history [list [WORD …]|show RUN|export RUN FILE …|rm RUN …] [options]"
    if command == "recover":
        exports = " ".join((*(f"[{form.option} FILE|-]" for form in with_option()), f"[{OPTION} FILE]"))
        return f"{PROGRAM} recover {exports} [--discard [--all]]"
    if command in ("run", "serve"):
        return f"{PROGRAM} {command} [URL] [options]"
    indent = " " * len("usage: ")
    forms = (
        "[URL] [options]",
        "run [URL] [options]",
        "serve [URL] [options]",
        "compare OLD NEW [options]",
        "recover [options]",
        "modes [FILE.py …]",
        "environments [list|clear]",
        "history [list|show|export|rm]",
        "completion bash|zsh|fish",
        "target [options]",
    )
    return f"\n{indent}".join(f"{PROGRAM} {form}" for form in forms)


def description() -> str:
    """What the program does, and its commands."""
    commands = "\n".join(f"  {name:<13}{meaning}" for name, meaning in COMMANDS.items())
    return (
        "Measures HTTP clients for Python side by side: which is fastest, and why.\n"
        "Without a command it opens the TUI: on a list of questions, or, with a URL or\n"
        "options, on the form. Where nothing can be drawn, it does as 'run' does.\n\n"
        f"commands:\n{commands}"
    )

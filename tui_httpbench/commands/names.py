"""What the program and its commands are called."""

from __future__ import annotations

PROGRAM = "httpbench-tui"
COMMANDS = {
    "run": "a run without a screen: progress on stderr, report on stdout",
    "compare": "two runs lane by lane, or one lane over several",
    "modes": "the modes, installed or not; FILE.py: checks your own client",
    "environments": "lists what was made for variants, or clears it",
    "history": "the runs that were kept: lists, shows, exports or removes them",
    "recover": "reports the latest run that was interrupted",
    "serve": "the TUI in a browser, on this machine only (needs the extra web)",
    "completion": "prints a script that completes options in bash, zsh or fish",
    "target": "serves the embedded target until stopped, prints its URL",
}

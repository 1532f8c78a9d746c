"""What the program and its commands are called."""

from __future__ import annotations

PROGRAM = "httpbench-tui"
COMMANDS = {
    "run": "measures without a screen: progress on stderr, report on stdout",
    "compare": "compares two runs lane by lane, or one lane over several",
    "modes": "lists the modes that there are; FILE.py: checks your own client",
    "environments": "lists what was made for variants, or removes it",
    "history": "lists, shows, exports or removes the runs that were kept",
    "recover": "reports the latest run that was interrupted",
    "serve": "opens the TUI in a browser, on this machine only (extra web)",
    "completion": "prints a script that completes options in bash, zsh or fish",
    "target": "serves the embedded target until stopped, prints its URL",
}

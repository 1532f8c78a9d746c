"""Ctrl-C while the program is being loaded."""

from __future__ import annotations

import os
import signal

from tui_httpbench.commands.exit_status import STOPPED


def end_at_once_while_loading() -> None:
    """Lets Ctrl-C end the process at once until ``is_loaded``: nothing has begun that should end in order.

    The KeyboardInterrupt of Python's own handler would be lost, and printed, where it is raised in a callback of the
    import system. Where the shell or a caller ignores the signal, it stays ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(STOPPED))


def is_loaded() -> None:
    """Gives Ctrl-C back to Python's own handler: from now on it raises KeyboardInterrupt."""
    if signal.getsignal(signal.SIGINT) not in (signal.SIG_IGN, signal.SIG_DFL):
        signal.signal(signal.SIGINT, signal.default_int_handler)

"""``httpbench-tui`` and ``python -m tui_httpbench``."""

from __future__ import annotations

import sys

from tui_httpbench.commands.exit_status import STOPPED
from tui_httpbench.commands.interrupt import end_at_once_while_loading


def main() -> int:
    """Runs the command line and returns its exit status; Ctrl-C ends it quietly even while it is being loaded."""
    end_at_once_while_loading()
    try:
        from tui_httpbench.commands.main import main as run_command_line

        return run_command_line()
    except KeyboardInterrupt:
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())

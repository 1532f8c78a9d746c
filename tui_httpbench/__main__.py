"""Runs the command line as ``python -m tui_httpbench``."""

from tui_httpbench.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

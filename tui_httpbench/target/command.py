"""``httpbench-tui target``: serves the embedded target until it is stopped."""

from __future__ import annotations

import sys

from tui_httpbench.formatting import complaint
from tui_httpbench.target.answers import HOST, PATHS
from tui_httpbench.target.server import ServeError, run


def serve(port: int | None) -> int:
    """Serves at this port, or at a free one, and prints the URL on stdout; Ctrl-C or SIGTERM ends the process.

    Returns 2, with a sentence on stderr, when the port can't be used.
    """
    try:
        run(port or 0, _announce)
    except KeyboardInterrupt:
        return 0  # Ctrl-C before the server took over the signal.
    except ServeError as error:
        print(complaint(str(error)), file=sys.stderr)
        return 2


def _announce(port: int) -> None:
    print(f"http://{HOST}:{port}", flush=True)
    if sys.stdout.isatty():
        width = max(map(len, PATHS))
        for path, meaning in PATHS.items():
            print(f"  {path:<{width}}  {meaning}", file=sys.stderr)
        print("Ctrl-C stops it.", file=sys.stderr)

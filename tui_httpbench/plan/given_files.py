"""What a plan takes from files that the user names: a body, and certificates to trust."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import shortened

MAX_BODY_BYTES = 100_000_000
MAX_CACERT_BYTES = 10_000_000


def parse_body(text: str) -> bytes:
    """The body: the text itself, what ``@FILE`` holds, or standard input for ``@-``. Raises PlanError."""
    if not text.startswith("@"):
        return _bytes_of(text)
    name = text[1:]
    if not name:
        raise PlanError("body", "The body '@' names no file; write @FILE, or @- for standard input.")
    try:
        if name == "-":
            if sys.stdin is None:
                raise PlanError("body", "Standard input is closed, so no body can be read from it; write @FILE.")
            body = sys.stdin.buffer.read(MAX_BODY_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                body = file.read(MAX_BODY_BYTES + 1)
    except (OSError, ValueError) as error:
        raise PlanError(
            "body", f"The body file {shortened(name, 200)!r} can't be read: {reason_of(error)}; give another one."
        ) from None
    if len(body) > MAX_BODY_BYTES:
        raise PlanError("body", f"A body may have up to {MAX_BODY_BYTES:,} bytes; give a smaller one.")
    return body


def parse_cacert(text: str) -> str:
    """The path of a PEM file with certificates. Raises PlanError."""
    import ssl

    shown = repr(shortened(text, 200))
    try:
        # Read again for each run: what can be read only once would be trusted here and nowhere else.
        read_small_file(Path(text), MAX_CACERT_BYTES)
        ssl.create_default_context(cafile=text)
    except (ssl.SSLError, ValueError):
        raise PlanError("cacert", f"The file {shown} holds no certificate in PEM form.") from None
    except OSError as error:
        raise PlanError("cacert", f"The file {shown} can't be read: {reason_of(error)}.") from None
    return str(Path(text).absolute())


def _bytes_of(text: str) -> bytes:
    try:
        return os.fsencode(text)  # as they came on the command line
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")

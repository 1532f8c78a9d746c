"""What a plan takes from files that the user names: a body, and certificates to trust."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import shortened

MAX_BODY_BYTES = 100_000_000
MAX_CACERT_BYTES = 10_000_000


def parse_data(texts: Sequence[str]) -> bytes:
    """A body in pieces, put together with ``&`` as curl does; each as ``_read_piece`` has it. Raises PlanError."""
    return b"&".join(_read_piece(text, "data") for text in texts)


def parse_json_body(texts: Sequence[str]) -> bytes:
    """A body of JSON, of several pieces put together; each as ``_read_piece`` has it. Raises PlanError."""
    body = b"".join(_read_piece(text, "json_body") for text in texts)
    check_json(body)
    return body


@lru_cache(maxsize=1)  # the form asks again for each key, also of those that are not the body's
def check_json(body: bytes) -> None:
    """Lets JSON pass. Raises PlanError, which says where it is none."""
    try:
        # Numbers stay texts: how large they are is the server's business.
        json.loads(body.decode(), parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except RecursionError:
        return  # nested so deeply that only the server can tell
    except UnicodeDecodeError:
        raise PlanError(
            "json_body", "The JSON body is not UTF-8; save it so, or send it as another body (-d)."
        ) from None
    except json.JSONDecodeError as error:
        why = f"{error.msg[:1].lower()}{error.msg[1:]}, line {error.lineno}, column {error.colno}"
        raise PlanError(
            "json_body", f"The JSON body is no JSON ({why}); correct it, or send it as another body (-d)."
        ) from None


def _refuse_constant(name: str) -> None:
    raise json.JSONDecodeError(f"there is {name} in it", name, 0)


def _read_piece(text: str, field: str) -> bytes:
    """The text itself, what ``@FILE`` holds byte for byte, or standard input for ``@-``. Raises PlanError."""
    if not text.startswith("@"):
        return _bytes_of(text)
    name = text[1:]
    if not name:
        raise PlanError(field, "The body '@' names no file; write @FILE, or @- for standard input.")
    try:
        if name == "-":
            if sys.stdin is None:
                raise PlanError(field, "Standard input is closed, so no body can be read from it; write @FILE.")
            body = sys.stdin.buffer.read(MAX_BODY_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                body = file.read(MAX_BODY_BYTES + 1)
    except (OSError, ValueError) as error:
        raise PlanError(
            field, f"The body file {shortened(name, 200)!r} can't be read: {reason_of(error)}; give another one."
        ) from None
    if len(body) > MAX_BODY_BYTES:
        raise PlanError(field, f"A body may have up to {MAX_BODY_BYTES:,} bytes; give a smaller one.")
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

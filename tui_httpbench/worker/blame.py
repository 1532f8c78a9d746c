"""Which environment variable keeps a client from being made: found by making it again without that one.

Loaded only once a client could not be made, so never in a worker that measures.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import re
from collections.abc import Callable

from .errors import escape_controls
from .stages import StageFailed

READ_BY_CLIENTS = frozenset(
    {
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "NETRC",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "SSLKEYLOGFILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    }
)
"""In capitals; clients read most of them in small letters as well."""
_MAX_SHOWN = 80


def with_blame(failure: StageFailed, make: Callable[[], object]) -> StageFailed:
    """The failure, its text with the variables that caused it, if ``make`` succeeds without them.

    ``make`` may be a coroutine function, for clients that are made in a running loop.
    """
    stage, kind, text = failure.args
    return StageFailed(stage, kind, text + blamed_variables(make))


def blamed_variables(make: Callable[[], object]) -> str:
    """The variables without which ``make`` succeeds, as the end of a sentence; empty where none is to blame.

    Each is tried alone, then in both spellings, then all of them.
    """
    if _succeeds_without((), make):
        return ""
    held = sorted(name for name in os.environ if name.upper() in READ_BY_CLIENTS)
    spelled = [tuple(name for name in held if name.upper() == capitals) for capitals in sorted(READ_BY_CLIENTS)]
    for names in dict.fromkeys([*((name,) for name in held), *filter(None, spelled), tuple(held)]):
        if names and _succeeds_without(names, make):
            return _in_words(names)
    return ""


def _succeeds_without(names: tuple[str, ...], make: Callable[[], object]) -> bool:
    kept = {name: os.environ.pop(name) for name in names}
    try:
        made = make()
        if inspect.iscoroutine(made):
            asyncio.run(made)
    except Exception:  # whatever it is, these variables alone are not the cause
        return False
    finally:
        os.environ.update(kept)
    return True


def _in_words(names: tuple[str, ...]) -> str:
    if len(names) > 1:
        return f"; it can be made without the variables {', '.join(names)}: correct or unset them"
    (name,) = names
    value = escape_controls(re.sub(r"//[^/@]*@", "//…@", os.environ[name]))  # a proxy's user and password
    shown = value if len(value) <= _MAX_SHOWN else value[: _MAX_SHOWN - 1] + "…"
    return f"; the variable {name} holds '{shown}', with which it can't be made: correct or unset it"

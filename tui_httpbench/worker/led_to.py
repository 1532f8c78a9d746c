"""Where redirects had led a request that failed: read off the frames that its exception went through.

Loaded only once a probe has failed, so never in a worker that measures.
"""

from __future__ import annotations

import re
from typing import Any

from .errors import came_after_redirect, escape_controls, frames_of, module_of

_NAMES = ("req", "request", "url", "location", "r_url", "parsed_redirect_url", "spec")
"""What libraries call the request, or the URL, that they are at; of several in a frame, the last one is the newest."""
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:/*[^/\s]", re.IGNORECASE | re.ASCII)
_OURS = ("tui_httpbench", "httpbench_client", "__main__")
_MAX_LENGTH = 2_000


def led_to(error: BaseException) -> str:
    """The URL that was asked when the request failed; empty where no redirect led there, or the library keeps it."""
    if not came_after_redirect(error):
        return ""
    found = ""
    for frame in frames_of(error):
        if not module_of(frame).startswith(_OURS):
            found = next(filter(None, map(_url_of, map(frame.f_locals.get, reversed(_NAMES)))), found)
    return escape_controls(found[:_MAX_LENGTH])


def _url_of(value: Any) -> str:
    """The absolute URL that a local is, or the request that it is has; else empty."""
    try:
        value = getattr(value, "url", value)
        text = str(value.geturl() if hasattr(value, "geturl") else value)
    except Exception:  # a library's own text of a broken URL
        return ""
    return text if _ABSOLUTE.match(text) else ""

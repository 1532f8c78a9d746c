"""The kinds of failure, and how an exception of any client is sorted into one of them.

Runs inside the worker: the standard library only, so exceptions of clients are known by their class names.
"""

from __future__ import annotations

ERROR_KINDS = (
    "dns",
    "refused",
    "connect-timeout",
    "timeout",
    "tls",
    "reset",
    "protocol",
    "body",
    "redirects",
    "status",
    "hung",
    "other",
)
"""In the order of their codes in a sample: the first is -1, the second -2, and so on; never reordered."""

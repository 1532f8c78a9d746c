"""What a worker is told to do: the JSON line that the parent sends first."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

# Evaluated when the module is loaded, so written for Python 3.9.
Send = Callable[[], "tuple[int, bytes]"]
AsyncSend = Callable[[], Awaitable["tuple[int, bytes]"]]

UNTOLD = "unknown"
"""What stands for all that a client does not tell."""


@dataclass(frozen=True)
class Job:
    """One round or one probe of one mode, or a look at where redirects lead.

    ``task`` is ``measure``, ``probe`` or ``look``, which needs no mode. ``copied_file`` is what is loaded in the place
    of ``source_file``, None where that itself is. ``profile`` is ``equal`` or ``defaults``; in ``equal`` every client
    gets ``max_redirects``, a pool of ``in_flight`` connections and the certificates in ``ca_file``. ``verify`` tells
    whether certificates are checked, ``trust`` in words against which; it is empty where that is up to the library.
    ``kept`` tells whether the client lives for the whole round. ``count_connections`` asks for the connections to be
    counted in this process, which only sees those that Python code opens. ``secrets`` are values that no text may show.
    ``loop`` is the module whose event loop an async mode runs on, empty for the usual one. ``path_padding`` is how many
    folders more than it has the process is to look for modules in. ``made_up_bytes`` is the size of a body that is made
    up in the place of ``body``, 0 for none. ``reads_stream`` and ``sends_stream`` ask for bodies that are read and sent
    piece by piece.
    """

    task: str
    url: str
    method: str
    headers: dict[str, str]
    body: bytes | None
    timeout_s: float
    in_flight: int
    warmup: int
    kind: str
    source_file: str
    copied_file: str | None
    function: str
    kept: bool
    profile: str
    max_redirects: int
    ca_file: str | None
    verify: bool
    trust: str
    count_connections: bool
    sample_file: str
    packages: tuple[str, ...]
    secrets: tuple[str, ...]
    loop: str
    path_padding: int
    made_up_bytes: int
    reads_stream: bool
    sends_stream: bool

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Job:
        """The job from its JSON object; the body comes in base64."""
        body = values.pop("body_base64")
        packages, secrets = tuple(values.pop("packages")), tuple(values.pop("secrets"))
        return cls(
            body=None if body is None else base64.b64decode(body),
            packages=packages,
            secrets=secrets,
            **values,
        )

"""What one request of a mode showed before the rounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from tui_httpbench.plan.plan import Header
from tui_httpbench.target_server.launcher import RequestHead
from tui_httpbench.text.hiding import drop_secrets

REDIRECTS = range(300, 400)
"""The statuses that send a client on."""


@dataclass(frozen=True)
class SentRequest:
    """One request as it was sent, or as its library says that it was: the first, or one that a redirect asked for.

    ``body_bytes`` is None where its length can't be told; ``is_whole`` tells whether no header is missing here.
    """

    OURS: ClassVar = frozenset({"method", "headers"})

    method: str
    url: str
    headers: tuple[Header, ...]
    body_bytes: int | None
    is_whole: bool = True


@dataclass(frozen=True)
class ProbeResponse:
    """What came back: ``first_status`` is that before redirects were followed, ``url`` the one after it.

    ``hops`` are the requests that were sent for it, one for each redirect and one more, as far as the library tells;
    their URL may be a target alone, such as ``/path``.
    ``address`` is that of the last connection that was opened, ``connection`` the answer's Connection header; both are
    empty where they are not known. ``sets_cookies`` tells that a server set a cookie on the way, ``keeps_cookies`` that
    the client would send more of them with its next request. Of a client file that doesn't describe its responses,
    ``url`` is empty, ``http_version`` is ``unknown``, and ``hops`` and ``keeps_cookies`` are None.
    """

    OURS: ClassVar = frozenset({"body_sha256"})

    status: int
    first_status: int
    url: str
    http_version: str
    body_bytes: int
    body_sha256: str
    hops: tuple[SentRequest, ...] | None = None
    sets_cookies: bool = False
    keeps_cookies: bool | None = None
    address: str = ""
    connection: str = ""

    @classmethod
    def from_worker(cls, told: dict[str, Any]) -> ProbeResponse:
        """What a probe's worker told, without credentials in the queries of URLs."""
        hops = told["hops"]
        if hops is not None:
            hops = tuple(
                SentRequest(
                    hop["method"],
                    drop_secrets(hop["url"]),
                    tuple((name, value) for name, value in hop["headers"]),
                    hop["body_bytes"],
                    hop["is_whole"],
                )
                for hop in hops
            )
        return cls(**{**told, "url": drop_secrets(told["url"]), "hops": hops})


@dataclass(frozen=True)
class Reached:
    """A server that redirects led a mode's requests to, and that is not the one that was asked.

    ``origin``, such as ``https://b.example``, and ``host`` are to be shown, and may be masked: what has to be decided
    by them is decided here. ``is_other_machine`` says that it is another one than was asked, ``is_here`` that it is
    this one, ``is_end`` that requests end there. ``credentials`` are the names of headers with credentials that went
    along. ``is_told`` is False where the mode does not tell where it went, and a look alone found the redirect.
    """

    OURS: ClassVar = frozenset({"credentials"})

    origin: str
    host: str
    is_other_machine: bool
    is_here: bool
    is_end: bool
    credentials: tuple[str, ...] = ()
    is_told: bool = True


@dataclass(frozen=True)
class Runtime:
    """What a mode's process runs on, as it told itself once its client was imported.

    ``python`` is implementation and version, ``build`` all that it tells of how it was built. A free-threaded one
    ``has_gil`` where something turned it on; ``has_jit`` is None where that can't be known. ``loop`` is the event loop
    with its version, empty for a sync mode; ``with_c`` are the libraries whose parts in C are in use. ``path_entries``
    are the folders in which a module is looked for, 0 where they were not told.
    """

    python: str
    is_free_threaded: bool = False
    has_gil: bool = True
    has_jit: bool | None = None
    loop: str = ""
    with_c: tuple[str, ...] = ()
    build: str = ""
    path_entries: int = 0

    @property
    def in_words(self) -> str:
        """The interpreter: ``CPython 3.14.0, free-threaded, with JIT``."""
        parts = [self.python]
        if self.is_free_threaded:
            parts.append("free-threaded but with its GIL on" if self.has_gil else "free-threaded")
        if self.has_jit:
            parts.append("with JIT")
        return ", ".join(parts)


@dataclass(frozen=True)
class Probe:
    """One lane's request, its response, and the settings that its client had; ``made`` is the call that made it.

    ``heads`` are the request's heads as the embedded target saw them, one for each redirect and one more; None
    elsewhere. ``packages`` are the versions of the distributions that the mode's speed depends on. ``strange`` says
    by library, in a clause, why what was imported is not what is installed; ``without_c`` are libraries that run
    without their parts in C. ``error`` is kind and text, ``stage`` what its worker failed at where that was not the
    request itself; ``led_to`` is the URL that redirects had led the failing request to, empty where none had or the
    library does not tell. ``beside`` are modules that lie beside a client file and that it imports, the SHA-256 of each
    by its path. ``again`` are the answers when the mode was asked again, each time in a new process, after all other
    modes; None where there was none. ``foreign_requests`` arrived at the embedded target meanwhile though this run did
    not send them; then there are no ``heads``. ``runtime`` is None where its process did not come so far.
    ``environment`` is the key of the one that was made for the lane, empty for this one. ``left_out`` are variables
    that name certificates and were set, but reach no client. ``cookies`` are the Cookie headers that left the process,
    none in a probe whose credentials are hidden.
    """

    OURS: ClassVar = frozenset(
        {
            "mode",
            "settings",
            "error",
            "packages",
            "strange",
            "without_c",
            "stage",
            "beside",
            "runtime",
            "environment",
            "left_out",
        }
    )

    mode: str
    settings: dict[str, str] = field(default_factory=dict)
    made: str = ""
    response: ProbeResponse | None = None
    error: tuple[str, str] | None = None
    heads: tuple[RequestHead, ...] | None = None
    packages: dict[str, str] = field(default_factory=dict)
    strange: dict[str, str] = field(default_factory=dict)
    without_c: tuple[str, ...] = ()
    stage: str = ""
    led_to: str = ""
    beside: dict[str, str] = field(default_factory=dict)
    again: tuple[ProbeResponse | None, ...] = ()
    foreign_requests: int = 0
    reached: tuple[Reached, ...] = ()
    runtime: Runtime | None = None
    environment: str = ""
    left_out: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()

    @property
    def was_sent(self) -> bool:
        """Whether the mode came as far as to send its request."""
        return not self.stage and (self.response is not None or self.error is not None)

    @property
    def responses(self) -> tuple[ProbeResponse, ...]:
        """All answers that it got, the first one first."""
        return tuple(each for each in (self.response, *self.again) if each is not None)

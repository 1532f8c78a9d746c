"""What one request of a mode showed before the rounds."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_httpbench.target_server.launcher import RequestHead


@dataclass(frozen=True)
class ProbeResponse:
    """What came back: ``first_status`` is that before redirects were followed, ``url`` the one after it.

    Of a client file that doesn't describe its responses, ``url`` is empty and ``http_version`` is ``unknown``.
    """

    status: int
    first_status: int
    url: str
    http_version: str
    body_bytes: int
    body_sha256: str


@dataclass(frozen=True)
class Probe:
    """One mode's request, its response, and the settings that its client had; ``made`` is the call that made it.

    ``heads`` are the request's heads as the embedded target saw them, one for each redirect and one more; None
    elsewhere. ``packages`` are the versions of the distributions that the mode's speed depends on, ``modules`` those
    that imported modules call their own. ``error`` is kind and text, ``stage`` what its worker failed at where that was
    not the request itself. ``again`` are the answers when the mode was asked again, each time in a new process, after
    all other modes; None where there was none.
    """

    mode: str
    settings: dict[str, str] = field(default_factory=dict)
    made: str = ""
    response: ProbeResponse | None = None
    error: tuple[str, str] | None = None
    heads: tuple[RequestHead, ...] | None = None
    packages: dict[str, str] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    stage: str = ""
    again: tuple[ProbeResponse | None, ...] = ()

    @property
    def was_sent(self) -> bool:
        """Whether the mode came as far as to send its request."""
        return not self.stage and (self.response is not None or self.error is not None)

    @property
    def responses(self) -> tuple[ProbeResponse, ...]:
        """All answers that it got, the first one first."""
        return tuple(each for each in (self.response, *self.again) if each is not None)

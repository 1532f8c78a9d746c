"""What no file keeps of a plan's request, so that the next start can say what is missing from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui_httpbench.plan.plan import Request
from tui_httpbench.text.formatting import enumerate_names, plural
from tui_httpbench.text.hiding import secret_parameters

_MAX_NAMES, _MAX_LENGTH = 100, 200


@dataclass(frozen=True)
class LeftOut:
    """The names of ``headers`` and of the URL's ``parameters`` whose values were not kept, and whether the body was.

    ``url`` is the URL as it was kept: for another one nothing is missing.
    """

    url: str = ""
    headers: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    body: bool = False

    def missing_in(self, request: Request) -> tuple[str, ...]:
        """What the request still lacks, in words: ``Authorization``, ``token in the URL``."""
        if not self.url or _place(request.url) != _place(self.url):
            return ()
        there = {name.lower() for name, value in request.headers if value}
        empty = secret_parameters(request.url, filled=False)
        return (
            *(name for name in self.headers if name.lower() not in there),
            *(f"{name} in the URL" for name in self.parameters if name in empty),
            *(("the body",) if self.body and request.body is None else ()),
        )

    @property
    def stored(self) -> dict[str, Any] | None:
        """It for JSON, without the URL; None where nothing was left out."""
        if not (self.headers or self.parameters or self.body):
            return None
        return {"headers": list(self.headers), "parameters": list(self.parameters), "body": self.body}


def left_out_from(stored: object, url: str) -> LeftOut:
    """What ``stored`` gave, read as if it were damaged: names that are none are left out. ``url`` is the kept one."""
    told = stored if isinstance(stored, dict) else {}
    return LeftOut(url, _names(told.get("headers")), _names(told.get("parameters")), told.get("body") is True)


def not_kept(missing: tuple[str, ...]) -> str:
    """A sentence of what ``missing_in`` tells, such as "1 credential was not kept: Authorization."; empty for nothing.

    A body is no credential: it was too large.
    """
    if not missing:
        return ""
    what = plural(len(missing), "value" if "the body" in missing else "credential")
    return f"{what} {'was' if len(missing) == 1 else 'were'} not kept: {enumerate_names(list(missing))}."


def _place(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]


def _names(stored: object) -> tuple[str, ...]:
    names = stored[:_MAX_NAMES] if isinstance(stored, list) else []
    return tuple(name for name in names if isinstance(name, str) and name.isprintable() and len(name) <= _MAX_LENGTH)

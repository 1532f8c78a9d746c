"""How a body is read and sent, at once or piece by piece, and the one that is made up."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from tui_httpbench.clients.catalog import Mode
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.scenario import MAX_BODY_BYTES, read_size
from tui_httpbench.text.quoting import shortened
from tui_httpbench.worker.pieces import made_up

if TYPE_CHECKING:
    from tui_httpbench.plan.plan import Request

Shape = Literal["whole", "stream"]
SHAPES: tuple[Shape, ...] = ("whole", "stream")

_WHAT = {"read": "read a body", "upload": "send a body"}


@functools.lru_cache(maxsize=1)
def made_up_body(size: int) -> bytes:
    """The body of so many bytes that a worker makes up, always the same."""
    return made_up(size)


def parse_read(text: str) -> Shape:
    """``whole`` or ``stream``. Raises PlanError."""
    return _parse_shape(text, "read")


def parse_upload(text: str) -> Shape:
    """``whole`` or ``stream``. Raises PlanError."""
    return _parse_shape(text, "upload")


def _parse_shape(text: str, field: str) -> Shape:
    for shape in SHAPES:
        if text.strip().lower() == shape:
            return shape
    raise PlanError(field, f"--{field} is whole or stream, not {shortened(text)!r}.")


def parse_data_size(text: str) -> int:
    """Bytes of the body that is made up; ``50k`` and ``1m`` are allowed. Raises PlanError."""
    size = read_size(text)
    if not 1 <= size <= MAX_BODY_BYTES:
        raise PlanError(
            "data_size",
            f"The size of the data must be 1 to {MAX_BODY_BYTES:,} bytes, such as 50k, not {shortened(text)!r}.",
        )
    return size


def check_shape(request: Request, modes: Iterable[str]) -> None:
    """Lets a request pass whose shape goes with its body, and with the modes that are to send it. Raises PlanError."""
    if request.data_size is not None and request.given_body is not None:
        option = "-d" if request.json_body is None else "--json-body"
        raise PlanError("data_size", f"--data-size makes a body up, and {option} gives one; leave one of them out.")
    if request.upload == "stream" and request.body is None:
        raise PlanError(
            "upload",
            "--upload stream sends a body piece by piece, and there is none; give one, as with --data-size 1m.",
        )
    for field in ("read", "upload"):
        unable = without_stream(field, modes) if getattr(request, field) == "stream" else []
        if unable:
            names = ", ".join(unable)
            raise PlanError(
                field, f"{names} can't {_WHAT[field]} piece by piece; leave {_them(unable)} out, or --{field} stream."
            )


def without_stream(field: str, modes: Iterable[str]) -> list[str]:
    """Those of the modes that can't do it piece by piece, each once: for ``read`` or for ``upload``."""
    return [mode.id for mode in dict.fromkeys(map(mode_of, modes)) if not _streams(field, mode)]


def _streams(field: str, mode: Mode) -> bool:
    return mode.library.streams_uploads if field == "upload" else mode.streamed is not None


def _them(modes: list[str]) -> str:
    return "it" if len(modes) == 1 else "them"


def shape_in_words(request: Request) -> str:
    """How bodies are read and sent where that is not at once: ``bodies read piece by piece``; else empty."""
    ways = [way for way, shape in (("read", request.read), ("sent", request.upload)) if shape == "stream"]
    return f"bodies {' and '.join(ways)} piece by piece" if ways else ""

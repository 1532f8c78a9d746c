"""What the embedded target answers to which path; pure, cached, and without a server."""

from __future__ import annotations

import functools
import gzip
import http
import random
import re
from dataclasses import dataclass

HOST = "127.0.0.1"  # Never reachable from elsewhere.
PAGE_BYTES = 1_000
MAX_BYTES = 64 * 1024 * 1024
MAX_GZIP_BYTES = 16 * 1024 * 1024
MAX_DELAY_MS = 60_000
MAX_REDIRECTS = 100
LOWEST_STATUS, HIGHEST_STATUS = 200, 599

PATHS: dict[str, str] = {
    "/": "1 kB of text",
    "/bytes/N": f"a body of N bytes, up to {MAX_BYTES:,}",
    "/delay/MS": f"the text of / after MS milliseconds, up to {MAX_DELAY_MS:,}",
    "/status/CODE": f"an answer with this status, {LOWEST_STATUS} to {HIGHEST_STATUS}",
    "/gzip/N": f"text, gzipped; N bytes before compression, up to {MAX_GZIP_BYTES:,}",
    "/echo": "what arrived, as JSON: method, path, query, headers, body length, peer",
    "/redirect/N": f"302, N times, then the text of /; up to {MAX_REDIRECTS}",
}

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"

# A larger body is sent from a file, chunk by chunk: many at once would not fit into memory.
LARGEST_IN_MEMORY = 1024 * 1024

_NO_CONTENT = (204, 205, 304)
_TEXT_BLOCK_BYTES = 64 * 1024  # Wider than gzip's window of 32 KiB, so that repeating it doesn't compress better.
_VOCABULARY = (
    "request response header body status client server connection socket timeout retry cache cookie session stream "
    "proxy redirect method resource content length type encoding chunk keep alive pool thread task loop measure round "
    "latency throughput the of and to in a is that for it on with as by from at this which one more than when"
)

Headers = list[tuple[str, str]]


class PathError(ValueError):
    """The path asks for something the target doesn't give; ``status`` is 400 or 404, the text is one sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """One response, ready to be sent.

    ``body`` is None where there is none. ``zeros`` is the length in bytes of a body of zeros that is too large for
    memory, 0 otherwise. ``delay_s`` passes before it is sent. ``echo`` asks for the request to be described instead.
    """

    status: int
    headers: Headers
    body: bytes | None = None
    zeros: int = 0
    delay_s: float = 0.0
    echo: bool = False


@functools.lru_cache(maxsize=32)
def answer_to(path: str) -> Answer:
    """The answer to a path, whatever the method; wrong paths get one with status 400 or 404 and a sentence."""
    try:
        return _answer_to(path)
    except PathError as error:
        return _text_answer(error.status, f"{error}\n")


def _answer_to(path: str) -> Answer:
    if path == "/":
        return _page()
    if path == "/echo":
        return Answer(200, [("content-type", "application/json")], echo=True)
    kind, _, argument = path.removeprefix("/").partition("/")
    make = _ANSWERS.get(kind)
    if make is None or not path.startswith("/") or "/" in argument:
        raise PathError(404, f"There is nothing at {_shortened(path)!r}; the paths are {', '.join(PATHS)}.")
    return make(argument)


def _page() -> Answer:
    return Answer(200, [("content-type", TEXT)], text_of(PAGE_BYTES))


def _bytes(argument: str) -> Answer:
    size = _number(argument, "/bytes/N", 0, MAX_BYTES)
    if size <= LARGEST_IN_MEMORY:
        return Answer(200, [("content-type", BYTES)], bytes(size))
    return Answer(200, [("content-type", BYTES), ("content-length", str(size))], zeros=size)


def _delay(argument: str) -> Answer:
    delay_ms = _number(argument, "/delay/MS", 0, MAX_DELAY_MS)
    page = _page()
    return Answer(page.status, page.headers, page.body, delay_s=delay_ms / 1_000)


def _status(argument: str) -> Answer:
    status = _number(argument, "/status/CODE", LOWEST_STATUS, HIGHEST_STATUS)
    if status in _NO_CONTENT:
        return Answer(status, [])
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = "Status without a name"
    return _text_answer(status, f"{status} {phrase}\n")


def _gzip(argument: str) -> Answer:
    size = _number(argument, "/gzip/N", 0, MAX_GZIP_BYTES)
    headers = [("content-type", TEXT), ("content-encoding", "gzip"), ("vary", "accept-encoding")]
    return Answer(200, headers, gzip.compress(text_of(size), compresslevel=6, mtime=0))


def _redirect(argument: str) -> Answer:
    left = _number(argument, "/redirect/N", 0, MAX_REDIRECTS)
    if left == 0:
        return _page()
    return Answer(302, [("location", f"/redirect/{left - 1}" if left > 1 else "/")], b"")


_ANSWERS = {"bytes": _bytes, "delay": _delay, "status": _status, "gzip": _gzip, "redirect": _redirect}


def text_of(size: int) -> bytes:
    """``size`` bytes of ASCII text, always the same, that compresses about as well as a page does."""
    block = _text_block()
    return (block * (size // len(block) + 1))[:size]


@functools.cache
def _text_block() -> bytes:
    chooser = random.Random(1991)
    words = " ".join(chooser.choices(_VOCABULARY.split(), k=_TEXT_BLOCK_BYTES // 4))
    return words.encode("ascii")[:_TEXT_BLOCK_BYTES]


def _text_answer(status: int, text: str) -> Answer:
    return Answer(status, [("content-type", TEXT)], text.encode())


def _number(text: str, path: str, lowest: int, highest: int) -> int:
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII) or not lowest <= int(text) <= highest:
        name = path.rpartition("/")[2]
        raise PathError(
            400, f"The {name} of {path} must be a whole number from {lowest} to {highest}, not {_shortened(text)!r}."
        )
    return int(text)


def _shortened(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"

"""What the embedded target answers to which path in a scenario; cached, and without a server."""

from __future__ import annotations

import functools
import http
import random
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from tui_httpbench.plan.scenario import DEFAULT_BODY_BYTES, DEFAULT_CONTENT_TYPE, LOOPBACK, Scenario
from tui_httpbench.text.quoting import shortened

PAGE_BYTES = DEFAULT_BODY_BYTES
MAX_BYTES = 64 * 1024 * 1024
MAX_GZIP_BYTES = 4 * 1024 * 1024  # which fits into memory once it is packed, for many who don't read it, too
MAX_DELAY_MS = 60_000
MAX_REDIRECTS = 100
LOWEST_STATUS, HIGHEST_STATUS = 200, 599

# A larger body is sent from a file, chunk by chunk: many at once would not fit into memory.
LARGEST_IN_MEMORY = 1024 * 1024

PATH_CHUNK_BYTES = 16_384

PATHS: dict[str, str] = {
    "/": "the page: 1 kB of text, unless the scenario has another size or type",
    "/bytes/N": f"a body of N bytes, up to {MAX_BYTES:,}",
    "/delay/MS": f"the page after MS milliseconds, up to {MAX_DELAY_MS:,}",
    "/status/CODE": f"an answer with this status, {LOWEST_STATUS} to {HIGHEST_STATUS}",
    "/gzip/N": f"text, gzipped; N bytes before compression, up to {MAX_GZIP_BYTES:,}",
    "/echo": "what arrived, as JSON: method, path, query, headers, body length, peer",
    "/mirror": f"the body that was sent, up to {LARGEST_IN_MEMORY:,} bytes",
    "/chunked/N": f"a body of N bytes, up to {MAX_BYTES:,}, without a length, in chunks of {PATH_CHUNK_BYTES:,}",
    "/redirect/N": f"302, N times, then the page; up to {MAX_REDIRECTS}",
}

TEXT = DEFAULT_CONTENT_TYPE
BYTES = "application/octet-stream"

ZEROS = "zeros"

_NO_CONTENT = (204, 205, 304)
_LEVEL = 6
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # RFC 1952, 2.3: deflate, no time, unknown system
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

    ``body`` is None where there is none. ``file`` names a body that is too large for memory, of which the first
    ``file_bytes`` are sent: ``ZEROS``, or one that ``Answers.large_bodies`` has. ``delay_s`` passes before it is sent.
    With ``chunk_bytes``, the body is sent without a length, in chunks of so many. ``echo`` asks for the request to be
    described instead, ``mirror`` for its body. ``gzipped`` is the same for a client that accepts gzip.
    """

    status: int
    headers: Headers
    body: bytes | memoryview | None = None
    file: str = ""
    file_bytes: int = 0
    delay_s: float = 0.0
    echo: bool = False
    mirror: bool = False
    gzipped: Answer | None = None
    chunk_bytes: int = 0


class Answers:
    """The answers in one scenario, whose page they know ready-made.

    ``large_bodies`` are those that are sent from a file, by name, without ``ZEROS``.
    """

    def __init__(self, scenario: Scenario = LOOPBACK) -> None:
        self.large_bodies: dict[str, bytes] = {}
        self._chunk_bytes = scenario.chunk_bytes
        self._page = self._make_page(scenario)
        self._kinds: dict[str, Callable[[str], Answer]] = {
            "bytes": _bytes,
            "chunked": _chunked,
            "delay": self._delay,
            "status": _status,
            "gzip": _gzip,
            "redirect": self._redirect,
        }
        self.answer_to = functools.lru_cache(maxsize=32)(self._answer_to)

    def _answer_to(self, path: str) -> Answer:
        """The answer to a path, whatever the method; wrong paths get one with status 400 or 404 and a sentence."""
        try:
            return self._find(path)
        except PathError as error:
            return _text_answer(error.status, f"{error}\n")

    def _find(self, path: str) -> Answer:
        if path == "/":
            return self._page
        if path == "/echo":
            return Answer(200, [("content-type", "application/json")], echo=True)
        if path == "/mirror":
            return Answer(200, [("content-type", BYTES)], b"", mirror=True)
        kind, _, argument = path.removeprefix("/").partition("/")
        make = self._kinds.get(kind)
        if make is None or not path.startswith("/") or "/" in argument:
            raise PathError(404, f"There is nothing at {shortened(path)!r}; the paths are {', '.join(PATHS)}.")
        return make(argument)

    def _delay(self, argument: str) -> Answer:
        delay_ms = _number(argument, "/delay/MS", 0, MAX_DELAY_MS)
        delay_s = delay_ms / 1_000
        gzipped = self._page.gzipped and replace(self._page.gzipped, delay_s=delay_s)
        return replace(self._page, delay_s=delay_s, gzipped=gzipped)

    def _redirect(self, argument: str) -> Answer:
        left = _number(argument, "/redirect/N", 0, MAX_REDIRECTS)
        if left == 0:
            return self._page
        return Answer(302, [("location", f"/redirect/{left - 1}" if left > 1 else "/")], b"")

    def _make_page(self, scenario: Scenario) -> Answer:
        headers = [("content-type", scenario.content_type)]
        text = text_of(scenario.body_bytes)
        if not scenario.gzip:
            return self._whole("page", headers, text)
        headers.append(("vary", "accept-encoding"))
        packed = self._whole("packed page", [*headers, ("content-encoding", "gzip")], pack_text(len(text)))
        return replace(self._whole("page", headers, text), gzipped=packed)

    def _whole(self, name: str, headers: Headers, body: bytes) -> Answer:
        if self._chunk_bytes:
            return Answer(200, headers, body, chunk_bytes=self._chunk_bytes)
        if len(body) <= LARGEST_IN_MEMORY:
            return Answer(200, headers, body)
        self.large_bodies[name] = body
        return Answer(200, [*headers, ("content-length", str(len(body)))], file=name, file_bytes=len(body))


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a request with this header, or with an empty one where it has none, may be answered with gzip."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((text.removeprefix("q=") for text in parameters if text.startswith("q=")), "1")
        weights[coding] = float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight, re.ASCII) else 0.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def mirrored(answer: Answer, body: bytes, body_length: int) -> Answer:
    """The answer with the body that was sent, of ``body_length`` bytes, or a sentence where that is too large."""
    if body_length > LARGEST_IN_MEMORY:
        return _text_answer(413, f"/mirror takes up to {LARGEST_IN_MEMORY:,} bytes, not {body_length:,}.\n")
    return replace(answer, body=body)


def _bytes(argument: str) -> Answer:
    size = _number(argument, "/bytes/N", 0, MAX_BYTES)
    if size <= LARGEST_IN_MEMORY:
        return Answer(200, [("content-type", BYTES)], bytes(size))
    return Answer(200, [("content-type", BYTES), ("content-length", str(size))], file=ZEROS, file_bytes=size)


def _chunked(argument: str) -> Answer:
    size = _number(argument, "/chunked/N", 0, MAX_BYTES)
    return Answer(200, [("content-type", BYTES)], _zeros()[:size], chunk_bytes=PATH_CHUNK_BYTES)


@functools.cache
def _zeros() -> memoryview:
    """Of which each answer is a part: many at once share them."""
    return memoryview(bytes(MAX_BYTES))


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
    return Answer(200, headers, pack_text(size))


def text_of(size: int) -> bytes:
    """``size`` bytes of ASCII text, always the same, that compresses about as well as a page does."""
    block = _text_block()
    return (block * (size // len(block) + 1))[:size]


def pack_text(size: int) -> bytes:
    """``text_of(size)`` gzipped, in a moment: its block is compressed once, so that nobody waits for a large one."""
    blocks, rest = divmod(size, _TEXT_BLOCK_BYTES)
    last = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    end = last.compress(_text_block()[:rest]) + last.flush()
    return _GZIP_HEAD + _packed_block() * blocks + end + struct.pack("<II", zlib.crc32(text_of(size)), size)


@functools.cache
def _packed_block() -> bytes:
    """The block as a part of a deflate stream that refers to nothing before it."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(_text_block()) + packer.flush(zlib.Z_FULL_FLUSH)


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
            400, f"The {name} of {path} must be a whole number from {lowest} to {highest}, not {shortened(text)!r}."
        )
    return int(text)

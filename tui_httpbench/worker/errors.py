"""The kinds of failure, and how an exception of any client is sorted into one of them.

Runs inside the worker: the standard library only, so exceptions of clients are known by their class names.
"""

# What is said of an exception stands here as well: one more module in a worker that measures would shift its allocator.

from __future__ import annotations

import errno
import re
import socket
import ssl
import zlib
from collections.abc import Iterator
from types import FrameType
from typing import Any

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
    "url",
)
"""In the order of their codes in a sample: the first is -1, the second -2, and so on; never reordered."""

_REDIRECT_NAMES = {
    "TooManyRedirects",
    "NonHttpUrlRedirectClientError",
    "InvalidUrlRedirectClientError",
    "MaxRedirects",
    "RedirectError",
}
# A URL that the client itself refuses: ours, a proxy's, or after a redirect one that nobody has checked.
_URL_NAMES = {
    "InvalidURL",
    "InvalidUrlClientError",
    "InvalidSchema",
    "MissingSchema",
    "UnsupportedProtocol",
    "NonHttpUrlClientError",
    "LocationValueError",
}
# What urllib.parse and ipaddress say of such a URL, in a plain ValueError that requests lets through.
_URL_TEXTS = ("does not appear to be an IPv4 or IPv6 address", "Invalid IPv6 URL", "Port out of range")
_WITH_URL = re.compile(r"([^\s:]+ )?([a-z]+:/)?/", re.ASCII)
_REDIRECTING = {"resolve_redirects", "get_redirect_target", "_redirect_url", "_handle_redirect"}
"""Functions of requests and niquests, httpx and httpx2, and aiosonic, which run for a redirect alone."""
_DNS_NAMES = {"ClientConnectorDNSError", "NameResolutionError"}
_TLS_NAMES = {"ClientConnectorSSLError", "ClientConnectorCertificateError", "ClientSSLError"}
_CONNECT_TIMEOUT_NAMES = {"ConnectTimeout", "ConnectTimeoutError", "ConnectionTimeoutError"}
_TIMEOUT_NAMES = {
    "ReadTimeout",
    "ReadTimeoutError",
    "WriteTimeout",
    "PoolTimeout",
    "ServerTimeoutError",
    "SocketTimeoutError",
    "TimeoutError",
    "timeout",
}
_BODY_NAMES = {
    "ContentDecodingError",
    "DecodingError",
    "DecodeError",
    "ContentEncodingError",
    "IncompleteRead",
    "IncompleteReadError",
    "InvalidChunkLength",
    "ChunkedEncodingError",
    "ContentLengthError",
    "TransferEncodingError",
    "ClientPayloadError",
}
_BODY_TEXTS = (
    "complete message body",
    "incomplete chunked read",
    "illegal chunk header",
    "Invalid character in chunk size",  # aiohttp, where the chunk came together with the head
    "read length must be non-negative",  # a negative chunk size in http.client, let through by urllib3
    "readexactly size can not be less than zero",  # the same in asyncio, let through by aiosonic
    "into an index-sized integer",  # a huge length in http.client
)
_RESET_NAMES = {
    "ServerDisconnectedError",
    "BrokenResourceError",
    "ClosedResourceError",
    "EndOfStream",
    "ReadError",
    "WriteError",
    "ClientConnectionResetError",
}
_RESET_TEXTS = (
    "disconnected without sending a response",
    "ConnectionResetError(",  # aiohttp names the cause in the text alone
)
_PROTOCOL_NAMES = {
    "HTTPException",
    "RemoteProtocolError",
    "LocalProtocolError",
    "ProtocolError",
    "ClientResponseError",
    "HttpProcessingError",
    "BadHttpMessage",
    "InvalidHeader",
    "HttpParsingError",
    "LimitOverrunError",
    "InterimAnswer",  # ours
}
_CURL_KINDS = {
    1: "url",
    3: "url",
    5: "dns",  # of a proxy
    6: "dns",
    7: "refused",
    8: "protocol",
    16: "protocol",
    18: "body",
    23: "body",  # it could not hand on what it had decoded
    28: "timeout",
    35: "tls",
    47: "redirects",
    52: "reset",
    55: "reset",
    56: "reset",
    58: "tls",
    59: "tls",
    60: "tls",
    61: "body",
    77: "tls",
    83: "tls",
    90: "tls",
    91: "tls",
    92: "protocol",
    100: "protocol",
}
"""libcurl's own numbers, which pycurl and curl-cffi hand on, where its text says no more."""
_CURL_TEXTS = {
    "Connection reset by peer": "reset",
    "Connection timed out after": "connect-timeout",
    "HTTP/0.9 when not allowed": "protocol",
    "Unsupported HTTP": "protocol",  # a version; of a URL it says "Protocol"
    "chunk hex-length": "body",
    "redirect target URL": "redirects",
    "writing output to destination": "other",  # what takes the body failed, and not what decodes it
    "in redirect": "redirects",  # behind the name of a protocol to which it does not follow
}
_REQWEST_TEXTS = {
    "dns error": "dns",
    "Connection refused": "refused",
    "Connection reset": "reset",
    "error following redirect": "redirects",
    "URL scheme is not allowed": "redirects",  # ours is checked
    "builder error": "url",
    "too many redirects": "redirects",
    "invalid peer certificate": "tls",
    "received corrupt message": "tls",
    "received fatal alert": "tls",
    "tls handshake eof": "tls",
    "invalid HTTP": "protocol",
    "connection closed before message completed": "reset",
    "unexpected EOF during chunk": "body",
    "unexpected end of file": "body",
    "message head is too large": "protocol",
    "invalid content-length": "protocol",
}
"""Parts of what they say, in the order in which they are looked for."""
_MAX_CHAIN = 40
_secrets: tuple[str, ...] | None = None
"""Values that no text may show; None where texts may show what they like."""
_needles: dict[tuple[str, ...], Any] = {}
"""What is looked for of the values, once a text has been looked through."""


def code_of(kind: str) -> int:
    """The negative number that stands for a kind in a sample."""
    return -1 - ERROR_KINDS.index(kind)


def kind_of(error: BaseException) -> str:
    """The kind of failure that an exception tells of, from it and everything that caused it."""
    # Those two are how TLS that doesn't block says that it waits; they stand behind whatever ended the wait.
    chain = [
        link
        for link in _chain(error)
        if not isinstance(link, (ssl.SSLWantReadError, ssl.SSLWantWriteError)) and not _is_renamed(link)
    ]
    own_names = {type(link).__name__ for link in chain}
    names = {cls.__name__ for link in chain for cls in type(link).__mro__}
    numbers = {number for link in chain for number in _errnos(link)}
    text = " ".join(_message_of(link) for link in chain)
    values = " ".join(_message_of(link) for link in chain if type(link) is ValueError)

    def has(*types: type[BaseException]) -> bool:
        return any(isinstance(link, types) for link in chain)

    if has(MemoryError):
        return "other"
    native = next(filter(None, map(_kind_of_native, chain)), "")
    if native:
        return native
    if names & _REDIRECT_NAMES:
        return "redirects"
    if any(map(_is_no_name, chain)):
        return "dns"
    refuses_url = any(map(_is_no_port, chain)) or any(map(_is_no_ascii_url, chain))
    if refuses_url or names & _URL_NAMES or any(part in values for part in _URL_TEXTS):
        return "redirects" if any(map(came_after_redirect, _chain(error))) else "url"
    if any(isinstance(link, UnicodeError) and came_after_redirect(link) for link in chain):
        return "redirects"  # requests, which reads a Location as UTF-8
    if "ResponseError" in own_names and "too many redirects" in text:  # urllib3, which counts them as retries
        return "redirects"
    if names & _DNS_NAMES or has(socket.gaierror):
        return "dns"
    if names & _TLS_NAMES or has(ssl.SSLError) or _ended_in_handshake(chain):
        return "tls"
    # By the classes' own names: urllib3 derives every failure to connect from ConnectTimeoutError.
    if own_names & _CONNECT_TIMEOUT_NAMES or errno.ETIMEDOUT in numbers:
        return "connect-timeout"
    if errno.ECONNREFUSED in numbers or has(ConnectionRefusedError):
        return "refused"
    if names & _TIMEOUT_NAMES:
        return "timeout"
    if has(ConnectionResetError, ConnectionAbortedError, BrokenPipeError) or any(part in text for part in _RESET_TEXTS):
        return "reset"
    if names & _BODY_NAMES or has(zlib.error) or any(part in text for part in _BODY_TEXTS):
        return "body"
    if names & _RESET_NAMES:
        return "reset"
    if names & _PROTOCOL_NAMES:
        return "protocol"
    if any(isinstance(link, ValueError) and _came_through(link, "aiosonic") for link in chain):
        # What it can't read, it lets through as Python says it.
        return "body" if "with base 16" in text else "protocol"
    return "other"


def _is_renamed(link: BaseException) -> bool:
    """Whether httpx-aiohttp has put this in the place of aiohttp's own, which tells more: it calls most a timeout."""
    cause = link.__cause__
    return cause is not None and _package(type(link)) == "httpx" and _package(type(cause)) == "aiohttp"


def _package(cls: type) -> str:
    return cls.__module__.partition(".")[0]


def _is_no_name(link: BaseException) -> bool:
    """Whether a host's name can't be written as the DNS needs it, such as one with a part of 70 letters."""
    return isinstance(link, UnicodeError) and "idna" in _message_of(link)


def _is_no_port(link: BaseException) -> bool:
    """What asyncio says of a port that httpx has let through."""
    return isinstance(link, OverflowError) and "port must be" in _message_of(link)


def _is_no_ascii_url(link: BaseException) -> bool:
    """What Python says of a letter in a URL, or in a request's first line, that a client leaves as it is."""
    return isinstance(link, UnicodeEncodeError) and link.encoding != "latin-1" and bool(_WITH_URL.match(link.object))


def _came_through(error: BaseException, package: str) -> bool:
    return any(module_of(frame).partition(".")[0] == package for frame in frames_of(error))


def came_after_redirect(error: BaseException) -> bool:
    """Whether a client was following a redirect: by the function that it was in, or the responses it had before."""
    return any(
        frame.f_code.co_name in _REDIRECTING
        or _has_redirect(frame.f_locals.get("history"))
        or (module_of(frame) == "urllib3.poolmanager" and _is_filled(frame.f_locals.get("redirect_location")))
        for frame in frames_of(error)
    )


def _has_redirect(history: Any) -> bool:
    """Whether responses are among it; urllib3 notes there whatever failed, each with where it redirected, if it did."""
    return _is_filled(history) and any(getattr(each, "redirect_location", each) is not None for each in history)


def _is_filled(value: Any) -> bool:
    return isinstance(value, (list, tuple, str)) and bool(value)


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """The frames that an exception went through, the outermost first."""
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def module_of(frame: FrameType) -> str:
    """The name of the module whose code a frame runs."""
    return str(frame.f_globals.get("__name__", ""))


def _kind_of_native(error: BaseException) -> str:
    """The kind of an exception of libcurl or of reqwest, which tell it in numbers and texts; else empty."""
    names = {f"{_package(cls)}.{cls.__name__}" for cls in type(error).__mro__}
    if "pycurl.error" in names:
        return _kind_of_curl(error.args[0] if error.args else 0, _message_of(error))
    if "curl_cffi.CurlError" in names:
        return _kind_of_curl(getattr(error, "code", 0), _message_of(error))
    if "pyreqwest.DetailedPyreqwestError" in names:
        causes = (getattr(error, "details", None) or {}).get("causes") or ()
        text = " ".join(str(cause.get("message")) for cause in causes)
        if "timed out" in text:  # what it calls a timeout while connecting may be any
            return "connect-timeout" if "(Connect)" in text else "timeout"
        return _kind_by_text(text, _REQWEST_TEXTS)
    return ""


def _kind_of_curl(number: Any, text: str) -> str:
    return _kind_by_text(text, _CURL_TEXTS) or _CURL_KINDS.get(number, "other")


def _kind_by_text(text: str, kinds: dict[str, str]) -> str:
    return next((kind for part, kind in kinds.items() if part in text), "")


def text_of(error: BaseException, limit: int = 300) -> str:
    """The exception's class and message on one line, without memory addresses, so that equal failures look equal.

    What a server put into it can't act on a terminal: control characters are written as escapes.
    """
    message = _hide(_message_of(error))
    message = re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", escape_controls(" ".join(message.split())))
    line = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return line if len(line) <= limit else line[: limit - 1] + "…"


def hide_in_texts(values: tuple[str, ...]) -> None:
    """From now on, texts are without these values and what stands where secrets do: clients quote them in messages.

    Nothing is looked for before a text needs it: a worker whose requests succeed does nothing of the kind.
    """
    global _secrets
    _secrets = values


def _hide(text: str) -> str:
    if _secrets is None:
        return text
    # Neither is loaded where every request succeeds.
    from .hiding import hide_values, needles_of
    from .secret_places import hide_places

    if _secrets not in _needles:
        _needles[_secrets] = needles_of(_secrets)
    return hide_places(hide_values(text, _needles[_secrets]))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the exception, or anything that caused it, tells that memory ran out."""
    return any(isinstance(link, MemoryError) for link in _chain(error))


def escape_controls(text: str) -> str:
    """The text with everything that is not printable written as an escape."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def _message_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:  # A library's own formatting may fail, on what a server sent.
        return f"without a message that can be read ({type(broken).__name__})"


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < _MAX_CHAIN:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        related = [link.__cause__, link.__context__, getattr(link, "reason", None), getattr(link, "os_error", None)]
        related += [*link.args, *getattr(link, "exceptions", ())]
        waiting += [other for other in related if isinstance(other, BaseException)]


def _ended_in_handshake(chain: list[BaseException]) -> bool:
    """Whether aiohttp's peer left in the TLS handshake, which asyncio calls a reset, but one without a number."""
    return any(type(link).__name__ == "ClientConnectorError" for link in chain) and any(
        isinstance(link, ConnectionResetError) and link.errno is None for link in chain
    )


def _errnos(error: BaseException) -> Iterator[int]:
    if isinstance(error, OSError):
        if isinstance(error.errno, int):
            yield error.errno
        else:  # asyncio joins the failures of several addresses into one text
            yield from (int(number) for number in re.findall(r"\[Errno (\d+)\]", _message_of(error)))

"""The kinds of failure, and how an exception of any client is sorted into one of them.

Runs inside the worker: the standard library only, so exceptions of clients are known by their class names.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterable, Iterator

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

# A redirect is the only way to a URL that the plan has not checked, so an unsupported or broken URL is counted there.
_REDIRECT_NAMES = {
    "TooManyRedirects",
    "InvalidSchema",
    "UnsupportedProtocol",
    "NonHttpUrlRedirectClientError",
    "InvalidUrlRedirectClientError",
    "NonHttpUrlClientError",
    "InvalidURL",
    "InvalidUrlClientError",
    "MissingSchema",
}
# What urllib.parse and ipaddress say of such a URL, in a plain ValueError that requests lets through.
_REDIRECT_TEXTS = ("does not appear to be an IPv4 or IPv6 address", "Invalid IPv6 URL", "Port out of range")
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
}
_MAX_CHAIN = 40
_hidden: list[str] = []


def code_of(kind: str) -> int:
    """The negative number that stands for a kind in a sample."""
    return -1 - ERROR_KINDS.index(kind)


def kind_of(error: BaseException) -> str:
    """The kind of failure that an exception tells of, from it and everything that caused it."""
    # Those two are how TLS that doesn't block says that it waits; they stand behind whatever ended the wait.
    chain = [link for link in _chain(error) if not isinstance(link, (ssl.SSLWantReadError, ssl.SSLWantWriteError))]
    own_names = {type(link).__name__ for link in chain}
    names = {cls.__name__ for link in chain for cls in type(link).__mro__}
    numbers = {number for link in chain for number in _errnos(link)}
    text = " ".join(_message_of(link) for link in chain)
    values = " ".join(_message_of(link) for link in chain if type(link) is ValueError)

    def has(*types: type[BaseException]) -> bool:
        return any(isinstance(link, types) for link in chain)

    if has(MemoryError):
        return "other"
    if names & _REDIRECT_NAMES or any(part in values for part in _REDIRECT_TEXTS):
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
    if names & _BODY_NAMES or any(part in text for part in _BODY_TEXTS):
        return "body"
    if names & _RESET_NAMES:
        return "reset"
    if names & _PROTOCOL_NAMES:
        return "protocol"
    return "other"


def text_of(error: BaseException, limit: int = 300) -> str:
    """The exception's class and message on one line, without memory addresses, so that equal failures look equal.

    What a server put into it can't act on a terminal: control characters are written as escapes.
    """
    message = hide_parameters(_message_of(error), _hidden)
    message = re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", escape_controls(" ".join(message.split())))
    line = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return line if len(line) <= limit else line[: limit - 1] + "…"


def hide_in_texts(parameters: Iterable[str]) -> None:
    """From now on, texts leave out the values of these parameters of the URL, which clients quote in their messages."""
    _hidden.extend(parameters)


def hide_parameters(text: str, parameters: Iterable[str]) -> str:
    """A text that may quote the URL, without the values of these of its parameters."""
    for parameter in parameters:
        text = text.replace(parameter, f"{parameter.partition('=')[0]}=")
    return text


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

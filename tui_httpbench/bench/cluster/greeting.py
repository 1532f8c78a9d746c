"""Whether it is a scheduler of Dask that answers at an address, before Dask itself is let near.

Whoever answers, Dask takes the first eight bytes for how much memory to reserve, and whatever follows for messages.
Both sides of Dask speak at once when a line is made, so a line that is closed again after that asks for nothing.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import struct
import time
from contextlib import suppress
from urllib.parse import urlsplit

from tui_httpbench.bench.run_error import RunError
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import printable, shortened

_LENGTH = struct.Struct("=Q")
_MAX_GREETING_BYTES = 100_000
"""Dask's greeting has some 200 bytes, a message with how it packs what it sends."""
_TRY_S, _AGAIN_S = 3.0, 0.2
_PORT = "see its port, which usually is 8786"


async def await_greeting(address: str, context: ssl.SSLContext | None, limit_s: float) -> None:
    """Returns once a scheduler has greeted at ``address``, such as ``tcp://alpha:8786``, within ``limit_s``.

    ``context`` is the TLS to talk with. Raises RunError, whose text says what answers there instead.
    """
    end_s = time.monotonic() + limit_s
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 0
    while True:
        left_s = end_s - time.monotonic()
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port, ssl=context), max(left_s, 0.1))
            break
        except ssl.SSLError as error:
            raise RunError(_why_no_tls(address, error)) from None
        except (ConnectionResetError, BrokenPipeError):
            raise RunError(_silent(address, "closes the line without a word")) from None
        except (OSError, TimeoutError) as error:
            # It may just be starting.
            if time.monotonic() + _AGAIN_S > end_s:
                raise RunError(_nobody(address, error, limit_s)) from None
            await asyncio.sleep(_AGAIN_S)
    try:
        await _listen(address, reader, context, host, port, end_s)
    finally:
        writer.close()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), 1)


async def _listen(
    address: str, reader: asyncio.StreamReader, context: ssl.SSLContext | None, host: str, port: int, end_s: float
) -> None:
    """Reads the greeting. Raises RunError."""
    hearing = asyncio.ensure_future(_hear(reader))
    try:
        began_s = time.monotonic()
        await asyncio.wait({hearing}, timeout=min(_TRY_S, end_s - began_s))
        if not hearing.done():
            # Who waits for the other side to begin may be one that wants TLS.
            if context is None and await _speaks_tls(host, port):
                raise RunError(
                    f"The scheduler {address} wants TLS; write tls:// in place of tcp://, and give --cluster-ca, "
                    "--cluster-cert and --cluster-key of that cluster."
                )
            await asyncio.wait({hearing}, timeout=max(end_s - time.monotonic(), 0))
        if not hearing.done():
            raise RunError(_silent(address, f"says nothing within {time.monotonic() - began_s:.0f} s"))
        is_greeting = hearing.result()
    except ssl.SSLError as error:
        raise RunError(_why_no_tls(address, error)) from None
    except (asyncio.IncompleteReadError, ConnectionError):
        if context is not None:
            raise RunError(
                f"What answers at {address} closes the line without a word; it may not take the certificate that "
                f"--cluster-cert names, or be no scheduler of Dask; {_PORT}."
            ) from None
        raise RunError(_silent(address, "closes the line without a word")) from None
    finally:
        hearing.cancel()
    if not is_greeting:
        raise RunError(f"What answers at {address} is no scheduler of Dask; {_PORT}.")


async def _hear(reader: asyncio.StreamReader) -> bool:
    """Whether what is said is as long as a greeting. Raises IncompleteReadError, OSError."""
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return bool(0 < length <= _MAX_GREETING_BYTES)


async def _speaks_tls(host: str, port: int) -> bool:
    """Whether a line of TLS can be made there, whoever it is that answers."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port, ssl=context), _TRY_S)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), 1)
    return True


def _silent(address: str, how: str) -> str:
    return f"What answers at {address} {how}, where a scheduler of Dask greets; {_PORT}."


def _nobody(address: str, error: BaseException, limit_s: float) -> str:
    why = "" if isinstance(error, TimeoutError) else f" ({_reason_of(error)})" if isinstance(error, OSError) else ""
    return (
        f"No scheduler of Dask answers at {address} within {limit_s:.0f} s{why}; see that 'dask scheduler' runs there "
        "and that no firewall is between."
    )


def _reason_of(error: OSError) -> str:
    """The system's own word for it: what asyncio says has its numbers and tuples in it."""
    number = re.search(r"\[Errno (\d+)\]", str(error))
    return os.strerror(int(number[1])).lower() if number else reason_of(error)


def _why_no_tls(address: str, error: ssl.SSLError) -> str:
    """What keeps two sides from talking in TLS, by the reason that OpenSSL gives."""
    reason = (error.reason or "").upper()
    if isinstance(error, ssl.SSLCertVerificationError):
        why = shortened(printable(error.verify_message), 100)
        return (
            f"The certificate of the scheduler {address} is not of the authority that --cluster-ca names ({why}); "
            "give that of its cluster."
        )
    if "ALERT" in reason:
        return (
            f"The scheduler {address} does not take the certificate that --cluster-cert names "
            f"({shortened(printable(reason.lower().replace('_', ' ')), 100)}); give one of its cluster's authority."
        )
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNEXPECTED_MESSAGE"):
        return f"What answers at {address} does not speak TLS; write tcp:// in place of tls:// if it is to do without."
    why = shortened(printable(reason.lower().replace("_", " ") or str(error)), 100)
    return f"No line of TLS can be made to {address} ({why}); see --cluster-ca, --cluster-cert and --cluster-key."

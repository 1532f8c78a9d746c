"""Whether each PEM file for TLS holds what it should, told by its own name before they are used together."""

from __future__ import annotations

import ssl
from pathlib import Path

from tui_httpbench.bench.run_error import RunError


class _EncryptedError(Exception):
    """A key needs a pass phrase."""


def check_tls_files(ca: tuple[str, str], cert: tuple[str, str], key: tuple[str, str]) -> None:
    """Looks into the files; each is given by what a sentence calls it, and by its path.

    Nobody is asked for a pass phrase: OpenSSL would do so on the terminal, and hold up all else meanwhile. That a key
    is not that of its certificate is left to who uses them. Raises RunError, and OSError for what can't be read.
    """
    for name, path in (ca, cert):
        with Path(path).open("rb"):
            pass  # of a file that can't be read, OpenSSL does not always say so
        try:
            _context().load_verify_locations(path)
        except ssl.SSLError:
            raise RunError(f"{name} holds no certificate in PEM; give a file that does.") from None
    name, path = key
    try:
        _context().load_cert_chain(cert[1], path, password=_refuse)
    except _EncryptedError:
        raise RunError(f"{name} is encrypted; give a key without a pass phrase.") from None
    except ssl.SSLError as error:
        if "MISMATCH" not in (error.reason or "").upper():
            raise RunError(f"{name} holds no key in PEM; give a file that does.") from None


def _context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _refuse() -> str:
    raise _EncryptedError

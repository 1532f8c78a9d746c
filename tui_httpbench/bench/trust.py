"""Whose certificates the clients trust in a run."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from tui_httpbench.files.private_files import open_private
from tui_httpbench.plan.plan import Plan

# A file may hold more, such as a private key, which is not to be copied.
_CERTIFICATE = re.compile(rb"-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----.*?-----END \1-----", re.DOTALL)


@dataclass(frozen=True)
class Trust:
    """``bundle`` is a PEM file of certifi's certificates and some more, None where each library uses its usual ones.

    ``in_words`` says whose certificates those are, and is empty for the usual ones. ``verify`` is False where
    certificates are not checked.
    """

    bundle: Path | None = None
    in_words: str = ""
    verify: bool = True


USUAL_TRUST = Trust()


def make_trust(plan: Plan, target_ca_pem: bytes | None, folder: Path) -> Trust:
    """The trust of a run; a bundle is written into ``folder``. Raises OSError.

    The bundle holds all of certifi's certificates too, since a client that loads a single one is far cheaper than its
    users' (httpx's new client: 50 times).
    """
    if plan.insecure:
        return Trust(in_words="not checked (--insecure)", verify=False)
    if target_ca_pem is not None:
        return Trust(_write_bundle(folder, target_ca_pem), "certifi's and the embedded target's")
    if plan.cacert is not None:
        return Trust(_write_bundle(folder, Path(plan.cacert).read_bytes()), f"certifi's and those in {plan.cacert}")
    return USUAL_TRUST


def certifi_bundle() -> str | None:
    """The path of certifi's certificates, found without importing it; None where it is not installed."""
    spec = importlib.util.find_spec("certifi")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    return None if folder is None else str(folder / "cacert.pem")


def _write_bundle(folder: Path, extra_pem: bytes) -> Path:
    bundle = folder / "trusted.pem"
    usual = certifi_bundle()
    certificates = [
        b"" if usual is None else Path(usual).read_bytes(),
        *(found[0] for found in _CERTIFICATE.finditer(extra_pem)),
    ]
    with open_private(bundle) as file:
        file.write(b"\n".join(certificates) + b"\n")
    return bundle

"""The certificates of one run: an authority made for it, and a certificate for the embedded target."""

from __future__ import annotations

import shutil
import ssl
import tempfile
from pathlib import Path

from tui_httpbench.target_server.host import HOST


class Identity:
    """A certificate of the target and its private key, in a folder that only this user can read.

    ``ca_pem`` is the authority's certificate, which clients are to trust. Nobody keeps the authority's own key.
    """

    def __init__(self) -> None:
        # Slow to import, and needed only here.
        import trustme

        authority = trustme.CA()
        certificate = authority.issue_cert(HOST, "localhost")
        self.ca_pem = authority.cert_pem.bytes()
        self._folder = Path(tempfile.mkdtemp(prefix="httpbench-tui-target-"))
        self.certificate_path = self._folder / "certificate.pem"
        self.key_path = self._folder / "key.pem"
        self.certificate_path.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        self.key_path.touch(mode=0o600)
        self.key_path.write_bytes(certificate.private_key_pem.bytes())

    def client_context(self) -> ssl.SSLContext:
        """A client's context that trusts this authority alone."""
        return ssl.create_default_context(cadata=self.ca_pem.decode("ascii"))

    def remove(self) -> None:
        """Removes certificate and key from the disk; safe to call twice, and from any thread."""
        shutil.rmtree(self._folder, ignore_errors=True)

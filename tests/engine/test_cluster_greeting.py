"""Who answers where a scheduler should: other services, and TLS with files of another cluster, for real sockets."""

from __future__ import annotations

import asyncio
import os
import ssl
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from tui_httpbench.bench.cluster import greeting, link
from tui_httpbench.bench.cluster.address import Cluster, parse_cluster
from tui_httpbench.bench.run_error import RunError

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OPTIONS = "--cluster-ca, --cluster-cert and --cluster-key"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be waited for is waited for shortly."""
    monkeypatch.setattr(link, "CONNECT_S", 1.0)
    monkeypatch.setattr(greeting, "_TRY_S", 0.3)


def says(what: bytes) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(what)
        await reader.read()
        writer.close()

    return answer


async def as_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def closes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def as_dask(*numbers: int) -> bytes:
    """What is as long as a greeting, and none."""
    data = struct.pack(f"={len(numbers)}Q", *numbers)
    return struct.pack("=Q", len(data)) + data


@asynccontextmanager
async def served(answer: Answer, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Its host and port."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def why_not(cluster: Cluster) -> str:
    """The sentence that keeps a run from being made there."""
    with pytest.raises(RunError) as raised:
        async with asyncio.timeout(20), link.connect(cluster):
            pass
    return str(raised.value)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (says(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n"), "is no scheduler of Dask; see its port, which usually is 8786."),
        (says(b"\xf1" + os.urandom(3000)), "is no scheduler of Dask; see its port"),
        (says(as_dask(0)), "is no scheduler of Dask, or of a version that can't be talked to; see "),
        (says(as_dask(2, 2**60, 2**60)), "is no scheduler of Dask, or of a version that can't be talked to; see "),
        (says(b""), "says nothing within 1 s, where a scheduler of Dask greets; see its port"),
        (as_http, "says nothing within 1 s, where a scheduler of Dask greets; see its port"),
        (closes, "closes the line without a word, where a scheduler of Dask greets; see its port"),
    ],
    ids=["ssh", "random", "short", "huge", "silent", "http", "closes"],
)
async def test_another_service_is_told_of_in_a_sentence(answer: Answer, told: str) -> None:
    async with served(answer) as place:
        why = await why_not(Cluster(f"tcp://{place}"))
    assert why.startswith(f"What answers at tcp://{place} {told}")
    assert why.endswith(".")


class Files:
    """An authority, and a certificate of its with the key, as files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.authority = trustme.CA()
        own = self.authority.issue_cert("127.0.0.1")
        self.ca, self.cert, self.key = (str(folder / name) for name in ("ca.pem", "cert.pem", "key.pem"))
        self.authority.cert_pem.write_to_path(self.ca)
        own.cert_chain_pems[0].write_to_path(self.cert)
        own.private_key_pem.write_to_path(self.key)

    def serving(self) -> ssl.SSLContext:
        """As a scheduler with TLS has it: whoever comes needs a certificate of the same authority."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self.ca)
        context.load_cert_chain(self.cert, self.key)
        context.verify_mode = ssl.CERT_REQUIRED
        return context


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, Files]:
    """Those of the cluster, and of another."""
    folder = tmp_path_factory.mktemp("tls")
    return Files(folder / "own"), Files(folder / "other")


async def test_files_of_another_cluster_are_told_of_by_their_options(files: tuple[Files, Files]) -> None:
    own, other = files
    async with served(says(b""), own.serving()) as place:
        address = f"tls://{place}"
        why = await why_not(parse_cluster(address, None, other.ca, own.cert, own.key))
        assert why.startswith(f"The certificate of the scheduler {address} is not of the authority that --cluster-ca ")
        why = await why_not(parse_cluster(address, None, own.ca, other.cert, other.key))
        assert " not take the certificate that --cluster-cert names" in why, (
            "whether or not it says so before it closes"
        )
        why = await why_not(Cluster(f"tcp://{place}"))
        assert why == (
            f"The scheduler tcp://{place} wants TLS; write tls:// in place of tcp://, and give {OPTIONS} of that "
            "cluster."
        )
        why = await why_not(Cluster(address))
        assert why.startswith(f"TLS, as {address} asks for it, needs files, and none are set; give {OPTIONS}, or set")
    async with served(says(as_dask(1, 0))) as place:
        why = await why_not(parse_cluster(f"tls://{place}", None, own.ca, own.cert, own.key))
        assert why.startswith(f"What answers at tls://{place} does not speak TLS; write tcp:// in place of tls://")


async def test_files_that_do_not_belong_together_are_refused_before_anything_is_asked(
    files: tuple[Files, Files],
) -> None:
    own, other = files
    nobody = "tls://127.0.0.1:9"
    why = await why_not(parse_cluster(nobody, None, own.ca, own.cert, other.key))
    assert why == (
        f"With {OPTIONS}, TLS can't be used, as the key is not that of the certificate; give files that belong "
        "together."
    )
    for option, kind, given in (
        ("--cluster-ca", "certificate", (__file__, own.cert, own.key)),
        ("--cluster-cert", "certificate", (own.ca, own.key, own.cert)),
        ("--cluster-key", "key", (own.ca, own.cert, __file__)),
    ):
        why = await why_not(parse_cluster(nobody, None, *given))
        assert why == f"{option} holds no {kind} in PEM; give a file that does."


def test_nobody_is_asked_for_the_pass_phrase_of_a_key(files: tuple[Files, Files], tmp_path: Path) -> None:
    """OpenSSL would ask on the terminal, and hold up the app meanwhile."""
    own, _ = files
    key = serialization.load_pem_private_key(Path(own.key).read_bytes(), None)
    encrypted = tmp_path / "encrypted.pem"
    form, safe = serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"opensesame")
    encrypted.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, safe))
    cluster = ["--cluster-ca", own.ca, "--cluster-cert", own.cert, "--cluster-key", str(encrypted)]
    command = ["run", "--cluster", "tls://127.0.0.1:9", *cluster]
    told = subprocess.run(
        [sys.executable, "-m", "tui_httpbench", *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr == "httpbench-tui: --cluster-key is encrypted; give a key without a pass phrase.\n"

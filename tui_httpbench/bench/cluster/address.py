"""Which cluster, and which of its hosts, as they are written on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from tui_httpbench.files.small_file import is_file
from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.quoting import shortened

MAX_LOCAL = 32
_LOCAL = re.compile(r"local:(\d+)", re.ASCII)
_MORE = "write tcp://HOST:8786, tls://HOST:8786 or local:N"


@dataclass(frozen=True)
class Cluster:
    """Where the hosts are found: a scheduler's ``address``, or ``local`` many processes on this machine.

    ``hosts`` are names of hosts, or of a resource that they have; none are all hosts. ``ca``, ``cert`` and ``key`` are
    paths of PEM files for TLS; where they are empty, what Dask's own configuration says holds.
    """

    address: str = ""
    local: int = 0
    hosts: tuple[str, ...] = ()
    ca: str = ""
    cert: str = ""
    key: str = ""

    @property
    def is_private(self) -> bool:
        """Whether nobody on the way to the scheduler can read what is sent."""
        return bool(self.local) or is_private(self.address)

    @property
    def in_words(self) -> str:
        """What it is called in a sentence."""
        return f"{self.local} processes on this machine" if self.local else self.address


def parse_cluster(
    cluster: str, hosts: str | None = None, ca: str | None = None, cert: str | None = None, key: str | None = None
) -> Cluster:
    """The cluster of the options ``--cluster``, ``--hosts`` and those of TLS. Raises PlanError."""
    names = tuple(dict.fromkeys(name for each in (hosts or "").split(",") if (name := each.strip())))
    if hosts is not None and not names:
        raise PlanError("hosts", "--hosts needs names of hosts, such as alpha,beta, or a resource that they have.")
    files = {"--cluster-ca": ca or "", "--cluster-cert": cert or "", "--cluster-key": key or ""}
    for option, path in files.items():
        if path and not is_file(path):
            raise PlanError("cluster", f"{option} names no file: {shortened(path)!r}; give the path of a PEM file.")
    given = [option for option, path in files.items() if path]
    if given and len(given) < len(files):
        lacking = next(option for option in files if option not in given)
        raise PlanError("cluster", f"{given[0]} goes with {lacking}; give all of {', '.join(files)}, or none.")
    if match := _LOCAL.fullmatch(cluster):
        if not 1 <= int(match[1][:9]) <= MAX_LOCAL:
            raise PlanError("cluster", f"local:N takes 1 to {MAX_LOCAL} hosts, not {shortened(match[1])}.")
        if given or names:
            option = given[0] if given else "--hosts"
            raise PlanError("cluster", f"{option} is for a scheduler's address, not for local:N; leave it out.")
        return Cluster(local=int(match[1]))
    _check_address(cluster)
    if given and not cluster.startswith("tls://"):
        raise PlanError("cluster", f"{given[0]} goes with an address that begins with tls://, not {cluster}.")
    return Cluster(cluster, 0, names, *files.values())


def _check_address(text: str) -> None:
    shown = repr(shortened(text))
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise PlanError("cluster", f"--cluster can't be {shown}: its port is none; {_MORE}.") from None
    if parts.username is not None:
        raise PlanError("cluster", f"--cluster takes no user and password; {_MORE}.")
    if parts.scheme not in ("tcp", "tls") or not host:
        raise PlanError("cluster", f"--cluster can't be {shown}; {_MORE}.")
    if port is None:
        raise PlanError("cluster", f"--cluster needs a port: {shortened(text)}:8786.")


def is_private(address: str) -> bool:
    """Whether what goes to an address of Dask is encrypted, or stays on this machine."""
    host = urlsplit(address).hostname or ""
    try:
        stays_here = ip_address(host).is_loopback
    except ValueError:
        stays_here = host == "localhost"
    return stays_here or address.startswith("tls://")

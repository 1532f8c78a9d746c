"""Whether a host is this machine, in all spellings that people write and servers print; no name server is asked."""

from __future__ import annotations

import ipaddress
import os
import re
from functools import cache
from pathlib import Path

from tui_httpbench.files.small_file import read_small_file

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

HOSTS_FILE = (
    Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "System32/drivers/etc/hosts")
    if os.name == "nt"
    else Path("/etc/hosts")
)
MAX_HOSTS_BYTES = 1_000_000

_MANY_FORMS = re.compile(r"[0-9a-fx.]+", re.ASCII)
_NOBODYS = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses for documentation, by version of IP: no machine has them."""


def is_this_machine(host: str) -> bool:
    """Whether requests to a host, as ``urlsplit`` names it, stay on this machine.

    It is ``localhost`` and what lies below it, a loopback address, the unspecified one (``0.0.0.0``, ``::``), one of
    the interfaces' own, in each form that resolvers take (``127.1``, ``0x7f000001``, ``::ffff:127.0.0.1``), the name of
    the machine, or a name that its hosts file gives such addresses alone.
    """
    name = host.lower().removesuffix(".")
    address = read_address(name)
    if address is not None:
        return _is_own(address)
    return name == "localhost" or name.endswith(".localhost") or name in _own_names()  # RFC 6761, 6.3


def read_address(text: str) -> Address | None:
    """The address that a resolver reads from a text without looking anything up; None where it is a name."""
    try:
        address = ipaddress.ip_address(text.replace("%25", "%"))  # RFC 6874: how a URL writes the zone of an address
    except ValueError:
        if not _MANY_FORMS.fullmatch(text):
            return None
        import socket  # here, since to look at a command line opens none

        try:
            return ipaddress.IPv4Address(socket.inet_aton(text))
        except OSError:
            return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def own_names_in(hosts: str) -> frozenset[str]:
    """The names to which the text of a hosts file gives no other address than this machine's."""
    is_own: dict[str, bool] = {}
    names: dict[str, bool] = {}
    for line in hosts.splitlines():
        address, *found = line.partition("#")[0].lower().split() or [""]
        if address not in is_own:
            read = read_address(address)
            is_own[address] = read is not None and _is_own(read)
        for name in found:
            names[name] = is_own[address] and names.get(name, True)
    return frozenset(name for name, are_own in names.items() if are_own)


def _is_own(address: Address) -> bool:
    if address.is_loopback or address.is_unspecified:
        return True
    # A system lets nobody bind to the address of another machine, unless it is told to; then binding tells nothing.
    is_ones = not (address.is_multicast or address.is_reserved)
    return is_ones and _can_bind(str(address)) and not _can_bind(_NOBODYS[address.version])


def _can_bind(address: str) -> bool:
    import socket

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except (OSError, ValueError):  # ValueError: a zone that no interface can have
        return False
    return True


@cache
def _own_names() -> frozenset[str]:
    import socket

    name = socket.gethostname().lower().removesuffix(".")
    first = name.partition(".")[0]
    try:
        hosts = read_small_file(HOSTS_FILE, MAX_HOSTS_BYTES).decode("utf-8", "replace")
    except OSError:
        hosts = ""  # the names of the machine itself are known without it
    return frozenset((name, first, f"{first}.local") if first else ()) | own_names_in(hosts)

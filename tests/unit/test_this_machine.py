"""All spellings of this machine are this machine, and nothing else is."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tui_httpbench.plan.this_machine import is_this_machine, own_names_in


def own_address() -> str | None:
    """An address of an interface of this machine that is no loopback one; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LocalHost.", "a.b.localhost", "127.0.0.1", "127.255.1.2", "0.0.0.0", "0"),
        *("127.1", "2130706433", "0x7f000001", "0X7F.1", "0177.0.0.1"),
        *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0.0.0.0]"),
        *(socket.gethostname(), socket.gethostname().upper() + "."),
        *filter(None, [own_address()]),
    ],
)
def test_this_machine(host: str) -> None:
    assert is_this_machine(urlsplit(f"http://{host}:80/").hostname or "")


@pytest.mark.parametrize(
    "host",
    [
        *("example.com", "localhost.example.com", "notlocalhost", "local", "a.local", "face", "cafe.be"),
        *("192.0.2.1", "8.8.8.8", "134744072", "224.0.0.1", "255.255.255.255", "1.2.3.4.5", "127.0.0.1.example.com"),
        *("[2001:db8::1]", "[::ffff:8.8.8.8]", "[ff02::1]", "[fe80::1%25none]", "[fe80::1%25]"),
    ],
)
def test_another_machine(host: str) -> None:
    assert not is_this_machine(urlsplit(f"http://{host}:80/").hostname or "")


def test_a_name_of_the_hosts_file_is_this_machine_where_all_its_addresses_are() -> None:
    hosts = "127.0.0.1 Shop.test localhost # here\n::1\tshop.test both.test\n192.0.2.1 both.test other.test\n"
    hosts += "# 127.0.0.1 no.test\n\nnonsense x.test\n0.0.0.0 ads.test\n"
    assert own_names_in(hosts) == {"localhost", "shop.test", "ads.test"}

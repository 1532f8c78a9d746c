"""Equal requests have one URL, however a library spells it; what differs on the wire stays different."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_httpbench.text.wire_url import wire_host, wire_target, wire_url


@pytest.mark.parametrize(
    ("spelt", "sent"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("http://127.0.0.1:8000?q=1", "http://127.0.0.1:8000/?q=1"),
        ("HTTP://Example.ORG/Path", "http://example.org/Path"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:443", "https://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("http://example.org:/a", "http://example.org/a"),
        ("http://example.org/a#part", "http://example.org/a"),
        ("http://[0:0:0:0:0:0:0:1]:8000/", "http://[::1]:8000/"),
        ("http://[FE80::1%25eth0]/", "http://[fe80::1%25eth0]/"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://me:secret@example.org/", "http://example.org/"),
        ("http://example.org/ü?ö=ä b", "http://example.org/%C3%BC?%C3%B6=%C3%A4%20b"),
        ("http://example.org/%7Ea?b=%2F", "http://example.org/%7Ea?b=%2F"),
        ("http://example.org//a/../b", "http://example.org//a/../b"),
        ("http://example.org?", "http://example.org/?"),
        ("http://example.org/a?#part?", "http://example.org/a?"),
        ("http://example.org/a#part?", "http://example.org/a"),
        ("", ""),
        ("mailto:me@example.org", "mailto:me@example.org"),
        ("http://example.org:99999/", "http://example.org:99999/"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_a_url_is_compared_as_it_is_sent(spelt: str, sent: str) -> None:
    assert wire_url(spelt) == sent


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://h/~a", "http://h/%7Ea"),
        ("http://h/%7ea", "http://h/%7Ea"),
        ("http://h/a", "http://h/A"),
        ("http://h/a", "http://h/a/"),
        ("http://h/a", "http://h/a?"),
        ("http://h/", "https://h/"),
        ("http://h/?a=1&b=2", "http://h/?b=2&a=1"),
        ("http://h:8000/", "http://h:8001/"),
    ],
)
def test_what_a_server_may_tell_apart_stays_apart(one: str, other: str) -> None:
    assert wire_url(one) != wire_url(other)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://h", "/"),
        ("http://h?a=/b", "/?a=/b"),
        ("https://h:8443//a/?b=://c#d", "//a/?b=://c"),
        ("//a/b?", "//a/b?"),
        ("/a?b=http://c/d", "/a?b=http://c/d"),
        ("", ""),
    ],
)
def test_the_target_is_what_a_first_line_has(url: str, target: str) -> None:
    assert wire_target(url) == target


@pytest.mark.parametrize(
    ("host", "same"),
    [("Example.ORG:80", "example.org"), ("[0:0:0:0:0:0:0:1]:8000", "[::1]:8000"), ("h:443", "h:443"), ("h", "h")],
)
def test_one_server_has_one_name(host: str, same: str) -> None:
    assert wire_host(host) == same
    assert wire_host("h:443", "https") == "h"


@pytest.mark.slow
@settings(max_examples=40)
@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://h", "http://h/", "http://[::1]:"]))
def test_any_text_has_one_spelling_at_most(rest: str, start: str) -> None:
    once = wire_url(start + rest)
    assert wire_url(once) == once

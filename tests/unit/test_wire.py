"""Requests are read out of what sockets sent, in whatever pieces and order, up to where it is no HTTP any more."""

from __future__ import annotations

from tui_httpbench.text.wire_url import wire_target
from tui_httpbench.worker.account import sent_requests
from tui_httpbench.worker.wire import Wire

GET = b"GET /a?b=%2f HTTP/1.1\r\nHost: h\r\nX-One:  1 \r\n\r\n"
POST = b"POST /form HTTP/1.1\r\nhost: h\r\nContent-Length: 3\r\n\r\na=1"
CHUNKED = b"PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0a;x=y\r\n0123456789\r\n0\r\n\r\n"
EMPTY = b"GET /next HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"


def wire_with(*pieces: tuple[str, bytes]) -> Wire:
    wire = Wire()
    for owner, sent in pieces:
        wire.note(owner, memoryview(sent))
    return wire


def seen(*pieces: tuple[str, bytes]) -> list[tuple[str, str, int]]:
    return [(each.method, each.target, each.body_bytes) for each in wire_with(*pieces).requests()]


def test_requests_are_told_apart_in_whatever_pieces_they_leave() -> None:
    whole = GET + POST + CHUNKED + EMPTY + GET
    all_five = [
        ("GET", "/a?b=%2f", 0),
        ("POST", "/form", 3),
        ("PUT", "/", 13),
        ("GET", "/next", 0),
        ("GET", "/a?b=%2f", 0),
    ]
    assert seen(("socket", whole)) == all_five
    assert seen(*(("socket", bytes([byte])) for byte in whole)) == all_five
    assert wire_with(("socket", GET)).requests()[0].headers == (("Host", "h"), ("X-One", "1"))


def test_they_are_in_the_order_in_which_they_began_whichever_socket_sent_them() -> None:
    assert seen(("first", GET), ("second", POST), ("first", EMPTY)) == [
        ("GET", "/a?b=%2f", 0),
        ("POST", "/form", 3),
        ("GET", "/next", 0),
    ]


def test_bytes_that_need_be_encoded_are_told_from_encoded_ones() -> None:
    raw = "GET /x y?\u00e4 HTTP/1.1\r\nHost: h\r\n\r\n".encode()
    sent = "/x\\x20y?\\xc3\\xa4"
    assert seen(("socket", raw + GET)) == [("GET", sent, 0), ("GET", "/a?b=%2f", 0)]
    told: list[tuple[str, str, list[tuple[str, str]]]] = [("GET", "http://h/x y?\u00e4", [])]
    hops, end = sent_requests(told, "http://h/x y?\u00e4", is_whole=True, wire=wire_with(("socket", raw)))
    assert hops[0]["url"] == end == f"http://h{sent}"
    assert wire_target(end) == sent != wire_target("http://h/x y?\u00e4") == "/x%20y?%C3%A4"
    hops, _ = sent_requests([("GET", "/\xc3\xa4", [])], "http://h/", is_whole=True, wire=Wire())
    assert hops[0]["url"] == "/\\xc3\\xa4"


def test_what_is_no_request_of_http_1_is_passed_over() -> None:
    tunnel = b"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"
    assert seen(("plain", tunnel), ("plain", b"\x16\x03\x01\x02" + GET), ("sealed", POST)) == [("POST", "/form", 3)]
    assert seen(("socket", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0"), ("wakeup", b"\0")) == []
    assert seen(("socket", GET[:-2])) == []


def test_a_librarys_account_is_corrected_where_as_many_requests_were_seen() -> None:
    told = [("GET", "http://h/a?b=/#c", [("Told", "yes")])]
    hops, end = sent_requests(told, "http://h/a?b=/", is_whole=False, wire=wire_with(("socket", GET)))
    assert (hops[0]["url"], hops[0]["headers"][0], hops[0]["is_whole"]) == ("http://h/a?b=%2f", ("Host", "h"), True)
    assert end == "http://h/a?b=%2f"
    for wire in (Wire(), wire_with(("socket", GET + GET))):
        hops, end = sent_requests(told, "http://h/a?b=/", is_whole=False, wire=wire)
        assert (hops[0]["url"], hops[0]["headers"], hops[0]["is_whole"]) == (
            "http://h/a?b=/#c",
            [("Told", "yes")],
            False,
        )
        assert end == "http://h/a?b=/"


def test_a_target_that_a_library_read_off_its_own_head_is_where_it_ended() -> None:
    told: list[tuple[str, str, list[tuple[str, str]]]] = [("GET", "/x", []), ("GET", "/b%2F?", [])]
    _, end = sent_requests(told, "http://h:8000/b/", is_whole=True, wire=Wire())
    assert end == "http://h:8000/b%2F?"


def test_through_a_proxy_the_first_line_has_the_whole_url() -> None:
    wire = wire_with(("socket", b"GET http://h/%7e HTTP/1.1\r\nHost: h\r\n\r\n"))
    hops, end = sent_requests([("GET", "http://h/~", [])], "http://h/~", is_whole=True, wire=wire)
    assert (hops[0]["url"], end) == ("http://h/%7e", "http://h/%7e")

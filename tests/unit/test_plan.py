"""Every value of a plan: what is taken, and the one sentence for what is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tui_httpbench.plan import parsing
from tui_httpbench.plan.fields import FIELDS
from tui_httpbench.plan.given_files import parse_data, parse_json_body
from tui_httpbench.plan.plan import DEFAULT_USER_AGENT, MASK, Plan, PlanError, Request, usual_method
from tui_httpbench.plan.sweep import parse_sweep

OWN_MODE = '''
"""Mine."""

from tui_httpbench.clients import mode


@mode("mine-comma", "nothing that lasts", kept=False)
def mine(request, new):
    def send():
        return 200, b""

    yield send
'''


def complaint(read: Callable[[], object]) -> PlanError:
    """What is said of a bad value; it has to be one sentence of a length that can be read."""
    with pytest.raises(PlanError) as caught:
        read()
    text = str(caught.value)
    assert text.endswith((".", "?"))
    assert ". " not in text
    assert "\n" not in text
    assert len(text) < 200
    return caught.value


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "/"),
        ("  ", "/"),
        ("/", "/"),
        ("/bytes/50000", "/bytes/50000"),
        (" http://example.com/a?b=c ", "http://example.com/a?b=c"),
        ("https://example.com", "https://example.com"),
        ("HTTP://127.0.0.1:8000/", "HTTP://127.0.0.1:8000/"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("http://a.b/?mail=x@y", "http://a.b/?mail=x@y"),
        # As for curl
        ("example.com", "http://example.com"),
        ("httpbin.org/get?a=http://b", "http://httpbin.org/get?a=http://b"),
        ("localhost", "http://localhost"),
        ("localhost:8765/orders", "http://localhost:8765/orders"),
        ("0.0.0.0:8000", "http://0.0.0.0:8000"),
        ("[::1]:8000/a", "http://[::1]:8000/a"),
        ("web:80", "http://web:80"),
        ("http:8000/", "http://http:8000/"),
    ],
)
def test_url_is_taken(text: str, url: str) -> None:
    assert parsing.parse_url(text) == url
    assert parsing.parse_url(url) == url


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("foo://x", "scheme is 'foo'"),
        ("ftp://example.com/", "scheme is 'ftp'"),
        ("htp://example.com/", "scheme is 'htp'; only http and https"),
        ("web", "no scheme; write http://web."),
        ("web/a", "no scheme; write http://web/a."),
        ("0.3", "no scheme; write http://0.3."),
        ("//example.com/a", "no scheme; write http://example.com/a."),
        ("http:/127.0.0.1:8/", "must begin with http:// and a host; write http://127.0.0.1:8/."),
        ("https:example.com", "write https://example.com."),
        ("http//example.com/a", "write http://example.com/a."),
        ("http;//example.com", "write http://example.com."),
        ("https:///example.com/path", "write https://example.com/path."),
        ("http:/:80/", "write http://example.com/path."),
        ("http:/" + "a" * 100, "write http://example.com/path."),
        ("http://", "no host"),
        ("http://:80/", "no host"),
        ("http://127.0.0.1 :8/", "a space in its host; leave it out: http://127.0.0.1:8/."),
        ("127.0.0.1\t:8/a b", "a tab in its host; leave it out."),
        ("http://<host>/", "the character < in its host; leave it out: http://host/."),
        ("GET http://a.b/ HTTP/1.1", "a space before its scheme; begin with http://"),
        ("'http://a.b/", "the character ' before its scheme"),
        ("::1", "in brackets; write it as in http://[::1]:8000/path."),
        ("http://::1:8000/", "in brackets"),
        ("localhost:abc", "port is 'abc'; write a number from 1 to 65535, or leave it out"),
        ("http://a/b c", "a space in it; write it as %20"),
        ("/b c", "a space in it; write it as %20"),
        ("http://a/\tb", "a tab in it; write it as %09"),
        ("http://a/\nb", "U+000A in it; write it as %0A"),
        ("http://a/\x00", "U+0000 in it; write it as %00"),
        ("http://a/\u202e", "U+202E in it; write it as %E2%80%AE"),
        ("http://[::1", "can't be read"),
        ("http://a:99999/", "port is '99999'"),
        ("http://a:b/", "port is 'b'"),
        ("http://a:\u0663/", "port is"),
        ("http://a:" + "9" * 5_000, "port is"),
        ("http://[::1]8000/", "a colon stands before the port: http://[::1]:8000/path."),
        (":99999", "port is '99999'"),
        ("http://:8000/a", "no host; write http://localhost:8000/a."),
        ("http://a/\udcff", "the byte 0xFF (no UTF-8) in it; write it as %FF."),
        ("\udce9.b", "the byte 0xE9 (no UTF-8) in its host"),
        ("http://a:0/", "port is '0'"),
        *(
            (text, "holds a user name")
            for text in ("http://me:pass@a/", "me:pass@a", "http:/me:pass@a", "http://me:pass @a")
        ),
        ("x" * 5_000, "no scheme"),
        ("http://[" + "x" * 5_000, "can't be read"),
    ],
)
def test_bad_url_gets_a_sentence(text: str, part: str) -> None:
    error = complaint(lambda: parsing.parse_url(text))
    assert part in str(error)
    assert error.field == "url"
    assert ":pass" not in str(error)


@pytest.mark.parametrize(
    "text", ["http:/127.0.0.1:8/a", "http://127.0.0.1 :8/a b", "web/a", "//a.b", "http//a.b", "::1", "http://a|b/"]
)
def test_advice_on_a_url_can_be_taken(text: str) -> None:
    error = complaint(lambda: parsing.parse_url(text))
    if advised := re.search(r"https?://[^ ]*[^ .]", str(error)):
        assert parsing.parse_url(advised[0]) == advised[0]
    else:
        assert str(error).endswith("leave it out.")


NUMBERS = [
    "requests",
    "duration",
    "concurrency",
    "rounds",
    "budget",
    "timeout",
    "seed",
    "same_within",
    "rtt",
    "jitter",
    "service_time",
    "service_seed",
    "capacity",
    "body_size",
]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["٣", "３", "²", "1٣"])
def test_a_number_has_digits_from_0_to_9(name: str, text: str) -> None:
    assert text in str(complaint(lambda: FIELDS[name].read(text)))


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5.0), ("5s", 5.0), ("1500ms", 1.5), ("2m", 120.0), (" 2min ", 120.0)]
)
def test_seconds_may_have_a_unit(text: str, seconds: float) -> None:
    assert parsing.parse_budget(text) == parsing.parse_timeout(text) == parsing.parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("Accept: text/html", ("Accept", "text/html")),
        ("Accept:text/html", ("Accept", "text/html")),
        (" X-Time :  12:30 ", ("X-Time", "12:30")),
        ("X-Empty:", ("X-Empty", "")),
    ],
)
def test_header_is_taken(line: str, header: tuple[str, str]) -> None:
    assert parsing.parse_header(line) == header


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("Accept", "no colon; write 'Name: value'"),
        ("A: b\r\nC: d", "a line break"),
        ("A: b\nC: d", "a line break"),
        ("Naïve: yes", "'Naïve' can't be a header's name"),
        ("Two words: yes", "'Two words' can't be a header's name"),
        (": value", "'' can't be a header's name"),
        ("X: é", "not ASCII"),
        ("X: a\x00b", "U+0000"),
        ("Content-Length: 5", "set by each client"),
        ("transfer-encoding: chunked", "set by each client"),
        ("x" * 5_000, "no colon"),
        ("é" * 5_000 + ": x", "can't be a header's name"),
    ],
)
def test_bad_header_gets_a_sentence(line: str, part: str) -> None:
    error = complaint(lambda: parsing.parse_header(line))
    assert part in str(error)
    assert error.field == "headers"


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (parsing.parse_requests, "100", 100),
        (parsing.parse_requests, " 10k ", 10_000),
        (parsing.parse_requests, "1M", 1_000_000),
        (parsing.parse_requests, "1_000", 1_000),
        (parsing.parse_requests, "10000000", 10_000_000),
        (parsing.parse_duration, "0.3", 0.3),
        (parsing.parse_duration, " 300ms ", 0.3),
        (parsing.parse_duration, "2s", 2.0),
        (parsing.parse_duration, ".5S", 0.5),
        (parsing.parse_duration, "1m", 60.0),
        (parsing.parse_duration, "60min", 3_600.0),
        (parsing.parse_duration, "1ms", 0.001),
        (parsing.parse_duration, "1e-1", 0.1),
        (parsing.parse_duration, "Auto", "auto"),
        (parsing.parse_rounds, "1", 1),
        (parsing.parse_rounds, "1k", 1_000),
        (parsing.parse_concurrency, "20", 20),
        (parsing.parse_concurrency, "article", "article"),
        (parsing.parse_concurrency, " Article ", "article"),
        (parsing.parse_timeout, "30", 30.0),
        (parsing.parse_timeout, "0.5", 0.5),
        (parsing.parse_seed, "0", 0),
        (parsing.parse_seed, str(2**63 - 1), 2**63 - 1),
        (parsing.parse_method, "get", "GET"),
        (parsing.parse_method, " propfind ", "PROPFIND"),
    ],
)
def test_value_is_taken(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "field", "texts"),
    [
        (
            parsing.parse_requests,
            "requests",
            ["", "0", "-1", "1.5", "ten", "1e3", "1,000", "+5", "١", "11m", "9" * 5_000],
        ),
        (
            parsing.parse_duration,
            "duration",
            [
                "",
                "0",
                "0s",
                "-1",
                "soon",
                "abc",
                "nan",
                "inf",
                "1e9",
                "1e400",
                "3601",
                "2h",
                "0.5ms",
                "1,5",
                "9" * 5_000,
            ],
        ),
        (parsing.parse_rounds, "rounds", ["", "0", "-3", "three", "1001", "9" * 5_000]),
        (parsing.parse_concurrency, "concurrency", ["", "0", "-1", "2001", "artikel", "9" * 5_000]),
        (
            parsing.parse_timeout,
            "timeout",
            ["", "0", "-1", "soon", "nan", "inf", "1e400", "3601", "5x", "9" * 5_000],
        ),
        (parsing.parse_seed, "seed", ["", "-1", "x", "1.5", "9223372036854775808", "9" * 5_000]),
        (parsing.parse_method, "method", ["", "G T", "é", "CONNECT", "trace", "é" * 5_000]),
    ],
)
def test_bad_value_gets_a_sentence(read: Callable[[str], object], field: str, texts: list[str]) -> None:
    for text in texts:
        error = complaint(partial(read, text))
        assert error.field == field
        assert text[:10].strip().upper() in str(error).upper()


def test_modes_are_chosen_by_id_and_by_library() -> None:
    assert len(parsing.parse_modes([])) == 8
    assert parsing.parse_modes(["aiohttp-each", "requests-session"]) == ("aiohttp-each", "requests-session")
    assert parsing.parse_modes(["aiohttp", "aiohttp"]) == ("aiohttp", "aiohttp#2")
    assert parsing.parse_modes(["requests:all"]) == ("requests", "requests-session")


def test_modes_may_have_commas_between(tmp_path: Path) -> None:
    assert parsing.parse_modes(["requests, httpx", "aiohttp"]) == ("requests", "httpx", "aiohttp")
    assert parsing.parse_modes(["aiohttp,aiohttp,"]) == ("aiohttp", "aiohttp#2")
    assert "There is no mode ','" in str(complaint(lambda: parsing.parse_modes([","])))
    file = tmp_path / "mine,too.py"
    file.write_text(OWN_MODE)
    assert parsing.parse_modes([str(file)]) == ("mine-comma",)
    assert parsing.parse_modes([f"{file}:mine-comma"]) == ("mine-comma",)


@pytest.mark.parametrize(("name", "part"), [("post", "a method goes behind -X: -X POST"), ("5", "behind --timeout")])
def test_a_mode_that_was_meant_otherwise_says_so(name: str, part: str) -> None:
    assert part in str(complaint(lambda: parsing.parse_modes([name])))


@pytest.mark.parametrize(("name", "nearest"), [("aiohtp", "aiohttp"), ("Requests-Sesion", "requests-session")])
def test_unknown_mode_names_the_nearest(name: str, nearest: str) -> None:
    error = complaint(lambda: parsing.parse_modes([name]))
    assert f"did you mean {nearest}?" in str(error)
    assert error.field == "modes"


def test_mode_of_an_absent_library_is_refused(absent_mode: str) -> None:
    error = complaint(lambda: parsing.parse_modes([absent_mode]))
    assert "pip install absent-client" in str(error)


def test_plan_refuses_what_no_single_field_can() -> None:
    assert complaint(lambda: Plan(modes=())).field == "modes"
    assert complaint(lambda: Plan(requests=20_000, concurrency="article")).field == "concurrency"
    assert complaint(lambda: Plan(concurrency="article")).field == "requests"
    assert complaint(lambda: Plan(concurrency="article", duration_s=1.0)).field == "requests"
    assert complaint(lambda: Plan(requests=100, concurrency="article", duration_s="auto")).field == "duration"
    assert complaint(lambda: Plan(requests=100, duration_s="auto")).field == "duration"
    assert Plan(requests=20_000, concurrency=20).in_flight("aiohttp") == 20
    repeated = Request(headers=(("Accept", "a"), ("accept", "b")))
    assert complaint(lambda: Plan(request=repeated)).field == "headers"


def test_in_flight_follows_the_article_or_the_number() -> None:
    article = Plan(requests=50, concurrency="article")
    assert article.in_flight("requests") == 1
    assert article.in_flight("aiohttp#2") == 50
    assert Plan(requests=5, concurrency=20).in_flight("requests") == 5
    assert Plan(concurrency=20).in_flight("requests") == 20
    assert Plan().in_flight("requests") == Plan().in_flight("aiohttp") == 10


def test_a_load_is_requests_seconds_or_batches() -> None:
    assert (Plan().requests, Plan().duration_s) == (None, "auto")
    assert Plan(requests=5).duration_s is None
    assert Plan(duration_s=2.0).requests is None
    batches = Plan(requests=5, duration_s=2.0)
    assert (batches.load.repeats_batches, batches.article_batches) == (True, False)
    assert batches.replace(concurrency="article").article_batches
    assert not Plan(requests=5, concurrency="article").load.repeats_batches
    assert not Plan().load.repeats_batches


def test_total_counts_modes_and_rounds() -> None:
    assert Plan(modes=("aiohttp", "httpx"), requests=10, rounds=4).total_requests == 80
    sweep = parse_sweep("concurrency=1,2,5")
    swept = Plan(modes=("aiohttp", "httpx"), requests=10, rounds=4, concurrency=1, sweep=sweep)
    assert swept.total_requests == 240, "whoever has to answer them hears of all"
    assert Plan(requests=10).total_requests is None
    assert Plan(rounds=4).total_requests is None
    assert Plan(requests=10, duration_s=1.0, rounds=4).total_requests is None


def test_headers_on_the_wire() -> None:
    assert Request().filled_headers == (("User-Agent", DEFAULT_USER_AGENT),)
    assert Request(headers=(("user-agent", "x"),)).filled_headers == (("user-agent", "x"),)
    for body in (b"", b"a=1", b'{"a": 1}', b"\xff"):
        assert Request(data=body).filled_headers[1:] == (("Content-Type", "application/x-www-form-urlencoded"),)
    json = ("Content-Type", "application/json"), ("Accept", "application/json")
    assert Request(json_body=b"{}").filled_headers[1:] == json
    own = (("content-type", "text/csv"), ("ACCEPT", "*/*"))
    assert Request(headers=own, data=b"x").filled_headers[:-1] == own
    assert Request(headers=own, json_body=b"{}").filled_headers[:-1] == own


def test_a_request_has_one_body() -> None:
    assert Request(data=b"a").body == b"a"
    assert Request(json_body=b"{}").body == b"{}"
    assert "leave one of them out" in str(complaint(lambda: Plan(Request(data=b"a", json_body=b"{}"))))
    assert (usual_method(None), usual_method(b"")) == ("GET", "POST")


@pytest.mark.parametrize(
    ("texts", "body"),
    [(["{}"], b"{}"), (['{"a":', "1}"], b'{"a":1}'), (['"\u00e9"'], b'"\xc3\xa9"'), (["9" * 5_000], b"9" * 5_000)],
)
def test_json_is_taken(texts: list[str], body: bytes) -> None:
    assert parse_json_body(texts) == body


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "expecting value"),
        ("a=1", "expecting value, line 1, column 1"),
        ("{'a': 1}", "double quotes"),
        ("[NaN]", "there is NaN in it"),
        ("@", "names no file"),
    ],
)
def test_what_is_no_json_gets_a_sentence(text: str, part: str) -> None:
    error = complaint(lambda: parse_json_body([text]))
    assert part in str(error)
    assert error.field == "json_body"


def test_pieces_of_a_body_are_put_together_as_curl_does(tmp_path: Path) -> None:
    file = tmp_path / "body"
    file.write_bytes(b"b=2\r\n\0\xff")
    assert parse_data(["a=1", f"@{file}"]) == b"a=1&b=2\r\n\0\xff"
    assert "is not UTF-8" in str(complaint(lambda: parse_json_body([f"@{file}"])))


@pytest.mark.parametrize(
    "name", ["Authorization", "proxy-authorization", "Cookie", "X-Api-Key", "X-CSRF-Token", "Client-Secret"]
)
def test_secrets_are_masked(name: str) -> None:
    shown = Plan(Request(headers=((name, "hush"), ("Accept", "text/html")))).masked_headers
    assert (name, MASK) in shown
    assert ("Accept", "text/html") in shown
    assert "hush" not in str(shown)

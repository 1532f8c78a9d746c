"""A pasted curl command fills the form, and what it can't take over is named."""

from __future__ import annotations

import pytest

from tui_httpbench.plan.from_curl import is_curl_command, parse_curl
from tui_httpbench.plan.plan import PlanError


def test_a_command_for_windows_cmd_is_told_from_one_for_a_shell() -> None:
    command = 'curl "http://127.0.0.1:8000/" ^\r\n  -H ^"Accept: text/html^"'
    with pytest.raises(PlanError, match="quoted for Windows' cmd; copy it as cURL \\(bash\\)"):
        parse_curl(command)
    assert parse_curl("curl 'http://127.0.0.1:8000/a^b' -d 'x ^ y'").request.data == b"x ^ y"


def test_a_browsers_command_is_taken_whole() -> None:
    taken = parse_curl(
        "curl 'https://example.com/api?q=1' \\\n  -X 'PUT' \\\n  -H 'accept: application/json' \\\n"
        "  -H $'x-note: it\\'s \\u0041' \\\n  -b 'a=1; b=2' \\\n"
        '  --data-raw $\'{"text":"line\\nline"}\' \\\n  --compressed'
    )
    assert taken.request.url == "https://example.com/api?q=1"
    assert taken.request.method == "PUT"
    assert taken.request.headers[:3] == (("accept", "application/json"), ("x-note", "it's A"), ("Cookie", "a=1; b=2"))
    assert taken.request.body == b'{"text":"line\nline"}'
    assert taken.left_out == ()


@pytest.mark.parametrize(
    ("command", "method", "url", "body"),
    [
        ("curl example.com", "GET", "http://example.com", None),
        ("$ curl -sSL https://a.b/", "GET", "https://a.b/", None),
        ("curl -d a=1 -d b=2 https://a.b/", "POST", "https://a.b/", b"a=1&b=2"),
        ("curl -Gd a=1 'https://a.b/?z=2'", "GET", "https://a.b/?z=2&a=1", None),
        ("curl -XDELETE https://a.b/", "DELETE", "https://a.b/", None),
        ("curl -sI https://a.b/ | head", "HEAD", "https://a.b/", None),
        ("curl -sSLo out https://a.b/", "GET", "https://a.b/", None),
        ("curl --url https://a.b/", "GET", "https://a.b/", None),
        ("curl web:80", "GET", "http://web:80", None),
        ("curl -d '' https://a.b/", "POST", "https://a.b/", b""),
        ("curl -d $'a\\nb' https://a.b/", "POST", "https://a.b/", b"a\nb"),
        ("curl --data-raw @a https://a.b/", "POST", "https://a.b/", b"@a"),
        (
            "curl --data-urlencode 'q=a b&c' --data-urlencode =x=y -d z https://a.b/",
            "POST",
            "https://a.b/",
            b"q=a%20b%26c&x%3Dy&z",
        ),
        ("curl --data-urlencode 'a b' https://a.b/", "POST", "https://a.b/", b"a%20b"),
        ("curl -G --data-urlencode 'q=a b' https://a.b/", "GET", "https://a.b/?q=a%20b", None),
        ("curl --json '{\"a\":' --json '1}' https://a.b/", "POST", "https://a.b/", b'{"a":1}'),
    ],
)
def test_forms_of_a_command(command: str, method: str, url: str, body: bytes | None) -> None:
    request = parse_curl(command).request
    assert (request.method, request.url, request.body) == (method, url, body)


def test_json_and_forms_get_their_content_type() -> None:
    json, form = parse_curl("curl --json '{}' https://a.b/").request, parse_curl("curl -d a=1 https://a.b/").request
    assert (json.json_body, json.data) == (b"{}", None)
    assert {("Content-Type", "application/json"), ("Accept", "application/json")} <= set(json.filled_headers)
    assert (form.json_body, form.data) == (None, b"a=1")
    assert ("Content-Type", "application/x-www-form-urlencoded") in form.filled_headers
    own = parse_curl("curl -d a=1 -H 'content-type: text/plain' https://a.b/").request.filled_headers
    assert own[0] == ("content-type", "text/plain")
    assert not any(name == "Content-Type" for name, _ in own)


def test_a_header_given_twice_is_joined() -> None:
    headers = parse_curl("curl https://a.b/ -H 'Accept: a' -H 'accept: b' -b x=1 -H 'Cookie: y=2'").request.headers
    assert headers == (("Accept", "a, b"), ("Cookie", "x=1; y=2"))


def test_credentials_trust_and_timeout_are_taken() -> None:
    taken = parse_curl("curl -u me:secret -k -m 2.5 --cacert /ca.pem https://a.b/")
    assert taken.request.headers == (("Authorization", "Basic bWU6c2VjcmV0"),)
    assert (taken.insecure, taken.timeout_s, taken.cacert) == (True, 2.5, "/ca.pem")


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("curl -x http://proxy:1 https://a.b/", "-x: there is nothing"),
        ("curl -F file=@x https://a.b/", "-F: there is nothing"),
        ("curl --frobnicate https://a.b/", "--frobnicate"),
        ("curl -d @body.json https://a.b/", "files are not read"),
        ("curl --data-urlencode q@body https://a.b/", "files are not read"),
        ("curl --url-query a=1 https://a.b/", "--url-query: there is nothing"),
        ("curl -b jar.txt https://a.b/", "a file of cookies"),
        ("curl --http2 https://a.b/", "httpx-async-h2"),
        ("curl -H 'Accept:' https://a.b/", "can't be taken away"),
        ("curl -H 'Content-Length: 3' https://a.b/", "Content-Length"),
        ("curl https://a.b/ https://c.d/", "1 more URLs"),
    ],
)
def test_what_is_left_out_is_named(command: str, part: str) -> None:
    taken = parse_curl(command)
    assert taken.request.url == "https://a.b/"
    assert any(part in sentence for sentence in taken.left_out)


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("curl", "no URL"),
        ("curl 'https://a.b/", "a quote that is not closed"),
        ("wget https://a.b/", "no curl command"),
        ("curl https://a.b/ -H", "-H has no value"),
        ("curl https://a.b/ -H 'X: a\nY: b'", "line break"),
        ("curl ftp://a.b/", "only http and https"),
        ("curl http:/a.b/", "write http://a.b/."),
        ("curl -X 'GET /' https://a.b/", "no HTTP method"),
    ],
)
def test_a_wrong_command_gets_one_sentence(command: str, part: str) -> None:
    with pytest.raises(PlanError) as raised:
        parse_curl(command)
    assert part in str(raised.value)


def test_a_curl_command_is_told_from_a_url() -> None:
    assert is_curl_command("  curl https://a.b/")
    assert not is_curl_command("https://curl.se/")
    assert not is_curl_command("curl.se")


def test_a_dollar_sign_names_a_variable_where_a_shell_would_say_so() -> None:
    request = parse_curl(
        r"""curl 'https://a.b/?x=$1' -H 'Cookie: _ga=$o1' -H "Authorization: Bearer $TOKEN" """
        r"""-H "X: it's \$y" -H $'Y: $z' -d '{"a": "$5"}'"""
    ).request
    assert request.url == "https://a.b/?x=$1"
    assert request.headers[:4] == (
        ("Cookie", "_ga=$$o1"),
        ("Authorization", "Bearer $TOKEN"),
        ("X", "it's $$y"),
        ("Y", "$$z"),
    )
    assert request.body == b'{"a": "$5"}'

"""What counts as a secret, and that its value is hidden in every form, without blotting out what is none."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_httpbench.bench.worker_story import TAIL_BYTES, last_line_of, without_secrets
from tui_httpbench.measured.probe import Probe, ProbeResponse, Reached, SentRequest
from tui_httpbench.measured.request_heads import MAX_COOKIES, credentials_in, hide_credentials
from tui_httpbench.measured.samples import ErrorText
from tui_httpbench.plan.header_values import is_reference
from tui_httpbench.plan.plan import Plan, PlanError, Request
from tui_httpbench.plan.secrets import hiding_in_run
from tui_httpbench.plan.stored import plan_to_dict
from tui_httpbench.target_server.launcher import RequestHead
from tui_httpbench.text.hiding import (
    ANYONES,
    MASK,
    MIN_LENGTH,
    Hiding,
    can_be_found,
    drop_secrets,
    holds_credentials,
    secrets_of_body,
    secrets_of_url,
)
from tui_httpbench.worker.secret_names import is_secret_name

SECRETS = """
Authorization Proxy-Authorization Authentication Cookie Set-Cookie X-Auth X-Auth-Key X-Auth-Token XAuthKey auth
oauth Ocp-Apim-Subscription-Key subscription-key X-Api-Key apikey api_key apiKey APIKey hapikey x-functions-key key
key1 DD-APPLICATION-KEY private_key PRIVATE-TOKEN X-Vault-Token X-Shopify-Access-Token access_token accessToken
id_token token tokens to%6ben X-CSRFToken csrf JWT X-JWT JWTAuth bearer passphrase password user[password] passwd
pass db_pass pwd pw secret client_secret client%5Fsecret secret_id AWSAccessKeyId aws_secret_access_key
X-Amz-Security-Token X-Amz-Signature X-Amz-Credential X-Goog-Signature SharedAccessSignature sig SAS sign hmac otp
code pin appid PHPSESSID JSESSIONID ASP.NET_SessionId connect.sid sid sess session sessionid session_id SAMLResponse
client_assertion GITHUB_PAT creds userpass dbpass psw authcode code_verifier device_code mfa ticket remember_me
rememberMe cf_clearance X-WSSE CB-ACCESS-SIGN OK-ACCESS-SIGN senha kennwort user[pass] data[key] keys[]
"""
NO_SECRETS = """
Content-Key-Order Key-Order Keyboard keyword Monkey turkey Author Authors Authority :authority Design assigned
signal Signed SignatureVersion X-Amz-Algorithm X-Amz-Date X-Amz-SignedHeaders tokenizer tokenize token_type
tokenType token_endpoint max_tokens max-completion-tokens Secretary compass bypass passenger passage gasp passed
inside side president obsession session_timeout sessions_count cookie-policy password-policy auth-type auth_method
sort_key Cache-Key Idempotency-Key Sec-WebSocket-Key Public-Key-Pins public_key Key-Pair-Id key_id expires_in
barcode zip_code Status-Code country-code encode pattern path spin pint sv se state nonce id q page username
WWW-Authenticate Access-Control-Allow-Credentials Accept Content-Type User-Agent X-Forwarded-For sig_figs sigFigs
cookieconsent CookieConsent cookie_banner private_key_path token_file oauth_callback ETag-Key Content-Key hot_key
map_key sessionStorage session_storage token[type] ticket_id ticketing mfa_enabled call_sign resign
requests-session requests_session
"""


@pytest.mark.parametrize("name", SECRETS.split())
def test_the_name_of_a_secret(name: str) -> None:
    assert is_secret_name(name)
    assert is_secret_name(name.upper())
    assert holds_credentials(name.replace("%", ""), "x") or "%" in name
    assert drop_secrets(f"http://a.b/?x=1&{name}=hush&y=2") == f"http://a.b/?x=1&{name}=&y=2"


@pytest.mark.parametrize("name", NO_SECRETS.split())
def test_the_name_of_no_secret(name: str) -> None:
    assert not is_secret_name(name)
    assert drop_secrets(f"http://a.b/?{name}=hush") == f"http://a.b/?{name}=hush"
    assert ANYONES.hide(f"{name}: loud, '{name}': 'loud'") == f"{name}: loud, '{name}': 'loud'"


def test_a_url_within_a_url_is_looked_into() -> None:
    inner = "https://x/?a=1&token=hush&b=2"
    for nested in (quote(inner, safe=""), quote(quote(inner, safe=""), safe=""), quote_plus(inner).lower()):
        dropped = drop_secrets(f"http://a.b/?next={nested}&page=3")
        assert "hush" not in dropped
        assert dropped.endswith("&page=3")
        assert dropped.count("2") >= nested.count("2") - 1, "what stands around it stays"
    assert (
        drop_secrets("http://a.b/?next=https%3A%2F%2Fme%3Ahush%40x%2F") == "http://a.b/?next=https%3A%2F%2F***%40x%2F"
    )


@pytest.mark.parametrize(
    "name", ["sig", "key", "sid", "pw", "token", "api_key", "pass[]", "%74oken", "client%5Fsecret"]
)
@pytest.mark.parametrize("times", [0, 1, 2, 3])
def test_the_first_parameter_of_a_url_within_a_url(name: str, times: int) -> None:
    """However often it is encoded, with a value that has what would end it one level further out."""
    value = "hush&hush?hush" if times else "hushhush"
    nested = f"https://x/?{name}={quote(value, safe='')}&page=7"
    for _ in range(times):
        nested = quote(nested, safe="")
    url = f"http://a.b/?next={nested}&page=3"
    for shown in (drop_secrets(url), ANYONES.hide(f"Can't get {url}.")):
        assert "hush" not in shown
        assert "7" in shown
        assert "&page=3" in shown
    assert Hiding().and_also(secrets_of_url(url)).hide(f"/{value}/") == "/***/"
    # A form's field is looked into like a query.
    assert Hiding().and_also(secrets_of_body(f"next={nested}".encode())).hide(f"/{value}/") == "/***/"


def test_a_value_may_go_on_behind_a_question_mark() -> None:
    assert secrets_of_url("http://a.b/?next=https://x/?token=abc?def&p=1") == {"abc", "abc?def"}
    assert ANYONES.hide("?token=abc?def&p=1") == "?token=&p=1"
    assert secrets_of_url("http://a.b/token=abc") == set()


@pytest.mark.parametrize("value", ["SEK/abc=", "a b+c&d=é%", "hunter22", "quo\"te\\d'", "x" * 300 + "/"])
def test_a_value_is_hidden_in_each_form(value: str) -> None:
    hiding = Hiding().and_also([value])
    once = quote(value, safe="")
    lower = "".join(part if k % 2 == 0 else part.lower() for k, part in enumerate(_split_escapes(once)))
    forms = {
        value,
        once,
        lower,
        quote(value),
        quote_plus(value),
        quote(once, safe=""),
        quote(quote(once)),
        repr(value)[1:-1],
    }
    for form in forms:
        assert hiding.hide(f"before /{form}/ after") == "before /***/ after", form
        # The same where it was typed in that form.
        assert Hiding().and_also([form]).hide(f"before /{value}/ after") == "before /***/ after" or "\\" in value
    if len(value) <= 128:
        every = "".join(f"%{byte:02x}" for byte in value.encode())
        assert hiding.hide(every) == "***"


def _split_escapes(text: str) -> list[str]:
    parts = [""]
    position = 0
    while position < len(text):
        if text[position] == "%":
            parts += [text[position : position + 3], ""]
            position += 3
        else:
            parts[-1] += text[position]
            position += 1
    return parts


@pytest.mark.parametrize("value", ["1", "true", "abc", "hush", "requests", "python", "8080", "20261126"])
def test_short_and_common_values_blot_out_nothing(value: str) -> None:
    assert not can_be_found(value)
    text = f"requests sent true to 127.0.0.1:8080 1 time, abc, hush, python 20261126 ({value})"
    assert Hiding().and_also([value]).hide(text) == text
    # Beside its name it is hidden all the same.
    assert Hiding().and_also([value]).hide(f"GET /?token={value} failed") == "GET /?token= failed"
    assert dict(Plan(Request(headers=(("X-Api-Key", value),))).masked_headers)["X-Api-Key"] == MASK


def test_a_short_value_is_no_part_of_a_word_and_a_long_one_may_be() -> None:
    assert len("banana") >= MIN_LENGTH
    assert Hiding().and_also(["banana"]).hide("bananas, banana, a%20banana.") == "bananas, ***, a%20***."
    assert Hiding().and_also(["abcdef123456"]).hide("xabcdef123456y") == "x***y"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("proxy http://me:p@ss@10.0.0.1:80/", "proxy http://***@10.0.0.1:80/"),
        ("bad header: b'Set-Cookie: sid=1; Path=/\\r\\nHost: x'", "bad header: b'Set-Cookie: ***\\r\\nHost: x'"),
        ("{'Authorization': 'Bearer x', 'Accept': 'y'}", "{'Authorization': '***', 'Accept': 'y'}"),
        ("Illegal value b'Bearer abc12345678'", "Illegal value b'Bearer ***'"),
        ('{"password": "x", "user": "me"}', '{"password": "***", "user": "me"}'),
        ("got eyJhbGciOiJI.eyJzdWIiOiIx.abc-_1.", "got ***."),
        ("password=DSCPW3344aa, sid=a=b==; X-Auth-Key=x", "password=***, sid=***; X-Auth-Key=***"),
        ("get(auth=('me', 'x y'), key=(a, b))", "get(auth=***, key=(a, b))"),
        ("password: hunter2, secret: 'a b'", "password: ***, secret: '***'"),
        ("(b'X-Auth-Key', b'x y'), ('Accept', 'z')", "(b'X-Auth-Key', b'***'), ('Accept', 'z')"),
        ("{'token': 'it\\'s x', 'user': 'me'}", "{'token': '***', 'user': 'me'}"),
        (r'{"body": "{\"token\": \"x\", \"n\": 1}"}', r'{"body": "{\"token\": \"***\", \"n\": 1}"}'),
        (
            "Authorization=Bearer x, y; run --token=x --auth-key='a b'",
            "Authorization=***, y; run --token=*** --auth-key='***'",
        ),
        (
            "X-Auth-Key:\tx\nX-Auth-Key : x\n{'X-Auth-Key': ['x']}",
            "X-Auth-Key:\t***\nX-Auth-Key : ***\n{'X-Auth-Key': ['***']}",
        ),
        (
            "HTTPBasicAuth('me', 'x'), {u'token': u'x'}, token=('x',), {'X-Auth-Key': ('x y',)}",
            "HTTPBasicAuth('me', '***'), {u'token': u'***'}, token=***, {'X-Auth-Key': ('***',)}",
        ),
        ("token=['a b']; cookies='none'; token='None'", "token=['***']; cookies='none'; token='None'"),
        ("Token abc12345 and ApiKey abcdEfgh and Basic dXNlcjpwYXNz", "Token *** and ApiKey *** and Basic ***"),
        ("?token%5B%5D=x&%74oken=x&to%256Ben=x&p=1", "?token%5B%5D=&%74oken=&to%256Ben=&p=1"),
        (
            "Write http://host?sig=x. Send 'Cookie: x'. Send Cookie: x.",
            "Write http://host?sig=. Send 'Cookie: ***'. Send Cookie: ***.",
        ),
        ("C(cookies=Jar(x), auth=None, cookie_jar=a.Jar(), code=404) session=<a.Session> key=True.", None),
        ("requests-session: 200, a.sort(key=lambda a: b)", None),
        ("Unexpected token at 12; the key: is wrong; a token expires", None),
        ("basic authentication failed; invalid token: expected 5 bytes", None),
        ("see http://[::1]:80/a@b and https://a.b/token/x?q=token&keyword=a", None),
    ],
)
def test_what_is_a_secret_by_where_it_stands(text: str, hidden: str | None) -> None:
    assert ANYONES.hide(text) == (text if hidden is None else hidden)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("\\\\\\\\\\\\b1", "X" + "\\" * 60),
        ('\\"' * 8 + "x", ("\\" * 8 + '"') * 200),
        ("\x12" * 8 + "b", "\\x12" * 5000),
        ("%" * 8 + "b", "%25" * 5000),
        (" " * 8 + "b", "%2525252B+" * 2000),
    ],
)
def test_what_is_almost_a_value_takes_no_longer(value: str, text: str) -> None:
    """A server makes both, by a cookie and a broken head; were there many ways to read it, a run would stand still."""
    hiding = Hiding().and_also([value])
    assert hiding.hide(text) == text
    assert hiding.hide(f"{text} {value} .") == f"{text} *** ."


@pytest.mark.parametrize(
    "part",
    [
        "a.b-",
        "a[",
        "]",
        "eyJ-",
        "eyJaaaaaaaa.",
        "\\",
        "?expir",
        "?token=",
        "key=a",
        "cookie:",
        "token:",
        "//a",
        "%25",
        "('a",
    ],
)
def test_the_time_grows_as_the_text_does(part: str) -> None:
    """It takes less than a second; where it grows with the square, longer than any test may take."""
    hiding = Hiding().and_also(["/hush/hush/hush", "hush22", "aaaaaaaaaaab"])
    text = part * (40_000 // len(part))
    assert len(hiding.hide(text)) <= len(text)
    assert len(drop_secrets(f"?{text}")) <= len(text) + 1


@pytest.mark.parametrize("sign", ["-", "%", "\\", "é", "%5C"])
def test_a_value_and_a_text_of_one_sign_take_no_longer_together(sign: str) -> None:
    """Neither one long value in a long text nor 50 of them; where it grows with both, longer than a test may take."""
    text = sign * (40_000 // len(sign))
    hiding = Hiding().and_also(sign * 1_000 + f"b{number}" for number in range(50))
    assert hiding.hide(text) == text
    assert hiding.hide(f"{text} {sign * 1_000}b7 .") == f"{text} *** ."


_LONG = 'Sek/R3t+é "x'


@given(value=st.sampled_from([_LONG, "hush-22'"]), forms=st.lists(st.integers(0, 7), min_size=1, max_size=12))
def test_a_value_is_hidden_however_each_sign_of_it_is_written(value: str, forms: list[int]) -> None:
    written = "".join(_written(sign, forms[place % len(forms)]) for place, sign in enumerate(value))
    assert Hiding().and_also([value]).hide(f"a /{written}/ b") == "a /***/ b", written


def _written(sign: str, form: int) -> str:
    encoded = "".join(f"%{byte:02x}" for byte in sign.encode())
    if form in (1, 2, 3):
        return encoded.upper().replace("%", "%" + "25" * (form - 1))
    if form == 4 and not sign.isalnum():
        return "\\" * 3 + sign
    if form == 5:
        return sign.encode("unicode_escape").decode()
    if form == 6 and sign.isascii():
        return f"\\u{ord(sign):04X}"
    return encoded if form == 7 else sign


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # What stands before it is quoted itself, so that it is a sign and no letter.
        ("hunter22", "bad line: 'X \\tVALUE'"),
        ("hunter22", "'\\x00VALUE\\n'"),
        ("hunter22", "'\\0VALUE' and '\\033VALUE'"),
        ("hunter22", "%253DVALUE"),
        ("hunter22", "%5Cnhunter22".replace("hunter22", "VALUE")),
        ("ab\\cde", "'ab\\\\cde'"),
        ("ab\\cde", "ab%5Ccde"),
        ("41hush-hush-99", "x %VALUE"),
        ("x41hush-hush-9", "'\\VALUE'"),
        ("hush \U0001f600!", '"hush \\ud83d\\ude00!"'),
        ("\\\\\\\\a\0\\\\\\abcdefghijkl", "/VALUE/"),
    ],
)
def test_a_value_is_hidden_beside_what_is_quoted(value: str, text: str) -> None:
    values = value.split("\0")
    hidden = Hiding().and_also(values).hide(text.replace("VALUE", values[-1]))
    assert not any(part in hidden for part in ("hunter", "cde", "hush", "abcdef")), hidden
    assert MASK in hidden
    assert Hiding().and_also(["hunter22"]).hide("a shunter22 hunter223 Dhunter22") == "a shunter22 hunter223 Dhunter22"


def test_a_value_in_latin_1_is_hidden() -> None:
    """In which headers go, and which servers decode as they like."""
    hiding = Hiding().and_also(["größe-é-hush"])
    raw = "größe-é-hush".encode()
    for shown in (raw.decode("latin-1"), raw.decode("latin-1").encode().decode("latin-1"), "gr%F6%dfe-%E9-hush"):
        hidden = hiding.hide(f"<{shown}>")
        assert (hidden == "<***>") == (shown != raw.decode("latin-1").encode().decode("latin-1")), shown
    assert hiding.hide(f"<{raw.decode('ascii', 'surrogateescape')}>") == "<***>"
    assert hiding.hide(f"<{str(raw)[2:-1]}>") == "<***>"


def test_a_server_that_sets_thousands_of_cookies_makes_no_run_slow() -> None:
    cookies = "; ".join(f"c{number}=value-{number}" for number in range(2_000))
    sent = SentRequest("GET", "http://h/", (("Cookie", cookies), ("Authorization", "Bearer hush-hush")), 0)
    response = ProbeResponse(200, 302, "http://h/", "1.1", 2, "hash", (sent,))
    found = credentials_in([Probe("aiohttp", response=response)])
    assert len(found) == MAX_COOKIES + 2
    assert "hush-hush" in found


def test_a_long_value_is_hidden_in_capital_and_small_letters() -> None:
    """As in a host's name, which clients write in small letters."""
    hiding = Hiding().and_also(["SekR3tEnvVal9xyz", "Hush77"])
    assert (
        hiding.hide("http://sekr3tenvval9xyz.localhost/ SEKR3TENVVAL9XYZ hush77") == "http://***.localhost/ *** hush77"
    )


def test_what_is_ours_stays_whatever_is_a_secret() -> None:
    """Any server can make a secret of any word, by a cookie."""
    it, shown = "http.client", "***"
    hiding = Hiding().and_also([it])

    def probe(own: str, text: str) -> Probe:
        hop = SentRequest(own, text, ((own, text),), 1)
        response = ProbeResponse(200, 302, text, "1.1", 2, own, (hop,))
        head = RequestHead(own, text, text, own, ((own, text),), own)
        reached = Reached(text, text, is_other_machine=True, is_here=False, is_end=True, credentials=(own,))
        return Probe(
            own,
            settings={"retries": text, "cookies": text},
            made=text,
            response=response,
            error=(own, text),
            heads=(head,),
            packages={own: own},
            strange={own: own},
            without_c=(own,),
            stage=own,
            led_to=text,
            beside={own: own},
            again=(response,),
            reached=(reached,),
        )

    assert hide_credentials(probe(it, it), (), (), hiding) == probe(it, shown)
    assert hiding.hide_in((ErrorText(it, it, 1),)) == (ErrorText(it, shown, 1),)
    message = {"event": it, "stage": it, "text": it, "errors": [[it, it, 1]]}
    assert without_secrets(message, hiding) == {"event": it, "stage": it, "text": shown, "errors": [[it, shown, 1]]}


def test_no_part_of_a_secret_is_left_where_a_text_is_cut() -> None:
    secret = b"SekR3tEnvVal9xyz"
    hiding = Hiding().and_also([secret.decode()])
    assert last_line_of(b"first\nlast words " + secret + b"\n\n", hiding) == "last words ***"
    at_the_limit = last_line_of(b"y" * 295 + secret + b"z" * 99, hiding)
    assert (at_the_limit[:295], at_the_limit[295:]) == ("y" * 295, "***zz")
    long_line = secret[8:] + b"B" * TAIL_BYTES
    assert last_line_of(long_line[:TAIL_BYTES], hiding) == "", "what it began with is not known"
    assert last_line_of(long_line[: TAIL_BYTES - 9] + b"\nlast one", hiding) == "last one"


def test_a_setting_with_the_name_of_a_secret_is_hidden() -> None:
    """As a client file of the user's own may tell it."""
    told = {"api_key": "hush", "cookies": "kept", "retries": "2 with sid=hush"}
    hidden = hide_credentials(Probe("own", told), (), (), ANYONES)
    assert hidden.settings == {"api_key": "***", "cookies": "kept", "retries": "2 with sid=***"}


def test_what_clients_get_from_elsewhere_is_hidden_too(tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text('machine a.b\n  login me password netrc-hush\ndefault login you\n password "other hush"\n')
    environment = {
        "NETRC": str(netrc),
        "https_proxy": "http://me:proxy%2Fhush@p:1",
        "TAG": "tag-hush",
        "OTHER": "loud-loud",
    }
    headers = (("X-Tag", "v=$TAG"), ("Authorization", "Basic bWU6YmFzaWMtaHVzaA=="), ("Cookie", "a=1; s=cookie-hush"))
    hiding = hiding_in_run("http://a.b/?sig=url-hush", headers, b"user=me&password=body-hush", environment)
    text = "netrc-hush|other hush|proxy/hush|tag-hush|basic-hush|me:basic-hush|cookie-hush|url-hush|body-hush"
    assert hiding.hide(text) == "|".join(["***"] * 9)
    assert hiding.hide("bWU6bmV0cmMtaHVzaA==") == "***", "as Basic writes what netrc has"
    assert hiding.hide("loud-loud a=1 me you") == "loud-loud a=1 me you"


def test_a_password_with_a_dollar_sign_is_no_variable() -> None:
    assert is_reference("Bearer $TOKEN", {})
    assert is_reference("Bearer $token", {"token": "x"})
    assert not is_reference("Basic $ecretWord", {})
    request = Request(headers=(("Authorization", "Basic $ecretWord"), ("Accept", "*/*")))
    assert plan_to_dict(Plan(request=request))["headers"] == [["Accept", "*/*"]]
    for value in ("Basic $ecretWord", "$ecretWord", "Basic ${ecretWord}"):
        with pytest.raises(PlanError) as raised:
            hiding_in_run("/", (("Authorization", value),), None, {})
        assert "ecret" not in str(raised.value)
        assert "dollar sign" in str(raised.value)


def test_a_secret_given_twice_is_kept_in_neither_place() -> None:
    """A header whose name says nothing, and a path, hold the value of one that does."""
    headers = (("X-Api-Key", "hush-hush-hush"), ("X-Copy", "id hush-hush-hush"), ("X-Bearer-Of", "Bearer abc123456789"))
    plan = Plan(request=Request("http://a.b/hush-hush-hush/x", headers=headers))
    assert "hush" not in str((plan_to_dict(plan), plan.masked_headers))
    assert "abc123456789" not in str((plan_to_dict(plan), plan.masked_headers))

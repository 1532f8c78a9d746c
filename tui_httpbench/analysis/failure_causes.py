"""Why a request failed, and what to do about it, in words: of a status, and of an error's kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.urls import parse_url
from tui_httpbench.text.formatting import enumerate_names, format_duration
from tui_httpbench.text.quoting import printable, shortened

Place = Literal["url", "method", "headers", "body", "trust", "timeout", "profile"]
"""What is to be changed, as the form has it."""
MAX_QUOTED = 150
_MAX_URL = 100
_UNTRUSTED = ("self-signed", "self signed", "local issuer", "unknownissuer", "unknown issuer")
_VERIFY_FAILED = re.compile(r"certificate verify failed: ([\w .,'-]+?)\.?(?: \(_ssl|$)")
_TLS_ALERT = ("\\x15\\x03", "\x15\x03")
"""How a server that wants TLS answers who speaks without, as libraries quote it."""
_NO_PROXY_OPTION = "--profile equal"
_TO_THE_REDIRECT = "look into that server and the redirect, or give another URL"


@dataclass(frozen=True)
class CommonFailure:
    """How every mode failed: ``got`` is a clause, ``why`` another one, ``remedy`` says what to do.

    ``option`` is the option that does so, empty where none does, and ``place`` where it is done in the form.
    """

    got: str
    why: str
    remedy: str
    place: Place = "url"
    option: str = ""

    @property
    def advice(self) -> str:
        """What to do, with its option."""
        return ", ".join(filter(None, (self.remedy, self.option)))

    @property
    def text(self) -> str:
        """All of it in a sentence."""
        return f"{self.got}: {self.why}; {self.advice}."


@dataclass(frozen=True)
class Way:
    """Where a request failed: at the URL that redirects ``led_to``, through a ``proxy``, and by which ``method``.

    The first two are empty where there were none, or nobody tells.
    """

    led_to: str
    proxy: str
    method: str

    @property
    def shown(self) -> str:
        """The URL that redirects led to, for a sentence."""
        return shortened(printable(self.led_to), _MAX_URL)


def cause_of_status(plan: Plan, status: int, way: Way) -> CommonFailure:
    """Why every answer has this status, which is a bad one."""
    has_credentials = any(name.lower() == "authorization" for name, _ in plan.request.headers)
    has_body, has_headers = plan.request.body is not None, bool(plan.request.headers)
    no_body: tuple[str, str, Place, str] = (
        "it waits for a body, and there is none",
        "give one",
        "body",
        "-d or --json-body",
    )
    this_url = "that one" if way.led_to else "this URL"
    other_method = "-X POST" if way.method == "GET" else "-X GET"
    causes: dict[int, tuple[str, str, Place, str]] = {
        400: ("the server calls the request bad", "check URL, headers and body", "url", ""),
        401: (
            "it does not accept these credentials" if has_credentials else "it asks for credentials",
            "check them" if has_credentials else "give them in a header",
            "headers",
            "-H 'Authorization: …'",
        ),
        403: ("it denies access", "give headers that it accepts, or another URL", "headers", "-H 'NAME: VALUE'"),
        404: ("there is nothing at this URL", "check its path", "url", ""),
        405: (f"{this_url} does not take {way.method}", "choose a method", "method", other_method),
        406: ("it has no answer that these headers accept", "change the Accept headers", "headers", "-H 'Accept: …'"),
        407: ("it asks for credentials as a proxy does", "check host and port", "url", ""),
        410: ("there is nothing at this URL any more", "choose another one", "url", ""),
        411: ("it wants a body", "give one", "body", "-d TEXT"),
        413: (
            ("the body is too large for it", "send a smaller one", "body", "-d TEXT")
            if has_body
            else ("it calls the body too large, though there is none", "try another URL", "url", "")
        ),
        414: ("the URL is too long for it", "shorten it", "url", ""),
        415: (
            ("it does not take a body of this type", "say which it is", "headers", "-H 'Content-Type: …'")
            if has_body
            else no_body
        ),
        422: (
            ("it can't use this body", "check the body and its type", "body", "-d or --json-body")
            if has_body
            else no_body
        ),
        429: ("it limits how many requests it takes", "wait, or choose a URL that may be loaded", "url", ""),
        431: (
            ("the headers are too large for it", "send fewer", "headers", "")
            if has_headers
            else ("it calls the headers too large, though none were given", "try another URL", "url", "")
        ),
        501: (f"the server does not know {way.method}", "choose a method", "method", other_method),
        502: ("it gets no answer from a server behind it", "see whether that one is running", "url", ""),
        503: ("the server is overloaded, or closed for now", "try again later", "url", ""),
        504: ("it gets no answer from a server behind it", "see whether that one is running", "url", ""),
    }
    why, remedy, place, option = causes.get(status, _of_other_status(status))
    cause = CommonFailure(str(status), why, remedy, place, option)
    if way.proxy and status == 407:
        remedy = "give them in the variable that names the proxy, or leave it out"
        return _by_proxy(replace(cause, why="it asks for credentials", remedy=remedy), way)
    if way.proxy and status in (502, 503, 504):
        return _by_proxy(replace(cause, why="it gets no answer from the server", remedy="leave the proxy out"), way)
    if way.led_to and way.method != plan.request.method and place == "method":
        why = f"the URL redirects to {way.shown}, which is then asked for by {way.method} and does not take it"
        return replace(cause, why=why, remedy="give that URL itself", place="url", option="")
    if way.led_to:
        return _by_redirect(cause, way)
    return cause


def _of_other_status(status: int) -> tuple[str, str, Place, str]:
    if status >= 500:
        return "the server fails at this request", "look into its log, or try another URL", "url", ""
    return "the server refuses this request", "check method, URL, headers and body", "url", ""


def cause_of_error(plan: Plan, kind: str, texts: list[str], way: Way, left_out: tuple[str, ...] = ()) -> CommonFailure:
    """Why there was no answer; ``texts`` are what libraries said of an error of this ``kind``.

    ``left_out`` are variables that name certificates, and reach no client.
    """
    if kind == "redirects" or (way.led_to and not _can_be_asked(way.led_to)):
        return _of_redirects(texts, way)
    cause = _of_tls(plan, texts, left_out) if kind == "tls" else _of_kind(plan, kind, texts)
    if way.proxy:
        return _by_proxy(replace(cause, remedy="see that the proxy runs, or leave it out"), way)
    return _by_redirect(cause, way) if way.led_to else cause


def _by_redirect(cause: CommonFailure, way: Way) -> CommonFailure:
    """The cause where redirects led to it: what was typed is not to blame."""
    cause = replace(cause, why=f"the URL redirects to {way.shown}, and {cause.why}")
    return replace(cause, remedy=_TO_THE_REDIRECT) if (cause.place, cause.option) == ("url", "") else cause


def _by_proxy(cause: CommonFailure, way: Way) -> CommonFailure:
    """The cause where requests go through a proxy, which is then the first to be looked at."""
    proxy = shortened(printable(way.proxy), _MAX_URL)
    why = f"they go through the proxy {proxy}, which the environment names, and {cause.why}"
    return replace(cause, why=why, place="profile", option=_NO_PROXY_OPTION)


def _of_kind(plan: Plan, kind: str, texts: list[str]) -> CommonFailure:
    within = f"in {format_duration(plan.timeout_s)}"
    is_https = plan.request.url.lower().startswith("https:")
    is_tls_alert = any(alert in text for alert in _TLS_ALERT for text in texts)
    match kind:
        case "refused":
            return CommonFailure("no connection", "nobody listens there", "start the server, or check host and port")
        case "dns":
            return CommonFailure("no connection", "the host name can't be found", "check how the host is spelt")
        case "timeout":
            why, remedy = "the server is silent or slow", "check it, or wait longer"
            return CommonFailure(f"no answer {within}", why, remedy, "timeout", "--timeout S")
        case "connect-timeout":
            why, remedy = "nothing there takes or refuses it", "check host, port and firewalls"
            return CommonFailure(f"no connection {within}", why, remedy)
        case "reset":
            remedy = "check host and port" if is_https else "check host and port; maybe it wants https://"
            return CommonFailure("no answer", "the server ends the connection", remedy)
        case "protocol" if is_tls_alert and not is_https:
            return CommonFailure("no answer", "the server wants TLS", "begin the URL with https://")
        case "protocol":
            why = f"what comes back is no HTTP that they can read{_quoted(texts)}"
            return CommonFailure("no answer", why, "check host and port")
        case "body":
            why = f"its body breaks off or can't be read{_quoted(texts)}"
            return CommonFailure("no whole answer", why, "look into the server")
        case "url":
            why = f"the clients refuse this URL{_quoted(texts)}"
            return CommonFailure("no answer", why, "check how the URL is spelt")
    return CommonFailure("no answer", f"they failed{_quoted(texts)}", "check the URL and the clients")


def _of_redirects(texts: list[str], way: Way) -> CommonFailure:
    if not way.led_to:
        why = f"the redirects lead nowhere{_quoted(texts)}"
        return CommonFailure("no answer", why, "look into the server, or give another URL")
    if not _can_be_asked(way.led_to):
        why = f"the URL redirects to {way.shown}, where they can't follow"
        return CommonFailure("no answer", why, "correct the redirect, or give another URL")
    why = f"the URL redirects on and on, at last to {way.shown}"
    remedy = "give what the server waits for, such as a cookie, or another URL"
    return CommonFailure("no answer", why, remedy, "headers", "-H 'Cookie: …'")


def _can_be_asked(url: str) -> bool:
    try:
        return bool(parse_url(url))
    except PlanError:
        return False


def _of_tls(plan: Plan, texts: list[str], left_out: tuple[str, ...]) -> CommonFailure:
    said = " ".join(texts)
    if "certificate" not in said.lower() or plan.insecure:
        why = f"they and the server can't agree on TLS{_quoted(texts)}"
        return CommonFailure("no connection", why, "check the port, or write http:// if it has no TLS")
    found = next(filter(None, map(_VERIFY_FAILED.search, texts)), None)
    why = f"its certificate is not accepted{f' ({found[1].strip()})' if found else ''}"
    unchecked = "--insecure" if plan.cacert is None else "--insecure in the place of --cacert"
    if found is None or any(part in said.lower() for part in _UNTRUSTED):
        if left_out:
            reach, them = ("reaches", "it") if len(left_out) == 1 else ("reach", "them")
            why += f", and {enumerate_names(left_out)} {reach} no client, since not all would read {them}"
        remedy, option = "trust its authority or check no certificate", f"--cacert FILE or {unchecked}"
        return CommonFailure("no connection", why, remedy, "trust", option)
    return CommonFailure("no connection", why, "correct it or check no certificate", "trust", unchecked)


def _quoted(texts: list[str]) -> str:
    """What the shortest of them says, as the end of a clause: libraries wrap up what their parts tell."""
    told = min(filter(None, texts), key=len, default="")
    return f" ({shortened(printable(told).rstrip('.'), MAX_QUOTED)})" if told else ""

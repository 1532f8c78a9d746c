"""Did every mode fail in the probe, and in the same way? Then why, and what to do about it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from tui_httpbench.measured.probe import Probe
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import format_duration
from tui_httpbench.text.quoting import printable, shortened

Place = Literal["url", "method", "headers", "body", "trust", "timeout"]
"""What is to be changed, as the form has it."""
MAX_QUOTED = 150
_UNTRUSTED = ("self-signed", "self signed", "local issuer", "unknownissuer", "unknown issuer")
_VERIFY_FAILED = re.compile(r"certificate verify failed: ([\w .,'-]+?)\.?(?: \(_ssl|$)")


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
    def text(self) -> str:
        """All of it in a sentence."""
        return f"{self.got}: {self.why}; {', '.join(filter(None, (self.remedy, self.option)))}."


def find_common_failure(plan: Plan, probes: tuple[Probe, ...]) -> CommonFailure | None:
    """Why there is nothing to measure: every mode got the same bad status, or none got an answer.

    None where any request succeeded, where bad statuses differ, and where no mode came as far as to send one.
    """
    asked = [probe for probe in probes if probe.was_sent]
    answers = [response for probe in asked for response in probe.responses]
    if not asked or any(response.status < 400 for response in answers):
        return None
    who = _who(plan, probes, asked)
    if not answers:
        return _without_answer(plan, asked, who)
    statuses = {response.status for response in answers}
    if len(statuses) > 1 or any(probe.response is None for probe in asked):
        return None
    cause = _of_status(plan, statuses.pop())
    return replace(cause, got=f"{who} got {cause.got}")


def _who(plan: Plan, probes: tuple[Probe, ...], asked: list[Probe]) -> str:
    if len(asked) < len(probes):
        return "Every mode that could send"
    count = len(plan.modes)
    return plan.modes[0] if count == 1 else "Both modes" if count == 2 else f"All {count} modes"


def _of_status(plan: Plan, status: int) -> CommonFailure:
    method = plan.request.method
    has_credentials = any(name.lower() == "authorization" for name, _ in plan.request.headers)
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
        405: (
            f"this URL does not take {method}",
            "choose a method",
            "method",
            "-X POST" if method in ("GET", "HEAD") else "-X GET",
        ),
        406: ("it has no answer that these headers accept", "change the Accept headers", "headers", "-H 'Accept: …'"),
        407: ("a proxy asks for credentials", "give them in HTTP_PROXY, or leave the proxy out", "url", ""),
        410: ("there is nothing at this URL any more", "choose another one", "url", ""),
        411: ("it wants a body", "give one", "body", "-d TEXT"),
        413: ("the body is too large for it", "send a smaller one", "body", "-d TEXT"),
        414: ("the URL is too long for it", "shorten it", "url", ""),
        415: ("it does not take a body of this type", "say which it is", "headers", "-H 'Content-Type: …'"),
        422: ("it can't use this body", "check the body and its type", "body", "-d or --json-body"),
        429: ("it limits how many requests it takes", "wait, or choose a URL that may be loaded", "url", ""),
        431: ("the headers are too large for it", "send fewer", "headers", ""),
        502: ("it gets no answer from a server behind it", "see whether that one is running", "url", ""),
        503: ("the server is overloaded, or closed for now", "try again later", "url", ""),
        504: ("it gets no answer from a server behind it", "see whether that one is running", "url", ""),
    }
    why, remedy, place, option = causes.get(status, _of_other_status(status))
    return CommonFailure(str(status), why, remedy, place, option)


def _of_other_status(status: int) -> tuple[str, str, Place, str]:
    if status >= 500:
        return "the server fails at this request", "look into its log, or try another URL", "url", ""
    return "the server refuses this request", "check method, URL, headers and body", "url", ""


def _without_answer(plan: Plan, asked: list[Probe], who: str) -> CommonFailure:
    """Libraries may tell one failure in different ways, so the kind that most of them tell says why."""
    kinds = Counter(_kind(probe) for probe in asked)
    kind = kinds.most_common(1)[0][0]
    texts = [probe.error[1] for probe in asked if probe.error and _kind(probe) == kind]
    is_https = plan.request.url.lower().startswith("https:")
    within = f"in {format_duration(plan.timeout_s)}"
    match kind:
        case "tls":
            cause = _of_tls(plan, texts)
        case "refused":
            cause = CommonFailure("no connection", "nobody listens there", "start the server, or check host and port")
        case "dns":
            cause = CommonFailure("no connection", "the host name can't be found", "check how it is spelt")
        case "timeout":
            cause = CommonFailure(
                f"no answer {within}",
                "the server is silent or slow",
                "check it, or wait longer",
                "timeout",
                "--timeout S",
            )
        case "connect-timeout":
            cause = CommonFailure(
                f"no connection {within}", "nothing there takes or refuses it", "check host, port and firewalls"
            )
        case "reset":
            remedy = "check host and port" if is_https else "check host and port; maybe it wants https://"
            cause = CommonFailure("no answer", "the server ends the connection", remedy)
        case "protocol":
            why = f"what comes back is no HTTP that they can read{_quoted(texts)}"
            cause = CommonFailure("no answer", why, "check host and port")
        case "body":
            why = f"its body breaks off or can't be read{_quoted(texts)}"
            cause = CommonFailure("no whole answer", why, "look into the server")
        case "redirects":
            cause = CommonFailure("no answer", "the redirects lead nowhere", "give the URL that they should lead to")
        case "url":
            cause = CommonFailure("no answer", f"the clients refuse this URL{_quoted(texts)}", "check how it is spelt")
        case _:
            cause = CommonFailure("no answer", f"they failed{_quoted(texts)}", "check the URL and the clients")
    return replace(cause, got=f"{who} got {cause.got}")


def _quoted(texts: list[str]) -> str:
    """What the shortest of them says, as the end of a clause: libraries wrap up what their parts tell."""
    told = min(filter(None, texts), key=len, default="")
    return f" ({shortened(printable(told).rstrip('.'), MAX_QUOTED)})" if told else ""


def _kind(probe: Probe) -> str:
    kind = probe.error[0] if probe.error else "other"
    return "timeout" if kind == "hung" else kind


def _of_tls(plan: Plan, texts: list[str]) -> CommonFailure:
    said = " ".join(texts)
    if "certificate" not in said.lower() or plan.insecure:
        why = f"they and the server can't agree on TLS{_quoted(texts)}"
        return CommonFailure("no connection", why, "check the port, or write http:// if it has no TLS")
    found = next(filter(None, map(_VERIFY_FAILED.search, texts)), None)
    reason = f" ({found[1].strip()})" if found else ""
    why = f"its certificate is not accepted{reason}"
    if found is None or any(part in said.lower() for part in _UNTRUSTED):
        return CommonFailure(
            "no connection", why, "trust its authority or check no certificate", "trust", "--cacert FILE or --insecure"
        )
    return CommonFailure("no connection", why, "correct it or check no certificate", "trust", "--insecure")

"""Where every mode fails in the same way, it is said why and what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.made_results import MACHINE

from tui_httpbench.analysis.all_failed import find_common_failure
from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.probe import Probe, ProbeResponse, SentRequest
from tui_httpbench.plan.plan import Plan, Request

MODES = ("aiohttp", "requests", "httpx")
URL = "http://127.0.0.1:9/"
PLAN = Plan(Request(URL), modes=MODES)
OK = ProbeResponse(200, 200, URL, "1.1", 10, "hash")


def answered(*statuses: int) -> tuple[Probe, ...]:
    return tuple(
        Probe(mode, response=replace(OK, status=status)) for mode, status in zip(MODES, statuses, strict=False)
    )


def unanswered(*kinds: str, text: str = "it said no") -> tuple[Probe, ...]:
    return tuple(Probe(mode, error=(kind, text)) for mode, kind in zip(MODES, kinds, strict=False))


def text_of(probes: tuple[Probe, ...], plan: Plan = PLAN, **changes: Any) -> str:
    failure = find_common_failure(plan.replace(**changes), probes)
    assert failure is not None
    return failure.text


@pytest.mark.parametrize(
    ("status", "said", "place"),
    [
        (405, "All 3 modes got 405: this URL does not take GET; choose a method, -X POST.", "method"),
        (413, "All 3 modes got 413: it calls the body too large, though there is none; try another URL.", "url"),
        (415, "All 3 modes got 415: it waits for a body, and there is none; give one, -d or --json-body.", "body"),
        (431, "All 3 modes got 431: it calls the headers too large, though none were given; try another URL.", "url"),
        (401, "it asks for credentials; give them in a header, -H 'Authorization: …'.", "headers"),
        (404, "there is nothing at this URL; check its path.", "url"),
        (429, "it limits how many requests it takes", "url"),
        (418, "the server refuses this request", "url"),
        (407, "as a proxy does; check host and port.", "url"),
        (501, "the server does not know GET; choose a method, -X POST.", "method"),
        (503, "overloaded", "url"),
        (599, "the server fails at this request", "url"),
    ],
)
def test_a_status_says_what_to_do(status: int, said: str, place: str) -> None:
    failure = find_common_failure(PLAN, answered(status, status, status))
    assert failure is not None
    assert said in failure.text
    assert failure.place == place


def test_the_request_has_a_say() -> None:
    post = PLAN.replace(request=Request(URL, method="POST", headers=(("Authorization", "Basic x"),)))
    assert "does not take POST; choose a method, -X GET." in text_of(answered(405, 405, 405), post)
    assert "does not accept these credentials; check them" in text_of(answered(401, 401, 401), post)
    head = PLAN.replace(request=Request(URL, method="HEAD"))
    assert "does not take HEAD; choose a method, -X GET." in text_of(answered(405, 405, 405), head)


@pytest.mark.parametrize(
    ("kinds", "said", "place"),
    [
        (("refused",) * 3, "All 3 modes got no connection: nobody listens there; start the server", "url"),
        (("dns",) * 3, "the host name can't be found", "url"),
        (("timeout", "hung", "connect-timeout"), "All 3 modes got no answer in 30 s", "timeout"),
        (("reset", "protocol", "reset"), "the server ends the connection", "url"),
        (("other",) * 3, "All 3 modes got no answer: they failed (it said no); check", "url"),
    ],
)
def test_no_answer_of_whatever_kind_is_the_same_way(kinds: tuple[str, ...], said: str, place: str) -> None:
    failure = find_common_failure(PLAN, unanswered(*kinds))
    assert failure is not None
    assert said in failure.text
    assert failure.place == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "certificate verify failed: self-signed certificate (_ssl.c:1006)",
            "(self-signed certificate); trust its",
        ),
        (
            "certificate verify failed: unable to get local issuer certificate (_ssl.c:1)",
            "--cacert FILE or --insecure.",
        ),
        (
            "certificate verify failed: certificate has expired (_ssl.c:1)",
            "expired); correct it or check no",
        ),
        ("invalid peer certificate: UnknownIssuer", "its certificate is not accepted; trust its authority"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "can't agree on TLS ([SSL: WRONG_VERSION_NUMBER] wrong"),
    ],
)
def test_a_certificate_is_told_from_other_faults_of_tls(text: str, said: str) -> None:
    assert said in text_of(unanswered("tls", "tls", "tls", text=text))


def test_a_variable_whose_certificates_reach_no_client_is_named() -> None:
    probes = unanswered("tls", "tls", "tls", text="certificate verify failed: self-signed certificate (_ssl.c:1006)")
    left_out = tuple(replace(probe, left_out=("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")) for probe in probes)
    said = "), and REQUESTS_CA_BUNDLE and SSL_CERT_FILE reach no client, since not all would read them; trust its"
    assert said in text_of(left_out)
    assert "no client" not in text_of(probes)


def test_certificates_of_a_file_are_advised_once() -> None:
    with_file = PLAN.replace(cacert="/ca.pem")
    for text in ("certificate verify failed: self-signed certificate (", "certificate verify failed: expired (_ssl"):
        said = text_of(unanswered("tls", "tls", "tls", text=text), with_file)
        assert said.endswith("--insecure in the place of --cacert.")


@pytest.mark.parametrize(
    ("kind", "led_to", "said", "place"),
    [
        ("refused", "http://a/x", "to http://a/x, and nobody listens there; look into that server", "url"),
        ("dns", "http://a/x", "to http://a/x, and the host name can't be found; look into that server", "url"),
        ("timeout", "http://a/x", "to http://a/x, and the server is silent or slow; check it, or wait", "timeout"),
        ("tls", "https://a/", "to https://a/, and its certificate is not accepted; trust its", "trust"),
        ("redirects", "ftp://a/", "to ftp://a/, where they can't follow; correct the redirect, or", "url"),
        ("refused", "http://a:99999/", "to http://a:99999/, where they can't follow", "url"),
        ("redirects", URL, f"on and on, at last to {URL}; give what the server waits for", "headers"),
        ("redirects", "", "the redirects lead nowhere (no certificate); look into the server", "url"),
    ],
)
def test_behind_a_redirect_what_was_typed_is_not_to_blame(kind: str, led_to: str, said: str, place: str) -> None:
    probes = unanswered(kind, kind, kind, text="no certificate")
    # One library does not tell where it was.
    led = (replace(probes[0], led_to=led_to), replace(probes[1], led_to=led_to), probes[2])
    failure = find_common_failure(PLAN, led)
    assert failure is not None
    assert said in failure.text
    assert failure.text.startswith("All 3 modes got no ")
    assert failure.place == place


def test_a_bad_status_behind_a_redirect_is_that_urls() -> None:
    def behind(status: int, method: str = "GET") -> tuple[Probe, ...]:
        hop = SentRequest(method, "http://a/end", (), 0)
        response = replace(OK, status=status, first_status=302, url="http://a/end", hops=(hop,))
        return tuple(Probe(mode, response=response) for mode in MODES)

    assert "the URL redirects to http://a/end, and there is nothing at this URL; look into" in text_of(behind(404))
    post = PLAN.replace(request=Request(URL, method="POST"))
    assert "http://a/end, which is then asked for by GET and does not take it; give that URL itself." in text_of(
        behind(405), post
    )
    assert "and that one does not take POST; choose a method, -X GET." in text_of(behind(405, "POST"), post)


def through(proxy: str, *probes: Probe) -> tuple[Probe, ...]:
    return tuple(replace(probe, settings={"proxies": proxy}) for probe in probes)


def test_a_proxy_is_to_blame_before_the_url() -> None:
    way = "they go through the proxy http://p:1, which the environment names, and "
    # However a library spells it.
    refused = unanswered("refused", "refused", "refused")
    spelled = (*through("p:1", refused[0]), *through("http://p:1/", refused[1]), *through("http://P:1", refused[2]))
    failure = find_common_failure(PLAN, spelled)
    assert failure is not None
    assert failure.text == (
        f"All 3 modes got no connection: {way}nobody listens there; see that the proxy runs, or leave it out, "
        "--profile equal."
    )
    assert failure.place == "profile"
    assert f"{way}it asks for credentials; give them in the variable" in text_of(
        through("http://p:1", *answered(407, 407, 407))
    )
    assert f"{way}it gets no answer from the server; leave the proxy out, --profile equal." in text_of(
        through("http://p:1", *answered(502, 502, 502))
    )


def test_who_failed_otherwise_is_told_of_apart() -> None:
    refused, dns = unanswered("refused", "refused"), replace(unanswered("dns")[0], mode="httpx")
    said = text_of((*through("http://p:1", *refused), *through("none", dns)))
    assert said.startswith("All 3 modes got no answer, for more than one reason: aiohttp and requests got no ")
    assert "and nobody listens there), httpx got no connection (the host name can't be found); see that" in said
    assert said.endswith("or leave it out, --profile equal; check how the host is spelt.")
    # What is one failure for two libraries of three is one for all.
    assert "for more than one reason" not in text_of(unanswered("reset", "protocol", "body"))


def test_who_failed_is_counted() -> None:
    assert text_of(answered(404)[:1], modes=("aiohttp",)).startswith("aiohttp got 404: ")
    assert text_of(answered(404, 404)[:2], modes=MODES[:2]).startswith("Both modes got 404: ")
    broken = Probe("httpx", error=("other", "no module"), stage="import")
    assert text_of((*answered(404, 404), broken)).startswith("Every mode that could send got 404: ")


@pytest.mark.parametrize(
    "probes",
    [
        (),
        answered(404, 404, 200),
        answered(404, 404, 403),
        (*answered(404, 404), *unanswered("refused")),
        (*unanswered("refused", "refused"), replace(Probe("httpx", response=OK))),
        (replace(answered(503)[0], again=(OK,)), *answered(503, 503)[1:]),
        (Probe("aiohttp", error=("other", "no module"), stage="import"),),
    ],
)
def test_where_any_succeeded_or_they_differ_it_is_measured(probes: tuple[Probe, ...]) -> None:
    assert find_common_failure(PLAN, probes) is None


def test_the_result_has_the_finding_and_says_that_nothing_was_measured() -> None:
    measured = Measured(PLAN, URL, (), probes=answered(405, 405, 405), machine=MACHINE)
    result = summarize_run(measured)
    (finding,) = result.findings
    assert (finding.id, finding.modes) == ("all-failed", ())
    assert conclude(result) == f"Nothing was measured. {finding.text}"
    assert not result.all_succeeded

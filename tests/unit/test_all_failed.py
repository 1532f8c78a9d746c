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
from tui_httpbench.measured.probe import Probe, ProbeResponse
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
        (401, "it asks for credentials; give them in a header, -H 'Authorization: …'.", "headers"),
        (404, "there is nothing at this URL; check its path.", "url"),
        (429, "it limits how many requests it takes", "url"),
        (418, "the server refuses this request", "url"),
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

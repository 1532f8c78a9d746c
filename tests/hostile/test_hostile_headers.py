"""No header is ever smuggled: not by an option, a variable, a curl command or a file that is read back."""

from __future__ import annotations

import os
import string
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.hostile_texts import damaged, is_sentence, texts

from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.bench.worker_job import encode_job, make_job
from tui_httpbench.plan.from_curl import is_curl_command, parse_curl
from tui_httpbench.plan.header_values import expand_headers, is_reference
from tui_httpbench.plan.parsing import check_header, parse_header, parse_method, parse_url
from tui_httpbench.plan.plan import Header, Plan, PlanError, Request
from tui_httpbench.plan.scenario import Scenario, parse_content_type
from tui_httpbench.plan.stored import plan_from_dict, plan_to_dict

TOKEN = frozenset("!#$%&'*+.^_`|~-" + string.ascii_letters + string.digits)
VALUE = frozenset(map(chr, (*range(0x20, 0x7F), 0x09)))

values = texts | st.lists(texts, max_size=3).map("$A ".join) | st.just("${A}")
environments = st.dictionaries(st.sampled_from(["A", "B", "HOME"]), texts, max_size=3)


def is_safe(header: Header) -> bool:
    """Whether it goes over the wire as one header, whatever a client does with it."""
    name, value = header
    return bool(name) and set(name) <= TOKEN and set(value) <= VALUE and value == value.strip(" \t")


def read(make: Callable[[], object]) -> bool:
    """Whether something could be read; a sentence tells why not."""
    try:
        make()
    except PlanError as error:
        sentence = str(error)
    else:
        return True
    assert is_sentence(sentence), sentence
    return False


@given(texts, values, environments)
@example("A", "$A", {"A": "x\r\nB: y"})
@example("A", "$A", {"A": "\udcff"})
@example("A", "$A", {"A": "\x00"})
@example("A", "a\x7f", {})
@example("A" * 100_000, "$", {})
def test_a_header_that_is_taken_can_be_sent(name: str, value: str, environment: dict[str, str]) -> None:
    headers: list[Header] = []
    if read(lambda: headers.append(check_header(name, value))):
        assert is_safe(headers[0])
        sent: list[Header] = []
        if read(lambda: sent.extend(expand_headers(tuple(headers), environment))):
            assert is_safe(sent[0])
    if read(lambda: headers.append(parse_header(f"{name}: {value}"))):
        assert is_safe(headers[-1])
    is_reference(value)


@given(texts, texts, texts)
@example("http://\u2100" + "a" * 10_000 + "/", "X" * 10_000, "text/html; \x1b")
def test_a_url_a_method_and_a_content_type_hold_no_control_characters(url: str, method: str, kind: str) -> None:
    for text, parse in ((url, parse_url), ("http://a/" + url, parse_url), (method, parse_method)):
        parsed: list[str] = []
        if read(lambda text=text, parse=parse, parsed=parsed: parsed.append(parse(text))):  # type: ignore[misc]
            assert parsed[0].isprintable()
            assert " " not in parsed[0]
    kinds: list[str] = []
    if read(lambda: kinds.append(parse_content_type(kind))):
        assert set(kinds[0]) <= VALUE


# Pieces of commands, so that most of them are nearly right.
pieces = st.one_of(
    st.sampled_from(
        [" ", " ", "'", '"', "\\", "$'", "\\\n", "|", "-H", "-d", "-X", "-u", "-G", "-b", "--url", "-m", "-I", "-sSL"]
    ),
    st.sampled_from(
        ["-H 'A: b'", " -H $'A: \\r\\nB: c' ", "'http://a.b/'", "$'\\ud800'", "$'\\0'", "--json {}", "--cacert"]
    ),
    st.tuples(st.sampled_from(["-H ", "-H", "-d ", "-b ", "-u ", "-X ", "-A ", "-e "]), texts).map(
        lambda pair: f" {pair[0]}'{pair[1]}' "
    ),
    texts,
)
commands = st.lists(pieces, max_size=8).map(lambda found: "curl " + "".join(found))


@given(commands, environments)
@example("curl http://a/ -d $'\\ud800'", {})
@example("curl -u \ud800 http://a/", {})
@example("curl -u '' http://a/", {})
@example("curl -A '' -A '' http://a/", {})
@example("curl -G -d a 'http://[x'", {})
@example("curl http://a/ -H $'A: b\\r\\nC: d'", {})
@example("curl http://a/ -" + "z" * 5_000, {})
@example("curl http://a/ --\x1b[31m -b '\x1b[31m'", {})
def test_a_curl_command_is_read_or_gets_one_sentence(command: str, environment: dict[str, str]) -> None:
    is_curl_command(command)
    found = []
    if not read(lambda: found.append(parse_curl(command))):
        return
    curl = found[0]
    assert all(is_safe(header) for header in curl.request.headers)
    assert curl.request.url.isprintable()
    assert len(curl.left_out) <= 25
    assert all(is_sentence(sentence) for sentence in curl.left_out)
    plans: list[Plan] = []
    if read(lambda: plans.append(Plan(request=curl.request))):
        check_what_is_sent(plans[0], environment)


REMOTE = plan_to_dict(
    Plan(
        request=Request("https://a.b/?q=1", "POST", (("Accept", "*/*"), ("Authorization", "Bearer $A")), b"{}"),
        cacert="/ca.pem",
        chosen_profile="equal",
        seed_given=True,
    )
)
EMBEDDED = plan_to_dict(Plan(scenario=Scenario("own", rtt_ms=5)))


@given(damaged(REMOTE) | damaged(EMBEDDED), environments)
@example({**REMOTE, "headers": [["A", "b\r\nC: d"]]}, {})
@example({**REMOTE, "headers": [["A", "$A"]]}, {"A": "\r\n"})
@example({**REMOTE, "cacert": "x\0y"}, {})
@example({**REMOTE, "cacert": "\ud800"}, {})
@example({**EMBEDDED, "scenario": "x"}, {})
@example({**EMBEDDED, "scenario": []}, {})
def test_a_stored_plan_is_as_safe_as_a_typed_one(document: object, environment: dict[str, str]) -> None:
    try:
        plan = plan_from_dict(document)  # type: ignore[arg-type]
    except (ValueError, KeyError, TypeError):
        return
    assert plan.cacert is None or b"\0" not in os.fsencode(plan.cacert)
    check_what_is_sent(plan, environment)


def test_the_documents_that_are_damaged_are_whole_at_first() -> None:
    assert plan_from_dict(REMOTE).cacert == "/ca.pem"
    assert plan_from_dict(EMBEDDED).scenario.rtt_ms == 5


def check_what_is_sent(plan: Plan, environment: dict[str, str]) -> None:
    assert all(is_safe(header) for header in plan.wire_headers)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            with suppress(ValueError):  # what no variable can hold
                patch.setenv(name, value)
        jobs = []
        url = "http://127.0.0.1:1" + plan.request.url if plan.request.uses_embedded_target else plan.request.url
        if read(lambda: jobs.append(make_job(plan, url, plan.modes[0], Path("x"), USUAL_TRUST))):
            assert all(is_safe(header) for header in jobs[0].headers.items())
            assert jobs[0].url.isprintable()
            assert encode_job(jobs[0]).count(b"\n") == 1


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text", ["x" * 900_000, "\\x" * 450_000, '"\\"' * 300_000, " $'a\\' " * 90_000, "-" + "z" * 900_000], ids=len
)
def test_a_long_paste_holds_the_form_up_for_no_minute(text: str) -> None:
    read(lambda: parse_curl("curl http://a/ -d " + text))

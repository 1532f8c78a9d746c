"""Every id that a finding can have is made by something that was measured, and is in the documentation."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.made_hosts import hosts_result
from support.made_results import MACHINE
from support.made_results import rounds_of as made_rounds_of

from tui_httpbench.analysis import findings
from tui_httpbench.analysis.changes import change_between
from tui_httpbench.analysis.conclusion import conclude, conclusion_of, first_in_words, winner_of
from tui_httpbench.analysis.elsewhere import Elsewhere, find_elsewhere, reached_on, ways_of
from tui_httpbench.analysis.findings import ENDS_EARLY, FINDINGS, Finding
from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.ranking import undecided_pairs
from tui_httpbench.analysis.rate_limit import why_too_much
from tui_httpbench.analysis.reasons import explain_ranking
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.probe import Probe, ProbeResponse, Runtime, SentRequest
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.remains import Remains
from tui_httpbench.measured.request_heads import CHANGED, hide_credentials
from tui_httpbench.plan.plan import DEFAULT_USER_AGENT, EQUAL_ACCEPT_ENCODING, MASK, Plan, Request
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.report.json_report import to_dict
from tui_httpbench.target_server.launcher import RequestHead
from tui_httpbench.text.hiding import ANYONES
from tui_httpbench.worker.errors import code_of

MODES = ("aiohttp", "requests", "httpx")
TEN_MS = 10_000_000
RESPONSE = ProbeResponse(200, 200, "http://127.0.0.1:9/", "1.1", 10, "hash")


def round_of(mode: str, number: int = 1, factor: float = 1.0, requests: int = 25, **changes: Any) -> RoundRecord:
    """A complete round, one request of 10 ms times ``factor`` after another."""
    latency_ns = int(TEN_MS * factor)
    rows = np.array([(1 + latency_ns * row, latency_ns, 200, 10) for row in range(requests)], dtype=np.int64)
    elapsed_s = latency_ns * requests / 1e9
    values: dict[str, Any] = {"samples": rows, "elapsed_s": elapsed_s, "cpu_s": elapsed_s, "target_cpu_s": 0.0}
    return RoundRecord(mode, number, "complete", **(values | changes))


def rounds_of(mode: str = "aiohttp", factors: Iterable[float] = (1.0, 1.01), **changes: Any) -> tuple[RoundRecord, ...]:
    return tuple(round_of(mode, number, factor, **changes) for number, factor in enumerate(factors, start=1))


def head_of(*headers: tuple[str, str]) -> RequestHead:
    """A request with these headers, and with those that every mode is told to send in the equal profile."""
    usual = {"user-agent": DEFAULT_USER_AGENT, "accept-encoding": EQUAL_ACCEPT_ENCODING}
    return RequestHead("GET", "/", "", "1.1", tuple((usual | dict(headers)).items()), "127.0.0.1:5")


def measured_of(
    *records: RoundRecord, probes: tuple[Probe, ...] = (), plan: dict[str, Any] | None = None, **values: Any
) -> Measured:
    modes = tuple(dict.fromkeys([*(record.mode for record in records), *(probe.mode for probe in probes)]))
    usual: dict[str, Any] = {"modes": modes or ("aiohttp",), "requests": 25, "concurrency": 1, "rounds": 2}
    made = Plan(**(usual | (plan or {})))
    return Measured(made, "http://127.0.0.1:9/", records, probes=probes, machine=MACHINE, **values)


def probed(odd: Probe, **values: Any) -> Measured:
    """Two modes as usual, and one that stands out."""
    usual = tuple(Probe(mode, response=RESPONSE, heads=(head_of(),)) for mode in MODES[:2])
    return measured_of(probes=(*usual, odd), **values)


def odd_response(**changes: Any) -> Measured:
    return probed(Probe("httpx", response=replace(RESPONSE, **changes), heads=(head_of(),)))


def connected_to(usual: str, odd: str) -> Measured:
    """Two modes that connected to the one, and one mode to the other; of a last one that is not known."""
    addresses = {"requests": usual, "aiohttp": usual, "httpx": odd, "urllib3": ""}
    return measured_of(
        probes=tuple(Probe(mode, response=replace(RESPONSE, address=own)) for mode, own in addresses.items())
    )


def changing_bodies() -> Measured:
    responses = [replace(RESPONSE, body_bytes=10 + place, body_sha256=str(place)) for place in range(4)]
    first, *others = (Probe(mode, response=each) for mode, each in zip(MODES, responses, strict=False))
    return measured_of(probes=(replace(first, again=(responses[3],)), *others))


def all_refused() -> Measured:
    return measured_of(probes=tuple(Probe(mode, error=("refused", "nobody listens")) for mode in MODES))


def told(value: str | None) -> Measured:
    """All were told to send ``X-Told: yes``; one mode sent this."""
    plan = {"request": Request("/", headers=(("X-Told", "yes"),))}
    probes = tuple(Probe(mode, response=RESPONSE, heads=(head_of(("x-told", "yes")),)) for mode in MODES[:2])
    odd = head_of() if value is None else head_of(("x-told", value))
    return measured_of(probes=(*probes, Probe("httpx", response=RESPONSE, heads=(odd,))), plan=plan)


def other_encoding() -> Measured:
    odd = Probe("httpx", response=RESPONSE, heads=(head_of(("accept-encoding", "br")),))
    return probed(odd, plan={"chosen_profile": "defaults"})


def sent_request(*headers: tuple[str, str]) -> SentRequest:
    return SentRequest("GET", "http://127.0.0.1:9/", head_of(*headers).headers, 0)


def sent_by_httpx(*hops: SentRequest) -> Measured:
    """What httpx says that it sent, beside two modes that sent what was asked for."""
    usual = tuple(replace(hop, method="GET", headers=head_of().headers, body_bytes=0) for hop in hops)
    told = {"requests": usual, "aiohttp": usual, "httpx": hops}
    return measured_of(probes=tuple(Probe(mode, response=replace(RESPONSE, hops=told[mode])) for mode in MODES))


def chunked_upload() -> Measured:
    """One mode that sends the body in chunks, beside two that tell its length."""
    request = Request("http://127.0.0.1:9/", "POST", data=b"seven b", upload="stream")
    hops = {
        mode: (replace(sent_request(header), method="POST", body_bytes=7),)
        for mode, header in (
            ("requests", ("Content-Length", "7")),
            ("aiohttp", ("Content-Length", "7")),
            ("httpx", ("Transfer-Encoding", "chunked")),
        )
    }
    probes = tuple(Probe(mode, response=replace(RESPONSE, hops=hops[mode])) for mode in MODES)
    return measured_of(probes=probes, plan={"request": request})


def redirected(url: str, *headers: tuple[str, str], at: str = "http://127.0.0.1:9/") -> Measured:
    """What one mode tells of a redirect from ``at`` to another URL, where it sent these headers again."""
    hops = (replace(sent_request(*headers), url=at), replace(sent_request(*headers), url=url))
    response = replace(RESPONSE, url=url, hops=hops)
    measured = measured_of(plan={"request": Request(at, headers=headers)})
    reached = reached_on(measured.plan, ways_of(measured.plan, response))
    return replace(measured, probes=(Probe("aiohttp", response=response, reached=reached),))


def through_proxy(odd: Probe) -> Measured:
    usual = tuple(Probe(mode, settings={"proxies": "none"}, response=RESPONSE) for mode in MODES[:2])
    return measured_of(probes=(*usual, odd))


def with_cookies() -> Measured:
    responses = {mode: replace(RESPONSE, sets_cookies=True, keeps_cookies=False) for mode in MODES}
    responses["httpx-client"] = replace(responses.pop("httpx"), keeps_cookies=True)
    return measured_of(probes=tuple(Probe(mode, response=response) for mode, response in responses.items()))


def with_repeats() -> Measured:
    failed = np.array([(1, TEN_MS, code_of("reset"), 0)] * 25, dtype=np.int64)
    retries = {"requests-session": "none", "aiohttp": "one, of what failed on a kept connection"}
    probes = tuple(Probe(mode, settings={"retries": text}, response=RESPONSE) for mode, text in retries.items())
    records = (*rounds_of("aiohttp"), round_of("requests-session", samples=failed))
    return measured_of(*records, probes=probes)


def other_answers() -> Measured:
    rows = round_of("httpx").samples.copy()
    rows[1:, 2] = 204
    return measured_of(*rounds_of("aiohttp"), *rounds_of("requests"), *rounds_of("httpx", samples=rows))


def unkept(response: ProbeResponse, connections: int = 28, plan: dict[str, Any] | None = None) -> Measured:
    """25 requests and 3 of the warm-up of a mode that keeps its client; its probe got that."""
    record = round_of("requests-session", connections=connections)
    return measured_of(record, probes=(Probe("requests-session", response=response),), plan=plan)


def half_late(each_ms: float = 22.0) -> Measured:
    """With a kept client, every second answer comes 41 ms later; so does it with a new one where that takes longer."""
    whole = late(64.0)
    records = []
    for record in whole.records:
        rows = record.samples.copy()
        rows[:, 1] = [(each_ms if record.mode == "requests" else 22.0) * 1e6] * len(rows)
        rows[::2, 1] = 63e6 if record.mode == "requests-session" or each_ms != 22.0 else 22e6
        records.append(replace(record, samples=rows))
    return replace(whole, records=tuple(records))


def late(kept_ms: float, each_ms: float = 22.0, url: str = "http://127.0.0.1:9/", connections: int = 4) -> Measured:
    """A library that takes so long for a request with a kept client, and with a new one."""
    return measured_of(
        *made_rounds_of("requests-session", kept_ms, connections=connections),
        *made_rounds_of("requests", each_ms, connections=13),
        plan={"request": Request(url)},
    )


@pytest.mark.parametrize(
    ("measured", "is_found"),
    [
        (late(64.0), True),
        (late(50.0), True),
        (late(30.0), False),
        (late(39.0), False),
        (late(120.0), False),
        (half_late(), True),
        (half_late(24.0), False),
        (late(64.0, url="/"), False),
        (late(64.0, connections=13), False),
    ],
)
def test_a_delayed_acknowledgement_is_named_where_it_explains_the_gap(measured: Measured, is_found: bool) -> None:
    found = [finding for finding in summarize_run(measured).findings if finding.id == "late-answers"]
    assert bool(found) is is_found
    if is_found:
        assert found[0].modes == ("requests-session",)
        assert "set TCP_NODELAY there" in found[0].text


def test_a_library_whose_new_clients_take_longest_does_not_hide_a_delayed_acknowledgement() -> None:
    slow_to_make = (
        *made_rounds_of("httpx-client", 64.0, connections=4),
        *made_rounds_of("httpx", 247.0, connections=13),
    )
    whole = late(64.0)
    more = measured_of(*whole.records, *slow_to_make, plan={"request": whole.plan.request})
    (found,) = [finding for finding in summarize_run(more).findings if finding.id == "late-answers"]
    assert found.modes == ("requests-session", "httpx-client")
    assert "got 100 % of the answers some 42 ms later than over new ones" in found.text


def test_a_delayed_acknowledgement_is_the_reason_and_the_server_is_to_be_cured_first() -> None:
    result = summarize_run(late(64.0))
    late_one = next(each for each in explain_ranking(result) if each.rank.mode == "requests-session")
    assert late_one.sentences[1:] == (
        "Over the connections that it keeps, the server answers 40 ms late: see the warnings.",
    )
    change = change_between(result, "requests-session", "requests")
    assert change is not None
    assert change.deed == "cure the server (see the warnings); until then, make a client for every request"
    usual = change_between(summarize_run(late(30.0)), "requests-session", "requests")
    assert usual is not None
    assert "cure" not in usual.deed


def late_connects(
    late: int, late_s: float = 1.03, between: int = 0, of_kept: int = 0, *, stops: bool = False
) -> Measured:
    """Requests of 30 ms over 200 new connections and over 10 kept ones, of which some took longer.

    The others go on meanwhile, unless the server ``stops``.
    """

    def rows(slow: int, others: int) -> Any:
        latencies_s = [late_s] * slow + [0.7] * others + [0.03] * (200 - slow - others)
        begins_s = [
            0.0 if latency_s > 1 else 2.0 * stops + 0.003 * place for place, latency_s in enumerate(latencies_s)
        ]
        rows = zip(begins_s, latencies_s, strict=True)
        return np.array([(int(s * 1e9) + 1, int(latency_s * 1e9), 200, 10) for s, latency_s in rows], dtype=np.int64)

    return measured_of(
        *rounds_of("aiohttp-each", samples=rows(late, between), connections=200),
        *rounds_of("aiohttp", samples=rows(of_kept, 0), connections=10),
        plan={"request": Request("http://127.0.0.1:9/"), "requests": 200},
    )


@pytest.mark.parametrize(
    ("measured", "told"),
    [
        (late_connects(4), "a second or more, all others less than half a second: aiohttp-each 8 of 400 requests."),
        (late_connects(4, late_s=3.02), "aiohttp-each 8 of 400 requests."),
        (late_connects(20, between=1), "nearly all others less than half a second"),
        (late_connects(4, of_kept=10), "aiohttp 20 of 400 requests; aiohttp-each 8 of 400 requests."),
        (late_connects(1), ""),
        (late_connects(4, stops=True), ""),
        (late_connects(4, late_s=1.5), ""),
        (late_connects(4, between=4), ""),
        (late_connects(4, of_kept=11), ""),
        (late_connects(0), ""),
    ],
)
def test_a_full_queue_of_connections_is_named_where_as_many_requests_come_a_second_late(
    measured: Measured, told: str
) -> None:
    found = [finding.text for finding in summarize_run(measured).findings if finding.id == "late-connects"]
    assert bool(found) is bool(told)
    assert told in "".join(found)


def test_where_connections_were_dropped_few_rounds_are_not_what_to_cure() -> None:
    def short_and(late: int) -> Result:
        whole = late_connects(late)
        restless = {"aiohttp": (2.0, 3.0), "aiohttp-each": (3.1, 2.0)}
        kept = [replace(each, elapsed_s=restless[each.mode][each.round - 1], cpu_s=0.1) for each in whole.records]
        plan = whole.plan.replace(requests=None, duration_s=2.0, concurrency=10)
        return summarize_run(replace(whole, plan=plan, records=tuple(kept)))

    calm, dropped = short_and(0), short_and(4)
    assert "running-dry" in {finding.id for finding in calm.findings}
    assert not {"running-dry"} & {finding.id for finding in dropped.findings}
    assert "The server has dropped connections" not in (conclude(calm) or "")
    assert conclusion_of(dropped).left_open.endswith("fewer in flight would tell more than further rounds.")
    assert conclusion_of(dropped).more_rounds is None


def lost(outcome: Any) -> Measured:
    reason = f"httpx could not go on ({outcome})."
    return measured_of(*rounds_of(), RoundRecord("httpx", 1, outcome, reason=reason))


def too_much() -> Measured:
    """A round from another machine with nothing but 429."""
    rows = np.array([(1, 10**6, 429, 0)] * 5, dtype=np.int64)
    limited = measured_of(round_of("aiohttp", samples=rows), plan={"request": Request("http://example.com/")})
    return replace(limited, trouble=why_too_much(limited.plan, limited.records))


def at_machine(**values: Any) -> Measured:
    return measured_of(*rounds_of(), conditions=RunConditions("", **values))


def of_library(**odd: Any) -> Measured:
    return measured_of(*rounds_of("aiohttp"), probes=(Probe("aiohttp", response=RESPONSE, **odd),))


def short_of_time(latency_s: float, duration_s: float, cpu_s: float) -> Measured:
    """Ten requests at once that take equally long."""
    rows = np.array([(1, int(latency_s * 1e9), 200, 10)] * 10, dtype=np.int64)
    records = tuple(round_of("httpx", n, samples=rows, elapsed_s=2 * latency_s, cpu_s=cpu_s) for n in (1, 2))
    return measured_of(*records, plan={"requests": None, "duration_s": duration_s, "concurrency": 10})


def erratic(modes: tuple[str, ...] = ("httpx",), *, accident: bool = False) -> Measured:
    """Eight modes of six rounds; in every other round, some stall, or in one alone, by ``accident``."""
    eight = ("requests", "requests-session", "httpx", "httpx-client", "httpx-async", "aiohttp", "urllib3", "pycurl")
    factors: dict[str, Any] = {mode: 1 + 0.01 * np.sin(np.arange(6) * (3 + place)) for place, mode in enumerate(eight)}
    factors |= dict.fromkeys(modes, (1.0, 6.0, 0.99, 1.01, 1.0, 1.0) if accident else (1.0, 6.0, 0.99, 6.1, 1.0, 5.9))
    return measured_of(*(record for mode in eight for record in rounds_of(mode, factors=factors[mode])))


def test_a_mode_without_place_that_may_be_faster_takes_the_first_place_from_nobody_and_gives_it_to_none() -> None:
    whole = erratic(("httpx",))
    # The first is twice as fast as the others; httpx stalls around it.
    times = {"aiohttp": 2, "httpx": 3}
    quick = [replace(each, elapsed_s=(each.elapsed_s or 0.0) / times.get(each.mode, 1)) for each in whole.records]
    result = summarize_run(replace(whole, records=tuple(quick)))
    assert result.ranking[0].mode == "aiohttp"
    assert result.ranking[0].tied_with == ("httpx",)
    told = conclude(result) or ""
    assert told.startswith("aiohttp is the fastest with a place: ")
    assert "httpx is too erratic to place, and may be faster" in told
    assert winner_of(result) is None
    assert first_in_words(result) == "aiohttp and httpx"
    assert undecided_pairs(result.ranking)[-1] == ("aiohttp", "httpx"), "an automatic run goes on for it"


LOOP = "winloop" if sys.platform == "win32" else "uvloop"
MAKERS: dict[str, Callable[[], Measured]] = {
    "ended-early": lambda: measured_of(*rounds_of(), trouble="The run ended in round 3: no room."),
    "rate-limited": too_much,
    "interrupted": lambda: measured_of(*rounds_of(), interrupted=True),
    "all-failed": all_refused,
    "samples-dropped": lambda: measured_of(*rounds_of(), remains=Remains({}, ())),
    "credentials-left-out": lambda: measured_of(*rounds_of(), dropped_headers=("Authorization",)),
    "mode-failed": lambda: lost("failed"),
    "mode-crashed": lambda: lost("crashed"),
    "mode-hung": lambda: lost("hung"),
    "no-answer": lambda: probed(Probe("httpx", error=("refused", "nobody listens"))),
    "other-status": lambda: odd_response(status=404),
    "other-url": lambda: odd_response(url="http://127.0.0.1:9/elsewhere"),
    "other-http-version": lambda: odd_response(http_version="2"),
    "other-address": lambda: connected_to("127.0.0.1", "::1"),
    "other-body": lambda: odd_response(body_sha256="another"),
    "other-answers": other_answers,
    "changing-body": changing_bodies,
    "other-method": lambda: sent_by_httpx(replace(sent_request(), method="POST")),
    "other-sent-body": lambda: sent_by_httpx(replace(sent_request(), body_bytes=7)),
    "chunked-upload": chunked_upload,
    "missing-header": lambda: told(None),
    "other-header": lambda: told("no"),
    "unasked-header": lambda: sent_by_httpx(sent_request(("Cookie", "a=b"))),
    "other-accept-encoding": other_encoding,
    "other-proxy": lambda: through_proxy(Probe("httpx", settings={"proxies": "http://proxy:1"}, response=RESPONSE)),
    "failed-proxy": lambda: through_proxy(
        Probe("httpx", settings={"proxies": "http://proxy:1"}, error=("refused", "nobody listens"))
    ),
    "kept-cookies": with_cookies,
    "repeated-requests": with_repeats,
    "unkept-connections": lambda: unkept(replace(RESPONSE, connection="close")),
    "late-answers": lambda: late(64.0),
    "late-connects": lambda: late_connects(4),
    "redirected-elsewhere": lambda: redirected("http://b.example/"),
    "credentials-elsewhere": lambda: redirected("http://b.example/", ("Authorization", MASK)),
    "body-with-get": lambda: measured_of(*rounds_of(), plan={"request": Request("/", data=b"x")}),
    "unchecked-certificates": lambda: measured_of(
        *rounds_of(), plan={"request": Request("https://127.0.0.1:9/"), "insecure": True}
    ),
    "no-http2": lambda: measured_of(probes=(Probe("httpx-async-h2", response=RESPONSE),)),
    "variants-alike": lambda: of_variants(
        ("httpx@old", {"httpx": "0.28.1"}), ("httpx@new", {"httpx": "0.28.1"}), variants=("old=httpx>=0.28", "new=")
    ),
    "other-dependencies": lambda: of_variants(
        ("httpx@old", {"httpx": "0.28.1", "h11": "0.14"}),
        ("httpx@new", {"httpx": "0.28.1", "h11": "0.16"}),
        variants=("old=h11==0.14", "new="),
    ),
    "loop-unused": lambda: of_variants(("httpx@a", {"httpx": "0.28.1"}), variants=("a=httpx==0.28.1,loop=asyncio",)),
    "few-rounds": lambda: measured_of(round_of("aiohttp")),
    "left-out-rounds": lambda: erratic(accident=True),
    "erratic-rounds": erratic,
    "slow-first-round": lambda: measured_of(*rounds_of(factors=(2.0, 1.0, 1.01, 0.99, 1.0))),
    "outlier-rounds": lambda: measured_of(*rounds_of(factors=(1.0, 1.01, 2.0, 0.99, 1.0, 1.01, 0.99))),
    "drift": lambda: measured_of(*rounds_of(factors=np.exp(np.linspace(0, 0.2, 8)))),
    "machine-slept": lambda: at_machine(asleep_s=60.0),
    "busy-machine": lambda: at_machine(other_cpu_share=0.5),
    "powersave-governor": lambda: at_machine(governor="powersave"),
    "busy-target": lambda: measured_of(*rounds_of(target_cpu_s=9.0)),
    "foreign-requests": lambda: measured_of(
        replace(round_of("aiohttp"), foreign_requests=3), probes=(Probe("aiohttp", foreign_requests=1),)
    ),
    "replaced-library": lambda: of_library(strange={"aiohttp": "was loaded from /elsewhere/aiohttp/__init__.py"}),
    "without-c-parts": lambda: of_library(without_c=("yarl",)),
    "littles-law": lambda: measured_of(*rounds_of(elapsed_s=1.0)),
    "running-dry": lambda: short_of_time(latency_s=0.2, duration_s=0.35, cpu_s=0.01),
    "short-duration": lambda: short_of_time(latency_s=0.3, duration_s=0.01, cpu_s=0.6),
}


def test_modes_that_are_too_erratic_to_place_are_named_and_the_others_ranked() -> None:
    result = summarize_run(erratic(("httpx", "aiohttp")))
    (found,) = (each for each in result.findings if each.id == "erratic-rounds")
    assert found.modes == ("httpx", "aiohttp")
    assert "their rounds differ by up to 6.2 times, those of most modes by 1" in found.text
    assert "Their slowest answer took 61.0 ms, half of all no more than 34.5 ms." in found.text
    assert "httpx and aiohttp are too erratic to place" in (conclude(result) or "")
    assert [rank.mode for rank in result.ranking[-2:]] == ["httpx", "aiohttp"]
    assert all(rank.interval is None and rank.ratio and rank.clean for rank in result.ranking[-2:])
    assert [place["rank"] for place in to_dict(result)["ranking"][-2:]] == [None, None]
    assert all(rank.interval is not None for rank in result.ranking[:-2])
    (reason,) = (each for each in explain_ranking(result) if each.rank.mode == "httpx")
    assert reason.sentences[1] == (
        "It may be faster: its rounds differ too much for a place; the warnings tell by how much."
    )


def of_variants(*modes_and_packages: tuple[str, dict[str, str]], variants: tuple[str, ...], **values: Any) -> Measured:
    """A run of lanes that told these packages."""
    probes = tuple(
        Probe(lane, packages=packages, runtime=Runtime("CPython 3.11.7", loop="asyncio"), **values)
        for lane, packages in modes_and_packages
    )
    return measured_of(probes=probes, plan={"variants": parse_variants(variants)})


def test_a_loop_is_said_not_to_apply_to_sync_modes_that_its_variant_leaves_alone() -> None:
    variants = parse_variants((f"a=loop={LOOP}", "b="))
    measured = measured_of(plan={"modes": ("aiohttp", "requests"), "variants": variants})
    (found,) = (each for each in summarize_run(measured).findings if each.id == "loop-unused")
    assert found.modes == ("requests",)
    assert found.text == f"loop={LOOP} does not apply to requests, since a sync mode has no event loop."


MAKERS_OF_HOSTS: dict[str, Callable[[], HostsResult]] = {
    "host-left-out": lambda: hosts_result(3, runs={"host-002": {"trouble": "Its worker was killed."}}),
    "host-cut-short": lambda: hosts_result(
        3,
        runs={"host-002": {"trouble": "The scheduler is gone.", "ended_with_all": True}},
        whole={"trouble": "The scheduler is gone."},
    ),
    "one-host": lambda: hosts_result(1),
    "hosts-share-machine": lambda: hosts_result(3, shares=[["host-001", "host-003"]]),
    "host-stands-out": lambda: hosts_result(12, there={"host-005": {"aiohttp": 1.9}}),
    "host-differs": lambda: hosts_result(2, runs={"host-002": {"notes": ("Its Python is 3.13, here it is 3.11.",)}}),
}
"""What runs on many hosts bring to light beside what each of their runs does."""


def test_there_is_a_run_for_each_id() -> None:
    assert [*MAKERS, *MAKERS_OF_HOSTS] == list(FINDINGS)


@pytest.mark.parametrize("finding_id", MAKERS_OF_HOSTS)
def test_many_hosts_bring_the_finding_to_light(finding_id: str) -> None:
    found = {finding.id: finding for finding in MAKERS_OF_HOSTS[finding_id]().findings}
    assert found[finding_id].text.endswith(".")


@pytest.mark.parametrize("finding_id", MAKERS)
def test_a_run_brings_the_finding_to_light(finding_id: str) -> None:
    measured = MAKERS[finding_id]()
    found = {finding.id: finding for finding in summarize_run(measured).findings}
    assert finding_id in found
    assert set(found[finding_id].modes) <= set(measured.plan.modes)
    assert found[finding_id].text.endswith(".")


@pytest.mark.parametrize("finding_id", [each for each, kind in FINDINGS.items() if kind.is_other_work])
def test_a_mode_that_does_other_work_is_marked_with_its_copies(finding_id: str) -> None:
    measured = MAKERS[finding_id]()
    odd = {"kept-cookies": "httpx-client", "repeated-requests": "aiohttp"}.get(finding_id, "httpx")
    plan = measured.plan.replace(modes=(*measured.plan.modes, f"{odd}#2"))
    records = tuple(replace(record, mode=f"{odd}#2") for record in measured.records if record.mode == odd)
    result = summarize_run(replace(measured, plan=plan, records=measured.records + records))
    marked = [mode for mode in plan.modes if result.does_other_work(mode)]
    assert marked == [odd, f"{odd}#2"]


def test_why_a_run_ended_comes_first() -> None:
    measured = replace(odd_response(status=404), interrupted=True, trouble="The run ended in round 3: no room.")
    result = summarize_run(measured)
    assert [finding.id for finding in result.findings] == ["interrupted", "ended-early", "other-status"]
    assert result.stopped
    assert result.trouble == result.findings[0].text
    assert set(ENDS_EARLY) <= set(FINDINGS)


def answered(*statuses: int, number: int = 1, **changes: Any) -> RoundRecord:
    rows = np.array([(1, 10**6, status, 0) for status in statuses], dtype=np.int64).reshape(-1, 4)
    return replace(round_of(changes.pop("mode", "aiohttp"), number, samples=rows), **changes)


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ((answered(429, 429), answered(429, mode="httpx")), "nothing but 429 (too many requests)."),
        ((answered(503, 429),), "429 (too many requests) and 503 (service unavailable)."),
        ((answered(200), answered(503, number=2)), "after round 2, in which example.com"),
        ((answered(429), answered(mode="httpx", outcome="failed")), "nothing but 429"),
        ((answered(429, 429), answered(429, 200, mode="httpx")), ""),
        ((answered(429), answered(429, mode="httpx", outcome="hung", hung_requests=1)), ""),
        ((answered(429), answered(-4, mode="httpx")), ""),
        ((answered(429), answered(200, number=2)), ""),
        ((), ""),
    ],
)
def test_another_machine_that_answers_nothing_but_too_much_ends_the_run(
    records: tuple[RoundRecord, ...], words: str
) -> None:
    plan = measured_of(*records, plan={"request": Request("http://example.com/")}).plan
    assert words in why_too_much(plan, records)
    assert bool(why_too_much(plan, records)) == bool(words)
    assert why_too_much(plan.replace(request=Request("http://127.0.0.1:9/")), records) == ""
    assert why_too_much(plan.replace(request=Request("/")), records) == ""
    # The machine counts at which requests end, not the one that redirects them there.
    from_here, to_here = redirected("http://example.com/x"), redirected("http://127.0.0.1:9/", at="http://example.com/")
    assert why_too_much(from_here.plan, records, from_here.probes) == why_too_much(plan, records)
    assert words in why_too_much(to_here.plan, records, to_here.probes)


@pytest.mark.parametrize(
    ("at", "url", "ends", "hosts"),
    [
        ("http://a.b/", "http://a.b/other", [], []),
        ("http://a.b/", "https://A.b./", [], []),
        ("http://a.b:80/", "http://a.b:81/", ["http://a.b:81"], []),
        ("http://127.0.0.1:9/", "http://localhost:9/", ["http://localhost:9"], []),
        ("http://127.0.0.1:9/", "http://b.example/", ["http://b.example"], ["b.example"]),
        ("http://a.b/", "http://www.a.b/x?token=hush", ["http://www.a.b"], ["www.a.b"]),
        ("http://a.b/", "http://me:hush@c.d:8080/", ["http://c.d:8080"], ["c.d"]),
        ("http://a.b/", "http://127.0.0.1:9/", ["http://127.0.0.1:9"], ["127.0.0.1"]),
        ("http://a.b/", "http://[::1", [], []),
        ("/", "http://b.example/", [], []),
    ],
)
def test_another_server_and_another_machine_are_told_apart(
    at: str, url: str, ends: list[str], hosts: list[str]
) -> None:
    measured = redirected(url, at=at)
    found = find_elsewhere(measured.plan, measured.probes)
    assert (list(found.ends), list(found.hosts)) == (ends, hosts) if found is not None else not ends


def test_a_machine_whose_name_is_hidden_is_never_one_that_was_allowed() -> None:
    plan = redirected("http://b.example/").plan
    assert Elsewhere(plan, {}, {"b.example": MODES}, {}).has_only({"b.example"})
    assert not Elsewhere(plan, {}, {MASK: MODES}, {}).has_only({MASK})


def test_an_id_is_declared_or_refused() -> None:
    with pytest.raises(ValueError, match="'odd' is no finding's id"):
        Finding("odd", "It is odd.")


def test_ids_are_short_terms() -> None:
    for finding_id, kind in FINDINGS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){0,3}", finding_id)
        assert kind.meaning.endswith(".")


def test_the_table_names_the_module_that_finds_each() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in Path(findings.__file__).parent.glob("*.py")}
    table = sources["findings.py"].partition("FINDINGS = {")[2].partition("\n}")[0]
    modules: list[str] = []
    named = set()
    for comment, finding_id in re.findall(r'((?:^ +#.*\n)*)^    "([a-z0-9-]+)": ', table, re.MULTILINE):
        modules = re.findall(r"\w+\.py", comment) or modules
        named |= set(modules)
        assert any(f'"{finding_id}"' in sources[module] for module in modules), (finding_id, modules)
    makers = {name for name, text in sources.items() if re.search(r"\bFinding\(", text)}
    assert named == makers


# After redirects


def after_redirect(method: str = "GET", body_bytes: int = 0, **headers: str) -> SentRequest:
    usual = {"User-Agent": DEFAULT_USER_AGENT, "Accept-Encoding": EQUAL_ACCEPT_ENCODING, "Host": "127.0.0.1:9"}
    return SentRequest(method, "http://127.0.0.1:9/b", tuple((usual | headers).items()), body_bytes)


@pytest.mark.parametrize(
    ("odd", "text"),
    [
        (after_redirect("POST", 2), "After the redirect, httpx sent POST; the others GET."),
        (after_redirect("POST", 2), "After the redirect, httpx sent the body again; the others no body."),
        (after_redirect(Cookie="a=b"), "After the redirect, httpx sent Cookie, which was not asked for."),
        (
            after_redirect(Authorization=MASK),
            "After the redirect, httpx sent Authorization; the others did not send it.",
        ),
        (
            after_redirect("GET", 0, **{"Content-Type": "text/html"}),
            "After the redirect, httpx sent Content-Type as 'text/html'; the others did not send it.",
        ),
        (
            after_redirect(Origin="null"),
            "After the redirect, httpx sent Origin, which was not asked for.",
        ),
        (
            after_redirect(Host="a.example"),
            "After the redirect, httpx sent Host as 'a.example'; the others sent it as '127.0.0.1:9'.",
        ),
    ],
)
def test_what_only_one_sends_after_a_redirect_is_said(odd: SentRequest, text: str) -> None:
    first = after_redirect("POST", 2, **{"Content-Type": "text/plain", "Authorization": MASK})
    hops = {mode: (first, after_redirect()) for mode in MODES} | {"httpx": (first, odd)}
    probes = tuple(Probe(mode, response=replace(RESPONSE, hops=own)) for mode, own in hops.items())
    headers = (("Content-Type", "text/plain"), ("Authorization", "Bearer hush"))
    measured = measured_of(probes=probes, plan={"request": Request("http://127.0.0.1:9/", "POST", headers, data=b"{}")})
    assert text in [finding.text for finding in summarize_run(measured).differences if finding.modes == ("httpx",)]
    alike = replace(measured, probes=tuple(replace(each, response=probes[0].response) for each in probes))
    assert summarize_run(alike).differences == ()


# Headers that nobody asked for


def sent_by_each(*own: dict[str, str], last_is_whole: bool = True) -> list[Finding]:
    """What is said where the modes sent these headers beside the usual ones, and of the last all or not all is told."""
    sent = [after_redirect("GET", 0, **headers) for headers in own]
    sent[-1] = replace(sent[-1], is_whole=last_is_whole)
    told = [replace(RESPONSE, url="", hops=(request,)) for request in sent]
    probes = tuple(Probe(mode, response=response) for mode, response in zip(MODES, told, strict=True))
    plan = {"request": Request("http://127.0.0.1:9/b", headers=(("Accept-Encoding", EQUAL_ACCEPT_ENCODING),))}
    return list(summarize_run(measured_of(probes=probes, plan=plan)).differences)


def test_a_header_that_some_add_is_said_and_what_leaves_the_request_as_it_is_is_not() -> None:
    typed = {"Content-Type": "application/octet-stream"}
    (found,) = sent_by_each({}, {}, typed)
    assert (found.id, found.modes) == ("unasked-header", ("httpx",))
    assert sent_by_each(typed, typed, typed) == []
    assert [finding.modes for finding in sent_by_each(typed, typed, {"Content-Type": "text/plain"})] == [MODES]
    assert sent_by_each({"Accept": "*/*", "Connection": "keep-alive"}, {"Content-Length": "0"}, {}) == []
    assert sent_by_each({"Host": "127.0.0.1:9"}, {"Host": "127.0.0.1:9"}, {"Host": "127.0.0.2:9"}) != []


@pytest.mark.parametrize(("usual", "odd"), [("127.0.0.1", "127.0.0.2"), ("::ffff:10.0.0.1", "10.0.0.1"), ("::1", MASK)])
def test_addresses_of_one_version_of_ip_are_no_difference(usual: str, odd: str) -> None:
    assert summarize_run(connected_to(usual, odd)).differences == ()


def test_a_version_of_ip_that_one_mode_itself_changes_marks_nobody() -> None:
    measured = connected_to("::1", "127.0.0.1")
    first, *others = measured.probes
    changed = replace(first, again=(replace(RESPONSE, address="127.0.0.1"),))
    assert summarize_run(replace(measured, probes=(changed, *others))).differences == ()


def test_who_accepts_which_encodings_is_said_for_each() -> None:
    modes = ("requests", "requests-session", "aiohttp", "httpx", "httpx-client")
    heads = [*[head_of()] * 3, head_of(("accept-encoding", "br")), head_of(("accept-encoding", ""))]
    probes = tuple(Probe(mode, response=RESPONSE, heads=(head,)) for mode, head in zip(modes, heads, strict=True))
    (found,) = summarize_run(measured_of(probes=probes, plan={"chosen_profile": "defaults"})).differences
    assert found.text == "httpx sent Accept-Encoding 'br', httpx-client none; the others 'gzip, deflate'."
    assert found.modes == ("httpx", "httpx-client")


def test_what_is_not_known_of_a_client_is_not_said() -> None:
    typed = {"Content-Type": "text/plain"}
    assert [finding.modes for finding in sent_by_each(typed, typed, {})] == [MODES[:2]]
    assert sent_by_each(typed, typed, {}, last_is_whole=False) == []


# Credentials in what arrived


def test_a_credential_is_compared_without_being_kept() -> None:
    plan_headers = (("Authorization", "Bearer hush"), ("X-Tag", "$TAG"), ("Accept", "*/*"))
    sent = (("Authorization", "Bearer hush"), ("X-Tag", "blue"), ("Accept", "*/*"))
    head = RequestHead(
        "GET",
        "/",
        "token=hush&x=1",
        "1.1",
        (("authorization", "Bearer hush"), ("x-tag", "red"), ("accept", "*/*"), ("cookie", "sid=hush")),
        "127.0.0.1:5",
    )
    (hidden,) = hide_credentials(Probe("aiohttp", heads=(head,)), plan_headers, sent, ANYONES).heads or ()
    assert "hush" not in repr(hidden)
    assert (hidden.query, dict(hidden.headers)) == (
        "token=&x=1",
        {"authorization": MASK, "x-tag": CHANGED, "accept": "*/*", "cookie": MASK},
    )


@pytest.mark.parametrize("dropped", [False, True])
@pytest.mark.parametrize(("arrived", "ids"), [(MASK, []), (CHANGED, ["other-header"]), (None, ["missing-header"])])
def test_a_changed_credential_is_found_also_where_the_plan_lacks_it(
    dropped: bool, arrived: str | None, ids: list[str]
) -> None:
    header = ("Authorization", "Bearer hush")
    odd = head_of() if arrived is None else head_of(("authorization", arrived))
    probes = tuple(
        Probe(mode, response=RESPONSE, heads=(odd if mode == "httpx" else head_of(("authorization", MASK)),))
        for mode in MODES
    )
    measured = measured_of(
        probes=probes,
        plan={"request": Request("/", headers=() if dropped else (header,))},
        dropped_headers=("Authorization",) if dropped else (),
    )
    differences = summarize_run(measured).differences
    assert [(finding.id, finding.modes) for finding in differences] == [(each, ("httpx",)) for each in ids]
    assert all("hush" not in finding.text for finding in differences)


def test_a_mode_that_was_lost_is_said_to_lack_the_rounds_that_it_lacks() -> None:
    def said(*numbers: int) -> str:
        lost = RoundRecord("aiohttp", 2, "failed", reason="aiohttp fell.")
        own = [round_of("aiohttp", number) for number in numbers]
        findings = summarize_run(measured_of(*rounds_of("httpx", [1.0] * 5), lost, *own)).findings
        return next(finding.text for finding in findings if finding.id == "mode-failed")

    assert said(1) == "aiohttp fell. Its later rounds were left out."
    assert said(1, 3, 4, 5) == "aiohttp fell."
    assert said(1, 5) == "aiohttp fell. Rounds 3 to 4 were made without it."
    assert said(1, 4, 5) == "aiohttp fell. Round 3 was made without it."


def test_of_two_urls_that_as_many_sent_the_one_that_was_asked_for_is_the_usual() -> None:
    asked, changed = "http://127.0.0.1:9/a%2fb", "http://127.0.0.1:9/a%2Fb"
    urls = dict(zip(("aiohttp", "requests", "httpx", "http.client"), (changed, changed, asked, asked), strict=True))
    probes = tuple(
        Probe(mode, response=replace(RESPONSE, url=url, hops=(replace(sent_request(), url=url),)))
        for mode, url in urls.items()
    )
    plan = {"request": Request(asked)}
    found = [finding for finding in summarize_run(measured_of(probes=probes, plan=plan)).findings if finding.modes]
    assert {(finding.id, finding.modes) for finding in found} == {("other-url", ("aiohttp", "requests"))}


@pytest.mark.parametrize(
    ("packages", "variants", "found"),
    [
        (
            [{"httpx": "0.28.1"}, {"httpx": "0.28.1"}],
            ("old=httpx", "new="),
            "httpx@old and httpx@new run the same, httpx 0.28.1 on CPython 3.11.7: whatever they differ in is chance.",
        ),
        ([{"httpx": "0.27.2"}, {"httpx": "0.28.1"}], ("old=httpx==0.27.2", "new="), ""),
        (
            [{"httpx": "0.27.2", "h11": "0.14"}, {"httpx": "0.28.1"}],
            ("old=httpx==0.27.2", "new="),
            "httpx@old and httpx@new differ not in httpx alone, but in its dependencies: h11 0.14 and none.",
        ),
        # What is built from a place may be other code under the same version.
        ([{"httpx": "0.28.1"}, {"httpx": "0.28.1"}], ("old=httpx @ https://h/a.whl", "new="), ""),
    ],
)
def test_variants_are_told_apart_by_what_they_ran(
    packages: list[dict[str, str]], variants: tuple[str, ...], found: str
) -> None:
    probes = tuple(
        Probe(lane, packages=held, runtime=Runtime("CPython 3.11.7"), environment=key)
        for lane, held, key in zip(("httpx@old", "httpx@new"), packages, ("key", ""), strict=True)
    )
    measured = measured_of(probes=probes, plan={"variants": parse_variants(variants)})
    assert [finding.text for finding in summarize_run(measured).findings] == ([found] if found else [])


@pytest.mark.parametrize(
    ("connection", "version", "headers", "why"),
    [
        ("close", "1.1", (), "the server ends each connection after its answer (Connection: close)."),
        ("Close, x", "1.0", (("Connection", "close"),), "every request asks for it (Connection: close)."),
        ("", "1.0", (), "the server answers with HTTP/1.0, and offers to keep none open."),
        ("keep-alive", "1.0", (), "the client keeps none with HTTP/1.0, though the server offers it."),
        ("", "1.1", (), "the server or the client ends each of them, and no answer announces it."),
    ],
)
def test_why_nothing_was_kept_is_said_as_far_as_it_is_known(
    connection: str, version: str, headers: tuple[tuple[str, str], ...], why: str
) -> None:
    response = replace(RESPONSE, connection=connection, http_version=version)
    plan = {"request": Request("http://127.0.0.1:9/", headers=headers)}
    texts = [each.text for each in summarize_run(unkept(response, plan=plan)).findings if "unkept" in each.id]
    assert [why in text for text in texts] == [True]


def test_a_connection_for_each_place_in_flight_is_kept() -> None:
    for measured in (unkept(RESPONSE, 2), unkept(RESPONSE, 28, {"concurrency": 25})):
        assert "unkept-connections" not in {finding.id for finding in summarize_run(measured).findings}


def test_what_fails_on_a_new_connection_nobody_sends_again() -> None:
    measured = with_repeats()
    for connections, is_found in ((28, False), (14, True)):
        records = tuple(replace(record, connections=connections) for record in measured.records)
        found = {finding.id for finding in summarize_run(replace(measured, records=records)).findings}
        assert ("repeated-requests" in found) == is_found

"""What many hosts say together: which orders hold, which flip, who stands out, and what is left out."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from support.made_hosts import FLIPPED, NAMES, THREE, failing, flipping, hosts_result, measured_hosts, without
from support.made_results import record_of

from tui_httpbench.analysis.hosts import HostsResult, summarize_hosts
from tui_httpbench.analysis.hosts_pairs import machines_of
from tui_httpbench.analysis.hosts_table import first_place, order_in_words, pair_columns, sure_note
from tui_httpbench.analysis.hosts_words import NONE_COUNTS, NOT_COMPARED, THE_ONLY_ONE, conclusion_of, sentences_of
from tui_httpbench.bench.run_reading import CUT_OFF
from tui_httpbench.charts.intervals import IntervalScale
from tui_httpbench.measured.measured_hosts import MeasuredHosts
from tui_httpbench.report.hosts_facts import how_in_words
from tui_httpbench.report.hosts_plot import name_in

EQUAL = dict.fromkeys(THREE, 1.0)


def findings_of(result: HostsResult, finding: str) -> list[str]:
    return [each.text for each in result.own_findings if each.id == finding]


def with_copies(measured: MeasuredHosts, name: str, copies: int) -> MeasuredHosts:
    """The same with so many more hosts that are one machine with a host, and measured the same."""
    run = next(run for run in measured.hosts if run.host.name == name)
    names = [f"{name}-{number}" for number in range(copies)]
    more = [replace(run, host=replace(run.host, name=each, shares=(name,))) for each in names]
    return replace(measured, hosts=(*measured.hosts, *more))


def test_who_is_first_where_and_what_flips_is_said() -> None:
    first, mean, orders, flip = sentences_of(flipping())
    assert first == "aiohttp is first on 5 of 6 hosts, surely; on arm64-b httpx-async is, surely."
    assert mean.startswith("Over 6 machines, httpx-async takes 1.18 times as long as aiohttp on average (1.02 to 1.36)")
    assert "likely, but not surely" in mean, "its own interval leaves out 1; that among all pairs does not"
    assert orders == "Of 3 pairs of modes, 2 keep their order on every host, surely; 1 surely changes places."
    assert flip == "aiohttp is surely faster than httpx-async on 5 hosts, httpx-async on arm64-b."
    assert conclusion_of(flipping()) == f"{first} {mean} {orders}"


def test_where_all_agree_nothing_flips() -> None:
    first, mean, orders = sentences_of(hosts_result())
    assert first == "aiohttp is first on all 6 hosts, surely."
    assert mean.endswith("surely; on a further one 1.07 to 1.51 is to be expected.") or ", surely" in mean
    assert orders == "All 3 pairs of modes keep their order on every host, surely."


def test_what_is_not_sure_anywhere_is_not_called_so() -> None:
    told = " ".join(sentences_of(hosts_result(latencies_ms=EQUAL, tau=0, noise=0.1)))
    assert "surely on none" in told
    assert "which is not sure" in told


def test_orders_of_one_kind_are_told_as_those_of_all() -> None:
    """Not as if it were some: no ``Of 3 pairs of modes, 3 are open``."""
    assert "All 3 pairs of modes are open." in sentences_of(hosts_result(5, EQUAL, tau=0, noise=0.05))
    one_round = sentences_of(hosts_result(3, rounds=1))
    assert one_round[-1] == "All 3 pairs of modes keep their order on every host, surely on none."


def test_who_is_first_elsewhere_is_told_once_a_mode() -> None:
    close = {"aiohttp": 1.0, "httpx-async": 1.02, "requests-session": 2.0}
    first = sentences_of(hosts_result(30, close, noise=0.05))[0]
    assert first == ("aiohttp is first on 15 of 30 hosts (surely on none); on 15 hosts httpx-async is (surely on 2).")


def test_nothing_is_known_of_one_round() -> None:
    result = hosts_result(4, rounds=1)
    assert not result.pairs.has_mean
    assert "but surely on none" in sentences_of(result)[0]
    assert all(each.standing == "unsure" for pair in result.pairs.all for each in pair.on_hosts)


@pytest.mark.parametrize(
    ("there", "order", "words"),
    [
        ({}, "everywhere", "the same everywhere, surely"),
        ({"arm64-b": {"aiohttp": 1.6}}, "flips", "flips, surely (5 to 1)"),
        ({"arm64-b": {"aiohttp": 1.28}}, "leads", "the same, surely on 5 of 6"),
        ({"arm64-b": {"aiohttp": 1.34}}, "unsure", "open"),
    ],
)
def test_orders_are_told_by_what_hosts_say_together(
    there: Mapping[str, Mapping[str, float]], order: str, words: str
) -> None:
    pair = hosts_result(there=there, tau=0.0, noise=0.02).pairs.all[0]
    assert (pair.order, order_in_words(pair)) == (order, words)


def test_lanes_that_are_the_same_everywhere_are_said_to_be() -> None:
    result = hosts_result(latencies_ms={"aiohttp": 1.0, "httpx-async": 1.0}, tau=0.0, noise=0.002)
    assert result.pairs.all[0].order == "same"
    assert result.pairs.all[0].mean is not None
    assert result.pairs.all[0].mean.standing == "same"
    told = sentences_of(result)[1]
    assert re.match(r"Over 6 machines, \S+ takes as long as \S+ on average, surely \(1\.00 times, ", told)


def test_hosts_with_trouble_or_without_rounds_are_named_and_left_out() -> None:
    runs: dict[str, dict[str, Any]] = {
        "x86-a": {"trouble": "Its worker was killed."},
        "x86-b": {"measured": None, "trouble": "It was not reached."},
        "x86-c": {"measured": None, "trouble": "It was not reached."},
    }
    result = hosts_result(runs=runs)
    assert result.pairs.hosts == ("arm64-a", "arm64-b", "x86-d")
    assert findings_of(result, "host-left-out") == [
        "x86-a: Its worker was killed. It is left out of what is said of all; what it measured can be seen.",
        "x86-b and x86-c: It was not reached. They are left out.",
    ]
    assert not result.all_succeeded
    assert [first_place(result, host) for host in result.hosts[2:4]] == ["left out"] * 2
    assert [host.name for host in result.measured_hosts] == ["arm64-a", "arm64-b", "x86-a", "x86-d"]
    assert sentences_of(result)[-1].startswith("On x86-a, which is left out and judged alone: aiohttp is fastest: "), (
        "it is not lost"
    )
    alone = hosts_result(["arm64-a", "arm64-b", "x86-d"])
    assert {each.host for each in result.pairs.all[0].on_hosts} == {each.host for each in alone.pairs.all[0].on_hosts}


def test_where_the_run_as_such_ended_whole_rounds_of_all_hosts_count() -> None:
    gone = {name: {"trouble": CUT_OFF, "ended_with_all": True} for name in NAMES}
    for whole in ({"interrupted": True}, {"trouble": "The scheduler is gone."}):
        result = hosts_result(runs=gone, whole=whole)
        assert result.pairs.hosts == NAMES
        assert sentences_of(result)[0] == "aiohttp is first on all 6 hosts, surely."
        assert not findings_of(result, "host-cut-short"), "it is said of the run"
        assert not findings_of(result, "host-left-out")
    none, *alone, more = sentences_of(hosts_result(runs={name: {"trouble": "It hung."} for name in NAMES}))
    assert none == NONE_COUNTS
    assert [sentence.partition(": aiohttp is fastest: ")[0] for sentence in alone] == [
        f"On {name}, which is left out and judged alone" for name in NAMES[:3]
    ]
    assert more == "3 more hosts left out have rankings of their own."


def test_a_host_with_trouble_of_its_own_does_not_count_again_as_the_run_as_such_ends() -> None:
    gone = {name: {"trouble": CUT_OFF, "ended_with_all": True} for name in NAMES}
    runs = gone | {"arm64-b": {"trouble": "Its worker was killed."}}
    for whole in ({"interrupted": True}, {"trouble": "The scheduler is gone."}):
        result = hosts_result(runs=runs, whole=whole, there=FLIPPED)
        assert "arm64-b" not in result.pairs.hosts
        assert sentences_of(result)[0] == "aiohttp is first on all 5 hosts, surely."
        assert findings_of(result, "host-left-out") == [
            "arm64-b: Its worker was killed. It is left out of what is said of all; what it measured can be seen."
        ]
    some = hosts_result(runs={name: gone[name] for name in NAMES[:2]}, whole={"interrupted": True})
    assert findings_of(some, "host-cut-short") == [
        "arm64-a and arm64-b were cut short with the run as such; their whole rounds count."
    ]


def test_a_round_that_was_cut_short_is_no_round_of_a_host() -> None:
    measured = measured_hosts(2, rounds=2)
    first, other = measured.hosts
    assert first.measured is not None
    *whole, last = first.measured.records
    cut = replace(first, measured=replace(first.measured, records=(*whole, replace(last, outcome="stopped"))))
    result = summarize_hosts(replace(measured, hosts=(cut, other)))
    assert [host.whole_rounds for host in result.hosts] == [2, 2], "two modes of three can be compared in it"
    *whole, _, _ = first.measured.records
    cut = replace(first, measured=replace(first.measured, records=tuple(whole)))
    result = summarize_hosts(replace(measured, hosts=(cut, other)))
    assert [host.whole_rounds for host in result.hosts] == [1, 2]
    assert "2 hosts × 3 modes × 1 to 2 rounds" in how_in_words(result)


def test_what_ended_a_host_is_told_once() -> None:
    measured = measured_hosts(3)
    first, *others = measured.hosts
    assert first.measured is not None
    full = "The run ended in round 3: no space left on device; free some space on that disk."
    run = replace(first, measured=replace(first.measured, trouble=full), trouble=full)
    told = [finding.text for finding in summarize_hosts(replace(measured, hosts=(run, *others))).findings]
    assert [text for text in told if full in text] == [
        f"host-001: {full} It is left out of what is said of all; what it measured can be seen."
    ]


def test_what_is_otherwise_on_a_host_is_told_once() -> None:
    note = "httpx is 0.27.2 there, 0.28.1 here."
    result = hosts_result(runs={name: {"notes": (note,)} for name in NAMES[:5]})
    assert findings_of(result, "host-differs") == [f"arm64-a, arm64-b, x86-a and 2 more: {note}"]


def test_of_the_only_host_nothing_is_said_as_of_several() -> None:
    told = hosts_result(1, runs={"host-001": {"trouble": "Its run hung."}})
    assert sentences_of(told)[0] == THE_ONLY_ONE
    assert sure_note(hosts_result(1)) == "All that is called sure holds together in 95 of 100 runs."
    assert sure_note(hosts_result(3)).startswith("All that is called sure, on any host or on average, holds ")


def test_one_host_has_no_mean_and_that_is_said() -> None:
    result = hosts_result(1)
    assert sentences_of(result)[-1] == "One host is one opinion: there is no mean over hosts."
    assert sentences_of(result)[0].startswith("On host-001: aiohttp is fastest")
    assert findings_of(result, "one-host")


def test_what_can_not_be_compared_is_said_to_be_so() -> None:
    assert sentences_of(hosts_result(3, {"aiohttp": 1.0}))[0].startswith(
        "Only aiohttp was measured, so there is nothing to compare it with: "
    )
    lost = {name: {"trouble": "Its worker was killed."} for name in ("host-001", "host-002")}
    assert sentences_of(hosts_result(2, runs=lost))[0] == NONE_COUNTS
    measured = measured_hosts(2)
    runs = []
    for run in measured.hosts:
        assert run.measured is not None
        failed = tuple(record_of(record.mode, 1.0, failed=3) for record in run.measured.records)
        runs.append(replace(run, measured=replace(run.measured, records=failed)))
    assert sentences_of(summarize_hosts(replace(measured, hosts=tuple(runs)))) == (NOT_COMPARED,)
    gone = {name: {"measured": None, "trouble": "Gone."} for name in ("host-001", "host-002")}
    assert sentences_of(hosts_result(2, runs=gone)) == ()


def test_hosts_that_are_one_machine_are_one_opinion() -> None:
    result = hosts_result(3, shares=[["host-001", "host-002", "host-003"]])
    assert not result.pairs.has_mean
    assert "All hosts are one machine, which is one opinion: there is no mean over hosts." in sentences_of(result)
    assert findings_of(result, "hosts-share-machine") == [
        "host-001, host-002 and host-003 are one machine: together they are one opinion, so there is no mean over "
        "hosts."
    ]


def test_one_of_two_that_share_a_machine_is_told_of_once() -> None:
    runs = {"host-002": {"trouble": "Its worker was killed."}}
    told = hosts_result(2, shares=[["host-001", "host-002"]], runs=runs)
    assert [each.id for each in told.own_findings] == ["host-left-out", "one-host"]


def test_copies_of_a_host_make_no_mean_surer() -> None:
    measured = measured_hosts(4)
    alone, copied = summarize_hosts(measured), summarize_hosts(with_copies(measured, "host-002", 20))
    assert copied.machines == 4
    for pair, same in zip(alone.pairs.all, copied.pairs.all, strict=True):
        assert pair.mean is not None
        assert same.mean is not None
        assert (same.mean.ratio, same.mean.low) == pytest.approx((pair.mean.ratio, pair.mean.low))


def test_machines_are_shared_over_others_as_well() -> None:
    runs = list(measured_hosts(4).hosts)
    runs[0] = replace(runs[0], host=replace(runs[0].host, shares=("host-003",)))
    runs[3] = replace(runs[3], host=replace(runs[3].host, shares=("host-003", "who-is-that")))
    machines = machines_of(runs)
    assert machines["host-001"] == machines["host-003"] == machines["host-004"] != machines["host-002"]


def test_a_host_that_lacks_a_lane_counts_for_the_others() -> None:
    result = summarize_hosts(without(measured_hosts(4), {"host-001": ["httpx-async"]}))
    hosts = {(pair.first, pair.second): len(pair.on_hosts) for pair in result.pairs.all}
    assert hosts == {
        ("aiohttp", "httpx-async"): 3,
        ("aiohttp", "requests-session"): 4,
        ("httpx-async", "requests-session"): 3,
    }


def test_first_over_all_modes_is_only_who_was_compared_with_all() -> None:
    """aiohttp wins wherever it was measured: that others are first where it was not is no flip."""
    lacking = {"host-002": ["aiohttp"], "host-003": ["aiohttp"], "host-004": ["aiohttp", "httpx-async"]}
    result = summarize_hosts(without(measured_hosts(4), lacking))
    first, _, orders = sentences_of(result)
    assert first == (
        "aiohttp is first on host-001, the only host that compared all modes, surely; aiohttp could not be compared on "
        "host-002, host-003 and host-004, httpx-async not on host-004."
    )
    assert orders == "httpx-async is surely faster than requests-session on all 3 hosts that compared them."
    assert order_in_words(result.pairs.pair("httpx-async", "requests-session")) == "the same on 3 of 4, surely"
    shown = [first_place(result, host) for host in result.hosts]
    assert shown == ["aiohttp", "httpx-async (without aiohttp)", "httpx-async (without aiohttp)", "–"]


def test_where_some_lack_a_mode_the_others_are_counted_among_themselves() -> None:
    lacking = {"x86-c": ["httpx-async"], "x86-d": ["httpx-async"]}
    first, _, orders, *_ = sentences_of(summarize_hosts(without(measured_hosts(there=FLIPPED), lacking)))
    assert first == (
        "aiohttp is first on 3 of the 4 hosts that compared all modes, surely; on arm64-b httpx-async is, surely; "
        "httpx-async could not be compared on x86-c and x86-d."
    )
    assert orders == (
        "Of 3 pairs of modes, 2 keep their order on every host that compared them, surely; 1 surely changes places."
    )
    nowhere = {name: [("aiohttp", "httpx-async", "requests-session")[at % 3]] for at, name in enumerate(NAMES)}
    assert sentences_of(summarize_hosts(without(measured_hosts(), nowhere)))[0].startswith(
        "No host compared all modes, so none is first over all of them: aiohttp could not be compared on arm64-a and "
    )


def test_a_host_on_which_all_requests_failed_is_not_passed_over() -> None:
    result = summarize_hosts(failing(measured_hosts(3), "host-002"))
    first, _, orders = sentences_of(result)
    assert first == (
        "aiohttp is first on both hosts that compared all modes, surely; on host-002 no mode could be compared."
    )
    assert orders == "All 3 pairs of modes keep their order on every host that compared them, surely."
    assert order_in_words(result.pairs.all[0]) == "the same on 2 of 3, surely"
    unsure = summarize_hosts(failing(measured_hosts(3, rounds=1), "host-002"))
    assert order_in_words(unsure.pairs.all[0]) == "the same on 2 of 3, surely on none"
    alone = summarize_hosts(failing(measured_hosts(2), "host-002"))
    assert sentences_of(alone)[1:] == (
        "On host-002 no mode could be compared.",
        "One host is one opinion: there is no mean over hosts.",
    )
    assert findings_of(alone, "one-host") == [
        "Only host-001 could compare modes, so there is no mean over hosts: it is one opinion."
    ]


def test_the_pairs_of_one_host_have_a_ratio_and_no_range() -> None:
    headings = [column.heading for column in pair_columns(hosts_result(1))]
    assert headings == ["mode", "over", "order on the hosts", "ratio"]
    assert "ratio" not in [column.heading for column in pair_columns(hosts_result())]


def test_a_host_that_is_unlike_all_others_stands_out_and_one_of_three_does_not() -> None:
    result = hosts_result(12, there={"host-005": {"aiohttp": 1.9}})
    (told,) = findings_of(result, "host-stands-out")
    assert told.startswith("host-005 stands out: there httpx-async takes 0.62 times as long as aiohttp")
    assert not findings_of(hosts_result(3, there={"host-002": {"aiohttp": 3.0}}), "host-stands-out")


def test_a_noisy_host_does_not_stand_out_by_two_rounds_of_two_modes() -> None:
    """Its noise is told by one difference then, which may be small by chance."""
    two = {"aiohttp": 1.0, "requests-session": 1.5}
    for seed in range(20):
        quiet = measured_hosts(6, two, tau=0, noise=0.01, rounds=2, seed=seed)
        noisy = measured_hosts(6, two, tau=0, noise=0.2, rounds=2, seed=9_000 + seed)
        result = summarize_hosts(replace(quiet, hosts=(noisy.hosts[0], *quiet.hosts[1:])))
        assert not result.pairs.standing_out


def test_what_is_called_sure_on_any_host_is_wrong_in_few_runs() -> None:
    """Equal lanes on six hosts: any two that are called different on one of them, or on average, are so wrongly."""
    tries = 40
    wrong = 0
    for seed in range(tries):
        result = hosts_result(6, EQUAL, tau=0.0, noise=0.06, seed=seed)
        pairs = result.pairs.all
        wrong += any(
            each in ("first", "second")
            for pair in pairs
            for each in (*(told.standing for told in pair.on_hosts), pair.mean and pair.mean.standing)
        )
    assert wrong / tries <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / tries)


def test_findings_of_the_hosts_own_runs_are_told_once_with_their_hosts() -> None:
    result = hosts_result(4, rounds=1)
    few = [finding for finding in result.findings if finding.id == "few-rounds"]
    assert len(few) == 1
    assert not few[0].text.startswith("On "), "it is so on all of them"
    own = hosts_result(6, rounds=5, noise=0.02)
    assert all(each.text.startswith("On ") for each in own.findings if each.id == "slow-first-round")


def test_long_names_are_cut_in_the_middle_as_machines_differ_at_an_end() -> None:
    assert name_in(9, "dask-worker-abc (10.0.0.1:1)") == "dask…1:1)"
    assert name_in(1, "ab") == "…"
    assert name_in(4, "a") == "   a"


def test_a_scale_has_1_where_that_costs_little_and_arrows_where_it_ends() -> None:
    near = IntervalScale([(1.1, 1.05, 1.2), (0.95, 0.9, 1.0)], 40)
    assert near.draw(1.1, 1.05, 1.2).count("│") == 1
    assert "×1" in near.axis()
    far = IntervalScale([(100.0, 95.0, 105.0)], 40)
    assert "│" not in far.draw(100.0, 95.0, 105.0)
    wide = IntervalScale([(1.1, 0.0, math.inf), (1.2, 1.1, 1.3)], 40)
    drawn = wide.draw(1.1, 0.0, math.inf)
    assert (drawn[0], drawn[-1], drawn.count("●")) == ("◂", "▸", 1)
    assert len(wide.axis()) == 40

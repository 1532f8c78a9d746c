"""How long many hosts take to be merged and shown, how quick keys are, and how often what is called sure is wrong.

Run by hand: PYTHONPATH=tests python tests/benchmarks/hosts.py [--hosts 200] [--tries 200] [--only errors]

Hosts are made of rounds that are drawn from a known truth. Speed is told in seconds, and as a multiple of what the
summary of a single one of these hosts takes, measured in the same minute: a busy machine is slow at both. It is that of
an app that is there already. Errors are counted over runs of six hosts whose true ratios, and how much they differ from
host to host, are known.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from support.hosts_app import HostsApp
from support.made_hosts import many_hosts, measured_hosts
from support.screens import wait_until
from textual.widgets import Static

from tui_httpbench.analysis.hosts import summarize_hosts
from tui_httpbench.analysis.random_effects import combine, deleted
from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.measured_hosts import MeasuredHosts
from tui_httpbench.report.hosts_json import to_text
from tui_httpbench.tui.screens.hosts.host_list import HostList
from tui_httpbench.tui.screens.hosts.pairs_table import PairsTable
from tui_httpbench.tui.screens.hosts.results import WORKING_IT_OUT, HostsResultsScreen

LIMIT_S = 2.0
SIZE = (160, 45)
LANES = {"aiohttp": 1.0, "httpx-async": 1.0, "requests-session": 1.5}
"""The first two are truly equal."""
TAU, NOISE = 0.08, 0.06
UNEQUAL = ((0.05,), (0.02, 0.2), (0.01, 0.01, 0.3))
"""The noise of machines in turn: all alike, every other one noisy, every third."""


async def show(measured: MeasuredHosts) -> tuple[float, float, float, dict[str, list[float]]]:
    """Seconds until the verdict and the drawing are on the screen, by the clock and of processor time; until the
    warnings are; and those of each key."""
    app = HostsApp(summarize_hosts(measured_hosts()))
    keys: dict[str, list[float]] = {}
    async with app.run_test(size=SIZE) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause(1.0)
        began, cpu_began = time.perf_counter(), time.process_time()
        screen = HostsResultsScreen(summarize_hosts(measured))
        await app.push_screen(screen)
        rows, pairs, found = screen.query_one(HostList), screen.query_one(PairsTable), screen.query_one("#hosts-found")
        assert isinstance(found, Static)
        while found.content == WORKING_IT_OUT or rows.plot is None or screen._dirty_widgets:
            await asyncio.sleep(0.01)
        # Not after a pause of the pilot, which waits for idle processors, and with them for all warnings.
        shown_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
        await wait_until(pilot, lambda: not screen.query("#hosts-looking"))
        whole_s = time.perf_counter() - began

        async def press(key: str, is_answered: Callable[[], bool]) -> None:
            begin = time.perf_counter()
            app.simulate_key(key)
            while not is_answered() or screen._dirty_widgets:
                assert time.perf_counter() - begin < 10, f"{key} was not answered"
                await asyncio.sleep(0.001)
            keys.setdefault(key, []).append(time.perf_counter() - begin)
            await pilot.pause()

        for _ in range(10):
            before = pairs.cursor_row
            await press("up" if before else "down", partial(lambda row: pairs.cursor_row != row, before))
        screen.set_focus(rows)
        await pilot.pause()
        for key in ("end", "home", "pagedown", "down") * 5:
            await press(key, partial(lambda row: rows.cursor != row, rows.cursor))
    return shown_s, cpu_s, whole_s, keys


def tell_of_speed(hosts: int) -> None:
    """Prints what merging, painting and keys take."""
    many_hosts(5)  # everything is loaded
    some = many_hosts(20)
    began, cpu_began = time.perf_counter(), time.process_time()
    for run in some.hosts:
        assert run.measured is not None
        summarize_run(run.measured)
    one_s = (time.perf_counter() - began) / len(some.hosts)
    one_cpu_s = (time.process_time() - cpu_began) / len(some.hosts)
    measured = many_hosts(hosts, seed=2)
    began = time.perf_counter()
    result = summarize_hosts(measured)
    assert result.pairs.all
    merged_s = time.perf_counter() - began
    fresh = many_hosts(hosts, seed=3)
    shown_s, cpu_s, whole_s, keys = asyncio.run(show(fresh))
    print(f"one host alone: {one_s * 1e3:.1f} ms, processor time {one_cpu_s * 1e3:.1f} ms")
    for what, seconds in (("merged", merged_s), ("merged and shown", shown_s), ("with all warnings", whole_s)):
        print(f"{hosts} hosts {what}: {seconds:.2f} s, {seconds / one_s:.0f} times that")
    print(f"merged and shown, processor time: {cpu_s:.2f} s, {cpu_s / one_cpu_s:.0f} times that of one")
    for key, times in keys.items():
        print(f"{key:<10}{statistics.median(times) * 1e3:>7.1f} ms, at most {max(times) * 1e3:.1f} ms ({len(times)})")
    print(f"as JSON: {len(to_text(result)) / 1e6:.1f} MB")
    print(f"within {LIMIT_S:.0f} s: {'yes' if shown_s <= LIMIT_S else 'no'}")


def tell_of_errors(tries: int) -> None:
    """Prints how often intervals hold the truth, and how often anything that is called sure is wrong."""
    held = expected_held = wrong_mean = wrong = stood_out = 0
    for seed in range(tries):
        result = summarize_hosts(measured_hosts(6, LANES, tau=TAU, noise=NOISE, seed=1_000 + seed))
        further = measured_hosts(1, LANES, tau=TAU, noise=1e-6, rounds=3, seed=100_000 + seed)
        there = summarize_hosts(further).pairs
        is_wrong = False
        for pair in result.pairs.all:
            truth = LANES[pair.second] / LANES[pair.first]
            assert pair.mean is not None
            assert pair.mean.expected is not None
            is_equal = truth == 1
            is_wrong |= is_equal and pair.mean.standing in ("first", "second")
            is_wrong |= not is_equal and pair.mean.standing == ("second" if truth > 1 else "first")
            if {pair.first, pair.second} == {"aiohttp", "requests-session"}:
                held += pair.mean.low <= truth <= pair.mean.high
                lanes = (pair.first, pair.second)
                one = next(each for each in there.all if {each.first, each.second} == set(lanes)).on_hosts[0].ratio
                one = one if there.lanes.index(lanes[0]) < there.lanes.index(lanes[1]) else 1 / one
                expected_held += pair.mean.expected[0] <= one <= pair.mean.expected[1]
        wrong_mean += is_wrong
        stood_out += bool(result.pairs.standing_out)
    for seed in range(tries):
        equal = summarize_hosts(measured_hosts(6, dict.fromkeys(LANES, 1.0), tau=0, noise=NOISE, seed=9_000 + seed))
        wrong += any(each.standing in ("first", "second") for pair in equal.pairs.all for each in pair.on_hosts)
    error = math.sqrt(0.05 * 0.95 / tries)
    print(f"\n{tries} runs of six hosts, true ratios differ by {TAU:.0%}, rounds by {NOISE:.0%}; ± {error:.1%}")
    for what, count in (
        ("a mean's interval holds the true mean (95 %)", held),
        ("a further host's true ratio is where it is expected (95 %)", expected_held),
        ("a mean is called sure of the wrong lane, or of equal ones (at most 5 %)", wrong_mean),
        ("equal lanes are called different on any host (at most 5 %)", wrong),
        ("a host like the others is said to stand out (at most 5 %)", stood_out),
    ):
        print(f"{count / tries:>6.1%}  {what}")


def tell_of_unequal_noise(tries: int) -> None:
    """Prints how often a mean over machines of unequal noise is held, how often it is surely wrong, and how wide it is.

    The noise of each is known from as many rounds as make 8 degrees of freedom. What is allowed of a mean is its share
    among three modes.
    """
    random, allowed = np.random.default_rng(21), 0.05 / 2 / 3
    print(f"\n{tries} draws each; a mean's interval should hold in 95 %, and be surely wrong in {allowed:.2%} at most")
    least: dict[int, tuple[float, float, float]] = {}
    for machines, tau, noise in itertools.product((2, 3, 4, 5, 10), (0.0, 0.05, 0.3), UNEQUAL):
        sds = np.resize(noise, machines)
        held = wrong = stood_out = 0
        halves = []
        for _ in range(tries):
            logs = random.normal(0, tau, machines) + random.normal(0, sds)
            variances = sds**2 * random.chisquare(8, machines) / 8
            found = combine(logs, variances)
            halves.append(found.interval(0.05)[1] - found.mean)
            held += abs(found.mean) <= halves[-1]
            wrong += abs(found.mean) > found.interval(allowed)[1] - found.mean
            if (told := deleted(logs, variances)) is not None:
                limit = student_quantile(1 - 0.05 / (2 * machines), told.df)
                stood_out += float(np.abs(told.distances).max()) > limit
        shares = (held / tries, wrong / tries, stood_out / tries)
        before = least.get(machines, shares)
        least[machines] = (min(shares[0], before[0]), max(shares[1], before[1]), max(shares[2], before[2]))
        print(
            f"{machines:>2} machines differ by {tau:.0%}, noise {' '.join(f'{sd:.0%}' for sd in noise):<10} "
            f"held {shares[0]:.1%}, surely wrong {shares[1]:.2%}, stands out {shares[2]:.1%}, ± {np.median(halves):.1%}"
        )
    for machines, worst in least.items():
        print(f"worst of {machines}: held {worst[0]:.1%}, surely wrong {worst[1]:.2%}, stands out {worst[2]:.1%}")


def main() -> None:
    """Measures all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--only", choices=("speed", "errors"))
    arguments = parser.parse_args()
    if arguments.only != "errors":
        with tempfile.TemporaryDirectory() as folder:
            for name in ("CONFIG", "STATE", "DATA", "CACHE"):
                os.environ[f"XDG_{name}_HOME"] = folder
            tell_of_speed(arguments.hosts)
    if arguments.only != "speed":
        tell_of_errors(arguments.tries)
        tell_of_unequal_noise(10 * arguments.tries)


if __name__ == "__main__":
    main()

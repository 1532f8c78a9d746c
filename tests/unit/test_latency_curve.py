"""The percentile curve, histogram and course say what the samples say, whatever their number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tui_httpbench.analysis.latency_curve import ModeLatency, differs_much, shared_edges

SOURCE = np.random.default_rng(1)


def latency_of(*rounds_ms: list[float]) -> ModeLatency:
    rounds = {number: np.array(values) for number, values in enumerate(rounds_ms, 1)}
    return ModeLatency("aiohttp", np.sort(np.concatenate(list(rounds.values()))), rounds)


def test_percentiles_are_numpys_and_unknown_where_samples_are_few() -> None:
    values = SOURCE.lognormal(size=1_000)
    latency = latency_of(values.tolist())
    for percent in (0, 50, 90, 99, 99.9):
        assert latency.percentile_ms(percent) == pytest.approx(np.percentile(values, percent))
    assert latency.percentile_ms(99.99) is None
    assert latency_of([1.0] * 99).percentile_ms(99) is None


def test_the_curve_runs_from_the_fastest_as_far_as_the_samples_reach() -> None:
    values = SOURCE.lognormal(size=1_000)
    nines, ms = latency_of(values.tolist()).curve(101)
    assert (nines[0], nines[-1]) == (0.0, pytest.approx(3.0))
    assert ms[0] == values.min()
    assert np.all(np.diff(ms) >= 0)
    middle = int(np.argmin(np.abs(nines - 1.0)))
    assert ms[middle] == pytest.approx(np.percentile(values, 100 * (1 - 10 ** -nines[middle])))
    assert len(latency_of([2.5]).curve(10)[1]) == 10


@pytest.mark.parametrize("log", [False, True])
def test_no_request_falls_out_of_the_histograms(log: bool) -> None:
    modes = (latency_of(SOURCE.lognormal(size=777).tolist()), latency_of([3.0]), latency_of([0.01, 900.0]))
    edges = shared_edges(modes, 40, log=log)
    assert len(edges) == 41
    for latency in modes:
        assert sum(latency.histogram(edges)) == latency.count
    alone = (latency_of([5.0, 5.0]),)
    assert sum(alone[0].histogram(shared_edges(alone, 7, log=log))) == 2


def test_the_course_has_each_round_in_its_place() -> None:
    times, medians = latency_of([1.0] * 50, [2.0] * 49 + [100.0], [3.0] * 7).course(30)
    for number, expected in ((1, 1.0), (2, 2.0), (3, 3.0)):
        inside = medians[(times > number - 1) & (times < number)]
        assert 1 <= len(inside) <= 10
        assert set(inside) == {expected}
    assert np.all(np.diff(times) > 0)
    assert len(latency_of([1.0], [2.0], [3.0]).course(2)[0]) == 3


def test_modes_that_differ_much_ask_for_a_logarithmic_scale() -> None:
    assert differs_much((latency_of([1.0]), latency_of([21.0])))
    assert not differs_much((latency_of([1.0]), latency_of([19.0])))
    assert not differs_much(())


def test_a_million_samples_become_few_points() -> None:
    latency = latency_of(SOURCE.lognormal(size=1_000_000).tolist())
    assert latency.nines == pytest.approx(6.0)
    assert len(latency.curve(200)[0]) == 200
    assert len(latency.course(200)[0]) == 200
    assert len(latency.histogram(shared_edges((latency,), 100, log=True))) == 100
    assert math.isfinite(latency.percentile_ms(99.99) or math.nan)

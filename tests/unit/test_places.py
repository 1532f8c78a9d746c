"""Whether throughputs and places say the same, and what is said where they don't."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.made_results import plain_result_of, rounds_of, tied_result
from support.reports import report_of

from tui_httpbench.analysis.columns import METRICS
from tui_httpbench.analysis.places import ORDER_NOTE, rates_differ
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.rows import bars_are_out_of_order


def of_uneven_rounds(*factors: float) -> Result:
    """Two modes that take turns in being ``factors`` times as slow as they are otherwise, one round each."""
    records = []
    for mode, own in (("aiohttp", factors), ("requests-session", tuple(1.0 for _ in factors))):
        made = rounds_of(mode)[: len(factors)]
        records += [
            replace(record, elapsed_s=(record.elapsed_s or 0.0) * factor)
            for record, factor in zip(made, own, strict=True)
        ]
    return plain_result_of(*records)


def test_throughputs_that_agree_with_the_places_need_no_word() -> None:
    assert not rates_differ(tied_result())
    assert not rates_differ(of_uneven_rounds(1.0, 1.0, 1.0))
    assert ORDER_NOTE not in report_of(tied_result())


def test_bars_that_stand_in_another_order_than_their_numbers_are_found() -> None:
    result = tied_result()
    rates, by_cpu = METRICS[0], next(metric for metric in METRICS if metric.yardstick == "cpu")
    assert not any(bars_are_out_of_order(metric, result) for metric in METRICS)
    first, second, *others = result.ranking
    swapped = replace(result, ranking=(second, first, *others))
    assert bars_are_out_of_order(rates, swapped)
    assert not bars_are_out_of_order(by_cpu, swapped), "it has a ranking of its own"
    assert not bars_are_out_of_order(next(metric for metric in METRICS if not metric.trend), swapped), "sorted"
    rate_of = {rank.mode: 100.0 + place / 1e3 for place, rank in enumerate(swapped.ranking)}
    alike = replace(
        swapped, modes=tuple(replace(mode, requests_per_second=rate_of[mode.mode]) for mode in result.modes)
    )
    assert not bars_are_out_of_order(rates, alike), "what is written alike is in any order"


@pytest.mark.parametrize("factors", [(1.0, 1.0, 40.0), (1.0, 1.0, 0.02)])
def test_throughputs_that_differ_from_the_ratios_are_explained(factors: tuple[float, ...]) -> None:
    result = of_uneven_rounds(*factors)
    assert rates_differ(result)
    assert ORDER_NOTE in " ".join(report_of(result).split())

"""Whether throughputs and places say the same, and what is said where they don't."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.made_results import plain_result_of, rounds_of, tied_result
from support.reports import report_of

from tui_httpbench.analysis.places import ORDER_NOTE, rates_differ
from tui_httpbench.analysis.result import Result


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


@pytest.mark.parametrize("factors", [(1.0, 1.0, 40.0), (1.0, 1.0, 0.02)])
def test_throughputs_that_differ_from_the_ratios_are_explained(factors: tuple[float, ...]) -> None:
    result = of_uneven_rounds(*factors)
    assert rates_differ(result)
    assert ORDER_NOTE in " ".join(report_of(result).split())

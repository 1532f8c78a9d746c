"""What each round weighs: the time measured in it, and how restless its slices were."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tui_httpbench.analysis.gusts import (
    MAX_DF,
    MAX_SLICES,
    PRIOR_DF,
    expected_noise,
    relative_variances,
    round_weights,
    slice_variance,
)
from tui_httpbench.measured.records import RoundRecord, Slice

MODES = ("aiohttp", "requests", "httpx")


def record_of(mode: str, number: int, costs: list[float], *, group: int = 0, seconds: float = 0.05) -> RoundRecord:
    """A round whose slices cost so many seconds per request, ten requests each by a clock of ``seconds`` a slice."""
    slices = tuple(Slice(round(seconds / cost), seconds, seconds * 0.8) for cost in costs)
    return RoundRecord(mode, number, "complete", elapsed_s=seconds * len(costs), slices=slices, group=group)


def round_of(number: int, spread: float, *, slices: int = 6, **changes: float) -> list[RoundRecord]:
    generator = np.random.default_rng(number)
    return [
        record_of(mode, number, [1e-4 * math.exp(generator.normal(0, spread)) for _ in range(slices)], **changes)  # type: ignore[arg-type]
        for mode in MODES
    ]


def test_a_restless_round_weighs_less() -> None:
    weights = round_weights([*round_of(1, 0.02), *round_of(2, 0.02), *round_of(3, 0.3)])
    assert weights[1, 0] == pytest.approx(weights[2, 0], rel=0.2)
    assert weights[3, 0] < 0.6 * weights[1, 0]


def test_rounds_weigh_by_the_time_measured() -> None:
    weights = round_weights([*round_of(1, 0.0, slices=2), *round_of(2, 0.0, slices=8)])
    assert weights[2, 0] / weights[1, 0] == pytest.approx(4)


def test_groups_of_a_round_have_their_own_weights() -> None:
    weights = round_weights([*round_of(1, 0.02), *round_of(2, 0.02), *round_of(1, 0.4, group=1)])
    assert weights.keys() == {(1, 0), (2, 0), (1, 1)}
    assert weights[1, 1] < weights[1, 0]


def test_without_slices_only_the_time_counts() -> None:
    records = [RoundRecord(mode, 1, "complete", elapsed_s=0.3) for mode in MODES]
    assert round_weights(records) == {(1, 0): pytest.approx(0.3)}


def test_processor_time_has_its_own_restlessness() -> None:
    def steady_by_cpu(record: RoundRecord) -> RoundRecord:
        slices = tuple(Slice(part.requests, part.elapsed_s, part.requests * 8e-5) for part in record.slices)
        return RoundRecord(record.mode, record.round, "complete", elapsed_s=record.elapsed_s, slices=slices)

    records = [steady_by_cpu(record) for record in (*round_of(1, 0.02), *round_of(2, 0.3))]
    by_time, by_cpu = round_weights(records), round_weights(records, "cpu")
    assert by_time[2, 0] < 0.7 * by_time[1, 0]
    assert by_cpu[2, 0] == pytest.approx(by_cpu[1, 0])


def test_what_modes_and_cycles_have_of_their_own_is_no_noise() -> None:
    modes, cycles = np.array([0.0, 1.0, 3.0]), np.array([0.5, 0.0, 2.0, 1.0])
    variance, df = slice_variance(modes[:, None] + cycles)
    assert variance == pytest.approx(0, abs=1e-20)
    assert df == 6


def test_the_variance_is_that_of_a_slice() -> None:
    logs = np.random.default_rng(1).normal(0, 0.1, (8, 400))
    assert slice_variance(logs)[0] == pytest.approx(0.01, rel=0.1)


def test_a_mode_with_few_slices_is_expected_to_be_noisier() -> None:
    noise = expected_noise({"slow": [1, 2, 1, 2], "usual": [6, 6], "fast": [40, 40], "unknown": [0, 0]})
    assert noise["slow"] / noise["usual"] == pytest.approx(4)
    assert noise["fast"] == pytest.approx(1 / MAX_SLICES)
    assert noise["unknown"] == 1


def test_modes_with_fewer_slices_leave_the_later_cycles_to_the_others() -> None:
    generator = np.random.default_rng(2)
    variances = []
    for _ in range(300):
        logs = generator.normal(0, 0.1, (4, 6))
        logs[0, 2:] = np.nan
        logs[1:, 5] = np.nan  # nobody is left in the last cycle
        variance, df = slice_variance(logs)
        assert df == 17 - 4 - 5 + 1
        variances.append(variance)
    assert np.mean(variances) == pytest.approx(0.01, rel=0.1)
    alone = np.where(np.arange(4)[:, None] == 0, logs, np.nan)
    assert slice_variance(alone) == (0.0, 0)


def test_variances_are_moderated_towards_that_of_all() -> None:
    relative = relative_variances({(1, 0): (1.0, 16), (2, 0): (3.0, 16), (3, 0): (0.0, 0)})
    assert relative[1, 0] == pytest.approx((PRIOR_DF * 2 + 16 * 1) / (PRIOR_DF + 16) / 2)
    assert relative[3, 0] == 1
    capped = relative_variances({(1, 0): (1.0, 10_000), (2, 0): (3.0, 10_000)})
    assert capped[2, 0] == pytest.approx((PRIOR_DF * 2 + MAX_DF * 3) / (PRIOR_DF + MAX_DF) / 2)
    assert relative_variances({(1, 0): (0.0, 5)}) == {(1, 0): 1.0}

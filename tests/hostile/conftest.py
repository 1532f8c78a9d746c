"""How many examples the property tests try.

A usual run of the tests tries a few of each, always the same ones, so that it is quick and never fails by chance.
``pytest -m slow tests/hostile`` tries a thousand of each, and other ones each time; what fails is printed with a line
that makes it an explicit example. ``HOSTILE_EXAMPLES=20000`` sets another number for either.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

_HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
_ALL = settings.get_profile("default").phases
_SLOW = 1_000

settings.register_profile(
    "quick",
    max_examples=int(os.environ.get("HOSTILE_EXAMPLES", "5")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=_HEALTH,
    phases=[phase for phase in _ALL if phase is not Phase.explain],
)
settings.register_profile(
    "slow",
    settings.get_profile("quick"),
    max_examples=int(os.environ.get("HOSTILE_EXAMPLES", _SLOW)),
    derandomize=False,
    print_blob=True,
)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("slow" if config.option.markexpr == "slow" else "quick")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the slow tests are asked for, the property tests are among them."""
    if config.option.markexpr == "slow":
        for item in items:
            if getattr(getattr(item, "function", None), "is_hypothesis_test", False):
                item.add_marker(pytest.mark.slow)
                item.add_marker(pytest.mark.timeout(3_600))

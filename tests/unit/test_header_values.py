"""Environment variables in header values."""

from __future__ import annotations

import pytest

from tui_httpbench.plan.header_values import check_headers_for_elsewhere, expand_headers
from tui_httpbench.plan.plan import PlanError


def test_variables_are_expanded() -> None:
    headers = (("Authorization", "Bearer $TOKEN"), ("X", "${TOKEN}s cost $$5"), ("Y", "plain"))
    expanded = expand_headers(headers, {"TOKEN": "abc"})
    assert expanded == (("Authorization", "Bearer abc"), ("X", "abcs cost $5"), ("Y", "plain"))


@pytest.mark.parametrize(
    ("value", "variables", "part"),
    [
        ("Bearer $TOKEN", {}, "names $TOKEN, which is not set"),
        ("5$", {}, "write $$ for a dollar sign"),
        ("$TOKEN", {"TOKEN": "a\r\nX: smuggled"}, "can't be sent"),
        ("$TOKEN", {"TOKEN": "naïve"}, "can't be sent"),
    ],
)
def test_what_cannot_be_expanded_gets_a_sentence_without_the_value(
    value: str, variables: dict[str, str], part: str
) -> None:
    with pytest.raises(PlanError) as raised:
        expand_headers((("Authorization", value),), variables)
    assert part in str(raised.value)
    assert "smuggled" not in str(raised.value)


def test_what_is_set_elsewhere_is_not_looked_for_here() -> None:
    headers = (("Authorization", "Bearer $SET_NOWHERE_HERE"), ("X", "${SET_NEITHER}s cost $$5"))
    check_headers_for_elsewhere(headers)
    with pytest.raises(PlanError, match="names \\$SET_NOWHERE_HERE, which is not set there; set it, or write "):
        expand_headers(headers, {}, where="there")
    for value in ("5$", "Basic $ecret"):
        with pytest.raises(PlanError):
            check_headers_for_elsewhere((("X", value),))

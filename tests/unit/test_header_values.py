"""Environment variables in header values."""

from __future__ import annotations

import pytest

from tui_httpbench.plan.header_values import expand_headers
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

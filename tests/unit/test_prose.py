"""No line of a sentence ends between a number and its unit."""

from __future__ import annotations

import itertools

from rich._wrap import divide_line

from tui_httpbench.tui.parts.prose import unbroken
from tui_httpbench.tui.textual_fixes.no_break import respect_no_break_spaces

TOLD = "It takes 2.9 times as long (2.2 to 3.8): 94 % of it, 3.08 ms a request, 2 min in all."


def test_numbers_stay_with_their_units_and_bounds_together() -> None:
    kept = unbroken(TOLD)
    assert len(kept) == len(TOLD)
    for whole in ("2.9 times", "(2.2 to 3.8):", "94 %", "3.08 ms", "2 min"):
        assert whole.replace(" ", "\N{NO-BREAK SPACE}") in kept
    assert "as long" in kept
    assert "request, 2" in kept


def test_lines_break_at_other_blanks_alone() -> None:
    respect_no_break_spaces()
    kept = unbroken(TOLD)
    for width in range(14, 60):
        starts = [0, *divide_line(kept, width), len(kept)]
        lines = [kept[start:end] for start, end in itertools.pairwise(starts)]
        assert "".join(lines) == kept
        for line in lines:
            assert len(line.rstrip(" ")) <= width
            assert not line.endswith("\N{NO-BREAK SPACE}")

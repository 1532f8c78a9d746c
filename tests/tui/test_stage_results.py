"""A result on a stage: the verdict, what casts doubt on it, and bars that keep apart, in the rows of any terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from support.made_results import BUSY, DIFFERENCE, clean_result, tied_result
from support.screens import resize, text_on, wait_until
from support.shown_result import show

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.tui.parts.prose import Prose
from tui_httpbench.tui.screens.results.stage_text import doubt_on_stage, sentences_within
from tui_httpbench.tui.screens.results.why_in_short import WhyInShort
from tui_httpbench.tui.stage import STAGE_CLASS

FEW = Finding("few-rounds", "Only 3 rounds are complete. Make more.")
DRIFT = Finding("drift", "All modes became slower together, by 12 %.")


def test_what_casts_most_doubt_is_said_first_and_in_one_sentence() -> None:
    said = [
        doubt_on_stage(replace(clean_result(), findings=findings))
        for findings in ((), (DRIFT,), (DRIFT, BUSY), (DIFFERENCE, FEW, BUSY))
    ]
    assert said == [
        "",
        "! All modes became slower together, by 12 %.",
        "! Other processes used 31 % of the processors during the run. (n: 1 more)",
        "! Other processes used 31 % of the processors during the run. (n: 2 more)",
    ]


def test_as_many_whole_sentences_are_said_as_there_are_rows_for() -> None:
    text = "aiohttp is fastest. requests is slower (2.2 to 3.8). More rounds would show."
    assert [sentences_within(text, 30, rows) for rows in (0, 1, 2, 3)] == [
        "aiohttp is fastest.",
        "aiohttp is fastest.",
        "aiohttp is fastest. requests is slower (2.2 to 3.8).",
        text,
    ]
    assert sentences_within("", 30, 2) == ""


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_busy_machine_is_told_of_and_bars_keep_apart(size: tuple[int, int]) -> None:
    async with show(tied_result(), size) as (_, pilot):
        app = pilot.app
        assert not app.query("#stage-doubt")
    async with show(tied_result(), size, present=True) as (_, pilot):
        app = pilot.app
        for columns, rows in (size, (size[0], size[1] - 1), size):
            await resize(pilot, columns, rows)
            lines = text_on(app).replace("\N{NO-BREAK SPACE}", " ").splitlines()
            assert app.has_class(STAGE_CLASS)
            assert any("! Other processes used 31 % of the processors" in line for line in lines)
            bars = [number for number, line in enumerate(lines) if re.search("┤[█▏▎▍▌▋▊▉]", line)]
            apart = {later - earlier for earlier, later in pairwise(bars)}
            assert (len(bars), apart) == (8, {2})
        assert "so the two may differ" not in text_on(app)


async def test_the_key_that_is_named_opens_the_warnings_and_reasons_that_do_not_fit_are_marked() -> None:
    findings = (BUSY, FEW)
    async with show(replace(clean_result(), findings=findings), (100, 40), present=True) as (screen, pilot):
        assert "(n: 1 more)" in text_on(pilot.app)
        why = screen.query_one(WhyInShort)
        why.take_rows(6)
        await wait_until(pilot, lambda: str(why.query_one(Prose).content).rstrip().endswith(" …"))
        await wait_until(pilot, lambda: why.size.height > 0 and why.max_scroll_y == 0)
        await pilot.press("n")
        await wait_until(pilot, lambda: "Only 3 rounds are complete" in text_on(pilot.app))

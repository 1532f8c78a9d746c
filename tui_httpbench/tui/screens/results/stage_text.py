"""What a stage says of a result, where there are neither tabs nor room for every sentence."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.places import is_as_asked
from tui_httpbench.analysis.result import Result
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.form_words import in_form_words
from tui_httpbench.tui.screens.results.warnings_view import WENT_WRONG, WarningsView, count_of

_FIRST = (*WENT_WRONG, "busy-machine", "machine-slept", "few-rounds")
"""The ids of what an audience has to know first: that, and then how disturbed the machine was."""
_END = ". "


def doubt_on_stage(result: Result) -> str:
    """The first sentence of what most casts doubt on a result, and how many more warnings there are; may be empty."""
    first = first_doubt([finding for finding in result.findings if not is_as_asked(result, finding)])
    more = count_of(result) - 1
    return f"{first} ({WarningsView.KEY}: {more} more)" if first and more else first


def first_doubt(findings: Sequence[Finding]) -> str:
    """The first sentence of the finding that casts most doubt, behind its sign; empty without any."""
    doubts = sorted(findings, key=lambda found: _FIRST.index(found.id) if found.id in _FIRST else len(_FIRST))
    if not doubts:
        return ""
    first = in_form_words(printable(doubts[0].text)).partition(_END)[0].removesuffix(".")
    return f"! {first}."


def rows_of(text: str, columns: int) -> int:
    """The rows that a text takes when it is wrapped to so many columns."""
    return len(textwrap.wrap(text, max(columns, 1)))


def sentences_within(text: str, columns: int, rows: int) -> str:
    """As many sentences as so many rows hold, from the first on, which is there in any case."""
    sentences = text.split(_END)
    while len(sentences) > 1 and rows_of(_END.join(sentences), columns) > rows:
        sentences.pop()
    fitting = _END.join(sentences)
    return fitting if fitting.endswith(".") or not fitting else f"{fitting}."

"""This run beside the well-known article: its seconds and its ranking, ours, and where the order differs.

All wording that a screen or a report shows about it is made here, in ``article_causes`` and in ``article_accounts``.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from tui_httpbench.analysis.article_accounts import explain_swaps, explain_times
from tui_httpbench.analysis.article_causes import describe_setting, explain_causes
from tui_httpbench.analysis.article_run import Explanation, Run
from tui_httpbench.analysis.result import Rank, Result
from tui_httpbench.plan.plan import ARTICLE
from tui_httpbench.text.formatting import UNKNOWN, enumerate_names, format_ratio

TITLE = "requests vs aiohttp vs httpx: A Deep Dive into Python HTTP Clients"
PUBLISHER = "Leapcell"
PUBLISHED_S: dict[str, float] = {
    "aiohttp": 2.235,
    "aiohttp-each": 2.666,
    "httpx-async": 4.360,
    "requests-session": 4.679,
    "httpx-async-each": 6.378,
    "requests": 10.296,
    "httpx": 16.606,
}
"""The article's seconds for 100 requests, by mode, the fastest first."""
LEFT_OUT = "httpx"
PUBLISHED_RANKING = tuple(mode_id for mode_id in PUBLISHED_S if mode_id != LEFT_OUT)
PUBLISHED_REQUESTS = 100
COLUMNS = ("mode", "article s", "yours s", "ratio", "article #", "your #")
RATIO_LIKE = (0.85, 1.15)
MAX_CLAUSES = 3

Pair = tuple[str, str]


@dataclass(frozen=True)
class ArticleRow:
    """One of the article's modes; numbers are None where there is nothing to compare.

    ``published_rank`` is the article's own place, ``expected_rank`` the same counted among the modes compared here.
    ``measured_s`` is the median time of a round's requests in seconds (of a batch's, where a round has several),
    ``ratio`` that over ``published_s``. ``rank`` is this run's place among the modes compared, ``shared`` by those that
    can't be told from the first of them.
    """

    mode: str
    published_s: float
    published_rank: int | None
    expected_rank: int | None = None
    measured_s: float | None = None
    rank: int | None = None
    shared: bool = False
    ratio: float | None = None

    @property
    def label(self) -> str | None:
        """This run's place as it is shown: ``2=`` where several modes share it."""
        return None if self.rank is None else f"{self.rank}=" if self.shared else str(self.rank)

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as text, a cell for each of ``COLUMNS``."""
        return (
            self.mode,
            f"{self.published_s:.3f}",
            UNKNOWN if self.measured_s is None else _seconds_text(self.measured_s),
            UNKNOWN if self.ratio is None else _ratio_text(self.ratio),
            UNKNOWN if self.expected_rank is None else str(self.expected_rank),
            self.label or UNKNOWN,
        )


@dataclass(frozen=True)
class ArticleComparison:
    """The run beside the article; ``rows`` in the published order, the one that its ranking leaves out last.

    ``swapped`` are pairs in the published order that this run surely has the other way round, ``open_pairs`` those that
    it does not tell apart. ``setting`` says in what the run differs from the article's, None where it is alike.
    """

    rows: tuple[ArticleRow, ...]
    swapped: tuple[Pair, ...]
    open_pairs: tuple[Pair, ...]
    summary: str
    setting: str | None
    notes: tuple[str, ...]
    explanations: tuple[Explanation, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is to be read below the table, the most important first; the summary comes before it."""
        setting = () if self.setting is None else (self.setting,)
        return (*setting, *(explanation.text for explanation in self.explanations), *self.notes)


def compare_with_article(result: Result) -> ArticleComparison | None:
    """This run beside the article; None unless it timed two of the article's modes in the article's way.

    A mode with failed requests or missing rounds is listed without being compared.
    """
    if result.plan.concurrency != ARTICLE:
        return None
    ranks = {rank.mode: rank for rank in result.ranking}
    times_s = {mode_id: time_s for mode_id, rank in ranks.items() if (time_s := _median_round_s(result, rank))}
    if len(times_s.keys() & PUBLISHED_S.keys()) < 2:
        return None
    order = [mode_id for mode_id in ranks if mode_id in times_s and mode_id in PUBLISHED_RANKING]
    places = _places(order, ranks)
    rows = _rows(result, times_s, places)
    swapped, open_pairs = _pairs(order, ranks)
    setting = describe_setting(result.plan)
    run = Run(result, times_s)
    low, high = RATIO_LIKE
    ratios = {row.mode: row.ratio for row in rows if row.ratio is not None and not low <= row.ratio <= high}
    return ArticleComparison(
        rows=rows,
        swapped=swapped,
        open_pairs=open_pairs,
        summary=_summary(rows, swapped, open_pairs),
        setting=setting,
        notes=_notes(result, rows),
        explanations=(
            *explain_swaps(run, swapped),
            # Elsewhere it is the setting that explains the seconds.
            *explain_times(run, {} if setting else ratios),
            *explain_causes(run, tuple(PUBLISHED_S)),
        ),
    )


def _median_round_s(result: Result, rank: Rank) -> float | None:
    """The median over rounds of the seconds that as many requests take as the plan asks for."""
    times = [
        record.elapsed_s / len(record.samples) * (result.plan.requests or 0)
        for record in result.records
        if record.mode == rank.mode and record.outcome == "complete" and record.elapsed_s and len(record.samples)
    ]
    return statistics.median(times) if rank.clean and times else None


def _places(order: list[str], ranks: Mapping[str, Rank]) -> dict[str, int]:
    """The places among some modes of a ranking; those that can't be told from the first of a place share it."""
    places: dict[str, int] = {}
    leader = ""
    for place, mode_id in enumerate(order, start=1):
        if not leader or leader not in ranks[mode_id].tied_with:
            leader = mode_id
            places[mode_id] = place
        else:
            places[mode_id] = places[leader]
    return places


def _rows(result: Result, times_s: Mapping[str, float], places: Mapping[str, int]) -> tuple[ArticleRow, ...]:
    expected = [mode_id for mode_id in PUBLISHED_RANKING if mode_id in places]
    shared = list(places.values())
    same_count = result.plan.requests == PUBLISHED_REQUESTS
    rows = []
    for mode_id, published_s in PUBLISHED_S.items():
        if mode_id not in result.plan.modes:
            continue
        time_s, place = times_s.get(mode_id), places.get(mode_id)
        rows.append(
            ArticleRow(
                mode=mode_id,
                published_s=published_s,
                published_rank=PUBLISHED_RANKING.index(mode_id) + 1 if mode_id != LEFT_OUT else None,
                expected_rank=expected.index(mode_id) + 1 if mode_id in expected else None,
                measured_s=time_s,
                rank=place,
                shared=place is not None and shared.count(place) > 1,
                ratio=time_s / published_s if time_s is not None and same_count else None,
            )
        )
    return tuple(rows)


def _pairs(order: list[str], ranks: Mapping[str, Rank]) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """The pairs, in the published order, that are surely the other way round here, and those that are undecided."""
    published = (mode_id for mode_id in PUBLISHED_RANKING if mode_id in order)
    swapped, open_pairs = [], []
    for upper, lower in itertools.combinations(published, 2):
        if lower in ranks[upper].tied_with:
            open_pairs.append((upper, lower))
        elif order.index(lower) < order.index(upper):
            swapped.append((upper, lower))
    return tuple(swapped), tuple(open_pairs)


def _summary(rows: tuple[ArticleRow, ...], swapped: tuple[Pair, ...], open_pairs: tuple[Pair, ...]) -> str:
    ranked = [row for row in rows if row.rank is not None]
    pairs = len(ranked) * (len(ranked) - 1) // 2
    if not pairs:
        text = f"Of the article's ranking only {ranked[0].mode} was measured here, so there is no order to compare."
    elif len(open_pairs) == pairs:
        text = "This run tells none of these modes apart, so it says nothing for or against the article's order."
    elif swapped:
        passed = {lower: [upper for upper, other in swapped if other == lower] for _, lower in swapped}
        clauses = [f"{lower} is before {enumerate_names(uppers)}" for lower, uppers in passed.items()]
        text = f"The order differs from the article's: here {_listed(clauses)}{_open_clause(open_pairs, pairs)}."
    elif open_pairs:
        text = f"What this run decides is in the article's order{_open_clause(open_pairs, pairs)}."
    else:
        text = "The order is the article's."
    ratios = sorted(row.ratio for row in rows if row.ratio is not None)
    if ratios:
        text += f" The times are {_ratio_text(ratios[0])} to {_ratio_text(ratios[-1])} the article's."
    return text


def _open_clause(open_pairs: tuple[Pair, ...], pairs: int) -> str:
    if not open_pairs:
        return ""
    if len(open_pairs) > MAX_CLAUSES:
        return f"; {len(open_pairs)} of {pairs} pairs are not told apart"
    return f"; not told apart: {_listed([f'{upper} and {lower}' for upper, lower in open_pairs])}"


def _notes(result: Result, rows: tuple[ArticleRow, ...]) -> tuple[str, ...]:
    notes = []
    if result.plan.requests != PUBLISHED_REQUESTS:
        notes.append(
            f"The article sent {PUBLISHED_REQUESTS} requests and this run {result.plan.requests:,}, so there is no "
            "ratio."
        )
    compared = sum(row.rank is not None for row in rows)
    if 1 < compared < len(PUBLISHED_RANKING):
        notes.append(f"Places, the article's too, count only the {compared} modes of its ranking that are compared.")
    if any(row.mode == LEFT_OUT for row in rows):
        notes.append(f"The article timed {LEFT_OUT} but left it out of its ranking.")
    if missing := [row.mode for row in rows if row.measured_s is None]:
        notes.append(f"Not compared, for failed requests or missing rounds: {enumerate_names(missing)}.")
    if other := [row.mode for row in rows if row.measured_s is not None and result.does_other_work(row.mode)]:
        notes.append(f"Other work than most modes, as the warnings say, was done by {enumerate_names(other)}.")
    return tuple(notes)


def _listed(items: list[str]) -> str:
    shown = "; ".join(items[:MAX_CLAUSES])
    return shown if len(items) <= MAX_CLAUSES else f"{shown}; and {len(items) - MAX_CLAUSES} more"


def _ratio_text(ratio: float) -> str:
    return format_ratio(ratio) if ratio >= 0.1 else f"×{ratio:.2g}"


def _seconds_text(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds >= 1 else f"{seconds:.3g}"

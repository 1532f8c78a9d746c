"""This run beside the well-known article: its seconds and places, ours, and in what the two runs differ."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass

from tui_httpbench.analysis.places import knows_places
from tui_httpbench.analysis.reasons import explain_ranking
from tui_httpbench.analysis.result import Rank, Result
from tui_httpbench.plan.plan import ARTICLE, Plan
from tui_httpbench.plan.presets import ARTICLE_ADDRESS, ARTICLE_PUBLISHER, ARTICLE_TITLE
from tui_httpbench.plan.scenario import SCENARIOS
from tui_httpbench.text.formatting import UNKNOWN, enumerate_names, format_ratio
from tui_httpbench.text.markdown_table import Side

TITLE = ARTICLE_TITLE
PUBLISHER = ARTICLE_PUBLISHER
ADDRESS = ARTICLE_ADDRESS
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
BODY_NOT_READ = "aiohttp"
PUBLISHED_RANKING = tuple(mode_id for mode_id in PUBLISHED_S if mode_id != LEFT_OUT)
PUBLISHED_REQUESTS = 100
COLUMNS: dict[str, Side] = {
    "mode": "left",
    **dict.fromkeys(("article s", "yours s", "ratio", "article #", "your #"), "right"),
}
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
    expected_rank: int | None
    measured_s: float | None
    rank: int | None
    shared: bool
    ratio: float | None

    @property
    def label(self) -> str | None:
        """This run's place as it is shown: ``2=`` where several modes share it."""
        return None if self.rank is None else f"{self.rank}=" if self.shared else str(self.rank)

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as text, a cell for each of ``COLUMNS``."""
        time_s = self.measured_s
        return (
            self.mode,
            f"{self.published_s:.3f}",
            UNKNOWN if time_s is None else f"{time_s:,.0f}" if time_s >= 100 else f"{time_s:#.3g}",
            UNKNOWN if self.ratio is None else format_ratio(self.ratio),
            UNKNOWN if self.expected_rank is None else str(self.expected_rank),
            self.label or UNKNOWN,
        )


@dataclass(frozen=True)
class Explanation:
    """Why modes are where they are, in a sentence or two."""

    modes: tuple[str, ...]
    text: str


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
        why = (f"{', '.join(explanation.modes)}: {explanation.text}" for explanation in self.explanations)
        return (*filter(None, [self.setting]), *why, *self.notes)


def compare_with_article(result: Result) -> ArticleComparison | None:
    """This run beside the article; None unless it timed two of the article's modes in the article's way.

    A mode with failed requests or missing rounds is listed without being compared.
    """
    if result.plan.concurrency != ARTICLE:
        return None
    ranks, times_s = {rank.mode: rank for rank in result.ranking}, _times_s(result)
    if len(times_s.keys() & PUBLISHED_S.keys()) < 2:
        return None
    order = _order(result, times_s)
    pairs, swapped, open_pairs = _compared(order, ranks)
    rows = _rows(result, times_s, _places(order, ranks) if knows_places(result.ranking) else {})
    return ArticleComparison(
        rows=rows,
        swapped=swapped,
        open_pairs=open_pairs,
        summary=_summary(rows, _verdict(swapped, open_pairs, len(pairs))),
        setting=describe_setting(result.plan),
        notes=_notes(result, rows),
        explanations=tuple(
            Explanation((reason.rank.mode,), reason.text)
            for reason in explain_ranking(result)
            if reason.rank.mode in PUBLISHED_S
        ),
    )


def is_like_the_article(plan: Plan) -> bool:
    """Whether it sends as many requests as the article, in its way, to a target like its site."""
    is_alike = plan.concurrency == ARTICLE and plan.requests == PUBLISHED_REQUESTS
    return is_alike and plan.scenario.name.startswith("article")


def verdict_on_order(result: Result) -> str:
    """Whether the article's order was reproduced, in a sentence; empty where fewer than two modes tell."""
    ranks, times_s = {rank.mode: rank for rank in result.ranking}, _times_s(result)
    pairs, swapped, open_pairs = _compared(_order(result, times_s), ranks)
    return _verdict(swapped, open_pairs, len(pairs)) if pairs else ""


def _times_s(result: Result) -> dict[str, float]:
    """The median seconds of each mode that was timed."""
    return {rank.mode: time_s for rank in result.ranking if (time_s := _median_round_s(result, rank))}


def _order(result: Result, times_s: dict[str, float]) -> list[str]:
    """The modes of the article's ranking in the order that this run found."""
    return [rank.mode for rank in result.ranking if rank.mode in times_s and rank.mode in PUBLISHED_RANKING]


def _compared(order: list[str], ranks: dict[str, Rank]) -> tuple[list[Pair], tuple[Pair, ...], tuple[Pair, ...]]:
    """All pairs in the article's order, those that are surely the other way round here, and those not told apart."""
    pairs = list(itertools.combinations([mode_id for mode_id in PUBLISHED_RANKING if mode_id in order], 2))
    open_pairs = tuple((upper, lower) for upper, lower in pairs if lower in ranks[upper].tied_with)
    swapped = tuple(pair for pair in pairs if pair not in open_pairs and order.index(pair[1]) < order.index(pair[0]))
    return pairs, swapped, open_pairs


def describe_setting(plan: Plan) -> str | None:
    """In what the run's setting differs from the article's, in a sentence or two; None where it is alike."""
    site, scenario, request = SCENARIOS["article"], plan.scenario, plan.request
    if request.uses_embedded_target:
        trip = f"a round trip of {scenario.rtt_ms:g} ms" if scenario.rtt_ms else "no distance"
        answer = "an instant answer" if scenario.service_time.is_none else "another service time"
        limit = "no limit to its capacity" if scenario.capacity.is_unlimited else "another capacity"
        page = ("/", site.body_bytes, site.gzip)
        differs = {
            "no TLS": not scenario.tls,
            trip: (scenario.rtt_ms, scenario.jitter_ms) != (site.rtt_ms, site.jitter_ms),
            answer: scenario.service_time != site.service_time,
            limit: scenario.capacity != site.capacity,
            "another page": (request.url, scenario.body_bytes, scenario.gzip) != page,
        }
    else:
        differs = {
            "another distance, speed and page, as far as is known": True,
            "no TLS": not request.url.lower().startswith("https:"),
        }
    differs["another request"] = request.method != "GET" or request.body is not None
    differs["the same settings for all clients"] = plan.profile != "defaults"
    others = [what for what, is_so in differs.items() if is_so]
    if not others:
        return None
    return (
        f"This run's setting differs from the article's site: {enumerate_names(others)}. Compare the order rather than "
        "the seconds; --preset article comes close to the site."
    )


def _median_round_s(result: Result, rank: Rank) -> float | None:
    """The median over rounds of the seconds that as many requests take as the plan asks for."""
    times = [
        record.elapsed_s / record.finished * (result.plan.requests or 0)
        for record in result.records
        if record.mode == rank.mode and record.outcome == "complete" and record.elapsed_s and record.finished
    ]
    return statistics.median(times) if rank.clean and times else None


def _places(order: list[str], ranks: dict[str, Rank]) -> dict[str, int]:
    """The places among some modes of a ranking; those that can't be told from the first of a place share it."""
    places: dict[str, int] = {}
    leader = ""
    for place, mode_id in enumerate(order, start=1):
        is_tied = bool(leader) and leader in ranks[mode_id].tied_with
        leader = leader if is_tied else mode_id
        places[mode_id] = places[leader] if is_tied else place
    return places


def _rows(result: Result, times_s: dict[str, float], places: dict[str, int]) -> tuple[ArticleRow, ...]:
    compared = [mode_id for mode_id in PUBLISHED_RANKING if mode_id in times_s]
    shared = list(places.values())
    has_ratio = result.plan.requests == PUBLISHED_REQUESTS
    return tuple(
        ArticleRow(
            mode=mode_id,
            published_s=published_s,
            published_rank=None if mode_id == LEFT_OUT else PUBLISHED_RANKING.index(mode_id) + 1,
            expected_rank=compared.index(mode_id) + 1 if mode_id in compared else None,
            measured_s=times_s.get(mode_id),
            rank=places.get(mode_id),
            shared=shared.count(places.get(mode_id, 0)) > 1,
            ratio=times_s[mode_id] / published_s if has_ratio and mode_id in times_s else None,
        )
        for mode_id, published_s in PUBLISHED_S.items()
        if mode_id in result.plan.modes
    )


def _verdict(swapped: tuple[Pair, ...], open_pairs: tuple[Pair, ...], pairs: int) -> str:
    if len(open_pairs) == pairs:
        return "This run can't say whether the article's order holds: it tells none of its modes apart."
    if swapped:
        passed = {lower: [upper for upper, other in swapped if other == lower] for _, lower in swapped}
        clauses = [f"{lower} is faster than {enumerate_names(uppers)}" for lower, uppers in passed.items()]
        left_open = f" ({len(open_pairs)} of {pairs} pairs are not told apart)" if open_pairs else ""
        return f"The article's order was not reproduced: here {'; '.join(clauses)}{left_open}."
    if open_pairs:
        told = pairs - len(open_pairs)
        all_ = "all " if told > 1 else ""
        return f"This run tells {told} of the article's {pairs} pairs apart, {all_}{told} in the article's order."
    return "The article's order was reproduced."


def _summary(rows: tuple[ArticleRow, ...], text: str) -> str:
    ratios = [row.ratio for row in rows if row.ratio is not None]
    if not ratios:
        return text
    return f"{text} The times are {format_ratio(min(ratios))} to {format_ratio(max(ratios))} the article's."


def _notes(result: Result, rows: tuple[ArticleRow, ...]) -> tuple[str, ...]:
    modes = [row.mode for row in rows]
    compared = sum(row.expected_rank is not None for row in rows)
    notes = {
        f"The article sent {PUBLISHED_REQUESTS} requests and this run {result.plan.requests or 0:,}, so there is no "
        "ratio.": result.plan.requests != PUBLISHED_REQUESTS,
        f"Places, the article's too, count only the {compared} modes of its ranking that are compared.": (
            1 < compared < len(PUBLISHED_RANKING)
        ),
        f"The article timed {LEFT_OUT} but left it out of its ranking.": LEFT_OUT in modes,
        f"The article's test of {BODY_NOT_READ} never reads the body, which is read here.": BODY_NOT_READ in modes,
    }
    return tuple(note for note, applies in notes.items() if applies)

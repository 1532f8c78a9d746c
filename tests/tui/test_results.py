"""The ranking on the Results screen: chart and table say what was measured, at any size and in any theme."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.made_results import (
    EIGHT,
    MACHINE,
    OTHER_WORK,
    clean_result,
    plain_result_of,
    record_of,
    rounds_of,
    tied_result,
    troubled_result,
)
from support.screens import resize, text_on, wait_until
from support.shown_result import show
from textual.app import App
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES
from textual.widget import Widget
from textual.widgets import DataTable, Footer, Select, Tabs

from tui_httpbench.analysis.columns import METRIC_KEYS, METRICS
from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.places import BARS_NOTE, ORDER_NOTE
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.rows import bars_are_out_of_order, order_by
from tui_httpbench.measured.measured import Measured
from tui_httpbench.text.formatting import format_interval, format_rate, format_ratio
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.parts.prose import Prose, unbroken
from tui_httpbench.tui.screens.results.metric_bar import MetricBar
from tui_httpbench.tui.screens.results.ranking_chart import ChartPanel, RankingChart
from tui_httpbench.tui.screens.results.ranking_table import RankingTable
from tui_httpbench.tui.screens.results.ranking_view import said_of
from tui_httpbench.tui.screens.results.screen import ResultsScreen

INTERVAL = "├●┤ 95 % interval"
LARGE = [pytest.param(size, marks=pytest.mark.slow) for size in [(120, 36), (160, 45), (200, 60)]]


def chart_lines(screen: ResultsScreen) -> list[str]:
    """The chart as it is drawn, without its axis."""
    drawn = str(screen.query_one(RankingChart).render())
    return [line for line in drawn.splitlines() if "┤" in line]


def labels(lines: list[str]) -> list[str]:
    return [line.partition("┤")[0].strip() for line in lines]


def column(screen: ResultsScreen, key: str) -> list[str]:
    return [str(cell) for cell in screen.query_one(RankingTable).get_column(key)]


def heading(screen: ResultsScreen) -> str:
    return str(screen.query_one(ChartPanel).border_title).strip()


def words_in(pilot: Pilot[None], widget: Widget) -> str:
    """What is to be read in a widget, in one line."""
    lines = text_on(pilot.app).splitlines()[widget.region.y : widget.region.bottom]
    # The page's scrollbar may stand beside it.
    return " ".join(" ".join(line[: widget.region.right] for line in lines).split())


def names(lines: list[str]) -> list[str]:
    """The modes that the lines are about, without their places."""
    return [label.split()[-1] for label in labels(lines)]


@pytest.mark.slow
async def test_a_clean_result_opens_with_throughput_and_has_other_scales_and_metrics(
    matches_snapshot: Callable[[App[Any]], bool],
) -> None:
    result = clean_result()
    async with show(result) as (screen, pilot):
        assert heading(screen) == f"Requests per second, higher is better · {INTERVAL}"
        lines = chart_lines(screen)
        assert labels(lines) == [f"{rank.label} {rank.mode}" for rank in result.ranking]
        for rank, line in zip(result.ranking, lines, strict=True):
            assert line.strip().endswith(format_rate(result.mode(rank.mode).requests_per_second or 0.0))
        assert column(screen, "mode") == [rank.mode for rank in result.ranking]
        assert column(screen, "ratio")[0] == "×1.00"
        assert column(screen, "ratio")[-1] == "×200"
        assert set(column(screen, "errors")) == {"0"}

        await pilot.press("l")
        await pilot.pause()
        logarithmic = chart_lines(screen)
        assert "log scale" in heading(screen)
        assert "scale: log" in text_on(pilot.app)
        assert logarithmic[-1].count("█") > lines[-1].count("█")
        assert matches_snapshot(pilot.app)
        await pilot.click("#scale")
        await pilot.pause()
        assert chart_lines(screen) == lines
        assert "scale: linear" in text_on(pilot.app)

        for number, metric in enumerate(METRICS[:METRIC_KEYS], 1):
            await pilot.press(str(number))
            await pilot.pause()
            drawn = text_on(pilot.app)
            for mode, value in order_by(metric, result):
                assert value is not None
                assert f" {metric.with_unit(value)} " in drawn, (metric.id, mode.mode)
            if metric.id in ("time", "rate", "p50", "p99", "cpu"):
                assert names(chart_lines(screen))[0] == "aiohttp"


@pytest.mark.slow
async def test_keys_and_clicks_switch_the_metric() -> None:
    titles = {
        "1": "Requests per second, higher is better",
        "2": "Measured time per request, lower is better",
        "3": "Median latency in ms, lower is better",
        "4": "99th percentile of latency in ms, lower is better",
        "5": "CPU time per request in µs, lower is better",
        "6": "Peak memory in MiB, lower is better",
        "7": "Connections opened per round, lower is better",
        "8": "Requests per connection, higher is better",
        "9": "Body bytes per request",
    }
    async with show(clean_result()) as (screen, pilot):
        drawn = {}
        for key, title in titles.items():
            await pilot.press(key)
            await pilot.pause()
            assert heading(screen).removesuffix(f" · {INTERVAL}") == title
            drawn[key] = chart_lines(screen)
        assert len({tuple(lines) for lines in drawn.values()}) == 9
        for key, metric in ((key, METRICS[int(key) - 1]) for key in ("1", "7", "4")):
            if int(key) <= 4:
                await pilot.click(f"#metric-{metric.id}")
            else:
                await pilot.click("#more-metrics")
                await pilot.press("home", *["down"] * (int(key) - 4), "enter")
            await pilot.pause()
            chosen = (screen.query_one("#metrics", Tabs).active, screen.query_one("#more-metrics", Select).value)
            assert chosen == ((f"metric-{metric.id}", Select.NULL) if int(key) <= 4 else ("", metric.id))
            assert heading(screen).removesuffix(f" · {INTERVAL}") == titles[key]
            assert chart_lines(screen) == drawn[key]


async def test_what_failed_is_marked_ranked_last_and_told_with_its_text() -> None:
    async with show(troubled_result(), (160, 45)) as (screen, pilot):
        assert screen.title == "embedded target, stopped: 608 of 800 requests measured"
        assert "stopped: 608 of 800 requests measured" in text_on(pilot.app)
        lines = dict(zip(names(chart_lines(screen)), chart_lines(screen), strict=True))
        assert list(lines)[:4] == ["aiohttp", "aiohttp-each", "httpx-client", "requests-session"]
        assert "! 7 failed" in lines["requests"]
        assert "! incomplete" in lines["httpx-async"]
        assert lines["httpx"].split("┤")[1].strip() == "no request succeeded"
        assert lines["httpx-async-each"].split("┤")[1].strip() == "not measured"
        assert column(screen, "rank") == ["1", "2", "3", "4", "–", "–", "–", "–"]
        table = dict(zip(column(screen, "mode"), column(screen, "errors"), strict=True))
        assert (table["requests !"], table["httpx !"], table["aiohttp"]) == ("7", "100", "0")
        rates = dict(zip(column(screen, "mode"), column(screen, "rate"), strict=True))
        assert rates["httpx !"] == "–"
        assert "\x1b" not in text_on(pilot.app)
        await pilot.press("2")
        await pilot.pause()
        lines = dict(zip(names(chart_lines(screen)), chart_lines(screen), strict=True))
        assert lines["httpx-async"].split("┤")[1].strip() == "no complete round"


async def test_ties_other_work_settings_and_unknown_numbers_are_shown() -> None:
    result = tied_result()
    async with show(result, (160, 45)) as (screen, pilot):
        assert "2 warnings" in str(screen.query_one(ChartPanel).border_subtitle)
        assert labels(chart_lines(screen))[3:5] == ["4= requests-session", "4= httpx-async"]
        assert column(screen, "rank") == ["1", "2", "3", "4=", "4=", "6", "7", "8"]
        interval = result.ranking[1].interval
        assert interval is not None
        assert column(screen, "interval")[:2] == ["reference", format_interval(interval.low, interval.high)]
        told = {"faster": "beats next", "unsure": "unsure", None: "–"}
        assert column(screen, "verdict") == [told[rank.verdict_next] for rank in result.ranking]
        assert column(screen, "verdict").count("unsure") == 1
        assert {name for name in column(screen, "mode") if name.endswith(" ≠")} == {f"{mode} ≠" for mode in OTHER_WORK}
        assert text_on(pilot.app).count("≠ other work") == 4
        unknown = dict(zip(column(screen, "mode"), column(screen, "connections"), strict=True))
        assert (unknown["aiohttp"], unknown["requests"], unknown["requests-session"]) == ("–", "23", "1")
        await pilot.press("7")
        await pilot.pause()
        lines = dict(zip(names(chart_lines(screen)), chart_lines(screen), strict=True))
        assert lines["aiohttp"].split("┤")[1].strip() == "unknown"


async def test_nothing_measured_is_said_in_a_sentence_with_nothing_to_go_on_with() -> None:
    result = plain_result_of(modes=("aiohttp", "httpx"), stopped=True)
    async with show(result, measured=measured_of(result)) as (screen, pilot):
        await wait_until(pilot, lambda: "Stopped before anything was measured." in text_on(pilot.app))
        assert not screen.query_one(RankingTable).is_on_screen
        for word in ("not measured", "+ More", "Replay", "Save"):
            assert word not in text_on(pilot.app)
        await pilot.press("space", "s", "w", "g")
        await pilot.pause()
        assert pilot.app.screen is screen


async def test_a_click_on_a_column_sorts_by_it() -> None:
    async with show(troubled_result(), (120, 36)) as (screen, pilot):
        table = screen.query_one(RankingTable)
        ranked = column(screen, "mode")

        async def click_header(key: str) -> list[str]:
            table.post_message(DataTable.HeaderSelected(table, table.columns[key].key, 0, table.columns[key].label))  # type: ignore[index]
            await pilot.pause()
            return column(screen, "mode")

        assert (await click_header("mode")) == sorted(ranked)
        assert (await click_header("mode")) == sorted(ranked, reverse=True)
        assert (await click_header("reuse"))[0] == "aiohttp"  # more is better
        by_p99 = await click_header("p99")
        assert by_p99[0] == "aiohttp"
        assert {by_p99[-1], by_p99[-2]} == {"httpx !", "httpx-async-each !"}
        await pilot.click(RankingTable, offset=(3, 1))
        await pilot.pause()
        assert column(screen, "mode") == ranked


async def test_keys_sort_the_table_and_each_row_is_compared_with_the_one_below_it() -> None:
    async with show(tied_result(), (120, 36)) as (screen, pilot):
        table = screen.query_one(RankingTable)
        by_rank = column(screen, "mode")
        faster = column(screen, "verdict")

        def agrees() -> bool:
            shown, told = column(screen, "mode"), column(screen, "verdict")
            known = [index for index, verdict in enumerate(told[:-1]) if verdict != "unsure"]
            beats = [by_rank.index(shown[index]) < by_rank.index(shown[index + 1]) for index in known]
            told_otherwise = ["loses to next", "beats next"]
            return [told[index] for index in known] == [told_otherwise[is_first] for is_first in beats]

        def titles() -> list[str]:
            return [str(column.label) for column in table.ordered_columns]

        assert not any(title.endswith(("▼", "▲")) for title in titles())
        await pilot.press("i")
        await wait_until(pilot, lambda: "# ▼" in titles())
        assert column(screen, "mode")[0] == by_rank[-1]
        assert column(screen, "verdict").count("loses to next") == 6
        assert agrees()
        await pilot.press("greater_than_sign")
        await wait_until(pilot, lambda: "mode ▲" in titles())
        assert column(screen, "mode") == sorted(by_rank)
        assert "sorted by mode ▲" in str(table.border_title)
        assert agrees()
        await pilot.press("less_than_sign")
        await wait_until(pilot, lambda: column(screen, "mode") == by_rank)
        assert column(screen, "verdict") == faster


async def test_intervals_that_mostly_leave_the_chart_are_not_drawn() -> None:
    noisy = [record_of(m, 5.0, round_number=n, noise=0.95) for m in EIGHT for n in (1, 2)]
    async with show(plain_result_of(*noisy), (160, 45)) as (screen, _):
        assert heading(screen).endswith("95 % intervals go beyond the chart: see the table")
        assert not any("●" in line or "┄" in line for line in chart_lines(screen))


async def test_the_title_says_what_the_numbers_hold_for() -> None:
    async with show(tied_result(), (200, 60)) as (screen, _):
        assert f"{screen.title} · {screen.sub_title}" == (
            "embedded target · no distance · HTTP · article's load · 1 kB page · 8 modes × 20 requests × 5 rounds · "
            "aiohttp 3.14.1, httpx 0.28.1, requests 2.34.2"
        )
    async with show(tied_result(), (80, 24)) as (screen, pilot):
        assert screen.sub_title == "no distance · HTTP · article's load · 1 kB page"
        assert "127.0.0.1" not in text_on(pilot.app)


@pytest.mark.parametrize("size", [(80, 24), *LARGE])
async def test_eight_modes_fit_every_size(size: tuple[int, int]) -> None:
    result = clean_result()
    async with show(result, size) as (screen, pilot):
        drawn = text_on(pilot.app)
        for rank in result.ranking:
            assert drawn.count(f" {rank.mode} ") >= 2  # chart and table
            # Where rows are few, the table says nothing again that the chart above it says.
            rate = f" {format_rate(result.mode(rank.mode).requests_per_second or 0.0)} "
            assert drawn.count(rate) == (1 if size[1] < 30 else 2)
        for word in ("4 p99 ", "requests/s", "slower", "95 % interval", "vs next", "palette"):
            assert word in drawn
        table = screen.query_one(RankingTable)
        assert table.region.bottom < size[1]
        page = screen.query_one("#page")
        assert (table.max_scroll_y, page.max_scroll_x) == (0, 0)
        assert page.max_scroll_y == screen.query_one("#rest-below").region.height  # none where rows are many
        assert screen.query_one(ChartPanel).max_scroll_y == 0
        assert (table.max_scroll_x == 0) == (size[0] >= 160)
        await pilot.press("right")
        assert (table.scroll_x > 0) == (table.max_scroll_x > 0)
        table.scroll_to(x=table.max_scroll_x, animate=False)
        await pilot.pause()
        drawn = text_on(pilot.app)
        assert " bytes " in drawn
        assert " httpx-async-each " in drawn.partition(" bytes ")[2]  # names stay in view
        assert screen.query_one(Footer).max_scroll_x == 0


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_fifty_modes_can_be_scrolled_to(size: tuple[int, int]) -> None:
    modes = tuple(f"{mode}#{number}" if number > 1 else mode for number in range(1, 8) for mode in EIGHT)[:50]
    async with show(clean_result(modes), size) as (screen, pilot):
        assert len(labels(chart_lines(screen))) == 50
        page, last = screen.query_one("#page"), column(screen, "mode")[-1]
        assert " 1 aiohttp ┤" in text_on(pilot.app)
        await pilot.press("5")  # which fills the table anew
        await pilot.pause()
        assert page.scroll_y == 0
        await pilot.press("1", *["pagedown"] * 6)
        await wait_until(pilot, lambda: re.search(rf" {last}  +[×\d]", text_on(pilot.app)) is not None)
        assert page.focusable
        page.scroll_home(animate=False)
        page.focus()
        await pilot.press("end")
        await wait_until(pilot, lambda: page.scroll_y == page.max_scroll_y)
        assert f" {last} " in text_on(pilot.app)


@pytest.mark.slow
async def test_the_chart_follows_the_size() -> None:
    async with show(clean_result()) as (screen, pilot):
        narrow = max(map(len, chart_lines(screen)))
        await resize(pilot, 160, 45)
        wide = max(map(len, chart_lines(screen)))
        assert narrow != wide
        await resize(pilot, 80, 24)
        assert max(map(len, chart_lines(screen))) == narrow


async def test_intervals_are_drawn_at_the_bars_of_what_was_ranked() -> None:
    async with show(tied_result(), (120, 36)) as (screen, pilot):
        lines = dict(zip(names(chart_lines(screen)), chart_lines(screen), strict=True))
        assert "●" not in lines["aiohttp"]  # the reference
        for mode in ("requests-session", "httpx-async"):
            whisker = re.search("├─*●─*┤", lines[mode])
            assert whisker is not None
            assert whisker.start() > lines[mode].index("█")
        await pilot.press("3")
        await pilot.pause()
        assert "95 %" not in heading(screen)
        assert not any("●" in line for line in chart_lines(screen))


@pytest.mark.parametrize("size", [(80, 24), *LARGE, (50, 14)])
async def test_the_conclusion_stands_first_and_in_full(size: tuple[int, int]) -> None:
    result = tied_result()
    verdict, rest = said_of(result, ())
    assert " ".join((verdict, rest)) == conclude(result)
    async with show(result, size) as (screen, pilot):
        said = screen.query_one("#conclusion", Prose)
        assert words_in(pilot, said) == verdict
        assert size[1] < 30 or words_in(pilot, screen.query_one("#conclusion-rest")) == rest
        assert said.region.y < screen.query_one(MetricBar).region.y < screen.query_one(ChartPanel).region.y
        assert said.styles.text_style.bold


async def test_where_nothing_succeeded_the_reason_stands_first() -> None:
    result = plain_result_of(*(record_of(mode, failed=20) for mode in EIGHT))
    conclusion = conclude(result) or ""
    assert conclusion.startswith("No mode got an answer: none of 160 requests succeeded (refused × 160; ConnectError: ")
    async with show(result, (120, 36)) as (screen, pilot):
        assert str(screen.query_one("#conclusion", Prose).content) == unbroken(conclusion)
        assert "\x1b" not in text_on(pilot.app)


async def test_by_cpu_time_places_intervals_and_verdicts_are_its_own() -> None:
    clean = clean_result()
    # By CPU time all is the other way round.
    seconds = [rank.mode for rank in clean.ranking]
    costs = dict(zip(seconds, reversed(seconds), strict=True))
    cpu_s = {record.mode: record.cpu_s for record in clean.records}
    records = tuple(replace(record, cpu_s=cpu_s[costs[record.mode]]) for record in clean.records)
    result = plain_result_of(*records, modes=EIGHT)
    assert [rank.mode for rank in result.ranking_cpu] == seconds[::-1]
    async with show(result, (160, 45)) as (screen, pilot):
        assert "CPU time is not time" not in text_on(pilot.app)
        by_time = column(screen, "mode")
        await pilot.press("5")
        await pilot.pause()
        assert "CPU time is not time" in text_on(pilot.app)
        assert labels(chart_lines(screen)) == [f"{rank.label} {rank.mode}" for rank in result.ranking_cpu]
        assert column(screen, "mode") == seconds[::-1] == by_time[::-1]
        assert column(screen, "rank") == [rank.label for rank in result.ranking_cpu]
        assert column(screen, "ratio") == [format_ratio(rank.ratio or 0.0) for rank in result.ranking_cpu]
        assert column(screen, "verdict") == ["beats next"] * 7 + ["–"]
        for words in ("more CPU", "Ranking by CPU time"):
            assert words in text_on(pilot.app)
        await pilot.press("3")
        await pilot.pause()
        assert column(screen, "mode") == by_time
        assert "CPU time is not time" not in text_on(pilot.app)
        assert "slower" in text_on(pilot.app)


async def test_places_that_seem_to_contradict_the_rates_are_explained() -> None:
    result = tied_result()
    async with show(result, (160, 45)) as (_, pilot):
        assert ORDER_NOTE not in text_on(pilot.app)
    first, second, *others = result.ranking
    swapped = replace(result, ranking=(replace(second, rank=1, shared=True), replace(first, shared=True), *others))
    async with show(swapped, (80, 24)) as (screen, pilot):
        assert BARS_NOTE in text_on(pilot.app), "in sight, since it is about the bars in sight"
        assert not any(note.display for note in screen.query("#order-note")), "said once"
        assert column(screen, "mode")[0] == second.mode
        await pilot.press("3")
        await wait_until(pilot, lambda: BARS_NOTE not in text_on(pilot.app))
    uneven = plain_result_of(
        *rounds_of("aiohttp"),
        *(replace(record, elapsed_s=9.0) for record in rounds_of("requests")[:1]),
        *rounds_of("requests")[1:],
    )
    async with show(uneven, (160, 45)) as (screen, pilot):
        assert ORDER_NOTE in text_on(pilot.app)
        assert BARS_NOTE not in text_on(pilot.app), "the bars are in order"


@pytest.mark.slow
async def test_whiskers_stay_in_the_chart_and_say_where_they_go_on() -> None:
    clean = clean_result()
    second = clean.ranking[1]
    assert second.interval is not None
    unsure = replace(second, interval=replace(second.interval, low=0.2, high=20.0))
    wide = replace(clean, ranking=(clean.ranking[0], unsure, *clean.ranking[2:]))
    async with show(wide, (120, 36)) as (screen, pilot):
        chart = screen.query_one(RankingChart)
        lines = chart_lines(screen)
        longest = max(line.rfind("█") for line in lines)
        dashes = [line.rindex("┄") for line in lines if "┄" in line]
        assert dashes
        assert max(dashes) <= longest * 1.32
        assert all(len(line) <= chart.size.width for line in lines)
        await pilot.press("l")
        await pilot.pause()
        assert not any("┄" in line[:60] for line in chart_lines(screen))
    last = clean.ranking[-1]
    assert last.interval is not None
    far = replace(last, interval=replace(last.interval, low=2.0, high=9_000.0))
    async with show(replace(clean, ranking=(*clean.ranking[:-1], far)), (120, 36)) as (screen, pilot):
        await pilot.press("l")
        await pilot.pause()
        assert "┤┄─" in chart_lines(screen)[-1]
    one_round = plain_result_of(*(record_of(mode) for mode in EIGHT))
    async with show(one_round, (120, 36)) as (screen, _):
        assert labels(chart_lines(screen)) == [rank.mode for rank in one_round.ranking]
        assert set(column(screen, "rank")) == {"–"}
        assert not any("●" in line for line in chart_lines(screen))  # nothing is known of them
        assert "95 %" not in heading(screen)


async def test_no_tab_of_a_metric_is_cut() -> None:
    async with show(tied_result(), (60, 20)) as (_, pilot):
        await wait_until(pilot, lambda: re.search("3 p50 +l scale: linear", text_on(pilot.app)) is not None)
        await resize(pilot, 80, 24)
        await wait_until(pilot, lambda: "3 p50  4 p99 5-9 more …" in text_on(pilot.app))


def measured_of(result: Result) -> Measured:
    return Measured(result.plan, result.url, result.records, machine=MACHINE)


@pytest.mark.slow
async def test_more_rounds_are_offered_where_they_can_tell_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[ResultsScreen.MoreRounds] = []
    monkeypatch.setattr(HttpbenchApp, "on_results_screen_more_rounds", lambda _, event: asked.append(event))
    clean, single = clean_result(), clean_result(("aiohttp",))
    for result, measured, is_offered in (
        (clean, measured_of(clean), True),
        (clean, None, False),  # as after a recovery
        (single, measured_of(single), False),
    ):
        async with show(result, measured=measured) as (screen, pilot):
            assert ("+ More" in text_on(pilot.app)) == is_offered
            assert screen.query_one(Footer).max_scroll_x == 0
            asked.clear()
            await pilot.press("plus")
            await pilot.pause()
            assert [event.measured for event in asked] == ([measured] if is_offered else [])


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        pytest.param({}, "5, about 25 s", marks=pytest.mark.slow),
        pytest.param(
            {"rounds": "auto", "requests": None, "budget_s": 90.0},
            "about 5, at most 2 min, or until all is decided",
            marks=pytest.mark.slow,
        ),
        ({"rounds": "auto", "requests": None}, "about 5, at most 30 s, or until all is decided"),
    ],
)
async def test_how_many_more_rounds_and_how_long_is_said(plan: dict[str, Any], told: str) -> None:
    records = tuple(replace(record, wall_s=4.0 + record.round / 5) for record in clean_result().records)
    result = plain_result_of(*records, concurrency=10, **plan)
    async with show(result, measured=measured_of(result)) as (screen, pilot):
        titles = [command.title for command in pilot.app.get_system_commands(screen)]
        assert f"Make more rounds of the same run: {told}" in titles
        assert any(str(key.tooltip).endswith(told) for key in screen.query("FooterKey"))


def table_lines(drawn: str) -> list[str]:
    lines = drawn.replace("│", " ").splitlines()
    head = next(index for index, line in enumerate(lines) if line.split()[:2] == ["#", "mode"])
    return [line.rstrip() for line in lines[head : head + 9]]


@pytest.mark.slow
@pytest.mark.parametrize("show_result", [clean_result, pytest.param(troubled_result, marks=pytest.mark.slow)])
async def test_no_column_of_the_table_is_cut(show_result: Callable[[], Result]) -> None:
    async with show(show_result(), (80, 42)) as (screen, pilot):
        table = screen.query_one(RankingTable)
        titles = [str(column.label) for column in table.ordered_columns]
        seen = set()
        for _ in range(len(titles)):
            drawn = table_lines(text_on(pilot.app))
            shown = [title for title in re.split(r"  +", drawn[0].strip()) if title]
            assert shown[:2] == ["#", "mode"]
            assert set(shown) <= set(titles)
            first = titles.index(shown[2])
            assert shown[2:] == titles[first : first + len(shown) - 2]
            for number, line in enumerate(drawn[1:]):
                for title in shown[2:]:
                    cell = str(table.get_row_at(number)[titles.index(title)])
                    assert f" {cell} " in f"{line} "
            seen |= set(shown)
            await pilot.press("right")
            await pilot.pause()
            await pilot.pause()
        assert seen == set(titles)
        await pilot.press(*["left"] * len(titles))
        await wait_until(pilot, lambda: table.scroll_x == 0)


async def test_a_heading_that_is_too_long_loses_its_last_parts_only() -> None:
    clean = clean_result()
    async with show(replace(clean, plan=clean.plan.replace(concurrency=10))) as (screen, pilot):
        await pilot.press("2", "l")
        await pilot.pause()
        assert heading(screen) == "Measured time per request with 10 in flight, lower is better"
        assert f"─ {heading(screen)} ─" in text_on(pilot.app)
        await resize(pilot, 120, 36)
        assert heading(screen).endswith(f" · {INTERVAL} · log scale")


async def test_a_conclusion_about_large_groups_leaves_room_at_80_columns() -> None:
    noisy = [record_of(m, round_number=n, noise=0.9) for m in EIGHT for n in range(1, 4)]
    costs = tuple(replace(record, cpu_s=0.001 * (1 + EIGHT.index(record.mode))) for record in noisy)
    result = plain_result_of(*costs)
    verdict, rest = said_of(result, ())
    assert re.search(r"and \d more|close to call", rest)
    assert bars_are_out_of_order(METRICS[0], result), "which takes a row to say"
    async with show(result) as (screen, pilot):
        assert words_in(pilot, screen.query_one("#conclusion")) == verdict
        assert screen.query_one("#page").region.height >= 16
        below = screen.query_one("#rest-below", Prose)
        screen.query_one("#page").scroll_end(animate=False)
        await wait_until(pilot, lambda: words_in(pilot, below) == rest)


@pytest.mark.slow
async def test_in_every_theme_libraries_differ_and_none_is_red() -> None:
    async with show(clean_result()) as (screen, pilot):
        chart = screen.query_one(RankingChart)
        for theme in BUILTIN_THEMES:
            pilot.app.theme = theme
            await pilot.pause()
            roles = [f"chart--library-{number}" for number in range(3)]
            colors = {chart.get_component_styles(role).color for role in roles}
            assert len(colors) == 3, theme
            drawn = {str(span.style) for span in chart.render().spans}  # type: ignore[union-attr]
            for role in (*roles, "chart--value"):
                color = chart.get_component_rich_style(role).color
                assert color is not None
                assert any(color.name in style for style in drawn), (theme, role)
            error = pilot.app.theme_variables["error"]
            assert error.lower() not in {color.hex.lower() for color in colors}, theme


@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 45), marks=pytest.mark.slow)])
async def test_a_ranking_looks_as_it_did(size: tuple[int, int], matches_snapshot: Callable[[App[Any]], bool]) -> None:
    for result in (troubled_result(), tied_result()):
        async with show(result, size) as (_, pilot):
            await pilot.pause()  # the table takes on the room that the bar for scrolling leaves
            assert matches_snapshot(pilot.app)


def test_a_failing_mode_is_below_slower_clean_ones_by_every_metric() -> None:
    result = plain_result_of(record_of("aiohttp", failed=1), record_of("httpx"))
    for metric in METRICS:
        assert [mode.mode for mode, _ in order_by(metric, result)] == ["httpx", "aiohttp"]

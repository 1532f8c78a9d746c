"""The tabs of the Results screen beside the ranking: each says what was measured, and every key does what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.made_history import measured_at
from support.made_results import (
    DIFFERENCE,
    EIGHT,
    OTHER_WORK,
    SETTINGS,
    clean_result,
    plain_result_of,
    tied_result,
    troubled_result,
)
from support.screens import Notice, resize, text_on, wait_until
from support.shown_result import show
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Label, Select, SelectionList, Static, TabbedContent
from textual.widgets._footer import FooterKey

from tui_httpbench.analysis.article import PUBLISHED_REQUESTS, compare_with_article
from tui_httpbench.analysis.reasons import explain_ranking
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.clients.snippet import snippet_of
from tui_httpbench.report.markdown import to_text as to_markdown
from tui_httpbench.text.formatting import format_ms
from tui_httpbench.tui.form_words import in_form_words
from tui_httpbench.tui.parts.help_sheet import HelpSheet
from tui_httpbench.tui.parts.themed_chart import ThemedChart
from tui_httpbench.tui.screens.results.article_view import ArticleView
from tui_httpbench.tui.screens.results.code_view import CodeColumn, CodePane, first_shown
from tui_httpbench.tui.screens.results.facts_table import FactsTable
from tui_httpbench.tui.screens.results.latency_charts import CourseChart, HistogramChart, LatencyChart, PercentileChart
from tui_httpbench.tui.screens.results.latency_view import LatencyView, ModeChooser
from tui_httpbench.tui.screens.results.ranking_table import RankingTable
from tui_httpbench.tui.screens.results.reasons_page import ReasonsPage
from tui_httpbench.tui.screens.results.screen import VIEWS, ResultsScreen
from tui_httpbench.tui.screens.results.warnings_view import WarningsPage
from tui_httpbench.tui.screens.results.why_view import AgainstBar, SettingsPage

KEYS = {view.ID: view.KEY for view in VIEWS}


async def open_tab(pilot: Pilot[None], screen: ResultsScreen, tab: str) -> None:
    """By its key; waits until it is filled."""
    await pilot.press(KEYS[tab])
    await wait_until(pilot, lambda: tab == screen.view.ID and screen.view.is_attached)
    await pilot.pause()


def articles_result() -> Result:
    """A run of the article's modes in the article's way."""
    clean = clean_result()
    return replace(clean, url="https://127.0.0.1:8000/", plan=clean.plan.replace(requests=PUBLISHED_REQUESTS))


def said(screen: ResultsScreen, kind: type[Any]) -> str:
    labels = screen.query_one(kind).query(Label)
    return "\n".join(str(label.content) for label in labels if label.display).replace("\N{NO-BREAK SPACE}", " ")


def drawn(chart: ThemedChart) -> str:
    return str(chart.render())


@pytest.mark.slow
async def test_keys_clicks_and_the_palette_open_each_tab_and_the_article_stands_beside_the_run() -> None:
    result = articles_result()
    comparison = compare_with_article(result)
    assert comparison is not None
    async with show(result, (120, 36)) as (screen, pilot):
        tabs = screen.query_one("#tabs", TabbedContent)
        order = [pane.id for pane in tabs.query("TabPane")]
        assert order == ["ranking", "latency", "why", "code", "article"]
        for tab in reversed(order):
            await open_tab(pilot, screen, str(tab))
            assert tabs.active == tab
            assert screen.focused is None or screen.view in screen.focused.ancestors
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert tabs.active == "latency"
        await pilot.press("left_square_bracket", "left_square_bracket")
        await pilot.pause()
        assert tabs.active == "article"
        await pilot.click("#--content-tab-why")
        await pilot.pause()
        assert tabs.active == "why"
        titles = [command.title for command in pilot.app.get_system_commands(screen)]
        assert {view.ABOUT for view in VIEWS if view.ID in order} <= set(titles)
        assert "Differences in work, warnings and errors" not in titles

        # Keys of one tab do nothing on another.
        await pilot.press("3", "l", "m", "v")
        await open_tab(pilot, screen, "ranking")
        assert "Requests per second" in text_on(pilot.app)
        assert "log scale" not in text_on(pilot.app)

        await open_tab(pilot, screen, "article")
        assert said(screen, ArticleView).startswith(comparison.summary)
        assert "https://leapcell.io/blog/" in said(screen, ArticleView)
        for text in comparison.texts:
            assert f"• {in_form_words(text)}" in said(screen, ArticleView)
        for row in comparison.rows:
            assert row.cells[1] in text_on(pilot.app)
        await pilot.press("c")
        assert f"| {comparison.rows[0].mode} |" in pilot.app.clipboard


async def test_a_tab_without_anything_to_focus_opens_from_every_other_one() -> None:
    result = summarize_run(measured_at(0, stopped=True, trouble="It broke."))
    async with show(result, (80, 24)) as (screen, pilot):
        for other in ("latency", "code", "why"):
            await open_tab(pilot, screen, other)
            await pilot.press("n")
            await pilot.pause(0.1)
            assert screen.view.ID == "warnings", other


async def test_where_there_is_no_warning_the_key_says_so(notices: list[Notice]) -> None:
    async with show(clean_result(), (80, 24)) as (screen, pilot):
        await pilot.press("n")
        await wait_until(pilot, lambda: bool(notices))
        assert notices[0].text == "No warnings: nothing about this run is in doubt."
        assert screen.view.ID == "ranking"


async def test_help_opens_with_a_question_mark_and_escape_closes_it_first() -> None:
    async with show(articles_result()) as (screen, pilot):
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: bool(screen.query(HelpSheet)))
        await pilot.press("escape")
        await wait_until(pilot, lambda: not screen.query(HelpSheet))
        assert pilot.app.screen is screen
        await pilot.press("q")
        await wait_until(pilot, lambda: pilot.app._exit)


async def test_only_tabs_that_apply_are_shown() -> None:
    async with show(plain_result_of(modes=("aiohttp", "httpx"), stopped=True)) as (screen, pilot):
        assert [pane.id for pane in screen.query("TabPane")] == ["ranking", "why", "code"]
        await pilot.press("a", "n", "t")
        assert screen.view.ID == "ranking"
        await open_tab(pilot, screen, "why")
        assert "It was not measured." in said(screen, ReasonsPage)
    async with show(replace(clean_result(), plan=clean_result().plan.replace(concurrency=2))) as (screen, _):
        assert "article" not in [pane.id for pane in screen.query("TabPane")]


@pytest.mark.slow
async def test_latency_shows_distribution_percentiles_and_course() -> None:
    result = clean_result()
    async with show(result, (200, 60)) as (screen, pilot):
        await open_tab(pilot, screen, "latency")
        histogram, percentiles, course = (
            screen.query_one(kind) for kind in (HistogramChart, PercentileChart, CourseChart)
        )
        assert all(chart.display and chart.size.height > 10 for chart in (histogram, percentiles, course))
        for chart in (histogram, percentiles, course):
            assert all(f"{mode}" in drawn(chart) for mode in EIGHT)
        line = next(line for line in drawn(histogram).splitlines() if "requests-session" in line)
        latency = next(each for each in screen.query_one(LatencyView).latencies if each.mode == "requests-session")
        assert line.split()[-1] == "100"  # 5 rounds of 20 requests
        assert line.split()[-3] == f"{np.percentile(latency.sorted_ms, 50):.2f}"
        assert "p90" in drawn(percentiles)
        assert "p99.9" not in drawn(percentiles) + drawn(histogram)  # too few samples to know it
        assert [f"round {number}" in drawn(course) for number in range(1, 7)] == [True] * 5 + [False]


async def test_many_modes_have_strips_along_the_run_and_neighbours_of_a_library_differ() -> None:
    async with show(clean_result()) as (screen, pilot):
        await open_tab(pilot, screen, "latency")
        course, histogram = screen.query_one(CourseChart), screen.query_one(HistogramChart)
        latency = next(each for each in screen.query_one(LatencyView).latencies if each.mode == "requests-session")
        await pilot.press("v", "v")
        await pilot.pause()
        line = next(line for line in drawn(course).splitlines() if "requests-session" in line)
        columns = len(line.partition("┤")[2]) - 18
        medians = latency.course(columns)[1]
        assert [float(figure) for figure in line.split()[-2:]] == [
            pytest.approx(bound, rel=0.01) for bound in (min(medians), max(medians))
        ]
        assert "round 1" in drawn(course)
        assert str(course.border_title).strip() == "Along the run, ms · each from its lowest to its peak"
        for chart in (course, histogram):
            looks = chart._shades()
            assert [look.dim for look in looks] == [False, True, False, False, False, False, False, True]
        screen.query_one(ModeChooser).deselect_all()
        for mode in ("aiohttp", "httpx"):
            screen.query_one(ModeChooser).select(mode)
        await wait_until(pilot, lambda: "median of neighbouring requests" in str(course.border_title))
        assert "⠉" in drawn(course) or any("⠀" < sign <= "⣿" for sign in drawn(course))


@pytest.mark.slow
async def test_one_chart_at_a_time_is_shown_where_there_is_less_room() -> None:
    async with show(clean_result()) as (screen, pilot):
        await open_tab(pilot, screen, "latency")
        seen = []
        for _ in range(4):
            seen.append(next(chart.id for chart in screen.query(LatencyChart) if chart.display))
            assert sum(chart.display for chart in screen.query(LatencyChart)) == 1
            await pilot.press("v")
            await pilot.pause()
        assert seen == ["histogram", "percentiles", "course", "histogram"]
        await pilot.click("#show-course")
        await pilot.pause()
        assert screen.query_one(CourseChart).display


@pytest.mark.slow
async def test_tables_are_copied_and_modes_and_scale_of_latency_can_be_chosen(notices: list[Notice]) -> None:
    async with show(clean_result()) as (screen, pilot):
        await pilot.press("c")
        assert notices[-1].text == "Copied to the clipboard: the result."
        assert pilot.app.clipboard == to_markdown(screen.result)
        lines = [line for line in pilot.app.clipboard.splitlines() if line.startswith("|")]
        assert len(lines) == 2 + len(EIGHT)
        assert lines[0].startswith("| # | mode | requests/s | slower |")
        assert lines[1].startswith("| --: | :-- | --: |")
        assert lines[2].split(" | ")[1] == "aiohttp"
        await open_tab(pilot, screen, "why")
        await pilot.press("c")
        assert "| why |" in pilot.app.clipboard
        await open_tab(pilot, screen, "latency")
        before = pilot.app.clipboard
        await pilot.press("c")
        assert notices[-1].text.startswith("There is nothing to copy here")
        assert pilot.app.clipboard == before

        chart = screen.query_one(HistogramChart)
        assert "scale: log" in text_on(pilot.app)  # the modes differ 200 times
        before = drawn(chart)
        await pilot.press("l")
        await pilot.pause()
        assert "scale: linear" in text_on(pilot.app)
        assert drawn(chart) != before
        await pilot.click("#latency-scale")
        await pilot.pause()
        assert drawn(chart) == before
        assert not screen.query_one(ModeChooser).display
        await pilot.press("m")
        await pilot.pause()
        chooser = screen.query_one(SelectionList)
        assert screen.focused is chooser

        # Beside it, headings and names are whole.
        assert "Distribution · each as high as its own peak" in text_on(pilot.app)
        for heading in ("Percentiles, ms", "Along the run, ms"):
            screen.query_one(LatencyView).show_next_chart()
            await pilot.pause()
            await pilot.pause()
            assert f" {heading} " in text_on(pilot.app)
            assert "…" not in text_on(pilot.app)
        screen.query_one(LatencyView).show_next_chart()
        await pilot.pause()

        await pilot.press("enter", "down", "enter")
        await pilot.pause()
        assert "modes: 6 of 8" in text_on(pilot.app)
        assert "aiohttp" not in drawn(chart)
        chooser.deselect_all()
        await pilot.pause()
        assert drawn(chart) == "Choose a mode."


async def test_why_lists_facts_reasons_and_settings_and_warnings_are_counted_in_the_title() -> None:
    result = tied_result()
    async with show(result, (120, 36)) as (screen, pilot):
        await open_tab(pilot, screen, "why")
        paragraphs = said(screen, ReasonsPage).splitlines()
        for reason, paragraph, line in zip(explain_ranking(result), paragraphs[::2], paragraphs[1::2], strict=True):
            assert paragraph == f"{reason.rank.label} {reason.rank.mode}  {reason.text}"
            parts = reason.facts.parts
            assert parts is not None
            assert line.startswith(f"{format_ms(parts.latency_ms)} ms a request: ")
        assert "no TLS" in str(screen.query_one(FactsTable).border_title)
        table = screen.query_one(FactsTable)
        rows = {str(table.get_row_at(index)[1]): table.get_row_at(index) for index in range(8)}
        assert [str(cell) for cell in rows["requests-session"][3:6]] == ["1", "1", "23"]
        assert [str(cell) for cell in rows["aiohttp"][3:6]] == ["0.98 of 20", "–", "–"]
        settings = said(screen, SettingsPage).splitlines()
        assert settings[settings.index("≠ redirects") + 2] == f"not followed: {', '.join(OTHER_WORK)}"
        assert settings.index("= timeout: 30 s") > settings.index("≠ pool")
        assert settings[-1].endswith("; Linux, 2 CPUs; worker on CPU 1, target on CPU 0")
        await pilot.press(*["down"] * 7)
        await pilot.pause()
        last = screen.query(".reason").last()
        assert last.has_class("-chosen")
        assert screen.query_one(ReasonsPage).region.contains_region(last.region)

        assert "Warnings 2" in text_on(pilot.app)
        await open_tab(pilot, screen, "warnings")
        lines = said(screen, WarningsPage).splitlines()
        assert lines.index(f"≠ {DIFFERENCE.text}") < lines.index(f"! {result.warnings[0]}")
        assert lines[lines.index(f"! {result.warnings[0]}") - 1] == "Warnings", "as in the text report"


@pytest.mark.slow
async def test_code_is_that_of_the_chosen_modes_side_by_side_or_stacked() -> None:
    result = clean_result()
    async with show(result, (160, 45)) as (screen, pilot):
        await open_tab(pilot, screen, "code")
        left, right = screen.query(CodePane)
        assert (left.mode_id, right.mode_id) == ("aiohttp", "httpx")
        assert left.region.y == right.region.y
        shown = right.query_one(".code", Static).content
        assert isinstance(shown, Content)
        assert shown.plain == snippet_of(mode_of("httpx"))
        assert shown.spans
        await pilot.click(screen.query(CodeColumn).last().query_one(Select))
        await pilot.press("home", "down", "enter")
        await pilot.pause()
        assert right.mode_id == "aiohttp-each"
        assert "aiohttp.ClientSession() as session" in text_on(pilot.app)
        right.focus()
        await pilot.press("c")
        assert pilot.app.clipboard == snippet_of(mode_of("aiohttp-each"))
        await resize(pilot, 80, 24)
        assert left.region.y < right.region.y
        assert right.region.bottom <= 24


async def test_errors_are_told_with_their_texts() -> None:
    async with show(troubled_result(), (120, 36)) as (screen, pilot):
        assert "Warnings 3" in text_on(pilot.app)
        await open_tab(pilot, screen, "warnings")
        text = said(screen, WarningsPage)
        assert "requests: 7 requests of 100 failed" in text
        assert "7 × refused: ConnectError: nobody\\x1b[31m listens\\non port 9" in text
        assert "Stopped after 8 of 20 requests." in text
        assert "\x1b" not in text_on(pilot.app)


@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 45), marks=pytest.mark.slow)])
async def test_the_tabs_look_as_they_did(size: tuple[int, int], matches_snapshot: Callable[..., bool]) -> None:
    tied = tied_result()
    plan = tied.plan.replace(requests=PUBLISHED_REQUESTS)
    result = replace(tied, plan=plan, settings=SETTINGS, http_versions=dict.fromkeys(EIGHT, "1.1"))
    async with show(result, size) as (screen, pilot):
        changed = []
        for tab in ("latency", "why", "code", "article", "warnings"):
            await open_tab(pilot, screen, tab)
            if not matches_snapshot(pilot.app, tab):
                changed.append(tab)
        assert not changed


async def test_x_on_the_ranking_compares_with_its_marked_row_on_why() -> None:
    result = clean_result()
    async with show(result, (120, 36)) as (screen, pilot):
        await pilot.press("down", "down")
        marked = screen.query_one(RankingTable).marked
        assert marked == result.ranking[2].mode
        await pilot.press("x")
        await wait_until(pilot, lambda: screen.view.ID == "why" and bool(screen.query(AgainstBar)))
        await wait_until(pilot, lambda: screen.query_one(AgainstBar).query_one(Select).value == marked)
        await pilot.press("g", "down", "x")
        other = result.ranking[3].mode
        await wait_until(pilot, lambda: screen.query_one(AgainstBar).query_one(Select).value == other)


def test_code_begins_with_the_pair_that_was_asked_about() -> None:
    modes = ("requests", "requests-session", "aiohttp", "aiohttp-each")
    assert first_shown(clean_result(modes)) in {("requests-session", "requests"), ("aiohttp", "aiohttp-each")}
    ranked = [rank.mode for rank in clean_result().ranking]
    assert first_shown(clean_result()) == (ranked[0], ranked[-1])


async def test_the_footer_ends_with_a_whole_key() -> None:
    async with show(clean_result(), (70, 24)) as (screen, pilot):
        await pilot.press("f1")
        await wait_until(pilot, lambda: "Close help" in text_on(pilot.app).splitlines()[-1])
        await pilot.pause()
        palette = next(key for key in screen.query(FooterKey) if key.has_class("-command-palette"))
        keys = [key for key in screen.query(FooterKey) if key.display and key is not palette]
        assert keys
        assert all(key.region.right <= palette.region.x for key in keys)
        assert any(not key.display for key in screen.query(FooterKey)), "there is no room for all"
        await resize(pilot, 140, 40)
        await wait_until(pilot, lambda: all(key.display for key in screen.query(FooterKey)))

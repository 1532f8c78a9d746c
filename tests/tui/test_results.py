"""The result's screen: chart, table and findings say what was measured, at any size and in any theme."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from helpers import text_on, wait_for_screen, wait_until
from made_results import DIFFERENCE, EIGHT, OTHER_WORK, clean_result, record_of, result_of, tied_result, troubled_result
from textual.app import App
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES
from textual.widgets import DataTable, Footer, Label, Select, Tabs

from tui_httpbench.analysis.result import Result
from tui_httpbench.formatting import format_rate
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.metrics import METRICS, order_by
from tui_httpbench.tui.screens.results import ResultsScreen
from tui_httpbench.tui.widgets.findings import Findings
from tui_httpbench.tui.widgets.ranking_chart import ChartPanel, RankingChart
from tui_httpbench.tui.widgets.ranking_table import RankingTable

SIZES = [(80, 24), (120, 36), (160, 45), (200, 60)]


class ResultApp(HttpbenchApp):
    """The app, opened with a result: without the form, which takes its time to come up."""

    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    def __init__(self, result: Result) -> None:
        super().__init__(result.plan)
        self.animation_level = "none"
        self._result = result

    def make_first_screen(self) -> ResultsScreen:
        return ResultsScreen(self._result)


@asynccontextmanager
async def show(result: Result, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[ResultsScreen, Pilot[None]]]:
    app = ResultApp(result)
    async with app.run_test(size=size) as pilot:
        yield await wait_for_screen(pilot, ResultsScreen), pilot


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


def findings(screen: ResultsScreen) -> str:
    return "\n".join(str(label.content) for label in screen.query_one(Findings).query(Label))


async def test_it_opens_with_throughput_the_best_on_top() -> None:
    result = clean_result()
    async with show(result) as (screen, _):
        assert heading(screen) == "Requests/s · higher is better"
        lines = chart_lines(screen)
        assert labels(lines) == [rank.mode for rank in result.ranking]
        for rank, line in zip(result.ranking, lines, strict=True):
            assert line.strip().endswith(format_rate(result.mode(rank.mode).requests_per_second or 0.0))
        bars = [line.count("█") for line in lines]
        assert bars == sorted(bars, reverse=True)
        assert column(screen, "mode") == [rank.mode for rank in result.ranking]
        assert column(screen, "ratio")[0] == "×1.00"
        assert column(screen, "ratio")[-1] == "×200"
        assert set(column(screen, "errors")) == {"0"}
        assert str(screen.query_one(Findings).border_title).strip() == "No errors"


async def test_keys_and_clicks_switch_the_metric() -> None:
    titles = {
        "1": "Time for 20 requests, seconds · lower is better",
        "2": "Requests/s · higher is better",
        "3": "p50 latency, ms · lower is better",
        "4": "p99 latency, ms · lower is better",
        "5": "CPU time per request, µs · lower is better",
        "6": "Peak memory, MiB · lower is better",
        "7": "Connections opened · lower is better",
        "8": "Requests per connection · higher is better",
        "9": "Body bytes per request",
    }
    async with show(clean_result()) as (screen, pilot):
        drawn = {}
        for key, title in titles.items():
            await pilot.press(key)
            await pilot.pause()
            assert heading(screen) == title
            drawn[key] = chart_lines(screen)
        assert len({tuple(lines) for lines in drawn.values()}) == 9
        for key, metric in ((key, METRICS[int(key) - 1]) for key in ("1", "7", "4")):
            if int(key) <= 4:
                await pilot.click(f"#metric-{metric.id}")
            else:
                await pilot.click("#more-metrics")
                await pilot.press("home", *["down"] * (int(key) - 4), "enter")
            await pilot.pause()
            chosen = (screen.query_one(Tabs).active, screen.query_one(Select).value)
            assert chosen == ((f"metric-{metric.id}", Select.NULL) if int(key) <= 4 else ("", metric.id))
            assert heading(screen) == titles[key]
            assert chart_lines(screen) == drawn[key]


async def test_every_metric_prints_its_value_at_the_bar() -> None:
    result = clean_result()
    async with show(result) as (screen, pilot):
        for number, metric in enumerate(METRICS, 1):
            await pilot.press(str(number))
            await pilot.pause()
            drawn = text_on(pilot.app)
            for mode, value in order_by(metric, result):
                assert value is not None
                assert f" {metric.text(value)} " in drawn, (metric.id, mode.mode)
            if metric.id in ("time", "rate", "p50", "p99", "cpu"):
                assert labels(chart_lines(screen))[0] == "aiohttp"


async def test_key_and_click_switch_the_scale() -> None:
    async with show(clean_result()) as (screen, pilot):
        linear = chart_lines(screen)
        await pilot.press("l")
        await pilot.pause()
        logarithmic = chart_lines(screen)
        assert heading(screen).endswith("log scale")
        assert "scale: log" in text_on(pilot.app)
        assert logarithmic[-1].count("█") > linear[-1].count("█")
        await pilot.click("#scale")
        await pilot.pause()
        assert chart_lines(screen) == linear
        assert "scale: linear" in text_on(pilot.app)


async def test_what_failed_is_marked_ranked_last_and_told_with_its_text() -> None:
    async with show(troubled_result(), (160, 45)) as (screen, pilot):
        assert screen.title == "stopped: 608 of 800 requests measured"
        assert "stopped: 608 of 800 requests measured" in text_on(pilot.app)
        lines = dict(zip(labels(chart_lines(screen)), chart_lines(screen), strict=True))
        assert list(lines)[:4] == ["aiohttp", "aiohttp-each", "httpx-client", "requests-session"]
        assert "! 7 failed" in lines["requests"]
        assert "! incomplete" in lines["httpx-async"]
        assert lines["httpx"].split("┤")[1].strip() == "no request succeeded"
        assert lines["httpx-async-each"].split("┤")[1].strip() == "not measured"
        table = dict(zip(column(screen, "mode"), column(screen, "errors"), strict=True))
        assert (table["requests !"], table["httpx !"], table["aiohttp"]) == ("7", "100", "0")
        rates = dict(zip(column(screen, "mode"), column(screen, "rate"), strict=True))
        assert rates["httpx !"] == "–"
        assert str(screen.query_one(Findings).border_title).startswith("107 errors")
        said = findings(screen)
        assert "7 × refused: ConnectError: nobody\\x1b[31m listens\\non port 9" in said
        assert "Stopped after 8 of 20 requests." in said
        assert "\x1b" not in text_on(pilot.app)


async def test_ties_other_work_settings_and_unknown_numbers_are_shown() -> None:
    result = tied_result()
    async with show(result) as (screen, pilot):
        assert heading(screen) == "Requests/s · higher is better · 2 warnings below"
        assert column(screen, "rank") == ["1", "2", "3", "4=", "4=", "6", "7", "8"]
        assert column(screen, "interval")[:2] == ["reference", "3.22–3.24"]
        assert column(screen, "verdict") == [rank.verdict_next or "–" for rank in result.ranking]
        assert column(screen, "verdict").count("unsure") == 1
        assert {name for name in column(screen, "mode") if name.endswith(" ≠")} == {f"{mode} ≠" for mode in OTHER_WORK}
        assert text_on(pilot.app).count("≠ other work") == 4
        unknown = dict(zip(column(screen, "mode"), column(screen, "connections"), strict=True))
        assert (unknown["aiohttp"], unknown["requests"], unknown["requests-session"]) == ("–", "115", "5")
        await pilot.press("7")
        await pilot.pause()
        lines = dict(zip(labels(chart_lines(screen)), chart_lines(screen), strict=True))
        assert lines["aiohttp"].split("┤")[1].strip() == "–"
        said = findings(screen).splitlines()
        first, second = said.index(f"≠ {DIFFERENCE.text}"), said.index(f"! {result.warnings[0]}")
        assert first < second
        settings = said[said.index("Settings") :]
        assert "= timeout: 30 s" in settings
        assert settings[settings.index("≠ redirects") + 2] == f"not followed: {', '.join(OTHER_WORK)}"
        assert settings[-1].endswith("; Linux, 2 CPUs; worker on CPU 1, target on CPU 0")
        screen.query_one("#page").focus()
        await pilot.press("end")
        await wait_until(pilot, lambda: "target on CPU 0" in text_on(pilot.app))


async def test_a_mode_cut_short_has_no_time_for_all_requests() -> None:
    async with show(troubled_result()) as (screen, pilot):
        await pilot.press("1")
        await pilot.pause()
        lines = dict(zip(labels(chart_lines(screen)), chart_lines(screen), strict=True))
        assert lines["httpx-async"].split("┤")[1].strip() == "no complete round"


async def test_nothing_measured_says_so() -> None:
    async with show(result_of(modes=("aiohttp", "httpx"), stopped=True)) as (screen, pilot):
        assert text_on(pilot.app).count("  not measured") == 2
        assert column(screen, "rate") == ["–", "–"]


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
        by_p99 = await click_header("p99")
        assert by_p99[0] == "aiohttp"
        assert {by_p99[-1], by_p99[-2]} == {"httpx !", "httpx-async-each !"}
        await pilot.click(RankingTable, offset=(3, 1))
        await pilot.pause()
        assert column(screen, "mode") == ranked


@pytest.mark.parametrize("size", SIZES)
async def test_eight_modes_fit_every_size(size: tuple[int, int]) -> None:
    result = clean_result()
    async with show(result, size) as (screen, pilot):
        drawn = text_on(pilot.app)
        for rank in result.ranking:
            assert drawn.count(f" {rank.mode} ") >= 2  # chart and table
            assert drawn.count(f" {format_rate(result.mode(rank.mode).requests_per_second or 0.0)} ") >= 2
        for word in ("requests/s", "slower", "95 % interval", "vs next", "palette"):
            assert word in drawn
        table = screen.query_one(RankingTable)
        assert table.region.bottom < size[1]
        assert (table.max_scroll_y, screen.query_one("#page").max_scroll_x) == (0, 0)
        assert screen.query_one(ChartPanel).max_scroll_y == 0
        assert (table.max_scroll_x == 0) == (size[0] >= 160)
        await pilot.press("right")
        assert (table.scroll_x > 0) == (table.max_scroll_x > 0)
        table.scroll_to(x=table.max_scroll_x, animate=False)
        await pilot.pause()
        drawn = text_on(pilot.app)
        assert "body bytes" in drawn
        assert " httpx-async-each " in drawn.partition("body bytes")[2]  # names stay in view
        assert screen.query_one(Footer).max_scroll_x == 0


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_fifty_modes_can_be_scrolled_to(size: tuple[int, int]) -> None:
    modes = tuple(f"{mode}#{number}" if number > 1 else mode for number in range(1, 8) for mode in EIGHT)[:50]
    async with show(clean_result(modes), size) as (screen, pilot):
        assert len(labels(chart_lines(screen))) == 50
        assert "aiohttp" in text_on(pilot.app).splitlines()[3]
        await pilot.press(*["pagedown"] * 4)
        last = column(screen, "mode")[-1]
        screen.query_one(RankingTable).scroll_visible(animate=False)
        await pilot.pause()
        assert f" 50  {last} " in text_on(pilot.app)
        page = screen.query_one("#page") if size[0] == 80 else screen.query_one(ChartPanel)
        assert page.focusable
        page.focus()
        await pilot.press("end")
        await wait_until(pilot, lambda: page.scroll_y == page.max_scroll_y)
        assert ("No errors" if size[0] == 80 else f"{last} ┤") in text_on(pilot.app)


async def test_the_chart_follows_the_size() -> None:
    async with show(clean_result()) as (screen, pilot):
        narrow = max(map(len, chart_lines(screen)))
        await pilot.resize_terminal(160, 45)
        await pilot.pause()
        assert screen.query_one(Findings).region.x > 70
        wide = max(map(len, chart_lines(screen)))
        assert narrow != wide
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert max(map(len, chart_lines(screen))) == narrow


async def test_in_every_theme_libraries_differ_and_none_is_red() -> None:
    async with show(clean_result()) as (screen, pilot):
        chart = screen.query_one(RankingChart)
        for theme in BUILTIN_THEMES:
            pilot.app.theme = theme
            await pilot.pause()
            roles = [f"ranking-chart--library-{number}" for number in range(3)]
            colors = {chart.get_component_styles(role).color for role in roles}
            assert len(colors) == 3, theme
            drawn = {str(span.style) for span in chart.render().spans}  # type: ignore[union-attr]
            for role in (*roles, "ranking-chart--value"):
                color = chart.get_component_rich_style(role).color
                assert color is not None
                assert any(color.name in style for style in drawn), (theme, role)
            error = pilot.app.theme_variables["error"]
            assert error.lower() not in {color.hex.lower() for color in colors}, theme


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_a_result_looks_as_it_did(size: tuple[int, int], matches_snapshot: Callable[[App[Any]], bool]) -> None:
    async with show(troubled_result(), size) as (_, pilot):
        assert matches_snapshot(pilot.app)
    async with show(tied_result(), size) as (_, pilot):
        assert matches_snapshot(pilot.app)


async def test_a_clean_result_looks_as_it_did(matches_snapshot: Callable[[App[Any]], bool]) -> None:
    async with show(clean_result(), (80, 24)) as (_, pilot):
        await pilot.press("l")
        await pilot.pause()
        assert matches_snapshot(pilot.app)


def test_a_failing_mode_is_below_slower_clean_ones_by_every_metric() -> None:
    result = result_of(record_of("aiohttp", failed=1), record_of("httpx"))
    for metric in METRICS:
        assert [mode.mode for mode, _ in order_by(metric, result)] == ["httpx", "aiohttp"]

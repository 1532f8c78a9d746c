"""The chart: every name and value is printed, nothing is wider than asked, lengths are in proportion."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tui_httpbench.charts.plot import Bar, Line, bar_chart, histogram_rows, line_chart

ANSI = re.compile(r"\x1b\[[0-9;]*m")
RED = (200, 30, 30)
NAMES = ("aiohttp", "aiohttp#2", "requests-session", "httpx-async-each", "httpx")
SERIES: dict[str, Callable[[int, int], float]] = {
    "falling": lambda index, _count: 7_557.3 / (index + 1),
    "equal": lambda _index, _count: 5.0,
    "zero": lambda _index, _count: 0.0,
    "some zero": lambda index, _count: 0.0 if index % 3 == 2 else 100.0 * (index + 1),
    "1 to 100,000": lambda index, count: 10 ** (5 * index / max(count - 1, 1)),
    "powers of ten": lambda index, _count: (10.0, 100.0, 1000.0)[index % 3],
    "tiny": lambda index, _count: 0.0004 + 0.0001 * index,
}


def bars_of(series: str, count: int, color: tuple[int, int, int] | None = None) -> list[Bar]:
    bars = []
    for index in range(count):
        value = SERIES[series](index, count)
        bars.append(Bar(f"{NAMES[index % 5]}-{index}", value, f"{value:,.4g}", color))
    return bars


def lines_of(bars: list[Bar], width: int, height: int, log: bool = False) -> list[str]:
    return ANSI.sub("", bar_chart(bars, width, height, log=log)).split("\n")


def length_of(line: str) -> float:
    """The length of a line's bar in cells."""
    body = line.partition("┤")[2]
    return body.count("█") + sum("▏▎▍▌▋▊▉".index(c) + 1 for c in body if c in "▏▎▍▌▋▊▉") / 8


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("series", SERIES)
@pytest.mark.parametrize("count", [1, pytest.param(8, marks=pytest.mark.slow), 30])
def test_every_label_and_value_is_printed(series: str, count: int, log: bool) -> None:
    bars = bars_of(series, count)
    for width in (40, 80, 200):
        for height, thickness, gap in ((count + 2, 1, 0), (2 * count + 1, 1, 1), (4 * count + 1, 3, 1)):
            if count == 1 and (thickness, gap) == (1, 0):
                thickness, gap = 1, 1
            lines = lines_of(bars, width, height, log)
            assert len(lines) == count * (thickness + gap) - gap + 2 <= height
            assert max(len(line) for line in lines) <= width
            for index, bar in enumerate(bars):
                middle = lines[index * (thickness + gap) + thickness // 2]
                label = middle.partition("┤")[0].strip()
                if label != bar.label:
                    assert "…" in label
                    assert len(bar.label) > width // 3
                assert middle.split()[-1] == bar.text


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("series", SERIES)
def test_tick_labels_stay_apart_and_whole(series: str, log: bool) -> None:
    for count in (1, 8):
        for width in (40, 80, 200):
            *_, axis, labels = lines_of(bars_of(series, count), width, 40, log)
            assert axis.count("┬") == len(labels.split()) >= 1
            if series != "zero":
                assert all(re.fullmatch(r"[\d,.]+[kMG]?", label) for label in labels.split())


@pytest.mark.parametrize("width", [4, 8, 12, 20, 33])
def test_a_narrow_place_is_never_exceeded(width: int) -> None:
    for series in SERIES:
        for log in (False, True):
            assert max(len(line) for line in lines_of(bars_of(series, 8), width, 20, log)) <= width


def test_a_bar_has_one_three_or_five_rows_as_the_height_allows() -> None:
    bars = bars_of("falling", 8)
    assert [sum("█" in line for line in lines_of(bars, 80, height)) for height in (5, 10, 17, 32, 33, 60)] == [
        *(8, 8, 8, 8),
        *(24, 40),
    ]
    assert len(lines_of(bars, 80, 3)) == 10


def test_linear_bars_are_in_proportion() -> None:
    values = (1000.0, 500.0, 250.0, 10.0)
    lines = lines_of([Bar(f"m{index}", value, "x") for index, value in enumerate(values)], 120, 6)
    longest = length_of(lines[0])
    assert longest > 100
    for line, value in zip(lines, values, strict=False):
        assert length_of(line) == pytest.approx(longest * value / 1000, abs=0.13)


def test_logarithmic_bars_are_in_proportion_and_the_axis_names_its_start() -> None:
    values = (100_000.0, 1_000.0, 20.0)
    lines = lines_of([Bar(f"m{index}", value, "x") for index, value in enumerate(values)], 120, 5, log=True)
    longest = length_of(lines[0])
    for line, value in zip(lines, values, strict=False):
        assert length_of(line) == pytest.approx(longest * (math.log10(value) - 1) / 4, abs=0.13)
    assert lines[-1].split() == ["10", "100", "1k", "10k", "100k"]


def test_the_smallest_bar_shows_on_both_scales() -> None:
    for log in (False, True):
        lines = lines_of([Bar("best", 100_000.0, "100k"), Bar("worst", 1.0, "1")], 60, 4, log)
        assert length_of(lines[1]) >= (1 if log else 1 / 8)


@pytest.mark.parametrize(("log", "value", "label"), [(False, 4_000.0, "4,000"), (True, 1_000.0, "1k")])
def test_a_tick_stands_where_a_bar_of_its_value_ends(log: bool, value: float, label: str) -> None:
    lines = lines_of([Bar("a", 9_000.0, ""), Bar("b", value, ""), Bar("c", 100.0, "")], 100, 5, log)
    columns = [column for column, character in enumerate(lines[-2]) if character == "┬"]
    tick = columns[lines[-1].split().index(label)]
    end = lines[1].index("┤") + 1 + length_of(lines[1])
    assert tick <= end <= tick + 1


def test_zero_gets_no_bar() -> None:
    for log in (False, True):
        lines = lines_of([Bar("some", 12.0, "12"), Bar("none", 0.0, "0")], 60, 4, log)
        assert length_of(lines[1]) == 0


def test_two_runs_of_one_mode_stay_distinct_when_shortened() -> None:
    bars = [Bar(f"a-very-long-name-of-a-mode#{index}", 1.0, "1") for index in (2, 3)]
    first, second, *_ = lines_of(bars, 40, 4)
    assert first.split()[0].endswith("…#2")
    assert second.split()[0].endswith("…#3")


def test_colour_codes_appear_only_when_a_colour_is_given() -> None:
    assert "\x1b" not in bar_chart(bars_of("falling", 3), 60, 12)
    assert "38;2;200;30;30" in bar_chart(bars_of("falling", 3, RED), 60, 12)
    assert "38;2;200;30;30" in bar_chart(bars_of("falling", 3), 60, 12, text_color=RED)
    assert "38;2;200;30;30" in bar_chart(bars_of("falling", 3), 60, 12, dim_color=RED)


def test_one_chart_leaves_nothing_behind_in_the_next() -> None:
    alone = bar_chart(bars_of("falling", 3), 60, 12)
    bar_chart(bars_of("1 to 100,000", 8, RED), 100, 40, log=True, dim_color=RED)
    assert bar_chart(bars_of("falling", 3), 60, 12) == alone


def test_no_bars_make_no_chart() -> None:
    assert bar_chart([], 80, 24) == ""


def test_plotext_is_imported_with_the_first_chart_and_no_sooner() -> None:
    code = (
        "import sys, tui_httpbench.charts.plot; print([m for m in ('plotext', 'rich', 'textual') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_interval_is_drawn_over_the_bars_end_and_its_text_behind_it() -> None:
    bars = [
        Bar("winner", 100.0, "100"),
        Bar("wide", 60.0, "60", None, (40.0, 80.0)),
        Bar("narrow", 50.0, "50", None, (49.9, 50.1)),
        Bar("open", 70.0, "70", None, (50.0, 110.0), True),
    ]
    winner, wide, narrow, goes_on = (line.partition("┤")[2] for line in lines_of(bars, 80, 4 + 2)[:4])
    assert "─" not in winner + narrow
    cells_per_unit = winner.count("█") / 100
    assert wide.index("├") == pytest.approx(40 * cells_per_unit, abs=1)
    assert wide.index("●") == pytest.approx(60 * cells_per_unit, abs=1)
    assert wide.index("┤") == pytest.approx(80 * cells_per_unit, abs=1)
    assert wide.split("┤")[1].strip() == "60"
    assert goes_on.split("┄┄┄")[1].strip() == "70"


def test_on_a_log_scale_dashes_say_where_an_interval_goes_on() -> None:
    bars = [
        Bar("cut", 200.0, "200", None, (3.0, 500.0)),
        Bar("both", 300.0, "300", None, (0.0, 900.0), True),
        Bar("whole", 900.0, "900", None, (300.0, 950.0)),
    ]
    cut, both, whole = (line.partition("┤")[2] for line in lines_of(bars, 80, 3 + 2, log=True)[:3])
    assert re.match("┄─+●─+┤", cut)
    assert re.match("┄─+●─*┄┄┄ ", both)
    assert re.search("█├─+", whole)
    assert "┄" not in whole
    assert not any("┄" in line for line in lines_of(bars[::2], 80, 3 + 2))


def test_without_axis_two_rows_are_saved() -> None:
    bars = bars_of("falling", 8)
    with_axis, without = (bar_chart(bars, 80, 10, axis=axis).splitlines() for axis in (True, False))
    assert with_axis[:8] == without
    assert len(with_axis) == 10


def lines_named(*names: str) -> list[Line]:
    """Lines one above the other, growing tenfold."""
    xs = [index / 10 for index in range(31)]
    return [
        Line(name, xs, [2.0**level * 10 ** (x / 3) for x in xs], None, bool(level % 2))
        for level, name in enumerate(names)
    ]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("width", "height"), [(40, 10), (80, 20), (160, 40)])
def test_every_line_is_named_at_its_end_in_order(width: int, height: int, log: bool) -> None:
    ticks = [(0.0, "p0"), (1.0, "p90"), (2.0, "p99"), (3.0, "p99.9")]
    named = lines_named(*"abcdefgh")
    rows = line_chart(named, width, height, x_range=(0.0, 3.0), x_ticks=ticks, log=log).splitlines()
    assert len(rows) == height
    assert max(map(len, rows)) <= width
    ends = [row.split()[-1] for row in rows[:-2] if row.split()[-1] in set("abcdefgh")]
    assert ends == list("hgfedcba")
    assert rows[-1].split() == [label for _, label in ticks]
    assert any("⠀" < character <= "⣿" for row in rows for character in row)


def test_names_that_no_row_is_left_for_are_left_out_and_ticks_keep_apart() -> None:
    named = lines_named(*(f"m{number}" for number in range(30)))
    ticks = [(float(number), f"round {number}") for number in range(4)] + [(0.1, "round")]
    rows = line_chart(named, 40, 8, x_range=(0.0, 3.0), x_ticks=sorted(ticks), log=True).splitlines()
    assert sum(row.split()[-1].startswith("m") for row in rows[:-2]) == 6
    assert "roundround" not in rows[-1].replace(" ", "")
    assert line_chart([], 40, 8, x_range=(0.0, 1.0), x_ticks=[]) == ""


def test_a_dotted_line_differs_without_colour() -> None:
    solid, dotted = (
        line_chart([Line("a", [0.0, 1.0], [1.0, 2.0], None, is_dotted)], 60, 12, x_range=(0.0, 1.0), x_ticks=[])
        for is_dotted in (False, True)
    )

    def dots(chart: str) -> int:
        return sum(bin(ord(character) - 0x2800).count("1") for character in chart if 0x2800 < ord(character) < 0x2900)

    assert 0 < dots(dotted) < dots(solid) / 2


def test_a_flat_line_has_a_scale_too() -> None:
    for log in (False, True):
        for value in (1.0, 0.0):
            if value or not log:
                chart = line_chart([Line("a", [0.0, 1.0], [value] * 2)], 40, 8, x_range=(0.0, 1.0), x_ticks=[], log=log)
                assert "a" in chart


def test_a_histogram_shows_every_count_and_its_peak_in_full() -> None:
    upper, lower = histogram_rows([0, 1, 500, 1000], 2)
    assert (upper, lower) == ("   █", " ▁██")
    assert histogram_rows([0, 0], 1) == ["  "]

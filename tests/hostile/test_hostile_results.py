"""What a server put into texts: it is shown, in every form of a result, and a terminal never acts on it."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from support.hostile_texts import DANGEROUS, is_sentence, texts
from support.made_results import EIGHT, SETTINGS, plain_result_of, record_of, rounds_of
from support.reports import exported
from support.screens import text_on, wait_until
from support.shown_result import show
from textual.color import Color

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.result import Result
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import ErrorText
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.json_report import to_text
from tui_httpbench.report.text import print_report
from tui_httpbench.text.formatting import complaint
from tui_httpbench.text.hiding import drop_secrets
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.screens.run.screen import RunScreen
from tui_httpbench.tui.textual_fixes.control_filter import ControlFilter
from tui_httpbench.worker.errors import ERROR_KINDS, kind_of, text_of

MODES = EIGHT[:3]
WORST = "[/]\x1b[31m\x9b2J[@click=app.quit]x\r\n\u202e\ud800[red]"


def hostile_result(*found: str) -> Result:
    """A result with these texts wherever a server, a package or a file may put one."""
    found = found or (WORST,)
    text = found[0]
    errors = tuple(ErrorText("refused", each, 3) for each in found)
    records: list[RoundRecord] = [record for mode in MODES[1:] for record in rounds_of(mode, rounds=2)]
    records.append(record_of(MODES[0], failed=3, error_texts=errors, outcome="crashed", reason=f"It died: {text}"))
    result = plain_result_of(*records)
    environment = replace(
        result.environment,
        python=text,
        platform=text,
        packages={"aiohttp": text, text: "1"},
        pinning=text,
        governor=text,
    )
    return replace(
        result,
        url=f"http://127.0.0.1:1/{text}",
        findings=(
            Finding("other-status", f"{text}.", MODES[:1]),
            *result.findings,
            *(Finding("busy-machine", each) for each in found),
        ),
        settings={mode: {**SETTINGS[mode], "pool": text if mode == MODES[0] else "none"} for mode in MODES},
        http_versions=dict.fromkeys(MODES, text),
        environment=environment,
    )


@given(st.lists(texts, min_size=1, max_size=3))
@example([WORST])
@example(["\x1b" * 5_000])
def test_the_report_and_the_json_hold_no_control_characters(found: list[str]) -> None:
    result = hostile_result(*found)
    for encoding in ("utf-8", "ascii"):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
        print_report(result, StreamConsole(stream), verbose=True)
        stream.seek(0)
        assert not DANGEROUS.search(stream.read())
    document = to_text(result)
    assert document.isascii()
    assert not DANGEROUS.search(document)
    assert json.loads(document)["warnings"][-1] == found[-1]
    for suffix, text in exported(result).items():
        assert not DANGEROUS.search(text), suffix
        text.encode()


@given(texts, st.sampled_from([ValueError, OSError, UnicodeError, KeyError]))
def test_what_an_exception_says_is_one_short_line(text: str, kind: type[Exception]) -> None:
    for error in (kind(text), kind(), ExceptionGroup(text, [kind(text)])):
        assert kind_of(error) in ERROR_KINDS
        assert is_sentence(text_of(error))
    assert complaint(text).isprintable()
    assert printable(printable(text)) == printable(text)


@given(st.lists(texts, max_size=4))
@example([WORST])
def test_the_last_filter_lets_no_control_character_through_and_keeps_every_column(found: list[str]) -> None:
    before = [Segment(text) for text in found]
    after = ControlFilter().apply(before, Color(0, 0, 0))
    assert not DANGEROUS.search("".join(segment.text for segment in after))
    assert [segment.cell_length for segment in after] == [segment.cell_length for segment in before]


async def look_at(result: Result, folder: Path, *views: str) -> None:
    """Opens tabs, copies, saves, and shows the sentences that stand for errors."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        async with show(result, (120, 40), notifications=True) as (screen, pilot):
            for view in views or screen._views:
                screen.action_show(view)
                await pilot.pause()
                await pilot.press("c", "pagedown")
                await pilot.pause()
                for text in (text_on(pilot.app), pilot.app.clipboard):
                    assert not DANGEROUS.search(text.replace("\n", "")), view
            pilot.app.copy_to_clipboard(WORST)
            await pilot.press("s", "enter")
            await wait_until(pilot, lambda: bool(list(folder.glob("*.json"))))
            if not views:
                await pilot.press("space")
                await pilot.pause()
                await pilot.press("escape")
            pilot.app.post_message(RunScreen.Failed(result.warnings[-1]))
            await wait_until(pilot, lambda: "The run could not be made" in text_on(pilot.app))
            assert not DANGEROUS.search(text_on(pilot.app).replace("\n", ""))
            assert not DANGEROUS.search(pilot.app.export_screenshot().replace("\n", ""))


@pytest.mark.slow
async def test_the_tabs_with_texts_of_servers_show_the_worst(tmp_path: Path) -> None:
    await look_at(hostile_result(), tmp_path, "why", "warnings")
    (saved,) = tmp_path.glob("*.json")
    assert not DANGEROUS.search(saved.read_text())


@pytest.mark.slow
@pytest.mark.timeout(7_200)
@settings(max_examples=max(1, settings().max_examples // 20))
@given(st.lists(texts, min_size=1, max_size=3))
@example([WORST])
def test_every_tab_shows_any_text(tmp_path_factory: pytest.TempPathFactory, found: list[str]) -> None:
    asyncio.run(look_at(hostile_result(*found), tmp_path_factory.mktemp("here")))


@given(texts, texts)
@example("token=hush", "x")
def test_the_values_of_secret_parameters_are_dropped_wherever_they_stand(name: str, value: str) -> None:
    url = drop_secrets(f"http://a.b/?x=1&token={value.translate(dict.fromkeys(map(ord, '&;#')))}&{name}")
    assert url.partition("token=")[2].startswith("&")

"""The source that is shown is the one that is run: the body of the mode, as it stands in its file."""

from __future__ import annotations

import ast
import textwrap

import pytest

from tui_httpbench.clients.catalog import MODES
from tui_httpbench.clients.entrants import mode_of


@pytest.mark.parametrize("mode_id", list(MODES))
def test_each_modes_source_is_a_part_of_its_file(mode_id: str) -> None:
    mode = mode_of(mode_id)
    lines = mode.library.source_file.read_text().splitlines()
    length = len(mode.code.splitlines())
    shown = textwrap.dedent("\n".join(lines[mode.line - 1 : mode.line - 1 + length]))
    assert mode.code == shown
    names = {
        node.name for node in ast.walk(ast.parse(mode.code)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert names == {"send"}, "the function that sends, and nothing else"


@pytest.mark.parametrize("mode_id", list(MODES))
def test_two_panes_of_code_fit_a_screen_of_120_columns(mode_id: str) -> None:
    lines = mode_of(mode_id).code.splitlines()
    assert max(map(len, lines)) <= 56
    assert len(lines) <= 20


def test_the_second_run_of_a_mode_has_the_same_source() -> None:
    assert mode_of("aiohttp#2") == mode_of("aiohttp")

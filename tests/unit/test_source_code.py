"""The source that is shown is the one that is run, with what it calls."""

from __future__ import annotations

import ast

import pytest

from tui_httpbench.analysis.source_code import source_of
from tui_httpbench.clients.catalog import MODES


@pytest.mark.parametrize("mode_id", list(MODES))
def test_each_modes_source_is_a_part_of_its_file(mode_id: str) -> None:
    source = source_of(mode_id)
    file_text = source.path.read_text()
    for part in source.text.split("\n\n\n"):
        assert part in file_text
    functions = [
        node.name for node in ast.parse(source.text).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert functions[0] == MODES[mode_id].function
    assert len(functions) > 1  # with what it calls
    others = {mode.function for mode in MODES.values()} - {functions[0]}
    assert not others & set(functions)
    assert file_text.splitlines()[source.line - 1] == source.text.splitlines()[0]


def test_the_second_run_of_a_mode_has_the_same_source() -> None:
    assert source_of("aiohttp#2") == source_of("aiohttp")

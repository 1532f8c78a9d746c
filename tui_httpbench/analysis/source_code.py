"""The source of a mode as it is run, read without importing its client."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from tui_httpbench.clients.catalog import mode_of


@dataclass(frozen=True)
class SourceCode:
    """A mode's function with what it calls in its module; ``line`` is where the function begins, from 1."""

    path: Path
    line: int
    text: str


def source_of(mode_id: str) -> SourceCode:
    """The source of a mode. Raises OSError where the file can't be read, KeyError for an unknown mode."""
    mode = mode_of(mode_id)
    path = mode.library.source_file
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    functions = {
        node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    found = [mode.function]
    for name in found:
        called = {node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)}
        found += [other for other in functions if other in called and other not in found]
    parts = [_lines_of(functions[name], lines) for name in found]
    return SourceCode(path, _first_line(functions[mode.function]), "\n\n\n".join(parts))


def _first_line(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])


def _lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> str:
    return "\n".join(lines[_first_line(function) - 1 : function.end_lineno])

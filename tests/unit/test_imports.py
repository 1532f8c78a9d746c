"""Imports point one way: ``lint-imports`` holds the floors; here is what a static graph can not see."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tui_httpbench
from tui_httpbench.bench.worker_job import WORKER_FILE
from tui_httpbench.clients.catalog import Library, libraries

PACKAGE = Path(tui_httpbench.__file__).parent
SCREEN = {"textual", "rich", "plotext"}
CLIENTS = {library.name for library in libraries()}


def imported_names(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it; those under TYPE_CHECKING left out."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names


def roots(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_the_worker_imports_the_standard_library_only() -> None:
    for path in WORKER_FILE.parent.glob("*.py"):
        assert roots(imported_names(path)) <= sys.stdlib_module_names, path


@pytest.mark.parametrize("library", libraries(), ids=lambda library: library.name)
def test_a_client_file_imports_the_standard_library_its_client_and_the_api(library: Library) -> None:
    assert roots(imported_names(library.source_file)) - sys.stdlib_module_names - {"tui_httpbench"} == set(
        library.imports
    )


@pytest.mark.parametrize("module", ["bench.runner", "analysis.summary", "plan.plan"])
def test_importing_the_engine_loads_neither_screen_nor_client(module: str) -> None:
    code = f"import sys, tui_httpbench.{module}; print(*sorted(sys.modules))"
    loaded = roots(set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split()))
    assert "tui_httpbench" in loaded
    assert not loaded & (SCREEN | CLIENTS)


def test_the_first_screens_wait_for_neither_numpy_nor_the_engine() -> None:
    screens = ("app", "screens.questions.screen", "screens.setup.screen")
    modules = ", ".join(f"tui_httpbench.tui.{name}" for name in screens)
    code = f"import sys, {modules}, tui_httpbench.bench.run_places; print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "tui_httpbench.tui.app" in loaded
    assert not loaded & {"numpy", "markdown_it", "tui_httpbench.bench.runner", "tui_httpbench.bench.recovery"}

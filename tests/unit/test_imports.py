"""Imports point one way: the engine never imports the screen, the parent no client, the worker one client only."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tui_httpbench
from tui_httpbench.bench.worker_job import WORKER_FILE
from tui_httpbench.clients.catalog import LIBRARIES

PACKAGE = Path(tui_httpbench.__file__).parent
SCREEN = {"textual", "rich", "plotext"}
CLIENTS = {library.name for library in LIBRARIES}

# Each layer may import those to its left.
LAYERS = ["quoting", "clients", "plan_error", "scenario", "plan", "bench", "target", "analysis", "history"]
BESIDE_PLAN = [
    "small_file",
    "private_files",
    "shell_words",
    "scenario_file",
    "presets",
    "header_values",
    "politeness",
    "curl_command",
    "url_secrets",
]


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


def modules_of(layer: str) -> list[Path]:
    folder = PACKAGE / layer
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{layer}.py"]


@pytest.mark.parametrize("layer", [*LAYERS, *BESIDE_PLAN])
def test_no_layer_below_the_screen_imports_it(layer: str) -> None:
    for path in modules_of(layer):
        names = imported_names(path)
        assert not roots(names) & SCREEN, path
        assert not {name for name in names if name.startswith(("tui_httpbench.tui", "tui_httpbench.report"))}, path


def test_plan_and_clients_import_nothing_of_the_layers_above() -> None:
    allowed = tuple(f"tui_httpbench.{name}" for name in ("quoting", "clients", "plan_error", "scenario"))
    for layer in ("quoting", "clients", "plan_error", "scenario", "plan"):
        for path in modules_of(layer):
            inside = {name for name in imported_names(path) if name.startswith("tui_httpbench.")}
            assert not {name for name in inside if not name.startswith(allowed)}, path


def test_the_worker_imports_the_standard_library_only() -> None:
    for path in WORKER_FILE.parent.glob("*.py"):
        assert roots(imported_names(path)) <= sys.stdlib_module_names, path


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_a_client_module_imports_the_standard_library_and_its_client(library) -> None:
    assert roots(imported_names(library.source_file)) - sys.stdlib_module_names == {library.name}


def test_only_charts_imports_plotext() -> None:
    users = {path.name for path in PACKAGE.rglob("*.py") if "plotext" in roots(imported_names(path))}
    assert users == {"charts.py"}


@pytest.mark.parametrize("module", ["bench.runner", "analysis.summary", "plan"])
def test_importing_the_engine_loads_neither_screen_nor_client(module: str) -> None:
    code = f"import sys, tui_httpbench.{module}; print(*sorted(sys.modules))"
    loaded = roots(set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split()))
    assert "tui_httpbench" in loaded
    assert not loaded & (SCREEN | CLIENTS)

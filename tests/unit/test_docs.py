"""The documentation: its links lead somewhere, its commands can be run by CI, and its tables are the program's own."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.names import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MAX_PICTURES_BYTES = 3_000_000
MAX_README_LINES = 110
MAX_FILES_OF_A_CHANGE = 3


def links_in(page: Path) -> Iterator[str]:
    """The targets of all links and pictures of a page, code left out."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    yield from re.findall(r"\]\(([^()\s]+)\)", text)


def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def table_below(text: str, heading: str) -> list[list[str]]:
    """The cells of the rows of the first table below a heading, its head left out."""
    lines = text.partition(f"{heading}\n")[2].partition("\n## ")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_tree_leads_somewhere(page: Path) -> None:
    for link in links_in(page):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, to_read = set(), [ROOT / "README.md"]
    while to_read:
        page = to_read.pop()
        reached.add(page)
        found = {(page.parent / link.partition("#")[0]).resolve() for link in links_in(page) if ":" not in link}
        to_read += [path for path in found - reached if path.suffix == ".md" and path.exists()]
    assert set(PAGES) <= reached


def test_the_readme_is_short_and_marks_the_commands_that_ci_runs() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = dict(re.findall(r"^<!-- command: (.+) -->\n```sh\n([^\n]+)\n```$", text, re.MULTILINE))
    assert set(commands) == {"run the app", "run the tests"}
    assert commands["run the app"].endswith("httpbench-tui")
    assert commands["run the tests"].endswith("pytest")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(f'"command: {name}"' in script for name in commands)
    assert len(text.splitlines()) <= MAX_README_LINES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_the_docs_are_ones_that_there_are(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shown = re.findall(r"^(?:\$ )?httpbench-tui ([^|\n]*)", text, re.MULTILINE)
    for line in shown + re.findall(r"`httpbench-tui ([^`…]*)…?", text):
        arguments = shlex.split(line, comments=True)
        command = arguments[0] if arguments[0] in COMMANDS else None
        Parser(command).parse(arguments[1:] if command else arguments)


def test_what_the_docs_take_from_the_program_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_where_to_change_what_names_at_most_three_files_and_all_exist() -> None:
    rows = table_below(ARCHITECTURE, "## Where to change what")
    assert len(rows) >= 10
    for what, where in rows:
        paths = re.findall(r"`([\w/.]+\.\w+)`", where)
        assert 1 <= len(paths) <= MAX_FILES_OF_A_CHANGE, what
        assert all((ROOT / "tui_httpbench" / path).exists() for path in paths), (what, paths)


def test_the_flow_names_files_that_exist() -> None:
    paths = set(re.findall(r"`((?:\w+/)+\w+\.py)`", ARCHITECTURE))
    assert len(paths) > 20
    assert not [path for path in paths if not ((ROOT / "tui_httpbench" / path).exists() or (ROOT / path).exists())]


def test_the_house_lists_the_folders_that_there_are() -> None:
    listed = {
        name for _, names, _ in table_below(ARCHITECTURE, "## The house") for name in re.findall(r"`(\w+)`", names)
    }
    there = {path.parent.name for path in (ROOT / "tui_httpbench").glob("*/__init__.py")}
    assert listed == there


def test_each_dependency_earns_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    needed = {re.split(r"[\[<>=;~ ]", requirement)[0] for requirement in requirements} - {project["name"]}
    rows = table_below(ARCHITECTURE, "## Dependencies")
    assert {name for names, _ in rows for name in re.sub(r" \(.*\)", "", names).split(", ")} == needed


def test_pictures_are_few_and_small() -> None:
    pictures = {path for path in (ROOT / "screenshots").iterdir() if path.suffix in (".png", ".svg", ".gif")}
    linked = {(page.parent / link).resolve() for page in PAGES for link in links_in(page)}
    assert pictures <= linked
    assert sum(path.stat().st_size for path in pictures) < MAX_PICTURES_BYTES

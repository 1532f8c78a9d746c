"""A form to write results in needs a file and a row: the command line, the report and the screens follow."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from support.made_results import clean_result

from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.main import main
from tui_httpbench.commands.option_values import UsageError, exports_of
from tui_httpbench.commands.run import report_result
from tui_httpbench.plan.plan import PlanError
from tui_httpbench.report import formats
from tui_httpbench.report.destination import open_all
from tui_httpbench.report.formats import FORMATS, Format, export_to

EXPORTER = """
def parts_of(result, against):
    for mode in result.modes:
        yield f"{mode.mode},{mode.requests},{mode.ok}\\n"
"""


@pytest.fixture(autouse=True)
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Format:
    """One more form, with an exporter of three lines and an option of its own."""
    (tmp_path / "modes_as_lines.py").write_text(EXPORTER)
    monkeypatch.syspath_prepend(tmp_path)
    form = Format(".lines", "lines", "a line for each mode", "modes_as_lines", "--lines")
    monkeypatch.setattr(formats, "FORMATS", (*FORMATS, form))
    return form


@pytest.mark.parametrize("command", ["run", "recover", None])
def test_each_command_that_reports_takes_its_option(command: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"] if command is None else [command, "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "--lines FILE|- write the result as lines; - is standard output" in told
    assert ".lines (a line for each mode); repeatable" in told
    with pytest.raises(UsageError, match=r"--lines needs a file, or - for standard output, before 'http://h/'\."):
        Parser(command).parse(["--lines", "http://h/"])


def test_a_result_is_written_in_each_form_that_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_suffix = [f"--export={tmp_path / name}" for name in ("r.LINES", "second.lines")]
    options = Parser("run").parse(["--lines", "-", "--json", str(tmp_path / "r.json"), *by_suffix])
    assert report_result(clean_result(), open_all(exports_of(options))) == (True, True)
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "requests,100,100"
    assert len(out.splitlines()) == len(json.loads((tmp_path / "r.json").read_text())["modes"])
    assert (tmp_path / "r.LINES").read_text() == (tmp_path / "second.lines").read_text() == out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_what_could_not_be_written_in_one_form_has_not_arrived(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Parser("run").parse(["--lines", "/dev/full", "--json", str(tmp_path / "r.json")])
    assert report_result(clean_result(), open_all(exports_of(options))) == (False, False)
    written = capsys.readouterr()
    assert written.err.startswith("httpbench-tui: The lines can't be written to '/dev/full': no space left on device; ")
    assert "requests/s" in written.out, "the report still comes"


def test_a_place_takes_one_form(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"Standard output takes JSON or lines; give --lines a file\."):
        open_all(exports_of(Parser("run").parse(["--lines", "-", "--json", "-"])))
    (tmp_path / "link.json").symlink_to(tmp_path / "r.md")
    twice = ["--export", str(tmp_path / "r.md"), "--export", str(tmp_path / "link.json")]
    with pytest.raises(PlanError, match=r"link\.json' is to be written twice; name another file\."):
        open_all(exports_of(Parser("run").parse(twice)))


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("a.json", "JSON"),
        ("A.MD", "Markdown"),
        ("x/my-rounds.csv", "CSV"),
        ("a.jsonl", "JSON Lines"),
        (".html", "HTML"),
    ],
)
def test_the_suffix_is_the_form(path: str, title: str) -> None:
    assert export_to(path).format.title == title
    assert export_to(path).format.suffix in path.lower()


@pytest.mark.parametrize("path", ["result.xlsx", "json", "/dev/fd/63", "a.json.gz", "x\x1b[31m.toml", "md " * 100])
def test_another_suffix_is_told_with_those_that_there_are(path: str) -> None:
    with pytest.raises(PlanError) as told:
        Parser("run").parse(["--export", path])
    assert str(told.value).endswith(" ends in none of .json, .md, .csv, .jsonl, .html and .lines.")
    assert str(told.value).isprintable()


def test_standard_output_has_no_suffix() -> None:
    with pytest.raises(UsageError, match=r"--export needs a file with a suffix; --json - writes to standard output\."):
        Parser("run").parse(["--export", "-"])
    with pytest.raises(UsageError, match=r"--export needs a file before 'http://h/a\.json'\."):
        Parser("recover").parse(["--export", "http://h/a.json"])


def test_a_file_is_whole_or_not_there_and_made_piece_by_piece(tmp_path: Path) -> None:
    ((_, destination),) = open_all((export_to(str(tmp_path / "r.jsonl")),))

    def fails_late() -> object:
        yield "x"
        raise OSError(28, "no space left on device")

    with pytest.raises(OSError, match="no space left"):
        destination.write_parts(fails_late())  # type: ignore[arg-type]
    assert not [path.name for path in tmp_path.iterdir() if path.suffix in (".jsonl", ".part")]
    tracemalloc.start()
    destination.write_parts("x" * 10_000 for _ in range(2_000))
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()
    assert (tmp_path / "r.jsonl").stat().st_size == 20_000_000

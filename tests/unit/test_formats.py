"""A form to write results in needs a file and a row: the command line, the report and the screens follow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.made_results import clean_result

from tui_httpbench.commands.arguments import Parser, UsageError, exports_of
from tui_httpbench.commands.main import main
from tui_httpbench.commands.run import report_result
from tui_httpbench.plan.plan import PlanError
from tui_httpbench.report import formats
from tui_httpbench.report.destination import open_all
from tui_httpbench.report.formats import FORMATS, Format

EXPORTER = """
def to_text(result, against):
    return "".join(f"{mode.mode},{mode.requests},{mode.ok}\\n" for mode in result.modes)
"""


@pytest.fixture(autouse=True)
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Format:
    """One more form, with an exporter of three lines."""
    (tmp_path / "modes_as_lines.py").write_text(EXPORTER)
    monkeypatch.syspath_prepend(tmp_path)
    form = Format("lines", "lines", "modes_as_lines")
    monkeypatch.setattr(formats, "FORMATS", (*FORMATS, form))
    return form


@pytest.mark.parametrize("command", ["run", "recover", None])
def test_each_command_that_reports_takes_its_option(command: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"] if command is None else [command, "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "--lines FILE|- write the result as lines; - is standard output" in told
    with pytest.raises(UsageError, match=r"--lines needs a file, or - for standard output, before 'http://h/'\."):
        Parser(command).parse(["--lines", "http://h/"])


def test_a_result_is_written_in_each_form_that_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Parser("run").parse(["--lines", "-", "--json", str(tmp_path / "r.json")])
    assert report_result(clean_result(), open_all(exports_of(options))) == (True, True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "requests,100,100"
    assert len(lines) == len(json.loads((tmp_path / "r.json").read_text())["modes"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_what_could_not_be_written_in_one_form_has_not_arrived(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Parser("run").parse(["--lines", "/dev/full", "--json", str(tmp_path / "r.json")])
    assert report_result(clean_result(), open_all(exports_of(options))) == (False, False)
    written = capsys.readouterr()
    assert written.err.startswith("httpbench-tui: The lines can't be written to '/dev/full': no space left on device; ")
    assert "requests/s" in written.out, "the report still comes"


def test_standard_output_takes_one_form() -> None:
    with pytest.raises(PlanError, match=r"Standard output takes JSON or lines; give --lines a file\."):
        open_all(exports_of(Parser("run").parse(["--lines", "-", "--json", "-"])))

"""``httpbench-tui compare``: two runs lane by lane, or one lane over several."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.analysis.run_comparison import compare_runs
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.analysis.trend import trend_of
from tui_httpbench.bench.kept_runs import KeptRunError, find_kept, open_kept
from tui_httpbench.commands.exit_status import FAILURE, SLOWER, SUCCESS
from tui_httpbench.commands.output import complain, print_whole, write_text
from tui_httpbench.files.small_file import is_file
from tui_httpbench.history.naming import LAST
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.reference import parse_gate
from tui_httpbench.report.comparison_formats import COMPARISON_TEXTS, TREND_TEXTS
from tui_httpbench.report.comparison_text import print_comparison
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.destination import STDOUT, FileDestination, open_all
from tui_httpbench.report.formats import Export, Format
from tui_httpbench.report.json_reading import DocumentError, read_run, run_of_result
from tui_httpbench.report.step_summary import add_to_summary, wants_summary
from tui_httpbench.report.trend_report import print_trend
from tui_httpbench.text.numbers import read_number
from tui_httpbench.text.quoting import shortened

MIN_RUNS = 2
MAX_RUNS = 100
MAX_SAME_WITHIN = 50.0
Destinations = tuple[tuple[Format, FileDestination], ...]


@dataclass(frozen=True)
class Wishes:
    """What the command line says beside the runs, as it was typed; None where nothing was."""

    relative_to: str | None = None
    lane: str | None = None
    same_within: str | None = None
    fail_if_slower: str | None = None
    exports: tuple[Export, ...] = ()


def compare(references: Sequence[str], wishes: Wishes) -> int:
    """Compares runs, reports, and returns the exit status.

    That is 0, or with a gate 3 where a lane is surely slower, and 1 where one could not be compared; 1 where the report
    can't be written. Raises PlanError for what can't be read, or is wrong otherwise.
    """
    gate = None if wishes.fail_if_slower is None else parse_gate(wishes.fail_if_slower)
    same_within = _parse_same_within(wishes.same_within)
    _check_runs(references, gate)
    _check_exports(references, wishes.exports)
    destinations = open_all(wishes.exports)
    runs = [open_run(reference) for reference in references]
    lane, relative_to = (wishes.lane or "").strip(), (wishes.relative_to or "").strip()
    if len(runs) > MIN_RUNS:
        trend = trend_of(runs, lane, relative_to, same_within)
        texts = {name: make(trend) for name, make in TREND_TEXTS.items()}
        arrived = _report(texts, destinations, lambda console: print_trend(trend, console))
        return SUCCESS if arrived else FAILURE
    compared = compare_runs(*runs, relative_to=relative_to, lane=lane, same_within=same_within, gate=gate)
    texts = {name: make(compared) for name, make in COMPARISON_TEXTS.items()}
    sentences = [each.in_words for each in compared.judged if each.verdict != "not slower"]
    arrived = _report(texts, destinations, lambda console: print_comparison(compared, console), sentences)
    if not compared.lanes:
        return FAILURE
    if compared.fails:
        return SLOWER
    return SUCCESS if arrived and compared.passes else FAILURE


def open_run(reference: str) -> ComparedRun:
    """The run that a reference names: a JSON file, or a run of the history. Raises PlanError."""
    try:
        if _names_file(reference):
            return read_run(Path(_expanded(reference)))
        return run_of_result(summarize_run(open_kept(reference)), reference)
    except (DocumentError, KeptRunError) as error:
        raise PlanError("runs", str(error)) from None


def _names_file(reference: str) -> bool:
    if LAST.fullmatch(reference):
        return False
    if is_file(reference):
        return True
    # What looks like a file may be the name of a run, such as that of a branch.
    looks_so = PurePath(reference).suffix.lower() == ".json" or os.sep in reference
    return looks_so and not _is_kept(reference)


def _is_kept(name: str) -> bool:
    """Whether the history has a run of this name."""
    try:
        return find_kept(name).name == name
    except KeptRunError:
        return False


def _check_runs(references: Sequence[str], gate: float | None) -> None:
    if len(references) < MIN_RUNS:
        raise PlanError(
            "runs",
            "compare takes two runs or more, the old one first: JSON files, or runs of the history, as in last~1 last.",
        )
    if len(references) > MAX_RUNS:
        raise PlanError("runs", f"compare takes up to {MAX_RUNS} runs, not {len(references):,}; name fewer.")
    if gate is not None and len(references) > MIN_RUNS:
        raise PlanError("fail_if_slower", "--fail-if-slower takes two runs, the old one and the new one; name no more.")


def _parse_same_within(text: str | None) -> float | None:
    if text is None:
        return None
    value = read_number(text.strip().removesuffix("%"))
    if math.isnan(value) or not 0 < value <= MAX_SAME_WITHIN:
        raise PlanError(
            "same_within",
            f"--same-within takes per cent above 0, up to {MAX_SAME_WITHIN:.0f}, such as 3, not {shortened(text)!r}.",
        )
    return value / 100


def _check_exports(references: Sequence[str], exports: tuple[Export, ...]) -> None:
    """Refuses forms that a comparison has not, and files that are compared. Raises PlanError."""
    for export in exports:
        shown = repr(shortened(export.path, 200))
        if export.format.name not in COMPARISON_TEXTS:
            known = " or ".join(f".{name}" for name in COMPARISON_TEXTS)
            raise PlanError("export", f"A comparison goes into files that end in {known}, not {shown}.")
        if export.path != STDOUT and any(_are_same(each, export.path) for each in filter(_names_file, references)):
            raise PlanError("export", f"{shown} is one of the runs; write the comparison to another file.")


def _are_same(reference: str, path: str) -> bool:
    """Whether both name one file, however they are spelled."""
    try:
        return Path(_expanded(reference)).samefile(_expanded(path))
    except (OSError, ValueError):  # one is not there, or can't be
        return False


def _expanded(path: str) -> str:
    return os.path.expanduser(path)  # noqa: PTH111  # Path's raises without a home


def _report(
    texts: dict[str, str],
    destinations: Destinations,
    print_to: Callable[[StreamConsole], None],
    sentences: Sequence[str] = (),
) -> bool:
    """Writes the files and prints the report; whether all arrived, or its reader has gone.

    Where standard output is a file's, the report goes to a terminal on standard error, and else the ``sentences``.
    """
    written = [write_text(destination, texts[form.name], "comparison") for form, destination in destinations]
    if wants_summary() and (problem := add_to_summary(texts["md"])):
        complain(problem)
    console = StreamConsole(sys.stdout)
    if any(destination.is_stdout for _, destination in destinations):
        console = StreamConsole(sys.stderr)
        if not console.is_terminal:
            for sentence in sentences:
                complain(sentence)
            return all(written)
    return print_whole(lambda: print_to(console)) and all(written)

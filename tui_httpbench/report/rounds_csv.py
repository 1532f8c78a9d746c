"""The result as CSV with a row for each round of each mode, in the order in which they were made."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.latency import summarize_latency
from tui_httpbench.analysis.result import Result
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.report.csv_table import RUN_COLUMNS, CsvColumn, Document, csv_lines, of_row, run_cells
from tui_httpbench.report.json_report import to_dict

COLUMNS: tuple[CsvColumn, ...] = (
    of_row("round", "the round's number, from 1 on"),
    of_row("lane", "the mode, as in aiohttp, aiohttp#2 or httpx-client@old"),
    of_row("library", "the library that it uses"),
    of_row("variant", "its variant"),
    of_row("outcome", "complete, stopped, hung, crashed or failed"),
    of_row("requests", "requests that ended or hung"),
    of_row("failed", "those that failed"),
    of_row("elapsed_s", "how long was measured"),
    of_row("time_per_request_s", "that over the requests, where none failed"),
    of_row("latency_p50_ms", "half of the successful requests took no longer"),
    of_row("latency_p99_ms", "99 of 100 took no longer"),
    of_row("cpu_s", "processor time of the client's process meanwhile"),
    of_row("peak_memory_mib", "the most memory that it held"),
    of_row("connections", "connections opened, those of the warm-up too"),
    of_row("target_cpu_s", "processor time of the embedded target meanwhile"),
    of_row("import_s", "how long the import of the client took"),
    of_row("build_s", "how long the making of the client took"),
    of_row("reason", "why it is not complete"),
    *RUN_COLUMNS,
)


def parts_of(result: Result, against: Against = USUAL) -> Iterator[str]:
    """The heading, then a line for each round of each mode."""
    return csv_lines(COLUMNS, rows_of(result, to_dict(result, against)))


def rows_of(result: Result, document: Document) -> Iterator[Document]:
    """What the columns read, round by round; ``document`` is the JSON of the result."""
    run, modes = run_cells(document), {mode["id"]: mode for mode in document["modes"]}
    told = {(mode["id"], each["round"]): each for mode in document["modes"] for each in mode["rounds"]}
    for record in sorted(result.records, key=lambda record: record.round):
        row, mode = told[record.mode, record.round], modes[record.mode]
        latency = summarize_latency([record.samples])
        is_whole = not row["failed"] and row["requests"] and row["elapsed_s"] is not None
        yield {
            **run,
            **row,
            "lane": record.mode,
            "library": mode["library"],
            "variant": mode["variant"],
            "time_per_request_s": row["elapsed_s"] / row["requests"] if is_whole else None,
            "latency_p50_ms": latency.p50 if latency else None,
            "latency_p99_ms": latency.p99 if latency else None,
        }

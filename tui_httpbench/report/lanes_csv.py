"""The result as CSV with a row for each mode, the best first."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.columns import seconds_per_request
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.report.csv_table import RUN_COLUMNS, CsvColumn, Document, csv_lines, of_row, run_cells
from tui_httpbench.report.json_report import to_dict

_LATENCIES = {
    "mean": "the mean latency of the successful requests",
    "p50": "half of them took no longer",
    "p90": "90 of 100 took no longer",
    "p95": "95 of 100 took no longer",
    "p99": "99 of 100 took no longer",
    "max": "the slowest",
}

_STARTS = {
    "interpreter_s": "processor time of Python's own start, the median of the rounds",
    "import_s": "that of importing the client from compiled bytecode, in a fresh process",
    "cold_s": "the same with nothing compiled yet (--start-up)",
    "build_s": "processor time for making a client that is kept",
    "first_s": "how much longer the first request took than the next",
    "total_s": "what a script pays once, with bytecode",
}

COLUMNS: tuple[CsvColumn, ...] = (
    of_row("rank", "the place, as a number; nothing for a mode that has none"),
    of_row("place", "the place as it is shown: 2= where several share it"),
    of_row("lane", "the mode, as in aiohttp, aiohttp#2 or httpx-client@old"),
    of_row("library", "the library that it uses"),
    of_row("library_version", "the version of that library"),
    of_row("variant", "its variant"),
    of_row("ratio", "its time per request over the winner's, compared round by round"),
    of_row("ratio_low", "the lower bound of that, of 95 %"),
    of_row("ratio_high", "the upper bound; nothing where it is infinite"),
    of_row("verdict", "against the winner: the winner is surely faster, surely the same, or unsure"),
    of_row("verdict_next", "against the mode below: faster, same or unsure"),
    of_row("clean", "whether nothing failed and no round is missing"),
    of_row("other_work", "whether it did other work than most"),
    of_row("requests", "requests of all rounds, warm-up left out"),
    of_row("ok", "those that succeeded"),
    of_row("failed", "those that failed"),
    of_row("rounds_done", "complete rounds"),
    of_row("time_per_request_s", "measured seconds of the whole rounds over their requests, where none failed"),
    of_row("requests_per_second", "requests, failed ones too, over the measured seconds"),
    of_row("ok_per_second", "the same of the successful ones"),
    *(of_row(f"latency_{name}_ms", about) for name, about in _LATENCIES.items()),
    of_row("cpu_us_per_request", "processor time of the client's process"),
    of_row("cpu_ratio", "that over the least of a mode"),
    of_row("peak_memory_mib", "the most memory that the client's process held"),
    of_row("connections", "connections opened in the complete rounds, those of the warm-up too"),
    of_row("requests_per_connection", "requests over each, those of the warm-up too"),
    of_row("body_bytes", "bytes of all bodies received"),
    of_row("import_s", "how long the import of the client took, the median of the rounds"),
    of_row("build_s", "how long the making of the client took, the median of the rounds"),
    *(of_row(f"start_{name}", about) for name, about in _STARTS.items()),
    of_row("http_version", "what it spoke with the server"),
    of_row("note", "why rounds are missing"),
    *RUN_COLUMNS,
)


def parts_of(result: Result, against: Against = USUAL) -> Iterator[str]:
    """The heading, then a line for each mode."""
    return csv_lines(COLUMNS, rows_of(result, to_dict(result, against)))


def rows_of(result: Result, document: Document) -> Iterator[Document]:
    """What the columns read, lane by lane; ``document`` is the JSON of the result."""
    run, modes = run_cells(document), {mode["id"]: mode for mode in document["modes"]}
    by_cpu = {rank["mode"]: rank["ratio"] for rank in document["ranking_cpu"] if rank["clean"]}
    for rank in document["ranking"]:
        mode = modes[rank["mode"]]
        low, high = rank["ratio_interval"] or (None, None)
        summary = result.mode(rank["mode"])
        yield {
            **run,
            **rank,
            **mode,
            "place": rank["label"],
            "lane": rank["mode"],
            "library_version": mode["packages"].get(mode_of(rank["mode"]).library.distribution),
            "ratio_low": low,
            "ratio_high": high,
            "failed": mode["requests"] - mode["ok"],
            "time_per_request_s": None if summary.failed else seconds_per_request(result, summary),
            **{f"latency_{name}_ms": value for name, value in (mode["latency_ms"] or {}).items()},
            **{f"start_{name}": value for name, value in (mode["start_up"] or {}).items()},
            "cpu_ratio": by_cpu.get(rank["mode"]),
        }

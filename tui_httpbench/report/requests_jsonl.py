"""Every measured request as a line of JSON: lane, round, start, latency, what it ended in, and the body's bytes.

``start_ms`` counts from the first start of the lane's round, the pauses between its turns left out; ``status`` is null
where no answer came, and ``error`` is null where the request succeeded. Requests that hung have no line.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator

import numpy as np

from tui_httpbench.analysis.result import Result
from tui_httpbench.measured.samples import BODY, LATENCY, START, STATUS, Samples
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.worker.errors import ERROR_KINDS

_BLOCK_ROWS = 10_000
"""So many lines are made at once, which takes a few megabytes."""


def parts_of(result: Result, against: Against = USUAL) -> Iterator[str]:  # noqa: ARG001
    """The lines, some thousand at a time, round after round; within one in the order in which requests ended.

    Raises OSError where requests were counted that are not kept any more: what is missing must not look like a whole.
    """
    if any(record.tally.requests > len(record.samples) for record in result.records):
        raise OSError(errno.ENOENT, "the single requests of this run are not kept any more")
    for record in sorted(result.records, key=lambda record: record.round):
        if not len(record.samples):
            continue
        head = f'{{"lane": {json.dumps(record.mode)}, "round": {record.round}, "start_ms": '
        first_ns = int(record.samples[:, START].min())
        for begin in range(0, len(record.samples), _BLOCK_ROWS):
            yield "".join(_lines(record.samples[begin : begin + _BLOCK_ROWS], head, first_ns))


def _lines(rows: Samples, head: str, first_ns: int) -> Iterator[str]:
    ends = {int(code): _end_in_json(int(code)) for code in np.unique(rows[:, STATUS])}
    starts = (rows[:, START] - first_ns).tolist()
    latencies, codes, bodies = (rows[:, column].tolist() for column in (LATENCY, STATUS, BODY))
    for start_ns, latency_ns, code, body in zip(starts, latencies, codes, bodies, strict=True):
        times = f'{start_ns / 1e6:.6f}, "latency_ms": {latency_ns / 1e6:.6f}'
        yield f'{head}{times}, {ends[code]}, "bytes": {body}}}\n'


def _end_in_json(code: int) -> str:
    """What a status or a negative error code says."""
    if code < 0:
        return f'"status": null, "error": {json.dumps(ERROR_KINDS[-code - 1])}'
    return f'"status": {code}, "error": {json.dumps("status" if code >= 400 else None)}'

"""Every measured request of a sweep as a line of JSON: as of a run, with the knob's value in front."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.report import requests_jsonl


def parts_of(result: SweepResult) -> Iterator[str]:
    """The lines, point by point. Raises OSError as ``requests_jsonl`` does."""
    for point in result.points:
        head = f'{{"knob": {json.dumps(result.sweep.knob)}, "value": {json.dumps(point.value)}, '
        for part in requests_jsonl.parts_of(point.result):
            yield "".join(f"{head}{line[1:]}" for line in part.splitlines(keepends=True))

"""Every measured request of a run on many hosts as a line of JSON: as of a run, with the host in front."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.report import requests_jsonl


def parts_of(result: HostsResult) -> Iterator[str]:
    """The lines, host by host. Raises OSError as ``requests_jsonl`` does."""
    for host in result.measured_hosts:
        assert host.result is not None
        head = f'{{"host": {json.dumps(host.name)}, '
        for part in requests_jsonl.parts_of(host.result):
            yield "".join(f"{head}{line[1:]}" for line in part.splitlines(keepends=True))

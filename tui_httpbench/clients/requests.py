"""requests: synchronous, on urllib3."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_httpbench.bench.worker.job import Job, Send


@contextmanager
def requests_each(job: Job) -> Iterator[Send]:
    """``requests.get()`` and its kin: a session and a connection for every request."""

    def send() -> tuple[int, int]:
        response = requests.request(job.method, job.url, headers=job.headers, data=job.body, timeout=job.timeout_s)
        return response.status_code, len(response.content)

    yield send


@contextmanager
def requests_session(job: Job) -> Iterator[Send]:
    """One ``Session`` for all requests, which keeps its connections."""
    with requests.Session() as session:

        def send() -> tuple[int, int]:
            response = session.request(job.method, job.url, headers=job.headers, data=job.body, timeout=job.timeout_s)
            return response.status_code, len(response.content)

        yield send

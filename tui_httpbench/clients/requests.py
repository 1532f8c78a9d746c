"""requests: synchronous, on urllib3."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui_httpbench.worker.job import Job, Send


@contextmanager
def requests_each(job: Job) -> Iterator[Send]:
    """``requests.get()`` and its kin: a session and a connection for every request."""
    if job.profile == "equal":
        # requests.get() as its source has it, with room for the settings that it offers no arguments for.
        def send() -> tuple[int, int]:
            with requests.Session() as session:
                _equalize(session, job)
                response = session.request(
                    job.method, job.url, headers=job.headers, data=job.body, timeout=job.timeout_s
                )
                return response.status_code, len(response.content)
    else:

        def send() -> tuple[int, int]:
            response = requests.request(
                job.method, job.url, headers=job.headers, data=job.body, timeout=job.timeout_s, verify=job.verify
            )
            return response.status_code, len(response.content)

    yield send


@contextmanager
def requests_session(job: Job) -> Iterator[Send]:
    """One ``Session`` for all requests, which keeps its connections."""
    with requests.Session() as session:
        session.verify = job.verify
        if job.profile == "equal":
            _equalize(session, job)
            session.mount(job.url, requests.adapters.HTTPAdapter(pool_maxsize=job.in_flight))

        def send() -> tuple[int, int]:
            response = session.request(job.method, job.url, headers=job.headers, data=job.body, timeout=job.timeout_s)
            return response.status_code, len(response.content)

        yield send


def _equalize(session: requests.Session, job: Job) -> None:
    session.trust_env = False
    session.max_redirects = job.max_redirects
    session.verify = job.verify and job.ca_file


def settings(job: Job) -> dict[str, str]:
    """What a client made for this job really uses."""
    with requests.Session() as session:
        if job.profile == "equal":
            _equalize(session, job)
        pool = job.in_flight if job.profile == "equal" else requests.adapters.DEFAULT_POOLSIZE
        return {
            "redirects": f"followed, up to {session.max_redirects}",
            "timeout": f"{job.timeout_s:g} s to connect, {job.timeout_s:g} s between bytes",
            "pool": f"{pool} kept per host, more are opened and closed" if job.kept else "none: the client is not kept",
            "proxies": "from the environment" if session.trust_env else "none",
            "netrc": "read" if session.trust_env else "not read",
            "certificates": job.trust or "certifi's",
            "accept-encoding": job.headers.get("Accept-Encoding", str(session.headers.get("Accept-Encoding"))),
        }


def watch_responses(seen: Callable[[dict[str, object]], None]) -> None:
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    original = requests.Session.request

    def request(self: requests.Session, *args: object, **options: object) -> requests.Response:
        response: requests.Response = original(self, *args, **options)  # type: ignore[arg-type]
        version = {9: "0.9", 10: "1.0", 11: "1.1", 20: "2"}.get(response.raw.version, "unknown")
        seen(
            {
                "status": response.status_code,
                "url": response.url,
                "first_status": [*response.history, response][0].status_code,
                "http_version": version,
                "body": response.content,
            }
        )
        return response

    requests.Session.request = request  # type: ignore[method-assign]

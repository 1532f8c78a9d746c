"""A look at where a URL's redirects lead, by the standard library alone: no other host is asked on the way.

It is for modes that do not tell themselves; loaded in a process of its own, never in a worker that measures.
"""

from __future__ import annotations

import contextlib
import ssl
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlsplit

from .job import Job
from .pieces import made_up

_Request = urllib.request.Request


def look(job: Job, tell: Callable[..., None]) -> None:
    """Sends the request of the job, and what redirects ask for at the same host, and tells each URL that they name.

    The first URL of another host is the last one. What the plan sends goes to the server that was asked alone, and no
    body is read.
    """
    redirects = _Redirects(job, tell)
    opener = urllib.request.build_opener(
        redirects, urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.HTTPSHandler(context=_context(job))
    )
    # How it fails, as with a status of 4xx, says nothing of redirects: those that it met were told.
    with contextlib.suppress(OSError, ValueError, HTTPException, _EnoughError):
        request = _Request(_without_user(job.url), _body_of(job), job.headers, method=job.method)
        opener.open(request, timeout=job.timeout_s).close()
    tell("looked")


class _EnoughError(Exception):
    """The next request would go to another host."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, job: Job, tell: Callable[..., None]) -> None:
        self._job = job
        self._tell = tell

    def redirect_request(  # the names are the standard library's
        self,
        req: _Request,
        fp: Any,
        code: int,
        msg: str,  # noqa: ARG002
        headers: Any,  # noqa: ARG002
        newurl: str,
    ) -> _Request | None:
        fp.close()  # or all of its body is read, however long
        if urlsplit(newurl).scheme not in ("http", "https"):
            return None
        self._tell("redirected", url=newurl)
        asked, there = urlsplit(self._job.url), urlsplit(newurl)
        if there.hostname != asked.hostname:
            raise _EnoughError
        is_kept = code in (307, 308) or req.get_method() in ("GET", "HEAD")
        is_same_server = (there.scheme, there.port) == (asked.scheme, asked.port)
        return _Request(
            _without_user(newurl),
            _body_of(self._job) if is_kept and is_same_server else None,
            self._job.headers if is_same_server else {},
            method=req.get_method() if is_kept else "GET",
        )

    http_error_308 = urllib.request.HTTPRedirectHandler.http_error_302  # Python 3.9 does not know it


def _without_user(url: str) -> str:
    """The URL as urllib takes it, which reads a user's name as a part of the host."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _context(job: Job) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=job.ca_file)
    if not job.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _body_of(job: Job) -> bytes | None:
    return made_up(job.made_up_bytes) if job.made_up_bytes else job.body

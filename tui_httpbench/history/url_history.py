"""The URLs of earlier runs, kept in a file beside the last plan."""

from __future__ import annotations

from pathlib import Path

from tui_httpbench.files.state_file import read_state, write_state
from tui_httpbench.plan import parsing
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.stored import LastPlanError, last_plan_path
from tui_httpbench.text.hiding import holds_secret

MAX_URLS = 50
_FILE_NAME = "urls.json"


def url_history_path() -> Path:
    """The file that holds the URLs; it may not exist. Raises LastPlanError where there is no home folder."""
    return last_plan_path().with_name(_FILE_NAME)


def load_urls() -> tuple[str, ...]:
    """The URLs of earlier runs, newest first, at most ``MAX_URLS``; none where the file can't be read."""
    try:
        stored = read_state(url_history_path())
    except (OSError, ValueError):
        return ()
    urls = stored if isinstance(stored, list) else []
    return tuple(dict.fromkeys(url for url in urls if isinstance(url, str) and _can_be_kept(url)))[:MAX_URLS]


def remember_url(url: str) -> tuple[str, ...]:
    """Puts a URL in front of the others, and returns them all; raises LastPlanError where it can't be stored.

    A URL whose query holds what is likely a credential (``token=``, ``api_key=``, ``sig=`` …) is never stored, and
    neither is the plain embedded target. The file can be read by its owner only and is replaced as a whole.
    """
    urls = load_urls()
    if not _can_be_kept(url) or urls[:1] == (url,):
        return urls
    urls = tuple(dict.fromkeys((url, *urls)))[:MAX_URLS]
    path = url_history_path()
    try:
        write_state(path, urls)
    except OSError as error:
        raise LastPlanError(
            f"The URL can't be remembered: {path.parent} can't be written ({error.strerror or error})."
        ) from error
    return urls


def _can_be_kept(url: str) -> bool:
    try:
        return parsing.parse_url(url) == url != "/" and not holds_secret(url)
    except PlanError:
        return False

"""Credentials taken out of the request heads that a probe brought back, so that these can be kept and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.plan.plan import Header
from tui_httpbench.plan.secrets import credential_names
from tui_httpbench.text.hiding import MASK, Hiding, drop_secrets, secrets_of_header
from tui_httpbench.worker.secret_names import is_secret_name

CHANGED = f"{MASK} (another value)"
"""What stands for a credential that arrived otherwise than it was sent."""

MAX_COOKIES = 300
"""Several times what browsers keep of one host; each takes time in every text that is hidden."""
_Hide = Callable[[Iterable[Header]], tuple[Header, ...]]


def hidden_names(told: tuple[Header, ...], hiding: Hiding) -> frozenset[str]:
    """The plan's headers, in small letters, of which a probe keeps no value: credentials, and what names a variable."""
    return credential_names(told, hiding) | {name.lower() for name, value in told if "$" in value}


def hide_credentials(probe: Probe, told: tuple[Header, ...], sent: tuple[Header, ...], hiding: Hiding) -> Probe:
    """The probe with ``MASK`` for each credential that was sent as it was told, and ``CHANGED`` for another.

    ``told`` are the headers as the plan has them, ``sent`` the same ones with their variables filled in; ``hiding``
    hides what the server echoed, and what a client file tells of its settings. Names and kinds stay as they are.
    """
    heads, hide = probe.heads, _masker(hidden_names(told, hiding), sent, hiding)
    if heads is not None:
        heads = tuple(
            replace(head, query=drop_secrets(f"?{head.query}")[1:], headers=hide(head.headers)) for head in heads
        )
    response, *again = (_hidden(each, hide) for each in (probe.response, *probe.again))
    error = None if probe.error is None else (probe.error[0], hiding.hide(probe.error[1]))
    settings = {name: _shown_setting(name, text, hiding) for name, text in probe.settings.items()}
    return hiding.hide_in(
        replace(probe, heads=heads, response=response, again=tuple(again), error=error, settings=settings, cookies=())
    )


def _shown_setting(name: str, text: str, hiding: Hiding) -> str:
    # Of cookies, a client tells whether it keeps them.
    return MASK if is_secret_name(name) and name != "cookies" else hiding.hide(text)


def _hidden(response: ProbeResponse | None, hide: _Hide) -> ProbeResponse | None:
    if response is None or response.hops is None:
        return response
    return replace(response, hops=tuple(replace(hop, headers=hide(hop.headers)) for hop in response.hops))


def _masker(hidden: frozenset[str], sent: tuple[Header, ...], hiding: Hiding) -> _Hide:
    values: dict[str, set[str]] = {}
    for name, value in sent:
        values.setdefault(name.lower(), set()).add(value)

    def shown(name: str, value: str) -> str:
        if name.lower() not in hidden and not is_secret_name(name):
            return hiding.hide(value)
        return MASK if value in values.get(name.lower(), {value}) else CHANGED

    return lambda headers: tuple((name, shown(name, value)) for name, value in headers)


def credentials_in(probes: Iterable[Probe]) -> set[str]:
    """What must not be seen of all headers that were sent, such as cookies and what a library read from netrc.

    Of cookies, which any server can make many of, it is the longest ``MAX_COOKIES``.
    """
    found: set[str] = set()
    cookies: set[str] = set()
    for probe in probes:
        headers = [header for head in probe.heads or () for header in head.headers]
        headers += [("Cookie", value) for value in probe.cookies]
        headers += [header for each in probe.responses for hop in each.hops or () for header in hop.headers]
        for name, value in headers:
            if is_secret_name(name):
                values = secrets_of_header(name, value)
                if name.lower() == "cookie":
                    cookies |= values
                else:
                    found |= values
    return found | set(sorted(cookies, key=lambda cookie: (-len(cookie), cookie))[:MAX_COOKIES])

"""Credentials taken out of the request heads that a probe brought back, so that these can be kept and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.plan.plan import MASK, Header, is_secret
from tui_httpbench.plan.secrets import drop_secrets

CHANGED = f"{MASK} (another value)"
"""What stands for a credential that arrived otherwise than it was sent."""

_Hide = Callable[[Iterable[Header]], tuple[Header, ...]]


def is_credential(name: str, value: str) -> bool:
    """Whether the value of a plan's header must not be shown or kept: by its name, or since it names a variable."""
    return is_secret(name) or "$" in value


def hide_credentials(probe: Probe, told: tuple[Header, ...], sent: tuple[Header, ...]) -> Probe:
    """The probe with ``MASK`` for each credential that was sent as it was told, and ``CHANGED`` for another.

    ``told`` are the headers as the plan has them, ``sent`` the same ones with their variables filled in.
    """
    heads, hide = probe.heads, _masker(told, sent)
    if heads is not None:
        heads = tuple(
            replace(head, query=drop_secrets(f"?{head.query}")[1:], headers=hide(head.headers)) for head in heads
        )
    response, *again = (_hidden(each, hide) for each in (probe.response, *probe.again))
    return replace(probe, heads=heads, response=response, again=tuple(again))


def _hidden(response: ProbeResponse | None, hide: _Hide) -> ProbeResponse | None:
    if response is None or response.hops is None:
        return response
    return replace(response, hops=tuple(replace(hop, headers=hide(hop.headers)) for hop in response.hops))


def _masker(told: tuple[Header, ...], sent: tuple[Header, ...]) -> _Hide:
    hidden = {name.lower() for name, value in told if is_credential(name, value)}
    values: dict[str, set[str]] = {}
    for name, value in sent:
        values.setdefault(name.lower(), set()).add(value)

    def shown(name: str, value: str) -> str:
        if name.lower() not in hidden and not is_secret(name):
            return value
        return MASK if value in values.get(name.lower(), {value}) else CHANGED

    return lambda headers: tuple((name, shown(name, value)) for name, value in headers)

"""Which proxy each mode goes through, as its client tells it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tui_httpbench.measured.probe import Probe
from tui_httpbench.text.wire_url import wire_url

NO_PROXY = "none"
_PROXY = re.compile(r"(\w+://)?\S*[\w\]]:?\d*/?", re.ASCII)


def proxies_of(probes: Iterable[Probe]) -> dict[str, str]:
    """The proxy of each mode that tells: its URL in one spelling, or ``NO_PROXY``."""
    told = {probe.mode: probe.settings.get("proxies", "") for probe in probes}
    return {mode: proxy for mode, text in told.items() if (proxy := _proxy_in(text))}


def _proxy_in(text: str) -> str:
    """The proxy that a setting names, as people may write it without a scheme; empty where it names none."""
    if text.startswith(NO_PROXY):
        return NO_PROXY
    found = _PROXY.fullmatch(text)
    if found is None or not (found[1] or ":" in text or "." in text):
        return ""
    return wire_url(text if found[1] else f"http://{text}").rstrip("/")

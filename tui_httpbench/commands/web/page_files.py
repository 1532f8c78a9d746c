"""The page with the terminal, all its files from this machine, and the headers that keep it to itself."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from importlib.resources import files

import textual_serve
from aiohttp import web

_PAGE = files(__package__) / "page"
_LIBRARY = files(textual_serve) / "static"
_FONTS = _LIBRARY / "fonts"
_FILES = {
    "page.css": (_PAGE / "page.css", "text/css"),
    "page.js": (_PAGE / "page.js", "text/javascript"),
    "textual.js": (_LIBRARY / "js" / "textual.js", "text/javascript"),
    "xterm.css": (_LIBRARY / "css" / "xterm.css", "text/css"),
    "roboto-mono.ttf": (_FONTS / "RobotoMono-VariableFont_wght.ttf", "font/ttf"),
    "roboto-mono-italic.ttf": (_FONTS / "RobotoMono-Italic-VariableFont_wght.ttf", "font/ttf"),
}
_NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PROTECTION: Mapping[str, str] = {
    "Content-Security-Policy": _NO_CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of every answer."""


def protect(response: web.StreamResponse) -> None:
    """Gives an answer these headers where it has no other value for them, and lets it be its connection's last."""
    for name, value in PROTECTION.items():
        response.headers.setdefault(name, value)
    if not isinstance(response, web.WebSocketResponse):
        response.force_close()


def page(netloc: str) -> web.Response:
    """The page, which holds no secret; ``netloc`` is where its terminal connects to."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"{_NO_CONTENT_POLICY}; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; img-src data:; "
        f"connect-src 'self' ws://{netloc}"
    )
    text = (_PAGE / "index.html").read_text(encoding="utf-8").replace("{nonce}", nonce)
    return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})


def static_file(name: str) -> web.Response | None:
    """One of the page's files; None where there is none of that name."""
    if name not in _FILES:
        return None
    path, kind = _FILES[name]
    return web.Response(body=path.read_bytes(), content_type=kind)

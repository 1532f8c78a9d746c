"""Pieces of HTML; every text that comes from elsewhere passes ``escaped``."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from tui_httpbench.text.quoting import printable

_TOKENS = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<text>[bfr]{0,2}(?:\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'))"
    r"|(?P<mark>@[\w.]+)"
    r"|(?P<word>\b(?:and|as|async|await|break|class|continue|def|elif|else|except|False|finally|for|from|if|import|in|is"
    r"|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield)\b)"
)


def escaped(text: str) -> str:
    """A text that shows as it is, on one line, within an element as well as within an attribute."""
    return html.escape(printable(text), quote=True)


def element(name: str, *content: str, **attributes: str | float | None) -> str:
    """An element around content that is HTML already; attributes are texts, and left out where they are None.

    An attribute that Python has a word for ends in an underscore here, and other underscores stand for hyphens.
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{told}>{''.join(content)}</{name}>"


def paragraph(text: str, class_: str | None = None) -> str:
    """A text as a paragraph; nothing where there is no text."""
    return element("p", escaped(text), class_=class_) if text else ""


def bullets(texts: Iterable[str], class_: str | None = None) -> str:
    """A list of texts; nothing where there are none."""
    items = "".join(element("li", escaped(text)) for text in texts)
    return element("ul", items, class_=class_) if items else ""


def table(
    headings: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], class_: str | None = None, heads: int = 1
) -> str:
    """A table of texts; each heading has the side to which its column is aligned.

    The cell of the number ``heads`` heads its row: the second one, unless another is given.
    """
    heading = "".join(element("th", escaped(text), scope="col", class_=side) for text, side in headings)
    body = "".join(
        element(
            "tr",
            *(
                element(
                    "th" if number == heads else "td",
                    escaped(cell),
                    class_=side,
                    scope="row" if number == heads else None,
                )
                for number, (cell, (_, side)) in enumerate(zip(row, headings, strict=True))
            ),
        )
        for row in rows
    )
    inner = element("thead", element("tr", heading)) + element("tbody", body)
    return element("div", element("table", inner, class_=class_), class_="wide", tabindex="0")


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Names with what is said of them."""
    inner = "".join(element("dt", escaped(name)) + element("dd", escaped(value)) for name, value in rows)
    return element("dl", inner) if inner else ""


def section(title: str, *content: str, id_: str) -> str:
    """A part of the page under a heading; nothing where it has no content."""
    inner = "".join(content)
    return element("section", element("h2", escaped(title)), inner, id=id_) if inner else ""


def code(text: str) -> str:
    """Python as it stands, with words, texts and comments marked."""
    lines = [_code_line(line) for line in text.expandtabs(4).rstrip("\n").split("\n")]
    return element("pre", element("code", "\n".join(lines)))


def _code_line(line: str) -> str:
    parts, end = [], 0
    for match in _TOKENS.finditer(line):
        parts += [escaped(line[end : match.start()]), element("span", escaped(match[0]), class_=match.lastgroup)]
        end = match.end()
    return "".join((*parts, escaped(line[end:])))

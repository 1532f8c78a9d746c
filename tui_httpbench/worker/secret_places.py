"""What is a secret by where it stands in a text, whoever wrote it; in workers and in the parent. For Python 3.9."""

from __future__ import annotations

import re

from .hiding import MASK
from .secret_names import MAX_NAME, NAME_SIGN, SECRET_NAME

_PERCENT = "%(?:25)*"
_MARK = rf"(?:[?&;#]|{_PERCENT}(?:3[Ff]|26|3[Bb]|23))"
# Names are told by their letters. They need no percent-form: who gives them one does not want a name to be told.
_LETTER = rf"{_PERCENT}(?:[46][1-9A-Fa-f]|[57][0-9Aa])"
_WRITTEN_NAME = rf"(?:{NAME_SIGN}|{_LETTER})"
_UNTOLD_NAME = rf"{NAME_SIGN}{{0,{MAX_NAME}}}{_LETTER}{_WRITTEN_NAME}{{0,{MAX_NAME}}}"
# Within a URL within a URL, what ends a value is encoded as often as what stands before it.
_VALUE_SIGN = r"(?!\2(?:26|3[Bb]|23))[^\s\"'<>)&;#]"
# Names are looked at where they begin, and where what makes them names stands behind them, or a long text takes long.
_BEGIN = r"(?:(?<![\w.\-%])|(?<=[\s\"'=\[(]--)|(?<=\A--))(?<![\w.\-\]]\[)(?=\w)"
_SIGNS = rf"[\w.\-\[\]%]{{1,{MAX_NAME}}}"
_HEADER = rf"(?i:(?:proxy-)?authorization|(?:set-)?cookie2?)|(?=[\w.]{{0,{MAX_NAME}}}-){SECRET_NAME}"
_NO_EXAMPLE = r"(?!(?:\w+ )?(?:\u2026|\$\())"
"""An ellipsis, or what a shell puts something in for: neither can be sent in a header."""
_QUOTED_PAIR = rf"(?<=[\"'])(?={_SIGNS}\\?[\"']\s{{0,9}}:)"
_TUPLE = r"(?:(?<=[(\[][\"'])|(?<=[(\[]b[\"']))(?=[^\"']+[\"'], b?(?:\"[^\"]*\"|'[^']*')[)\]])"
_ASSIGNMENT = rf"(?={_SIGNS} ?[=:]>? ?[\[(]?[bu]?\\?[\"'])"
_NO_VALUE = r"(?i:none|null|true|false)"
_SCHEME = r"(?i:bearer|basic|digest|negotiate|ntlm|token|api-?key)"
_BARE = r"[^\s\"'<>()\[\]{},;&=?#]"
_NO_SECRET = r"(?:None|True|False|lambda|null|true|false|\u2026|\d{1,5})(?![\w\-]|\.\w)"
_LOOKS_RANDOM = r"(?=[^\s\d]{0,40}\d)(?=[^\sA-Za-z]{0,40}[A-Za-z])(?=\S{6})"
_RULES = (
    # //user:password@, also within another URL
    (r"(//)[^/\s\"'?#<>]*@", rf"\1{MASK}@"),
    (rf"({_PERCENT}2[Ff]{_PERCENT}2[Ff])(?:(?!{_PERCENT}(?:2[Ff]|40))[^\s/\"'?#&<>])+({_PERCENT}40)", rf"\1{MASK}\2"),
    # ?token=abc, also within another URL, but not the full stop of a sentence
    (
        rf"({_MARK}(?={_SIGNS}(?:=|3[Dd]))(?:{SECRET_NAME}|{_UNTOLD_NAME})"
        rf"(?:=|({_PERCENT})3[Dd]))(?:{_VALUE_SIGN})+(?<![.,:!])",
        r"\1",
    ),
    # Set-Cookie: abc, also as Python writes a dictionary of headers; but nothing that only shows what to write
    (
        rf"({_BEGIN}(?={_SIGNS}[\"']?[ \t]{{0,3}}:)(?:{_HEADER})[\"']?[ \t]{{0,3}}:[ \t]*[\[(]?(?:[bu]?[\"'])?)"
        rf"{_NO_EXAMPLE}[^\s\"'\\](?:[^\"'\\\r\n]*[^\"'\\\s.])?",
        rf"\1{MASK}",
    ),
    # "password": "abc" and token = "abc", in any quotes; ('X-Auth-Key', 'abc')
    (
        rf"({_BEGIN}(?:{_QUOTED_PAIR}|{_TUPLE}|{_ASSIGNMENT}){SECRET_NAME}"
        rf"(?:\\?[\"']\s{{0,9}}[:,]\s{{0,9}}| ?[=:]>? ?)[\[(]?[bu]?(\\?[\"']))(?!{_NO_VALUE}\2)"
        r"(?:(?!\2)(?:\\.|[^\\]))+",
        rf"\1{MASK}",
    ),
    # password=abc and auth=('me', 'abc'), but no call, as code has it; password: abc123, but no word
    (
        rf"({_BEGIN}(?={_SIGNS}(?:=[^\s\"'<]|: ?{_LOOKS_RANDOM})){SECRET_NAME}(?:=(?!{_NO_SECRET})|: ?))"
        rf"(?:(?:{_SCHEME} )?{_BARE}+(?:=+{_BARE}+){{0,9}}(?<![.,:!])={{0,2}}(?=[.,:!]*(?:[\s\"'<>)\]}},;&=?#]|\Z))"
        r"|\(b?[\"'][^()\n]*\))",
        rf"\1{MASK}",
    ),
    (
        rf"(\b{_SCHEME} +)(?=[^\s\"']*(?:\d|[a-z][A-Z]))"
        r"[\w\-.~+/=%]{7,}[\w\-~+/=%]",
        rf"\1{MASK}",
    ),
    # HTTPBasicAuth('me', 'abc')
    (r"((?i:auth)\([bu]?[\"'][^\"'()\n]{0,200}[\"'], ?[bu]?([\"']))(?:(?!\2)[^\n])+", rf"\1{MASK}"),
    # a JWT, whatever its name
    (r"(?<![\w-])(?=[\w-]+\.[\w-]{4,}\.)([\w-]*?)\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*", rf"\1{MASK}"),
)
"""What is a secret by where it stands, whoever wrote it."""


def hide_places(text: str) -> str:
    """The text with a mask for what stands where secrets stand: behind ``token=``, ``Authorization:`` and the like."""
    for pattern, replacement in _RULES:
        text = re.sub(pattern, replacement, text)
    return text

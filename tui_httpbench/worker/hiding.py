"""Secret values found and hidden in a text, however a library or a server wrote them; in workers and in the parent.

Both the text and the values are brought into one plain form (percent-forms decoded, backslashes taken out), in which a
value is looked for as it is. An expression for all the forms of a value would take the length of the value times that
of the text where both repeat a sign; this takes the sum of them. Written for Python 3.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MASK = "***"
MIN_LENGTH = 6
"""A shorter value, such as ``1`` or ``abc``, is hidden beside its name, and not looked for elsewhere."""
_APART_BELOW = 12
"""A value shorter than this is found where no letter or digit touches it, a longer one also within a word."""
_LEAST_PLAIN = 4
"""One with fewer signs than this beside its backslashes is only looked for as it is written: those stand everywhere."""

# %2F, %252F and so on are one sign; so is \xe9, or \u00e9, as Python and JSON quote it.
_ENCODED = re.compile(rb"%(?:25)*([0-9A-Fa-f]{2})")
# What is no letter of the first 65,536 is two halves in JSON.
_QUOTED = re.compile(
    rb"\\+u([Dd][89ABab][0-9A-Fa-f]{2})\\+u([Dd][C-Fc-f][0-9A-Fa-f]{2})"
    rb"|\\+(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))?"
)
_ENDS_QUOTED = re.compile(
    r"(?:%(?:25)*[0-9A-Fa-f]{2}|(?:\\|5[Cc])(?:[A-Za-z]|[0-7]{1,3}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}))\Z"
)
_BACKSLASHES_BEHIND = re.compile(r"(?:\\|%(?:25)*5[Cc])+")
_BACKSLASHES_BEFORE = re.compile(_BACKSLASHES_BEHIND.pattern + r"\Z")
_LONGEST_QUOTED = 40
# Signs of equal length that stand for each other: a form writes a space as +, and quoting a line break as \n.
_PLAIN = bytes.maketrans(b"+\n\r\t\f\v\b\a", b" nrtfvba")


@dataclass(frozen=True)
class _Plain:
    """A text in its plain form, and where in the text each byte of it begins and ends."""

    signs: bytes
    begins: Sequence[int]
    ends: Sequence[int]


@dataclass(frozen=True)
class Needle:
    """A value to be looked for by its ``signs``: in the plain form, or as it ``is_written``.

    One that ``is_long`` may be a part of a word, in capital or small letters. Where it ``begins_quoted`` or
    ``ends_quoted``, the backslashes beside it belong to it.
    """

    signs: bytes
    is_written: bool
    is_long: bool
    begins_quoted: bool = False
    ends_quoted: bool = False


def needles_of(values: Iterable[str]) -> tuple[Needle, ...]:
    """What is looked for of these values: each as it is, and in plain form.

    The latter is that of UTF-8 and of Latin-1, in which headers are sent.
    """
    found = {}
    for value in values:
        forms = [(_encoded(value, is_latin=False), True)]
        plain = {_signs_of(value, is_latin=is_latin) for is_latin in (False, True)}
        forms += [(signs, False) for signs in plain if len(signs) >= _LEAST_PLAIN]
        for signs, is_written in forms:
            is_long = min(len(value), len(signs)) >= _APART_BELOW
            key = signs.lower() if is_long else signs
            quoted = (False, False) if is_written else (value[:1] == "\\", value[-1:] == "\\")
            found[key, is_written] = Needle(key, is_written, is_long, *quoted)
    return tuple(found.values())


def hide_values(text: str, needles: Iterable[Needle]) -> str:
    """The text with a mask for each place where one of the values stands."""
    needles = tuple(needles)
    raw = _raw(text, is_latin=False)
    plains = [(raw, True), (_plain_of(raw), False)]
    if any("\x80" <= sign <= "\xff" for sign in text):
        plains.append((_plain_of(_raw(text, is_latin=True)), False))
    spans: list[tuple[int, int]] = []
    for plain, is_written in plains:
        small = plain.signs.lower()
        for needle in needles:
            if needle.is_written == is_written:
                spans += _places(text, plain, small, needle)
    return _masked(text, spans)


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    parts, done = [], 0
    for begin, end in sorted(spans):
        if begin >= done:
            parts += [text[done:begin], MASK]
        done = max(done, end)
    return "".join(parts) + text[done:]


def _places(text: str, plain: _Plain, small: bytes, needle: Needle) -> list[tuple[int, int]]:
    """Where the text holds the value."""
    found: list[tuple[int, int]] = []
    signs = small if needle.is_long else plain.signs
    length, position = len(needle.signs), signs.find(needle.signs)
    while position >= 0:
        begin, end = plain.begins[position], plain.ends[position + length - 1]
        if needle.is_long or _stands_apart(text, begin, end):
            found.append((_before_quoting(text, begin) if needle.begins_quoted else begin, end))
            if needle.ends_quoted:
                found[-1] = (found[-1][0], _behind_quoting(text, end))
            position += length
        else:
            position += 1
        position = signs.find(needle.signs, position)
    return found


def _stands_apart(text: str, begin: int, end: int) -> bool:
    """Whether no letter or digit touches it; those of %2F, and of a line break that was quoted, are of no word."""
    before, behind = text[max(0, begin - _LONGEST_QUOTED) : begin], text[end : end + 1]
    return not _is_of_word(behind) and (not _is_of_word(before[-1:]) or _ENDS_QUOTED.search(before) is not None)


def _is_of_word(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def _before_quoting(text: str, begin: int) -> int:
    """Where the backslashes begin that stand before this place."""
    first = max(0, begin - _LONGEST_QUOTED)
    match = _BACKSLASHES_BEFORE.search(text[first:begin])
    return begin if match is None else first + match.start()


def _behind_quoting(text: str, end: int) -> int:
    """Where the backslashes end that stand behind this place."""
    match = _BACKSLASHES_BEHIND.match(text, end)
    return end if match is None else match.end()


def _signs_of(value: str, *, is_latin: bool) -> bytes:
    """The signs of the plain form, in less time, since nobody asks where they stand."""
    signs = _encoded(value, is_latin=is_latin)
    for pattern in (_ENCODED, _QUOTED):
        signs = pattern.sub(_meant, signs)
    return signs.translate(_PLAIN)


def _encoded(text: str, *, is_latin: bool) -> bytes:
    return text.encode() if text.isascii() else b"".join(_bytes_of(sign, is_latin=is_latin) for sign in text)


def _raw(text: str, *, is_latin: bool) -> _Plain:
    """The text as bytes, with what stands for a byte as that byte: as UTF-8, or where it is Latin-1 as that."""
    if text.isascii():
        return _Plain(text.encode(), range(len(text)), range(1, len(text) + 1))
    pieces = [_bytes_of(sign, is_latin=is_latin) for sign in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return _Plain(b"".join(pieces), places, [place + 1 for place in places])


def _plain_of(raw: _Plain) -> _Plain:
    """The plain form: percent-forms decoded, backslashes taken out, and what they quote put in."""
    plain = raw
    if b"%" in plain.signs:
        plain = _replaced(plain, _ENCODED)
    if b"\\" in plain.signs:
        plain = _replaced(plain, _QUOTED)
    return _Plain(plain.signs.translate(_PLAIN), plain.begins, plain.ends)


def _bytes_of(sign: str, *, is_latin: bool) -> bytes:
    if "\udc80" <= sign <= "\udcff":  # a byte that was no text
        return bytes((ord(sign) - 0xDC00,))
    if is_latin and sign <= "\xff":
        return sign.encode("latin-1")
    return sign.encode("utf-8", "surrogatepass")


def _replaced(plain: _Plain, pattern: re.Pattern[bytes]) -> _Plain:
    """The same with the signs that the expression's groups name in hexadecimal digits in place of what it finds."""
    signs, begins, ends, done = bytearray(), list[int](), list[int](), 0
    for match in pattern.finditer(plain.signs):
        first, behind = match.span()
        signs += plain.signs[done:first]
        begins += plain.begins[done:first]
        ends += plain.ends[done:first]
        piece = _meant(match)
        signs += piece
        begins += [plain.begins[first]] * len(piece)
        ends += [plain.ends[behind - 1]] * len(piece)
        done = behind
    signs += plain.signs[done:]
    return _Plain(bytes(signs), begins + list(plain.begins[done:]), ends + list(plain.ends[done:]))


def _meant(match: re.Match[bytes]) -> bytes:
    digits = [group for group in match.groups() if group is not None]
    if not digits:
        return b""
    number = int(digits[0], 16)
    if len(digits) == 2:
        number = 0x10000 + (number - 0xD800) * 0x400 + int(digits[1], 16) - 0xDC00
    if len(digits[0]) == 2:  # of bytes that were quoted; of a text, where it is no ASCII, the Latin-1 form finds it
        return bytes((number,))
    return chr(number).encode("utf-8", "surrogatepass") if number <= 0x10FFFF else b""

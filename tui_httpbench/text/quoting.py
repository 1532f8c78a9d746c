"""How a sentence quotes what it was given, so that it can be shown anywhere."""

from __future__ import annotations

MAX_SENTENCE_LENGTH = 1_000


def shortened(text: str, limit: int = 40) -> str:
    """A value as a sentence quotes it: at most ``limit`` characters, the last an ellipsis where it is longer."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shown_path(path: object, limit: int = 200) -> str:
    """The path of a file as a sentence quotes it."""
    return shortened(printable(str(path)), limit)


def shown_url(url: str, limit: int = 1000) -> str:
    """The URL as a heading shows it; the JSON has all of it."""
    return shortened(printable(url), limit)


def printable(text: str) -> str:
    """Text from elsewhere with control characters, line breaks among them, written as escapes."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def safe_sentence(text: str) -> str:
    """A sentence that can be shown anywhere, whatever it quotes: without control characters, and not endless."""
    return shortened(printable(text), MAX_SENTENCE_LENGTH)


def character_name(character: str) -> str:
    """What a sentence calls a character that should not be where it is, and may not be one to show."""
    if character == " ":
        return "a space"
    if character == "\t":
        return "a tab"
    if (byte := _stray_byte(character)) is not None:
        return f"the byte 0x{byte:02X} (no UTF-8)"
    return f"the character {character}" if character.isprintable() else f"the control character U+{ord(character):04X}"


def typed_bytes(character: str) -> bytes:
    """A character in UTF-8; of an argument, a byte that was none comes back as it was typed."""
    byte = _stray_byte(character)
    return character.encode("utf-8", "surrogatepass") if byte is None else bytes([byte])


def _stray_byte(character: str) -> int | None:
    """The byte that a character of an argument stands for, where Python could not decode it (PEP 383)."""
    return ord(character) - 0xDC00 if "\udc80" <= character <= "\udcff" else None

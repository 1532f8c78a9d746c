"""What is typed on the list of questions, where a digit chooses: is it a choice, or a URL meant for its field?"""

from __future__ import annotations

import re

PART_OF_ADDRESS = 3
"""Digits before the first dot of an address, at most; those before them were a choice."""
TOGETHER_S = 1.0
"""Characters that follow each other within so many seconds are one text."""
_URL = re.compile(r"https?://|localhost|\d{1,3}\.|curl ")
"""Begins what can only be a URL, or a curl command."""


class TypedAhead:
    """Collects the characters of one text; times are in seconds and only go on."""

    def __init__(self) -> None:
        self.text = ""
        self._chosen: list[int | None] = []
        self._latest_s = 0.0

    def take(self, character: str, time_s: float, chosen: int | None) -> None:
        """Takes a character; ``chosen`` is the question that was chosen when it came."""
        if not self.goes_on(character, time_s):
            self.end()
        elif character == "." and self.is_choice:
            self.text, self._chosen = self.text[-PART_OF_ADDRESS:], self._chosen[-PART_OF_ADDRESS:]
        self.text += character
        self._chosen.append(chosen)
        self._latest_s = time_s

    @property
    def chosen_before(self) -> int | None:
        """The question that was chosen before the first character."""
        return self._chosen[0] if self._chosen else None

    def goes_on(self, character: str, time_s: float) -> bool:
        """Whether a character of this time belongs to the text; of digits, another one and the dot of an address do."""
        fits = not self.is_choice or character.isdecimal() or character == "."
        return bool(self.text) and fits and time_s - self._latest_s <= TOGETHER_S

    @property
    def is_choice(self) -> bool:
        """Whether it may be a question's number, or several in turn: an address is none from its first dot on."""
        return self.text.isdecimal()

    @property
    def is_url(self) -> bool:
        """Whether it can only be a URL, or a curl command."""
        return _URL.match(self.text) is not None

    def end(self) -> str:
        """Begins a new text; the one so far."""
        text, self.text = self.text, ""
        self._chosen.clear()
        return text

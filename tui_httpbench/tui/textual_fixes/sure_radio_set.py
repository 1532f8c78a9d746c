"""A set of radio buttons of which exactly one is on, however fast the keys come.

Seen with Textual 8.2.8: its own switches the button before off when it comes to hear of the one that was switched on,
and takes what it hears late for a click; with keys that are faster than that, several stay on, or none:
https://github.com/Textualize/textual/issues/2201
"""

from __future__ import annotations

from typing import Self

from textual import on
from textual.message import Message
from textual.widgets import RadioButton, RadioSet


class SureRadioButton(RadioButton):
    """Asks to be the one that is on, and tells nobody when it is: only ``SureRadioSet.mark`` changes it."""

    class Asked(Message):
        """The user wants this button."""

        def __init__(self, button: SureRadioButton) -> None:
            super().__init__()
            self.button = button

    def watch_value(self) -> None:
        """Takes on the class of a button that is on."""
        self.set_class(self.value, "-on")

    def toggle(self) -> Self:
        """Asks, as a click and the keys do; it is marked once that is granted."""
        self.post_message(self.Asked(self))
        return self


class SureRadioSet(RadioSet):
    """Chooses at once with ``action_choose``; ``wanted`` is what was chosen last, until somebody sets it to None."""

    class Wanted(Message):
        """The user chose another button, which is marked already."""

        def __init__(self, button: SureRadioButton) -> None:
            super().__init__()
            self.button = button

    wanted: SureRadioButton | None = None

    def action_choose(self, step: int) -> None:
        """Chooses the next button, or the one before."""
        if step > 0:
            self.action_next_button()
        else:
            self.action_previous_button()
        if self._selected is not None:
            self._want(self.query(SureRadioButton)[self._selected])

    def mark(self, marked: SureRadioButton) -> None:
        """Switches this button on and all others off."""
        for index, button in enumerate(self.query(SureRadioButton)):
            button.value = button is marked
            if button.value:
                self._pressed_button = button
                self._selected = index

    @on(SureRadioButton.Asked)
    def _grant(self, event: SureRadioButton.Asked) -> None:
        event.stop()
        self._want(event.button)

    def _want(self, button: SureRadioButton) -> None:
        if self._pressed_button is not button:
            self.wanted = button
            self.mark(button)
            self.post_message(self.Wanted(button))

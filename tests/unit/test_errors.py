"""How a worker sorts exceptions and writes down what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_httpbench.worker.errors import is_out_of_memory, kind_of, text_of
from tui_httpbench.worker.recorder import Recorder


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")


@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("\x1b]0;owned\x07 \x9b5n\x00\x7f", r"\x1b]0;owned\x07 \x9b5n\x00\x7f"),
        ("right\u202eleft", r"right\u202eleft"),
        ("half \udc80", r"half \udc80"),
        ("two\r\nlines\u2028three", r"two lines three"),
    ],
)
def test_what_a_server_wrote_into_a_message_cannot_act_on_a_terminal(message: str, written: str) -> None:
    assert text_of(ValueError(message)) == f"ValueError: {written}"


def test_an_exception_without_a_readable_message_is_counted_all_the_same() -> None:
    assert text_of(Unspeakable()) == "Unspeakable: without a message that can be read (UnicodeDecodeError)"
    assert kind_of(Unspeakable()) == "other"


def test_memory_that_ran_out_is_found_behind_what_a_library_made_of_it() -> None:
    class ContentDecodingError(Exception):
        pass

    error = ContentDecodingError("gzip")
    error.__context__ = MemoryError()
    assert is_out_of_memory(error)
    assert kind_of(error) == "other"
    assert not is_out_of_memory(ContentDecodingError("gzip"))
    assert kind_of(ContentDecodingError("gzip")) == "body"


def test_a_recorder_remembers_that_memory_ran_out(tmp_path: Path) -> None:
    path = tmp_path / "samples"
    path.write_bytes(bytes(4096))
    recorder = Recorder(str(path))
    recorder.note_error(ValueError())
    assert not recorder.is_out_of_memory
    recorder.note_error(MemoryError())
    recorder.note_error(ValueError())
    assert recorder.is_out_of_memory

"""What a terminal is sent, told by a terminal of its own."""

from __future__ import annotations

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from support.killing import AppUnderTest, wait_until

LIMIT_S = 60.0
HEADING = b"httpbench"
RUN = ("/delay/20", "-m", "http.client", "-n", "5000", "-c", "2", "-r", "1", "--start")


@pytest.mark.slow
def test_a_question_draws_no_more_than_itself_and_what_goes_on() -> None:
    app = AppUnderTest(*RUN)
    try:
        assert wait_until(lambda: HEADING in app.output and b"running round 1" in app.output, LIMIT_S) < LIMIT_S
        before = app.press(b"\x1b")
        assert wait_until(lambda: b"Stop here?" in app.output[before:], LIMIT_S) < LIMIT_S
        assert wait_until(lambda: b"Stop" in app.output[before:], LIMIT_S) < LIMIT_S, "its keys work now"
        after = app.press(b"y")
        assert HEADING not in app.output[before:after], "the whole screen was drawn anew"
        assert wait_until(lambda: b"stopped: " in app.output[after:], LIMIT_S) < LIMIT_S
    finally:
        app.end()

"""What a page may say, and what lets it in."""

from __future__ import annotations

import json

import pytest

from tui_httpbench.commands.web.connections import MAX_CONNECTIONS, room_for_connections
from tui_httpbench.commands.web.keys import MAX_TICKETS, TICKET_LIFE_S, Keys
from tui_httpbench.commands.web.messages import (
    MAX_HEIGHT,
    MAX_WIDTH,
    Malformed,
    Ping,
    TerminalSize,
    Told,
    Typed,
    read_message,
    size_in,
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["stdin", "é\t"], Typed("é\t".encode())),
        (["stdin", "\ud800"], Typed(b"?")),
        (["resize", {"width": 100, "height": 30}], Told({"type": "resize", "width": 100, "height": 30})),
        (
            ["resize", {"width": 10**9, "height": 10**9}],
            Told({"type": "resize", "width": MAX_WIDTH, "height": MAX_HEIGHT}),
        ),
        (["resize", {"width": 0, "height": -5}], Told({"type": "resize", "width": 1, "height": 1})),
        (["ping", "1700000000000"], Ping("1700000000000")),
        (["focus"], Told({"type": "focus"})),
        (["blur"], Told({"type": "blur"})),
    ],
)
def test_what_a_page_says_is_understood(said: object, meant: object) -> None:
    assert read_message(json.dumps(said)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        '["stdin", ' * 50_000 + "1",
        '["stdin"]',
        '["stdin", 3]',
        '["stdin", "a", "b"]',
        '[["stdin"], "a"]',
        '["resize", 80]',
        '["resize", {"width": 80}]',
        '["resize", {"width": true, "height": 24}]',
        '["resize", {"width": NaN, "height": 24}]',
        '["resize", {"width": 1e999, "height": 24}]',
        f'["resize", {{"width": {"9" * 5_000}, "height": 24}}]',
        '["resize", {"width": "80", "height": 24}]',
        '["quit"]',
        '["ping", {"a": 1}]',
        json.dumps(["ping", "9" * 1_000_000]),
    ],
    ids=lambda text: text[:40],
)
def test_what_no_page_says_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read_message(text)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        ("100", "30", TerminalSize(100, 30)),
        ("999999999", "999999999", TerminalSize(MAX_WIDTH, MAX_HEIGHT)),
        ("9" * 10_000, "x", TerminalSize()),
        ("-1", "0", TerminalSize(80, 1)),
        ("٣", "", TerminalSize()),
    ],
)
def test_the_size_in_an_address_is_clamped(width: str, height: str, size: TerminalSize) -> None:
    assert size_in({"width": width, "height": height}) == size
    assert size_in({}) == TerminalSize()


def test_a_ticket_is_good_once_and_not_for_long() -> None:
    now = 100.0
    keys = Keys(clock=lambda: now)
    assert keys.knows(f"Bearer {keys.token}")
    for wrong in (None, "", keys.token, "Bearer ", "Bearer x", f"Basic {keys.token}", "Bearer \udcff", "Bearer é"):
        assert not keys.knows(wrong), wrong
    first, late = keys.new_ticket(), keys.new_ticket()
    assert keys.takes(first)
    assert not keys.takes(first)
    assert not keys.takes(keys.token)
    now += TICKET_LIFE_S + 1
    assert not keys.takes(late)
    tickets = [keys.new_ticket() for _ in range(MAX_TICKETS + 1)]
    assert not keys.takes(tickets[0])
    assert keys.takes(tickets[-1])
    assert Keys().token != Keys().token


@pytest.mark.parametrize(("files", "room"), [(None, MAX_CONNECTIONS), (1_000_000, MAX_CONNECTIONS), (64, 20), (8, 4)])
def test_connections_leave_half_of_the_open_files_to_the_apps(files: int | None, room: int) -> None:
    assert room_for_connections(files) == room

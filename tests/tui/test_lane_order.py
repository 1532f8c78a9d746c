"""In which order the lanes of a run stand."""

from __future__ import annotations

from tui_httpbench.analysis.result import Rank
from tui_httpbench.tui.screens.run.lane_order import STEPS, LaneOrder


def ranking(*places: tuple[str, int]) -> tuple[Rank, ...]:
    return tuple(Rank(place, mode, 1.0, True) for mode, place in places)


def test_the_first_ranking_orders_all_and_later_ones_only_what_is_told_apart() -> None:
    order = LaneOrder(("a", "b", "c"))
    assert order.rank(ranking(("c", 1), ("a", 1), ("b", 1)), at_once=True) == {"c": 2, "a": -1, "b": -1}
    assert order.modes == ("c", "a", "b")
    assert set(order.rank(ranking(("b", 1), ("a", 1), ("c", 1)), at_once=True).values()) == {0}
    assert order.modes == ("c", "a", "b")
    assert order.rank(ranking(("b", 1), ("a", 2), ("c", 2)), at_once=True) == {"b": 2, "a": -1, "c": -1}
    assert order.modes == ("b", "c", "a")
    assert not order.is_moving


def test_lanes_slide_to_their_places_and_none_is_lost() -> None:
    order = LaneOrder(("a", "b", "c"))
    order.rank(ranking(("c", 1), ("b", 2), ("a", 3)), at_once=False)
    tops = []
    for step in range(STEPS + 1):
        lines = [order.lane_at(line, 4) for line in range(12)]
        tops.append(next(line for line, found in enumerate(lines) if found and found[0] == "c"))
        assert order.is_moving == (step < STEPS)
        order.move_on()
    assert tops == sorted(tops, reverse=True)
    assert (tops[0], tops[-1]) == (8, 0)
    assert [order.lane_at(line, 4) for line in (0, 5, 11, 12)] == [("c", 0), ("b", 1), ("a", 3), None]

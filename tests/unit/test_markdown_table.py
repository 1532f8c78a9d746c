"""Tables in Markdown keep their cells."""

from __future__ import annotations

from tui_httpbench.text.markdown_table import markdown_table


def test_cells_are_kept_and_aligned() -> None:
    table = markdown_table({"#": "right", "mode": "left"}, [["1", "a|b"], ["2", "c\\d"]])
    assert table == "| # | mode |\n| --: | :-- |\n| 1 | a\\|b |\n| 2 | c\\\\d |\n"

"""Tables in Markdown keep their cells."""

from __future__ import annotations

from tui_httpbench.text.markdown_table import markdown_table, markdown_text


def test_cells_are_kept_and_aligned() -> None:
    table = markdown_table({"#": "right", "mode": "left"}, [["1", "a|b"], ["2", "c\\d"]])
    assert table == "| # | mode |\n| --: | :-- |\n| 1 | a\\|b |\n| 2 | c\\\\d |\n"


def test_a_text_is_no_markup() -> None:
    assert markdown_text("a_b *c* <i> [d](e) | # ~f~\n\x1b[1m") == (
        r"a\_b \*c\* \<i\> \[d\](e) \| \# \~f\~" + markdown_text("\n\x1b[1m")
    )
    assert "\n" not in markdown_text("a\nb")

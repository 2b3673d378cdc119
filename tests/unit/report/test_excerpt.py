"""Carets stand under what they speak of."""

from __future__ import annotations

from netqed.report.excerpt import Mark, excerpt
from netqed.report.style import Style
from netqed.sources.position import Position, Span


def lines_of(line: str, word: str, label: str = "here", style: Style | None = None) -> list[str]:
    column = line.index(word) + 1
    return excerpt([Mark(Span(Position("f", 7, column), column + len(word), line), label)], style or Style())


def test_caret_under_the_word() -> None:
    shown, carets = lines_of("  - from: here", "from")[1:]
    assert carets.index("^") == shown.index("from")
    assert carets.count("^") == 4
    assert carets.endswith("here")


def test_caret_under_the_word_behind_escapes_tabs_and_wide_characters() -> None:
    shown, carets = lines_of("名\x1b\t: bad", "bad", style=Style())[1:]
    assert "\\x1b" in shown
    assert carets.count("^") == 3
    # The wide character takes two columns but is one character of the string.
    assert carets.index("^") == shown.index("bad") + 1


def test_a_line_without_breaks_is_cut_around_the_mark() -> None:
    line = '{"a":"' + "x" * 5000 + '","bad":1,"b":"' + "y" * 5000 + '"}'
    shown, carets = lines_of(line, '"bad":1')[1:]
    assert len(shown) < 200
    assert carets.index("^") == shown.index('"bad":1')
    assert shown.count("...") == 2


def test_a_long_selector_is_shown_in_full_in_the_label() -> None:
    label = "matches every pod with app=" + "x" * 200
    text = "\n".join(lines_of("  - podSelector:", "podSelector", label, Style(width=60)))
    assert "app=" + "x" * 200 in text


def test_marks_in_the_order_of_lines_with_gaps_marked() -> None:
    marks = [
        Mark(Span(Position("f", 20, 1), 4, "two"), "second", primary=False),
        Mark(Span(Position("f", 3, 1), 4, "one"), "first"),
    ]
    text = excerpt(marks, Style())
    assert [line for line in text if "..." in line]
    assert text.index(" 3 | one") < text.index("20 | two")
    assert "---" in text[-1]


def test_no_lines_without_a_place() -> None:
    assert excerpt([Mark(Span(Position("f"), 1, ""))], Style()) == []

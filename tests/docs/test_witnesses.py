"""The manual's order of preference among witnesses is the program's."""

from __future__ import annotations

import re

from netqed.analysis import wishes
from support.console import ROOT

PAGE = (ROOT / "docs" / "witnesses.md").read_text(encoding="utf-8")

KEYWORDS = {
    0: ("spec", "first", "permits"),
    1: ("both sides exist", "destination", "source", "external", "invented"),
    2: ("pods", "first the destination, then the source", "external", "nodes"),
    3: ("declared", "invented"),
    4: ("as few", "no workload of the input carries", "namespace labels", "port names"),
    5: ("ipv4", "a container of the destination declares", "tcp, then udp, then sctp"),
    6: ("workloads", "pods before templates", "namespace, kind and name"),
    7: ("lowest port", "label values and names", "lowest addresses", "documentation"),
}
"""What each wish is about, in the words that the page and the program's own statement of the order share."""


def _wishes(text: str, pattern: str) -> dict[int, str]:
    return {int(number): " ".join(words.split()).lower() for number, words in re.findall(pattern, text, re.MULTILINE)}


def test_the_page_states_the_wishes_of_the_program_in_their_order() -> None:
    assert wishes.__doc__ is not None
    coded = _wishes(wishes.__doc__, r"^(\d)\. ((?:.|\n(?!\d\.|\n))*)")
    told = _wishes(PAGE, r"^\| (\d) \| (.*) \|$")
    assert list(coded) == list(told) == list(KEYWORDS)
    for number, words in KEYWORDS.items():
        for word in words:
            assert word in coded[number], (number, word)
            assert word in told[number], (number, word)


def test_it_names_the_ranges_kept_for_documentation() -> None:
    assert re.findall(r"\b[\da-f.:]+/\d+\b", PAGE) == [str(block) for block in wishes.DOCUMENTATION]

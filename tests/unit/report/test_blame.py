"""Which rules and policies a refutation shows."""

from __future__ import annotations

from dataclasses import replace

from netqed.report.blame import SHOWN, blocked, through
from netqed.report.style import Style
from support.results import allowed_witness, blocked_witness, policy


def test_every_rule_that_lets_the_flow_through_is_counted_and_shown_when_asked_for() -> None:
    witness = allowed_witness()
    (match,) = witness.decision.ingress.matches
    matches = tuple(replace(match, policy=replace(policy(), name=f"p{number}")) for number in range(5))
    decision = replace(witness.decision.ingress, matches=matches)
    short = "\n".join(through(witness, decision, Style(), verbose=False))
    whole = "\n".join(through(witness, decision, Style(), verbose=True))
    assert [name for name in ("p0", "p1", "p2", "p3", "p4") if f"shop/{name} " in short] == ["p0", "p1", "p2"]
    assert f"{5 - SHOWN} more rules for ingress also allow it" in short
    assert "more rules" not in whole
    for text in (short, whole):
        assert "5 rules allow this ingress" in " ".join(text.split())
    assert "shop/p4 " in whole


def test_every_policy_that_isolates_is_counted_and_shown_when_asked_for() -> None:
    witness = blocked_witness()
    policies = tuple(replace(policy(), name=f"p{number}") for number in range(4))
    decision = replace(witness.decision.ingress, selecting=policies)
    short = " ".join(" ".join(blocked(witness, decision, Style(), verbose=False)).split())
    whole = " ".join(" ".join(blocked(witness, decision, Style(), verbose=True)).split())
    assert "1 more policy selects it" in short
    assert "shop/p3 " not in short
    assert "shop/p3 " in whole
    for text in (short, whole):
        assert "none of the 4 policies that select it has a rule that allows TCP/9000 from web/deployment/site" in text


def test_without_the_file_the_same_is_said_in_words() -> None:
    witness = allowed_witness()
    (match,) = witness.decision.ingress.matches
    decision = replace(witness.decision.ingress, matches=(replace(match, policy=replace(policy(), document=None)),))
    text = " ".join(" ".join(through(witness, decision, Style(), verbose=False)).split())
    assert (
        "ingress rule 1 of policy shop/api allows it (on TCP/8443): it matches every namespace with tier=front" in text
    )
    assert "alternatives" in text

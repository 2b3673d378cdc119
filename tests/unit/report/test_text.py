"""What a report must say, whatever its layout."""

from __future__ import annotations

from dataclasses import replace

from netqed.report.style import Style
from netqed.report.text import render_text
from netqed.resources.cluster import Note
from netqed.resources.objects import IPBlock, LabelSelector, PolicyPeer, PolicyRule
from netqed.sources.position import Position, Span
from support.results import (
    CANNOT,
    InputResult,
    Refuted,
    Result,
    allowed_witness,
    check_result,
    every_kind,
    policy,
    real,
)


def one_refutation(**changes: object) -> InputResult:
    return replace(every_kind(), results=(Result(CANNOT, "always", Refuted(allowed_witness()), "failed"),), **changes)


def with_peers(*peers: PolicyPeer) -> str:
    whole = allowed_witness()
    match = whole.decision.ingress.matches[0]
    changed = replace(policy(), ingress=(PolicyRule(peers),), document=None)
    ingress = replace(whole.decision.ingress, matches=(replace(match, policy=changed, peer=0 if peers else None),))
    witness = replace(whole, decision=replace(whole.decision, ingress=ingress))
    one = replace(every_kind(), results=(Result(CANNOT, "always", Refuted(witness), "failed"),))
    return " ".join(render_text(check_result(one)).split())


def test_the_summary_is_the_last_line() -> None:
    for quiet in (False, True):
        assert render_text(check_result(), quiet=quiet).splitlines()[-1].startswith("10 invariants: 2 proved")


def test_alternatives_are_explained_only_where_selectors_stand_apart() -> None:
    namespace = PolicyPeer(namespace_selector=LabelSelector())
    pods = PolicyPeer(pod_selector=LabelSelector((("app", "cart"),)))
    block = PolicyPeer(ip_block=IPBlock("10.0.0.0/8"))
    both = PolicyPeer(pod_selector=LabelSelector(), namespace_selector=LabelSelector())
    assert "alternatives" in with_peers(namespace, pods)
    assert "alternatives" in with_peers(pods, block, namespace)
    assert "alternatives" not in with_peers(namespace, block)
    assert "alternatives" not in with_peers(both, pods)
    assert "alternatives" not in with_peers(namespace, namespace)
    assert "alternatives" not in with_peers(namespace)


def test_a_rule_without_peers_matches_every_source() -> None:
    assert "has no `from`, so it matches every source, also batch/deployment/report" in with_peers()


def test_a_block_names_the_address() -> None:
    assert "matches every address in 10.0.0.0/8 except 10.9.0.0/16, so also" in with_peers(
        PolicyPeer(ip_block=IPBlock("10.0.0.0/8", ("10.9.0.0/16",)))
    )


def test_every_verdict_says_that_objects_were_ignored() -> None:
    one = every_kind()
    ignoring = replace(one, basis=replace(one.basis, ignored=(Note("a"), Note("b"))))
    lines = render_text(check_result(ignoring)).splitlines()
    verdicts = [line for line in lines if line.startswith(("error", "warning", "proved", "accepted"))]
    assert len(verdicts) == 10
    assert all("(ignoring 2 objects)" in line for line in verdicts)
    assert "ignoring 2 objects" in lines[-1]


def test_hostile_names_do_not_reach_the_terminal() -> None:
    source = real("batch", "x\x1b[2Jy\u202e", {"app": "\x07"})
    one = one_refutation()
    witness = allowed_witness(source)
    one = replace(one, results=(Result(CANNOT, "always", Refuted(witness), "failed"),))
    text = render_text(check_result(one))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[2J" in text


def test_ascii_output_holds_nothing_else() -> None:
    one = one_refutation(basis=replace(every_kind().basis, standing=("labels – “declared” – are complete…",)))
    assert render_text(check_result(one), style=Style(ascii=True)).isascii()


def test_notes_fold_and_unfold() -> None:
    notes = tuple(Note(f"note number {index}") for index in range(9))
    one = one_refutation(basis=replace(every_kind().basis, notes=notes))
    folded, whole = render_text(check_result(one)), render_text(check_result(one), verbose=True)
    assert "and 4 more (-v shows all)" in folded
    assert "note number 8" not in folded
    assert "note number 8" in whole


def test_no_replay_for_what_cannot_be_replayed() -> None:
    hosts = {"UDP": replace(allowed_witness(), protocol=17), "TCP": allowed_witness()}
    text = {
        name: render_text(
            check_result(
                replace(one_refutation(), results=(Result(CANNOT, "now", Refuted(witness), "failed"),))
            )
        )
        for name, witness in hosts.items()
    }  # fmt: skip
    assert "= replay: kubectl exec -n batch deploy/report -- nc -zvw2" in text["TCP"]
    assert "replay" not in text["UDP"]


def test_nothing_checked_is_said() -> None:
    one = replace(every_kind(), results=())
    assert render_text(check_result(one)).splitlines()[-1] == "nothing was checked: the spec has no invariants"


def test_two_pods_of_one_workload_are_told_apart_and_not_replayed() -> None:
    api = real("shop", "api", {"app": "api"})
    one = replace(every_kind(), results=(Result(CANNOT, "now", Refuted(allowed_witness(api, api)), "failed"),))
    text = render_text(check_result(one))
    assert "shop/deployment/api -> shop/deployment/api (another pod of it)" in text
    assert "replay" not in text


def test_a_sentence_of_the_command_line_is_not_shown_twice() -> None:
    span = Span(Position("<sentence>", 1, 1), 24, CANNOT.sentence)
    result = Result(replace(CANNOT, span=span), "now", Refuted(allowed_witness()), "failed")
    assert "<sentence>" not in render_text(check_result(replace(every_kind(), results=(result,))))


def test_closers_are_offered_as_assumptions() -> None:
    text = " ".join(render_text(check_result()).split())
    assert '= to close it: assume "no other namespaces" in the spec, if your cluster guarantees it' in text
    assert '= or: assume "only web has tier=front"' in text

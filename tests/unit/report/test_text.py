"""What a report must say, whatever its layout."""

from __future__ import annotations

from dataclasses import replace

from netqed.analysis.results import NamespaceCounts, Witness, WitnessEnd
from netqed.reference.flow import Decision, DirectionDecision, Reason
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
    TextDocument,
    allowed_witness,
    check_result,
    every_kind,
    hypothetical,
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


def report_on(witness: Witness, *, verbose: bool = False) -> str:
    one = replace(every_kind(), results=(Result(CANNOT, "always", Refuted(witness), "failed"),))
    return " ".join(render_text(check_result(one), style=Style(width=1000), verbose=verbose).split())


def undeclared(name: str, *invented: str) -> WitnessEnd:
    end = real("shop", name, {"app": name})
    return replace(end, namespace_exists=False, namespace_labels={"tier": "front"}, invented=invented)


def test_real_workloads_that_rest_on_invented_labels_are_told_apart() -> None:
    needs = "namespace label tier=front"
    text = report_on(allowed_witness(undeclared("cart", needs), undeclared("api", needs)))
    assert "[real workloads, resting on labels that nobody declares]" in text
    assert text.count("= invented:") == 1
    assert (
        "= invented: label tier=front on namespace shop: no Namespace object declares it, so it may carry any labels"
        in text
    )
    address = report_on(allowed_witness(undeclared("cart", "address 10.0.0.1"), undeclared("api")))
    assert "[real workloads, resting on an address that nobody declares]" in address
    assert "= invented: shop/deployment/cart exists, but not yet with address 10.0.0.1" in address
    assert (
        "Namespace object" not in address.partition("what this answer rests on")[0].partition("namespace policies")[0]
    )
    both = report_on(allowed_witness(undeclared("cart", "address 10.0.0.1", needs)))
    assert "[real workloads, resting on labels and an address that nobody declares]" in both


def test_a_namespace_of_which_no_label_is_needed_is_not_spoken_of() -> None:
    pod = replace(hypothetical(), invented=("label app=x",), namespace_labels={})
    text = report_on(allowed_witness(pod)).partition("namespace policies")[0]
    assert "= invented: front-2/pod does not exist yet, and needs label app=x" in text
    assert "may carry any labels" not in text


def nothing_isolates(source: WitnessEnd, destination: WitnessEnd) -> Witness:
    ingress: Reason = "not-isolated" if not destination.host_network else "not-a-governed-pod"
    decision = Decision(DirectionDecision("ingress", ingress), DirectionDecision("egress", "not-isolated"))
    return replace(allowed_witness(source, destination), decision=decision)


def test_what_nothing_isolates_is_placed_and_what_would_isolate_it_is_named() -> None:
    document = TextDocument("k8s/etl.yaml", "kind: Deployment\nmetadata:\n  name: report\n")
    source = real("batch", "report", {"app": "report"}, document=document)
    text = report_on(nothing_isolates(source, real("shop", "api", {"app": "api"})))
    assert "--> k8s/etl.yaml:3:3 batch/deployment/report is selected by no policy for egress" in text
    assert "= ingress: shop/deployment/api is selected by no policy for ingress, so anything may reach it" in text
    assert (
        "= to fix: isolate ingress of namespace shop: add a NetworkPolicy there that selects shop/deployment/api, with "
        "policyTypes [Ingress]" in text
    )
    assert "= or: isolate egress of namespace batch" in text


def test_only_what_policies_govern_can_be_isolated() -> None:
    host = replace(real("shop", "api", {}), host_network=True)
    text = report_on(nothing_isolates(real("batch", "report", {}), host))
    assert "= to fix: isolate egress of namespace batch" in text
    assert "isolate ingress" not in text
    nowhere = report_on(nothing_isolates(hypothetical(), real("shop", "api", {})))
    assert "isolate ingress of namespace shop" in nowhere
    assert "isolate egress" not in nowhere
    last = report_on(nothing_isolates(hypothetical(), host))
    assert "= to fix: isolate egress of namespace front-2: add a NetworkPolicy there with podSelector {}, " in last


def test_a_rule_that_can_be_narrowed_needs_no_other_policy() -> None:
    assert "to fix" not in report_on(allowed_witness())


def test_verbose_names_every_object_of_a_note() -> None:
    folded = Note("3 objects: a, b and 1 more", unfolded="3 objects: a, b, c")
    one = one_refutation(basis=replace(every_kind().basis, notes=(folded,), ignored=(folded,)))
    text, whole = render_text(check_result(one)), render_text(check_result(one), verbose=True)
    assert text.count("a, b and 1 more") == 2
    assert whole.count("3 objects: a, b, c") == 2
    assert "more" not in whole.partition("what this answer rests on")[2]


def test_objects_that_only_narrow_are_noted() -> None:
    note = Note("5 AuthorizationPolicy (security.istio.io) may only close traffic further; not read: a, b")
    text = render_text(check_result(one_refutation(basis=replace(every_kind().basis, narrowing=(note,)))))
    assert "may close more     - 5 AuthorizationPolicy" in text


def test_the_summary_counts_namespaces_that_hold_something_and_workloads_of_the_spec() -> None:
    one = every_kind()
    empty = NamespaceCounts("empty", True, 0, 0, 0, 0, 3)
    lines = render_text(check_result(replace(one, namespaces=(*one.namespaces, empty)))).splitlines()
    assert "1 policy, 4 workloads in 3 namespaces, " in lines[-1]
    text = render_text(check_result(replace(one, basis=replace(one.basis, stated=2))))
    assert "1 policy, 4 workloads, 2 of them stated by the spec, in 3 namespaces, " in text.splitlines()[-1]
    assert "3 Namespace objects, 4 workloads, 2 of them stated by the spec" in text

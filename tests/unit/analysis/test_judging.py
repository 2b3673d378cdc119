"""Verdicts and what goes with them: assumptions and their contradictions, vacuity, closers, statuses, what a proof
rests on, a spent budget, and the replay of witnesses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from netqed.analysis.disagreement import Disagreement
from netqed.analysis.results import Proved, Refuted, Unknown, Vacuous
from netqed.cli import cli
from netqed.reference.evaluate import Evaluator
from netqed.reference.flow import Decision, DirectionDecision
from support.manifests import Manifest, manifest, namespace, pod, policy, workload
from support.proving import as_text, check, problems, prove

WEB, DB = namespace("web", team="a"), namespace("db", team="b")
SITE = workload("Deployment", "site", "web", {"app": "site"})
STORE = workload("Deployment", "store", "db", {"app": "store"})
BASE = [WEB, DB, SITE, STORE]
BUILT_IN = [namespace(name) for name in ("default", "kube-system", "kube-public", "kube-node-lease")]
CLOSED = policy("closed", "db", podSelector={})
HOLDS = "web cannot reach db"


def named(name: str, value: str | None = None) -> Manifest:
    labels = {"name": value or name} if value != "" else {}
    return manifest("v1", "Namespace", name, None, metadata={"labels": labels})


def admit(*peers: Manifest) -> Manifest:
    return policy("admit", "db", podSelector={}, ingress=[{"from": list(peers)}])


def pods_with(**labels: str) -> Manifest:
    return {"namespaceSelector": {}, "podSelector": {"matchLabels": labels}}


def spaces_with(**labels: str) -> Manifest:
    return {"namespaceSelector": {"matchLabels": labels}}


class TestViolatedAssumptions:
    def fault(self, assumption: str, *objects: Manifest) -> str:
        """The one message about the assumption, without its start; empty where the input keeps it."""
        found = problems(list(objects) or BASE, HOLDS, assume=[assumption])
        if not found:
            return ""
        (message,) = found
        start = f"the input violates the assumption '{assumption}': "
        assert message.startswith(start), message
        return message.removeprefix(start)

    @pytest.mark.parametrize(
        ("assumption", "fault"),
        [
            ("no pod in web has app=site", "web/deployment/site has those labels"),
            ("no pod in any pod has app", "db/deployment/store has those labels; web/deployment/site has those labels"),
            ("no pod in web has app=other", ""),
            ("no pod in db has app=site", ""),
            ("every pod in web has app=other", "web/deployment/site does not have those labels"),
            ("every pod in web has tier", "web/deployment/site does not have those labels"),
            ("every pod in web has app=site", ""),
            ("every namespace has label team with its own name", "namespace db has team=b; namespace web has team=a"),
            (
                "every namespace has label owner with its own name",
                "namespace db has no owner; namespace web has no owner",
            ),
            ("every namespace has label kubernetes.io/metadata.name with its own name", ""),
            ("only db has team=a", "namespace web has those labels too"),
            ("only web has team", "namespace db has those labels too"),
            ("only web, db has team", ""),
            ("only web has kubernetes.io/metadata.name=db", "namespace db has those labels too"),
            ("no other namespaces", ""),
        ],
    )
    def test_the_input_is_held_to_each_assumption(self, assumption: str, fault: str) -> None:
        assert self.fault(assumption) == fault

    def test_many_offenders_are_counted(self) -> None:
        objects = [WEB, DB, STORE, *(pod(f"p{number}", "web") for number in range(6))]
        assert self.fault("no pod in web has app=a", *objects) == (
            "web/p0 has those labels; web/p1 has those labels; web/p2 has those labels; and 3 more"
        )

    def test_what_the_input_leaves_open_is_no_violation(self) -> None:
        """A template's pods may get the label from a controller, and a namespace that nobody declares may have it."""
        assert self.fault("no pod in web has pod-template-hash") == ""
        assert self.fault("every pod in web has pod-template-hash") == ""
        assert self.fault("every namespace has label name with its own name", SITE, STORE) == ""
        assert self.fault("only db has name=x", SITE, STORE) == ""

    def test_all_violations_are_told_at_once(self) -> None:
        found = problems(BASE, HOLDS, assume=["no pod in web has app=site", "only db has team=a"])
        assert len(found) == 2


class TestContradictions:
    def told(self, *assume: str, objects: list[Manifest] | None = None) -> list[str]:
        start = "the assumptions contradict each other: "
        found = problems(BASE if objects is None else objects, HOLDS, assume=list(assume))
        assert all(message.startswith(start) for message in found), found
        return [message.removeprefix(start) for message in found]

    def test_assumptions_that_agree_are_none(self) -> None:
        assert self.told("no pod in web has app=x", "every pod in web has app=site", "no other namespaces") == []

    def test_a_set_of_pods_that_the_assumptions_empty(self) -> None:
        pair = ("every pod in kube-system has app=x", "no pod in kube-system has app=x")
        assert set(self.told(*pair)) == {
            *(f"no pod can exist that '{one}' speaks of" for one in pair),
            "no pod can exist in namespace kube-system",
        }

    def test_one_that_contradicts_itself(self) -> None:
        found = self.told("every pod in kube-system has app=x,app!=x")
        assert "no pod can exist in namespace kube-system" in found

    def test_a_namespace_that_no_labels_can_suit(self) -> None:
        found = self.told(
            "every namespace has label name with its own name",
            "only web has name=kube-system",
            objects=[named("web"), named("db"), SITE, STORE],
        )
        assert found == ["no pod can exist in namespace kube-system"]

    def test_a_workload_whose_open_labels_no_assumption_leaves_a_value(self) -> None:
        found = self.told("every pod in web has pod-template-hash=a", "every pod in web has pod-template-hash=b")
        assert "web/deployment/site cannot exist under all of them, and is in the input" in found

    def test_no_other_namespaces_may_empty_the_set_of_another_assumption(self) -> None:
        pair = ("no other namespaces", "no pod in ns(team=z) has app=x")
        assert self.told(*pair, objects=[*BASE, *BUILT_IN]) == [f"no pod can exist that '{pair[1]}' speaks of"]
        assert self.told(pair[1], objects=[*BASE, *BUILT_IN]) == []

    def test_a_budget_that_runs_out_gives_no_verdict(self) -> None:
        assert problems(BASE, HOLDS, assume=["no pod in web has app=x"], rlimit=1) == [
            "the solver's budget ran out before it was known whether the assumptions contradict each other"
        ]


class TestVacuity:
    def reason(self, sentence: str, objects: list[Manifest] | None = None, **others: Any) -> str | None:
        verdict = prove(BASE if objects is None else objects, sentence, **others).verdict
        return verdict.reason if isinstance(verdict, Vacuous) else None

    def test_a_selector_that_matches_nothing_with_a_suggestion(self) -> None:
        assert self.reason("web/app=sitte cannot reach db") == (
            "web/app=sitte does not match the only workload loaded for namespace web: did you mean app=site?"
        )
        two = [*BASE, pod("probe", "web", {"role": "probe"})]
        assert self.reason("db cannot reach web/role=prob", two) == (
            "web/role=prob matches none of the 2 workloads loaded for namespace web: did you mean role=probe?"
        )

    def test_one_that_nothing_resembles(self) -> None:
        assert self.reason("web/zone=9 cannot reach db") == (
            "web/zone=9 does not match the only workload loaded for namespace web"
        )

    def test_one_in_a_namespace_without_workloads(self) -> None:
        assert self.reason("kube-system/app=dns cannot reach db") == (
            "kube-system/app=dns matches nothing: no workload of namespace kube-system was loaded"
        )

    def test_one_of_namespaces(self) -> None:
        assert self.reason("ns(team=z) cannot reach db") == (
            "ns(team=z) matches none of the workloads that were loaded"
        )

    def test_a_label_that_nothing_carries(self) -> None:
        form = "no pod can reach a pod with another value of"
        assert self.reason(f"{form} label tenant") == "no workload that was loaded carries label tenant"
        assert self.reason(f"{form} namespace label owner") == "no namespace that was loaded carries label owner"
        assert self.reason(f"{form} namespace label kubernetes.io/metadata.name") is None

    @pytest.mark.parametrize(
        "sentence",
        [
            "web is isolated from db/app=x",
            "web can reach db/app=x on TCP/1",
            "only web can reach db/app=x",
            "web, db/app=x cannot reach db",
        ],
    )
    def test_every_side_counts(self, sentence: str) -> None:
        assert self.reason(sentence) is not None

    def test_but_not_a_of_only_nor_an_exception(self) -> None:
        result = prove([*BASE, CLOSED], "only web/app=x can reach db")
        assert isinstance(result.verdict, Proved)
        assert result.hints[0].startswith("web/app=x matches none of the workloads that were loaded, so this says")
        assert self.reason("web cannot reach db except from web/app=x") is None

    def test_sides_between_which_no_flow_lies(self) -> None:
        assert self.reason("web cannot reach db except from web") == "no flow lies between the two sides"
        assert self.reason("nodes cannot reach internet") == "no flow lies between the two sides"

    def test_none_in_scope(self) -> None:
        objects = [WEB, DB, STORE]
        assert self.reason("web cannot reach db", objects, scope="now") == (
            "no workload of the input makes a flow between the two sides"
        )
        assert self.reason("web cannot reach db", objects) is None

    def test_none_under_the_assumptions(self) -> None:
        sentence, assumed = "web cannot reach db except from web/app=site", "every pod in web has app=site"
        assert self.reason(sentence, assume=[assumed]) == "under the assumptions no flow lies between the two sides"
        assert self.reason(sentence) is None


class TestClosers:
    def closers(self, objects: list[Manifest], sentence: str, **others: Any) -> tuple[str, ...]:
        verdict = prove(objects, sentence, **others).verdict
        assert isinstance(verdict, Refuted)
        return verdict.closers

    def test_none_where_nothing_is_invented(self) -> None:
        assert self.closers(BASE, "web cannot reach db") == ()

    def test_the_label_of_an_invented_pod(self) -> None:
        assert self.closers([*BASE, admit(pods_with(role="x"))], HOLDS) == ("no pod in web has role=x",)

    def test_one_label_of_two_suffices(self) -> None:
        assert self.closers([*BASE, admit(pods_with(role="x", tier="y"))], HOLDS) == (
            "no pod in web has role=x",
            "no pod in web has tier=y",
        )

    def test_none_where_another_flow_remains(self) -> None:
        assert self.closers([*BASE, admit(pods_with(role="x"), pods_with(role="y"))], HOLDS) == ()

    def test_the_labels_of_namespaces(self) -> None:
        objects = [named("web"), named("db"), *(named(one["metadata"]["name"]) for one in BUILT_IN), SITE, STORE]
        assert self.closers([*objects, admit(spaces_with(name="web"))], "only web can reach db") == (
            "every namespace has label name with its own name",
            "no other namespaces",
            "only web has name=web",
        )

    def test_none_that_the_input_violates(self) -> None:
        objects = [named("web"), named("db", "x"), SITE, STORE]
        assert self.closers([*objects, admit(spaces_with(name="web"))], "only web can reach db") == (
            "only web has name=web",
        )

    def test_each_closes_it(self) -> None:
        objects = [named("web"), named("db"), SITE, STORE, admit(spaces_with(name="web"))]
        sentence = "only web can reach db"
        found = self.closers(objects, sentence)
        assert found
        for closer in found:
            verdict = prove(objects, sentence, assume=[closer]).verdict
            assert verdict == Proved(rests_on=(closer,))


class TestStatus:
    """refuted: web reaches db. proved: nothing reaches db. vacuous: a label that nothing has."""

    def status(self, objects: list[Manifest], assertion: str, **stated: Any) -> str:
        (result,) = check(objects, {"assert": assertion, **stated}, today=date(2026, 7, 1)).results
        return result.status

    @pytest.mark.parametrize(
        ("stated", "status"),
        [
            ({}, "failed"),
            ({"expect": "refuted"}, "accepted"),
            ({"expect": "refuted", "until": date(2026, 7, 2)}, "accepted"),
            ({"expect": "refuted", "until": date(2026, 7, 1)}, "accepted"),
            ({"expect": "refuted", "until": date(2026, 6, 30)}, "expired"),
            ({"allow-empty": True}, "failed"),
        ],
    )
    def test_of_what_is_refuted(self, stated: Manifest, status: str) -> None:
        assert self.status(BASE, HOLDS, **stated) == status

    @pytest.mark.parametrize(
        ("stated", "status"),
        [
            ({}, "ok"),
            ({"expect": "proved"}, "ok"),
            ({"expect": "refuted"}, "unexpected"),
            ({"expect": "refuted", "until": date(2026, 6, 30)}, "unexpected"),
        ],
    )
    def test_of_what_is_proved(self, stated: Manifest, status: str) -> None:
        assert self.status([*BASE, CLOSED], HOLDS, **stated) == status

    @pytest.mark.parametrize(
        ("stated", "status"),
        [({}, "failed"), ({"expect": "refuted"}, "failed"), ({"allow-empty": True}, "allowed-empty")],
    )
    def test_of_what_is_vacuous(self, stated: Manifest, status: str) -> None:
        assert self.status(BASE, "web/app=nothing cannot reach db", **stated) == status

    def test_a_scope_of_its_own_goes_before_the_default(self) -> None:
        objects = [*BASE, admit(pods_with(role="x"))]
        found = check(objects, HOLDS, {"assert": HOLDS, "scope": "now"}, scope="always").results
        assert [(one.scope, one.verdict.word) for one in found] == [("always", "refuted"), ("now", "proved")]


class TestRestsOn:
    PRIVATE = "pods have private addresses (cluster.podCIDRs is not set)"
    OUT = policy(
        "out", "web", podSelector={}, policyTypes=["Egress"], egress=[{"to": [{"ipBlock": {"cidr": "8.8.8.0/24"}}]}]
    )

    def rests_on(self, objects: list[Manifest], sentence: str, **others: Any) -> tuple[str, ...]:
        verdict = prove(objects, sentence, **others).verdict
        assert isinstance(verdict, Proved), verdict
        return verdict.rests_on

    def test_nothing_where_the_policies_suffice(self) -> None:
        assert self.rests_on([*BASE, CLOSED], HOLDS, assume=["no pod in web has role=x"]) == ()

    def test_addresses_where_a_block_could_hold_a_pod(self) -> None:
        assert self.rests_on([*BASE, self.OUT], HOLDS) == (self.PRIVATE,)

    def test_the_specs_ranges_where_it_gives_some(self) -> None:
        assert self.rests_on([*BASE, self.OUT], HOLDS, cluster={"podCIDRs": ["10.0.0.0/8"]}) == (
            "pods have addresses in cluster.podCIDRs, and external addresses lie outside",
        )
        assert prove([*BASE, self.OUT], HOLDS, cluster={"podCIDRs": ["8.8.0.0/16"]}).verdict.word == "refuted"

    def test_the_assumptions_that_it_needs_and_no_others(self) -> None:
        objects = [*BASE, admit(pods_with(role="x"))]
        assert self.rests_on(objects, HOLDS, assume=["no pod in web has tier", "no pod in web has role=x"]) == (
            "no pod in web has role=x",
        )

    def test_one_of_two_that_each_suffice(self) -> None:
        objects = [*BASE, admit(pods_with(role="x"))]
        either = ("no pod in web has role=x", "no pod in web has role")
        found = self.rests_on(objects, HOLDS, assume=list(either))
        assert len(found) == 1 and found[0] in either

    def test_both_where_it_takes_both(self) -> None:
        objects = [*BASE, admit(pods_with(role="x"), pods_with(role="y"))]
        needed = ("no pod in web has role=x", "no pod in web has role=y")
        assert self.rests_on(objects, HOLDS, assume=list(needed)) == needed


class TestUnknown:
    def test_a_spent_budget_is_unknown_and_never_proved(self) -> None:
        for objects in (BASE, [*BASE, CLOSED]):
            found = check(objects, HOLDS, "only web can reach db", rlimit=1).results
            assert [(one.verdict, one.status) for one in found] == [
                (Unknown("the solver's budget ran out"), "unknown")
            ] * 2

    def test_whatever_the_budget_the_verdict_is_right_or_unknown(self) -> None:
        """Cut off after any question: the violation, the wishes, what a proof rests on, whether it speaks of a flow."""
        objects = [*BASE, admit(pods_with(role="x"))]
        right = {
            HOLDS: "refuted",
            "kube-public cannot reach db on TCP/80": "refuted",
            "web/app=site cannot reach db except from web/app=site": "vacuous",
        }
        words = set()
        for rlimit in (10, 100, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000):
            for result in check(objects, *right, rlimit=rlimit).results:
                words.add(result.verdict.word)
                assert result.verdict.word in ("unknown", right[result.stated.sentence])
        assert words == {"unknown", "refuted", "vacuous"}

    def test_can_is_unknown_beside_policies_that_narrow_further(self) -> None:
        mesh = manifest("security.istio.io/v1", "AuthorizationPolicy", "deny", "db", spec={})
        result = prove([*BASE, mesh], "web can reach db on TCP/80")
        assert isinstance(result.verdict, Unknown)
        assert "AuthorizationPolicy" in result.verdict.reason
        assert prove([*BASE, CLOSED, mesh], HOLDS).verdict.word == "proved"


class TestReplay:
    """An evaluator that answers wrongly: the verdict is withheld, and a bundle says on what the two readings differ."""

    @pytest.fixture
    def wrong(self, monkeypatch: pytest.MonkeyPatch) -> None:
        denied = Decision(DirectionDecision("ingress", "no-rule"), DirectionDecision("egress", "not-isolated"))
        monkeypatch.setattr(Evaluator, "decide", lambda self, flow: denied)

    @pytest.mark.usefixtures("wrong")
    def test_a_witness_that_does_not_hold_is_no_verdict(self) -> None:
        with pytest.raises(Disagreement) as raised:
            prove(BASE, HOLDS)
        assert (raised.value.reference, raised.value.encoding) == ((False, True), (True, True))
        assert "evaluator denies ingress and allows egress" in str(raised.value)

    @pytest.mark.usefixtures("wrong")
    def test_nor_is_it_for_one_that_is_blocked_while_the_evaluator_agrees(self) -> None:
        assert prove([*BASE, CLOSED], "web can reach db on TCP/80").verdict.word == "refuted"

    @pytest.mark.usefixtures("wrong")
    def test_the_command_exits_with_5_and_writes_what_a_report_needs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".git").mkdir()
        (tmp_path / "all.yaml").write_text(as_text(BASE))
        monkeypatch.chdir(tmp_path)
        done = CliRunner().invoke(cli, ["prove", HOLDS, "all.yaml"])
        assert done.exit_code == 5
        assert "refuted" not in done.stdout and "proved" not in done.stdout
        assert "disagree" in done.stderr
        bundles = [path for path in tmp_path.iterdir() if path.is_dir() and path.name != ".git"]
        (bundle,) = bundles
        assert bundle.name in done.stderr
        told = "\n".join(path.read_text() for path in sorted(bundle.iterdir()))
        assert "site" in told and "store" in told
        for path in bundle.glob("*.json"):
            json.loads(path.read_text())

"""Under which answers of network plugins a witness is shown, and which of them it is said to need.

`web/site` and `db/store` (port 5432) live in declared namespaces.
"""

from __future__ import annotations

import pytest

from netqed.analysis.results import Portability, Refuted, Witness
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.plugins.table import SUPPORTED
from support.manifests import Manifest, namespace, pod, policy, workload
from support.proving import prove, shown

PORT: Manifest = {"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 5432}]}]}
BASE = [
    namespace("web"),
    namespace("db"),
    workload("Deployment", "site", "web", {"app": "site"}),
    workload("Deployment", "store", "db", {"app": "store"}, pod=PORT),
]
AGENT = pod("agent", "web", {"app": "agent"}, spec={"hostNetwork": True, "containers": []})
PRIVATE: Manifest = {"ipBlock": {"cidr": "10.0.0.0/8"}}
EVERY = tuple(one.title for one in SUPPORTED)


def into_db(*rules: Manifest, **fields: object) -> Manifest:
    return policy("into", "db", podSelector={}, ingress=list(rules), **fields)


def out_of_db(*rules: Manifest) -> Manifest:
    return policy("out", "db", podSelector={}, policyTypes=["Egress"], egress=list(rules))


def refuted(objects: list[Manifest], sentence: str) -> tuple[Witness, Portability]:
    verdict = prove(objects, sentence).verdict
    assert isinstance(verdict, Refuted), verdict
    assert verdict.portability is not None
    return verdict.witness, verdict.portability


class TestWhichReading:
    def test_the_reading_spec_before_a_flow_between_real_sides(self) -> None:
        """Where a pod may send to its own node, the store would reach one that exists."""
        to_new: Manifest = {"to": [{"podSelector": {"matchLabels": {"app": "new"}}}]}
        witness, found = refuted([*BASE, out_of_db(to_new)], "db cannot reach anything")
        assert shown(witness) == "db/deployment/store -> db/new [new; label app=new] TCP/1"
        assert (found.reading, found.by_spec, found.turns_on) == (SPEC, True, ())
        assert found.refuted_on == EVERY

    def test_the_first_plugin_that_does_it_where_spec_does_not(self) -> None:
        """Rules for egress under policyTypes that name ingress alone."""
        both = into_db({}, policyTypes=["Ingress"], egress=[{"to": [{"podSelector": {}}]}])
        witness, found = refuted([*BASE, both], "db can reach web on TCP/80")
        assert shown(witness) == "db/deployment/store -> web/deployment/site TCP/80"
        assert found.turns_on == ((Matter.OMITTED_DIRECTION, True),)
        assert found.refuted_on[0] == "Cilium"
        assert not found.by_spec
        # All of Cilium's answers that these policies have to do with.
        assert found.reading == Reading(SPEC.yes | {Matter.OMITTED_DIRECTION, Matter.OTHER_PROTOCOLS})

    def test_else_what_the_api_permits(self) -> None:
        witness, found = refuted([*BASE, out_of_db()], "db cannot reach anything")
        assert shown(witness) == "db/deployment/store -> any-node TCP/1"
        assert found.reading == Reading(SPEC.yes | {Matter.OWN_NODE_EGRESS})
        assert found.refuted_on == ()
        assert "Calico" in found.holds_on

    def test_what_such_a_plugin_leaves_open_is_as_spec_has_it(self) -> None:
        """Nothing is verified of Kube-OVN."""
        rule: Manifest = {"from": [PRIVATE], "ports": [{"port": 5400, "endPort": 5500}]}
        verdict = prove([*BASE, into_db(rule)], "web cannot reach db", cni="kube-ovn").verdict
        assert isinstance(verdict, Refuted)
        assert verdict.witness.world.reading == SPEC


class TestWhatItTurnsOn:
    def test_nothing_where_every_plugin_does_it(self) -> None:
        _, found = refuted([*BASE, into_db({"from": [{"namespaceSelector": {}}]})], "web cannot reach db")
        assert (found.turns_on, found.refuted_on) == ((), EVERY)

    def test_not_on_a_block_beside_a_selector_that_admits_the_flow_too(self) -> None:
        _, found = refuted([*BASE, into_db({"from": [PRIVATE, {"namespaceSelector": {}}]})], "web cannot reach db")
        assert (found.turns_on, found.refuted_on) == ((), EVERY)

    def test_two_answers_where_it_takes_both(self) -> None:
        rule: Manifest = {"from": [PRIVATE], "ports": [{"port": 5400, "endPort": 5500}]}
        witness, found = refuted([*BASE, into_db(rule)], "web cannot reach db on TCP/5432")
        assert witness.traffic == "TCP/5432"
        assert found.turns_on == ((Matter.BLOCK_PODS, True), (Matter.END_PORT, True))
        assert "Cilium" in found.holds_on

    def test_on_the_answer_that_blocks_it(self) -> None:
        """A host-networked pod, which selectors may or may not match."""
        agents: Manifest = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "agent"}}}
        sentence = "web/app=agent can reach db on TCP/5432"
        witness, found = refuted([*BASE, AGENT, into_db({"from": [agents]})], sentence)
        assert shown(witness) == "web/agent -> db/deployment/store TCP/5432"
        assert found.turns_on == ((Matter.HOST_PODS_SELECTED, False),)
        assert found.holds_on == ()

    @pytest.mark.parametrize("sentence", ["web cannot reach db", "db cannot reach web"])
    def test_a_plugin_that_is_refuted_by_another_flow_counts(self, sentence: str) -> None:
        """On port 80 by a block, on port 443 by a selector: on Cilium too, though not by the flow that is shown."""
        by_block: Manifest = {"ports": [{"port": 80}]}
        by_label: Manifest = {"ports": [{"port": 443}]}
        if sentence.startswith("web"):
            closed = into_db({"from": [PRIVATE], **by_block}, {"from": [{"namespaceSelector": {}}], **by_label})
        else:
            closed = out_of_db({"to": [PRIVATE], **by_block}, {"to": [{"namespaceSelector": {}}], **by_label})
        witness, found = refuted([*BASE, closed], sentence)
        assert witness.traffic == "TCP/80"
        assert found.turns_on == ((Matter.BLOCK_PODS, True),)
        assert found.refuted_on == EVERY


class TestNamed:
    """`--cni NAME` fixes what is verified; there is nothing to say of other plugins then."""

    def test_the_witness_is_one_of_the_named_plugin(self) -> None:
        objects = [*BASE, into_db({"from": [PRIVATE]}, policyTypes=["Ingress"], egress=[{"to": [{"podSelector": {}}]}])]
        verdict = prove(objects, "db can reach web on TCP/80", cni="antrea").verdict
        assert isinstance(verdict, Refuted)
        assert verdict.portability is None
        assert Matter.OMITTED_DIRECTION in verdict.witness.world.reading
        assert prove(objects, "db can reach web on TCP/80", cni="calico").verdict.word == "proved"

    def test_an_answer_that_is_not_verified_is_as_the_witness_needs_it(self) -> None:
        """Nobody verified that Kube-OVN looks up the names of ports in egress rules."""
        named = out_of_db({"ports": [{"port": "pg"}]})
        there = {"containers": [{"name": "c", "image": "i", "ports": [{"name": "pg", "containerPort": 5432}]}]}
        objects = [*BASE, named, workload("Deployment", "copy", "web", {"app": "copy"}, pod=there)]
        verdict = prove(objects, "db can reach web/app=copy on TCP/5432", cni="kube-ovn").verdict
        assert isinstance(verdict, Refuted)
        assert verdict.witness.world.reading == Reading(SPEC.yes - {Matter.EGRESS_PORT_NAMES})
        assert prove(objects, "db can reach web/app=copy on TCP/5432", cni="cilium").verdict.word == "proved"

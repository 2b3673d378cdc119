"""What an explanation holds: why policies select, what of each rule fails, what decides, and which cases there are."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from netqed.analysis.disagreement import Disagreement
from netqed.analysis.explain_values import Answering, AtAddresses, OnOneNode
from netqed.analysis.pinned import EncodingJudge
from netqed.plugins.matters import Matter
from netqed.reference.evaluate import Evaluator
from netqed.sources.position import InputError
from support.explaining import decided, explained, placed, ports_of, shop
from support.manifests import Manifest, controlled, manifest, namespace, policy, workload

FROM_FRONT: Manifest = {"from": [{"podSelector": {"matchLabels": {"app": "front"}}}], "ports": [{"port": "http"}]}
BLOCK: Manifest = {"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.128.0.0/9"]}}]}


def problem(*arguments: str | None, **more: str) -> str:
    """What is wrong with asking so about the shop."""
    source, destination, ports = arguments
    assert source is not None
    assert destination is not None
    with pytest.raises(InputError) as caught:
        explained(source, destination, ports, *shop(FROM_FRONT), **more)
    (one,) = caught.value.problems
    return f"{one.message} [{one.hint}]"


class TestLayers:
    def test_the_selector_and_the_labels_that_match_it(self) -> None:
        found = explained("web/front", "web/deployment/api", None, *shop(FROM_FRONT))
        (one,) = found.ingress.selecting
        (condition,) = one.conditions
        assert (condition.requirement.key, condition.value, condition.holds) == ("app", "api", True)
        assert condition.path == ("spec", "podSelector", "matchLabels", "app")

    def test_policies_that_do_not_select_it_nearest_first(self) -> None:
        others = [
            policy("far", podSelector={"matchLabels": {"app": "x", "tier": "y"}}),
            policy("near", podSelector={"matchLabels": {"app": "x"}}),
            policy("out", policyTypes=["Egress"], podSelector={}),
            policy("elsewhere", "other", podSelector={}),
        ]
        found = explained("web/front", "web/deployment/api", None, *shop(FROM_FRONT), *others)
        near = [(one.policy.name, len(one.failing)) for one in found.ingress.not_selecting]
        assert near == [("out", 0), ("near", 1), ("far", 2)]

    def test_the_condition_that_fails(self) -> None:
        rule = {
            "from": [
                {
                    "namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["a"]}]},
                    "podSelector": {"matchLabels": {"app": "front", "tier": "x"}},
                }
            ]
        }
        found = explained("web/front", "web/deployment/api", None, *shop(rule))
        (peer,) = found.ingress.tried[0].peers
        assert [(one.requirement.key, one.value) for one in peer.failing] == [("team", "a"), ("tier", None)]
        assert (peer.reason, peer.distance) == ("selectors", 2)

    def test_every_reason_of_a_peer(self) -> None:
        peers: list[Manifest] = [
            {"podSelector": {"matchLabels": {"app": "front"}}},
            {"namespaceSelector": {"matchLabels": {"team": "z"}}},
            {"ipBlock": {"cidr": "10.0.0.0/8"}},
            {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
            {"ipBlock": {"cidr": "192.0.2.0/24"}},
            {"ipBlock": {"cidr": "fd00::/8"}},
        ]
        objects = shop({"from": peers})
        found = explained("web/front", "web/deployment/api", None, *objects)
        reasons = [peer.reason for peer in found.ingress.tried[0].peers]
        assert reasons == ["matches", "selectors", "matches", "excepted", "outside-block", "other-family"]
        found = explained("192.0.2.9", "web/deployment/api", None, *objects)
        reasons = [peer.reason for peer in found.ingress.tried[0].peers]
        assert reasons == ["not-a-pod", "not-a-pod", "outside-block", "outside-block", "matches", "other-family"]
        found = explained("web/front", "web/deployment/api", None, *objects, cni="cilium")
        assert [peer.reason for peer in found.ingress.tried[0].peers][2:] == ["unseen"] * 4
        other = placed("far", "10.1.0.9", {"app": "front"}, "other")
        found = explained("other/far", "web/deployment/api", None, *objects, other)
        assert found.ingress.tried[0].peers[0].reason == "namespace"

    def test_every_reason_of_a_port(self) -> None:
        ports: list[Manifest] = [
            {"port": 8080},
            {"port": 8000, "endPort": 8100},
            {"port": 9090},
            {"port": 8080, "protocol": "UDP"},
            {"port": "http"},
            {"port": "grpc"},
        ]
        found = explained("web/front", "web/deployment/api", "TCP/8080", *shop({"ports": ports}))
        tried = found.ingress.tried[0].ports
        assert [one.reason for one in tried] == ["matches", "matches", "number", "protocol", "matches", "no-name"]
        assert tried[4].numbers == (8080,)
        found = explained("web/front", "web/deployment/api", "TCP/1", *shop({"ports": ports}))
        assert found.ingress.tried[0].ports[4].reason == "name"
        out = policy("out", podSelector={}, policyTypes=["Egress"], egress=[{"ports": [{"port": "http"}]}])
        found = explained("web/front", "192.0.2.1", "TCP/80", *shop(), out)
        assert found.egress.tried[0].ports[0].reason == "unresolved"

    def test_what_decides_and_what_would_without_it(self) -> None:
        found = explained("web/front", "web/deployment/api", None, *shop(FROM_FRONT, {}, {"ports": [{"port": 1}]}))
        assert found.ingress.deciding is not None
        assert (found.ingress.deciding.rule, [one.rule for one in found.ingress.also]) == (0, [1])
        assert [(rule.index, rule.matches) for rule in found.ingress.tried] == [(0, True), (1, True), (2, False)]

    def test_the_nearest_rule_comes_first(self) -> None:
        rules: list[Manifest] = [
            {"from": [{"podSelector": {"matchLabels": {"app": "x", "b": "c"}}}]},
            {"ports": [{"port": 1}]},
            {"from": [{"podSelector": {"matchLabels": {"app": "x"}}}]},
        ]
        found = explained("web/front", "web/deployment/api", None, *shop(*rules))
        assert [rule.index for rule in found.ingress.tried] == [2, 1, 0]


class TestPorts:
    def test_ranges_of_numbers_and_names(self) -> None:
        rule = {"ports": [{"port": "http"}, {"port": 9000, "endPort": 9100}, {"port": 53, "protocol": "UDP"}]}
        found = explained("web/front", "web/deployment/api", None, *shop(rule))
        assert ports_of(found) == [
            (1, 8079, False),
            (8080, 8080, True),
            (8081, 8999, False),
            (9000, 9100, True),
            (9101, 65535, False),
        ]
        assert ports_of(found, 17) == [(1, 52, False), (53, 53, True), (54, 65535, False)]
        assert ports_of(found, 132) == [(1, 65535, False)]

    def test_one_decision_a_range(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[int | None] = []
        decide = EncodingJudge.decide

        def counting(self: EncodingJudge, flow: object, *more: object) -> object:
            asked.append(getattr(flow, "port", None))
            return decide(self, flow, *more)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr(EncodingJudge, "decide", counting)
        explained("web/front", "web/deployment/api", None, *shop({"ports": [{"port": 9000, "endPort": 9100}]}))
        assert len(asked) < 20

    @pytest.mark.parametrize(
        ("asked", "traffic"),
        [
            (None, "TCP/8080"),
            ("TCP/8000-9000", "TCP/8080"),
            ("UDP", "UDP/1"),
            ("TCP/443, TCP/53", "TCP/53"),
            ("ICMP", "ICMP"),
            ("ICMP, TCP/9", "TCP/9"),
        ],
    )
    def test_the_port_that_is_explained(self, asked: str | None, traffic: str) -> None:
        assert explained("web/front", "web/deployment/api", asked, *shop(FROM_FRONT)).witness.traffic == traffic

    def test_without_a_declared_port_the_lowest_that_is_allowed(self) -> None:
        out = policy("out", podSelector={}, policyTypes=["Egress"], egress=[{"ports": [{"port": 443}]}])
        assert explained("web/front", "internet", None, *shop(), out).witness.traffic == "TCP/443"

    def test_ports_that_differ_among_those_asked_for(self) -> None:
        found = explained("web/front", "web/deployment/api", "TCP/8080-8090", *shop(FROM_FRONT))
        assert [(one.first, one.last, one.decider.allowed) for one in found.asked_ports] == [
            (8080, 8080, True),
            (8081, 8090, False),
        ]
        assert (found.verdict, found.exit_code) == ("allowed", 2)
        assert explained("web/front", "web/deployment/api", "TCP/8080", *shop(FROM_FRONT)).exit_code == 0
        assert explained("web/batch", "web/deployment/api", "TCP/8080-8090", *shop(FROM_FRONT)).exit_code == 1


class TestOpen:
    def test_a_template_has_no_address_yet(self) -> None:
        found = explained("web/deployment/api", "web/deployment/api", "TCP/1", *shop(BLOCK))
        inside, outside = found.cases
        assert isinstance(inside.when, AtAddresses)
        assert inside.when.side == "source"
        assert inside.when.ranges == ((ip_address("10.0.0.0"), ip_address("10.127.255.255")),)
        assert decided(inside.decider) == (True, "not-isolated", "api#0")
        assert decided(outside.decider) == (False, "not-isolated", "no-rule")
        assert (found.verdict, found.exit_code) == ("depends", 2)
        assert found.witness.source.invented == ("address 10.0.0.1",)
        assert ports_of(found) == [(1, 65535, None)]

    def test_an_address_that_plays_no_part(self) -> None:
        found = explained("web/deployment/api", "web/deployment/api", "TCP/1", *shop(BLOCK, {}))
        assert (found.cases, found.verdict, found.witness.source.address) == ((), "allowed", None)

    def test_pod_ranges_of_the_spec(self) -> None:
        spec = "cluster: {podCIDRs: [10.128.0.0/16]}\n"
        objects = [one for one in shop(BLOCK) if one["kind"] != "Pod"]
        found = explained("web/deployment/api", "web/deployment/api", "TCP/1", *objects, spec=spec)
        assert {case.decider.allowed for case in found.cases} <= {False}
        assert found.verdict == "denied"

    def test_which_node_a_template_is_on(self) -> None:
        agent = placed("agent", "192.168.0.1", {"app": "agent"}, hostNetwork=True, nodeName="n1")
        found = explained("web/agent", "web/deployment/api", "TCP/1", *shop(FROM_FRONT), agent)
        apart, together = found.cases
        assert (apart.when, apart.decider.allowed) == (OnOneNode(False), False)
        assert (together.when, decided(together.decider)) == (OnOneNode(True), (True, "not-a-governed-pod", "own-node"))
        assert found.verdict == "depends"

    def test_a_node_that_stands_for_all(self) -> None:
        found = explained("nodes", "web/deployment/api", "TCP/1", *shop(FROM_FRONT))
        assert [case.when for case in found.cases] == [OnOneNode(False), OnOneNode(True)]
        assert not found.witness.source.exists

    def test_what_is_not_verified_of_the_plugin(self) -> None:
        rule = {"ports": [{"port": 9000, "endPort": 9100}]}
        found = explained("web/front", "web/deployment/api", "TCP/9050", *shop(rule), cni="azure-npm")
        assert [(case.when, case.decider.allowed) for case in found.cases] == [
            (Answering(((Matter.END_PORT, True),)), True),
            (Answering(((Matter.END_PORT, False),)), False),
        ]
        assert ports_of(found)[1:3] == [(9000, 9000, True), (9001, 9100, None)]

    def test_only_answers_that_the_verdict_turns_on(self) -> None:
        rule = {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 9000, "endPort": 9100}]}
        found = explained("web/front", "web/deployment/api", "TCP/9050", *shop(rule), cni="kube-ovn")
        assert [(case.when, case.decider.allowed) for case in found.cases] == [
            (Answering(((Matter.BLOCK_PODS, True), (Matter.END_PORT, True))), True),
            (Answering(((Matter.BLOCK_PODS, False), (Matter.END_PORT, True))), False),
            (Answering(((Matter.END_PORT, False),)), False),
        ]

    def test_plugins_that_decide_otherwise(self) -> None:
        found = explained("web/front", "web/deployment/api", "TCP/1", *shop(BLOCK))
        denied = [one for one in found.elsewhere if one.allowed is False]
        assert [(one.plugins, one.turns_on) for one in denied] == [
            (("cilium", "gke-dataplane-v2", "aks-cilium"), ((Matter.BLOCK_PODS, False),))
        ]
        assert explained("web/front", "web/deployment/api", "TCP/1", *shop(BLOCK), cni="spec").elsewhere == ()
        assert explained("web/front", "web/deployment/api", "TCP/1", *shop(BLOCK), cni="cilium").verdict == "denied"


class TestSides:
    def test_members_are_decided_by_classes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        crowd = [placed(f"p{n}", f"10.2.{n // 250}.{n % 250 + 1}", {"app": ("front", "x")[n % 2]}) for n in range(600)]
        decide = Evaluator.decide
        calls: list[object] = []

        def counting(self: Evaluator, flow: object) -> object:
            calls.append(flow)
            return decide(self, flow)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr(Evaluator, "decide", counting)
        found = explained("web", "web/deployment/api", "TCP/8080", *shop(FROM_FRONT), *crowd)
        groups = [(one.decider.allowed, one.number) for one in found.source.members]
        assert groups == [(False, 302), (True, 301)]
        assert found.source.members[0].names[0] == found.witness.source.name == "web/batch"
        assert (found.source.mixed, found.exit_code) == (True, 2)
        assert len(calls) < 100

    def test_addresses_of_a_block_by_ranges(self) -> None:
        rule = {"from": [{"ipBlock": {"cidr": "203.0.113.0/25", "except": ["203.0.113.64/26"]}}]}
        found = explained("203.0.113.0/24", "web/deployment/api", None, *shop(rule))
        inside, outside = found.source.addresses
        assert (inside.decider.allowed, outside.decider.allowed) == (True, False)
        assert [str(first) for first, _ in (*inside.ranges, *outside.ranges)] == ["203.0.113.0", "203.0.113.64"]
        assert found.witness.source.name == "203.0.113.1"

    def test_pods_and_addresses_in_one_list(self) -> None:
        rule = {"from": [{"ipBlock": {"cidr": "203.0.113.0/25"}}, *FROM_FRONT["from"]]}
        found = explained("web/app=front, 203.0.113.0/24", "web/deployment/api", "TCP/1", *shop(rule))
        assert [(one.decider.allowed, one.number) for one in found.source.members] == [(True, 1)]
        assert [one.decider.allowed for one in found.source.addresses] == [True, False]
        assert found.exit_code == 2

    def test_workloads_of_undeclared_namespaces_are_said(self) -> None:
        far = placed("far", "10.1.0.9", {"app": "far"}, "other")
        found = explained("ns(team=a)", "web/deployment/api", None, *shop(FROM_FRONT), far)
        assert any("of 1 of the workloads: they are left out" in text for text in found.caveats)

    def test_an_address_is_whoever_has_it(self) -> None:
        node = manifest("v1", "Node", "n1", None, status={"addresses": [{"type": "InternalIP", "address": "10.9.0.1"}]})
        assert explained("10.1.0.1", "web/deployment/api", None, *shop()).witness.source.name == "web/front"
        assert explained("10.9.0.1", "web/deployment/api", None, *shop(), node).witness.source.kind == "node"
        twice = placed("twin", "10.1.0.1")
        with pytest.raises(InputError, match=r"10\.1\.0\.1 is the address of web/front and web/twin"):
            explained("10.1.0.1", "web/deployment/api", None, *shop(), twice)

    def test_readable_addresses_of_the_internet(self) -> None:
        assert explained("internet", "web/deployment/api", None, *shop()).witness.source.name == "203.0.113.1"

    def test_real_workloads_on_the_pod_network_first(self) -> None:
        agent = placed("aaa", "192.168.0.1", {"app": "front"}, hostNetwork=True)
        found = explained("web", "web", None, *shop(FROM_FRONT), agent)
        assert (found.witness.source.name, found.witness.destination.name) == ("web/batch", "web/deployment/api")

    def test_a_template_whose_pods_are_there_is_its_pods(self) -> None:
        made = placed("api-1", "10.1.0.7", {"app": "api"})
        made["metadata"] |= controlled("Deployment", "api")
        found = explained("web/front", "web/deployment/api", "TCP/1", *shop(FROM_FRONT), made)
        assert found.witness.destination.name == "web/api-1"

    def test_a_hypothetical_pod_has_what_the_words_demand(self) -> None:
        found = explained("web/tier in (x, y),role,!old", "web/deployment/api", None, *shop(FROM_FRONT))
        source = found.witness.source
        assert (source.name, source.exists) == ("web/any-pod", False)
        assert dict(source.labels or {}) == {"tier": "x", "role": "any"}

    def test_assumptions_speak_of_hypothetical_pods(self) -> None:
        spec = (
            "assume:\n  - every pod in later has team=a\n  - no pod in later has app=front\nnamespaces: {later: {}}\n"
        )
        found = explained("later/app=front", "web/deployment/api", None, *shop(FROM_FRONT), spec=spec)
        assert dict(found.witness.source.labels or {}) == {"app": "front", "team": "a"}
        assert any("assumes that there is no such pod" in text for text in found.caveats)

    def test_assumed_names_of_namespaces(self) -> None:
        rule = {"from": [{"namespaceSelector": {"matchLabels": {"name": "other"}}}]}
        far = placed("far", "10.1.0.9", {"app": "far"}, "other")
        spec = "assume: [every namespace has label name with its own name]\n"
        objects = [*shop(rule), far]
        objects[0]["metadata"]["labels"]["name"] = "web"
        assert explained("other/far", "web/deployment/api", None, *objects).verdict == "denied"
        assert explained("other/far", "web/deployment/api", None, *objects, spec=spec).verdict == "allowed"

    def test_a_namespace_that_nobody_declares_is_said(self) -> None:
        rule = {"from": [{"namespaceSelector": {"matchLabels": {"name": "other"}}}]}
        far = placed("far", "10.1.0.9", {"app": "far"}, "other")
        found = explained("other/far", "web/deployment/api", None, *shop(rule), far)
        assert found.caveats == (
            "no Namespace object declares other: it is taken to have no labels beside kubernetes.io/metadata.name",
        )

    def test_labels_that_controllers_add_are_said(self) -> None:
        rule = {"from": [{"podSelector": {"matchExpressions": [{"key": "pod-template-hash", "operator": "Exists"}]}}]}
        client = workload("Deployment", "client", labels={"app": "client"})
        found = explained("web/deployment/client", "web/deployment/api", None, *shop(rule), client)
        assert any("pod-template-hash, which a controller adds" in text for text in found.caveats)

    def test_a_services_port_is_said(self) -> None:
        service = manifest(
            "v1", "Service", "api", spec={"selector": {"app": "api"}, "ports": [{"port": 80, "targetPort": 8080}]}
        )
        found = explained("web/front", "web/deployment/api", "TCP/80", *shop(FROM_FRONT), service)
        assert any("TCP/80 is the port of Service web/api" in text for text in found.caveats)

    def test_pods_inside_a_block_are_said(self) -> None:
        spec = "cluster: {podCIDRs: [10.1.0.0/16], serviceCIDRs: [10.1.0.0/20]}\n"
        found = explained("10.1.0.0/24", "web/deployment/api", None, *shop(FROM_FRONT), spec=spec)
        assert [text.partition(":")[0] for text in found.caveats] == [
            "10.1.0.3 lies in cluster.podCIDRs",
            "10.1.0.3 lies in cluster.serviceCIDRs",
            "10.1.0.0/24",
        ]


class TestErrors:
    def test_names(self) -> None:
        assert (
            problem("web/frnt", "web", None)
            == "no workload 'web/pod/frnt' in the input [did you mean 'web/pod/front'?]"
        )
        assert problem("wbe", "web", None) == "no group or namespace 'wbe' [did you mean 'web'?]"
        assert problem("10.0.0/8", "web", None).startswith("'10.0.0/8' is no CIDR")
        assert problem("web", "web", "8080").endswith("[write 'TCP/8080' or 'UDP/8080']")
        assert problem("web/app=a,!app", "web", None).startswith("no pod can have the labels")
        assert problem("ns(team=z)", "web", None).startswith("no namespace that the input declares is among")
        assert problem("web", "web", None, cni="calicoo").startswith(
            "no network plugin 'calicoo': did you mean calico?"
        )

    def test_assumptions_that_the_input_violates(self) -> None:
        assert problem("web", "web", None, spec="assume: [no pod in web has app=front]\n").startswith(
            "the input violates"
        )

    def test_no_family_in_common(self) -> None:
        with pytest.raises(InputError, match="no IP family in common"):
            explained("fd00::1", "web/front", None, *shop())

    def test_the_encoding_must_agree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(EncodingJudge, "decide", lambda *_: (True, False))
        with pytest.raises(Disagreement):
            explained("web/front", "web/deployment/api", None, *shop(FROM_FRONT))

    def test_namespaces_may_be_empty_of_policies(self) -> None:
        found = explained("lone", "lone", None, namespace("lone"))
        assert (found.verdict, found.egress.selecting, found.egress.not_selecting) == ("allowed", (), ())

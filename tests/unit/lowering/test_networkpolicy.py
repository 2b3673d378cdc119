"""NetworkPolicy lowered: each fact of docs/semantics.md that the lowering cites, on flows that it decides.

The layers are read by the direct interpreter of the policy model, so nothing of the encoding takes part.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from netqed.lowering.layers import lower
from netqed.lowering.networkpolicy import RuleOrigin, effective_directions, network, networkpolicy_layers
from netqed.lowering.selectors import namespace_selector
from netqed.resources.objects import LabelSelector
from netqed_smt.model import FALSE, Direction, Verb
from support.manifests import Manifest, load_all, policy
from support.policy_model import End, Flow, lets_through

SITE = End(namespace="web", labels={"app": "site"}, address=ip_address("10.0.0.1"))
STORE = End(namespace="db", labels={"app": "store"}, address=ip_address("10.0.0.2"))
INTERNET = End("external", "", address=ip_address("203.0.113.7"))
FLOW = Flow(SITE, STORE, 6, 5432)


def both(flow: Flow, *policies: Manifest) -> tuple[bool, bool]:
    """Whether ingress and egress let the flow through."""
    layers = networkpolicy_layers(load_all(*policies).policies)
    return lets_through(layers, Direction.INGRESS, flow), lets_through(layers, Direction.EGRESS, flow)


def enters(flow: Flow, *rules: Manifest, **spec: Any) -> bool:
    """Whether a policy in db with these ingress rules lets the flow in."""
    return both(flow, policy("p", "db", ingress=list(rules), **spec))[0]


def leaves(flow: Flow, *rules: Manifest) -> bool:
    """Whether a policy in web with these egress rules lets the flow out."""
    return both(flow, policy("p", "web", egress=list(rules), policyTypes=["Egress"]))[1]


def from_peer(**peer: Any) -> Manifest:
    return {"from": [peer]}


def selector(**labels: str) -> Manifest:
    return {"matchLabels": labels}


def expression(key: str, operator: str, *values: str) -> Manifest:
    return {"matchExpressions": [{"key": key, "operator": operator, **({"values": list(values)} if values else {})}]}


class TestIsolation:
    def test_a_pod_that_no_policy_selects_is_open(self) -> None:  # A1, fact 1
        assert both(FLOW) == (True, True)
        assert both(FLOW, policy("p", "db", podSelector=selector(app="other"))) == (True, True)
        assert both(FLOW, policy("p", "web")) == (True, True)

    def test_one_that_some_policy_selects_is_closed_for_its_directions(self) -> None:  # A1, fact 1
        assert both(FLOW, policy("p", "db")) == (False, True)
        assert both(FLOW, policy("p", "web", policyTypes=["Egress"])) == (True, False)

    def test_policies_and_rules_add_up(self) -> None:  # A1, fact 2
        opened = policy("o", "db", ingress=[from_peer(podSelector={}), from_peer(namespaceSelector={})])
        for order in ([policy("c", "db"), opened], [opened, policy("c", "db")]):
            assert both(FLOW, *order) == (True, True)

    def test_a_policy_of_another_namespace_opens_nothing(self) -> None:
        assert both(FLOW, policy("c", "db"), policy("o", "web", ingress=[{}])) == (False, True)

    def test_peers_and_ports_of_one_rule_must_both_match_and_those_of_two_do_not_combine(self) -> None:  # A1, fact 4
        peers = {"from": [{"namespaceSelector": {}}]}
        wrong_peers = {"from": [{"podSelector": {}}]}
        ports, wrong_ports = {"ports": [{"port": 5432}]}, {"ports": [{"port": 1}]}
        assert enters(FLOW, {**peers, **ports})
        assert not enters(FLOW, {**wrong_peers, **ports}, {**peers, **wrong_ports})

    def test_a_side_that_is_no_pod_adds_no_condition(self) -> None:  # A1, fact 3
        everything = [policy("c", name, policyTypes=["Ingress", "Egress"]) for name in ("web", "db")]
        assert both(Flow(INTERNET, STORE, 6, 80), *everything) == (False, True)
        assert both(Flow(SITE, INTERNET, 6, 80), *everything) == (True, False)


class TestDefaults:
    @pytest.mark.parametrize("missing", [{}, {"podSelector": {}}, {"podSelector": None}])
    def test_without_a_pod_selector_every_pod_is_selected(self, missing: Manifest) -> None:  # A2, fact 8
        assert both(FLOW, policy("p", "db", **missing)) == (False, True)

    @pytest.mark.parametrize(
        ("spec", "directions"),  # A2, fact 9
        [
            ({}, "I"),
            ({"policyTypes": []}, "I"),
            ({"policyTypes": None}, "I"),
            ({"egress": []}, "I"),
            ({"egress": [{}]}, "IE"),
            ({"policyTypes": [], "egress": [{}]}, "IE"),
            ({"policyTypes": ["Egress"]}, "E"),
            ({"policyTypes": ["Egress"], "ingress": [{}]}, "E"),
            ({"policyTypes": ["Ingress"], "egress": [{}]}, "I"),
            ({"policyTypes": ["Egress", "Ingress"]}, "IE"),
        ],
    )
    def test_policy_types_default(self, spec: Manifest, directions: str) -> None:
        (loaded,) = load_all(policy("p", "web", **spec)).policies
        found = effective_directions(loaded)
        assert {direction.name[0] for direction in found} == set(directions)

    def test_rules_of_a_direction_that_is_not_among_the_types_do_nothing(self) -> None:  # A1, fact 7
        idle = policy("p", "db", policyTypes=["Egress"], ingress=[{}])
        assert both(FLOW, idle, policy("c", "db")) == (False, True)

    @pytest.mark.parametrize("none", [None, []])
    def test_no_rules_let_nothing_through(self, none: Any) -> None:  # A2, fact 10
        assert both(FLOW, policy("p", "db", ingress=none)) == (False, True)

    @pytest.mark.parametrize("rule", [{}, {"from": []}, {"from": None}, {"ports": []}, {"from": [], "ports": None}])
    def test_the_empty_rule_matches_everyone(self, rule: Manifest) -> None:  # A2, facts 11 to 13
        for source in (SITE, INTERNET):
            for protocol in (6, 17, 132):
                assert enters(Flow(source, STORE, protocol, 9), rule)

    def test_two_empty_selectors_match_pods_only(self) -> None:  # A2, fact 11
        rule = from_peer(podSelector={}, namespaceSelector={})
        assert enters(FLOW, rule) and not enters(Flow(INTERNET, STORE, 6, 5432), rule)


class TestPorts:
    @pytest.mark.parametrize(
        ("item", "protocol", "port", "matches"),
        [
            ({}, 6, 1, True),  # A2, fact 14
            ({}, 17, 1, False),
            ({"port": 5432}, 6, 5432, True),  # fact 15: TCP is the default
            ({"port": 5432}, 17, 5432, False),
            ({"port": 5432, "protocol": "UDP"}, 17, 5432, True),
            ({"protocol": "SCTP"}, 132, 65535, True),  # fact 16: every port of it
            ({"protocol": "SCTP"}, 6, 80, False),
            ({"port": 80, "endPort": 82}, 6, 79, False),  # fact 17: both ends
            ({"port": 80, "endPort": 82}, 6, 80, True),
            ({"port": 80, "endPort": 82}, 6, 82, True),
            ({"port": 80, "endPort": 82}, 6, 83, False),
            ({"port": 80, "endPort": 80}, 6, 80, True),
            ({"port": 80, "endPort": 80}, 6, 81, False),
        ],
    )
    def test_an_item(self, item: Manifest, protocol: int, port: int, matches: bool) -> None:
        assert enters(Flow(SITE, STORE, protocol, port), {"ports": [item]}) is matches

    def test_one_of_several_suffices(self) -> None:  # fact 13
        assert enters(FLOW, {"ports": [{"port": 1}, {"port": 5432}]})

    def test_a_name_is_the_destinations_in_both_directions(self) -> None:  # A5, fact 33; A2, fact 18
        named = replace(STORE, ports=frozenset({("pg", 6, 5432)}))
        source = replace(SITE, ports=frozenset({("pg", 6, 5432)}))
        rule = {"ports": [{"port": "pg"}]}
        for decide in (enters, leaves):
            assert decide(replace(FLOW, destination=named), rule)
            assert not decide(replace(FLOW, source=source), rule)
            assert not decide(replace(FLOW, destination=named, port=5433), rule)
            assert not decide(replace(FLOW, destination=named, protocol=17), rule)
            assert not decide(replace(FLOW, destination=named), {"ports": [{"port": "pg", "protocol": "UDP"}]})

    def test_a_name_is_looked_up_by_its_protocol(self) -> None:  # A5, fact 33
        udp = replace(STORE, ports=frozenset({("dns", 17, 53)}))
        flow = Flow(SITE, udp, 17, 53)
        assert enters(flow, {"ports": [{"port": "dns", "protocol": "UDP"}]})
        assert not enters(flow, {"ports": [{"port": "dns"}]})

    def test_addresses_and_host_networked_pods_have_no_names(self) -> None:  # A5, fact 36; A7, fact 43
        ports = frozenset({("pg", 6, 5432)})
        rule = {"ports": [{"port": "pg"}]}
        assert leaves(replace(FLOW, destination=replace(STORE, ports=ports)), rule)
        assert not leaves(replace(FLOW, destination=replace(STORE, ports=ports, host_network=True)), rule)
        assert not leaves(replace(FLOW, destination=INTERNET), rule)

    def test_a_number_matches_whether_or_not_a_container_declares_it(self) -> None:  # A5, fact 37
        assert enters(FLOW, {"ports": [{"port": 5432}]}) and not STORE.ports


class TestPeers:
    def test_a_pod_selector_alone_is_of_the_policys_namespace(self) -> None:  # A3, fact 19
        rule = from_peer(podSelector=selector(app="site"))
        assert not enters(FLOW, rule)
        assert enters(replace(FLOW, source=replace(SITE, namespace="db")), rule)

    @pytest.mark.parametrize("spaces", [{}, selector(team="a"), expression("team", "Exists")])
    def test_a_namespace_selector_alone_is_every_pod_of_those_namespaces(self, spaces: Manifest) -> None:  # fact 20
        there = replace(FLOW, source=replace(SITE, namespace_labels={"team": "a"}))
        assert enters(there, from_peer(namespaceSelector=spaces))
        assert not enters(replace(FLOW, source=INTERNET), from_peer(namespaceSelector=spaces))
        assert enters(FLOW, from_peer(namespaceSelector=spaces)) is (spaces == {})

    def test_both_in_one_item_must_match_and_one_of_two_items_suffices(self) -> None:  # fact 21
        spaces, pods = selector(team="a"), selector(app="site")
        half = replace(FLOW, source=replace(SITE, labels={}, namespace_labels={"team": "a"}))
        whole = replace(FLOW, source=replace(SITE, namespace_labels={"team": "a"}))
        one_item = from_peer(namespaceSelector=spaces, podSelector=pods)
        two_items = {"from": [{"namespaceSelector": spaces}, {"podSelector": pods}]}
        assert (enters(half, one_item), enters(whole, one_item)) == (False, True)
        assert (enters(half, two_items), enters(whole, two_items)) == (True, True)

    @pytest.mark.parametrize("pods", [None, {}])
    def test_a_null_selector_puts_no_condition_and_an_empty_one_matches_all(self, pods: Any) -> None:  # fact 22
        assert enters(FLOW, from_peer(namespaceSelector={}, podSelector=pods))
        assert enters(replace(FLOW, source=replace(SITE, namespace="db")), from_peer(podSelector={}))

    def test_a_block_matches_whoever_has_the_address_pods_included(self) -> None:  # fact 24
        rule = from_peer(ipBlock={"cidr": "10.0.0.0/24", "except": ["10.0.0.128/25"]})
        for kind in (SITE, replace(SITE, host_network=True), End("external", ""), End("host", "")):
            for text, inside in (("10.0.0.127", True), ("10.0.0.128", False), ("10.0.1.0", False)):
                assert enters(replace(FLOW, source=replace(kind, address=ip_address(text))), rule) is inside

    def test_an_exception_takes_from_its_own_block_only(self) -> None:  # fact 25
        block = {"ipBlock": {"cidr": "10.0.0.0/24", "except": ["10.0.0.1/32"]}}
        assert not enters(FLOW, {"from": [block]})
        assert enters(FLOW, {"from": [block, {"ipBlock": {"cidr": "10.0.0.1/32"}}]})

    def test_no_ipv4_block_holds_an_ipv6_address(self) -> None:  # fact 26
        six = replace(
            FLOW, source=replace(SITE, address=ip_address("::1")), destination=replace(STORE, address=ip_address("::2"))
        )
        assert not enters(six, from_peer(ipBlock={"cidr": "0.0.0.0/0"}))
        assert enters(six, from_peer(ipBlock={"cidr": "::/0"}))

    @pytest.mark.parametrize(
        ("text", "read"),  # A9, fact 57
        [
            ("10.0.0.1/24", "10.0.0.0/24"),
            ("010.001.000.000/08", "10.0.0.0/8"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:0a00:0001/128", "10.0.0.1/32"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::ffff:0:0/95", "::fffe:0:0/95"),
            ("FD00::1/64", "fd00::/64"),
        ],
    )
    def test_blocks_are_read_as_the_api_server_reads_them(self, text: str, read: str) -> None:
        assert network(text) == ip_network(read)


class TestSelectors:
    @pytest.mark.parametrize(
        ("wanted", "labels", "matches"),  # A4, facts 28 and 29
        [
            (selector(app="a"), {"app": "a", "x": "y"}, True),
            (selector(app="a"), {"app": "A"}, False),
            (selector(app=""), {"app": ""}, True),
            (selector(app=""), {}, False),
            (selector(app="a", x="y"), {"app": "a"}, False),
            (expression("app", "In", "a", "b"), {"app": "b"}, True),
            (expression("app", "In", "a", "b"), {}, False),
            (expression("app", "NotIn", "a"), {"app": "b"}, True),
            (expression("app", "NotIn", "a"), {}, True),
            (expression("app", "NotIn", "a"), {"app": "a"}, False),
            (expression("app", "Exists"), {"app": ""}, True),
            (expression("app", "Exists"), {}, False),
            (expression("app", "DoesNotExist"), {}, True),
            (expression("app", "DoesNotExist"), {"app": "a"}, False),
            ({**selector(app="a"), **expression("x", "Exists")}, {"app": "a"}, False),
        ],
    )
    def test_of_pods_and_of_namespaces(self, wanted: Manifest, labels: dict[str, str], matches: bool) -> None:
        pods = replace(FLOW, source=replace(SITE, labels=labels))
        assert enters(pods, from_peer(namespaceSelector={}, podSelector=wanted)) is matches
        spaces = replace(FLOW, source=replace(SITE, namespace_labels=labels))
        assert enters(spaces, from_peer(namespaceSelector=wanted)) is matches
        subject = replace(FLOW, destination=replace(STORE, labels=labels))
        assert both(subject, policy("p", "db", podSelector=wanted))[0] is not matches

    @pytest.mark.parametrize(
        ("wanted", "matches"),  # A4, fact 31; A9, fact 52
        [
            (selector(**{"kubernetes.io/metadata.name": "web"}), True),
            (selector(**{"kubernetes.io/metadata.name": "db"}), False),
            (selector(**{"kubernetes.io/metadata.name": "Not_A_Name"}), False),
            (expression("kubernetes.io/metadata.name", "In", "db", "web"), True),
            (expression("kubernetes.io/metadata.name", "NotIn", "web"), False),
            (expression("kubernetes.io/metadata.name", "NotIn", "Not_A_Name"), True),
            (expression("kubernetes.io/metadata.name", "Exists"), True),
            (expression("kubernetes.io/metadata.name", "DoesNotExist"), False),
        ],
    )
    def test_the_name_label_is_the_namespaces_name(self, wanted: Manifest, matches: bool) -> None:
        forged = replace(FLOW, source=replace(SITE, namespace_labels={"kubernetes.io/metadata.name": "db"}))
        assert enters(forged, from_peer(namespaceSelector=wanted)) is matches

    def test_what_can_be_no_namespaces_name_matches_none(self) -> None:  # A9, fact 52
        for value in ("Not_A_Name", "-web", "web-", "w" * 64, ""):
            wanted = LabelSelector(match_labels=(("kubernetes.io/metadata.name", value),))
            assert namespace_selector(wanted) == FALSE

    def test_on_a_pod_it_is_a_label_like_any_other(self) -> None:
        wanted = selector(**{"kubernetes.io/metadata.name": "web"})
        assert not enters(FLOW, from_peer(namespaceSelector={}, podSelector=wanted))


class TestBeyondPolicies:
    CLOSED = policy("c", "db", policyTypes=["Ingress", "Egress"])

    @pytest.mark.parametrize(("protocol", "passes"), [(6, False), (17, False), (132, False), (1, True), (47, True)])
    def test_only_tcp_udp_and_sctp_are_governed(self, protocol: int, passes: bool) -> None:  # A6, fact 42
        assert both(Flow(SITE, STORE, protocol, 0), self.CLOSED) == (passes, True)

    def test_a_pod_reaches_itself(self) -> None:  # A6, fact 39
        assert both(Flow(STORE, STORE, 6, 80), self.CLOSED) == (False, False)
        assert both(Flow(STORE, STORE, 6, 80, same=True), self.CLOSED) == (True, True)

    def test_a_pods_own_node_gets_in_and_the_pod_does_not_get_out_to_it(self) -> None:  # A6, facts 40 and 41
        node = End("host", "", address=ip_address("10.9.0.1"))
        assert both(Flow(node, STORE, 6, 80), self.CLOSED) == (False, True)
        assert both(Flow(node, STORE, 6, 80, own_node=True), self.CLOSED) == (True, True)
        assert both(Flow(STORE, node, 6, 80), self.CLOSED) == (True, False)
        assert both(Flow(STORE, node, 6, 80, own_node=True), self.CLOSED) == (True, False)

    def test_host_networked_pods_are_not_governed_and_no_selector_matches_them(self) -> None:  # A7, facts 43 and 44
        host = replace(STORE, host_network=True)
        assert both(Flow(SITE, host, 6, 80), self.CLOSED) == (True, True)
        assert both(Flow(host, SITE, 6, 80), self.CLOSED) == (True, True)
        assert not enters(replace(FLOW, source=replace(SITE, host_network=True)), from_peer(namespaceSelector={}))


class TestLayers:
    def test_there_is_one_a_direction_and_all_of_its_rules_allow(self) -> None:
        cluster = load_all(
            policy("a", "db", ingress=[{}, {"ports": [{"port": 1}]}]), policy("b", "db", egress=[{}], ingress=[{}])
        )
        layers = lower(cluster)
        assert [layer.direction for layer in layers] == [Direction.INGRESS, Direction.EGRESS]
        assert {layer.default for layer in layers} == {Verb.DENY}
        assert {rule.action for layer in layers for rule in layer.rules} == {Verb.ALLOW}
        origins = [rule.origin for layer in layers for rule in layer.rules]
        assert [
            (one.policy.name, one.direction.value, one.index) for one in origins if isinstance(one, RuleOrigin)
        ] == [("a", "ingress", 0), ("a", "ingress", 1), ("b", "ingress", 0), ("b", "egress", 0)]

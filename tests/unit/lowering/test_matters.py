"""What is left to network plugins, lowered: each matter on flows that it decides, and where it is asked about at all.

The layers are read by the direct interpreter of the policy model, as in the tests of the facts beside this.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from itertools import combinations

import pytest

from netqed.lowering.networkpolicy import networkpolicy_layers
from netqed.plugins.matters import SPEC, Matter, Reading
from netqed.resources.objects import NetworkPolicy
from netqed_smt.footprint import Footprint
from netqed_smt.model import Direction
from support.manifests import Manifest, load_all, policy
from support.policy_model import End, Flow, lets_through

SITE = End(namespace="web", labels={"app": "site"}, address=ip_address("10.0.0.1"))
STORE = End(
    namespace="db", labels={"app": "store"}, address=ip_address("10.0.0.2"), ports=frozenset({("sql", 6, 5432)})
)
AGENT = End(
    namespace="web",
    labels={"app": "agent"},
    address=ip_address("10.1.0.1"),
    host_network=True,
    ports=frozenset({("sql", 6, 5432)}),
)
NODE = End("host", "", address=ip_address("10.1.0.2"))
INTERNET = End("external", "", address=ip_address("10.2.0.1"))
TENS: Manifest = {"ipBlock": {"cidr": "10.0.0.0/8"}}
EVERYTHING: Manifest = {}
ICMP, TCP, UDP = 1, 6, 17


def only(*yes: Matter) -> Reading:
    """Yes to these and no to all others."""
    return Reading(frozenset(yes))


def all_but(*no: Matter) -> Reading:
    """No to these and yes to all others."""
    return Reading(frozenset(Matter) - set(no))


def policies(*manifests: Manifest) -> tuple[NetworkPolicy, ...]:
    return load_all(*manifests).policies


def into(namespace: str = "db", *rules: Manifest, **spec: object) -> Manifest:
    return policy("in", namespace, **{"policyTypes": ["Ingress"], "ingress": list(rules), **spec})


def out_of(namespace: str = "web", *rules: Manifest, **spec: object) -> Manifest:
    return policy("out", namespace, **{"policyTypes": ["Egress"], "egress": list(rules), **spec})


def enters(flow: Flow, reading: Reading, *manifests: Manifest) -> bool:
    layers = networkpolicy_layers(policies(*manifests), reading=reading)
    return lets_through(layers, Direction.INGRESS, flow)


def leaves(flow: Flow, reading: Reading, *manifests: Manifest) -> bool:
    layers = networkpolicy_layers(policies(*manifests), reading=reading)
    return lets_through(layers, Direction.EGRESS, flow)


def asked(*manifests: Manifest) -> set[Matter]:
    """The matters that the policies, whatever the flow, can turn on."""
    footprint = Footprint()
    footprint.add_layers(networkpolicy_layers(policies(*manifests), reading=None))
    return {Matter(name) for name in footprint.choices}


class TestBlocks:
    @pytest.mark.parametrize(
        ("end", "matter"),
        [(SITE, Matter.BLOCK_PODS), (AGENT, Matter.BLOCK_NODES), (NODE, Matter.BLOCK_NODES)],
        ids=["pod", "host-networked pod", "node"],
    )
    def test_whose_addresses_they_match(self, end: End, matter: Matter) -> None:
        inward, outward = Flow(end, STORE), Flow(STORE, end)
        for reading, expected in ((only(matter), True), (all_but(matter), False)):
            assert enters(inward, reading, into("db", {"from": [TENS]})) is expected
            assert leaves(outward, reading, out_of("db", {"to": [TENS]})) is expected

    @pytest.mark.parametrize("reading", [only(), all_but()])
    def test_external_addresses_always(self, reading: Reading) -> None:
        assert enters(Flow(INTERNET, STORE), reading, into("db", {"from": [TENS]}))
        beyond = replace(INTERNET, address=ip_address("11.0.0.1"))
        assert not enters(Flow(beyond, STORE), reading, into("db", {"from": [TENS]}))

    def test_exceptions_take_away_whatever_the_answers_are(self) -> None:
        block = {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/16"]}}
        assert not enters(Flow(SITE, STORE), all_but(), into("db", {"from": [block]}))
        assert enters(Flow(NODE, STORE), all_but(), into("db", {"from": [block]}))


class TestOwnNode:
    @pytest.mark.parametrize("end", [AGENT, NODE], ids=["host-networked pod", "node"])
    def test_each_direction_has_its_answer(self, end: End) -> None:
        inward, outward = Flow(end, STORE, own_node=True), Flow(STORE, end, to_own_node=True)
        for reading in (only(Matter.OWN_NODE_INGRESS), all_but(Matter.OWN_NODE_EGRESS)):
            assert enters(inward, reading, into())
            assert not leaves(outward, reading, out_of("db"))
        for reading in (only(Matter.OWN_NODE_EGRESS), all_but(Matter.OWN_NODE_INGRESS)):
            assert not enters(inward, reading, into())
            assert leaves(outward, reading, out_of("db"))

    def test_another_node_has_no_such_right(self) -> None:
        assert not enters(Flow(NODE, STORE), all_but(), into())
        assert not leaves(Flow(STORE, NODE), all_but(), out_of("db"))

    @pytest.mark.parametrize("reading", [only(), all_but(), SPEC])
    def test_a_pod_reaches_itself_under_every_reading(self, reading: Reading) -> None:
        assert enters(Flow(STORE, STORE, same=True), reading, into())
        assert leaves(Flow(STORE, STORE, same=True), reading, out_of("db"))


class TestHostPods:
    def test_as_subjects(self) -> None:
        for reading, expected in ((only(Matter.HOST_PODS_GOVERNED), False), (all_but(Matter.HOST_PODS_GOVERNED), True)):
            assert enters(Flow(INTERNET, AGENT), reading, into("web")) is expected
            assert leaves(Flow(AGENT, INTERNET), reading, out_of("web")) is expected

    def test_as_subjects_they_are_selected_by_labels(self) -> None:
        other = {"podSelector": {"matchLabels": {"app": "other"}}}
        assert enters(Flow(INTERNET, AGENT), only(Matter.HOST_PODS_GOVERNED), into("web", **other))

    def test_as_peers(self) -> None:
        agents = {"podSelector": {"matchLabels": {"app": "agent"}}, "namespaceSelector": {}}
        for reading, expected in ((only(Matter.HOST_PODS_SELECTED), True), (all_but(Matter.HOST_PODS_SELECTED), False)):
            assert enters(Flow(AGENT, STORE), reading, into("db", {"from": [agents]})) is expected
            assert leaves(Flow(STORE, AGENT), reading, out_of("db", {"to": [agents]})) is expected

    @pytest.mark.parametrize("pods", [{}, {"podSelector": {}}], ids=["absent", "empty"])
    def test_as_peers_by_their_namespace(self, pods: Manifest) -> None:
        inward = into("db", {"from": [{"namespaceSelector": {}, **pods}]})
        assert enters(Flow(AGENT, STORE), only(Matter.HOST_PODS_BY_NAMESPACE), inward)
        assert enters(Flow(AGENT, STORE), only(Matter.HOST_PODS_SELECTED), inward)
        assert not enters(Flow(AGENT, STORE), only(), inward)

    def test_by_their_namespace_it_takes_a_namespace_selector(self) -> None:
        own = into("web", {"from": [{"podSelector": {}}]})
        assert not enters(Flow(AGENT, SITE), only(Matter.HOST_PODS_BY_NAMESPACE), own)

    def test_names_of_their_ports_inwards(self) -> None:
        by_name = into("web", {"ports": [{"port": "sql"}]})
        assert enters(Flow(INTERNET, AGENT, TCP, 5432), all_but(Matter.HOST_PODS_SELECTED), by_name)
        assert not enters(Flow(INTERNET, AGENT, TCP, 5433), all_but(), by_name)

    def test_names_of_their_ports_outwards(self) -> None:
        by_name = out_of("db", {"ports": [{"port": "sql"}]})
        to_agent = Flow(STORE, AGENT, TCP, 5432)
        assert leaves(to_agent, all_but(Matter.HOST_PODS_GOVERNED), by_name)
        assert not leaves(to_agent, all_but(Matter.HOST_PODS_SELECTED), by_name)


class TestTraffic:
    def test_other_protocols_are_cut_off(self) -> None:
        ping = Flow(SITE, STORE, ICMP)
        for reading, expected in ((only(Matter.OTHER_PROTOCOLS), False), (all_but(Matter.OTHER_PROTOCOLS), True)):
            assert enters(ping, reading, into()) is expected
            assert leaves(ping, reading, out_of()) is expected
            assert enters(ping, reading, into("db", {"ports": [{"port": 80}]})) is expected

    def test_rules_without_ports_admit_them(self) -> None:
        assert enters(Flow(SITE, STORE, ICMP), only(Matter.OTHER_PROTOCOLS), into("db", EVERYTHING))

    def test_the_end_of_a_range(self) -> None:
        ranged = into("db", {"ports": [{"port": 80, "endPort": 90}]})
        for reading, expected in ((only(Matter.END_PORT), True), (all_but(Matter.END_PORT), False)):
            assert [enters(Flow(SITE, STORE, TCP, port), reading, ranged) for port in (79, 80, 81, 90, 91)] == [
                False,
                True,
                expected,
                expected,
                False,
            ]
            assert not enters(Flow(SITE, STORE, UDP, 85), reading, ranged)

    def test_names_in_egress_rules(self) -> None:
        flow = Flow(SITE, STORE, TCP, 5432)
        outward, inward = out_of("web", {"ports": [{"port": "sql"}]}), into("db", {"ports": [{"port": "sql"}]})
        assert leaves(flow, only(Matter.EGRESS_PORT_NAMES), outward)
        assert not leaves(flow, only(Matter.INGRESS_PORT_NAMES), outward)
        assert enters(flow, only(Matter.INGRESS_PORT_NAMES), inward)
        assert not enters(flow, only(Matter.EGRESS_PORT_NAMES), inward)

    @pytest.mark.parametrize(
        ("beside", "matter"),
        [
            ((), Matter.UNREAD_PORT_NAMES),
            (({"port": 443, "protocol": "UDP"}, {"port": "other"}), Matter.UNREAD_PORT_NAMES),
            (({"port": 443},), Matter.UNREAD_NAMES_BESIDE_NUMBERS),
        ],
        ids=["alone", "beside others", "beside a number"],
    )
    def test_names_that_are_not_looked_up(self, beside: tuple[Manifest, ...], matter: Matter) -> None:
        named = {"ports": [*beside, {"port": "sql"}]}
        outward, inward = out_of("web", named), into("db", named)
        both = (Matter.INGRESS_PORT_NAMES, Matter.EGRESS_PORT_NAMES)
        for port in (5432, 81):
            flow = Flow(SITE, STORE, TCP, port)
            assert enters(flow, only(matter), inward)
            assert leaves(flow, only(matter), outward)
            assert leaves(replace(flow, destination=INTERNET), only(matter), outward)
            assert not enters(flow, all_but(matter, *both), inward)
            assert not leaves(flow, all_but(matter, *both), outward)
            assert not leaves(replace(flow, destination=INTERNET), all_but(*both[:1]), outward)
            assert not enters(replace(flow, protocol=UDP), only(matter), inward)
            assert enters(flow, only(*both, matter), inward) is (port == 5432)


class TestOmittedDirection:
    INWARD = Flow(SITE, STORE)
    OUTWARD = Flow(STORE, SITE)

    def test_its_rules_apply_and_isolate(self) -> None:
        elsewhere: Manifest = {"from": [{"podSelector": {"matchLabels": {"app": "other"}}}]}
        omitted = policy("p", "db", policyTypes=["Egress"], ingress=[elsewhere])
        assert not enters(self.INWARD, only(Matter.OMITTED_DIRECTION), omitted)
        assert enters(self.INWARD, all_but(Matter.OMITTED_DIRECTION), omitted)
        assert enters(
            self.INWARD,
            only(Matter.OMITTED_DIRECTION),
            into(),
            policy("p", "db", policyTypes=["Egress"], ingress=[EVERYTHING]),
        )
        assert not enters(self.INWARD, only(), into(), policy("p", "db", policyTypes=["Egress"], ingress=[EVERYTHING]))

    def test_outwards(self) -> None:
        elsewhere: Manifest = {"to": [{"podSelector": {}}]}
        omitted = policy("p", "db", policyTypes=["Ingress"], egress=[elsewhere])
        assert not leaves(self.OUTWARD, only(Matter.OMITTED_DIRECTION), omitted)
        assert leaves(self.OUTWARD, only(), omitted)

    @pytest.mark.parametrize("reading", [only(), all_but()])
    def test_an_empty_list_is_no_rules(self, reading: Reading) -> None:
        assert enters(self.INWARD, reading, policy("p", "db", policyTypes=["Egress"], ingress=[]))
        assert leaves(self.OUTWARD, reading, policy("p", "db", policyTypes=["Ingress"], egress=[]))

    @pytest.mark.parametrize("reading", [only(), all_but()])
    def test_by_default_nothing_is_omitted(self, reading: Reading) -> None:
        unset = policy("p", "db", egress=[{"to": [{"podSelector": {}}]}])
        assert not enters(self.INWARD, reading, unset)
        assert not leaves(self.OUTWARD, reading, unset)


ALWAYS = {Matter.OTHER_PROTOCOLS, Matter.HOST_PODS_GOVERNED}
"""What every policy can turn on."""

INWARDS = ALWAYS | {Matter.OWN_NODE_INGRESS}
OUTWARDS = ALWAYS | {Matter.OWN_NODE_EGRESS}


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (into(), INWARDS),
        (out_of(), OUTWARDS),
        (into("db", {"from": [TENS]}), INWARDS | {Matter.BLOCK_PODS, Matter.BLOCK_NODES}),
        (into("db", {"from": [{"podSelector": {}}]}), INWARDS | {Matter.HOST_PODS_SELECTED}),
        (
            into("db", {"from": [{"namespaceSelector": {}}]}),
            INWARDS | {Matter.HOST_PODS_SELECTED, Matter.HOST_PODS_BY_NAMESPACE},
        ),
        (
            into("db", {"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "site"}}}]}),
            INWARDS | {Matter.HOST_PODS_SELECTED},
        ),
        (into("db", {"ports": [{"port": 80}, {"port": 90, "endPort": 90}]}), INWARDS),
        (into("db", {"ports": [{"port": 80, "endPort": 90}]}), INWARDS | {Matter.END_PORT}),
        (
            into("db", {"ports": [{"port": "sql"}]}),
            INWARDS | {Matter.INGRESS_PORT_NAMES, Matter.UNREAD_PORT_NAMES},
        ),
        (
            out_of("db", {"ports": [{"port": "sql"}]}),
            OUTWARDS | {Matter.EGRESS_PORT_NAMES, Matter.UNREAD_PORT_NAMES, Matter.HOST_PODS_SELECTED},
        ),
        (
            into("db", {"ports": [{"port": "sql"}, {"port": 5432}]}),
            INWARDS | {Matter.INGRESS_PORT_NAMES, Matter.UNREAD_NAMES_BESIDE_NUMBERS},
        ),
        (out_of("db", ingress=[]), OUTWARDS),
        (out_of("db", ingress=[EVERYTHING]), INWARDS | OUTWARDS | {Matter.OMITTED_DIRECTION}),
    ],
    ids=[
        "closed inwards",
        "closed outwards",
        "a block",
        "a podSelector",
        "a namespaceSelector",
        "both selectors",
        "numbers",
        "a range",
        "a name inwards",
        "a name outwards",
        "a name beside a number",
        "an omitted direction without rules",
        "an omitted direction",
    ],
)
def test_only_what_can_matter_is_asked(manifest: Manifest, expected: set[Matter]) -> None:
    assert asked(manifest) == expected


def test_without_policies_nothing_is_asked() -> None:
    assert asked() == set()


def test_a_reading_leaves_nothing_open() -> None:
    footprint = Footprint()
    footprint.add_layers(networkpolicy_layers(policies(into("db", {"from": [TENS]}, {"ports": [{"port": "sql"}]}))))
    assert footprint.choices == set()


EVERY_MATTER = (
    into("db", {"from": [TENS, {"namespaceSelector": {}}], "ports": [{"port": 80, "endPort": 90}, {"port": "sql"}]}),
    into("web", {"from": [{"podSelector": {}}]}),
    out_of("db", {"to": [TENS], "ports": [{"port": "sql"}]}, ingress=[{"ports": [{"port": 5432}]}]),
)


def test_open_layers_say_under_each_reading_what_its_own_layers_say() -> None:
    """All readings that answer at most two matters otherwise than `spec` does."""
    assert asked(*EVERY_MATTER) == set(Matter)
    loaded = policies(*EVERY_MATTER)
    opened = networkpolicy_layers(loaded, reading=None)
    ends = (SITE, STORE, AGENT, NODE, INTERNET)
    flows = [
        Flow(source, destination, protocol, port, own_node=near, to_own_node=near)
        for source in ends
        for destination in ends
        for protocol, port in ((TCP, 80), (TCP, 85), (TCP, 5432), (ICMP, 1))
        for near in (False, True)
    ]
    for flips in (flips for count in range(3) for flips in combinations(Matter, count)):
        reading = Reading(SPEC.yes ^ set(flips))
        closed = networkpolicy_layers(loaded, reading=reading)
        answers = frozenset(matter.value for matter in reading.yes)
        for flow in flows:
            for direction in Direction:
                assert lets_through(opened, direction, replace(flow, choices=answers)) == lets_through(
                    closed, direction, flow
                )

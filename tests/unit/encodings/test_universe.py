"""Which flows exist: for each constraint a flow that must be possible, and one that must not.

A flow that is wrongly impossible is a false proof, one that is wrongly possible a counterexample that cannot happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any, Final

import pytest

from netqed_smt.footprint import Footprint
from netqed_smt.model import (
    TRUE,
    At,
    InCidr,
    IsExternal,
    IsHost,
    IsHostNetworked,
    IsPod,
    LabelExists,
    LabelIn,
    NamedPort,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    OwnNode,
    PortBetween,
    Predicate,
    ProtocolIs,
    SameEndpoint,
    SameLabel,
    SameNamespace,
    SameNamespaceLabel,
    Side,
    WorkloadIs,
    all_of,
    any_of,
    negate,
)
from netqed_smt.population import NodeFacts, PodFacts, Population
from netqed_smt.question import BudgetExhausted, Preferences, Questions
from netqed_smt.solver import Answer, Solver, Term
from netqed_smt.universe import Universe

TCP, UDP, SCTP, ICMP, ICMP6, GRE = (ProtocolIs(number) for number in (6, 17, 132, 1, 58, 47))
PRIVATE = (ip_network("10.0.0.0/8"), ip_network("fc00::/7"))


def src(predicate: Predicate) -> Predicate:
    return At(Side.SOURCE, predicate)


def dst(predicate: Predicate) -> Predicate:
    return At(Side.DESTINATION, predicate)


def both(predicate: Predicate) -> Predicate:
    return all_of([src(predicate), dst(predicate)])


def label(key: str, value: str) -> Predicate:
    return LabelIn(key, frozenset({value}))


def ns_label(key: str, value: str) -> Predicate:
    return NamespaceLabelIn(key, frozenset({value}))


def at(text: str) -> Predicate:
    return InCidr(ip_network(text))


IPV4 = src(at("0.0.0.0/0"))
IPV6 = src(at("::/0"))


def exists(
    population: Population,
    *parts: Predicate,
    now: bool = False,
    ranges: bool = False,
    beside: Sequence[Predicate] = (),
) -> bool:
    """Whether some flow of the population is as all the parts say; `beside` widens the footprint alone."""
    wanted = all_of(parts)
    footprint = Footprint()
    for predicate in (wanted, *beside):
        footprint.add(predicate)
    universe = Universe(Solver(), population, footprint)
    questions = Questions(universe)
    guards = [universe.now] * now + [universe.ranges] * ranges
    answer = questions.ask([*guards, questions.literal(wanted)])
    assert answer is not Answer.UNKNOWN
    return answer is Answer.SAT


def web(labels: dict[str, str] | None = None, **facts: Any) -> PodFacts:
    return PodFacts("web", labels or {}, **facts)


def population(*pods: PodFacts, **facts: Any) -> Population:
    return Population(facts.pop("namespaces", {"web": {}, "db": {}}), pods, **facts)


def addresses(*texts: str) -> tuple[Any, ...]:
    return tuple(map(ip_address, texts))


EMPTY = population()


class TestTraffic:
    @pytest.mark.parametrize("protocol", (TCP, UDP, SCTP), ids=("TCP", "UDP", "SCTP"))
    def test_ports_are_1_to_65535(self, protocol: Predicate) -> None:
        for port in (1, 65535):
            assert exists(EMPTY, protocol, PortBetween(port, port))
        assert not exists(EMPTY, protocol, PortBetween(0, 0))

    @pytest.mark.parametrize("protocol", (ICMP, ICMP6, GRE), ids=("ICMP", "ICMPv6", "GRE"))
    def test_other_protocols_exist_and_have_no_ports(self, protocol: Predicate) -> None:
        assert exists(EMPTY, protocol)
        assert not exists(EMPTY, protocol, PortBetween(1, 65535))

    def test_icmp_belongs_to_one_family_each(self) -> None:
        assert exists(EMPTY, ICMP, IPV4) and exists(EMPTY, ICMP6, IPV6)
        assert not exists(EMPTY, ICMP, IPV6) and not exists(EMPTY, ICMP6, IPV4)

    def test_both_families_exist_unless_the_cluster_leaves_one_out(self) -> None:
        assert exists(EMPTY, IPV4) and exists(EMPTY, IPV6)
        old, new = population(families=("IPv4",)), population(families=("IPv6",))
        assert exists(old, IPV4) and not exists(old, IPV6)
        assert exists(new, IPV6) and not exists(new, IPV4)

    def test_both_sides_are_of_one_family(self) -> None:
        assert exists(EMPTY, src(at("::/0")), dst(at("::/0")))
        assert not exists(EMPTY, src(at("0.0.0.0/0")), dst(at("::/0")))


class TestKinds:
    def test_a_side_is_a_pod_a_node_or_external(self) -> None:
        kinds = (IsPod(), IsHost(), IsExternal())
        for one in kinds:
            for other in kinds:
                assert exists(EMPTY, src(one), dst(other))
                assert exists(EMPTY, src(one), src(other)) is (one == other)
        assert not exists(EMPTY, *(src(negate(kind)) for kind in kinds))

    @pytest.mark.parametrize("kind", (IsHost(), IsExternal()), ids=("node", "external"))
    def test_what_is_no_pod_has_no_labels_namespace_or_port_names(self, kind: Predicate) -> None:
        pods = population(web(host_network=True))
        for atom in (LabelExists("app"), NamespaceLabelExists("team"), NamespaceIs("web"), IsHostNetworked()):
            assert exists(pods, src(atom))
            assert not exists(pods, src(atom), src(kind))
        assert exists(EMPTY, NamedPort("http", 6), dst(IsPod()))
        assert not exists(EMPTY, NamedPort("http", 6), dst(kind))


class TestNamespaces:
    NAMESPACES: Final = {"web": {"team": "a"}, "db": {}, "lived-in": None}

    def possible(self, *parts: Predicate, **options: Any) -> bool:
        return exists(population(namespaces=self.NAMESPACES), *map(src, parts), **options)

    def test_a_declared_one_has_exactly_the_labels_that_it_declares(self) -> None:
        assert self.possible(NamespaceIs("web"), ns_label("team", "a"))
        assert not self.possible(NamespaceIs("web"), negate(ns_label("team", "a")))
        assert not self.possible(NamespaceIs("web"), NamespaceLabelExists("other"))
        assert self.possible(NamespaceIs("db"), negate(NamespaceLabelExists("team")))
        assert not self.possible(NamespaceIs("db"), NamespaceLabelExists("team"))

    @pytest.mark.parametrize("name", ("lived-in", "nowhere"))
    def test_one_that_nobody_declares_may_have_any(self, name: str) -> None:
        for labels in (ns_label("team", "a"), negate(NamespaceLabelExists("team"))):
            assert self.possible(NamespaceIs(name), labels)
        other = all_of([NamespaceLabelExists("team"), negate(ns_label("team", "a"))])
        assert self.possible(NamespaceIs(name), other)

    def test_there_are_namespaces_beyond_all_that_are_named_two_of_them(self) -> None:
        unnamed = all_of([IsPod(), *(negate(NamespaceIs(name)) for name in self.NAMESPACES)])
        assert exists(population(namespaces=self.NAMESPACES), both(unnamed), negate(SameNamespace()))
        assert exists(population(namespaces=self.NAMESPACES), both(unnamed), SameNamespace())

    def test_pods_of_one_namespace_share_its_labels(self) -> None:
        has, has_not = ns_label("team", "a"), negate(ns_label("team", "a"))
        pods = population(namespaces=self.NAMESPACES)
        assert exists(pods, both(NamespaceIs("lived-in")), both(has))
        assert not exists(pods, both(NamespaceIs("lived-in")), src(has), dst(has_not))
        assert exists(pods, src(NamespaceIs("lived-in")), dst(NamespaceIs("nowhere")), src(has), dst(has_not))
        assert not exists(pods, SameNamespace(), src(has), dst(has_not))

    def test_other_values_may_be_one_or_two(self) -> None:
        other = all_of([IsPod(), NamespaceLabelExists("team"), negate(ns_label("team", "a"))])
        pods = population(namespaces=self.NAMESPACES)
        assert exists(pods, both(other), SameNamespaceLabel("team"))
        assert exists(pods, both(other), negate(SameNamespaceLabel("team")))


class TestInvented:
    def test_pods_beside_the_input_exist_with_any_labels_and_not_now(self) -> None:
        for labels in (label("app", "a"), negate(LabelExists("app")), TRUE):
            assert exists(EMPTY, both(all_of([IsPod(), NamespaceIs("web"), labels])))
        assert not exists(EMPTY, src(IsPod()), now=True)
        assert not exists(EMPTY, dst(IsPod()), now=True)

    def test_they_may_share_other_values_of_a_label_or_not(self) -> None:
        other = all_of([IsPod(), LabelExists("app"), negate(label("app", "a"))])
        assert exists(EMPTY, both(other), SameLabel("app"))
        assert exists(EMPTY, both(other), negate(SameLabel("app")))
        assert not exists(EMPTY, src(label("app", "a")), dst(negate(label("app", "a"))), SameLabel("app"))

    def test_they_are_not_host_networked(self) -> None:
        assert not exists(EMPTY, src(IsHostNetworked()))
        assert exists(population(web(host_network=True)), src(IsHostNetworked()))
        assert not exists(population(web(host_network=True)), src(IsHostNetworked()), src(NamespaceIs("db")))

    def test_their_ports_may_have_any_names_or_none(self) -> None:
        http, admin = NamedPort("http", 6), NamedPort("admin", 6)
        for parts in ((http, admin), (http, negate(admin)), (negate(http), negate(admin))):
            assert exists(EMPTY, dst(IsPod()), TCP, *parts)

    def test_two_of_them_are_never_the_same_pod(self) -> None:
        assert exists(EMPTY, both(all_of([IsPod(), label("app", "a")])), negate(SameEndpoint()))
        assert not exists(EMPTY, both(IsPod()), SameEndpoint())

    def test_ranges_hold_their_addresses_only_where_they_are_assumed(self) -> None:
        pods = population(pod_ranges=PRIVATE)
        for inside, outside in (("10.0.0.0/8", "11.0.0.0/8"), ("fd00::/8", "2001:db8::/32")):
            assert exists(pods, src(IsPod()), src(at(inside)), ranges=True)
            assert exists(pods, src(IsPod()), src(at(outside)))
            assert not exists(pods, src(IsPod()), src(at(outside)), ranges=True)
            assert not exists(pods, dst(IsPod()), dst(at(outside)), ranges=True)


class TestExternal:
    def test_addresses_are_any_but_those_of_the_ranges_that_are_assumed_to_be_inside(self) -> None:
        pods = population(pod_ranges=PRIVATE, external_outside=(ip_network("10.1.0.0/16"),))
        assert exists(pods, src(IsExternal()), src(at("10.0.0.0/16")), ranges=True)
        assert exists(pods, src(IsExternal()), src(at("10.1.0.0/16")))
        assert not exists(pods, src(IsExternal()), src(at("10.1.0.0/16")), ranges=True)
        assert exists(pods, src(IsHost()), src(at("10.1.0.0/16")), ranges=True)

    def test_they_exist_now(self) -> None:
        assert exists(EMPTY, both(IsExternal()), now=True)


class TestWorkloads:
    def one(self, pod: PodFacts, *parts: Predicate, **options: Any) -> bool:
        """Whether the only workload can be a destination like that, now."""
        return exists(population(pod), dst(WorkloadIs(0)), *parts, now=True, **options)

    def test_a_pod_has_its_own_namespace_and_labels_exactly(self) -> None:
        pod = web({"app": "a"})
        assert self.one(pod, dst(all_of([NamespaceIs("web"), label("app", "a"), negate(LabelExists("tier"))])))
        for wrong in (NamespaceIs("db"), negate(label("app", "a")), LabelExists("tier"), IsHostNetworked(), IsHost()):
            assert not self.one(pod, dst(wrong)), wrong

    def test_a_value_that_nothing_names_is_there_all_the_same(self) -> None:
        assert self.one(web({"app": "odd"}), dst(all_of([LabelExists("app"), negate(label("app", "a"))])))
        assert not self.one(web({"app": "odd"}), dst(negate(LabelExists("app"))))

    def test_compared_labels_are_compared_by_their_values(self) -> None:
        pods = population(web({"t": "x"}), web({"t": "y"}), web({"t": "x"}), web())
        for source, destination, same in ((0, 2, True), (0, 1, False), (0, 3, False), (3, 3, False)):
            between = (src(WorkloadIs(source)), dst(WorkloadIs(destination)))
            assert exists(pods, *between, SameLabel("t")) is same
            assert exists(pods, *between, negate(SameLabel("t"))) is not same

    def test_labels_that_controllers_add_may_be_anything_on_a_template(self) -> None:
        key = "pod-template-hash"
        for labels in (label(key, "abc"), LabelExists(key), negate(LabelExists(key))):
            assert self.one(web(single=False), dst(labels))
        assert not self.one(web(), dst(LabelExists(key)))
        assert not self.one(web({key: "abc"}), dst(negate(label(key, "abc"))))

    def test_replicas_of_one_template_may_differ_in_them(self) -> None:
        pods = population(web(single=False))
        assert exists(pods, both(WorkloadIs(0)), src(label("job-name", "a")), dst(negate(LabelExists("job-name"))))

    def test_named_ports_are_those_that_are_declared(self) -> None:
        pod = web(ports=(("http", 6, 80), ("http", 6, 8080), ("http", 17, 81)))
        for port, protocol in ((80, 6), (8080, 6), (81, 17)):
            here = (ProtocolIs(protocol), PortBetween(port, port))
            assert self.one(pod, NamedPort("http", protocol), *here)
            assert not self.one(pod, negate(NamedPort("http", protocol)), *here)
        assert not self.one(pod, NamedPort("http", 6), PortBetween(81, 81))
        assert not self.one(pod, NamedPort("http", 17), PortBetween(80, 80))
        assert not self.one(pod, NamedPort("admin", 6))

    def test_a_known_address_is_the_only_one_of_its_family(self) -> None:
        pod = web(addresses=addresses("10.0.0.7", "fd00::7"))
        assert self.one(pod, dst(at("10.0.0.7/32")), beside=[at("10.0.0.8/32")])
        assert not self.one(pod, dst(negate(at("10.0.0.7/32"))), IPV4)
        assert self.one(pod, dst(at("fd00::7/128")))
        assert not self.one(pod, dst(negate(at("fd00::7/128"))), IPV6)

    def test_a_pod_without_an_address_of_a_family_takes_no_part_in_it(self) -> None:
        assert self.one(web(addresses=addresses("10.0.0.7")), IPV4)
        assert not self.one(web(addresses=addresses("10.0.0.7")), IPV6)

    def test_an_unknown_address_may_be_any_in_the_ranges(self) -> None:
        pods = population(web(), pod_ranges=PRIVATE)
        assert exists(pods, src(WorkloadIs(0)), src(at("10.200.0.0/16")), ranges=True, now=True)
        assert not exists(pods, src(WorkloadIs(0)), src(at("11.0.0.0/8")), ranges=True, now=True)
        assert exists(pods, src(WorkloadIs(0)), src(at("11.0.0.0/8")), now=True)

    def test_a_known_address_outside_the_ranges_stays(self) -> None:
        pods = population(web(addresses=addresses("11.0.0.1")), pod_ranges=PRIVATE)
        assert exists(pods, src(WorkloadIs(0)), src(at("11.0.0.0/8")), ranges=True)

    def test_workloads_exist_whether_or_not_others_may(self) -> None:
        for now in (True, False):
            assert exists(population(web()), src(WorkloadIs(0)), now=now)


class TestSameEndpoint:
    def test_one_pod_on_both_sides_is_itself(self) -> None:
        pods = population(web())
        assert exists(pods, both(WorkloadIs(0)), SameEndpoint())
        assert not exists(pods, both(WorkloadIs(0)), negate(SameEndpoint()))

    def test_replicas_of_a_template_are_different_pods(self) -> None:
        pods = population(web(single=False))
        assert exists(pods, both(WorkloadIs(0)), negate(SameEndpoint()))
        assert not exists(pods, both(IsPod()), SameEndpoint(), now=True)

    def test_two_pods_that_nothing_tells_apart_are_two(self) -> None:
        assert exists(population(web(), web()), both(IsPod()), negate(SameEndpoint()), now=True)
        assert not exists(population(web()), both(IsPod()), negate(SameEndpoint()), now=True)

    def test_a_pod_and_another_are_never_the_same(self) -> None:
        assert not exists(population(web(), PodFacts("db", {})), src(WorkloadIs(0)), dst(WorkloadIs(1)), SameEndpoint())

    def test_a_node_on_both_sides_is_itself(self) -> None:
        pods = population(nodes=(NodeFacts("n1"),), nodes_complete=True)
        assert not exists(pods, both(IsHost()), negate(SameEndpoint()), now=True)
        assert exists(pods, both(IsHost()), negate(SameEndpoint()))
        assert not exists(pods, both(IsExternal()), SameEndpoint())


class TestNodes:
    NODES = (NodeFacts("n1", addresses("10.1.0.1", "fd01::1")), NodeFacts("n2"))

    def test_a_known_node_has_its_own_addresses_and_no_others(self) -> None:
        pods = population(nodes=self.NODES[:1], nodes_complete=True)
        assert exists(pods, src(IsHost()), src(at("10.1.0.1/32")), now=True)
        assert not exists(pods, src(IsHost()), src(negate(at("10.1.0.1/32"))), IPV4, now=True)
        assert exists(pods, src(IsHost()), src(at("fd01::1/128")), now=True)
        assert not exists(pods, src(IsHost()), src(negate(at("fd01::1/128"))), IPV6, now=True)

    def test_other_nodes_may_come_or_be_there_where_the_input_lists_none(self) -> None:
        elsewhere = (src(IsHost()), src(at("10.2.0.0/16")))
        listed = population(nodes=self.NODES[:1], nodes_complete=True)
        assert exists(listed, *elsewhere)
        assert not exists(listed, *elsewhere, now=True)
        assert exists(population(), *elsewhere, now=True)

    def test_a_node_without_a_known_address_is_in_the_ranges_of_nodes(self) -> None:
        pods = population(nodes=self.NODES, nodes_complete=True, node_ranges=(ip_network("10.1.0.0/16"),))
        assert exists(pods, src(IsHost()), src(at("10.1.9.0/24")), ranges=True, now=True)
        assert exists(pods, src(IsHost()), src(at("10.9.0.0/16")), now=True)
        assert not exists(pods, src(IsHost()), src(at("10.9.0.0/16")), ranges=True, now=True)

    def test_a_host_networked_pod_is_at_its_nodes_address(self) -> None:
        pods = population(web(host_network=True, node="n1"), nodes=self.NODES, nodes_complete=True)
        assert exists(pods, src(WorkloadIs(0)), src(at("10.1.0.1/32")))
        assert not exists(pods, src(WorkloadIs(0)), src(negate(at("10.1.0.1/32"))), IPV4)

    def test_a_host_networked_pod_whose_node_is_not_known_may_be_on_any(self) -> None:
        pods = population(web(host_network=True), nodes=self.NODES, nodes_complete=True)
        for there in (at("10.1.0.1/32"), at("10.77.0.0/16")):
            assert exists(pods, src(WorkloadIs(0)), src(there), now=True)

    def test_a_pods_node_is_the_one_that_it_is_scheduled_to(self) -> None:
        pods = population(web(node="n1"), web(node="n2"), nodes=self.NODES, nodes_complete=True)
        there = (src(IsHost()), src(at("10.1.0.1/32")), OwnNode())
        assert exists(pods, *there, dst(WorkloadIs(0)))
        assert not exists(pods, *there, dst(WorkloadIs(1)))
        assert not exists(pods, src(IsHost()), src(at("10.1.0.1/32")), negate(OwnNode()), dst(WorkloadIs(0)))

    def test_host_networked_pods_count_as_their_node_and_others_do_not(self) -> None:
        pods = population(web(host_network=True, node="n1"), web(node="n1"), web(node="n2"), web(node="n1"))
        assert exists(pods, src(WorkloadIs(0)), dst(WorkloadIs(1)), OwnNode())
        assert not exists(pods, src(WorkloadIs(0)), dst(WorkloadIs(1)), negate(OwnNode()))
        assert not exists(pods, src(WorkloadIs(0)), dst(WorkloadIs(2)), OwnNode())
        assert not exists(pods, src(WorkloadIs(3)), dst(WorkloadIs(1)), OwnNode())

    def test_a_template_and_an_invented_pod_may_be_on_any_node_or_beside_it(self) -> None:
        pods = population(web(single=False), nodes=self.NODES, nodes_complete=True)
        for there in (WorkloadIs(0), all_of([IsPod(), NamespaceIs("db")])):
            for own in (OwnNode(), negate(OwnNode())):
                assert exists(pods, src(IsHost()), src(at("10.1.0.1/32")), dst(there), own)

    def test_what_is_external_is_nobodys_node(self) -> None:
        assert not exists(EMPTY, src(IsExternal()), OwnNode())
        assert not exists(EMPTY, dst(negate(IsPod())), OwnNode())


class TestUniqueAddresses:
    ONE = "10.0.0.7/32"

    def together(self, pods: Population, source: Predicate, destination: Predicate, *parts: Predicate) -> bool:
        return exists(pods, src(source), dst(destination), both(at(self.ONE)), *parts)

    @pytest.mark.parametrize("source", (IsPod(), IsHost(), IsExternal()), ids=("pod", "node", "external"))
    def test_an_invented_pod_shares_its_address_with_nobody(self, source: Predicate) -> None:
        assert not self.together(EMPTY, source, IsPod())
        assert not self.together(EMPTY, IsPod(), source)

    def test_two_workloads_of_a_dump_may(self) -> None:
        pods = population(*(web(addresses=addresses("10.0.0.7")) for _ in range(2)), web())
        assert self.together(pods, WorkloadIs(0), WorkloadIs(1))
        assert not self.together(pods, WorkloadIs(0), WorkloadIs(2))

    def test_a_node_and_the_host_networked_pods_on_it_do(self) -> None:
        node = NodeFacts("n1", addresses("10.0.0.7"))
        pods = population(*(web(host_network=True, node="n1") for _ in range(2)), nodes=(node,), nodes_complete=True)
        assert self.together(pods, IsHost(), WorkloadIs(0))
        assert self.together(pods, WorkloadIs(0), WorkloadIs(1))

    def test_different_addresses_are_possible_for_all(self) -> None:
        for source in (IsPod(), IsHost(), IsExternal()):
            assert exists(EMPTY, src(source), dst(IsPod()), src(at(self.ONE)), dst(at("10.0.0.8/32")))


class TestTakenAddresses:
    """A block that known addresses fill: nobody else can be in it, which the universe sees by itself."""

    ONE = "10.0.0.7/32"
    POD = population(web(addresses=addresses("10.0.0.7")))
    NODE = population(web(), nodes=(NodeFacts("n1", addresses("10.0.0.7")), NodeFacts("n2")), nodes_complete=True)

    def test_the_owner_is_there(self) -> None:
        assert exists(self.POD, src(WorkloadIs(0)), src(at(self.ONE)))
        assert exists(self.NODE, src(IsHost()), src(at(self.ONE)))

    def test_nothing_external_and_no_node_has_a_pods_address(self) -> None:
        for kind in (IsExternal(), IsHost()):
            assert not exists(self.POD, src(kind), src(at(self.ONE)))

    def test_a_pod_that_comes_later_may_have_a_pods_address_and_one_of_now_may_not(self) -> None:
        assert exists(self.POD, src(all_of([IsPod(), NamespaceIs("db")])), src(at(self.ONE)))
        pods = population(web(addresses=addresses("10.0.0.7")), web())
        assert exists(pods, src(WorkloadIs(1)), src(at(self.ONE)))
        assert not exists(pods, src(WorkloadIs(1)), src(at(self.ONE)), now=True)

    def test_nobody_else_has_a_nodes_address(self) -> None:
        for kind in (IsExternal(), IsPod()):
            assert not exists(self.NODE, src(kind), src(at(self.ONE)))

    def test_an_address_in_a_roomy_block_is_kept_to_its_owner_on_request(self) -> None:
        footprint = Footprint()
        footprint.add(src(at("10.0.0.0/24")))
        universe = Universe(Solver(), self.POD, footprint)
        questions = Questions(universe)
        address = ip_address("10.0.0.7")
        stranger = [
            questions.literal(src(IsExternal())),
            universe.solver.literal(universe.flow.source.address_is(4, int(address))),
            universe.solver.negation(universe.flow.ipv6),
        ]
        assert questions.ask(stranger) is Answer.SAT
        assert universe.exclude_taken(address) is True
        assert questions.ask(stranger) is Answer.UNSAT
        assert universe.exclude_taken(address) is False
        assert universe.exclude_taken(ip_address("10.0.0.8")) is False
        owner = universe.solver.literal(universe.flow.source.in_class(universe.classes[0].code))
        assert questions.ask([owner, *stranger[1:]]) is Answer.SAT


def upto(port_between: Callable[[int, int], Term], last: int) -> Term:
    """Ports from 1 to the place's, of which the first has number 1."""
    return port_between(1, 1 + last)


class TestPreferences:
    def asked(self, *parts: Predicate) -> tuple[Universe, Questions, list[Term]]:
        footprint = Footprint()
        for predicate in parts:
            footprint.add(predicate)
        universe = Universe(Solver(), EMPTY, footprint)
        questions = Questions(universe)
        return universe, questions, [questions.literal(all_of(parts))]

    def test_a_wish_is_kept_where_it_can_be_and_later_ones_give_way(self) -> None:
        universe, questions, asked = self.asked(src(any_of([IsPod(), IsHost()])))
        wishes = Preferences(questions, asked)
        source = universe.flow.source
        assert wishes.prefer(source.external) is False
        assert wishes.prefer(source.host) is True
        assert wishes.prefer(source.pod) is False
        assert wishes.read().source.kind == "node"

    def test_lowest_is_the_lowest_value_that_satisfies(self) -> None:
        for parts, port in (
            ((TCP, any_of([PortBetween(700, 800), PortBetween(443, 443)])), 443),
            ((TCP,), 1),
            ((TCP, PortBetween(65535, 65535)), 65535),
            ((GRE,), 0),
        ):
            universe, questions, asked = self.asked(*parts)
            wishes = Preferences(questions, asked)
            assert wishes.lowest(universe.flow.port, 16) == port
            assert wishes.read().port == port

    def test_fewest_is_how_many_must_be(self) -> None:
        every = [LabelExists(key) for key in "abc"]
        for wanted, count in ((any_of([all_of(every[:2]), all_of(every)]), 2), (any_of(every), 1), (all_of(every), 3)):
            universe, questions, asked = self.asked(src(all_of([IsPod(), wanted])))
            wishes = Preferences(questions, asked)
            source = universe.flow.source
            assert wishes.fewest([source.label_exists(key) for key in source.labels]) == count
            assert sum(code != 0 for code in wishes.read().source.labels.values()) == count

    def test_the_first_place_is_found_wherever_it_is_looked_for_first(self) -> None:
        for count in (1, 2, 3, 8, 21):
            for first in range(count):
                for near in (0, first, first + 1, count, 50):
                    universe, questions, asked = self.asked(TCP, PortBetween(1 + first, 1 + count))
                    port_among = universe.flow.port_between
                    wishes = Preferences(questions, [*asked, universe.solver.literal(port_among(1, count))])
                    place = wishes.first(count, partial(upto, port_among), near)
                    assert (place, wishes.read().port <= 1 + first) == (first, True), (count, first, near)

    def test_what_others_ask_in_between_is_not_read(self) -> None:
        universe, questions, asked = self.asked(src(any_of([IsPod(), IsHost()])))
        wishes = Preferences(questions, asked)
        assert wishes.prefer(universe.flow.source.host) is True
        assert questions.is_possible([*asked, questions.literal(src(IsPod()))])
        assert wishes.read().source.kind == "node"
        assert not questions.is_possible([*asked, universe.solver.negation(asked[0])])
        assert wishes.lowest(universe.flow.source.class_code, universe.flow.source.class_width) == 0

    def test_what_cannot_be_read_is_said(self) -> None:
        universe, questions, asked = self.asked(src(IsPod()))
        with pytest.raises(RuntimeError, match="contradict"):
            Preferences(questions, [*asked, universe.solver.negation(asked[0])]).read()

    def test_an_answer_is_read_back_as_values(self) -> None:
        universe, questions, asked = self.asked(
            src(all_of([NamespaceIs("web"), label("app", "a"), at("10.0.0.7/32")])),
            dst(IsExternal()),
            UDP,
            PortBetween(53, 53),
        )
        assert questions.ask(asked) is Answer.SAT
        values = questions.read()
        assert (values.protocol, values.port, values.ipv6, values.own_node) == (17, 53, False, False)
        source, destination = values.source, values.destination
        assert (source.kind, source.class_code, str(source.address)) == ("pod", 0, "10.0.0.7")
        assert universe.vocabulary.namespaces.values[source.namespace - 1] == "web"
        assert source.labels == {"app": universe.vocabulary.labels["app"].code("a")}
        assert (destination.kind, destination.namespace, destination.labels) == ("external", 0, {"app": 0})

    def test_a_spent_budget_is_no_flow(self) -> None:
        universe, _, asked = self.asked(src(IsPod()))

        class Spent(Questions):
            def ask(self, assumptions: Sequence[Term]) -> Answer:
                return Answer.UNKNOWN

        wishes = Preferences(Spent(universe), asked)
        assert wishes.prefer(universe.flow.source.pod) is False
        with pytest.raises(BudgetExhausted):
            wishes.read()

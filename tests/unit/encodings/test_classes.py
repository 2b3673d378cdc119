"""Codes of values, cells of addresses, and workloads that nothing tells apart."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from itertools import product

import pytest

from netqed_smt.classes import FREE_CODE, Cells, PodClass, classify
from netqed_smt.footprint import Footprint
from netqed_smt.model import (
    InCidr,
    LabelExists,
    LabelIn,
    NamedPort,
    NamespaceIs,
    NamespaceLabelIn,
    PortBetween,
    Predicate,
    ProtocolIs,
    SameLabel,
    SameNamespaceLabel,
    WorkloadIs,
    all_of,
    any_of,
    negate,
)
from netqed_smt.population import PodFacts, Population
from netqed_smt.sides import ABSENT, Codes, Vocabulary


def footprint(*predicates: Predicate) -> Footprint:
    found = Footprint()
    for predicate in predicates:
        found.add(predicate)
    return found


def classes(pods: list[PodFacts], *predicates: Predicate) -> list[PodClass]:
    found = footprint(*predicates)
    spaces = {pod.namespace for pod in pods}
    return list(classify(Population({}, tuple(pods)), found, Vocabulary.of(found, spaces, ())))


def members(pods: list[PodFacts], *predicates: Predicate) -> list[tuple[int, ...]]:
    return [one.members for one in classes(pods, *predicates)]


def web(labels: dict[str, str] | None = None, **facts: object) -> PodFacts:
    return PodFacts("web", labels or {}, **facts)  # type: ignore[arg-type]  # keywords of the dataclass, as tests name them


class TestCodes:
    def test_values_have_codes_in_their_order_and_absent_is_none_of_them(self) -> None:
        codes = Codes.of(["web", "api", "web"])
        assert codes.values == ("api", "web")
        assert [codes.code("api"), codes.code("web")] == [1, 2]
        assert ABSENT not in {codes.code("api"), codes.code("web"), *codes.other}

    def test_two_codes_stand_for_values_outside_and_any_such_value_takes_the_first(self) -> None:
        codes = Codes.of(["api", "web"])
        assert codes.other == (3, 4)
        assert codes.code("db") == codes.code("") == 3

    @pytest.mark.parametrize("count", range(9))
    def test_every_code_fits_its_width(self, count: int) -> None:
        codes = Codes.of([str(number) for number in range(count)])
        assert codes.top == count + 2 == max(codes.other)
        assert codes.top < 2**codes.width
        assert len({ABSENT, *codes.index.values(), *codes.other}) == count + 3

    def test_the_empty_value_is_a_value(self) -> None:
        assert Codes.of([""]).code("") == 1


class TestFootprint:
    def test_it_holds_what_the_predicates_speak_of_however_deep(self) -> None:
        found = footprint(
            all_of(
                [
                    negate(any_of([LabelIn("app", frozenset({"a", "b"})), LabelExists("tier")])),
                    NamespaceIs("web"),
                    NamespaceLabelIn("team", frozenset({"x"})),
                    InCidr(ip_network("10.0.0.0/8")),
                    NamedPort("http", 6),
                    ProtocolIs(17),
                    WorkloadIs(3),
                ]
            )
        )
        assert found.labels == {"app": {"a", "b"}, "tier": set()}
        assert found.namespace_labels == {"team": {"x"}}
        assert (found.namespaces, found.networks) == ({"web"}, {ip_network("10.0.0.0/8")})
        assert (found.port_names, found.protocols, found.workloads) == ({("http", 6)}, {17}, {3})

    def test_ports_are_the_lowest_of_each_range_that_can_be_told_apart(self) -> None:
        assert footprint(PortBetween(80, 89), PortBetween(443, 65535)).ports == {1, 80, 90, 443, 65535}

    def test_compared_keys_are_known(self) -> None:
        found = footprint(SameLabel("tenant"), SameNamespaceLabel("team"))
        assert (found.compared_labels, found.compared_namespace_labels) == ({"tenant"}, {"team"})
        assert (found.labels, found.namespace_labels) == ({"tenant": set()}, {"team": set()})

    def test_values_of_one_key_add_up(self) -> None:
        assert footprint(LabelIn("a", frozenset("x")), LabelIn("a", frozenset("y"))).labels == {"a": {"x", "y"}}


class TestVocabulary:
    def test_it_holds_the_footprint_and_the_cluster(self) -> None:
        found = footprint(NamespaceIs("asked"), LabelIn("b", frozenset("x")), LabelExists("a"), NamedPort("p", 6))
        vocabulary = Vocabulary.of(found, ["there", "asked"], ["n2", "n1"])
        assert vocabulary.namespaces.values == ("asked", "there")
        assert vocabulary.nodes.values == ("n1", "n2")
        assert list(vocabulary.labels) == ["a", "b"]
        assert vocabulary.port_names == (("p", 6),)


class TestCells:
    NETWORKS = tuple(
        map(ip_network, ("0.0.0.0/4", "16.0.0.0/5", "16.0.0.0/6", "255.255.255.255/32", "10.0.0.0/32", "fc00::/7"))
    )

    def test_addresses_share_a_cell_exactly_where_they_lie_in_the_same_blocks(self) -> None:
        cells = Cells(self.NETWORKS)
        edges = {int(n.network_address) for n in self.NETWORKS if n.version == 4}
        edges |= {int(n.broadcast_address) for n in self.NETWORKS if n.version == 4}
        numbers = {number + step for number in edges for step in (-1, 0, 1)}
        addresses = [ip_address(number) for number in sorted(numbers) if 0 <= number < 2**32]
        for one, other in product(addresses, repeat=2):
            alike = [one in n for n in self.NETWORKS] == [other in n for n in self.NETWORKS]
            assert (cells.cell(one) == cells.cell(other)) == alike, (one, other)

    def test_the_families_have_cells_of_their_own(self) -> None:
        cells = Cells(())
        assert cells.cell(ip_address("0.0.0.1")) != cells.cell(ip_address("::1"))
        assert cells.cell(ip_address("0.0.0.1")) == cells.cell(ip_address("255.0.0.0"))

    def test_the_same_block_twice_is_one(self) -> None:
        cells = Cells([ip_network("10.0.0.0/8"), ip_network("10.0.0.0/8")])
        assert cells.cell(ip_address("10.0.0.0")) == cells.cell(ip_address("10.255.255.255"))
        assert cells.cell(ip_address("9.255.255.255")) == cells.cell(ip_address("11.0.0.0"))

    @pytest.mark.parametrize(("block", "taken", "crowded"), [(32, 1, True), (31, 1, True), (30, 1, False)])
    def test_a_cell_without_room_for_two_more_is_crowded(self, block: int, taken: int, crowded: bool) -> None:
        addresses = [ip_address(f"10.0.0.{place}") for place in range(taken)]
        found = Cells([ip_network(f"10.0.0.0/{block}")]).crowded(addresses)
        assert found == (tuple(addresses) if crowded else ())

    def test_a_block_is_crowded_once_its_addresses_are_taken(self) -> None:
        cells = Cells([ip_network("10.0.0.0/29")])
        addresses = [ip_address(f"10.0.0.{place}") for place in range(8)]
        assert [len(cells.crowded(addresses[:count])) for count in range(9)] == [0, 0, 0, 0, 0, 0, 6, 7, 8]

    def test_what_a_cell_holds_beside_smaller_blocks_counts(self) -> None:
        """Of 10.0.0.0/29 without its lower half four addresses are left; two of them taken leave room for two."""
        cells = Cells([ip_network("10.0.0.0/29"), ip_network("10.0.0.0/30")])
        upper = [ip_address(f"10.0.0.{place}") for place in (4, 5)]
        assert cells.crowded(upper[:1]) == ()
        assert cells.crowded(upper) == tuple(upper)

    def test_an_address_given_twice_is_one(self) -> None:
        assert Cells([ip_network("10.0.0.0/30")]).crowded([ip_address("10.0.0.1")] * 3) == ()


class TestClassify:
    def test_pods_alike_in_the_footprint_are_one_class_in_the_order_of_their_first(self) -> None:
        pods = [web({"app": "b", "x": "1"}), web({"app": "a"}), web({"app": "b", "x": "2"})]
        assert members(pods, LabelIn("app", frozenset("ab"))) == [(0, 2), (1,)]
        assert members(pods, LabelIn("app", frozenset("ab")), LabelIn("x", frozenset("1"))) == [(0,), (1,), (2,)]
        assert members(pods) == [(0, 1, 2)]

    def test_codes_count_from_one(self) -> None:
        assert [one.code for one in classes([web(), PodFacts("db", {})])] == [1, 2]

    def test_values_outside_the_footprint_are_alike_and_absent_is_not(self) -> None:
        pods = [web({"app": "x"}), web({"app": "y"}), web()]
        assert members(pods, LabelExists("app")) == [(0, 1), (2,)]

    def test_namespaces_are_told_apart(self) -> None:
        assert members([web(), PodFacts("db", {}), web()]) == [(0, 2), (1,)]

    def test_named_ports_of_the_footprint_are_told_apart_by_number_and_others_are_not(self) -> None:
        pods = [web(ports=(("http", 6, 80),)), web(ports=(("http", 6, 81),)), web(ports=(("admin", 6, 80),)), web()]
        assert members(pods, NamedPort("http", 6)) == [(0,), (1,), (2, 3)]
        assert members(pods, NamedPort("http", 17)) == [(0, 1, 2, 3)]

    def test_declared_ports_are_told_apart(self) -> None:
        """They choose the witness's port."""
        assert members([web(declared=((6, 80),)), web(declared=((6, 81),)), web(declared=((6, 80),))]) == [(0, 2), (1,)]

    def test_addresses_are_told_apart_by_cell(self) -> None:
        pods = [web(addresses=(ip_address(f"10.{n}.0.1"),)) for n in (0, 1, 2)] + [web()]
        assert members(pods, InCidr(ip_network("10.1.0.0/16"))) == [(0, 2), (1,), (3,)]

    def test_host_networked_pods_are_told_apart_by_node_and_address(self) -> None:
        at = (ip_address("10.0.0.1"),)
        pods = [
            web(host_network=True, node="n1"),
            web(host_network=True, node="n2"),
            web(host_network=True, node="n1"),
            web(host_network=True, node="n1", addresses=at),
            web(node="n1"),
        ]
        assert members(pods) == [(0, 2), (1,), (3,), (4,)]

    def test_the_nodes_of_other_pods_do_not_tell_them_apart_and_are_remembered(self) -> None:
        (one,) = classes([web(node="n1"), web(node="n2")])
        assert one.nodes == {"n1", "n2"}
        (open_one,) = classes([web(node="n1"), web()])
        assert open_one.nodes is None

    def test_a_workload_that_a_predicate_names_is_a_class_of_its_own(self) -> None:
        assert members([web(), web(), web()], WorkloadIs(1)) == [(0, 2), (1,)]

    def test_labels_that_controllers_add_are_free_on_templates_alone(self) -> None:
        keys = ("pod-template-hash", "batch.kubernetes.io/job-name", "app")
        template, pod = classes([web(single=False), web()], *(LabelExists(key) for key in keys))
        assert template.label_codes == {keys[0]: FREE_CODE, keys[1]: FREE_CODE, "app": ABSENT}
        assert pod.label_codes == dict.fromkeys(keys, ABSENT)

    def test_single_is_one_pod_alone_in_its_class(self) -> None:
        assert [one.is_single for one in classes([web()])] == [True]
        assert [one.is_single for one in classes([web(), web()])] == [False]
        assert [one.is_single for one in classes([web(single=False)])] == [False]

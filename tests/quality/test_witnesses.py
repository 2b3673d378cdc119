"""How natural witnesses are: which of all flows that violate an invariant is shown.

Each test pins the choice in a small cluster where there are many. Two Deployments, `web/site` and `db/store` (port
5432), live in declared namespaces with the labels `team: a` and `team: b`, unless a test says otherwise.
"""

from __future__ import annotations

from typing import Any

import pytest

from netqed.analysis.results import Refuted
from support.manifests import Manifest, manifest, namespace, pod, policy, workload
from support.proving import prove, refuted_by, shown, witness_of

WEB, DB = namespace("web", team="a"), namespace("db", team="b")
BUILT_IN = [namespace(name) for name in ("default", "kube-system", "kube-public", "kube-node-lease")]
EVERYWHERE: Manifest = {"namespaceSelector": {}}


def containers(*ports: int | tuple[str, int] | tuple[str, int, str]) -> Manifest:
    """A pod's spec whose one container declares these ports."""
    declared = [
        dict(zip(("name", "containerPort", "protocol"), port, strict=False))
        if isinstance(port, tuple)
        else {"containerPort": port}
        for port in ports
    ]
    return {"containers": [{"name": "c", "image": "i", "ports": declared}]}


def deployment(name: str, where: str, *ports: Any, **labels: str) -> Manifest:
    return workload("Deployment", name, where, labels or {"app": name}, pod=containers(*ports))


SITE, STORE = deployment("site", "web", 8080), deployment("store", "db", 5432)
BASE = [WEB, DB, SITE, STORE]
CLOSED = policy("closed", "db", podSelector={})
AGENT = pod("agent", "web", spec={"hostNetwork": True, "containers": []})


def admit(*peers: Manifest, **rule: Any) -> Manifest:
    """A policy that lets nothing but these peers into namespace db."""
    return policy("admit", "db", podSelector={}, ingress=[{**({"from": list(peers)} if peers else {}), **rule}])


def pods_with(*, everywhere: bool = True, **labels: str) -> Manifest:
    """A peer: pods with these labels, of every namespace or of db alone."""
    return {**(EVERYWHERE if everywhere else {}), "podSelector": {"matchLabels": labels}}


def pods_where(key: str, operator: str, *values: str) -> Manifest:
    expression: Manifest = {"key": key, "operator": operator, **({"values": list(values)} if values else {})}
    return {**EVERYWHERE, "podSelector": {"matchExpressions": [expression]}}


SITE_TO_STORE = "web/deployment/site -> db/deployment/store TCP/5432"


class TestWho:
    def test_workloads_of_the_input_before_invented_pods(self) -> None:
        assert refuted_by(BASE, "web cannot reach db") == SITE_TO_STORE

    def test_a_real_destination_before_a_real_source(self) -> None:
        """Only pods without the label `app` get out of web, and only into pods that have one: no two are both real."""
        out = policy(
            "out",
            "web",
            podSelector={"matchExpressions": [{"key": "app", "operator": "Exists"}]},
            policyTypes=["Egress"],
        )
        assert refuted_by([*BASE, out], "web cannot reach db") == "web/any-pod [new] -> db/deployment/store TCP/5432"

    def test_a_real_source_before_none(self) -> None:
        covered = policy("covered", "db", podSelector={"matchLabels": {"app": "store"}})
        assert refuted_by([*BASE, covered], "web cannot reach db") == ("web/deployment/site -> db/any-pod [new] TCP/1")

    def test_two_workloads_before_replicas_of_one(self) -> None:
        assert refuted_by(BASE, "any pod cannot reach any pod") == "db/deployment/store -> web/deployment/site TCP/8080"
        assert refuted_by(BASE, "any pod cannot reach db") == SITE_TO_STORE
        assert refuted_by(BASE, "anything cannot reach db") == SITE_TO_STORE

    def test_replicas_of_one_before_anything_invented(self) -> None:
        assert refuted_by([WEB, SITE], "web cannot reach web") == "web/deployment/site -> web/deployment/site TCP/8080"
        assert refuted_by(BASE, "only web can reach db") == "db/deployment/store -> db/deployment/store TCP/5432"

    def test_a_pod_never_reaches_itself(self) -> None:
        alone, two = [WEB, pod("one")], [WEB, pod("one"), pod("two")]
        assert refuted_by(alone, "web cannot reach web") == "web/any-pod [new] -> web/one TCP/1"
        assert refuted_by(two, "web cannot reach web") == "web/one -> web/two TCP/1"

    def test_pods_before_templates_then_by_namespace_kind_and_name(self) -> None:
        zeta = pod("zeta", labels={"app": "zeta"})
        alpha = deployment("alpha", "web")
        assert refuted_by([*BASE, alpha, zeta], "web cannot reach db").startswith("web/zeta -> ")
        assert refuted_by([*BASE, alpha], "web cannot reach db").startswith("web/deployment/alpha -> ")
        daemon = workload("DaemonSet", "zulu", "web", {"app": "zulu"})
        assert refuted_by([*BASE, alpha, daemon], "web cannot reach db").startswith("web/daemonset/zulu -> ")

    def test_the_source_is_chosen_before_the_destination(self) -> None:
        """a -> z and b -> y are open; a comes first, whatever it reaches."""
        objects = [WEB, DB, *(deployment(name, "web") for name in "ab"), *(deployment(name, "db") for name in "yz")]
        objects += [
            policy(
                f"into-{to}", "db", podSelector={"matchLabels": {"app": to}}, ingress=[{"from": [pods_with(app=one)]}]
            )
            for one, to in ("az", "by")
        ]
        assert refuted_by(objects, "web cannot reach db") == "web/deployment/a -> db/deployment/z TCP/1"

    def test_the_first_that_violates_and_not_the_first_of_all(self) -> None:
        objects = [WEB, DB, SITE, deployment("alpha", "db"), deployment("beta", "db")]
        objects.append(policy("a", "db", podSelector={"matchLabels": {"app": "alpha"}}))
        assert refuted_by(objects, "web cannot reach db") == "web/deployment/site -> db/deployment/beta TCP/1"

    def test_pods_before_addresses(self) -> None:
        assert refuted_by(BASE, "anything cannot reach db").startswith("web/deployment/site -> ")
        assert refuted_by(BASE, "web cannot reach anything").endswith("-> db/deployment/store TCP/5432")
        assert refuted_by(BASE, "web is isolated") == "db/deployment/store -> web/deployment/site TCP/8080"

    def test_a_host_networked_pod_before_an_address(self) -> None:
        """What gets out of web goes to 8.8.8.0/24, where a node is."""
        node = manifest("v1", "Node", "n1", None, status={"addresses": [{"type": "InternalIP", "address": "8.8.8.4"}]})
        agent = pod("agent", "db", spec={"hostNetwork": True, "nodeName": "n1", "containers": []})
        block = {"ipBlock": {"cidr": "8.8.8.0/24"}}
        out = policy("out", "web", podSelector={}, policyTypes=["Egress"], egress=[{"to": [block]}])
        assert refuted_by([*BASE, node, agent, out], "web cannot reach anything") == (
            "web/deployment/site -> db/agent TCP/1"
        )

    def test_external_addresses_before_nodes(self) -> None:
        assert refuted_by(BASE, "outside cannot reach db") == "203.0.113.1 -> db/deployment/store TCP/5432"

    def test_a_host_networked_pod_only_where_no_other_will_do(self) -> None:
        assert refuted_by([*BASE, AGENT], "web cannot reach db") == SITE_TO_STORE
        assert refuted_by([*BASE, AGENT, CLOSED], "web cannot reach db") == "web/agent -> db/deployment/store TCP/5432"
        assert prove([*BASE, AGENT, CLOSED], "web cannot reach db except host-networked").verdict.word == "proved"

    def test_a_host_networked_destination(self) -> None:
        agent = pod("agent", "db", spec={"hostNetwork": True, "containers": []})
        assert refuted_by([*BASE, agent, CLOSED], "web cannot reach db") == "web/deployment/site -> db/agent TCP/1"

    def test_nothing_but_the_empty_namespaces(self) -> None:
        assert refuted_by([WEB, DB], "web cannot reach db") == "web/any-pod [new] -> db/any-pod [new] TCP/1"

    def test_invented_pods_of_one_name_are_told_apart(self) -> None:
        assert refuted_by([WEB], "any pod cannot reach any pod") == "web/any-pod [new] -> web/another-pod [new] TCP/1"

    def test_templates_of_every_kind_are_workloads(self) -> None:
        objects = [WEB, DB, workload("CronJob", "nightly", "web"), workload("StatefulSet", "pg", "db")]
        assert refuted_by(objects, "web cannot reach db") == "web/cronjob/nightly -> db/statefulset/pg TCP/1"


class TestLabels:
    def test_none_that_is_not_needed(self) -> None:
        """The peer admits what does not carry app=site: a pod without any label."""
        objects = [*BASE, admit(pods_where("app", "NotIn", "site"))]
        assert refuted_by(objects, "web cannot reach db") == "web/any-pod [new] -> db/deployment/store TCP/5432"

    def test_one_that_a_workload_carries_before_one_that_none_does(self) -> None:
        objects = [*BASE, admit(pods_with(everywhere=False, role="x"), pods_with(everywhere=False, app="site"))]
        assert refuted_by(objects, "db cannot reach db") == (
            "db/site [new; label app=site] -> db/deployment/store TCP/5432"
        )

    def test_one_before_two(self) -> None:
        objects = [*BASE, admit(pods_with(role="x", tier="y"), pods_with(zone="z"))]
        assert "[new; label zone=z]" in refuted_by(objects, "web cannot reach db")

    def test_one_before_two_that_workloads_carry(self) -> None:
        carrier = pod("carrier", "db", {"role": "z", "tier": "x", "zone": "y"})
        objects = [*BASE, carrier, admit(pods_with(tier="x", zone="y"), pods_with(role="z"))]
        assert "[new; label role=z]" in refuted_by(objects, "web cannot reach db")

    def test_the_label_that_a_rule_asks_for(self) -> None:
        objects = [*BASE, admit(pods_with(role="admin"))]
        result = prove(objects, "web cannot reach db")
        assert isinstance(result.verdict, Refuted)
        assert shown(result.verdict.witness) == ("web/any-pod [new; label role=admin] -> db/deployment/store TCP/5432")
        assert result.verdict.closers == ("no pod in web has role=admin",)

    def test_a_value_that_nothing_names_is_one_that_a_workload_carries_where_there_is_one(self) -> None:
        either = {
            "matchExpressions": [
                {"key": "app", "operator": "NotIn", "values": ["site"]},
                {"key": "app", "operator": "Exists"},
            ]
        }
        objects = [*BASE, admit({**EVERYWHERE, "podSelector": either})]
        assert "web/store [new; label app=store]" in refuted_by(objects, "web cannot reach db")

    def test_and_else_a_word_that_says_so(self) -> None:
        objects = [*BASE, admit(pods_where("role", "Exists"))]
        result = prove(objects, "web cannot reach db")
        assert isinstance(result.verdict, Refuted)
        assert "web/any-pod [new; label role=other]" in shown(result.verdict.witness)
        assert result.verdict.closers == ("no pod in web has role",)

    def test_an_invented_pod_is_called_after_its_telling_label(self) -> None:
        objects = [*BASE, admit(pods_with(**{"app.kubernetes.io/name": "Grafana_X.y"}))]
        assert refuted_by(objects, "web cannot reach db").startswith("web/grafana-x-y [new; ")

    def test_what_a_controller_adds_is_marked(self) -> None:
        objects = [*BASE, admit(pods_with(**{"pod-template-hash": "abc"}))]
        assert refuted_by(objects, "web cannot reach db").startswith(
            "web/deployment/site [label pod-template-hash=abc (a controller adds it)] -> "
        )


class TestNamespaces:
    TEAM = admit({"namespaceSelector": {"matchLabels": {"team": "a"}}})
    OPS = admit({"namespaceSelector": {"matchLabels": {"purpose": "ops"}}})
    SENTENCE = "only web can reach db"

    def test_a_declared_one_before_others(self) -> None:
        objects = [WEB, DB, namespace("empty"), STORE, admit(pods_with(role="x"))]
        assert refuted_by(objects, self.SENTENCE).startswith("db/any-pod [new; label role=x] -> ")

    def test_a_known_one_before_one_that_nobody_knows_and_its_closer(self) -> None:
        result = prove([*BASE, self.TEAM], self.SENTENCE)
        assert isinstance(result.verdict, Refuted)
        assert shown(result.verdict.witness).startswith(
            "default/any-pod [new; namespace undeclared; namespace label team=a] -> "
        )
        assert result.verdict.closers == ("only web has team=a",)

    def test_one_that_nobody_knows_and_its_closers(self) -> None:
        result = prove([*BASE, *BUILT_IN, self.TEAM], self.SENTENCE)
        assert isinstance(result.verdict, Refuted)
        assert shown(result.verdict.witness).startswith(
            "other-namespace/any-pod [new; namespace undeclared; namespace label team=a] -> "
        )
        assert result.verdict.closers == ("no other namespaces", "only web has team=a")

    def test_the_name_is_one_that_says_nothing_unless_the_policies_name_it(self) -> None:
        """`ops` is a label's value, and would be a misleading name for a namespace that may have any."""
        assert refuted_by([*BASE, *BUILT_IN, self.OPS], self.SENTENCE).startswith(
            "other-namespace/any-pod [new; namespace undeclared; namespace label purpose=ops] -> "
        )
        named = admit({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}})
        assert refuted_by([*BASE, *BUILT_IN, named], self.SENTENCE).startswith(
            "monitoring/any-pod [new; namespace undeclared] -> "
        )

    def test_two_that_nobody_knows_have_two_names(self) -> None:
        closed = [
            policy("closed", one, podSelector={}) for one in ("web", "db", *(n["metadata"]["name"] for n in BUILT_IN))
        ]
        assert refuted_by(
            [*BASE, *BUILT_IN, *closed, self.OPS], "no pod can reach a pod of another namespace except to db"
        ) == ("db/deployment/store -> other-namespace/any-pod [new; namespace undeclared] TCP/1")
        quiet = [
            policy("quiet", item["metadata"]["namespace"], podSelector={}, policyTypes=["Egress"]) for item in closed
        ]
        assert refuted_by(
            [*BASE, *BUILT_IN, *closed, *quiet, self.OPS], "no pod can reach a pod of another namespace except to db"
        ) == (
            "other-namespace/any-pod [new; namespace undeclared] -> "
            "another-namespace/any-pod [new; namespace undeclared] TCP/1"
        )

    def test_a_label_of_a_namespace_that_is_not_declared_is_said_to_be_open(self) -> None:
        objects = [DB, SITE, STORE, self.OPS]
        assert refuted_by(objects, "web cannot reach db") == (
            "web/deployment/site [namespace undeclared; namespace label purpose=ops] -> db/deployment/store TCP/5432"
        )

    def test_a_label_that_is_not_needed_is_not_invented(self) -> None:
        assert refuted_by([DB, SITE, STORE, self.OPS], "db cannot reach web") == (
            "db/deployment/store -> web/deployment/site [namespace undeclared] TCP/8080"
        )

    def test_the_closer_is_the_name_where_the_label_is_the_name(self) -> None:
        named = [manifest("v1", "Namespace", one, None, metadata={"labels": {"name": one}}) for one in ("web", "db")]
        objects = [*named, SITE, STORE, admit({"namespaceSelector": {"matchLabels": {"name": "web"}}})]
        verdict = prove(objects, self.SENTENCE).verdict
        assert isinstance(verdict, Refuted)
        assert verdict.closers == ("every namespace has label name with its own name", "only web has name=web")


class TestPorts:
    def test_one_that_a_container_declares(self) -> None:
        assert refuted_by(
            [*BASE, admit(ports=[{"port": 80}, {"port": 5000, "endPort": 6000}])], "web cannot reach db"
        ).endswith("TCP/5432")

    def test_the_lowest_of_those_that_are_declared(self) -> None:
        objects = [WEB, DB, SITE, deployment("store", "db", 9090, 5432, 8080)]
        assert refuted_by(objects, "web cannot reach db").endswith("TCP/5432")

    def test_a_destination_that_declares_one_before_one_that_does_not(self) -> None:
        assert refuted_by([*BASE, deployment("aaa", "db")], "web cannot reach db") == SITE_TO_STORE

    def test_a_declared_one_of_another_protocol_before_tcp(self) -> None:
        objects = [WEB, DB, SITE, deployment("dns", "db", ("dns", 53, "UDP"))]
        assert refuted_by(objects, "web cannot reach db").endswith("UDP/53")

    def test_tcp_of_two_that_are_declared(self) -> None:
        objects = [WEB, DB, SITE, deployment("dns", "db", ("dns", 53, "UDP"), ("dns-tcp", 5353, "TCP"))]
        assert refuted_by(objects, "web cannot reach db").endswith("TCP/5353")

    @pytest.mark.parametrize(
        ("ports", "shown_port"),
        [
            ([{"port": 9000, "endPort": 9010}, {"port": 53, "protocol": "UDP"}], "TCP/9000"),
            ([{"port": 54, "protocol": "UDP"}, {"port": 53, "protocol": "UDP"}], "UDP/53"),
            ([{"protocol": "SCTP"}], "SCTP/1"),
        ],
    )
    def test_else_the_lowest_of_tcp_udp_and_sctp_in_that_order(self, ports: list[Manifest], shown_port: str) -> None:
        assert refuted_by([*BASE, admit(ports=ports)], "web cannot reach db").endswith(shown_port)

    @pytest.mark.parametrize(
        ("words", "shown_port"),
        [
            (" on TCP/5000-6000", "TCP/5432"),
            (" on TCP/6000-7000", "TCP/6000"),
            (" on UDP", "UDP/1"),
            (" on ICMP", "ICMP"),
            (" except on TCP/5432", "TCP/1"),
            (" except on TCP", "UDP/1"),
        ],
    )
    def test_within_what_the_sentence_speaks_of(self, words: str, shown_port: str) -> None:
        assert refuted_by(BASE, f"web cannot reach db{words}").endswith(shown_port)

    def test_a_named_port_as_it_is_declared(self) -> None:
        objects = [WEB, DB, SITE, deployment("store", "db", ("http", 8443)), admit(ports=[{"port": "http"}])]
        witness = witness_of(objects, "web cannot reach db")
        assert (shown(witness), witness.port_name) == ("web/deployment/site -> db/deployment/store TCP/8443", "http")

    def test_a_named_port_that_nobody_declares_is_invented(self) -> None:
        witness = witness_of([*BASE, admit(ports=[{"port": "http"}])], "web cannot reach db")
        assert shown(witness) == "web/deployment/site -> db/any-pod [new; port name http] TCP/1"
        assert witness.port_name == "http"


class TestAddresses:
    def test_external_sides_are_in_the_ranges_kept_for_documentation(self) -> None:
        assert refuted_by(BASE, "internet cannot reach db") == "203.0.113.1 -> db/deployment/store TCP/5432"
        assert refuted_by(BASE, "web cannot reach internet") == "web/deployment/site -> 203.0.113.1 TCP/1"

    @pytest.mark.parametrize(
        ("block", "address"),
        [
            ({"cidr": "0.0.0.0/0", "except": ["203.0.113.0/24"]}, "198.51.100.1"),
            ({"cidr": "0.0.0.0/0", "except": ["203.0.113.1/32"]}, "203.0.113.2"),
            ({"cidr": "0.0.0.0/0", "except": ["203.0.113.0/30"]}, "203.0.113.4"),
            ({"cidr": "8.8.0.0/16"}, "8.8.0.1"),
            ({"cidr": "8.8.8.8/32"}, "8.8.8.8"),
            ({"cidr": "2000::/3"}, "2001:db8::1"),
            ({"cidr": "2606:4700::/32"}, "2606:4700::1"),
        ],
    )
    def test_and_else_where_the_policies_let_them_be(self, block: Manifest, address: str) -> None:
        out = policy("out", "web", podSelector={}, policyTypes=["Egress"], egress=[{"to": [{"ipBlock": block}]}])
        assert refuted_by([*BASE, out], "web cannot reach internet") == f"web/deployment/site -> {address} TCP/1"

    def test_the_address_that_the_sentence_names(self) -> None:
        assert refuted_by(BASE, "192.0.2.0/24 cannot reach db").startswith("192.0.2.1 -> ")
        assert refuted_by(BASE, "198.51.100.77 cannot reach db").startswith("198.51.100.77 -> ")

    @pytest.mark.parametrize(
        ("cluster", "source", "destination"),
        [
            ({}, "10.0.0.1", "10.0.0.2"),
            ({"podCIDRs": ["10.244.0.0/16"]}, "10.244.0.1", "10.244.0.2"),
            ({"families": ["IPv6"]}, "fc00::1", "fc00::2"),
            ({"families": ["IPv6"], "podCIDRs": ["fd12::/64"]}, "fd12::1", "fd12::2"),
        ],
    )
    def test_pods_are_at_the_start_of_their_ranges(self, cluster: Manifest, source: str, destination: str) -> None:
        witness = witness_of(BASE, "web cannot reach db", cluster=cluster)
        assert (witness.source.address, witness.destination.address) == (source, destination)

    def test_a_known_address_is_kept(self) -> None:
        there = {"phase": "Running", "podIP": "10.9.9.9", "podIPs": [{"ip": "10.9.9.9"}]}
        witness = witness_of([WEB, DB, pod("a", status=there), STORE], "web cannot reach db")
        assert (witness.source.address, witness.destination.address) == ("10.9.9.9", "10.0.0.1")

    def test_ipv4_before_ipv6(self) -> None:
        assert witness_of(BASE, "web cannot reach db").family == "IPv4"
        into = admit({"ipBlock": {"cidr": "fd00::/8"}})
        assert witness_of([*BASE, into], "web cannot reach db").family == "IPv6"

    def test_a_node_of_the_input_at_its_address(self) -> None:
        node = manifest(
            "v1", "Node", "n1", None, status={"addresses": [{"type": "InternalIP", "address": "192.168.7.4"}]}
        )
        witness = witness_of([*BASE, node], "nodes cannot reach db")
        assert (shown(witness), witness.source.address) == ("n1 -> db/deployment/store TCP/5432", "192.168.7.4")

    def test_a_node_exists_though_the_input_lists_none(self) -> None:
        witness = witness_of(BASE, "nodes cannot reach db")
        assert (shown(witness), witness.real) == ("any-node -> db/deployment/store TCP/5432", True)

    def test_the_internet_comes_through_a_node_where_a_service_forwards_it(self) -> None:
        exposed = manifest(
            "v1",
            "Service",
            "store",
            "db",
            spec={
                "type": "NodePort",
                "selector": {"app": "store"},
                "ports": [{"port": 80, "targetPort": 5432}],
            },
        )
        objects = [*BASE, exposed, admit({"ipBlock": {"cidr": "10.0.0.0/8"}})]
        assert refuted_by(objects, "internet cannot reach db") == "any-node -> db/deployment/store TCP/5432"
        assert prove(objects[:4] + objects[5:], "internet cannot reach db").verdict.word == "proved"


class TestBlocked:
    """`can` is refuted by a flow that is blocked."""

    def test_between_the_workloads_of_the_input_on_the_port_that_is_named(self) -> None:
        witness = witness_of([*BASE, CLOSED], "web can reach db on TCP/5432")
        assert (shown(witness), witness.decision.allowed) == (SITE_TO_STORE, False)

    def test_on_a_declared_port_where_none_is_named(self) -> None:
        assert refuted_by([*BASE, CLOSED], "web can reach db") == SITE_TO_STORE

    def test_on_a_port_that_the_rules_leave_out(self) -> None:
        assert refuted_by([*BASE, admit(ports=[{"port": 5432}])], "web can reach db").endswith("TCP/1")

    def test_from_the_one_workload_that_is_blocked(self) -> None:
        objects = [*BASE, deployment("cron", "web"), admit(pods_with(app="site"))]
        assert refuted_by(objects, "web can reach db on TCP/5432").startswith("web/deployment/cron -> ")

    def test_from_an_invented_pod_in_scope_always(self) -> None:
        objects = [*BASE, admit(pods_with(app="site"))]
        assert prove(objects, "web can reach db on TCP/5432").verdict.word == "proved"
        assert refuted_by(objects, "web can reach db on TCP/5432", scope="always") == (
            "web/any-pod [new] -> db/deployment/store TCP/5432"
        )

    def test_from_an_address_that_the_blocks_leave_out(self) -> None:
        objects = [*BASE, admit({"ipBlock": {"cidr": "203.0.113.0/24"}})]
        assert refuted_by(objects, "internet can reach db on TCP/5432").startswith("198.51.100.1 -> ")


class TestForms:
    def test_no_pod_of_another_namespace(self) -> None:
        sentence = "no pod can reach a pod of another namespace"
        assert refuted_by(BASE, sentence) == "db/deployment/store -> web/deployment/site TCP/8080"
        closed = [policy("closed", one, podSelector={}) for one in ("web", "db")]
        assert refuted_by([*BASE, *closed], sentence) == (
            "db/deployment/store -> default/any-pod [new; namespace undeclared] TCP/1"
        )

    def test_no_pod_with_another_value(self) -> None:
        for owner in ("label app", "namespace label team"):
            assert refuted_by(BASE, f"no pod can reach a pod with another value of {owner}") == (
                "db/deployment/store -> web/deployment/site TCP/8080"
            )

    def test_isolation_from_a_party(self) -> None:
        assert refuted_by([*BASE, CLOSED], "web is isolated from db") == (
            "db/deployment/store -> web/deployment/site TCP/8080"
        )

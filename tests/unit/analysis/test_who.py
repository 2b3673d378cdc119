"""Who takes part: the roster, the endpoints of sentences, the questions that invariants ask, the hints and counts."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from netqed.analysis.counts import namespaces_of
from netqed.analysis.questions import default_scope
from netqed.analysis.roster import Roster
from netqed.spec.sentences import BuiltIn, Name, WorkloadRef
from netqed_smt.model import Side
from support.manifests import Manifest, controlled, manifest, namespace, pod, policy, workload
from support.policy_model import End, Flow, holds
from support.proving import check, prove, session

WEB, DB = namespace("web", team="a"), namespace("db")
SITE = workload("Deployment", "site", "web", {"app": "site"})
STORE = workload("Deployment", "store", "db", {"app": "store"})
BASE = [WEB, DB, SITE, STORE]


def roster(*objects: Manifest, **spec: Any) -> Roster:
    return session(objects, **spec).roster


def service(kind: str = "ClusterIP", **spec: Any) -> Manifest:
    return manifest("v1", "Service", "store", "db", spec={"type": kind, "selector": {"app": "store"}, **spec})


class TestRoster:
    def test_pods_come_before_templates_and_then_names_decide(self) -> None:
        found = roster(
            *BASE, pod("z", "web"), pod("a", "web"), pod("m", "db"), workload("DaemonSet", "site", "web")
        ).workloads
        assert [one.display for one in found] == [
            "db/m",
            "web/a",
            "web/z",
            "db/deployment/store",
            "web/daemonset/site",
            "web/deployment/site",
        ]

    def test_known_namespaces_are_declared_lived_in_built_in_or_stated(self) -> None:
        found = roster(WEB, pod("p", "lived-in"), namespaces={"partners": {"team": "b2b"}}).namespaces
        assert found == {
            "web": {"team": "a"},
            "lived-in": None,
            "partners": {"team": "b2b"},
            **dict.fromkeys(("default", "kube-system", "kube-public", "kube-node-lease")),
        }

    def test_the_label_with_the_name_is_no_declared_label(self) -> None:
        labels = {"kubernetes.io/metadata.name": "web", "team": "a"}
        assert roster(namespace("web", **labels)).namespaces["web"] == {"team": "a"}

    def test_a_reference_means_the_workload_and_the_pods_that_stem_from_it(self) -> None:
        owned = pod("site-1", "web", metadata=controlled("ReplicaSet", "site"))
        found = roster(WEB, pod("site-2", "web"), owned)
        assert [found.workloads[i].name for i in found.referred(WorkloadRef("web", "replicaset", "site"))] == ["site-1"]
        assert found.referred(WorkloadRef("web", "pod", "nobody")) == ()

    def test_pods_are_single_and_templates_are_not(self) -> None:
        facts = roster(WEB, SITE, pod("p")).population.pods
        assert [(one.labels["app"], one.single) for one in facts] == [("a", True), ("site", False)]

    def test_pod_ranges_are_the_private_ones_of_each_family_that_the_spec_leaves_open(self) -> None:
        def ranges(**cluster: Any) -> list[str]:
            return [str(one) for one in roster(WEB, cluster=cluster).population.pod_ranges]

        private = ranges()
        assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"} < set(private)
        assert ranges(podCIDRs=["11.0.0.0/16"]) == ["11.0.0.0/16", "fc00::/7"]
        assert ranges(podCIDRs=["11.0.0.0/16", "fd12::/64"]) == ["11.0.0.0/16", "fd12::/64"]
        assert roster(WEB).population.external_outside == ()
        outside = roster(WEB, cluster={"podCIDRs": ["11.0.0.0/16"]}).population.external_outside
        assert [str(one) for one in outside] == ["11.0.0.0/16"]

    def test_a_host_networked_pod_is_at_its_nodes_address(self) -> None:
        node = manifest(
            "v1", "Node", "n1", None, status={"addresses": [{"type": "InternalIP", "address": "192.168.7.4"}]}
        )
        agent = pod("agent", spec={"hostNetwork": True, "nodeName": "n1", "containers": []})
        (facts,) = roster(WEB, node, agent).population.pods
        assert [str(one) for one in facts.addresses] == ["192.168.7.4"]
        assert roster(WEB, node).population.nodes_complete and not roster(WEB).population.nodes_complete


POD = End(namespace="web", labels={"app": "site"}, namespace_labels={"team": "a"}, workload=1)
HOST_POD = End(namespace="web", host_network=True)
NODE, OUTSIDE = End("host", ""), End("external", "")


class TestEndpoints:
    """The sets of sentences, on ends of every kind; the roster's workloads are db/store (0) and web/site (1)."""

    def members(self, text: str, **spec: Any) -> set[str]:
        """Which of some ends are in the set, as a source."""
        known = session(BASE, f"{text} cannot reach db", **spec)
        endpoint = known.spec.invariants[0].invariant.source  # type: ignore[union-attr]  # the form is the line above
        predicate = known.endpoints.member(endpoint, Side.SOURCE)
        ends = {"pod": POD, "host-networked": HOST_POD, "node": NODE, "outside": OUTSIDE}
        return {name for name, end in ends.items() if holds(predicate, Flow(source=end))}

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("any pod", {"pod", "host-networked"}),
            ("anything", {"pod", "host-networked", "node", "outside"}),
            ("outside", {"node", "outside"}),
            ("nodes", {"node"}),
            ("web", {"pod", "host-networked"}),
            ("kube-system", set()),
            ("web/app=site", {"pod"}),
            ("web/app!=site", {"host-networked"}),
            ("ns(team=a)", {"pod"}),
            ("ns(team=a)/app=site", {"pod"}),
            ("ns(team=b)", set()),
            ("web/deployment/site", {"pod"}),
            ("db/deployment/store", set()),
            ("10.0.0.0/8", {"pod", "host-networked", "node", "outside"}),
            ("10.0.0.1", {"pod", "host-networked", "node", "outside"}),
            ("11.0.0.0/8", set()),
            ("nodes, web/app=site", {"pod", "node"}),
            ("internet", set()),
        ],
    )
    def test_a_set_holds_who_it_says(self, text: str, expected: set[str]) -> None:
        assert self.members(text) == expected

    @pytest.mark.parametrize(
        ("address", "inside"),
        [
            ("203.0.113.1", True),
            ("8.8.8.8", True),
            ("2606:4700::1", True),
            ("10.0.0.1", False),
            ("127.0.0.1", False),
            ("169.254.169.254", False),
            ("fe80::1", False),
            ("11.0.0.1", False),
        ],
    )
    def test_the_internet_is_outside_the_special_ranges_and_the_pods_own(self, address: str, inside: bool) -> None:
        known = session(BASE, cluster={"podCIDRs": ["11.0.0.0/16"]})
        predicate = known.endpoints.member(BuiltIn("internet"), Side.SOURCE)
        for kind, counts in (("external", inside), ("pod", False), ("host", False)):
            end = End(kind, "web", address=ip_address(address))  # type: ignore[arg-type]  # the three kinds
            assert holds(predicate, Flow(source=end)) is counts

    @pytest.mark.parametrize(
        ("kind", "through"), [("NodePort", True), ("LoadBalancer", True), ("ClusterIP", False), ("ExternalName", False)]
    )
    def test_it_comes_through_nodes_where_a_service_lets_it(self, kind: str, through: bool) -> None:
        ports = [{"port": 80}]
        known = session([*BASE, service(kind, ports=ports, externalName="x.example")])
        predicate = known.endpoints.member(BuiltIn("internet"), Side.SOURCE)
        store = End(namespace="db", labels={"app": "store"})
        assert holds(predicate, Flow(NODE, store)) is through
        assert not holds(predicate, Flow(NODE, End(namespace="db")))
        assert not holds(predicate, Flow(NODE, End(namespace="web", labels={"app": "store"})))
        assert not holds(predicate, Flow(HOST_POD, store))
        assert not holds(known.endpoints.member(BuiltIn("internet"), Side.DESTINATION), Flow(store, NODE))

    def test_a_service_without_a_selector_lets_nobody_in(self) -> None:
        bare = manifest("v1", "Service", "s", "db", spec={"type": "NodePort", "ports": [{"port": 80}]})
        known = session([*BASE, bare])
        predicate = known.endpoints.member(BuiltIn("internet"), Side.SOURCE)
        assert not holds(predicate, Flow(NODE, End(namespace="db")))

    def test_a_name_that_was_not_resolved_is_no_set(self) -> None:
        with pytest.raises(ValueError, match="not resolved"):
            session(BASE).endpoints.who(Name("web"))


STORE_END = End(namespace="db", labels={"app": "store"})


class TestQuestions:
    def asked(self, sentence: str, flow: Flow) -> bool:
        """Whether the sentence speaks of the flow."""
        known = session(BASE, sentence)
        return holds(known.question_of(known.spec.invariants[0].invariant).subject, flow)

    @pytest.mark.parametrize(
        ("sentence", "there", "back"),
        [
            ("web cannot reach db", True, False),
            ("web can reach db", True, False),
            ("only web can reach db", False, False),
            ("only db can reach db", True, False),
            ("only kube-system can reach web", False, True),
            ("web is isolated", True, True),
            ("web is isolated from db", True, True),
            ("web is isolated from kube-system", False, False),
            ("no pod can reach a pod of another namespace", True, True),
            ("no pod can reach a pod with another value of label app", True, True),
            ("no pod can reach a pod with another value of namespace label team", False, True),
            ("no pod can reach a pod with another value of namespace label kubernetes.io/metadata.name", True, True),
            ("web cannot reach db except from web/app=site", False, False),
            ("web cannot reach db except db/app=store", False, False),
            ("web cannot reach db except from web/app=other", True, False),
            ("web cannot reach db except on TCP/80", False, False),
            ("web cannot reach db except on TCP/81", True, False),
            ("web cannot reach db except from web/app=site on TCP/81", True, False),
            ("web cannot reach db on TCP/80", True, False),
            ("web cannot reach db on TCP/70-80", True, False),
            ("web cannot reach db on TCP", True, False),
            ("web cannot reach db on TCP/81", False, False),
            ("web cannot reach db on UDP", False, False),
        ],
    )
    def test_a_sentence_speaks_of_its_flows(self, sentence: str, there: bool, back: bool) -> None:
        assert self.asked(sentence, Flow(POD, STORE_END)) is there
        assert self.asked(sentence, Flow(STORE_END, POD)) is back

    def test_without_ports_it_speaks_of_tcp_udp_and_sctp(self) -> None:
        spoken = {n for n in (1, 6, 17, 47, 132) if self.asked("web cannot reach db", Flow(POD, STORE_END, n))}
        assert spoken == {6, 17, 132}
        assert self.asked("web cannot reach db on ICMP", Flow(POD, STORE_END, 1, 0))

    def test_never_of_a_pod_and_itself(self) -> None:
        assert self.asked("web cannot reach web", Flow(POD, POD))
        assert not self.asked("web cannot reach web", Flow(POD, POD, same=True))

    def test_never_of_what_a_pods_own_node_sends_it(self) -> None:
        assert self.asked("nodes cannot reach db", Flow(NODE, STORE_END))
        assert not self.asked("nodes cannot reach db", Flow(NODE, STORE_END, own_node=True))
        assert self.asked("web cannot reach db", Flow(HOST_POD, STORE_END, own_node=True))

    def test_never_of_flows_that_no_pod_takes_part_in(self) -> None:
        assert not self.asked("anything cannot reach anything", Flow(OUTSIDE, NODE))
        assert self.asked("anything cannot reach anything", Flow(OUTSIDE, POD))

    def test_except_host_networked_is_of_either_side(self) -> None:
        sentence = "anything cannot reach anything except host-networked"
        assert not self.asked(sentence, Flow(HOST_POD, STORE_END))
        assert not self.asked(sentence, Flow(STORE_END, HOST_POD))
        assert self.asked(sentence, Flow(POD, STORE_END))

    @pytest.mark.parametrize(
        ("sentence", "must_allow", "scope"),
        [
            ("web can reach db", True, "now"),
            ("web cannot reach db", False, "always"),
            ("only web can reach db", False, "always"),
            ("web is isolated", False, "always"),
        ],
    )
    def test_can_alone_asks_for_what_is_blocked_and_of_now(self, sentence: str, must_allow: bool, scope: str) -> None:
        known = session(BASE, sentence)
        invariant = known.spec.invariants[0].invariant
        assert (known.question_of(invariant).must_allow, default_scope(invariant)) == (must_allow, scope)


class TestPortHints:
    SERVICE: Manifest = service(ports=[{"port": 80, "targetPort": 5432}])

    def hints(self, sentence: str, *more: Manifest) -> list[str]:
        return [hint for hint in prove([*BASE, *more], sentence).hints if "Service" in hint]

    @pytest.mark.parametrize(
        "sentence",
        [
            "web cannot reach db on TCP/80",
            "web can reach db/app=store on TCP/80",
            "only web can reach db on TCP/80",
            "web cannot reach db on TCP/90, TCP/80",
        ],
    )
    def test_a_services_port_that_is_not_its_pods(self, sentence: str) -> None:
        (hint,) = self.hints(sentence, self.SERVICE)
        assert "TCP/80 is the port of Service db/store" in hint and "did you mean TCP/5432?" in hint

    @pytest.mark.parametrize(
        "sentence",
        [
            "web cannot reach db on TCP/5432",
            "web cannot reach db on UDP/80",
            "web cannot reach db on TCP/70-90",
            "web cannot reach db",
            "db cannot reach web on TCP/80",
            "web is isolated on TCP/80",
        ],
    )
    def test_and_nothing_where_there_is_no_slip(self, sentence: str) -> None:
        assert self.hints(sentence, self.SERVICE) == []

    def test_no_hint_where_the_pods_listen_on_that_port(self) -> None:
        sentence = "web cannot reach db on TCP/80"
        assert self.hints(sentence, service(ports=[{"port": 80}])) == []
        assert self.hints(sentence, service(ports=[{"port": 80, "targetPort": 80}])) == []
        port = {"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80}]}]}
        assert self.hints(sentence, self.SERVICE, workload("Job", "j", "db", {"app": "store"}, pod=port)) == []

    def test_a_named_target_is_looked_up(self) -> None:
        port = {"containers": [{"name": "c", "image": "i", "ports": [{"name": "pg", "containerPort": 5432}]}]}
        named = [
            service(ports=[{"port": 80, "targetPort": "pg"}]),
            workload("Job", "j", "db", {"app": "store"}, pod=port),
        ]
        (hint,) = self.hints("web cannot reach db on TCP/80", *named)
        assert "did you mean TCP/5432?" in hint
        assert self.hints("web cannot reach db on TCP/5432", *named) == []


class TestCounts:
    def test_each_namespace_that_holds_or_is_spoken_of_has_its_counts(self) -> None:
        objects = [
            *BASE,
            pod("probe", "db", {"role": "probe"}),
            pod("agent", "db", {"app": "store"}, spec={"hostNetwork": True, "containers": []}),
            policy("in", "db", podSelector={"matchLabels": {"app": "store"}}),
            policy("out", "db", podSelector={}, policyTypes=["Egress"]),
            policy("both", "web", egress=[{}]),
            policy("idle", "empty"),
        ]
        sentences = [
            "web cannot reach db",
            "db cannot reach kube-system",
            "any pod cannot reach web/deployment/site",
            "no pod can reach a pod of another namespace except to db",
        ]
        found = {
            one.namespace: (
                one.declared,
                one.policies,
                one.workloads,
                one.isolated_ingress,
                one.isolated_egress,
                one.invariants,
            )
            for one in check(objects, *sentences).namespaces
        }
        assert found == {
            "db": (True, 2, 3, 1, 2, 3),
            "empty": (False, 1, 0, 0, 0, 0),
            "kube-system": (False, 0, 0, 0, 0, 1),
            "web": (True, 1, 1, 1, 1, 2),
        }

    @pytest.mark.parametrize(
        ("sentence", "names"),
        [
            ("web, db cannot reach kube-system", {"web", "db", "kube-system"}),
            ("web is isolated from db", {"web", "db"}),
            ("ns(team=a) cannot reach internet", set()),
            ("web/deployment/site cannot reach 10.0.0.0/8 except from db/app=store", {"web", "db"}),
            ("no pod can reach a pod with another value of label app except from web", {"web"}),
        ],
    )
    def test_the_namespaces_that_a_sentence_names(self, sentence: str, names: set[str]) -> None:
        assert set(namespaces_of(session(BASE, sentence).spec.invariants[0].invariant)) == names

"""Small worlds written by hand, each about one way in which a universe or a sentence is easily misread.

Every case states the words of its sentences as the design's text has them, so that brute force is held to it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from netqed.resources.cluster import BUILT_IN_NAMESPACES
from netqed.resources.objects import (
    ContainerPort,
    IPBlock,
    NetworkPolicy,
    Node,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Service,
)
from netqed.spec.document import ClusterFacts
from netqed.spec.sentences import (
    AnyOf,
    Block,
    BuiltIn,
    CannotReach,
    CanReach,
    EveryPodHas,
    Exception_,
    Isolated,
    NamespacesNamed,
    NoOtherNamespace,
    NoOtherNamespaces,
    NoOtherValue,
    NoPodHas,
    OnlyCanReach,
    OnlyNamespaceHas,
    Pods,
    PortRange,
    WorkloadRef,
)
from support.cases import ALL, HOSTS, TCP_80, Case, admit, case, deployment, pod
from support.footprint import NAME_KEY
from support.judging import expression, matching

WEB, PAY = pod("web", "checkout", "10.244.0.1"), pod("pay", "api", "10.244.0.2")
BY_NAME = PolicyPeer(matching(app="checkout"), matching(name="web"))
PAYMENTS = admit("pay", BY_NAME)
CHECKOUT = Pods("web", matching(app="checkout"))
ANALYTICS = Pods("analytics")
NAMED = {"web": {"name": "web"}, "pay": {"name": "pay"}, "analytics": {"name": "analytics"}}

TEAMS = expression("team", "Exists")
OTHER_APPS = Exception_(
    destination=AnyOf((Pods("web", expression("app", "NotIn", "api")), Pods(expression(NAME_KEY, "NotIn", "web"))))
)

NASTY: Mapping[str, Case] = {
    "a label that any undeclared namespace may carry": case(
        [(OnlyCanReach(CHECKOUT, Pods("pay")), "refuted"), (CannotReach(ANALYTICS, Pods("pay")), "proved")],
        [WEB, PAY],
        [PAYMENTS],
        NAMED,
    ),
    "closed by no other namespaces": case(
        [(OnlyCanReach(CHECKOUT, Pods("pay")), "refuted"), (CannotReach(ANALYTICS, Pods("pay")), "proved")],
        [WEB, PAY],
        [PAYMENTS],
        NAMED,
        [NoOtherNamespaces()],
    ),
    "closed by names as labels": case(
        [(OnlyCanReach(CHECKOUT, Pods("pay")), "proved"), (CannotReach(ANALYTICS, Pods("pay")), "proved")],
        [WEB, PAY],
        [PAYMENTS],
        NAMED,
        [NamespacesNamed("name")],
    ),
    "closed by the only namespace that is labelled so": case(
        [(OnlyCanReach(CHECKOUT, Pods("pay")), "proved")],
        [WEB, PAY],
        [PAYMENTS],
        NAMED,
        [OnlyNamespaceHas(("web",), matching(name="web"))],
    ),
    "a namespace that nobody has named yet": case(
        [(CannotReach(BuiltIn("any pod"), Pods("pay")), "refuted"), (Isolated(Pods("pay"), Pods("web")), "proved")],
        [WEB, PAY],
        [NetworkPolicy("pay", "p", None, ("Ingress", "Egress"), (PolicyRule((PolicyPeer(None, TEAMS),)),))],
        {**NAMED, **{name: {} for name in BUILT_IN_NAMESPACES}},
    ),
    "no namespace that nobody has named yet": case(
        [(CannotReach(BuiltIn("any pod"), Pods("pay")), "proved")],
        [WEB, PAY],
        [admit("pay", PolicyPeer(None, TEAMS))],
        {**NAMED, **{name: {} for name in BUILT_IN_NAMESPACES}},
        [NoOtherNamespaces()],
    ),
    "an external address may be private": case(
        [
            (CannotReach(BuiltIn("outside"), Pods("pay"), (), (Exception_(BuiltIn("nodes")),)), "refuted"),
            (CannotReach(BuiltIn("internet"), Pods("pay")), "proved"),
        ],
        [PAY],
        [admit("pay", PolicyPeer(ip_block=IPBlock("10.9.0.0/16")))],
    ),
    "values that nobody has named yet differ": case(
        [(NoOtherValue("app", "pod"), "refuted"), (NoOtherValue("app", "pod", (), (OTHER_APPS,)), "proved")],
        [WEB, PAY],
        [
            NetworkPolicy(
                name,
                "p",
                matching(app="api"),
                ("Ingress",),
                ingress=(PolicyRule((PolicyPeer(matching(app="api"), ALL),)),),
            )
            for name in ("web", "pay")
        ],
    ),
    "an undeclared namespace may be labelled like another": case(
        [(CannotReach(ANALYTICS, Pods("pay")), "refuted")], [WEB, PAY], [PAYMENTS]
    ),
    "two pods of one undeclared namespace share its labels": case(
        [(CannotReach(Pods("dev", matching(app="a")), Pods("dev", matching(app="b"))), "proved")],
        [pod("dev", "a"), pod("dev", "b")],
        [
            NetworkPolicy("dev", "in", None, ("Ingress",), (PolicyRule((PolicyPeer(None, matching(team="x")),)),)),
            NetworkPolicy(
                "dev",
                "out",
                None,
                ("Egress",),
                egress=(PolicyRule((PolicyPeer(None, expression("team", "DoesNotExist")),)),),
            ),
        ],
    ),
    "replicas of one template reach each other, a pod never itself": case(
        [
            (
                CannotReach(WorkloadRef("web", "deployment", "shop"), WorkloadRef("web", "deployment", "shop")),
                "refuted",
            ),
            (CannotReach(WorkloadRef("web", "pod", "one"), WorkloadRef("web", "pod", "one")), "vacuous"),
            (CannotReach(Pods("web", matching(app="one")), Pods("web", matching(app="one"))), "refuted"),
            (CannotReach(Pods("web", matching(app="one")), Pods("web", matching(app="one"))), "vacuous", "now"),
            (CannotReach(Pods("web"), Pods("web")), "refuted", "now"),
        ],
        [deployment("web", "shop"), pod("web", "one", "10.244.0.1")],
    ),
    "a host-networked pod is its node": case(
        [
            (CannotReach(Pods("infra"), Pods("pay")), "refuted", "now"),
            (CannotReach(Pods("infra"), Pods("pay"), exceptions=(HOSTS,)), "vacuous", "now"),
            (CannotReach(Pods("infra"), Pods("pay"), exceptions=(HOSTS,)), "proved"),
            (CannotReach(Pods("pay"), Pods("infra")), "proved", "now"),
            (CannotReach(Pods("web"), Pods("infra")), "refuted", "now"),
            (OnlyCanReach(Pods("nobody"), Pods("pay")), "refuted"),
            (OnlyCanReach(Pods("nobody"), Pods("pay"), exceptions=(HOSTS,)), "proved"),
        ],
        [
            pod(
                "infra", "agent", "192.168.0.1", host_network=True, node_name="node-1", node_addresses=("192.168.0.1",)
            ),
            pod("pay", "api", "10.244.0.2", node_name="node-1"),
            pod("web", "checkout", "10.244.0.3", node_name="node-2"),
        ],
        [NetworkPolicy("pay", "deny", None, ("Ingress", "Egress"))],
        nodes=[Node("node-1", {}, ("192.168.0.1",)), Node("node-2", {}, ("192.168.0.2",))],
    ),
    "a host-networked pod of another node is no exemption": case(
        [
            (CannotReach(Pods("infra"), WorkloadRef("pay", "pod", "api")), "proved", "now"),
            (CannotReach(Pods("infra"), Pods("pay")), "refuted", "always"),
        ],
        [
            pod("infra", "agent", "192.168.0.1", host_network=True, node_name="node-1"),
            pod("pay", "api", "10.244.0.2", node_name="node-2"),
        ],
        [NetworkPolicy("pay", "deny", None)],
        nodes=[Node("node-1", {}, ("192.168.0.1",)), Node("node-2", {}, ("192.168.0.2",))],
    ),
    "its own node, as a node, is never asked about": case(
        [
            (CannotReach(BuiltIn("nodes"), Pods("pay")), "vacuous", "now"),
            (CannotReach(BuiltIn("nodes"), Pods("pay")), "proved", "always"),
            (OnlyCanReach(Pods("nobody"), Pods("pay")), "proved"),
        ],
        [pod("pay", "api", "10.244.0.2", node_name="node-1")],
        [NetworkPolicy("pay", "deny", None)],
        nodes=[Node("node-1", {}, ("192.168.0.1",))],
    ),
    "a block holds whoever has the address": case(
        [
            (OnlyCanReach(Pods("web"), Pods("pay")), "refuted"),
            (OnlyCanReach(AnyOf((Pods("web"), Block(ip_network("10.9.0.0/16")))), Pods("pay")), "proved"),
            (CannotReach(BuiltIn("outside"), Pods("pay")), "refuted"),
            (CannotReach(BuiltIn("internet"), Pods("pay")), "proved"),
            (CannotReach(BuiltIn("nodes"), Pods("pay")), "refuted", "always"),
            (CannotReach(Block(ip_network("10.8.0.0/16")), Pods("pay")), "proved"),
            (CannotReach(Block(ip_network("10.8.0.0/13")), Pods("pay")), "refuted"),
        ],
        [PAY],
        [admit("pay", PolicyPeer(ip_block=IPBlock("10.9.0.0/16")))],
        facts=ClusterFacts(families=("IPv4",), pod_cidrs=(ip_network("10.0.0.0/8"),)),
    ),
    "outside the blocks that except leaves": case(
        [
            (CannotReach(Block(ip_network("203.0.113.128/25")), Pods("pay")), "proved"),
            (CannotReach(BuiltIn("internet"), Pods("pay")), "refuted"),
            (CannotReach(Block(ip_network("203.0.113.0/25")), Pods("pay")), "refuted"),
        ],
        [PAY],
        [admit("pay", PolicyPeer(ip_block=IPBlock("203.0.113.0/24", ("203.0.113.128/25",))))],
    ),
    "internet arrives through a NodePort": case(
        [
            (CannotReach(BuiltIn("internet"), Pods("pay", matching(app="api"))), "refuted"),
            (CannotReach(BuiltIn("internet"), Pods("pay", matching(app="db"))), "proved"),
        ],
        [PAY, pod("pay", "db", "10.244.0.9")],
        [admit("pay", PolicyPeer(ip_block=IPBlock("192.168.0.0/24")))],
        nodes=[Node("node-1", {}, ("192.168.0.1",))],
        services=[Service("pay", "s", "NodePort", {"app": "api"})],
        facts=ClusterFacts((ip_network("10.244.0.0/16"),), families=("IPv4",)),
    ),
    "an exception removes its own flows only": case(
        [
            (CannotReach(Pods("web"), Pods("pay"), (), (Exception_(destination=Pods("pay")),)), "vacuous"),
            (CannotReach(Pods("web"), Pods("pay"), (), (Exception_(ports=TCP_80),)), "refuted"),
            (CannotReach(Pods("web"), Pods("pay"), TCP_80, (Exception_(source=CHECKOUT),)), "refuted"),
            (CannotReach(Pods("web"), Pods("pay"), TCP_80, (Exception_(source=CHECKOUT),)), "vacuous", "now"),
            (CannotReach(CHECKOUT, Pods("pay"), (), (Exception_(CHECKOUT, Pods("pay"), TCP_80),)), "refuted"),
        ],
        [WEB, PAY],
    ),
    "ports at the edges of a range": case(
        [
            (CannotReach(Pods("web"), Pods("pay"), (PortRange(6, 79, 79), PortRange(6, 83, 83))), "proved"),
            (CannotReach(Pods("web"), Pods("pay"), (PortRange(6, 82, 82),)), "refuted"),
            (CannotReach(Pods("web"), Pods("pay"), (PortRange(6, 80, 80),)), "refuted"),
            (CanReach(Pods("web"), Pods("pay"), (PortRange(6, 80, 82),)), "proved"),
            (CanReach(Pods("web"), Pods("pay"), (PortRange(6, 80, 83),)), "refuted"),
            (CannotReach(Pods("web"), Pods("pay"), (PortRange(17),)), "proved"),
            (CannotReach(Pods("web"), Pods("pay"), (PortRange(1),)), "refuted"),
        ],
        [WEB, PAY],
        [admit("pay", PolicyPeer(None, ALL), ports=(PolicyPort(None, 80, 82),))],
    ),
    "every port of TCP, and of TCP alone": case(
        [
            (CanReach(Pods("web"), Pods("pay"), (PortRange(6),)), "proved"),
            (CanReach(Pods("web"), Pods("pay")), "refuted"),
            (CannotReach(Pods("web"), Pods("pay"), (PortRange(132),)), "proved"),
        ],
        [WEB, PAY],
        [admit("pay", PolicyPeer(None, ALL), ports=(PolicyPort(),))],
    ),
    "a name is the destination's own": case(
        [
            (CannotReach(Pods("web"), Pods("pay"), (PortRange(6, 81, 81),)), "refuted"),
            (CannotReach(Pods("web"), Pods("pay"), (PortRange(6, 81, 81),)), "proved", "now"),
            (CanReach(Pods("web"), Pods("pay"), TCP_80), "proved"),
        ],
        [pod("pay", "api", "10.244.0.2", container_ports=(ContainerPort(80, "http"),)), WEB],
        [admit("pay", PolicyPeer(None, ALL), ports=(PolicyPort(None, "http"),))],
    ),
    "NotIn holds where the key is missing": case(
        [
            (CannotReach(Pods("web", expression("tier", "DoesNotExist")), Pods("pay")), "refuted"),
            (CannotReach(Pods("web", matching(app="checkout")), Pods("pay")), "refuted", "now"),
        ],
        [WEB, PAY],
        [admit("pay", PolicyPeer(expression("tier", "NotIn", "dev"), ALL))],
    ),
    "NotIn holds where the namespace lacks the key": case(
        [(CannotReach(Pods("web"), Pods("pay")), "refuted"), (CannotReach(ANALYTICS, Pods("pay")), "proved")],
        [WEB, PAY],
        [admit("pay", PolicyPeer(None, expression("tier", "NotIn", "dev")))],
        {"web": {}, "analytics": {"tier": "dev"}},
    ),
    "a bare podSelector speaks of its own namespace": case(
        [
            (CannotReach(Pods("web"), Pods("pay")), "proved"),
            (CannotReach(Pods("pay", matching(app="checkout")), Pods("pay")), "refuted"),
            (CannotReach(Pods("pay"), Pods("pay")), "refuted", "now"),
        ],
        [WEB, PAY, pod("pay", "checkout", "10.244.0.7")],
        [admit("pay", PolicyPeer(matching(app="checkout")))],
    ),
    "two items are alternatives": case(
        [
            (CannotReach(ANALYTICS, Pods("pay")), "refuted", "now"),
            (CannotReach(Pods("web"), Pods("pay")), "proved"),
        ],
        [pod("analytics", "etl", "10.244.0.8"), WEB, PAY],
        [admit("pay", PolicyPeer(None, matching(tier="apps")), PolicyPeer(matching(app="checkout")))],
        {"analytics": {"tier": "apps"}, "web": {}, "pay": {}},
    ),
    "nothing isolates a direction that policyTypes leaves out": case(
        [
            (CannotReach(Pods("pay"), Pods("web")), "refuted"),
            (CannotReach(Pods("web"), Pods("pay")), "proved"),
            (CannotReach(Pods("out"), Pods("web")), "proved"),
            (CannotReach(Pods("web"), Pods("out")), "proved"),
        ],
        [WEB, PAY, pod("out", "x", "10.244.0.9")],
        [
            NetworkPolicy("pay", "p", None, None, None, ()),
            NetworkPolicy("out", "p", None, None, None, (PolicyRule((PolicyPeer(ALL),)),)),
        ],
    ),
    "selectors that match no workload": case(
        [
            (CannotReach(Pods("web", matching(app="chekout")), Pods("pay")), "vacuous"),
            (CannotReach(Pods("empty"), Pods("pay")), "proved"),
            (CannotReach(Pods("empty"), Pods("pay")), "vacuous", "now"),
            (CannotReach(Pods(matching(team="none")), Pods("pay")), "vacuous"),
            (OnlyCanReach(Pods("web", matching(app="none")), Pods("pay")), "proved"),
            (OnlyCanReach(Pods("web"), Pods("pay", matching(app="none"))), "vacuous"),
            (CannotReach(AnyOf((Pods("web"), Pods("web", matching(app="none")))), Pods("pay")), "vacuous"),
            (Isolated(Pods("pay", matching(app="none"))), "vacuous"),
            (CannotReach(Pods("web"), Pods("pay"), (), (Exception_(Pods("web", matching(app="none"))),)), "proved"),
        ],
        [WEB, PAY],
        [NetworkPolicy("pay", "deny", None)],
        {"web": {}, "pay": {}, "empty": {}},
    ),
    "isolated in both directions": case(
        [
            (Isolated(Pods("pay")), "refuted"),
            (Isolated(Pods("pay"), Pods("web")), "refuted"),
            (Isolated(Pods("web"), Pods("web")), "refuted"),
            (Isolated(Pods("ops")), "proved"),
            (Isolated(Pods("ops"), BuiltIn("internet")), "proved"),
        ],
        [WEB, PAY],
        [NetworkPolicy("pay", "deny", None), NetworkPolicy("ops", "deny", None, ("Ingress", "Egress"))],
    ),
    "another namespace, another value": case(
        [
            (NoOtherNamespace(), "proved", "now"),
            (NoOtherNamespace(), "refuted"),
            (NoOtherValue("team", "namespace"), "proved", "now"),
            (NoOtherValue("team", "namespace"), "refuted"),
            (NoOtherValue(NAME_KEY, "namespace"), "proved", "now"),
            (NoOtherValue("app", "pod"), "refuted", "now"),
            (NoOtherValue("zone", "pod"), "vacuous", "now"),
            (NoOtherValue("zone", "pod"), "vacuous"),
        ],
        [WEB, pod("web", "shop", "10.244.0.4"), PAY],
        [admit("web", PolicyPeer(ALL)), admit("pay", PolicyPeer(ALL))],
        {"web": {"team": "a"}, "pay": {"team": "b"}},
    ),
    "pods that assumptions rule out": case(
        [
            (CannotReach(ANALYTICS, Pods("pay")), "proved"),
            (CannotReach(Pods("web"), Pods("pay")), "refuted"),
        ],
        [WEB, PAY],
        [admit("pay", PolicyPeer(matching(app="checkout"), ALL))],
        assume=[NoPodHas(ANALYTICS, matching(app="checkout"))],
    ),
    "pods that must carry a label": case(
        [(CannotReach(ANALYTICS, Pods("pay")), "proved"), (CannotReach(BuiltIn("any pod"), Pods("pay")), "refuted")],
        [WEB, PAY],
        [admit("pay", PolicyPeer(expression("job", "DoesNotExist"), ALL))],
        assume=[EveryPodHas(ANALYTICS, expression("job", "Exists"))],
    ),
    "an assumption that the input violates": case(
        [(CannotReach(Pods("web"), Pods("pay")), "input-error")],
        [WEB, PAY],
        assume=[NoPodHas(Pods("web"), matching(app="checkout"))],
    ),
    "a declared namespace that violates an assumption": case(
        [(CannotReach(Pods("web"), Pods("pay")), "input-error")],
        [WEB, PAY],
        namespaces={"web": {}},
        assume=[NamespacesNamed("name")],
    ),
    "pods outside the private ranges do not exist": case(
        [
            (CannotReach(BuiltIn("any pod"), Pods("pay")), "proved"),
            (CannotReach(WorkloadRef("web", "deployment", "shop"), Pods("pay")), "proved"),
            (CannotReach(BuiltIn("internet"), Pods("pay")), "refuted"),
        ],
        [deployment("web", "shop"), PAY],
        [
            admit(
                "pay",
                PolicyPeer(
                    ip_block=IPBlock(
                        "0.0.0.0/0",
                        (
                            "10.0.0.0/8",
                            "172.16.0.0/12",
                            "192.168.0.0/16",
                            "100.64.0.0/10",
                            "198.18.0.0/15",
                            "240.0.0.0/4",
                        ),
                    )
                ),
            )
        ],
    ),
    "a template has every address of the pods' ranges": case(
        [(CanReach(WorkloadRef("web", "deployment", "shop"), Pods("pay")), "refuted")],
        [deployment("web", "shop"), PAY],
        [admit("pay", PolicyPeer(ip_block=IPBlock("10.0.0.0/8")))],
    ),
    "0.0.0.0/0 is one family": case(
        [
            (CanReach(WorkloadRef("web", "deployment", "shop"), Pods("pay")), "refuted"),
            (CanReach(WorkloadRef("web", "pod", "checkout"), Pods("pay")), "proved"),
        ],
        [deployment("web", "shop"), WEB, deployment("pay", "api")],
        [admit("pay", PolicyPeer(ip_block=IPBlock("0.0.0.0/0")))],
        facts=ClusterFacts(),
    ),
    "a workload's name stands for the pods that stem from it": case(
        [
            (CannotReach(WorkloadRef("web", "deployment", "shop"), Pods("pay")), "refuted", "now"),
            (CannotReach(WorkloadRef("web", "replicaset", "shop"), Pods("pay")), "vacuous", "now"),
            (CannotReach(WorkloadRef("pay", "deployment", "shop"), Pods("pay")), "vacuous"),
        ],
        [pod("web", "shop-1", "10.244.0.3", owners=(("ReplicaSet", "shop-1"), ("Deployment", "shop"))), PAY],
    ),
    "a controller's keys are free": case(
        [
            (CannotReach(WorkloadRef("web", "deployment", "shop"), Pods("pay")), "refuted"),
            (CannotReach(WorkloadRef("web", "pod", "checkout"), Pods("pay")), "proved"),
        ],
        [deployment("web", "shop"), WEB, PAY],
        [admit("pay", PolicyPeer(matching(**{"pod-template-hash": "abc"}), ALL))],
    ),
}

ASSUMED: Mapping[str, Case] = {
    "a family that no nodeCIDRs are stated of": case(
        [(CannotReach(BuiltIn("nodes"), Pods("pay")), "refuted")],
        [pod("pay", "api", "fd00:1::4")],
        [admit("pay", PolicyPeer(ip_block=IPBlock("fd00:9::/32")))],
        facts=ClusterFacts(node_cidrs=(ip_network("192.168.0.0/24"),)),
    ),
    "a family that no podCIDRs are stated of": case(
        [(CannotReach(BuiltIn("any pod"), Pods("pay")), "refuted")],
        [PAY],
        [admit("pay", PolicyPeer(ip_block=IPBlock("::/0")))],
        facts=ClusterFacts((ip_network("10.244.0.0/16"),)),
    ),
    "a pod of a family that the cluster does not run contradicts no assumption": case(
        [(CannotReach(Pods("web"), Pods("pay")), "refuted"), (CannotReach(Pods("web"), Pods("pay")), "vacuous", "now")],
        [pod("web", "six", "fd00:1::4"), PAY],
        assume=[NamespacesNamed("team")],
    ),
    "a namespace's label is its own name, whatever label another declares": case(
        [
            (NoOtherValue("team", "namespace"), "refuted"),
            (CannotReach(Pods("web"), Pods("pay")), "refuted"),
            (NoOtherValue("team", "namespace", (), (Exception_(destination=Pods("pay")),)), "refuted"),
        ],
        [WEB, PAY],
        namespaces={"ops": {"team": "ops"}},
        assume=[NamespacesNamed("team")],
    ),
    "assumptions that the namespace of a real pod cannot meet": case(
        [(OnlyCanReach(Pods("nobody"), Pods("pay")), "input-error", "now")],
        [WEB, PAY],
        [admit("pay", PolicyPeer(None, ALL))],
        assume=[NamespacesNamed("name"), OnlyNamespaceHas(("pay",), matching(name="web"))],
    ),
    "assumptions that leave a set without pods": case(
        [(CannotReach(Pods("dev"), Pods("pay")), "input-error")],
        [WEB, PAY],
        assume=[NoPodHas(Pods("dev"), matching(app="x")), EveryPodHas(Pods("dev"), matching(app="x"))],
    ),
    "assumptions that a built-in namespace cannot meet": case(
        [(CannotReach(Pods("web"), Pods("pay")), "input-error")],
        [WEB, PAY],
        assume=[NamespacesNamed("name"), OnlyNamespaceHas(("web",), matching(name="default"))],
    ),
}
"""Worlds about what assumptions leave possible, among them sets that no cluster like this one can meet: from those
something false would be proved."""

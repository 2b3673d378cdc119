"""Pairs of small inputs to compare: edits of one another, rewrites that mean the same, and inputs of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from hypothesis import strategies as st

from netqed.resources.cluster import Cluster
from netqed.resources.objects import (
    ContainerPort,
    IPBlock,
    LabelSelector,
    Namespace,
    NetworkPolicy,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Requirement,
    Workload,
)
from netqed.spec.document import ClusterFacts, Scope, Spec
from support.strategies import index, pick
from support.worlds import (
    APP,
    NAMESPACES,
    NODES,
    POD_CIDR,
    POLICY_PORTS,
    TEAM,
    small_clusters,
    small_peers,
    small_policies,
    small_rules,
    small_workloads,
)

FACTS = (
    ClusterFacts(families=("IPv4",)),
    ClusterFacts(families=("IPv4",)),
    ClusterFacts(families=("IPv4",), pod_cidrs=(POD_CIDR,)),
    ClusterFacts(families=("IPv6",)),
    ClusterFacts(),
)

TELLING_BLOCKS = tuple(map(IPBlock, ("10.244.0.0/24", "10.244.1.0/24", "fd00:1::8/126", "192.168.0.1/32")))
"""Blocks that edits of addresses lead into or out of."""


@dataclass(frozen=True, slots=True)
class SmallPair:
    """Two inputs, the facts of the cluster that both are in, the scope, and which edits lead from OLD to NEW."""

    old: Cluster
    new: Cluster
    spec: Spec
    scope: Scope
    edits: tuple[str, ...]

    @property
    def swapped(self) -> SmallPair:
        """The same the other way round."""
        return replace(self, old=self.new, new=self.old)


Edit = Callable[[st.DrawFn, Cluster], Cluster]


@cache
@st.composite
def small_pairs(draw: st.DrawFn, edit: str | None = None) -> SmallPair:
    """A pair that mostly differs in little: up to three edits, or the one that is named; now and then two inputs of
    their own."""
    old = _gathered(draw, _aimed(draw, draw(small_clusters()), by_address=edit in READDRESSING))
    names = [edit or pick(draw, tuple(EDITS)) for _ in range(1 if edit else pick(draw, (1, 1, 2, 3, 0)))]
    new = old
    if edit is None and draw(index(12)) == 0:
        names, new = ["independent"], draw(small_clusters())
    else:
        for name in names:
            new = EDITS[name](draw, new)
    scope: Scope = pick(draw, ("always", "now"))
    pair = SmallPair(old, new, Spec(cluster=pick(draw, FACTS)), scope, tuple(names))
    return pair.swapped if draw(index(2)) else pair


def _aimed(draw: st.DrawFn, cluster: Cluster, *, by_address: bool) -> Cluster:
    """The cluster, mostly with one policy that turns on what its workloads are, so that edits of them matter: beside
    the others, or alone, where no other hides the difference. `by_address` if it is to turn on where they are."""
    if not by_address and draw(index(4)) == 0:
        return cluster
    labelled = LabelSelector(tuple(pick(draw, cluster.workloads).labels.items()))
    spaces = pick(draw, (None, LabelSelector(), LabelSelector(((TEAM, pick(draw, ("x", "web"))),))))
    block = PolicyPeer(ip_block=pick(draw, TELLING_BLOCKS))
    peers = (block,) if by_address else pick(draw, ((block,), (PolicyPeer(labelled, spaces),), None))
    rules = (PolicyRule(peers, pick(draw, (None, (PolicyPort(None, "http"),)))),)
    ingress = bool(draw(index(2)))
    policy = NetworkPolicy(
        namespace=pick(draw, cluster.workloads).namespace,
        name="aimed",
        pod_selector=LabelSelector() if peers else labelled,
        policy_types=("Ingress",) if ingress else ("Egress",),
        ingress=rules if ingress else None,
        egress=None if ingress else rules,
    )
    return replace(
        cluster,
        policies=(*(() if by_address else pick(draw, ((), cluster.policies))), policy),
        object_namespaces=cluster.object_namespaces | {policy.namespace},
    )


def _gathered(draw: st.DrawFn, cluster: Cluster) -> Cluster:
    """The cluster, half the time with all that it holds in one namespace, where everything meets."""
    if draw(index(2)):
        return cluster
    home = NAMESPACES[0]
    return replace(
        cluster,
        workloads=tuple(replace(one, namespace=home) for one in cluster.workloads),
        policies=tuple({one.name: replace(one, namespace=home) for one in cluster.policies}.values()),
        services=tuple(replace(one, namespace=home) for one in cluster.services),
        object_namespaces=frozenset({home}),
    )


def _policy(change: Callable[[st.DrawFn, NetworkPolicy], tuple[NetworkPolicy, ...]]) -> Edit:
    """An edit of one policy, which may become none or several."""

    def edit(draw: st.DrawFn, cluster: Cluster) -> Cluster:
        if not cluster.policies:
            return replace(cluster, policies=(draw(small_policies("added")),))
        place = draw(index(len(cluster.policies)))
        policies = cluster.policies
        return replace(cluster, policies=(*policies[:place], *change(draw, policies[place]), *policies[place + 1 :]))

    return edit


def _rule(change: Callable[[st.DrawFn, PolicyRule], tuple[PolicyRule, ...]]) -> Edit:
    """An edit of one rule, which may become none or several."""

    def edit(draw: st.DrawFn, policy: NetworkPolicy) -> tuple[NetworkPolicy, ...]:
        if policy.egress and (not policy.ingress or draw(index(2))):
            place = draw(index(len(policy.egress)))
            rules = (*policy.egress[:place], *change(draw, policy.egress[place]), *policy.egress[place + 1 :])
            return (replace(policy, egress=rules, policy_types=policy.policy_types or ("Ingress", "Egress")),)
        if policy.ingress:
            place = draw(index(len(policy.ingress)))
            rules = (*policy.ingress[:place], *change(draw, policy.ingress[place]), *policy.ingress[place + 1 :])
            return (replace(policy, ingress=rules),)
        return (replace(policy, ingress=(draw(small_rules()),)),)

    return _policy(edit)


def _workload(change: Callable[[st.DrawFn, Workload], Workload]) -> Edit:
    """An edit of the first workload that it changes."""

    def edit(draw: st.DrawFn, cluster: Cluster) -> Cluster:
        workloads = list(cluster.workloads)
        for place, workload in enumerate(workloads):
            workloads[place] = change(draw, workload)
            if workloads[place] != workload:
                break
        nodes = cluster.nodes or (NODES if any(w.node_name for w in workloads) else ())
        return replace(cluster, workloads=tuple(workloads), nodes=nodes)

    return edit


def _split_peers(draw: st.DrawFn, rule: PolicyRule) -> tuple[PolicyRule, ...]:
    """One rule for each peer: the same."""
    return tuple(replace(rule, peers=(peer,)) for peer in rule.peers) if rule.peers else (rule,)


def _all_of_one(draw: st.DrawFn, rule: PolicyRule) -> tuple[PolicyRule, ...]:
    """Selectors of two peers in one, or of one peer in two: AND for OR, or OR for AND."""
    peers = rule.peers or ()
    for place, peer in enumerate(peers):
        if peer.pod_selector is not None and peer.namespace_selector is not None:
            split = (PolicyPeer(peer.pod_selector), PolicyPeer(None, peer.namespace_selector))
            return (replace(rule, peers=(*peers[:place], *split, *peers[place + 1 :])),)
    pods = next((p.pod_selector for p in peers if p.pod_selector is not None), None)
    spaces = next((p.namespace_selector for p in peers if p.namespace_selector is not None), None)
    return (replace(rule, peers=(PolicyPeer(pods, spaces),)),) if pods and spaces else (rule,)


def _expressions(selector: LabelSelector | None) -> LabelSelector | None:
    """The same selector by matchExpressions."""
    if selector is None:
        return None
    items = tuple(Requirement(key, "In", (value,)) for key, value in selector.match_labels)
    return LabelSelector((), (*items, *selector.match_expressions))


def _reworded(draw: st.DrawFn, policy: NetworkPolicy) -> tuple[NetworkPolicy, ...]:
    """The same policy with every selector by matchExpressions."""

    def of(rules: tuple[PolicyRule, ...] | None) -> tuple[PolicyRule, ...] | None:
        return rules and tuple(
            replace(
                rule,
                peers=rule.peers
                and tuple(
                    replace(
                        peer,
                        pod_selector=_expressions(peer.pod_selector),
                        namespace_selector=_expressions(peer.namespace_selector),
                    )
                    for peer in rule.peers
                ),
            )
            for rule in rules
        )

    selector = _expressions(policy.pod_selector or LabelSelector())
    return (replace(policy, pod_selector=selector, ingress=of(policy.ingress), egress=of(policy.egress)),)


def _range_in_two(draw: st.DrawFn, rule: PolicyRule) -> tuple[PolicyRule, ...]:
    """A range of ports as its ports, one by one: the same, but on plugins that do not know endPort."""
    ports: list[PolicyPort] = []
    for item in rule.ports or ():
        if isinstance(item.port, int) and item.end_port is not None:
            ports += [PolicyPort(item.protocol, number) for number in range(item.port, item.end_port + 1)]
        else:
            ports.append(item)
    return (replace(rule, ports=tuple(ports) or None),)


def _relabelled(draw: st.DrawFn, cluster: Cluster) -> Cluster:
    """A namespace that gets other labels, or is no longer declared, or now is."""
    name = pick(draw, NAMESPACES)
    spaces = {known: space for known, space in cluster.namespaces.items() if known != name}
    labels = pick(draw, ({}, {TEAM: "x"}, {TEAM: "web"}, {TEAM: name}, None))
    if labels is not None:
        spaces[name] = Namespace(name, labels)
    return replace(cluster, namespaces=spaces)


def _without(draw: st.DrawFn, cluster: Cluster) -> Cluster:
    """A workload less, or everything but the policies less."""
    if draw(index(4)) == 0 or not cluster.workloads:
        return replace(cluster, workloads=(), namespaces={}, nodes=())
    place = draw(index(len(cluster.workloads)))
    return replace(cluster, workloads=(*cluster.workloads[:place], *cluster.workloads[place + 1 :]))


def _readdressed(draw: st.DrawFn, cluster: Cluster) -> Cluster:
    """A node at another address, with its pods."""
    texts = ("192.168.0.9", "fd00:ffff::9")
    moved = tuple(replace(node, addresses=texts) if node.name == "node-1" else node for node in cluster.nodes)
    workloads = tuple(
        replace(w, node_addresses=texts) if w.node_name == "node-1" and w.node_addresses else w
        for w in cluster.workloads
    )
    return replace(cluster, nodes=moved, workloads=workloads)


def _moved(draw: st.DrawFn, workload: Workload) -> Workload:
    """A pod on another node, or on one that is not known."""
    if workload.is_template:
        return workload
    node = pick(draw, (None, *NODES))
    addresses = node.addresses if node and workload.host_network else ()
    return replace(workload, node_name=node.name if node else None, node_addresses=addresses)


def _on_host(draw: st.DrawFn, workload: Workload) -> Workload:
    """A workload that goes onto its node's network, or leaves it."""
    if workload.host_network:
        return replace(workload, host_network=False, node_addresses=())
    node = next((node for node in NODES if node.name == workload.node_name), None)
    return replace(workload, host_network=True, addresses=(), node_addresses=node.addresses if node else ())


def _elsewhere(draw: st.DrawFn, workload: Workload) -> Workload:
    """A pod at other addresses, or at none that are known."""
    if workload.is_template or workload.host_network:
        return workload
    six = any(":" in address for address in workload.addresses)
    moved = "fd00:1::9" if six else pick(draw, ("10.244.1.1", "10.244.0.9"))
    return replace(workload, addresses=pick(draw, ((moved,), (moved,), ("10.244.0.9",), ("fd00:1::9",), ())))


def _replaced(draw: st.DrawFn, workload: Workload) -> Workload:
    """Everything but the name is another's; a template's pods have no addresses that are known."""
    other = draw(small_workloads(7))
    if workload.is_template:
        other = replace(other, addresses=(), node_name=None, node_addresses=())
    return replace(other, name=workload.name, kind=workload.kind, namespace=workload.namespace)


def _restart(draw: st.DrawFn, workload: Workload) -> Workload:
    """Other labels."""
    label = pick(draw, ("web", "pay", "api", None))
    return replace(workload, labels={} if label is None else {APP: label})


def _reported(draw: st.DrawFn, workload: Workload) -> Workload:
    """Other container ports."""
    ports = pick(draw, ((), (ContainerPort(80, "http"),), (ContainerPort(8080, "http", "TCP"),)))
    return replace(workload, container_ports=ports)


IDLE = frozenset({"reworded", "a rule for each peer", "ranges taken apart", "workloads gone"})
"""Edits that change no flow; a workload that one side alone declares is the same on both."""

READDRESSING = ("workload readdressed", "nodes readdressed")
"""Edits that matter only to policies that speak of addresses."""

EDITS: dict[str, Edit] = {
    "another policy": _policy(lambda draw, policy: (draw(small_policies(policy.name)),)),
    "one policy more": _policy(lambda draw, policy: (policy, draw(small_policies("added")))),
    "one policy less": _policy(lambda draw, policy: ()),
    "other types": _policy(
        lambda draw, policy: (
            replace(policy, policy_types=pick(draw, (None, ("Ingress",), ("Egress",), ("Ingress", "Egress")))),
        )
    ),
    "reworded": _policy(_reworded),
    "another rule": _rule(lambda draw, rule: (draw(small_rules()),)),
    "one rule more": _rule(lambda draw, rule: (rule, draw(small_rules()))),
    "one rule less": _rule(lambda draw, rule: ()),
    "one peer more": _rule(lambda draw, rule: (replace(rule, peers=(*(rule.peers or ()), draw(small_peers()))),)),
    "a rule for each peer": _rule(_split_peers),
    "peers regrouped": _rule(_all_of_one),
    "ranges taken apart": _rule(_range_in_two),
    "other ports": _rule(lambda draw, rule: (replace(rule, ports=(pick(draw, POLICY_PORTS),)),)),
    "namespace relabelled": _relabelled,
    "namespace relabelled again": _relabelled,
    "workload relabelled": _workload(_restart),
    "container ports changed": _workload(_reported),
    "workload moved": _workload(_moved),
    "workload on the host's network": _workload(_on_host),
    "workload readdressed": _workload(_elsewhere),
    "workload replaced": _workload(_replaced),
    "workloads gone": _without,
    "nodes readdressed": _readdressed,
}

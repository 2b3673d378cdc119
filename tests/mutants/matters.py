"""Seeded faults about the matters that network plugins decide, in the lowering, the universe and the
evaluator."""

from __future__ import annotations

from mutants.mutants import NETWORKPOLICY, UNIVERSE, Mutant

READING = "verifier/netqed/reference/reading.py"
POLICIES = "verifier/netqed/reference/policies.py"
PORTS = "verifier/netqed/reference/ports.py"

_OWNERS = "of_pods, of_nodes = self.decided(Matter.BLOCK_PODS), self.decided(Matter.BLOCK_NODES)"

MATTER_MUTANTS = (
    Mutant(
        "ipblock-pods: every plugin's blocks match pods",
        NETWORKPOLICY,
        _OWNERS,
        "of_pods, of_nodes = TRUE, self.decided(Matter.BLOCK_NODES)",
    ),
    Mutant(
        "ipblock-nodes: decided as for pods",
        NETWORKPOLICY,
        _OWNERS,
        "of_pods, of_nodes = self.decided(Matter.BLOCK_PODS), self.decided(Matter.BLOCK_PODS)",
    ),
    Mutant(
        "ipblock-nodes: host-networked pods are pods to a block",
        NETWORKPOLICY,
        "pod = all_of([IsPod(), negate(IsHostNetworked())])",
        "pod: Predicate = IsPod()",
    ),
    Mutant(
        "own-node-ingress: decided as for egress",
        NETWORKPOLICY,
        "(OwnNode(), Matter.OWN_NODE_INGRESS)",
        "(OwnNode(), Matter.OWN_NODE_EGRESS)",
    ),
    Mutant(
        "own-node-egress: the source's side is looked at",
        NETWORKPOLICY,
        "else (ToOwnNode(), Matter.OWN_NODE_EGRESS)",
        "else (OwnNode(), Matter.OWN_NODE_EGRESS)",
    ),
    Mutant(
        "host-pods-governed: no plugin governs them",
        NETWORKPOLICY,
        "self._policed_pod(Matter.HOST_PODS_GOVERNED),",
        "self._policed_pod(),",
    ),
    Mutant(
        "host-pods-selected: decided as whether they are governed",
        NETWORKPOLICY,
        "matters = [Matter.HOST_PODS_SELECTED]",
        "matters = [Matter.HOST_PODS_GOVERNED]",
    ),
    Mutant(
        "host-pods-by-namespace: of the policy's own namespace too",
        NETWORKPOLICY,
        "if peer.namespace_selector is not None and peer.pod_selector in (None, LabelSelector()):",
        "if peer.pod_selector in (None, LabelSelector()):",
    ),
    Mutant(
        "host-pods-by-namespace: not beside an empty podSelector",
        NETWORKPOLICY,
        "if peer.namespace_selector is not None and peer.pod_selector in (None, LabelSelector()):",
        "if peer.namespace_selector is not None and peer.pod_selector is None:",
    ),
    Mutant(
        "other-protocols: never governed",
        NETWORKPOLICY,
        "any_of([*protocols, self.decided(Matter.OTHER_PROTOCOLS)])",
        "any_of(protocols)",
    ),
    Mutant(
        "end-port: every plugin knows it",
        NETWORKPOLICY,
        "all_of([PortBetween(first + 1, port.end_port), self.decided(Matter.END_PORT)])",
        "all_of([PortBetween(first + 1, port.end_port)])",
    ),
    Mutant(
        "egress-port-names: every plugin looks them up",
        NETWORKPOLICY,
        "self.decided(Matter.INGRESS_PORT_NAMES if ingress else Matter.EGRESS_PORT_NAMES)",
        "self.decided(Matter.INGRESS_PORT_NAMES) if ingress else TRUE",
    ),
    Mutant(
        "ingress-port-names: every plugin looks them up",
        NETWORKPOLICY,
        "self.decided(Matter.INGRESS_PORT_NAMES if ingress else Matter.EGRESS_PORT_NAMES)",
        "TRUE if ingress else self.decided(Matter.EGRESS_PORT_NAMES)",
    ),
    Mutant(
        "unread-port-names: such a name matches nothing",
        NETWORKPOLICY,
        "all_of([negate(looked_up), self.decided(unread)]),",
        "FALSE,",
    ),
    Mutant(
        "unread-port-names: names that are looked up stand for every port too",
        NETWORKPOLICY,
        "all_of([negate(looked_up), self.decided(unread)]),",
        "self.decided(unread),",
    ),
    Mutant(
        "unread-names-beside: decided as without a number",
        NETWORKPOLICY,
        "unread = Matter.UNREAD_NAMES_BESIDE_NUMBERS if protocol in numbered else Matter.UNREAD_PORT_NAMES",
        "unread = Matter.UNREAD_PORT_NAMES",
    ),
    Mutant(
        "a host-networked pod's port names: the two directions swapped",
        NETWORKPOLICY,
        "Matter.HOST_PODS_GOVERNED if ingress else Matter.HOST_PODS_SELECTED",
        "Matter.HOST_PODS_SELECTED if ingress else Matter.HOST_PODS_GOVERNED",
    ),
    Mutant(
        "omitted-direction: no plugin goes by such rules",
        NETWORKPOLICY,
        "return self.decided(Matter.OMITTED_DIRECTION) if self.rules(policy) else FALSE",
        "return FALSE",
    ),
    Mutant(
        "omitted-direction: isolates without rules",
        NETWORKPOLICY,
        "return self.decided(Matter.OMITTED_DIRECTION) if self.rules(policy) else FALSE",
        "return self.decided(Matter.OMITTED_DIRECTION)",
    ),
    Mutant(
        "own-node-egress: no pod is on the node that it sends to",
        UNIVERSE,
        "solver.equivalence(flow.to_own_node, solver.conjunction((destination.at_node, source.pod, same_node)))",
        "solver.negation(flow.to_own_node)",
    ),
    Mutant(
        "own-node-ingress: host-networked pods have no node",
        UNIVERSE,
        "solver.conjunction((source.at_node, destination.pod, same_node))",
        "solver.conjunction((source.at_node, destination.pod, solver.negation(destination.host_network), same_node))",
    ),
    Mutant(
        "evaluator, ipblock-pods: decided as for nodes",
        READING,
        "return Matter.BLOCK_PODS in reading",
        "return Matter.BLOCK_NODES in reading",
    ),
    Mutant(
        "evaluator, ipblock-nodes: a node is known by its name only",
        READING,
        "return not is_node or Matter.BLOCK_NODES in reading",
        "return node is None or Matter.BLOCK_NODES in reading",
    ),
    Mutant(
        "evaluator, own-node-egress: decided as for ingress",
        READING,
        'matter = Matter.OWN_NODE_INGRESS if direction == "ingress" else Matter.OWN_NODE_EGRESS',
        "matter = Matter.OWN_NODE_INGRESS",
    ),
    Mutant(
        "evaluator, host-pods-governed: decided as whether they are selected",
        READING,
        "(not end.host_network or Matter.HOST_PODS_GOVERNED in reading)",
        "(not end.host_network or Matter.HOST_PODS_SELECTED in reading)",
    ),
    Mutant(
        "evaluator, host-pods-by-namespace: by any podSelector",
        READING,
        "return peer.namespace_selector is not None and of_all_pods and Matter",
        "return peer.namespace_selector is not None and Matter",
    ),
    Mutant(
        "evaluator, other-protocols: always governed",
        READING,
        "return protocol in GOVERNED_PROTOCOLS or Matter.OTHER_PROTOCOLS in reading",
        "return True",
    ),
    Mutant(
        "evaluator, end-port: every plugin knows it",
        READING,
        "(end_port is not None and first < port <= end_port and Matter.END_PORT in reading)",
        "(end_port is not None and first < port <= end_port)",
    ),
    Mutant(
        "evaluator, egress-port-names: decided as for ingress",
        READING,
        'matter = Matter.INGRESS_PORT_NAMES if direction == "ingress" else Matter.EGRESS_PORT_NAMES',
        "matter = Matter.INGRESS_PORT_NAMES",
    ),
    Mutant(
        "evaluator, unread-names-beside: a number for any protocol will do",
        PORTS,
        "return any(isinstance(item.port, int) and protocol_number(item.protocol) == protocol for item in listed)",
        "return any(isinstance(item.port, int) for item in listed)",
    ),
    Mutant(
        "evaluator, unread-port-names: such a name matches nothing",
        PORTS,
        "return decisions.unread_name_is_any_port(reading, _has_number(listed, protocol))",
        "return False",
    ),
    Mutant(
        "evaluator, omitted-direction: isolates without rules",
        POLICIES,
        "return bool(rules_of(policy, direction)) and decisions.applies_omitted(reading)",
        "return decisions.applies_omitted(reading)",
    ),
)
"""A fault of each matter at least."""

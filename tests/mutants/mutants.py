"""Seeded faults of the lowering, the encoding, the universe and the sentences: one exact snippet each, and what
replaces it."""

from __future__ import annotations

from dataclasses import dataclass

NETWORKPOLICY = "verifier/netqed/lowering/networkpolicy.py"
SELECTORS = "verifier/netqed/lowering/selectors.py"
QUESTIONS = "verifier/netqed/analysis/questions.py"
ASSUMPTIONS = "verifier/netqed/analysis/assumptions.py"
ROSTER = "verifier/netqed/analysis/roster.py"
ENCODING = "encodings/netqed_smt/encoding.py"
UNIVERSE = "encodings/netqed_smt/universe.py"
CLASSES = "encodings/netqed_smt/classes.py"
SIDES = "encodings/netqed_smt/sides.py"
GROUPS = "encodings/netqed_smt/groups.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: `before`, which must occur exactly once in the file, becomes `after`."""

    name: str
    file: str
    before: str
    after: str


MUTANTS = (
    Mutant(
        "AND for OR of peers",
        NETWORKPOLICY,
        "return any_of([self.peer(policy, peer) for peer in peers]) if peers else TRUE",
        "return all_of([self.peer(policy, peer) for peer in peers]) if peers else TRUE",
    ),
    Mutant(
        "podSelector ignored beside a namespaceSelector",
        NETWORKPOLICY,
        "TRUE if peer.pod_selector is None else pod_selector(peer.pod_selector),",
        "TRUE if peer.namespace_selector or peer.pod_selector is None else pod_selector(peer.pod_selector),",
    ),
    Mutant(
        "NotIn needs the key: pods",
        SELECTORS,
        "return negate(LabelIn(requirement.key, frozenset(requirement.values)))",
        "return all_of([LabelExists(requirement.key), "
        "negate(LabelIn(requirement.key, frozenset(requirement.values)))])",
    ),
    Mutant(
        "NotIn needs the key: namespaces",
        SELECTORS,
        "return negate(_namespace_in(requirement.key, frozenset(requirement.values)))",
        "return all_of([_namespace_exists(requirement.key), "
        "negate(_namespace_in(requirement.key, frozenset(requirement.values)))])",
    ),
    Mutant(
        "except ignored",
        NETWORKPOLICY,
        "*(negate(InCidr(network(cut))) for cut in block.except_ or ()), owners]",
        "owners]",
    ),
    Mutant(
        "endPort exclusive",
        NETWORKPOLICY,
        "numbers = PortBetween(first, port.end_port)",
        "numbers = PortBetween(first, port.end_port - 1)",
    ),
    Mutant(
        "policyTypes absent: egress rules do not isolate egress",
        NETWORKPOLICY,
        "    if policy.egress:\n        return frozenset({Direction.INGRESS, Direction.EGRESS})",
        "    if policy.egress:\n        return frozenset({Direction.INGRESS})",
    ),
    Mutant(
        "policyTypes absent: egress rules do not isolate ingress",
        NETWORKPOLICY,
        "    if policy.egress:\n        return frozenset({Direction.INGRESS, Direction.EGRESS})",
        "    if policy.egress:\n        return frozenset({Direction.EGRESS})",
    ),
    Mutant(
        "policyTypes absent: an empty egress isolates egress",
        NETWORKPOLICY,
        "    if policy.egress:\n        return frozenset(",
        "    if policy.egress is not None:\n        return frozenset(",
    ),
    Mutant(
        "a bare podSelector speaks of every namespace",
        NETWORKPOLICY,
        "NamespaceIs(policy.namespace)\n                if peer.namespace_selector is None",
        "TRUE\n                if peer.namespace_selector is None",
    ),
    Mutant(
        "protocol defaults to all three",
        NETWORKPOLICY,
        "            case None:\n                return ProtocolIs(protocol)",
        "            case None:\n                return ProtocolIs(protocol) if port.protocol else TRUE",
    ),
    Mutant(
        "protocol defaults to UDP",
        NETWORKPOLICY,
        '        protocol = PROTOCOLS[port.protocol or "TCP"]',
        '        protocol = PROTOCOLS[port.protocol or "UDP"]',
    ),
    Mutant(
        "a number beside a name defaults to UDP",
        NETWORKPOLICY,
        'numbered = {PROTOCOLS[port.protocol or "TCP"] for',
        'numbered = {PROTOCOLS[port.protocol or "UDP"] for',
    ),
    Mutant(
        "what the own node sends is governed",
        NETWORKPOLICY,
        "any_of([SameEndpoint(), all_of([own_node[0], self.decided(own_node[1])])])",
        "SameEndpoint()",
    ),
    Mutant(
        "host-networked pods are matched as pods",
        NETWORKPOLICY,
        "return all_of([IsPod(), any_of([negate(IsHostNetworked()), *map(self.decided, host_networked)])])",
        "return IsPod()",
    ),
    Mutant(
        "OR encoded as AND",
        ENCODING,
        "return solver.disjunction([self.term(operand, side) for operand in operands])",
        "return solver.conjunction([self.term(operand, side) for operand in operands])",
    ),
    Mutant(
        "a block holds addresses of the other family's flows",
        SIDES,
        "return self._solver.conjunction((family, self.in_block(network)))",
        "return self.in_block(network)",
    ),
    Mutant(
        "undeclared namespaces dropped",
        UNIVERSE,
        "solver.require(solver.between(side.namespace, 0, vocabulary.namespaces.top, vocabulary.namespaces.width))",
        "solver.require(solver.between(side.namespace, 0, len(vocabulary.namespaces.values), "
        "vocabulary.namespaces.width))",
    ),
    Mutant(
        "undeclared namespaces have no labels",
        UNIVERSE,
        "            if labels is not None:\n                self._require_if(",
        "            labels = labels or {}\n            if True:\n                self._require_if(",
    ),
    Mutant(
        "labels over-fixed: invented pods carry none",
        UNIVERSE,
        "        self._require_if(invented, solver.negation(side.host_network))",
        "        self._require_if(invented, solver.negation(side.host_network), "
        "*(side.has_label_code(key, ABSENT) for key in self.vocabulary.labels))",
    ),
    Mutant(
        "labels over-fixed: controllers add none",
        CLASSES,
        "            if key in self._free and self._population.is_free_label(pod, key)",
        "            if False",
    ),
    Mutant(
        "labels over-fixed: one value beside those written",
        SIDES,
        "        return len(self.values) + 2\n",
        "        return len(self.values) + 1\n",
    ),
    Mutant(
        "two pods of one namespace with different namespace labels",
        UNIVERSE,
        "        self._require_if(\n            flow.same_namespace(),",
        "        self._require_if(\n            solver.false,",
    ),
    Mutant(
        "self-flow exclusion widened to the namespace",
        QUESTIONS,
        "        negate(SameEndpoint()),",
        "        negate(SameNamespace()),",
    ),
    Mutant(
        "self-flow exclusion widened to replicas",
        CLASSES,
        "return len(self.members) == 1 and self.first.single",
        "return len(self.members) == 1",
    ),
    Mutant("self-flow exclusion dropped", QUESTIONS, "        negate(SameEndpoint()),", ""),
    Mutant(
        "an assumption inverted: no pod has",
        ASSUMPTIONS,
        "_no_pod(where, pod_selector(labels), side, endpoints)",
        "_no_pod(where, negate(pod_selector(labels)), side, endpoints)",
    ),
    Mutant(
        "an assumption inverted: every pod has",
        ASSUMPTIONS,
        "_no_pod(where, negate(pod_selector(labels)), side, endpoints)",
        "_no_pod(where, pod_selector(labels), side, endpoints)",
    ),
    Mutant(
        "an assumption inverted: only a namespace has",
        ASSUMPTIONS,
        "At(side, negate(all_of([IsPod(), others, marked])))",
        "At(side, negate(all_of([IsPod(), negate(others), marked])))",
    ),
    Mutant(
        "exceptions widened to any of their parts",
        QUESTIONS,
        "    return all_of(parts)\n",
        "    return any_of(parts[1:] or parts)\n",
    ),
    Mutant(
        "exceptions widened to every port",
        QUESTIONS,
        "parts = [ports_of(exception.ports, default=False)]",
        "parts: list[Predicate] = []",
    ),
    Mutant(
        "now: pods that may come count",
        UNIVERSE,
        "        self._require_if(self.now, solver.negation(invented))\n",
        "",
    ),
    Mutant(
        "external addresses lie outside the private ranges",
        ROSTER,
        "external_outside=ranges.pod_cidrs,",
        "external_outside=ranges.pod_cidrs or PRIVATE_POD_RANGES,",
    ),
    Mutant(
        "templates have addresses anywhere",
        UNIVERSE,
        "                solver.conjunction((self.ranges, solver.disjunction((invented, free)), family)),",
        "                solver.conjunction((self.ranges, invented, family)),",
    ),
    Mutant(
        "what some workloads of a group are, all are",
        GROUPS,
        "            shared = set.intersection(",
        "            shared = set.union(",
    ),
    Mutant(
        "what all workloads of a group are, none is",
        GROUPS,
        "            yield from ((outside, *clause) for key, clause in of[first].items() if key in shared)\n",
        "",
    ),
    Mutant(
        "workloads are one wherever their groups are one",
        GROUPS,
        "both = (self._in_group(code >> self._low), self._at_place(code & (1 << self._low) - 1))",
        "both = (self._in_group(code >> self._low),)",
    ),
    Mutant(
        "workloads of one namespace are all like the first",
        UNIVERSE,
        "        key = frozenset(clauses)\n",
        "        key = frozenset([(hash(one.first.namespace),)])\n",
    ),
    Mutant(
        "addresses go by their last byte alone",
        SIDES,
        "        for low in range(0, WIDTHS[version], _BYTE):",
        "        for low in range(0, _BYTE, _BYTE):",
    ),
)

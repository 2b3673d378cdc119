"""Mutants of maps: what is taken for alike, and what for certain."""

from __future__ import annotations

from mutants.mutants import Mutant

GROUPS = "verifier/netqed/analysis/map_groups.py"
ALIKE = "verifier/netqed/analysis/map_alike.py"
PROFILES = "verifier/netqed/analysis/map_profiles.py"
DIRECTIONS = "verifier/netqed/analysis/map_directions.py"
PAIRS = "verifier/netqed/analysis/map_pairs.py"
SPANS = "verifier/netqed/analysis/map_spans.py"
PORTS = "verifier/netqed/analysis/explain_ports.py"

MAP_MUTANTS = (
    Mutant(
        "maps: workloads that only peers tell apart are one group",
        GROUPS,
        "            selectors = (*self._own.get(workload.namespace, ()), *self._peers)\n",
        "            selectors = (*self._own.get(workload.namespace, ()),)\n",
    ),
    Mutant(
        "maps: addresses in different blocks are alike",
        DIRECTIONS,
        "            key = (part, frozenset(seen), exact)\n",
        "            key = (part, exact)\n",
    ),
    Mutant(
        "maps: an address that is not known is all addresses at once",
        DIRECTIONS,
        '        return self._table.some(numbers) if other.exact else self._table.open(numbers, "address")\n',
        "        return self._table.some(numbers)\n",
    ),
    Mutant(
        "maps: destinations with other numbers under a port's name are alike",
        ALIKE,
        'if profile.direction == "egress" and profile.names else ()',
        "if profile.names and False else ()",
    ),
    Mutant(
        "maps: labels of namespaces that nobody declares are taken to be absent",
        DIRECTIONS,
        "        if not undeclared or not profile.namespace_keys:\n",
        "        if undeclared or not profile.namespace_keys:\n",
    ),
    Mutant(
        "maps: pods of a namespace that nobody declares are alike",
        ALIKE,
        "            *(self._by_pods(profile) if profile.namespace_keys else ()),\n",
        "",
    ),
    Mutant(
        "maps: labels that controllers add are taken to be absent",
        PROFILES,
        "    return assignments(group.labels, free, selectors) if group.is_template and free else [group.labels]\n",
        "    return [group.labels]\n",
    ),
    Mutant(
        "maps: a pod whose node is not known is on no node",
        PAIRS,
        "    if None in at_node.on or None in pods.on:\n        return None\n",
        "    if None in at_node.on or None in pods.on:\n        return False\n",
    ),
    Mutant(
        "maps: pods on several nodes are all on the first",
        PAIRS,
        "    return True if at_node.on == pods.on and len(pods.on) == 1 else None\n",
        "    return True\n",
    ),
    Mutant(
        "maps: what one direction lets through is let through",
        SPANS,
        "        if self.nothing in (one, other):\n            return self.nothing\n",
        "        if self.nothing in (one, other):\n            return max(one, other)\n",
    ),
    Mutant(
        "maps: a range goes on after its last port",
        PORTS,
        "starts |= {item.port, item.port + 1, (item.end_port or item.port) + 1}",
        "starts |= {item.port, item.port + 1}",
    ),
)

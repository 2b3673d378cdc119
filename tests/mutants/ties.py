"""Seeded faults of comparing two inputs: ties between two descriptions of an endpoint that are too tight or missing."""

from __future__ import annotations

from mutants.mutants import CLASSES, UNIVERSE, Mutant

TWINS = "encodings/netqed_smt/twins.py"
SIDES_OF_DIFFERENCE = "verifier/netqed/analysis/difference_sides.py"
COMPARISON = "verifier/netqed/analysis/comparison.py"
SAME_NODE = "        self._require_same(sides[0].node, sides[1].node, moved)\n"
SAME_ADDRESS = (
    "            self._require_same(sides[0].address[version], sides[1].address[version], moved, renumbered)\n"
)
SAME_LABELS = "            self._require_same(bits, sides[1].labels[key], declared)\n"
SAME_NAMESPACE_LABELS = "            self._require_same(bits, sides[1].namespace_labels[key], *declared)\n"
SAME_PORT_NAMES = "            solver.require(solver.implication(sides[0].in_class(0), same))\n"

TIE_MUTANTS = (
    Mutant("pods are on one node on both sides", TWINS, SAME_NODE, SAME_NODE.replace(", moved", "")),
    Mutant("nodes of pods are not tied", TWINS, SAME_NODE, ""),
    Mutant("pods have one address on both sides", TWINS, SAME_ADDRESS, SAME_ADDRESS.replace(", moved", "")),
    Mutant("nodes have one address on both sides", TWINS, SAME_ADDRESS, SAME_ADDRESS.replace(", renumbered", "")),
    Mutant("addresses are not tied", TWINS, SAME_ADDRESS, "            continue\n"),
    Mutant(
        "a pod that changes networks keeps its address",
        TWINS,
        "return one.host_network != other.host_network or _differ(",
        "return _differ(",
    ),
    Mutant("workloads have one set of labels on both sides", TWINS, SAME_LABELS, SAME_LABELS.replace(", declared", "")),
    Mutant("labels of invented pods are not tied", TWINS, SAME_LABELS, "            continue\n"),
    Mutant(
        "what controllers add is not tied",
        TWINS,
        "                if (one.label_codes[key], other.label_codes[key]) != (FREE_CODE, FREE_CODE)\n",
        "                if True\n",
    ),
    Mutant(
        "a template's own labels that controllers may set are tied",
        TWINS,
        "                or one.first.labels.get(key) != other.first.labels.get(key)\n",
        "",
    ),
    Mutant(
        "namespaces have one set of labels on both sides",
        TWINS,
        SAME_NAMESPACE_LABELS,
        SAME_NAMESPACE_LABELS.replace(", *declared", ""),
    ),
    Mutant("labels of undeclared namespaces are not tied", TWINS, SAME_NAMESPACE_LABELS, "            continue\n"),
    Mutant(
        "workloads name their ports alike on both sides",
        TWINS,
        SAME_PORT_NAMES,
        "            solver.require(same)\n",
    ),
    Mutant("port names of invented pods are not tied", TWINS, SAME_PORT_NAMES, "            continue\n"),
    Mutant(
        "workloads alike on one side are alike on both",
        CLASSES,
        "            *(of.signature(index, pod) for of, pod in zip(described, pods, strict=True)),\n",
        "            described[0].signature(index, pods[0]),\n",
    ),
    Mutant(
        "pods that move are alike",
        CLASSES,
        "            tuple(pod.node for pod in pods) if len({pod.node for pod in pods}) > 1 else None,\n",
        "",
    ),
    Mutant(
        "an address that a pod leaves is nobody's",
        UNIVERSE,
        "self._left = self._pod_addresses - shared.taken",
        "self._left = frozenset[Address]()",
    ),
    Mutant(
        "a template's labels may be taken away",
        UNIVERSE,
        "                yield (side.label_exists(key),)\n",
        "                continue\n",
    ),
    Mutant(
        "families known on one side only are unknown on both",
        SIDES_OF_DIFFERENCE,
        "addresses = missing_families(own, its) if comparable else own",
        "addresses = own",
    ),
    Mutant(
        "a template that pods stand for on one side is as the other has it",
        SIDES_OF_DIFFERENCE,
        "either = [here.get(name) or there.get(name) for here, there in zip(listed, templates, strict=True)]",
        "either = [here.get(name) for here, there in zip(listed, templates, strict=True)]",
    ),
    Mutant(
        "what is a node's own traffic on one side is not asked about",
        COMPARISON,
        "solver.literal(solver.disjunction([encoder.term(ASKED) for encoder in encoders]))",
        "solver.literal(solver.conjunction([encoder.term(ASKED) for encoder in encoders]))",
    ),
)

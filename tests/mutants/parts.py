"""Mutants of what is redundant: which flows a part has a say in, and what is left without it."""

from __future__ import annotations

from mutants.mutants import Mutant

PARTING = "verifier/netqed/analysis/parting.py"
REDUNDANCY = "verifier/netqed/analysis/redundancy.py"

PART_MUTANTS = (
    Mutant(
        "parts: policies are looked at in one direction only",
        PARTING,
        "        return tuple(Direction)\n",
        "        return (Direction.INGRESS,)\n",
    ),
    Mutant(
        "parts: a part matters though the other direction blocks its flows",
        PARTING,
        "            *(self._others(policy.namespace, direction, direction in directions) for",
        "            *(self._others(policy.namespace, direction, direction in directions) for _ in () for",
    ),
    Mutant(
        "parts: rules that only plugins go by isolate when they are gone",
        PARTING,
        "            if direction not in effective_directions(policy):\n",
        "            if not lowering.rules(policy):\n",
    ),
    Mutant(
        "parts: a direction is isolated only as long as it has rules",
        PARTING,
        "            if direction not in effective_directions(policy):\n",
        "            if lowering.rules(policy):\n",
    ),
    Mutant(
        "parts: what is redundant alone is taken to be redundant together",
        REDUNDANCY,
        "parting.together({*gone, removal}, removal)",
        "parting.together({removal}, removal)",
    ),
    Mutant(
        "parts: one round is taken to be enough",
        REDUNDANCY,
        "        while last is None or last:\n",
        "        while last is None:\n",
    ),
    Mutant(
        "parts: what is needed is taken to be needed for ever",
        REDUNDANCY,
        "        return True\n",
        "        return False\n",
    ),
)

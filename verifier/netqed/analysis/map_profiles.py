"""Sides of a map that one direction's policies govern, and the labels that nobody states of either side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Final

from netqed.analysis.explain_members import keys_of
from netqed.analysis.map_groups import Group
from netqed.lowering.selectors import NAME_LABEL
from netqed.reference.flow import Direction
from netqed.reference.policies import rules_of
from netqed.reference.ports import protocol_number
from netqed.reference.selectors import selector_matches
from netqed.resources.objects import IPBlock, Labels, LabelSelector, NetworkPolicy, PolicyPeer, PolicyRule
from netqed_smt.population import is_free_key

FRESH: Final = "any other value"
"""A label's value that no selector names, since no label has such a one."""

MOST_VARIANTS: Final = 4096
"""Ways in which labels may be that are tried; with more, all ports are left open."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A governed side with labels that it may have, and the policies that then select it."""

    labels: Labels
    policies: tuple[NetworkPolicy, ...]


@dataclass(frozen=True, eq=False)
class Profile:
    """Governed sides that one direction's policies treat alike."""

    group: Group
    """The first of them."""
    direction: Direction
    variants: tuple[Variant, ...]
    """Empty where labels may be in more ways than can be tried."""

    @cached_property
    def rules(self) -> tuple[PolicyRule, ...]:
        """Every rule that may matter."""
        policies = {id(policy): policy for variant in self.variants for policy in variant.policies}
        return tuple(rule for policy in policies.values() for rule in rules_of(policy, self.direction))

    @cached_property
    def peers(self) -> tuple[PolicyPeer, ...]:
        """Every peer that selects by labels."""
        return tuple(p for rule in self.rules for p in rule.peers or () if p.ip_block is None)

    @cached_property
    def blocks(self) -> tuple[IPBlock, ...]:
        """Every block of addresses."""
        found = (peer.ip_block for rule in self.rules for peer in rule.peers or ())
        return tuple({block: None for block in found if block is not None})

    @cached_property
    def names(self) -> frozenset[str]:
        """Every port's name."""
        return port_names(self.rules)

    @cached_property
    def namespace_keys(self) -> frozenset[str]:
        """The labels of namespaces that matter, beside that with the name."""
        return frozenset(key for peer in self.peers for key in keys_of(peer.namespace_selector)) - {NAME_LABEL}

    @cached_property
    def free_keys(self) -> frozenset[str]:
        """The labels of other sides that matter and that controllers add."""
        return frozenset(key for peer in self.peers for key in keys_of(peer.pod_selector) if is_free_key(key))

    @property
    def open(self) -> bool:
        """Whether no policy speaks of the side, whatever its labels."""
        return bool(self.variants) and not any(variant.policies for variant in self.variants)


def port_names(rules: Iterable[PolicyRule]) -> frozenset[str]:
    """The names of ports that the rules speak of."""
    return frozenset(item.port for rule in rules for item in rule.ports or () if isinstance(item.port, str))


def named_ports(group: Group, names: frozenset[str]) -> frozenset[tuple[str | None, int, int]]:
    """The ports that the group's containers declare under one of the names."""
    return frozenset(
        (port.name, protocol_number(port.protocol), port.number) for port in group.ports if port.name in names
    )


def free_labels(group: Group, selectors: Sequence[LabelSelector]) -> list[Labels]:
    """The labels that pods of the group may have, one for all that the selectors treat alike: those that are stated,
    and of a template with every value of the keys that controllers add. Empty where there are too many."""
    free = {key for selector in selectors for key in keys_of(selector) if is_free_key(key)}
    return assignments(group.labels, free, selectors) if group.is_template and free else [group.labels]


def assignments(known: Labels, keys: Iterable[str], selectors: Sequence[LabelSelector]) -> list[Labels]:
    """The known labels with each of the keys absent, with any value that a selector has for it and with one that none
    has: one for all that the selectors treat alike. Empty where there are more than MOST_VARIANTS."""
    values: dict[str, dict[str | None, None]] = {key: {None: None, FRESH: None} for key in sorted(keys)}
    for selector in selectors:
        stated = [
            *selector.match_labels,
            *((item.key, value) for item in selector.match_expressions for value in item.values),
        ]
        for key, value in stated:
            if key in values:
                values[key][value] = None
    if prod(len(one) for one in values.values()) > MOST_VARIANTS:
        return []
    found: dict[tuple[bool, ...], Labels] = {}
    for chosen in product(*values.values()):
        given = dict(zip(values, chosen, strict=True))
        labels = {key: value for key, value in {**known, **given}.items() if value is not None}
        found.setdefault(tuple(selector_matches(selector, labels) for selector in selectors), labels)
    return list(found.values())

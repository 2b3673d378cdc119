"""Policies: which directions one isolates, which pods it selects, and which of its rules match a flow."""

from __future__ import annotations

from netqed.plugins.matters import SPEC, Reading
from netqed.reference import reading as decisions
from netqed.reference.flow import Direction, PodEnd
from netqed.reference.selectors import selector_matches
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyRule

INGRESS = "Ingress"
EGRESS = "Egress"

EVERYTHING = LabelSelector()


def effective_types(policy: NetworkPolicy) -> tuple[str, ...]:
    """`policyTypes` with the API's default: where it is absent or empty, Ingress, and Egress too if the policy has an
    egress rule (A2, fact 9)."""
    if policy.policy_types:
        return policy.policy_types
    return (INGRESS, EGRESS) if policy.egress else (INGRESS,)


def isolates(policy: NetworkPolicy, pod: PodEnd, direction: Direction, reading: Reading = SPEC) -> bool:
    """Whether the policy isolates the pod in this direction: it lies in the pod's namespace, selects the pod, and has
    the direction among its types (A1, fact 1). An absent podSelector selects every pod (A2, fact 8)."""
    return (
        policy.namespace == pod.namespace
        and selector_matches(policy.pod_selector or EVERYTHING, pod.labels)
        and speaks_of(policy, direction, reading)
    )


def speaks_of(policy: NetworkPolicy, direction: Direction, reading: Reading = SPEC) -> bool:
    """Whether the direction is among the policy's types, or the plugin goes by rules all the same (A1, fact 7)."""
    if (INGRESS if direction == "ingress" else EGRESS) in effective_types(policy):
        return True
    return bool(rules_of(policy, direction)) and decisions.applies_omitted(reading)


def rules_of(policy: NetworkPolicy, direction: Direction) -> tuple[PolicyRule, ...]:
    """The rules of one direction; absent, null and `[]` are all no rules (A2, fact 10). They come into play only where
    the policy isolates for that direction (A1, fact 7)."""
    return (policy.ingress if direction == "ingress" else policy.egress) or ()

"""Policies: which directions one isolates, which pods it selects, and which of its rules match a flow."""

from __future__ import annotations

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


def isolates(policy: NetworkPolicy, pod: PodEnd, direction: Direction) -> bool:
    """Whether the policy isolates the pod in this direction: it lies in the pod's namespace, selects the pod, and has
    the direction among its types (A1, fact 1). An absent podSelector selects every pod (A2, fact 8)."""
    return (
        policy.namespace == pod.namespace
        and selector_matches(policy.pod_selector or EVERYTHING, pod.labels)
        and (INGRESS if direction == "ingress" else EGRESS) in effective_types(policy)
    )


def rules_of(policy: NetworkPolicy, direction: Direction) -> tuple[PolicyRule, ...]:
    """The rules of one direction; absent, null and `[]` are all no rules (A2, fact 10). Rules of a direction that is
    not among the types never come into play, since the policy does not isolate there (A1, fact 7)."""
    return (policy.ingress if direction == "ingress" else policy.egress) or ()

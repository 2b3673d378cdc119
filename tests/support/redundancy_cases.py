"""Policies written by hand, each set about one thing that makes a part redundant, or needed all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from netqed.analysis.redundancy import redundancy
from netqed.analysis.redundancy_results import Together
from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, Requirement
from netqed.sources.position import FieldPath


def pods(app: str) -> LabelSelector:
    return LabelSelector((("app", app),))


NOBODY = LabelSelector((), (Requirement("app", "Exists"), Requirement("app", "DoesNotExist")))


def from_(*apps: str, port: int | None = None) -> PolicyRule:
    """A rule with a peer for each, `*` for every pod."""
    peers = tuple(PolicyPeer(LabelSelector() if app == "*" else pods(app)) for app in apps)
    return PolicyRule(peers, None if port is None else (PolicyPort(None, port),))


def policy(name: str, *rules: PolicyRule, of: str = "api", egress: bool = False) -> NetworkPolicy:
    """A policy for ingress, or for egress alone."""
    if egress:
        return NetworkPolicy("shop", name, pods(of), ("Egress",), egress=rules)
    return NetworkPolicy("shop", name, pods(of), ("Ingress",), ingress=rules)


@dataclass(frozen=True, slots=True)
class RedundancyCase:
    """Policies, what of them can be removed alone, and what together: `name path`."""

    policies: tuple[NetworkPolicy, ...]
    alone: frozenset[str]
    together: frozenset[str]
    cni: str | None = "spec"


NOTHING: frozenset[str] = frozenset()

CASES = {
    "two copies cover each other, and one stays": RedundancyCase(
        (policy("a", from_("web")), policy("b", from_("web"))),
        frozenset({"a", "b", "a ingress 0", "b ingress 0"}),
        frozenset({"b"}),
    ),
    "what isolates for egress only is needed": RedundancyCase(
        (policy("a", egress=True), policy("b", from_("web"), of="db")), NOTHING, NOTHING
    ),
    "a rule that another covers goes": RedundancyCase(
        (
            policy(
                "a",
                PolicyRule((PolicyPeer(pods("x"), LabelSelector()),), (PolicyPort("TCP", 80), PolicyPort("TCP", 81))),
                from_("x", port=80),
            ),
        ),
        frozenset({"a ingress 1"}),
        frozenset({"a ingress 1"}),
    ),
    "a direction that loses its last rule stays isolated": RedundancyCase(
        (policy("a", PolicyRule((PolicyPeer(NOBODY),))),),
        frozenset({"a ingress 0"}),
        frozenset({"a ingress 0"}),
    ),
    "what opens is needed until what shuts is gone": RedundancyCase(
        (policy("open", PolicyRule()), policy("shut")),
        frozenset({"shut"}),
        frozenset({"open", "shut"}),
    ),
    "what the other side blocks is redundant on one of both": RedundancyCase(
        (policy("in", from_("web", "ops")), policy("out", egress=True, of="web")),
        frozenset({"in ingress 0 from 0"}),
        frozenset({"in ingress 0 from 0"}),
    ),
    "rules of a direction that policyTypes leaves out isolate on some plugins": RedundancyCase(
        (
            replace(
                policy("a"),
                egress=(
                    PolicyRule((PolicyPeer(LabelSelector(), LabelSelector()),)),
                    PolicyRule((PolicyPeer(pods("x")),)),
                ),
            ),
        ),
        frozenset({"a egress 1"}),
        frozenset({"a egress 1"}),
        None,
    ),
}


def fault_of(case: RedundancyCase) -> str | None:
    """What is wrong with what is found of the case, or None."""
    found = redundancy(Cluster(policies=case.policies), cni=case.cni)
    if found.unknown or not isinstance(found.together, Together) or not found.together.complete:
        return "not all was decided"
    for words, parts, expected in (
        ("alone", (one.part for one in found.found), case.alone),
        ("together", found.together.parts, case.together),
    ):
        names = frozenset(" ".join(_words(part.policy.name, part.path)) for part in parts)
        if names != expected:
            return f"{words}: {sorted(names)}, not {sorted(expected)}"
    return None


def _words(name: str, path: FieldPath) -> Iterator[str]:
    yield name
    yield from map(str, path[1:])

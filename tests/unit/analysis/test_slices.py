"""Which policies can have a say in a question: none that can is left out."""

from __future__ import annotations

import pytest

from netqed.analysis.slices import Slices
from netqed_smt.model import Direction
from support.manifests import Manifest, namespace, pod, policy
from support.proving import session

OBJECTS: list[Manifest] = [
    namespace("web", team="front"),
    namespace("db", team="back"),
    pod("site", "web", labels={"app": "site"}),
    pod("store", "db", labels={"app": "store"}),
    *(policy(f"in-{where}", where, podSelector={}) for where in ("web", "db", "bare")),
]


@pytest.mark.parametrize(
    ("sentence", "into", "out"),
    [
        ("web cannot reach db", ["db"], ["web"]),
        ("web, bare cannot reach db/app=store", ["db"], ["bare", "web"]),
        ("web/pod/site cannot reach db/pod/store", ["db"], ["web"]),
        ("only web can reach db", ["db"], ["bare", "db"]),
        ("only web/app=site can reach db", ["db"], ["bare", "db", "web"]),
        ("any pod cannot reach db", ["db"], ["bare", "db", "web"]),
        ("ns(team=front) cannot reach db", ["db"], ["bare", "web"]),
        ("ns(team) cannot reach db", ["db"], ["bare", "db", "web"]),
        ("internet cannot reach db", ["db"], []),
        ("web cannot reach internet", [], ["web"]),
        ("db is isolated from web", ["db", "web"], ["db", "web"]),
        ("db is isolated", ["bare", "db", "web"], ["bare", "db", "web"]),
        ("no pod can reach a pod of another namespace", ["bare", "db", "web"], ["bare", "db", "web"]),
        ("10.0.0.0/8 cannot reach db", ["db"], ["bare", "db", "web"]),
    ],
)
def test_by_the_namespaces_that_the_sentence_leaves_open(sentence: str, into: list[str], out: list[str]) -> None:
    asked = session(OBJECTS, sentence)
    flows = asked.question_of(asked.spec.invariants[0].invariant).subject
    slices = Slices(asked.roster)

    def spaces(direction: Direction) -> list[str]:
        policies = asked.cluster.policies
        return sorted(policies[place].namespace for place in slices.governing(flows, direction))

    assert spaces(Direction.INGRESS) == into
    assert spaces(Direction.EGRESS) == out
    asked.solver.close()

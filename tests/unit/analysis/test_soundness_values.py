"""A value of a list in a selector that matches nothing loaded is told, since a slip in it is a smaller sentence."""

from __future__ import annotations

import pytest

from netqed import api

INPUT = """
apiVersion: v1
kind: NamespaceList
items:
- metadata: {name: web, labels: {team: shop}}
- metadata: {name: payments, labels: {team: pay}}
---
apiVersion: v1
kind: PodList
items:
- metadata: {name: a, namespace: web, labels: {app: front}}
  spec: {containers: [{name: c, image: x}]}
- metadata: {name: b, namespace: web, labels: {app: checkout}}
  spec: {containers: [{name: c, image: x}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: payments}
spec: {podSelector: {}}
"""


@pytest.mark.parametrize(
    ("sentence", "hints"),
    [
        ("web/app in (front,checkout) cannot reach payments", ()),
        (
            "web/app in (front,chekout) cannot reach payments",
            (
                "web/app in (front,chekout): no workload that was loaded is there with app=chekout: "
                "did you mean app=checkout?",
            ),
        ),
        (
            "ns(team in (shop,stop)) cannot reach payments",
            ("ns(team in (shop,stop)): no workload that was loaded is there with team=stop",),
        ),
        ("web/app notin (fornt,chekout) cannot reach payments", ()),
    ],
)
def test_a_value_that_nothing_has(sentence: str, hints: tuple[str, ...]) -> None:
    (result,) = api.prove(sentence, ["-"], settings=api.Settings(stdin=INPUT)).inputs[0].results
    assert result.verdict.word == "proved"
    assert result.hints == hints

"""The reports on a policy set with something of every kind to remove, to the letter."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from netqed import api
from netqed.analysis.redundancy_results import Redundancy
from netqed.analysis.results import Unknown
from netqed.report.redundancy import render_redundancy
from netqed.report.redundancy_json import redundancy_schema, render_redundancy_json
from support.golden import assert_golden

POLICIES = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector: {matchLabels: {app: web}}
        - podSelector: {matchLabels: {app: web, tier: front}} # said above
      ports:
        - {port: 80, endPort: 90}
        - {port: 85}
    - from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}]
      ports: [{port: 81}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api-again, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 82}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: free, namespace: shop}
spec:
  podSelector: {matchLabels: {app: free}}
  policyTypes: [Egress]
  egress: [{}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nobody, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}, matchExpressions: [{key: app, operator: DoesNotExist}]}
"""


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Redundancy:
    """The redundancy, without what differs from run to run."""
    (tmp_path / "shop.yaml").write_text(POLICIES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    whole = api.redundant(["shop.yaml"])
    return replace(whole, seconds=0.0, basis=replace(whole.basis, digest="0" * 64))


def test_reports(found: Redundancy) -> None:
    assert_golden("redundancy.txt", render_redundancy(found))
    assert_golden("redundancy-quiet.txt", render_redundancy(found, quiet=True, limit=1, verbose=True))
    text = render_redundancy_json(found)
    jsonschema.Draft202012Validator(redundancy_schema()).validate(json.loads(text))
    assert_golden("redundancy.json", text)


def test_what_is_unknown_is_said(found: Redundancy) -> None:
    """Never as needed, and never as removable."""
    parts = tuple(one.part for one in found.found)
    unknown = replace(found, found=(), unknown=parts, together=Unknown("the solver's budget ran out"))
    assert unknown.exit_code == 2
    text = render_redundancy(unknown)
    assert text.startswith("unknown: nothing was found that can be removed, and not all is known")
    assert text.count("shop.yaml:") == len(parts)
    value = json.loads(render_redundancy_json(unknown))
    jsonschema.Draft202012Validator(redundancy_schema()).validate(value)
    assert len(value["unknown"]) == len(parts)
    assert value["together"]["is"] == "unknown"

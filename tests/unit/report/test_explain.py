"""The explanation as text: the answer first, every case said, nothing of the input that moves the cursor."""

from __future__ import annotations

import json

import jsonschema
import pytest

from netqed.report.explain import render_explanation
from netqed.report.explain_json import explanation_schema, render_explanation_json
from netqed.report.style import Style, columns
from support.explaining import explained, placed, shop
from support.manifests import Manifest, policy

FROM_FRONT: Manifest = {"from": [{"podSelector": {"matchLabels": {"app": "front"}}}], "ports": [{"port": "http"}]}
BLOCK: Manifest = {"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.128.0.0/9"]}}]}
RANGE: Manifest = {"ports": [{"port": 9000, "endPort": 9100}]}


def text(*arguments: str | None, rules: tuple[Manifest, ...] = (FROM_FRONT,), **more: object) -> str:
    """The report on the shop."""
    source, destination, ports = arguments
    assert source is not None
    assert destination is not None
    cni = more.pop("cni", None)
    assert cni is None or isinstance(cni, str)
    extra = more.pop("extra", ())
    assert isinstance(extra, tuple)
    found = explained(source, destination, ports, *shop(*rules), *extra, cni=cni)
    value = json.loads(render_explanation_json(found))
    jsonschema.Draft202012Validator(explanation_schema()).validate(value)
    return render_explanation(found, **more)  # type: ignore[arg-type]  # options of the report


def flat(report: str) -> str:
    """The report in one line, so that wrapping plays no part, nor the bar beside excerpts."""
    return " ".join(report.replace(" | ", " ").split())


def test_the_answer_and_what_decided_it_are_the_first_lines() -> None:
    first, egress, *_ = text("web/front", "web/deployment/api", None, quiet=True).splitlines()
    assert first == "allowed: web/front -> web/deployment/api  TCP/8080 (port name http)  [real workloads]"
    assert egress.startswith("   = egress: allowed: web/front is selected by no policy")
    report = flat(text("web/batch", "web/deployment/api", None))
    assert "denied: web/batch -> web/deployment/api" in report
    assert "= ingress: denied: 1 policy isolates web/deployment/api, and the one rule does not match" in report
    assert "= nearest: ingress rule 1 of policy web/api allows TCP/8080, but not from web/batch (<stdin>:1:" in report


def test_a_near_miss_is_said_with_what_it_wants() -> None:
    report = flat(text("web/batch", "web/deployment/api", None))
    assert "ingress rule 1 of policy web/api allows TCP/8080, but not from web/batch" in report
    assert "does not match: wants app=front; web/batch has app=batch" in report
    report = flat(text("web/front", "web/deployment/api", "TCP/9"))
    assert "ingress rule 1 of policy web/api allows traffic from web/front, but not on TCP/9" in report
    assert "TCP/http is port 8080 of web/deployment/api, not 9" in report
    report = flat(text("web/batch", "web/deployment/api", "TCP/9"))
    assert "allows neither TCP/9 nor traffic from web/batch" in report
    assert "= nearest:" not in report


def test_both_cases_of_an_address_that_is_not_known() -> None:
    report = flat(text("web/deployment/api", "web/deployment/api", "TCP/1", rules=(BLOCK,)))
    assert report.startswith("depends: ")
    assert (
        "= if: the address of web/deployment/api is in 10.0.0.0/9: allowed, ingress rule 1 of policy web/api" in report
    )
    assert "denied, no ingress rule matches" in report
    assert "1 flow: depends" in report


def test_both_cases_of_nodes() -> None:
    agent = placed("agent", "192.168.0.1", {"app": "agent"}, hostNetwork=True, nodeName="n1")
    report = flat(text("web/agent", "web/deployment/api", "TCP/1", extra=(agent,)))
    assert "= if: they are on different nodes: denied" in report
    assert "= or if: both are on one node: allowed" in report
    assert "selectors match pods, and web/agent uses its node's network (hostNetwork)" in report


def test_plugins() -> None:
    report = flat(text("web/front", "web/deployment/api", "TCP/1", rules=(BLOCK,)))
    assert (
        "= but: denied on Cilium, GKE Dataplane V2 and Azure CNI powered by Cilium: an ipBlock never matches" in report
    )
    assert "what nobody has verified of network plugins" in report
    report = flat(text("web/front", "web/deployment/api", "TCP/9050", rules=(RANGE,), cni="azure-npm"))
    assert "= if: endPort is honoured: allowed" in report


def test_what_would_decide_without_it() -> None:
    report = flat(text("web/front", "web/deployment/api", None, rules=(FROM_FRONT, {})))
    assert "ingress rule 2 of policy web/api would still allow it: rules only ever add" in report
    assert "ingress rule 2 of policy web/api allows it too" in report
    assert "nothing would isolate web/deployment/api for ingress, and it would be allowed" in flat(
        text("web/batch", "web/deployment/api", None)
    )
    deny = policy("deny", podSelector={})
    assert "each of the 2 policies that isolate web/deployment/api for ingress denies" in flat(
        text("web/batch", "web/deployment/api", None, extra=(deny,))
    )


def test_long_lists_are_folded_and_counted() -> None:
    rules = tuple({"from": [{"podSelector": {"matchLabels": {"app": f"x{n}"}}}]} for n in range(9))
    deny = tuple(policy(f"deny{n}", podSelector={}) for n in range(6))
    report = flat(text("web/front", "web/deployment/api", None, rules=rules, extra=deny))
    assert "6 more rules were tried, none of which matches (-v shows all)" in report
    assert "4 more policies isolate it (-v shows all)" in report
    whole = flat(text("web/front", "web/deployment/api", None, rules=rules, extra=deny, verbose=True))
    assert "(-v shows all)" not in whole
    assert all(f"ingress rule {n} of policy web/api" in whole for n in range(1, 10))


@pytest.mark.parametrize("width", [60, 100])
def test_lines_fit(width: int) -> None:
    report = text("web/batch", "web/deployment/api", "TCP/9", style=Style(width=width))
    prose = [line for line in report.splitlines() if line.startswith(("   =", "     ")) and "kubectl" not in line]
    assert [line for line in prose if columns(line) > width] == []


def test_colours_are_only_where_they_are_wanted() -> None:
    assert "\x1b[" not in text("web/front", "web/deployment/api", None)
    assert "\x1b[32m" in text("web/front", "web/deployment/api", None, style=Style(colour=True))

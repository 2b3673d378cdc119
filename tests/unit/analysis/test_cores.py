"""Which policies a proof needs, and what would get through without each."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import jsonschema

from netqed import api
from netqed.analysis.results import CheckResult, Proved
from netqed.report.json import report_value
from netqed.report.schema import report_schema
from netqed.report.text import render_text
from support.manifests import Manifest, namespace, pod, policy
from support.proving import as_text, shown, spec_of

BASE: list[Manifest] = [
    namespace("web"),
    namespace("db"),
    pod("site", "web", labels={"app": "site"}),
    pod("store", "db", labels={"app": "store"}),
]
DENY = policy("deny", "db", podSelector={})
DENY_STORE = policy("deny-store", "db", podSelector={"matchLabels": {"app": "store"}})
ADMIT: dict[str, Any] = {"from": [{"namespaceSelector": {}}]}
OPEN = policy("open", "db", podSelector={}, ingress=[ADMIT])
QUIET = policy("quiet", "web", podSelector={}, policyTypes=["Egress"])
UNRELATED = policy("unrelated", "other", podSelector={})


def why(sentence: str, *policies: Manifest, **settings: Any) -> CheckResult:
    """The verdict on a sentence about the pods under these policies, with what a proof needs."""
    stdin = as_text([*BASE, *policies])
    return api.check(["-"], spec=spec_of(sentence), settings=api.Settings(stdin=stdin, why=True, **settings))


def needed(sentence: str, *policies: Manifest) -> list[tuple[str, str]]:
    """The policies that the proof needs, each with the flow that it holds back or lets through."""
    verdict = why(sentence, *policies).inputs[0].results[0].verdict
    assert isinstance(verdict, Proved) and verdict.because is not None
    return [(one.policy.key, shown(one.witness)) for one in verdict.because]


def test_a_policy_that_has_no_part_in_the_proof_is_left_out() -> None:
    assert needed("web cannot reach db", DENY, UNRELATED) == [("db/deny", "web/site -> db/store TCP/1")]


def test_of_policies_that_suffice_alone_the_first_by_name_is_needed_in_any_order() -> None:
    """Which of them the solver's proof used must not be seen."""
    store = {"matchLabels": {"app": "store"}}
    alike = [
        policy("a", "db", podSelector=store, ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "orders"}}}]}]),
        policy("b", "db", podSelector={}, ingress=[{"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}]),
        policy("c", "db", podSelector=store),
        policy("d", "db", podSelector={"matchExpressions": [{"key": "app", "operator": "Exists"}]}),
    ]
    for ordered in permutations(alike):
        assert [key for key, _ in needed("web cannot reach db/app=store", *ordered)] == ["db/a"]
    assert [key for key, _ in needed("web cannot reach db/app=store", *reversed(alike[1:]))] == ["db/b"]


def test_a_policy_that_another_undoes_is_not_what_suffices() -> None:
    """The deny alone proves it, but not beside what opens again; what holds back the source does in any company."""
    assert needed("web cannot reach db", DENY, OPEN, QUIET) == [("web/quiet", "web/site -> db/store TCP/1")]


def test_a_proof_may_need_no_policy() -> None:
    assert needed("web can reach db on TCP/80") == []


def test_what_must_be_allowed_needs_the_policy_that_opens() -> None:
    assert needed("web can reach db on TCP/80", DENY, OPEN) == [("db/open", "web/site -> db/store TCP/80")]


def test_nobody_asked() -> None:
    stdin = as_text([*BASE, DENY])
    result = api.check(["-"], spec=spec_of("web cannot reach db"), settings=api.Settings(stdin=stdin))
    verdict = result.inputs[0].results[0].verdict
    assert isinstance(verdict, Proved) and verdict.because is None


def test_the_reports_say_it() -> None:
    result = why("web cannot reach db", DENY)
    lines = [" ".join(line.split()) for line in render_text(result).splitlines()]
    assert any(line.startswith("= because: policy db/deny (<stdin>:") for line in lines)
    value = report_value(result)
    jsonschema.validate(value, report_schema())
    (because,) = value["inputs"][0]["results"][0]["evidence"]["because"]
    assert because["policy"] == "db/deny"
    assert because["without"]["source"]["name"] == "web/site"
    assert because["without"]["allowed"] is True
    assert "it holds without any policy" in render_text(why("web can reach db on TCP/80"))


def test_the_text_says_which_policies_have_to_stay_for_the_flow_to_be_blocked() -> None:
    text = " ".join(render_text(why("web can reach db on TCP/80", DENY, OPEN)).split())
    assert "without it: web/site -> db/store TCP/80 is blocked, as long as policy db/deny stays" in text
    text = " ".join(render_text(why("web cannot reach db", DENY, UNRELATED)).split())
    assert "is allowed, if the policies that are not needed are gone too" in text

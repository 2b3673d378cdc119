"""SARIF: valid, at the right lines, and the same finding under the same fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netqed.analysis.results import CheckResult, Refuted, Result
from netqed.report.json import report_value
from netqed.report.rendering import rendering_of
from netqed.report.repository import Repository
from support.formats import HOSTILE, message_links, message_text, sarif
from support.results import CAN, CANNOT, POLICY, allowed_witness, check_result, every_kind, policy, stated

HERE = Repository(Path("/repository"), Path("/repository"))


def run(result: CheckResult | None = None, repository: Repository = HERE) -> dict[str, Any]:
    return sarif(rendering_of(report_value(result or check_result()), repository).render("sarif"))


def of(*results: Result) -> CheckResult:
    return check_result(replace(every_kind(), results=results))


def found(results: Sequence[dict[str, Any]], sentence: str) -> dict[str, Any]:
    (one,) = [result for result in results if f'"{sentence}"' in result["message"]["text"]]
    return one


def place(location: dict[str, Any]) -> tuple[str, int, int, int]:
    physical = location["physicalLocation"]
    region = physical["region"]
    return physical["artifactLocation"]["uri"], region["startLine"], region["startColumn"], region["endColumn"]


def test_what_needs_no_attention_is_left_out() -> None:
    said = [(one["ruleId"], one["level"]) for one in run()["results"]]
    assert sorted(said) == [
        ("NQ001", "error"),
        ("NQ001", "error"),
        ("NQ001", "error"),
        ("NQ002", "error"),
        ("NQ003", "error"),
        ("NQ004", "error"),
        ("NQ005", "warning"),
    ]
    assert said[-1] == ("NQ005", "warning")


def test_the_primary_location_is_the_rule_that_lets_the_flow_through() -> None:
    one = found(run()["results"], "batch cannot reach shop")
    assert place(one["locations"][0]) == ("k8s/api.yaml", 13, 11, 29)
    assert place(one["relatedLocations"][0]) == ("netqed.yaml", 2, 5, 28)
    assert message_links(one["message"]["text"])[0] == ("the invariant", "1")


def test_of_a_blocked_flow_it_is_the_policy_that_blocks_it() -> None:
    one = found(run()["results"], "web can reach shop on TCP/9000")
    assert place(one["locations"][0])[:2] == ("k8s/api.yaml", 7)


def test_where_no_rule_is_to_blame_it_is_the_line_of_the_spec() -> None:
    witness = allowed_witness()
    ingress = replace(witness.decision.ingress, reason="not-isolated", selecting=(), matches=())
    open_ = replace(witness, decision=replace(witness.decision, ingress=ingress))
    (one,) = run(of(Result(CANNOT, "always", Refuted(open_), "failed")))["results"]
    assert place(one["locations"][0]) == ("netqed.yaml", 2, 5, 28)
    assert "relatedLocations" not in one


def test_the_flow_is_told_step_by_step() -> None:
    one = found(run()["results"], "batch cannot reach shop")
    steps = one["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"].partition(":")[0] for step in steps] == [
        "source",
        "egress",
        "ingress",
        "destination",
    ]
    assert place(steps[2]["location"])[:2] == ("k8s/api.yaml", 13)


def test_fingerprints_survive_moved_lines_and_tell_findings_apart() -> None:
    moved = policy(f"# a comment\n\n{POLICY}", "elsewhere/renamed.yaml")
    witness = allowed_witness()
    match = replace(witness.decision.ingress.matches[0], policy=moved)
    ingress = replace(witness.decision.ingress, selecting=(moved,), matches=(match,))
    there = replace(witness, decision=replace(witness.decision, ingress=ingress))
    other = replace(match, peer=1)
    third = replace(witness, decision=replace(witness.decision, ingress=replace(ingress, matches=(other,))))

    def hashed(one: Result) -> str:
        (result,) = run(of(one))["results"]
        found: str = result["partialFingerprints"]["primaryLocationLineHash"]
        return found

    before = hashed(Result(CANNOT, "always", Refuted(witness), "failed"))
    assert hashed(Result(CANNOT, "always", Refuted(there), "failed")) == before
    assert hashed(Result(CANNOT, "always", Refuted(third), "failed")) != before
    assert hashed(Result(CAN, "always", Refuted(witness), "failed")) != before
    twice = run(of(*[Result(CANNOT, "always", Refuted(witness), "failed")] * 2))["results"]
    assert [one["partialFingerprints"]["primaryLocationLineHash"][-2:] for one in twice] == [":1", ":2"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_make_no_links_and_no_regions(text: str) -> None:
    witness = allowed_witness()
    hostile = policy(file=f"k8s/{text}".replace("\n", "").replace("\r", "").replace("\x00", ""))
    hostile = replace(hostile, name=text)
    match = replace(witness.decision.ingress.matches[0], policy=hostile)
    ingress = replace(witness.decision.ingress, selecting=(hostile,), matches=(match,))
    there = replace(witness, decision=replace(witness.decision, ingress=ingress))
    (one,) = run(of(Result(stated(text, span=CANNOT.span), "always", Refuted(there), "failed", (text,))))["results"]
    texts = [link for link, _ in message_links(one["message"]["text"])]
    assert texts[0] == "the invariant"
    assert all(char.isprintable() or char == "\n" for char in message_text(one["message"]["text"]))


def test_what_has_no_file_at_all_is_at_the_spec() -> None:
    (one,) = run(of(Result(stated(), "always", every_kind().results[4].verdict, "failed")))["results"]
    assert place(one["locations"][0]) == ("netqed.yaml", 1, 1, 2)


def test_places_are_relative_to_the_root_of_the_repository() -> None:
    one = found(run(repository=Repository(Path("/repository"), Path("/repository/deploy")))["results"], CANNOT.sentence)
    assert place(one["locations"][0])[0] == "deploy/k8s/api.yaml"


def test_the_run_says_what_it_was() -> None:
    whole = run()
    assert whole["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]
    assert whole["automationDetails"] == {"id": "netqed/check/"}
    assert whole["properties"]["verdicts"] == {"proved": 2, "refuted": 5, "unknown": 1, "vacuous": 2}

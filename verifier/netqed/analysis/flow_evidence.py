"""The evidence of a decision as plain values: reasons, policies, rules, and their places in the user's files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netqed.analysis.flow_readings import Case
from netqed.reference.flow import DirectionDecision, RuleMatch
from netqed.resources.objects import NetworkPolicy
from netqed.sources.position import FieldPath


class Evidence:
    """Turns decisions into evidence. Keeps the places that it has looked up, since the same rules decide many flows."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, FieldPath], str | None] = {}
        self._kept: list[NetworkPolicy] = []

    def of(self, cases: Sequence[Case]) -> dict[str, Any]:
        """`ingress` and `egress`, each with `reason`, with the policies that isolate the side that is governed
        (`isolated_by`, at their podSelector), and with every rule that matches (`matched`, at the element to blame).

        Where what is not known of a network plugin decides a direction, that direction is `depends`: the same for a
        case that lets the flow through (`allowed`) and for one that does not (`denied`), each with its `answers`.
        """
        return {
            "ingress": self._cases([(case, case.decision.ingress) for case in cases]),
            "egress": self._cases([(case, case.decision.egress) for case in cases]),
        }

    def _cases(self, cases: Sequence[tuple[Case, DirectionDecision]]) -> dict[str, Any]:
        """One direction. Of several cases that decide alike the first stands for all."""
        first = {decision.allowed: (case, decision) for case, decision in reversed(cases)}
        if len(first) == 1:
            return self._direction(cases[0][1])
        words = {True: "allowed", False: "denied"}
        return {
            "reason": "depends",
            **{
                words[allowed]: {
                    "answers": {matter.value: yes for matter, yes in first[allowed][0].taken.items()},
                    **self._direction(first[allowed][1]),
                }
                for allowed in (True, False)
            },
        }

    def _direction(self, decision: DirectionDecision) -> dict[str, Any]:
        return {
            "reason": decision.reason,
            "isolated_by": [
                {"policy": policy.key, "at": self._place(policy, ("spec", "podSelector"))}
                for policy in decision.selecting
            ],
            "matched": [self._match(match) for match in decision.matches],
        }

    def _match(self, match: RuleMatch) -> dict[str, Any]:
        rule: FieldPath = ("spec", match.direction, match.rule)
        return {
            "policy": match.policy.key,
            "rule": written(rule),
            "peer": None if match.peer is None else written(match.path),
            "port": None if match.port is None else written((*rule, "ports", match.port)),
            "at": self._place(match.policy, match.path),
        }

    def _place(self, policy: NetworkPolicy, path: FieldPath) -> str | None:
        """file:line:column of a field of the policy; None where it was not read from a file."""
        if policy.document is None:
            return None
        key = (id(policy), path)
        if key not in self._places:
            self._places[key] = str(policy.document.span(path).start)
            self._kept.append(policy)  # so that no other policy gets its id
        return self._places[key]


def written(path: FieldPath) -> str:
    """A path as people write it: `spec.ingress[0].from[1]`."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(parts).removeprefix(".")

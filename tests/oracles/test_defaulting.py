"""The API server's own tests of defaulting: the evaluator gives an unset policyTypes the same value."""

from __future__ import annotations

import pytest

from netqed.reference.policies import effective_types
from netqed.resources.load import load
from netqed.sources.read import read
from support.oracles import MISSING, ROOT, Case, cases

CASES = cases("defaulting")

FEWEST_CASES = 5


def test_there_are_cases() -> None:
    if not ROOT.is_dir():
        pytest.skip(MISSING)
    assert len(CASES) >= FEWEST_CASES


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_policy_types_default_as_the_api_servers(case: Case) -> None:
    policies = load(read(case.paths)).policies
    assert policies
    for policy in policies:
        assert list(effective_types(policy)) == case.expected["expect_policyTypes"]

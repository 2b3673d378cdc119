"""What the API server accepts and rejects, by its own unit tests: loading agrees on every NetworkPolicy of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from netqed.resources.load import load
from netqed.sources.position import InputError
from support.documents import reading_of

ORACLES = Path(__file__).resolve().parents[2].parent / "shared" / "oracles" / "upstream"
API_VERSION = "networking.k8s.io/v1"
FEWEST = 45


def _objects(case: Path) -> list[Any]:
    return list(yaml.safe_load_all((case / "policies.yaml").read_text(encoding="utf-8")))


def _cases() -> list[tuple[Path, bool]]:
    cases: list[tuple[Path, bool]] = []
    for expectation in sorted(ORACLES.glob("*/**/expect.json")):
        expected = json.loads(expectation.read_text(encoding="utf-8"))
        if expected["kind"] != "validation":
            continue
        kinds = {(item.get("apiVersion"), item.get("kind")) for item in _objects(expectation.parent)}
        if kinds == {(API_VERSION, "NetworkPolicy")}:
            cases.append((expectation.parent, expected["valid"]))
    return cases


CASES = _cases() if ORACLES.is_dir() else []


def test_there_are_cases() -> None:
    if not ORACLES.is_dir():
        pytest.skip(f"NO ORACLES: {ORACLES} is missing, so validation is not held against the API server's tests")
    assert len(CASES) >= FEWEST
    assert {valid for _, valid in CASES} == {True, False}


@pytest.mark.parametrize(("case", "valid"), [pytest.param(*case, id=case[0].name) for case in CASES])
def test_loading_agrees_with_the_api_server(case: Path, valid: bool) -> None:
    reading = reading_of(*_objects(case))
    if valid:
        assert load(reading).policies
    else:
        with pytest.raises(InputError) as caught:
            load(reading)
        assert all(problem.object and problem.position for problem in caught.value.problems)

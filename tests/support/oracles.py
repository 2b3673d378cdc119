"""Cases of upstream test suites that concern NetworkPolicy alone: expected verdicts that this project did not write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2].parent / "shared" / "oracles" / "upstream"

MISSING = f"NO ORACLES: {ROOT} is missing, so nothing is held against the upstream suites"


@dataclass(frozen=True, slots=True)
class Case:
    """One folder with manifests and what is expected of them."""

    folder: Path
    expected: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The folder below the suites, as a test id."""
        return self.folder.relative_to(ROOT).as_posix()

    @property
    def suite(self) -> str:
        """The suite that it comes from."""
        return self.name.split("/")[0]

    @property
    def paths(self) -> list[str]:
        """Its manifests; some have an empty file of policies."""
        return [str(self.folder / self.expected[key]) for key in ("cluster", "policies") if key in self.expected]


def cases(kind: str) -> list[Case]:
    """Every case of a kind whose policies are NetworkPolicies and nothing else (or are none at all); no case where the
    suites are missing."""
    found = []
    for file in sorted(ROOT.rglob("expect.json")):
        case = Case(file.parent, json.loads(file.read_text(encoding="utf-8")))
        if case.expected["kind"] == kind and all(
            (item["apiVersion"], item["kind"]) == ("networking.k8s.io/v1", "NetworkPolicy")
            for item in objects(case.folder / case.expected["policies"])
        ):
            found.append(case)
    return found


def objects(manifest: Path) -> list[Any]:
    """The objects in a file, `List`s taken apart."""
    found: list[Any] = []
    for document in yaml.safe_load_all(manifest.read_text(encoding="utf-8")):
        if document is not None:
            found.extend(document["items"] if document["kind"] == "List" else [document])
    return found

"""Specs that the pages show are specs that netqed reads."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from netqed import api
from support.console import ROOT, pages

_FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _specs(page: Path) -> list[str]:
    """The page's YAML blocks that have the keys of a spec and not those of a Kubernetes object."""
    keys = set(api.spec_schema()["properties"])
    found = []
    for text in _FENCE.findall(page.read_text(encoding="utf-8")):
        data = yaml.safe_load(text)
        if isinstance(data, dict) and keys & set(data) and "kind" not in data:
            found.append(text)
    return found


SPECS = [(page, text) for page in pages() for text in _specs(page)]


@pytest.mark.parametrize(("page", "text"), SPECS, ids=[f"{p.name}-{n}" for n, (p, _) in enumerate(SPECS)])
def test_a_spec_that_a_page_shows_is_read(page: Path, text: str) -> None:
    spec = api.load_spec(f"{page.name}.yaml", text=text)
    assert spec is not None
    assert replace(spec, file=None) != api.Spec()


def test_the_readme_shows_a_spec() -> None:
    assert ROOT / "README.md" in {page for page, _ in SPECS}

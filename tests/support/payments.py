"""Two versions of specs/payments, compared."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from netqed import api
from netqed.analysis.difference_results import Difference
from support.console import ROOT


def compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Difference:
    """The comparison, without what differs from run to run: NEW opens ports of the API and moves the database's."""
    for side in ("old", "new"):
        shutil.copytree(ROOT / "specs" / "payments" / "manifests", folder / side)
    policies = folder / "new" / "policies"
    for name, before, after in (
        ("payments-api.yaml", "port: 8080", "port: 8080, endPort: 8090"),
        ("payments-db.yaml", "port: 5432", "port: 5433"),
    ):
        text = (policies / name).read_text(encoding="utf-8")
        assert before in text
        (policies / name).write_text(text.replace(before, after), encoding="utf-8")
    monkeypatch.chdir(folder)
    shutil.copy(ROOT / "specs" / "payments" / "netqed.yaml", folder)
    whole = api.difference(["old"], ["new"], spec=api.load_spec("netqed.yaml"))
    bases = {side: replace(getattr(whole, side), digest="0" * 64) for side in ("old", "new")}
    return replace(whole, seconds=0.0, **bases)

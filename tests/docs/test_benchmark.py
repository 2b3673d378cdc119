"""The benchmark's generator makes what it says, the same each time, and netqed answers it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from netqed import api
from support.console import ROOT

SIZES = {"pods": 200, "namespaces": 40, "policies": 200, "invariants": 25, "nodes": 4}


def _generate(out: Path, **changes: int) -> Path:
    options = [f"--{name}={value}" for name, value in {**SIZES, **changes}.items()]
    subprocess.run([sys.executable, str(ROOT / "benchmarks" / "generate.py"), str(out), *options], check=True)
    return out


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _generate(tmp_path_factory.mktemp("benchmark"))


def test_sizes_are_as_asked_and_pods_are_full(data: Path) -> None:
    text = (data / "cluster.yaml").read_text(encoding="utf-8")
    items = yaml.load(text, Loader=yaml.CSafeLoader)["items"]
    kinds = [item["kind"] for item in items]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "Namespace": SIZES["namespaces"],
        "NetworkPolicy": SIZES["policies"],
        "Node": SIZES["nodes"],
        "Pod": SIZES["pods"],
    }
    pods = text.split("- apiVersion: v1\n  kind: Pod\n")[1:]
    assert min(len(pod) for pod in pods) >= 1_500
    names = [(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in items]
    assert len(set(names)) == len(names)


def test_the_same_seed_writes_the_same_files(data: Path, tmp_path: Path) -> None:
    again = _generate(tmp_path / "again")
    other = _generate(tmp_path / "other", seed=2)
    for name in ("cluster.yaml", "netqed.yaml"):
        assert (again / name).read_bytes() == (data / name).read_bytes()
        assert (other / name).read_bytes() != (data / name).read_bytes()


def test_netqed_answers_every_invariant(data: Path) -> None:
    result = api.check([data / "cluster.yaml"], spec=api.load_spec(data / "netqed.yaml"))
    words = [one.verdict.word for one in result.inputs[0].results]
    assert len(words) == SIZES["invariants"]
    assert set(words) == {"proved", "refuted"}

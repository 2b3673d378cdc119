"""The same witness whatever does not matter: order of objects, files and documents, names, earlier questions, runs."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from netqed import api
from netqed.analysis.results import Refuted
from support.manifests import Manifest, namespace, pod, policy, workload
from support.proving import as_text, check, shown, spec_of

SENTENCES = (
    "web cannot reach db",
    "only web can reach db",
    "any pod cannot reach any pod",
    "web cannot reach internet",
    "internet cannot reach db",
    "no pod can reach a pod of another namespace",
    "db is isolated",
    "web can reach db on TCP/5432",
    "db cannot reach db on UDP",
)
PORT = {"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 5432}]}]}
OBJECTS: list[Manifest] = [
    namespace("web", team="a"),
    namespace("db", team="b"),
    *(workload("Deployment", name, "web", {"app": name}) for name in ("site", "cart")),
    *(workload("StatefulSet", name, "db", {"app": name}, pod=PORT) for name in ("one", "two")),
    pod("probe", "db", {"role": "probe"}),
    policy(
        "into",
        "db",
        podSelector={"matchLabels": {"app": "one"}},
        ingress=[
            {"from": [{"podSelector": {"matchLabels": {"role": "x"}}}], "ports": [{"port": "pg"}, {"port": 99}]},
            {"from": [{"namespaceSelector": {"matchLabels": {"team": "c"}}}, {"ipBlock": {"cidr": "192.0.2.0/24"}}]},
        ],
    ),
    policy("closed", "db", podSelector={}),
    policy("out", "web", podSelector={"matchLabels": {"app": "cart"}}, policyTypes=["Egress"]),
]


def witnesses(objects: list[Manifest], *sentences: str) -> dict[str, str]:
    """The witness of each sentence that is refuted, addresses included; what closes it besides."""
    return {result.stated.sentence: told(result.verdict) for result in check(objects, *sentences).results}


def told(verdict: object) -> str:
    if not isinstance(verdict, Refuted):
        return type(verdict).__name__
    ends = (verdict.witness.source, verdict.witness.destination)
    return f"{shown(verdict.witness)} at {[end.address for end in ends]} {verdict.closers}"


@pytest.fixture(scope="module")
def expected() -> dict[str, str]:
    found = witnesses(OBJECTS, *SENTENCES)
    assert sum("->" in text for text in found.values()) >= 7
    return found


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_objects_plays_no_part(expected: dict[str, str], seed: int) -> None:
    shuffled = random.Random(seed).sample(OBJECTS, len(OBJECTS))
    assert witnesses(shuffled, *SENTENCES) == expected


def test_the_order_of_rules_peers_and_ports_plays_no_part(expected: dict[str, str]) -> None:
    turned = json.loads(json.dumps(OBJECTS))
    for item in turned:
        for rules in (item.get("spec", {}).get("ingress", []), item.get("spec", {}).get("egress", [])):
            rules.reverse()
            for rule in rules:
                for listed in rule.values():
                    listed.reverse()
    assert witnesses(turned, *SENTENCES) == expected


def test_neither_do_earlier_questions(expected: dict[str, str]) -> None:
    """Nor what the other sentences speak of: each asked alone has the witness that it has among the others.

    Its invented values may be others only where the others' words are: none of these names a label.
    """
    assert witnesses(OBJECTS, *reversed(SENTENCES)) == expected
    for sentence in SENTENCES:
        assert witnesses(OBJECTS, sentence) == {sentence: expected[sentence]}


def test_nor_do_files(expected: dict[str, str], tmp_path: Path) -> None:
    rotated = {name: OBJECTS[place::3] for name, place in (("c", 0), ("a", 1), ("b", 2))}
    for name, objects in rotated.items():
        (tmp_path / f"{name}.yaml").write_text(as_text(objects))
    for order in (("a", "b", "c"), ("c", "b", "a")):
        paths = [tmp_path / f"{name}.yaml" for name in order]
        (one,) = api.check(paths, spec=spec_of(*SENTENCES)).inputs
        assert {result.stated.sentence: told(result.verdict) for result in one.results} == expected


def test_objects_that_are_renamed_in_the_same_order_give_the_witness_renamed(expected: dict[str, str]) -> None:
    """Names choose between what is alike, by their order alone. The order is kept: db < web becomes east < west."""
    names = {"db": "east", "web": "west", "site": "tile", "cart": "dart", "into": "in", "closed": "shut"}

    def renamed(text: str) -> str:
        for old, new in names.items():
            text = text.replace(f"{old}/", f"{new}/").replace(f'"{old}"', f'"{new}"').replace(f"/{old}", f"/{new}")
            text = text.replace(f" {old} ", f" {new} ").replace(f"={old}", f"={new}")
        return " ".join(names.get(word, word) for word in text.split(" "))

    objects = json.loads(renamed(json.dumps(OBJECTS)))
    sentences = [renamed(sentence) for sentence in SENTENCES]
    assert all("web" not in one and "db" not in one for one in sentences)
    assert witnesses(objects, *sentences) == {renamed(one): renamed(text) for one, text in expected.items()}


def test_runs_and_hash_seeds_play_no_part(expected: dict[str, str]) -> None:
    """Python draws new hashes for strings in each process, and with them the order of sets."""
    program = (
        "import json, sys\n"
        "from quality_stability import OBJECTS, SENTENCES, witnesses\n"
        "json.dump(witnesses(OBJECTS, *SENTENCES), sys.stdout)\n"
    )
    loader = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('quality_stability', {__file__!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "sys.modules['quality_stability'] = module\n"
        "spec.loader.exec_module(module)\n"
    )
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[1])}
        done = subprocess.run(
            [sys.executable, "-c", loader + program], env=environment, capture_output=True, text=True, check=True
        )
        assert json.loads(done.stdout) == expected, seed

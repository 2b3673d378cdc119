"""Measures the comparison of two policy sets as a whole process, loading included, and prints a table.

OLD is a generated set without its pods; NEW is the same set, the same set with every selector written as expressions,
and the set with another port in ten policies. Each figure is a median of the rounds, in seconds and as a ratio to
loading both sides alone in a process of the same kind.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from generate import write

LOAD = "import sys; from netqed import api; [api.load_cluster([path]) for path in sys.argv[1:3]]"
COMPARE = (
    "import sys; from netqed import api; found = api.difference([sys.argv[1]], [sys.argv[2]]); "
    "print(found.outcome, sum(len(delta.families or ()) for _, delta in found.deltas))"
)
EDITED = 10
Objects = list[dict[str, Any]]


def generated(folder: Path, policies: int, seed: int) -> Objects:
    """The namespaces and policies of a generated cluster."""
    write(folder, pods=60, namespaces=200, policy_count=policies, invariant_count=1, nodes=3, seed=seed)
    text = (folder / "cluster.yaml").read_text(encoding="utf-8")
    items: Objects = yaml.load(text, Loader=yaml.CSafeLoader)["items"]
    return [one for one in items if one["kind"] in ("Namespace", "NetworkPolicy")]


def as_expressions(value: Any) -> Any:
    """The same policies with every matchLabels as matchExpressions."""
    if isinstance(value, list):
        return [as_expressions(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: as_expressions(one) for key, one in value.items() if key != "matchLabels"}
    items = [{"key": key, "operator": "In", "values": [one]} for key, one in value.get("matchLabels", {}).items()]
    return {**found, "matchExpressions": [*items, *found.get("matchExpressions", [])]} if items else found


def edited(objects: Objects, seed: int) -> Objects:
    """The same policies, of which `EDITED` speak of the next higher ports."""
    changed = deepcopy(objects)
    numbered = [one for one in changed if one["kind"] == "NetworkPolicy" and _numbers(one)]
    for policy in random.Random(seed).sample(numbered, EDITED):
        for port in _numbers(policy):
            port["port"] += 1
            port.pop("endPort", None)
    return changed


def _numbers(policy: dict[str, Any]) -> Objects:
    rules = [rule for direction in ("ingress", "egress") for rule in policy["spec"].get(direction) or []]
    return [port for rule in rules for port in rule.get("ports") or [] if isinstance(port.get("port"), int)]


def seconds(code: str, *paths: Path) -> tuple[float, str]:
    """How long a process takes, and what it prints."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, *map(str, paths)], check=True, capture_output=True, text=True)
    return time.perf_counter() - started, done.stdout.strip()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--policies", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old = generated(folder / "cluster", options.policies, options.seed)
        sides = {"the same": old, "rewritten": as_expressions(old), f"{EDITED} edited": edited(old, options.seed)}
        for number, objects in enumerate((old, *sides.values())):
            text = yaml.dump({"apiVersion": "v1", "kind": "List", "items": objects}, Dumper=yaml.CSafeDumper)
            (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
        print("| NEW | outcome, families | s | load, s | ratio |\n|---|---|---:|---:|---:|")
        for number, title in enumerate(sides, 1):
            paths = (folder / "0.yaml", folder / f"{number}.yaml")
            rounds = [(seconds(LOAD, *paths)[0], *seconds(COMPARE, *paths)) for _ in range(options.rounds)]
            load, whole = (statistics.median(one[place] for one in rounds) for place in (0, 1))
            print(f"| {title} | {rounds[0][2]} | {whole:.2f} | {load:.2f} | {whole / load:.1f} |")


if __name__ == "__main__":
    main()

"""Measures what explanations cost beyond loading, on the benchmark's cluster, and prints a table.

The cluster is loaded once. Each row is a set of explanations, each begun from nothing but the loaded cluster: an
encoding of its own, as a user's single question has. What is measured is processor time, of one thread.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from netqed import api
from netqed.analysis.check import check
from netqed.analysis.explain import Asked, explain
from netqed.analysis.explain_asked import stated_ports, stated_side
from netqed.analysis.results import Proved, Refuted
from netqed.resources.cluster import Cluster
from netqed.sources.collector import collector_paused
from netqed.spec.document import Spec
from netqed.spec.resolve import resolve
from netqed.spec.sentences import Isolated

HERE = Path(__file__).parent


def timed(work: Callable[[], object]) -> float:
    """Seconds of processor time that the work takes."""
    with collector_paused():
        started = time.process_time()
        work()
        return time.process_time() - started


def questions(cluster: Cluster, spec: Spec, number: int) -> Iterator[tuple[str, float, float]]:
    """So many proved and so many refuted invariants: the word, the seconds of the verdict alone, and with reasons."""
    left = {"proved": number, "refuted": number}
    for stated in spec.invariants:
        alone = replace(spec, invariants=(stated,))
        (result,) = check(cluster, alone).results
        word = result.verdict.word
        if isinstance(result.verdict, Proved | Refuted) and left[word]:
            left[word] -= 1
            plain = timed(lambda alone=alone: check(cluster, alone))
            yield word, plain, timed(lambda alone=alone: check(cluster, alone, why=True))
        if not any(left.values()):
            return


def explanations(cluster: Cluster, spec: Spec, number: int, seed: int) -> list[float]:
    """The seconds of `netqed explain POD POD TCP/8080` of so many pairs of pods, in a cluster that is loaded."""
    pods = [f"{one.namespace}/{one.name}" for one in cluster.workloads if one.kind == "Pod"]
    chosen = random.Random(seed).sample(pods, 2 * number)
    return [timed(partial(explained, cluster, spec, *pair)) for pair in zip(chosen[::2], chosen[1::2], strict=True)]


def explained(cluster: Cluster, spec: Spec, source: str, destination: str) -> None:
    """One explanation, as `api.explain` makes it."""
    stated = (stated_side(source, "<source>"), stated_side(destination, "<destination>"))
    resolved = resolve(replace(spec, invariants=stated), cluster)
    ends = [one.invariant.inside for one in resolved.invariants if isinstance(one.invariant, Isolated)]
    sides = [Asked(text, end) for text, end in zip((source, destination), ends, strict=True)]
    explain(cluster, replace(resolved, invariants=stated), *sides, stated_ports("TCP/8080"), cni="spec")


def row(name: str, seconds: list[float]) -> str:
    """A table's row: the median and the slowest."""
    return f"| {name} | {len(seconds)} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s |"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--number", type=int, default=10, help="explanations of each sort")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not (options.data / "cluster.yaml").exists():
        command = [sys.executable, str(HERE / "generate.py"), str(options.data), f"--seed={options.seed}"]
        subprocess.run(command, check=True)
    spec = api.load_spec(options.data / "netqed.yaml")
    assert spec is not None
    cluster = api.load_cluster([options.data / "cluster.yaml"])
    resolved = resolve(spec, cluster)
    found = list(questions(cluster, resolved, options.number))
    print("| beyond loading | number | median | slowest |\n|---|---|---|---|")
    for word, what in (("proved", "which policies it needs"), ("refuted", "every way in")):
        print(row(f"a verdict: {word}", [plain for each, plain, _ in found if each == word]))
        print(row(f"the same with its reasons: {what}", [whole for each, _, whole in found if each == word]))
    found_flows = explanations(cluster, spec, options.number, options.seed)
    print(row("`netqed explain` of one flow, with all other ports", found_flows))
    return 0


if __name__ == "__main__":
    sys.exit(main())

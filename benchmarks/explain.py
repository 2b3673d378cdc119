"""Measures what explanations cost beyond loading, on the benchmark's cluster, and prints a table.

The cluster is loaded once. Each row is a set of explanations, each begun from nothing but the loaded cluster: an
encoding of its own, as a user's single question has. What is measured is processor time, of one thread.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from netqed import api
from netqed.analysis.check import check
from netqed.analysis.results import Proved, Refuted
from netqed.resources.cluster import Cluster
from netqed.spec.document import Spec
from netqed.spec.resolve import resolve

HERE = Path(__file__).parent


def timed(work: Callable[[], object]) -> float:
    """Seconds of processor time that the work takes."""
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
    return 0


if __name__ == "__main__":
    sys.exit(main())

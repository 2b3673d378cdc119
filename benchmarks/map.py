"""Measures `netqed map` on the benchmark's cluster, and prints a table.

The cluster is loaded once, and the map made of it several times, each time from nothing but the loaded cluster. What is
measured is processor time, of one thread.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from netqed import api
from netqed.analysis.reach_map import reach_map
from netqed.report.map import render_map
from netqed.report.map_dot import render_map_dot
from netqed.report.map_json import render_map_json
from netqed.sources.collector import collector_paused
from netqed.spec.document import Spec
from netqed.spec.resolve import resolve

HERE = Path(__file__).parent


def timed(work: Callable[[], object], rounds: int) -> list[float]:
    """Seconds of processor time that the work takes, each time."""
    found: list[float] = []
    for _ in range(rounds):
        started = time.process_time()
        with collector_paused():
            work()
        found.append(time.process_time() - started)
    return found


def row(name: str, seconds: list[float]) -> str:
    """A table's row: the median and the slowest."""
    return f"| {name} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s |"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not (options.data / "cluster.yaml").exists():
        command = [sys.executable, str(HERE / "generate.py"), str(options.data), f"--seed={options.seed}"]
        subprocess.run(command, check=True)
    loading = timed(lambda: api.load_cluster([options.data / "cluster.yaml"]), 1)
    cluster = api.load_cluster([options.data / "cluster.yaml"])
    spec = resolve(Spec(), cluster)
    found = reach_map(cluster, spec)
    pairs = sum(found.pairs(edge) for edge in found.edges)
    size = f"{len(cluster.workloads):,} pods and {len(cluster.policies):,} policies"
    print(f"{size}: {len(found.nodes):,} nodes, {pairs:,} pairs connected, in {len(found.edges):,} edges.\n")
    print("| of one map | median | slowest |\n|---|---|---|")
    print(row("loading", loading))
    print(row("the map", timed(lambda: reach_map(cluster, spec), options.rounds)))
    print(row("as text", timed(lambda: render_map(found), options.rounds)))
    print(row("as JSON", timed(lambda: render_map_json(found), options.rounds)))
    print(row("as dot", timed(lambda: render_map_dot(found), options.rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Measures `netqed check` as a whole process against PyYAML's C loader alone on the same files, and prints a table.

The two take turns, so that a machine that is busy for a while is busy for both; each figure is a median of the rounds.
Everything is cold in the sense that a user's run is: a new process each time, nothing kept between runs. The files are
in the page cache for both.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
NETQED = Path(sys.executable).with_name("netqed")

# What the yardstick runs: every document of every file, read and dropped.
LOAD = """\
import sys, yaml
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        for document in yaml.load_all(file, Loader=yaml.CSafeLoader):
            pass
"""


@dataclass(frozen=True)
class Run:
    """One process: its wall-clock seconds, its peak resident memory in MB, its exit code and what it printed."""

    seconds: float
    megabytes: float
    code: int
    output: str


def run(command: list[str]) -> Run:
    """Run a command to its end; its standard output is kept, its standard error passes through."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    # ru_maxrss counts kilobytes on Linux and bytes on macOS.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Run(seconds, usage.ru_maxrss / unit, process.returncode, output)


def row(name: str, runs: list[Run]) -> str:
    """A table's row: medians, the fastest and slowest run, and the highest peak."""
    seconds = [one.seconds for one in runs]
    peak = max(one.megabytes for one in runs)
    return (
        f"| {name} | {statistics.median(seconds):.2f} s | {min(seconds):.2f} to {max(seconds):.2f} s | {peak:.0f} MB |"
    )


def verdicts(output: str) -> str:
    """The report's summary line, which counts the verdicts."""
    lines = [line for line in output.splitlines() if re.search(r"\d+ proved", line)]
    return lines[-1].strip() if lines else "no summary line found"


def main() -> int:
    """The command line; 1 where a run did not end as it should."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--namespaces", type=int, default=200)
    parser.add_argument("--policies", type=int, default=1_000)
    parser.add_argument("--invariants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    sizes = [f"--{name}={getattr(options, name)}" for name in ("pods", "namespaces", "policies", "invariants", "seed")]
    subprocess.run([sys.executable, str(HERE / "generate.py"), str(options.data), *sizes], check=True)
    cluster, spec = options.data / "cluster.yaml", options.data / "netqed.yaml"

    load = [sys.executable, "-c", LOAD, str(cluster), str(spec)]
    check = [str(NETQED), "check", str(cluster), "--spec", str(spec)]
    loads, checks, helps = [], [], []
    for _ in range(options.rounds):
        loads.append(run(load))
        checks.append(run(check))
    for _ in range(max(5, options.rounds)):
        helps.append(run([str(NETQED), "--help"]))

    failed = [one for one in loads + helps if one.code != 0] + [one for one in checks if one.code not in (0, 1)]
    if failed or len({one.output.count("refuted") for one in checks}) != 1:
        codes = ", ".join(str(one.code) for one in [*loads, *checks, *helps])
        print(f"the figures are void: a process failed, or two runs differ (exit codes {codes})", file=sys.stderr)
        return 1

    ratio = statistics.median(one.seconds for one in checks) / statistics.median(one.seconds for one in loads)
    print(
        f"{options.pods:,} pods in {options.namespaces:,} namespaces, {options.policies:,} policies, "
        f"{options.invariants:,} invariants; {cluster.stat().st_size / 1e6:.0f} MB of YAML; "
        f"{os.cpu_count()} processors, Python {platform.python_version()}; medians of {options.rounds} rounds.\n"
    )
    print("| whole process, cold | median | range | peak memory |\n|---|---|---|---|")
    print(row("`netqed check`", checks))
    print(row("PyYAML `load_all(…, CSafeLoader)` alone", loads))
    print(row("`netqed --help`", helps))
    print(f"\nRatio of `netqed check` to PyYAML alone: {ratio:.2f}. Verdicts: {verdicts(checks[0].output)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The same report however the solver searches: witnesses, ways in, reasons and differences are chosen by netqed alone.

What a report says must not change with Z3's version or its moods. Here Z3 is made to try other values first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from netqed import api
from netqed.report import render
from netqed_smt.solver import Solver
from support.manifests import Manifest, namespace, pod, policy, workload
from support.proving import as_text, spec_of

SPECS = Path(__file__).parents[2] / "specs"

PORTS = {"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 5432, "name": "pg"}]}]}
PODS: list[Manifest] = [
    *(workload("Deployment", name, "web", {"app": name}) for name in ("cart", "site")),
    *(workload("StatefulSet", name, "db", {"app": name}, pod=PORTS) for name in ("one", "two")),
    pod("probe", "ops", {"role": "probe"}),
    pod("agent", "ops", {"app": "agent"}, pod={"hostNetwork": True}),
]
OPENING = {"from": [{"podSelector": {"matchLabels": {"role": "x"}}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}]}
POLICIES: list[Manifest] = [
    policy("into", "db", podSelector={"matchLabels": {"app": "one"}}, ingress=[{**OPENING, "ports": [{"port": "pg"}]}]),
    policy("admit", "db", podSelector={}, ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"team": "b"}}}]}]),
    *(policy(f"closed-{number}", "db", podSelector={}) for number in range(3)),
    policy("out", "web", podSelector={"matchLabels": {"app": "cart"}}, policyTypes=["Egress"]),
]
DECLARED: list[Manifest] = [namespace("web", team="a"), namespace("db", team="b"), namespace("ops")]
SENTENCES = (
    "web cannot reach db",
    "only web can reach db",
    "any pod cannot reach any pod",
    "db is isolated from web/app=cart",
    "web/app=cart cannot reach db",
    "internet cannot reach db",
    "no pod can reach a pod of another namespace",
    "no pod can reach a pod with another value of namespace label team",
    "web can reach db on TCP/5432",
    "nodes cannot reach web",
    "only ns(team=b) can reach db/app=two except host-networked",
    "web cannot reach db/app=two on UDP",
)

SEARCHES: dict[str, dict[str, int | str]] = {
    "true first": {"phase": "always_true"},
    "by another heuristic": {"branching.heuristic": "chb", "phase": "random", "random_seed": 3},
}


def checked(objects: list[Manifest], *sentences: str) -> str:
    return render(api.check(spec=spec_of(*sentences), paths=["-"], settings=settings(as_text(objects))), "json")


def settings(stdin: str | None = None) -> api.Settings:
    return api.Settings(stdin=stdin, why=True)


def of_folder(name: str) -> str:
    return render(
        api.check(SPECS / name, spec=api.load_spec(SPECS / name / "netqed.yaml"), settings=settings()), "json"
    )


def compared() -> str:
    return render(api.difference(SPECS / "payments", SPECS / "payments-broken"), "json")


REPORTS: dict[str, Callable[[], str]] = {
    "declared": partial(checked, [*DECLARED, *PODS, *POLICIES], *SENTENCES),
    "undeclared": partial(checked, [*PODS, *POLICIES], *SENTENCES),
    "partly declared": partial(checked, [DECLARED[0], DECLARED[2], *PODS, *POLICIES], *SENTENCES),
    "no pods": partial(checked, [*DECLARED, *POLICIES], *SENTENCES[:3]),
    "payments": partial(of_folder, "payments"),
    "payments-broken": partial(of_folder, "payments-broken"),
    "difference": compared,
}


def searching(monkeypatch: pytest.MonkeyPatch, options: dict[str, int | str]) -> None:
    """Have every solver search as the options say."""
    begin = Solver.__init__

    def begun(self: Solver, *arguments: Any) -> None:
        begin(self, *arguments)
        z3, context = self._z3, self._context
        parameters = z3.Z3_mk_params(context)
        z3.Z3_params_inc_ref(context, parameters)
        for name, value in options.items():
            symbol = self._symbol(name)
            if isinstance(value, int):
                z3.Z3_params_set_uint(context, parameters, symbol, value)
            else:
                z3.Z3_params_set_symbol(context, parameters, symbol, self._symbol(value))
        z3.Z3_solver_set_params(context, self._solver, parameters)
        z3.Z3_params_dec_ref(context, parameters)

    monkeypatch.setattr(Solver, "__init__", begun)


def timeless(report: str) -> str:
    """Without how long it took."""
    return re.sub(r"[\d.]+ s\b|\"seconds\": [\d.]+", "", report)


@pytest.mark.parametrize("what", REPORTS)
def test_how_the_solver_searches_plays_no_part(what: str) -> None:
    expected = timeless(REPORTS[what]())
    for search in SEARCHES.values():
        with pytest.MonkeyPatch.context() as monkeypatch:
            searching(monkeypatch, search)
            assert timeless(REPORTS[what]()) == expected, search


@pytest.mark.parametrize("search", SEARCHES)
def test_the_solver_does_search_another_way(search: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many free variables some have other values."""

    def found() -> list[bool]:
        solver = Solver()
        variables = [solver.boolean(f"v{number}") for number in range(60)]
        for one, other in pairwise(variables):
            solver.require(solver.disjunction((one, other)))
        solver.check([])
        return [solver.truth(one) for one in variables]

    first = found()
    searching(monkeypatch, SEARCHES[search])
    assert found() != first

"""What people see, to the letter."""

from __future__ import annotations

from dataclasses import replace

from netqed.report.problems import render_problems
from netqed.report.style import Style
from netqed.report.text import render_text
from netqed.resources.cluster import Note
from netqed.sources.position import Position, Problem
from support.golden import assert_golden
from support.results import check_result, every_kind


def test_every_verdict_and_status() -> None:
    assert_golden("every-verdict.txt", render_text(check_result()))


def test_verbose() -> None:
    assert_golden("every-verdict-verbose.txt", render_text(check_result(), verbose=True))


def test_quiet() -> None:
    assert_golden("every-verdict-quiet.txt", render_text(check_result(), quiet=True))


def test_narrow_terminal_and_colour() -> None:
    assert_golden("every-verdict-narrow-colour.txt", render_text(check_result(), style=Style(colour=True, width=60)))


def test_several_inputs_one_of_them_incomplete() -> None:
    whole = every_kind()
    proved = replace(whole, name="prod", results=whole.results[:1])
    ignoring = replace(whole.basis, ignored=(Note("CiliumNetworkPolicy shop/l7", "k8s/l7.yaml:1:1"),))
    assert_golden(
        "several-inputs.txt",
        render_text(check_result(proved, replace(proved, name="staging", results=whole.results[:2], basis=ignoring))),
    )


def test_problems() -> None:
    assert_golden(
        "problems.txt",
        render_problems(
            [
                Problem("no group or namespace 'shpo'", Position("netqed.yaml", 4, 24), hint="did you mean 'shop'?",
                        line_text="  - batch cannot reach shpo"),
                Problem("unknown field 'podSelectr'", Position("k8s/a.yaml", 9, 3), "NetworkPolicy shop/api",
                        line_text="  podSelectr: {}"),
                Problem("holds no Kubernetes object", Position("logo.png")),
            ]
        ),
    )  # fmt: skip

"""The reports on two versions of specs/payments, to the letter; and what hostile names may do to a comment."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from netqed import api
from netqed.analysis.difference_results import Delta, Difference
from netqed.report.comment import code
from netqed.report.difference import render_difference
from netqed.report.difference_json import difference_schema, render_difference_json
from netqed.report.difference_markdown import MARKER, render_difference_markdown
from netqed.resources.cluster import Note
from support.golden import assert_golden
from support.payments import compared


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Difference:
    return compared(tmp_path, monkeypatch)


def test_reports(found: Difference) -> None:
    assert_golden("difference.txt", render_difference(found, requirement="no-new-access"))
    assert_golden("difference-quiet.txt", render_difference(found, quiet=True))
    assert_golden("difference.md", render_difference_markdown(found, requirement="no-new-access"))
    text = render_difference_json(found, requirement="no-new-access")
    jsonschema.Draft202012Validator(difference_schema()).validate(json.loads(text))
    assert_golden("difference.json", text)


HOSTILE = (
    "a|b",
    "`x`",
    "<img src=x onerror=alert(1)>",
    "@octocat",
    "#1",
    "a\n\n# heading",
    "</code></pre></details>",
    "[x](https://example.org)",
    "https://example.org",
    "www.example.org",
    "a@example.org",
    ":tada:",
    "$x$",
    "**b** _i_ ~~s~~",
    "&lt;b&gt;",
    "\\|",
    "-->",
    "\u202eabc",
    "\x1b[31m",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_cell_holds_nothing_that_markdown_reads(name: str) -> None:
    cell = code(name)
    inner = cell.removeprefix("<code>").removesuffix("</code>")
    assert cell == f"<code>{inner}</code>"
    plain = re.sub(r"&#\d+;", "", inner)
    assert not re.search(r"[|`<>@*_~\[\]&\\$:\n\x1b\u202e]|www\.", plain)


def test_a_long_name_is_cut() -> None:
    assert len(re.sub(r"&#\d+;", "x", code("@" * 5000))) < 400
    assert code("") == ""


def test_long_names_do_not_make_a_comment_too_long(found: Difference) -> None:
    """GitHub refuses a comment of over 65,536 characters: that would hide what changed."""
    delta = found.gained
    assert isinstance(delta, Delta)
    assert delta.families is not None
    family = delta.families[0]
    side = replace(family.cube.source, words="@" * 5000)
    long = replace(family, cube=replace(family.cube, source=side, destination=side))
    large = replace(delta, families=(long,) * 400)
    verdicts = tuple(
        replace(one, stated=replace(one.stated, sentence="@" * 5000, name=None)) for one in found.changed_verdicts * 400
    )
    notes = (Note("<" * 5000),) * 50
    comment = render_difference_markdown(replace(found, gained=large, lost=large, verdicts=verdicts, notes=notes))
    assert len(comment) < 65_536
    shown = comment.count("\n| gained |")
    assert 0 < shown < 50
    assert f"Of what is gained: {400 - shown} more families not shown here." in comment
    assert "more verdicts that changed not shown here." in comment
    assert comment.count("</details>") == 3


def test_hostile_input_stays_inside_its_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments, file names and notes of the input come into the folded blocks: nothing there ends the block."""
    strange = "</pre></details>@octocat <!-- `|.yaml".replace("/", "_")
    policy = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
    - from: [{podSelector: {}}] # </pre></details> @octocat <script>
"""
    for side in ("old", "new"):
        (tmp_path / side).mkdir()
        text = policy if side == "new" else policy.partition("  ingress:")[0]
        (tmp_path / side / strange).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    comment = render_difference_markdown(api.difference(["old"], ["new"]))
    assert comment.startswith(f"{MARKER}\n")
    assert comment.count("<!--") == 1
    assert (comment.count("<pre>"), comment.count("</pre>")) == (2, 2)
    assert (comment.count("<details>"), comment.count("</details>")) == (2, 2)
    assert "<script>" not in comment
    outside = re.sub(r"<pre>.*?</pre>", "", comment, flags=re.DOTALL)
    assert "@" not in outside
    assert {line.count("|") for line in outside.splitlines() if line.startswith("|")} == {6}

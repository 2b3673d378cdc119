"""How far what a page shows stands out from what is behind it, as WCAG 2.1 measures it (AA: 1.4.3 and 1.4.11)."""

from __future__ import annotations

from collections import Counter
from typing import Final

from support.browser import Opened

TEXT: Final = 4.5
GRAPHICS: Final = 3.0

_RATIO: Final = """
  const parsed = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const linear = (one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
"""

_PAGE: Final = f"""() => {{
  {_RATIO}
  const behind = (one) => {{
    for (let each = one; each !== null; each = each.parentElement) {{
      const found = getComputedStyle(each).backgroundColor;
      if (found !== "rgba(0, 0, 0, 0)") return parsed(found);
    }}
    return [255, 255, 255];
  }};
  const found = [];
  for (const one of document.querySelectorAll("body *")) {{
    if (one.offsetParent === null) continue;
    const style = getComputedStyle(one);
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    const add = (kind, colour, back) => found.push([kind, name, ratio(parsed(colour), behind(back))]);
    const name = `${{one.tagName.toLowerCase()}} ${{(one.id || one.textContent).slice(0, 40)}}`;
    if (own || one.matches("input, select")) add("text", style.color, one);
    if (one.placeholder) add("text", getComputedStyle(one, "::placeholder").color, one);
    if (one.matches("button, select, input:not([type=checkbox])")) {{
      add("control", style.borderTopColor, one.parentElement);
    }}
    if (one.matches(".sample") && style.borderTopStyle !== "none") add("sample", style.borderTopColor, one);
  }}
  return found;
}}"""

_DRAWING: Final = f"""() => {{
  {_RATIO}
  const cy = netqed.map.drawing;
  const back = parsed(getComputedStyle(document.body).backgroundColor);
  const faded = (colour, opacity) => colour.map((one, index) => one * opacity + back[index] * (1 - opacity));
  const found = [];
  cy.elements().forEach((one) => {{
    const colour = (name) => faded(parsed(one.style(name)), Number(one.style("opacity")));
    const add = (kind, colour, behind) => found.push([kind, name, ratio(colour, behind)]);
    const name = `${{one.group()}} ${{one.classes().join(" ")}}`;
    if (one.isEdge()) {{
      add("line", colour("line-color"), back);
      add("arrow", colour("target-arrow-color"), back);
    }} else {{
      add("label", colour("color"), colour("background-color"));
      add("border", colour("border-color"), back);
    }}
  }});
  return found;
}}"""


def poor(page: Opened) -> list[str]:
    """Texts and controls of the page that do not stand out."""
    return _poor(page.page.evaluate(_PAGE), {"text", "control"})


def poor_in_drawing(page: Opened) -> list[str]:
    """Labels, borders and lines of the map's drawing that do not stand out."""
    return _poor(page.page.evaluate(_DRAWING), {"label", "border", "line", "arrow"})


def _poor(found: list[tuple[str, str, float]], expected: set[str]) -> list[str]:
    measured = Counter(kind for kind, _, _ in found)
    assert set(measured) >= expected, f"nothing of some kind was measured: {measured}"
    least = {"text": TEXT, "label": TEXT}
    return [f"{kind} {name}: {ratio:.2f}" for kind, name, ratio in found if ratio < least.get(kind, GRAPHICS)]

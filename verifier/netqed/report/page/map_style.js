"use strict";
/* How the drawing of the map looks. Lines differ by their style and arrowheads, and never by colour alone. */
netqed.mapStyle = (() => {
  const { element } = netqed;
  const BOX = { width: 180, height: 54 };
  const COLOURS = ["back", "raised", "text", "quiet", "accent", "doubt", "expected-back"];

  /** The colours of the page's theme, as they are now. */
  function colours() {
    const probe = element("span");
    document.body.append(probe);
    const found = {};
    for (const name of COLOURS) {
      probe.style.color = `var(--${name})`;
      found[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return found;
  }

  /** The style that the library draws by. */
  function style() {
    const of = colours();
    return [
      {
        selector: "node",
        style: {
          shape: "round-rectangle", width: BOX.width, height: BOX.height, label: "data(label)", "text-valign": "center", "text-halign": "center",
          "text-wrap": "wrap", "font-size": 13, "font-family": "system-ui, sans-serif", color: of.text, "background-color": of.raised,
          "border-width": 1.5, "border-color": of.quiet, "min-zoomed-font-size": 5,
        },
      },
      { selector: "node.group", style: { "border-width": 3, "font-weight": "bold" } },
      { selector: "node.outside", style: { shape: "cut-rectangle", "border-style": "dashed" } },
      {
        selector: "node.frame",
        style: {
          width: "data(width)", height: "data(height)", "text-valign": "top", "background-color": of.back, "border-width": 1.5, "font-weight": "bold",
          "font-size": "data(title)", "text-margin-y": -4, "z-index-compare": "manual", "z-index": -1,
          "text-background-color": of.back, "text-background-opacity": 0.85, "text-background-padding": 2,
        },
      },
      { selector: "edge", style: { width: 1.5, "curve-style": "straight", "line-color": of.quiet, "target-arrow-color": of.quiet, "target-arrow-shape": "triangle", "arrow-scale": 1.1 } },
      { selector: "edge.bent", style: { "curve-style": "bezier", "control-point-step-size": 26 } },
      // The library's own dots lie so near to each other that they look like a thin line.
      { selector: "edge.default", style: { "line-style": "dashed", "line-dash-pattern": [2, 4] } },
      { selector: "edge.depends", style: { "line-style": "dashed", "line-dash-pattern": [12, 7] } },
      { selector: "node.dim", style: { opacity: 0.72 } },
      { selector: "edge.dim", style: { opacity: 0.72, width: 1 } },
      { selector: "edge.goes", style: { "line-color": of.accent, "target-arrow-color": of.accent, width: 3, "z-index": 9 } },
      { selector: "edge.comes", style: { "line-color": of.doubt, "target-arrow-color": of.doubt, "target-arrow-fill": "hollow", width: 3, "z-index": 9 } },
      { selector: "node.chosen", style: { "border-color": of.accent, "border-width": 4, "background-color": of["expected-back"] } },
    ];
  }

  return { BOX, style };
})();

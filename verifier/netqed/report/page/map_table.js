"use strict";
/* The map as a table, for paper: a row for each source and the ports on which it reaches the same. */
netqed.mapTable = (map, model, filter) => {
  const { element, count } = netqed;
  const SOURCES = 300;
  const NAMED = 20;

  function name(node) {
    return node.kind === "pods" ? `${node.group.name}/${node.name}` : node.name;
  }

  function destinations(others) {
    const all = model.names(others);
    const more = all.length > NAMED ? ` and ${(all.length - NAMED).toLocaleString("en")} more` : "";
    return `${all.slice(0, NAMED).join(", ")}${more}`;
  }

  function ports(one) {
    const marks = { rule: "", default: " (open by default)", depends: " (not for certain)" };
    return `${one.ports}${marks[one.stands]}`;
  }

  const rows = [];
  const doubts = new Set();
  const sources = [...model.nodes.values()];
  for (const node of sources.slice(0, SOURCES)) {
    const found = model.reached([node], "destinations", filter);
    if (found.length === 0 && (node.kind !== "pods" || !node.asked.from)) continue;
    const head = element("th", { scope: "rowgroup", rowspan: Math.max(found.length, 1) }, name(node), element("span", { class: "quiet" }, ` ${model.isolation(node)}`));
    const cells = found.map((one) => [element("td", {}, ports(one)), element("td", {}, destinations(one.others))]);
    if (cells.length === 0) cells.push([element("td", { colspan: 2 }, "nothing that is asked for here")]);
    rows.push(element("tbody", {}, cells.map((pair, index) => element("tr", {}, index === 0 ? head : null, pair))));
    for (const one of found) for (const doubt of one.doubts) doubts.add(doubt);
  }
  const left = sources.length - SOURCES;
  return element(
    "div",
    {},
    element(
      "table",
      {},
      element("caption", {}, `Who can reach whom${map.input === null ? "" : `: ${map.input}`}`),
      element("thead", {}, element("tr", {}, ["From", "Ports", "To"].map((text) => element("th", { scope: "col" }, text)))),
      rows,
    ),
    [...doubts].map((doubt) => element("p", {}, `[${doubt}] ${map.depends[doubt] ?? ""}`)),
    left > 0 ? element("p", { class: "warning" }, `${count(left, "more source")} are not printed: \`netqed map\` writes them all as text.`) : null,
  );
};

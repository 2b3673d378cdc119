"use strict";
/* The map: a list that can be walked by keyboard, a drawing of the same, and what the selected reaches. */
netqed.map = (() => {
  const { data, byId, element, count } = netqed;
  const DRAWN = 1500;
  const BENT = 300;
  const RING = 24;
  const DIMMED = 300;
  const NAMED = 30;
  const LISTED = 3000;
  const LARGEST = 1.4;
  const PAPER = 2400;
  const CERTAIN = ["rule", "default", "depends"];
  const STANDS = { rule: "", default: "  open by default: no policy isolates either side", depends: "  not for certain: it depends on what is said below" };
  const BOX = netqed.mapStyle.BOX;
  const GAP = 46;

  let map = null;
  let model = null;
  let cy = null;
  let restOpen = false;
  const unfolded = new Set();
  const filter = { port: null, byDefault: true };
  let words = [];
  let selected = null;
  let focused = null;

  const isFound = (node) => words.every((word) => node.text.includes(word));
  const keyOf = (item) => (item.nodes === undefined ? `node ${item.id}` : `group ${item.key}`);
  const nodesOf = (item) => item.nodes ?? [item];
  const boxOf = (node) => (unfolded.has(node.group.key) ? keyOf(node) : keyOf(node.group));
  const short = (text) => (text.length <= 24 ? text : `${text.slice(0, 23)}…`);
  const sizeWords = (group) => count(group.nodes.length, "group");

  /* Layout: few boxes stand in a ring, where no line crosses a third box; many in rows. */

  function ring(boxes) {
    const around = boxes.reduce((sum, box) => sum + Math.hypot(box.width, box.height) + GAP, 0);
    const largest = Math.max(...boxes.map((box) => Math.hypot(box.width, box.height)));
    const radius = boxes.length === 1 ? 0 : Math.max(around / (2 * Math.PI), largest * 0.8);
    let along = 0;
    for (const box of boxes) {
      const half = (Math.hypot(box.width, box.height) + GAP) / 2;
      const angle = ((along + half) / around) * 2 * Math.PI - Math.PI / 2;
      along += 2 * half;
      box.x = radius * 1.35 * Math.cos(angle);
      box.y = radius * 0.85 * Math.sin(angle);
    }
  }

  function rows(boxes, gap) {
    const area = boxes.reduce((sum, box) => sum + (box.width + gap) * (box.height + gap), 0);
    const wide = Math.max(Math.sqrt(area) * 1.3, ...boxes.map((box) => box.width));
    let [x, y, tall] = [0, 0, 0];
    for (const box of boxes) {
      if (x > 0 && x + box.width > wide) [x, y, tall] = [0, y + tall + gap, 0];
      box.x = x + box.width / 2;
      box.y = y + box.height / 2;
      x += box.width + gap;
      tall = Math.max(tall, box.height);
    }
    return { width: Math.max(...boxes.map((box) => box.x + box.width / 2)), height: y + tall };
  }

  function placed() {
    const boxes = [...model.groups.values()].map((group) => {
      if (!unfolded.has(group.key)) return { group, inner: null, ...BOX };
      const inner = group.nodes.map((node) => ({ node, ...BOX }));
      const size = rows(inner, 24);
      const title = Math.max(15, Math.min(size.width / 9, (size.width / group.name.length) * 1.5));
      return { group, inner, title, width: size.width + 40, height: size.height + 40 + 1.4 * title };
    });
    if (boxes.length <= RING && unfolded.size <= RING) ring(boxes);
    else rows(boxes, GAP);
    return boxes;
  }

  /* Drawing */

  /** What is drawn around the boxes of an unfolded group. It is a box below the others and no compound node of the library, whose styles take seconds for thousands. */
  function frame(box) {
    return { id: keyOf(box.group), label: box.group.name, title: box.title, width: box.width, height: box.height - 1.4 * box.title };
  }

  function boxes() {
    const found = [];
    for (const box of placed()) {
      const outside = box.group.kind === "pods" ? "" : " outside";
      const at = { x: box.x, y: box.y };
      if (box.inner === null) {
        const label = `${short(box.group.name)}\n${sizeWords(box.group)}`;
        found.push({ group: "nodes", data: { id: keyOf(box.group), label }, position: at, classes: `group${outside}` });
        continue;
      }
      found.push({ group: "nodes", data: frame(box), position: { x: box.x, y: box.y + 0.7 * box.title }, classes: `frame${outside}` });
      for (const one of box.inner) {
        found.push({
          group: "nodes",
          data: { id: keyOf(one.node), label: short(one.node.name) },
          position: { x: box.x - box.width / 2 + 20 + one.x, y: box.y - box.height / 2 + 20 + 1.4 * box.title + one.y },
          classes: outside,
        });
      }
    }
    return found;
  }

  /** Lines between boxes, as many as can be drawn, and whether these are all; of the selected only, if `only`. A line of several edges is drawn as the most certain of them. */
  function lines(only) {
    const chosen = selected === null ? new Set() : new Set(nodesOf(selected));
    const chosenBoxes = new Set([...chosen].map(boxOf));
    const found = new Map();
    for (const edge of model.edges) {
      if (!model.passes(edge, filter)) continue;
      const stands = model.standing(edge, filter);
      const sources = new Set(edge.sources.map(boxOf));
      const destinations = new Set(edge.destinations.map(boxOf));
      for (const source of sources) {
        for (const destination of destinations) {
          if (source === destination || (only && !chosenBoxes.has(source) && !chosenBoxes.has(destination))) continue;
          const key = JSON.stringify([source, destination]);
          const known = found.get(key);
          if (known === undefined) {
            if (found.size === DRAWN) return { found: [...found.values()], all: false };
            found.set(key, { source, destination, stands, goes: chosenBoxes.has(source), comes: chosenBoxes.has(destination) });
          } else if (CERTAIN.indexOf(stands) < CERTAIN.indexOf(known.stands)) {
            known.stands = stands;
          }
        }
      }
    }
    return { found: [...found.values()], all: true };
  }

  function drawLines() {
    let { found, all } = lines(false);
    let said = "";
    if (!all) {
      ({ found, all } = selected === null ? { found: [], all: false } : lines(true));
      said = selected === null ? "Too many lines to draw: select a namespace or a workload to see its own." : "Only the lines of what is selected are drawn.";
      if (selected !== null && !all) said = `Too many lines to draw: ${DRAWN.toLocaleString("en")} of the selected are shown, and below stand all.`;
    }
    const bent = found.length <= BENT ? " bent" : "";
    cy.batch(() => {
      cy.edges().remove();
      cy.add(
        found.map((one, index) => ({
          group: "edges",
          data: { id: `edge ${index}`, source: one.source, target: one.destination },
          classes: `${one.stands}${bent}${one.goes ? " goes" : one.comes ? " comes" : selected === null ? "" : " dim"}`,
        })),
      );
      const beside = new Set(found.filter((one) => one.goes || one.comes).flatMap((one) => [one.source, one.destination]));
      const own = new Set(selected === null ? [] : nodesOf(selected).map(boxOf));
      const dimming = selected !== null && cy.nodes().length <= DIMMED;
      cy.nodes().forEach((node) => {
        const item = itemOf(node.id());
        node.toggleClass("chosen", item === selected);
        const inside = own.has(node.id());
        const apart = dimming ? !inside && !beside.has(node.id()) : words.length > 0 && !nodesOf(item).some(isFound);
        node.toggleClass("dim", apart && !node.hasClass("frame"));
      });
    });
    status(said);
  }

  /** Shows these, as large as fits, but no larger than boxes are meant to be. */
  function fit(elements) {
    cy.fit(elements, 30);
    if (cy.zoom() > LARGEST) {
      cy.zoom(LARGEST);
      cy.center(elements);
    }
  }

  function draw() {
    cy.batch(() => {
      cy.elements().remove();
      cy.add(boxes());
    });
    drawLines();
    fit(cy.elements());
  }

  function itemOf(key) {
    return key.startsWith("node ") ? model.nodes.get(Number(key.slice(5))) : model.groups.get(key.slice(6));
  }

  function status(said) {
    const found = words.length === 0 ? null : [...model.nodes.values()].filter(isFound);
    const spaces = found === null ? 0 : new Set(found.map((node) => node.group)).size;
    byId("map-status").textContent = [
      found === null
        ? `${count(model.nodes.size, "group")} in ${count(model.groups.size, "part")}, ${unfolded.size === 0 ? "all folded" : `${unfolded.size.toLocaleString("en")} unfolded`}.`
        : `${count(found.length, "group matches", "groups match")}${found.length > 0 ? `, in ${count(spaces, "part")}` : ""}.`,
      said,
    ]
      .filter(Boolean)
      .join(" ");
  }

  /* List */

  function row(item, level, open) {
    const group = item.nodes !== undefined;
    return element(
      "div",
      {
        role: "treeitem",
        "aria-level": level,
        "aria-selected": String(item === selected),
        "aria-expanded": group ? String(open) : null,
        tabindex: "-1",
        "data-key": keyOf(item),
      },
      element("span", { class: "twisty", "aria-hidden": "true" }, group ? (open ? "▾" : "▸") : ""),
      element("span", {}, item.name),
      group ? element("span", { class: "number", "aria-label": sizeWords(item) }, item.nodes.length.toLocaleString("en")) : null,
    );
  }

  function list() {
    const tree = byId("map-list");
    const had = tree.contains(document.activeElement);
    const made = [];
    for (const group of model.groups.values()) {
      const found = words.length === 0 ? group.nodes : group.nodes.filter(isFound);
      if (found.length === 0) continue;
      const open = words.length > 0 || unfolded.has(group.key);
      made.push(row(group, 1, open));
      if (open) for (const node of found.slice(0, LISTED)) made.push(row(node, 2, false));
    }
    if (made.length === 0) made.push(element("p", { class: "quiet" }, "Nothing matches."));
    tree.replaceChildren(...made);
    const current = made.find((one) => one.dataset.key === focused) ?? made[0];
    if (current.dataset.key !== undefined) {
      current.tabIndex = 0;
      focused = current.dataset.key;
      if (had) current.focus();
    }
  }

  /** Marks the row of what is selected, and makes this one the row that Tab goes to. */
  function mark(key) {
    const tree = byId("map-list");
    tree.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    for (const one of tree.children) {
      if (one.dataset.key !== key) continue;
      tree.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
      one.tabIndex = 0;
      one.setAttribute("aria-selected", String(selected !== null));
      one.scrollIntoView({ block: "nearest" });
      focused = key;
    }
  }

  function focusRow(target) {
    if (target === null || target === undefined) return;
    byId("map-list").querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    target.tabIndex = 0;
    focused = target.dataset.key;
    target.focus();
  }

  function walk(event) {
    const current = event.target.closest('[role="treeitem"]');
    if (current === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const item = itemOf(current.dataset.key);
    const tree = byId("map-list");
    const group = item.nodes !== undefined;
    switch (event.key) {
      case "ArrowDown": focusRow(current.nextElementSibling); break;
      case "ArrowUp": focusRow(current.previousElementSibling); break;
      case "Home": focusRow(tree.firstElementChild); break;
      case "End": focusRow(tree.lastElementChild); break;
      case "ArrowRight":
        if (group && current.getAttribute("aria-expanded") === "false") fold(item, false);
        else if (group) focusRow(current.nextElementSibling);
        break;
      case "ArrowLeft":
        if (!group) focusRow([...tree.children].find((one) => one.dataset.key === keyOf(item.group)));
        else fold(item, true);
        break;
      case "Enter":
      case " ": select(item); break;
      default: return;
    }
    event.preventDefault();
  }

  /* What is selected */

  function side(title, found, nothing) {
    const made = element("div", {}, element("h4", {}, title));
    if (found.length === 0) made.append(element("p", { class: "quiet" }, nothing));
    for (const one of found) {
      const all = model.names(one.others);
      const shown = element("ul", {}, all.slice(0, NAMED).map((name) => element("li", {}, name)));
      made.append(element("p", { class: "ports" }, one.ports, element("span", { class: "quiet" }, STANDS[one.stands])), shown);
      if (all.length > NAMED) {
        const more = element("button", { type: "button" }, `${(all.length - NAMED).toLocaleString("en")} more`);
        more.addEventListener("click", () => {
          more.remove();
          shown.append(...all.slice(NAMED).map((name) => element("li", {}, name)));
        });
        made.append(more);
      }
    }
    return made;
  }

  /** What the ports of a list depend on, where they do. */
  function doubts(found) {
    const said = new Set(found.flatMap((one) => one.doubts));
    return [...said].map((doubt) => element("p", { class: "quiet" }, `[${doubt}] ${map.depends[doubt] ?? ""}`));
  }

  /** Why a list is empty. */
  function nothing(chosen, part) {
    const asked = map.restricted;
    if (!chosen.some((one) => one.asked[part])) return "The map was not asked about this.";
    if (asked.from || asked.to || asked.of || asked.ports) return "Nothing of what the map was asked about.";
    return "Nothing that the filters leave.";
  }

  function detail() {
    const place = byId("map-detail");
    if (selected === null) {
      place.replaceChildren(element("p", { class: "quiet" }, "Select a namespace or a workload, in the list or the drawing, to see what it reaches and what reaches it."));
      return;
    }
    const group = selected.nodes !== undefined;
    const facts = group
      ? [["holds", sizeWords(selected)]]
      : [
          ["in", selected.group.name],
          ["policies", model.isolation(selected)],
          ["labels", selected.labels.join(", ")],
          ["workloads", selected.workloads.join(", ")],
          ["pods", selected.kind === "pods" && selected.pods > 0 ? selected.pods.toLocaleString("en") : ""],
          ["addresses", selected.ranges.map(([first, last]) => (first === last ? first : `${first} – ${last}`)).join(", ")],
        ].filter(([, text]) => text !== "");
    const of = group ? "What some of it reaches" : "Reaches";
    const to = group ? "What reaches some of it" : "Reached by";
    const [out, into] = ["destinations", "sources"].map((there) => model.reached(nodesOf(selected), there, filter));
    place.replaceChildren(
      element("h3", {}, selected.name),
      element("dl", {}, facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)])),
      element(
        "div",
        { class: "sides" },
        side(`${of} (filled arrowheads)`, out, nothing(nodesOf(selected), "from")),
        side(`${to} (hollow arrowheads)`, into, nothing(nodesOf(selected), "to")),
      ),
      ...doubts([...out, ...into]),
    );
  }

  /* What a user does */

  function select(item, { centre = true } = {}) {
    selected = selected === item ? null : item;
    if (item.nodes === undefined && !unfolded.has(item.group.key)) {
      unfolded.add(item.group.key);
      focused = keyOf(item);
      list();
      draw();
    } else {
      mark(keyOf(item));
      drawLines();
    }
    detail();
    if (selected !== null && centre) fit(cy.getElementById(keyOf(selected)).closedNeighborhood());
  }

  function fold(group, closed) {
    if (closed === !unfolded.has(group.key)) return;
    unfolded[closed ? "delete" : "add"](group.key);
    list();
    draw();
  }

  function foldAll(closed) {
    unfolded.clear();
    if (!closed) for (const key of model.groups.keys()) unfolded.add(key);
    list();
    draw();
  }

  function filterPort() {
    const field = byId("map-port");
    const read = model.parsePort(field.value);
    field.setAttribute("aria-invalid", String(read === undefined));
    byId("port-error").hidden = read !== undefined;
    byId("port-error").textContent = read === undefined ? "No such port: write 8080, TCP/8080, TCP/8000-8010 or UDP." : "";
    if (read === undefined) return;
    filter.port = read;
    drawLines();
    detail();
  }

  function search() {
    words = netqed.words(byId("map-search").value);
    list();
    drawLines();
  }

  function zoom(factor) {
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }

  function keys(event) {
    const step = 60;
    const pan = { ArrowLeft: { x: step, y: 0 }, ArrowRight: { x: -step, y: 0 }, ArrowUp: { x: 0, y: step }, ArrowDown: { x: 0, y: -step } }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (pan !== undefined) cy.panBy(pan);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit(cy.elements());
    else return;
    event.preventDefault();
  }

  function listen() {
    const tree = byId("map-list");
    tree.addEventListener("keydown", walk);
    tree.addEventListener("click", (event) => {
      const found = event.target.closest('[role="treeitem"]');
      if (found === null) return;
      const item = itemOf(found.dataset.key);
      focusRow(found);
      if (event.target.matches(".twisty") && item.nodes !== undefined) fold(item, unfolded.has(item.key));
      else select(item);
    });
    byId("map-search").addEventListener("input", netqed.settled(search));
    byId("map-search").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      search();
      const first = byId("map-list").querySelector('[aria-level="2"]');
      if (first === null) return;
      const item = itemOf(first.dataset.key);
      if (item !== selected) select(item);
    });
    byId("map-port").addEventListener("input", netqed.settled(filterPort));
    byId("map-default").addEventListener("change", (event) => {
      filter.byDefault = event.target.checked;
      drawLines();
      detail();
    });
    byId("fold-all").addEventListener("click", () => foldAll(true));
    byId("unfold-all").addEventListener("click", () => foldAll(false));
    byId("zoom-in").addEventListener("click", () => zoom(1.25));
    byId("zoom-out").addEventListener("click", () => zoom(0.8));
    byId("zoom-fit").addEventListener("click", () => fit(cy.elements()));
    const canvas = byId("canvas");
    canvas.addEventListener("keydown", keys);
    // A wheel over the drawing scrolls the page, until the drawing was clicked or reached by keyboard.
    canvas.addEventListener("focus", () => cy.userZoomingEnabled(true));
    canvas.addEventListener("blur", () => cy.userZoomingEnabled(false));
    cy.on("tapstart", () => canvas.focus({ preventScroll: true }));
    cy.on("tap", "node", (event) => select(itemOf(event.target.id()), { centre: false }));
    cy.on("dbltap", "node", (event) => {
      const item = itemOf(event.target.id());
      const group = item.group ?? item;
      fold(group, unfolded.has(group.key));
    });
    cy.on("tap", (event) => event.target === cy && selected !== null && select(selected, { centre: false }));
  }

  /** What is said above the map. */
  function about() {
    const asked = map.restricted;
    const parts = [["from", asked.from], ["to", asked.to], ["of", asked.of], ["on", asked.ports]].filter(([, text]) => text);
    byId("map-about").textContent = [
      data.command === "map" ? "" : `${map.summary}.`,
      map.reading,
      parts.length === 0 ? "" : `Only ${parts.map(([word, text]) => `${word} ${text}`).join(", ")}.`,
      asked.unsure > 0 ? `${count(asked.unsure, "workload")} may belong here and ${asked.unsure === 1 ? "is" : "are"} left out.` : "",
    ]
      .filter(Boolean)
      .join(" ");
    byId("map-rest-lines").textContent = map.lines.join("\n");
    byId("map-rest").hidden = map.lines.length === 0;
  }

  /** Shows the map of an input, as it begins: folded, and nothing selected. What is searched and filtered stays. */
  function show(chosen) {
    map = chosen;
    model = netqed.mapModel(map);
    unfolded.clear();
    selected = null;
    focused = null;
    about();
    const empty = ![...model.nodes.values()].some((node) => node.kind === "pods");
    byId("map-none").hidden = !empty;
    byId("map-work").hidden = empty;
    if (empty) return;
    cy.resize();
    list();
    draw();
    detail();
  }

  /** The whole drawing as a canvas of its own. Its pixels are copied, since a browser prints what was drawn as lines, and viewers of PDF take minutes for a dashed one. */
  function picture() {
    const drawn = cy.renderer().bufferCanvasImage({ full: true, maxWidth: PAPER, maxHeight: PAPER });
    const copy = element("canvas", { width: drawn.width, height: drawn.height });
    copy.getContext("2d").putImageData(drawn.getContext("2d").getImageData(0, 0, drawn.width, drawn.height), 0, 0);
    return copy;
  }

  /** What goes to paper in the place of the list and the drawing: the whole drawing, in the colours of paper, and a table of every way that the filters leave. The library redraws its own canvas only after the page was printed. */
  function print() {
    if (model === null || byId("map-work").hidden) return;
    restOpen = byId("map-rest").open;
    byId("map-rest").open = true;
    byId("map-paper").replaceChildren(picture(), netqed.mapTable(map, model, filter));
  }

  /** After printing. */
  function printed() {
    byId("map-paper").replaceChildren();
    byId("map-rest").open = restOpen;
  }

  function start() {
    const choice = byId("map-input");
    choice.append(...data.maps.map((one, index) => element("option", { value: index }, one.input ?? "the input")));
    choice.addEventListener("change", () => show(data.maps[Number(choice.value)]));
    byId("map-choice").hidden = data.maps.length < 2;
    byId("map").hidden = false;
    byId("map-rest").open = data.command === "map";
    const most = Math.max(...data.maps.map((one) => one.nodes.length));
    cy = cytoscape({ container: byId("canvas"), style: netqed.mapStyle.style(), layout: { name: "preset" }, minZoom: 0.02, maxZoom: 4, userZoomingEnabled: false, boxSelectionEnabled: false, autoungrabify: true, hideEdgesOnViewport: true, textureOnViewport: true, pixelRatio: most > 500 ? 1 : "auto" });
    listen();
    show(data.maps[0]);
    netqed.map.drawing = cy;
  }

  function recolour() {
    if (cy !== null) cy.style(netqed.mapStyle.style());
  }

  return { start, recolour, print, printed };
})();

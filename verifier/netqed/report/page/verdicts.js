"use strict";
/* The verdicts: a filter, and for each refutation a drawing of its flow. */
netqed.verdicts = (() => {
  const { data, byId, element, breakable, count } = netqed;
  const STATES = [
    ["failed", "fails", "✗"],
    ["error", "not known", "?"],
    ["skipped", "as expected", "○"],
    ["passed", "holds", "✓"],
  ];
  const OPENED = 10;
  const WORDS = new Map(STATES.map(([state, words]) => [state, words]));
  const SIGNS = new Map(STATES.map(([state, , sign]) => [state, sign]));
  const PARTS = data.command === "diff" ? ["part", "parts"] : ["invariant", "invariants"];
  const shown = { states: new Set(STATES.map(([state]) => state)), words: [], input: "" };
  const rows = [];

  function excerpt(lines) {
    const made = element("pre", { class: "excerpt", tabindex: "0", role: "group", "aria-label": "Lines of the policy" });
    for (const line of lines) {
      const mark = /^\s*\|\s*(.*)$/.exec(line);
      made.append(element("span", { class: mark === null ? "code" : mark[1].startsWith("^") ? "primary" : "aside" }, line), "\n");
    }
    return made;
  }

  function end(one, role) {
    const facts = [];
    if (one.namespace !== null) facts.push(["namespace", one.namespace]);
    if (one.labels.length > 0) facts.push(["labels", one.labels.join(", ")]);
    if (one.address !== null) facts.push(["address", one.address]);
    if (one.place !== null) facts.push(["at", one.place]);
    for (const text of one.invented) facts.push(["invented", text]);
    return element(
      "li",
      { class: one.exists ? "end" : "end invented" },
      element("span", { class: "role" }, `${role} · ${one.kind}`),
      element("strong", {}, breakable(one.name)),
      element("dl", {}, facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, breakable(text))])),
    );
  }

  function layer(one, allowed) {
    const where = one.namespace === null ? one.name : `${one.name} of namespace ${one.namespace}`;
    const state = one.open ? (one.isolating.length > 0 ? "lets it through" : "not isolated: open") : "blocks it";
    const made = element(
      "li",
      { class: `layer ${one.open ? "open" : "closed"}${one.blamed ? " blamed" : ""}` },
      element("span", { class: "role" }, where),
      element("strong", {}, `${one.open ? "→" : "⊘"} ${state}`),
      element("p", {}, breakable(one.reason)),
    );
    if (one.isolating.length > 0) {
      made.append(element("p", { class: "quiet" }, breakable(`Isolated by ${one.isolating.join(", ")}`)));
    }
    if (one.blamed) made.append(element("p", { class: "blame" }, allowed ? "This lets the flow through" : "This blocks the flow"));
    return made;
  }

  function rules(flow) {
    const made = [];
    for (const one of [...flow.layers].sort((a, b) => Number(b.blamed) - Number(a.blamed))) {
      for (const rule of one.deciders) {
        made.push(
          element(
            "figure",
            { class: one.blamed ? "rule blamed" : "rule" },
            element(
              "figcaption",
              {},
              element("strong", {}, `${one.name}: ${rule.words}`),
              rule.place === null ? null : element("span", { class: "place" }, rule.place),
            ),
            rule.excerpt.length > 0 ? excerpt(rule.excerpt) : null,
          ),
        );
      }
    }
    return made;
  }

  function drawing(flow) {
    return element(
      "div",
      { class: "drawing" },
      element("h4", {}, flow.caption),
      element("p", { class: "flow-words" }, flow.words),
      element(
        "ol",
        { class: "flow", "aria-label": `${flow.caption}: ${flow.words}` },
        end(flow.source, "source"),
        flow.layers.map((one) => layer(one, flow.allowed)),
        end(flow.destination, `destination · ${flow.traffic}`),
      ),
      rules(flow),
      flow.replay === null
        ? null
        : element("div", { class: "replay" }, element("span", { class: "role" }, "Try it"), element("pre", { tabindex: "0" }, flow.replay)),
    );
  }

  /** The inside of a case; made when it is first opened. */
  function fill(row) {
    if (row.filled) return;
    row.filled = true;
    const { one } = row;
    row.body.append(
      ...[
        one.says && one.flows.length === 0 ? element("p", {}, one.says) : null,
        one.stated === null ? null : element("p", { class: "quiet" }, `Stated in ${one.stated}`),
        ...one.flows.map(drawing),
        one.lines.length === 0
          ? null
          : element(
              "details",
              { class: "text", open: one.flows.length === 0 },
              element("summary", {}, "As text"),
              element("pre", { tabindex: "0" }, one.lines.join("\n")),
            ),
      ].filter((part) => part !== null),
    );
  }

  function makeRow(one, opened) {
    const body = element("div", { class: "body" });
    const made = element(
      "details",
      { class: `case ${one.state}` },
      element(
        "summary",
        {},
        element("span", { class: `badge ${one.state}` }, element("span", { "aria-hidden": "true" }, SIGNS.get(one.state)), ` ${WORDS.get(one.state)}`),
        element("span", { class: "title" }, one.title),
        one.input === null ? null : element("span", { class: "quiet" }, one.input),
        element("span", { class: "verdict" }, [one.verdict, ...one.codes].join(" · ")),
      ),
      body,
    );
    const row = { one, made, body, filled: false, text: [one.title, one.input ?? "", one.verdict, ...one.codes, ...one.lines].join("\n").toLowerCase() };
    made.addEventListener("toggle", () => made.open && fill(row));
    if (opened) {
      fill(row);
      made.open = true;
    }
    return row;
  }

  function refresh() {
    let number = 0;
    for (const { one, made, text } of rows) {
      const visible =
        shown.states.has(one.state) && (shown.input === "" || one.input === shown.input) && shown.words.every((word) => text.includes(word));
      made.hidden = !visible;
      number += Number(visible);
    }
    byId("verdict-status").textContent = `${number.toLocaleString("en")} of ${count(rows.length, ...PARTS)} shown`;
  }

  function controls() {
    for (const [state, words] of STATES) {
      const number = data.cases.filter((one) => one.state === state).length;
      if (number === 0) continue;
      const box = element("input", { type: "checkbox", checked: true, value: state });
      box.addEventListener("change", () => {
        shown.states[box.checked ? "add" : "delete"](state);
        refresh();
      });
      byId("states").append(element("label", {}, box, ` ${words} (${number.toLocaleString("en")})`));
    }
    const search = byId("verdict-search");
    search.addEventListener("input", netqed.settled(() => {
      shown.words = netqed.words(search.value);
      refresh();
    }));
    const inputs = [...new Set(data.cases.map((one) => one.input))].filter((name) => name !== null);
    if (inputs.length < 2) return;
    const choice = byId("verdict-input");
    choice.append(element("option", { value: "" }, "all"), ...inputs.map((name) => element("option", { value: name }, name)));
    choice.addEventListener("change", () => {
      shown.input = choice.value;
      refresh();
    });
    byId("input-choice").hidden = false;
  }

  function start() {
    const order = new Map(STATES.map(([state], index) => [state, index]));
    const cases = data.cases.map((one) => one).sort((a, b) => order.get(a.state) - order.get(b.state));
    let opened = 0;
    for (const one of cases) {
      const open = one.state === "failed" && opened < OPENED;
      opened += Number(open);
      rows.push(makeRow(one, open));
    }
    byId("cases").append(...rows.map((row) => row.made));
    controls();
    refresh();
    byId("verdicts").hidden = false;
    const closed = new Set();
    addEventListener("beforeprint", () => {
      for (const row of rows) {
        if (row.made.open || row.made.hidden || row.one.state === "passed") continue;
        fill(row);
        closed.add(row);
        row.made.open = true;
      }
    });
    addEventListener("afterprint", () => {
      for (const row of closed) row.made.open = false;
      closed.clear();
    });
  }

  return { start };
})();

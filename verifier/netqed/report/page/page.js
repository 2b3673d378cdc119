"use strict";
/* Puts the page together, and its theme. */
(() => {
  const { data, byId, element } = netqed;
  const TITLES = { check: "Network policies: invariants", diff: "Network policies: what changes", map: "Network policies: who can reach whom" };

  function theme() {
    const button = byId("theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let chosen = null;
    const apply = () => {
      const now = chosen ?? (dark.matches ? "dark" : "light");
      document.documentElement.dataset.theme = now;
      button.setAttribute("aria-pressed", String(now === "dark"));
      netqed.map.recolour();
    };
    button.addEventListener("click", () => {
      chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      apply();
    });
    dark.addEventListener("change", apply);
    addEventListener("beforeprint", () => {
      document.documentElement.dataset.theme = "light";
      netqed.map.recolour();
      netqed.map.print();
    });
    addEventListener("afterprint", () => {
      apply();
      netqed.map.printed();
    });
    apply();
  }

  /** Links to the parts of the page, where it has several beside the first. */
  function contents() {
    const heads = [...document.querySelectorAll("main > section:not([hidden]) > h2")];
    byId("contents").append(...heads.map((head) => element("a", { href: `#${head.id}` }, head.textContent)));
    byId("contents").hidden = heads.length < 2;
  }

  document.title = `netqed: ${TITLES[data.command]}`;
  byId("heading").textContent = TITLES[data.command];
  byId("headline").textContent = data.headline;
  byId("sources").textContent = [data.spec === null ? null : `Spec: ${data.spec}`, data.sources.length === 0 ? null : `Read: ${data.sources.join(", ")}`]
    .filter((text) => text !== null)
    .join(" · ");
  byId("incomplete").hidden = data.complete;
  if (data.command !== "map") netqed.verdicts.start();
  if (data.maps.length > 0) netqed.map.start();
  for (const one of data.rest) {
    if (one.lines.length === 0) continue;
    byId("rest-lines").append(
      ...[one.input === null ? null : element("h3", {}, one.input), element("pre", { tabindex: "0" }, one.lines.join("\n"))].filter((part) => part !== null),
    );
    byId("rest").hidden = false;
  }
  contents();
  theme();
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
    event.preventDefault();
    const search = event.target.closest("#map") || data.command === "map" ? byId("map-search") : byId("verdict-search");
    search.focus();
  });
  document.documentElement.dataset.ready = "";
})();

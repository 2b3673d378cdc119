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
    apply();
  }

  document.title = `netqed: ${TITLES[data.command]}`;
  byId("heading").textContent = TITLES[data.command];
  byId("headline").textContent = data.headline;
  byId("sources").textContent = [data.spec === null ? null : `Spec: ${data.spec}`, data.sources.length === 0 ? null : `Read: ${data.sources.join(", ")}`]
    .filter((text) => text !== null)
    .join(" · ");
  byId("incomplete").hidden = data.complete;
  if (data.command !== "map") netqed.verdicts.start();
  if (data.map !== null) netqed.map.start();
  for (const one of data.rest) {
    if (one.lines.length === 0) continue;
    byId("rest-lines").append(
      ...[one.input === null ? null : element("h3", {}, one.input), element("pre", { tabindex: "0" }, one.lines.join("\n"))].filter((part) => part !== null),
    );
    byId("rest").hidden = false;
  }
  theme();
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
    event.preventDefault();
    byId(data.command === "map" ? "map-search" : "verdict-search").focus();
  });
  document.documentElement.dataset.ready = "";
})();

"use strict";
/* What the map says: groups of nodes, edges by node, and what a filter leaves of them. Nothing here draws. */
netqed.mapModel = (map) => {
  const WHOLE = 65535;
  const KINDS = { nodes: "nodes of the cluster", addresses: "other addresses" };
  const nodes = new Map();
  const groups = new Map();
  for (const one of map.nodes) {
    const key = one.kind === "pods" ? `namespace ${one.namespace}` : one.kind;
    if (!groups.has(key)) groups.set(key, { key, kind: one.kind, name: one.kind === "pods" ? one.namespace : KINDS[one.kind], nodes: [] });
    const group = groups.get(key);
    const labels = Object.entries(one.labels ?? {}).map(([name, value]) => `${name}=${value}`);
    const workloads = (one.workloads ?? []).map((each) => `${each.kind.toLowerCase()}/${each.name}`);
    const text = [group.name, `${group.name}/${one.name}`, ...labels, ...workloads, ...(one.members ?? []), ...(one.ranges ?? []).flat()].join("\n").toLowerCase();
    const node = { ...one, group, labelTexts: labels, workloadTexts: workloads, text, out: [], in: [] };
    nodes.set(one.id, node);
    group.nodes.push(node);
  }
  const edges = map.edges.map((edge) => {
    const made = { ...edge, sources: edge.sources.map((id) => nodes.get(id)), destinations: edge.destinations.map((id) => nodes.get(id)) };
    for (const node of made.sources) node.out.push(made);
    for (const node of made.destinations) node.in.push(made);
    return made;
  });

  /** What is asked for by a text such as `8080`, `TCP/8000-8010` or `udp`; null for any port, undefined for no such thing. */
  function parsePort(text) {
    if (text.trim() === "") return null;
    const read = /^(?:(tcp|udp|sctp)(?:\/|$))?(?:(\d{1,5})(?:-(\d{1,5}))?)?$/i.exec(text.trim());
    if (read === null || text.trim().endsWith("/")) return undefined;
    const first = read[2] === undefined ? 1 : Number(read[2]);
    const last = read[3] === undefined ? (read[2] === undefined ? WHOLE : first) : Number(read[3]);
    if (first < 1 || last > WHOLE || first > last) return undefined;
    return { protocol: read[1] === undefined ? null : read[1].toUpperCase(), first, last };
  }

  /** Whether an edge is left by the filter. */
  function passes(edge, filter) {
    if (edge.defaultOpen && !filter.byDefault) return false;
    const { port } = filter;
    return port === null || edge.ports.some((span) => (port.protocol ?? span.protocol) === span.protocol && span.first <= port.last && port.first <= span.last);
  }

  function span(one) {
    const ports = one.first === 1 && one.last === WHOLE ? "" : one.first === one.last ? `/${one.first}` : `/${one.first}-${one.last}`;
    const doubts = one.dependsOn ?? [];
    return `${one.protocol}${ports}${doubts.length === 0 ? "" : ` [${doubts.join(", ")}]`}`;
  }

  function portWords(edge) {
    const whole = new Set(edge.ports.filter((one) => one.first === 1 && one.last === WHOLE && (one.dependsOn ?? []).length === 0).map((one) => one.protocol));
    return whole.size === 3 && edge.ports.length === 3 ? "every port" : edge.ports.map(span).join(", ");
  }

  /** Whether source and destination may be the same node of the map: a single pod does not reach itself. */
  function pairs(source, destination) {
    return source !== destination || !source.single;
  }

  return { nodes, groups, edges, parsePort, passes, portWords, pairs };
};

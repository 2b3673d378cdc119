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
    const text = [group.name, `${group.name}/${one.name}`, ...one.labels, ...one.workloads, ...one.members, ...one.ranges.flat()].join("\n").toLowerCase();
    const node = { ...one, group, text, out: [], in: [] };
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

  /** Whether a range of ports is left by the filter. */
  function meets(span, { port }) {
    return port === null || ((port.protocol ?? span.protocol) === span.protocol && span.first <= port.last && port.first <= span.last);
  }

  /** Whether an edge is left by the filter. */
  function passes(edge, filter) {
    return (filter.byDefault || !edge.defaultOpen) && edge.ports.some((span) => meets(span, filter));
  }

  /** What is certain of an edge that the filter leaves: `rule` where policies let some port through, `default` where only nothing isolates either side, `depends` where no port is certain. */
  function standing(edge, filter) {
    if (!edge.ports.some((span) => span.dependsOn.length === 0 && meets(span, filter))) return "depends";
    return edge.defaultOpen ? "default" : "rule";
  }

  function span(one) {
    const ports = one.first === 1 && one.last === WHOLE ? "" : one.first === one.last ? `/${one.first}` : `/${one.first}-${one.last}`;
    return `${one.protocol}${ports}${one.dependsOn.length === 0 ? "" : ` [${one.dependsOn.join(", ")}]`}`;
  }

  function portWords(edge) {
    const whole = new Set(edge.ports.filter((one) => one.first === 1 && one.last === WHOLE && one.dependsOn.length === 0).map((one) => one.protocol));
    return whole.size === 3 && edge.ports.length === 3 ? "every port" : edge.ports.map(span).join(", ");
  }

  /** Whether source and destination may be the same node of the map: a single pod does not reach itself. */
  function pairs(source, destination) {
    return source !== destination || !source.single;
  }

  /** By ports, what is at the other end of the edges of these nodes. */
  function reached(chosen, there, filter) {
    const inside = new Set(chosen);
    const found = new Map();
    const edges = new Set(chosen.flatMap((node) => (there === "destinations" ? node.out : node.in)));
    const here = there === "destinations" ? "sources" : "destinations";
    for (const edge of edges) {
      if (!passes(edge, filter)) continue;
      const mine = edge[here].filter((node) => inside.has(node));
      const stands = standing(edge, filter);
      const key = `${stands} ${portWords(edge)}`;
      if (!found.has(key)) found.set(key, { ports: portWords(edge), stands, doubts: edge.ports.flatMap((one) => one.dependsOn), others: new Set() });
      for (const other of edge[there]) if (mine.some((one) => pairs(one, other))) found.get(key).others.add(other);
    }
    return [...found.values()].filter((one) => one.others.size > 0);
  }

  /** Names of nodes, whole groups as such. */
  function names(others) {
    const made = [];
    const byGroup = new Map();
    for (const one of others) byGroup.set(one.group, [...(byGroup.get(one.group) ?? []), one]);
    for (const [group, found] of byGroup) {
      if (found.length === group.nodes.length && found.length > 1) made.push(`all of ${group.name} (${found.length.toLocaleString("en")})`);
      else for (const one of found) made.push(one.kind === "pods" ? `${group.name}/${one.name}` : one.name);
    }
    return made;
  }

  /** What of a node policies isolate, in words. */
  function isolation(node) {
    if (node.kind !== "pods" || !node.governed) return "no policy governs it";
    if (node.isolatedIn === null || node.isolatedOut === null) return "whether it is isolated depends on labels that controllers give to pods";
    const found = [node.isolatedIn ? "in" : null, node.isolatedOut ? "out" : null].filter((one) => one !== null);
    return found.length === 0 ? "not isolated" : `isolated ${found.join(" and ")}`;
  }

  return { nodes, groups, edges, parsePort, passes, standing, reached, names, isolation };
};

"""Maps as `netqed map -o json` writes them, made up: any number of workloads, for the page that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netqed.report.json import basis_value
from support.results import BASIS

Value = dict[str, Any]

TCP_ALL: Value = {"protocol": "TCP", "first": 1, "last": 65535, "dependsOn": []}


def tcp(first: int, last: int | None = None, *depends_on: str) -> Value:
    """Ports of an edge."""
    return {"protocol": "TCP", "first": first, "last": last or first, "dependsOn": list(depends_on)}


def every_port() -> list[Value]:
    """All ports of all protocols of a map."""
    return [{**TCP_ALL, "protocol": name} for name in ("TCP", "UDP", "SCTP")]


def pods(number: int, namespace: str, name: str, labels: Mapping[str, str] | None = None, **more: Any) -> Value:
    """A group of pods, isolated both ways."""
    return {
        "id": number,
        "kind": "pods",
        "namespace": namespace,
        "name": name,
        "labels": dict(labels or {"app": name}),
        "workloads": [{"kind": "Deployment", "name": name, "pods": None}],
        "pods": 0,
        "templates": 1,
        "single": False,
        "members": [f"{namespace}/deployment/{name}"],
        "hostNetwork": False,
        "governed": True,
        "isolatedIn": True,
        "isolatedOut": True,
        "ranges": [],
        "internet": False,
        "asked": {"from": True, "to": True, "of": True},
        **more,
    }


def addresses(number: int, first: str, last: str) -> Value:
    """A range of external addresses."""
    return pods(number, "", f"{first} - {last}") | {
        "kind": "addresses",
        "namespace": None,
        "labels": {},
        "workloads": [],
        "templates": 0,
        "members": [],
        "governed": False,
        "isolatedIn": False,
        "isolatedOut": False,
        "ranges": [[first, last]],
        "internet": True,
    }


def edge(sources: list[int], destinations: list[int], *ports: Value, by_default: bool = False) -> Value:
    """Each of the sources reaches each of the destinations."""
    return {
        "sources": sources,
        "destinations": destinations,
        "ports": list(ports) or every_port(),
        "defaultOpen": by_default,
    }


def reach_map(nodes: list[Value], edges: list[Value]) -> Value:
    """A map of these."""
    return {
        "format": "netqed/map",
        "version": 1,
        "tool": {"name": "netqed", "version": "0"},
        "summary": f"{len(nodes)} groups",
        "complete": True,
        "seconds": 0.0,
        "scope": "now",
        "reading": "spec",
        "restricted": {"from": None, "to": None, "of": None, "ports": None, "unsure": 0},
        "nodes": nodes,
        "edges": edges,
        "basis": basis_value(BASIS),
        "text": ["  reading  <b>spec</b>"],
    }


def shop() -> Value:
    """Three namespaces and the internet: web is open to it, shop to web, batch to nobody and isolated by nothing."""
    nodes = [
        pods(1, "web", "site", {"app": "site", "tier": "front"}),
        pods(2, "shop", "api"),
        pods(3, "shop", "db"),
        pods(4, "batch", "report", isolatedIn=False, isolatedOut=False),
        addresses(5, "1.0.0.0", "223.255.255.255"),
    ]
    edges = [
        edge([5], [1], tcp(443)),
        edge([1], [2], tcp(8000, 8010)),
        edge([2], [3], tcp(5432), {"protocol": "UDP", "first": 53, "last": 53, "dependsOn": ["node"]}),
        edge([4], [4], by_default=True),
    ]
    return reach_map(nodes, edges)


def large(workloads: int = 2_000, namespaces: int = 40) -> Value:
    """Every workload a group of its own: each reaches the next of its namespace, and the first of the next namespace;
    one namespace is open to all, and all reach each other's first on one port."""
    per = workloads // namespaces
    nodes = [
        pods(space * per + index + 1, f"team-{space:02}", f"service-{index:03}", {"app": f"service-{index:03}"})
        for space in range(namespaces)
        for index in range(per)
    ]
    ids = [one["id"] for one in nodes]
    edges = [edge([one], [one + 1], tcp(8080)) for one in ids if one % per]
    edges += [edge([one], [one % workloads + 1], tcp(5432)) for one in ids if one % per == 0]
    edges += [edge(ids[per:], ids[:per], tcp(9090, 9099)), edge(ids, ids[::per], tcp(53))]
    return reach_map(nodes, edges)

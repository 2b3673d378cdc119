"""apps, batch and ReplicationController: the kinds that make pods from a template.

Replicas and suspension are not read: a workload scaled to 0 exists, and may be scaled up at any moment.
"""

from __future__ import annotations

from typing import Any, Final

from netqed.resources.check import Check, path_text, shown
from netqed.resources.objects import LabelSelector, Workload
from netqed.resources.pods import read_pod_template
from netqed.resources.selectors import read_selector, selects

# Kinds whose apps/v1 object must have a selector that matches its own template's labels.
_SELECTING: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
_JOB_TEMPLATE: Final = ("spec", "jobTemplate", "spec", "template")
_TEMPLATE: Final = ("spec", "template")


def read_workload(check: Check) -> Workload | None:
    """The workload with its template's labels and ports; None without a template (reported)."""
    path = template_path(check.kind)
    template = _at(check, path)
    if template is None:
        return None
    workload = read_pod_template(check, template, path)
    _check_selector(check, workload)
    return workload


def template_path(kind: str) -> tuple[str, ...]:
    """Where an object of the kind holds its pod template; empty for a pod, which is its own."""
    if kind == "Pod":
        return ()
    return _JOB_TEMPLATE if kind == "CronJob" else _TEMPLATE


def _at(check: Check, path: tuple[str, ...]) -> dict[str, Any] | None:
    """The mapping at `path`; None, reported, where it or what leads to it is absent or no mapping."""
    found: dict[str, Any] = check.data
    for length, step in enumerate(path):
        value = found.get(step)
        if value is None:
            check.fault(path[:length], f"{step} is missing; expected a pod template at {path_text(path)}")
            return None
        inner = check.mapping(value, path[: length + 1])
        if inner is None:
            return None
        found = inner
    return found


def _check_selector(check: Check, workload: Workload) -> None:
    """The API server refuses a workload whose selector is missing, empty or other than its template's labels."""
    path = ("spec", "selector")
    written = check.data["spec"].get("selector")
    if check.kind == "ReplicationController":
        labels = check.labels(written, path)
        selector: LabelSelector | None = LabelSelector(tuple(sorted(labels.items()))) if labels else None
    elif check.kind in _SELECTING:
        before = len(check.problems)
        selector = read_selector(check, written, path)
        if len(check.problems) > before:
            return
        if check.data.get("apiVersion") == "apps/v1" and selector in (None, LabelSelector()):
            where = path if written is not None else ("spec",)
            check.fault(where, "selector is missing or empty; expected one that matches the template's labels")
            return
    else:
        return
    if selector is not None and not selects(selector, workload.labels):
        pairs = ", ".join(f"{key}={value}" for key, value in sorted(workload.labels.items())) or "none"
        check.fault(path, f"the selector does not match the template's own labels ({shown(pairs)})")

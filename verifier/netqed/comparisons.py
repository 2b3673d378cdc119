"""Policy sets held against each other: two that are given, or one and itself without what it does not need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from netqed.arguments import Paths, require_valid
from netqed.inputs import STDIN, all_loaded, load_cluster, policies_of
from netqed.resources.cluster import Cluster
from netqed.settings import Settings
from netqed.sources.collector import collector_paused
from netqed.sources.position import InputError, Problem
from netqed.spec.document import Spec

if TYPE_CHECKING:
    from netqed.analysis.difference_results import Difference
    from netqed.analysis.redundancy_results import Redundancy
    from netqed.analysis.simplifying import Simplified, Unproved


@collector_paused()
def difference(
    old: Paths | Cluster,
    new: Paths | Cluster,
    *,
    workloads: Paths | Cluster | None = None,
    spec: Spec | None = None,
    families: bool = True,
    limit: int | None = None,
    settings: Settings | None = None,
) -> Difference:
    """How the flows that NEW allows compare with those that OLD allows, in the settings' scope (else `always`).

    Each side is paths, or a cluster that was read. `workloads` gives both sides everything but their policies. The
    spec's assumptions and cluster apply, and its invariants are checked on both sides. `families` adds the whole
    difference, `limit` is the most families of what is gained and of what is lost. Raises Disagreement as `check` does.
    """
    from netqed.analysis.difference import difference as compare
    from netqed.analysis.difference_sides import with_workloads

    settings = settings or Settings()
    require_valid(settings, spec)
    if limit is not None and not (isinstance(limit, int) and limit >= 0):
        raise InputError([Problem(f"limit is {limit!r}; expected 0 or more")])

    def read(side: Paths | Cluster) -> Callable[[], Cluster]:
        exclude = (spec.file,) if spec is not None and spec.file not in (None, STDIN) else ()
        return lambda: side if isinstance(side, Cluster) else load_cluster(side, settings=settings, exclude=exclude)

    sides = all_loaded(*map(read, (old, new) if workloads is None else (old, new, workloads)))
    one, other = sides[:2] if workloads is None else (with_workloads(policies, sides[2]) for policies in sides[:2])
    return compare(
        one,
        other,
        spec,
        scope=settings.scope or "always",
        rlimit=settings.rlimit,
        cni=settings.cni,
        families=families,
        limit=limit,
        today=settings.today,
        progress=settings.progress,
    )


@collector_paused()
def redundant(paths: Paths | Cluster = (), *, spec: Spec | None = None, settings: Settings | None = None) -> Redundancy:
    """What can be removed from the policies without changing any flow, in the settings' scope (else `always`): each
    policy, rule, peer and port alone, and as many as possible together.

    The spec's assumptions, namespaces, workloads and cluster apply, its invariants do not. Without paths its manifests
    are read.
    """
    settings = settings or Settings()
    require_valid(settings, spec)
    cluster = paths if isinstance(paths, Cluster) else policies_of(paths, spec, settings)[1]
    return _redundancy(cluster, spec, settings, reasons=True)


@collector_paused()
def simplify(
    paths: Paths = (),
    *,
    spec: Spec | None = None,
    stream: bool = True,
    settings: Settings | None = None,
) -> Simplified | Unproved:
    """The files without what `redundant` finds to be removable together: comments and all else stay as they were. What
    the edited files hold, as one `stream` or each by itself, is proved to allow the same before it is given out. No
    file is written.

    Unproved is that the solver's budget did not suffice. Raises InputError also where the form of a file makes an edit
    unsafe.
    """
    from netqed.analysis.difference import difference as compare
    from netqed.analysis.simplifying import Simplifier

    settings = settings or Settings()
    require_valid(settings, spec)
    if isinstance(paths, Cluster):
        raise InputError([Problem("a cluster that was read has no files to edit", hint="name the paths that it is of")])
    reading, cluster = policies_of(paths, spec, settings)
    found = _redundancy(cluster, spec, settings, reasons=False)

    def equivalent(again: Cluster) -> bool | None:
        return compare(
            cluster,
            again,
            None if spec is None else replace(spec, invariants=()),
            scope=found.scope,
            rlimit=settings.rlimit,
            cni=settings.cni,
            families=False,
        ).meets("equivalent")

    return Simplifier(reading.documents, settings.namespace, settings.ignore_unknown, stream).simplified(
        found, equivalent
    )


def _redundancy(cluster: Cluster, spec: Spec | None, settings: Settings, *, reasons: bool) -> Redundancy:
    from netqed.analysis.redundancy import redundancy

    return redundancy(
        cluster,
        spec,
        scope=settings.scope or "always",
        rlimit=settings.rlimit,
        cni=settings.cni,
        reasons=reasons,
        progress=settings.progress,
    )

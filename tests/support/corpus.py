"""Real policy sets as their projects publish them: where they are, and how the tests read them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
SPECS = Path(__file__).resolve().parents[1] / "corpus" / "specs"

# The project stands alone: the policy sets of others are no part of it, and .ci/run says loudly where they are missing.
MISSING = f"NO CORPUS: {CORPUS} is missing, so nothing is held against real policy sets"


needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=MISSING)
"""For tests that hold netqed against real policy sets."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A part of the corpus that is read as one input, from the corpus's root, with its spec."""

    path: str
    namespace: str | None = None
    """What `-n` gives: the namespace of objects that name none."""
    workloads: int = 0
    """Pods and pod templates in its files."""
    policies: int = 0
    """NetworkPolicies in its files."""
    variant: str = ""
    """Tells its spec from another of the same folder."""

    @property
    def name(self) -> str:
        """A test id, and the name of the spec below `specs/`."""
        return self.path.removesuffix(".yaml") + self.variant

    @property
    def spec(self) -> Path:
        """The invariants that the tests hold of it."""
        return SPECS / f"{self.name}.yaml"

    @property
    def arguments(self) -> list[str]:
        """What the command line says to read it."""
        return [self.path, *(["-n", self.namespace] if self.namespace is not None else [])]


FOLDERS = (
    Folder("argo-cd", "argocd", workloads=7, policies=7),
    Folder("flux", "flux-system", workloads=0, policies=3),
    Folder("kube-prometheus", None, workloads=6, policies=8),
    Folder("kubeflow", "oauth2-proxy", workloads=7, policies=39),
    Folder("online-boutique", "boutique", workloads=12, policies=13),
    Folder("sock-shop", None, workloads=14, policies=13),
)
"""The folders that are read whole."""

RECIPES = tuple(
    Folder(f"netpol-recipes/{spec.stem}.yaml", None, workloads=0, policies=1)
    for spec in sorted((SPECS / "netpol-recipes").glob("*.yaml"))
)
"""The recipes, read file by file, since they give one name to different policies."""

FLUX_WITH_PODS = Folder("flux", "flux-system", workloads=0, policies=3, variant="-with-pods")
"""The folder without workloads, with a spec that states some, so that there are flows to judge."""

"""A namespace with a policy and some pods, as files for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from support.results import POLICY


def write_shop(folder: Path, pods: Sequence[str] = ("api", "cart")) -> None:
    """Write `policy.yaml` and `pods.yaml` into the folder: those pods of namespace shop, at 10.0.0.1 and on."""
    folder.mkdir()
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "pods.yaml").write_text(
        "---\n".join(pod_text(name, address=f"10.0.0.{number}") for number, name in enumerate(pods, 1))
    )


def pod_text(name: str, namespace: str = "shop", *, address: str) -> str:
    """A running pod with its name as label `app`."""
    return f"""\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {namespace}, labels: {{app: {name}}}}}
spec: {{containers: [{{name: c, image: i}}]}}
status: {{phase: Running, podIPs: [{{ip: {address}}}]}}
"""

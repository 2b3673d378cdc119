"""What netqed refuses of real policy sets, and that the reason is true."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from netqed.cli import cli
from support.corpus import CORPUS, needs_corpus

pytestmark = needs_corpus

KNATIVE = "kubeflow/common/knative/knative-serving/base"
CORE = f"{KNATIVE}/upstream/serving-core.yaml"
INJECTION = f"{KNATIVE}/patches/namespace-injection.yaml"


@pytest.fixture(autouse=True)
def at_the_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)


def prove(*args: str) -> Result:
    return CliRunner().invoke(cli, ["prove", "internet cannot reach kube-system", *args])


def judge(*args: str) -> Result:
    return CliRunner().invoke(cli, ["eval", *args, "--flows", "-"], input="")


def text(run: Result) -> str:
    """What was said, on one line."""
    return re.sub(r"\s+", " ", run.stdout + run.stderr)


@pytest.mark.parametrize("ask", [prove, judge], ids=["check", "eval"])
def test_recipes_that_share_a_name_are_refused_together(ask: Callable[..., Result]) -> None:
    """Two stages of recipe 11 are the same NetworkPolicy with different egress; nothing else clashes."""
    run = ask("netpol-recipes")
    assert run.exit_code == 3
    assert "netpol-recipes/11-deny-egress-traffic-from-an-application-0.yaml:1:1" in text(run)
    assert "netpol-recipes/11-deny-egress-traffic-from-an-application-1.yaml:11:3" in text(run)
    assert "NetworkPolicy default/foo-deny-egress" in text(run)
    assert "differ in spec.egress" in text(run)
    assert "1 error: nothing was checked" in text(run)
    assert "proved" not in text(run)
    assert "refuted" not in text(run)


@pytest.mark.parametrize("ask", [prove, judge], ids=["check", "eval"])
def test_a_namespace_twice_with_different_labels_is_refused(ask: Callable[..., Result]) -> None:
    """Knative's Namespace, and the patch that adds labels to it, read as if it were an object of its own."""
    run = ask(CORE, INJECTION)
    assert run.exit_code == 3
    assert f"{INJECTION}:5:3" in text(run)
    assert f"{CORE}:1:1" in text(run)
    assert "Namespace knative-serving" in text(run)
    assert "differ in labels" in text(run)


@pytest.mark.parametrize("ask", [prove, judge], ids=["check", "eval"])
def test_patches_alone_are_refused(ask: Callable[..., Result]) -> None:
    """A folder of patches without the kustomization that lists them: one is for Deployments of any name."""
    run = ask(f"{KNATIVE}/patches")
    assert run.exit_code == 3
    assert f"{KNATIVE}/patches/sidecar-injection.yaml:5:3" in text(run)
    assert '"*" is no DNS subdomain' in text(run)


def test_patches_beside_their_kustomization_are_passed_over_and_counted() -> None:
    run = prove("kubeflow", "-n", "oauth2-proxy")
    assert run.exit_code == 1
    assert f"listed as a patch in {KNATIVE}/kustomization.yaml" in text(run)
    assert len(list((CORPUS / KNATIVE / "patches").glob("*.yaml"))) == 10
    assert re.search(rf"{KNATIVE}/patches/[\w-]+.yaml and 7 more", text(run))
    assert "kubeflow/common/dex/overlays/oauth2-proxy/config-map.yaml: passed over" in text(run)


@pytest.mark.parametrize("folder", ["flux", "kubeflow"])
def test_kustomizations_are_said_to_be_unrendered(folder: str) -> None:
    run = prove(folder, "-v")
    assert "unrendered kustomization" in text(run)
    assert f"kubectl kustomize {folder}" in text(run)


@pytest.mark.parametrize(("folder", "count"), [("argo-cd", 29), ("flux", 3), ("kubeflow", 3)])
def test_objects_without_a_namespace_are_said_to_be_in_default(folder: str, count: int) -> None:
    run = prove(folder)
    assert f"{count} objects name no namespace and were placed in default" in text(run)
    assert "give -n NAMESPACE" in text(run)
    assert "placed in default" not in text(prove(folder, "-n", "elsewhere"))


def test_custom_resources_that_make_pods_are_said_to_be_left_out() -> None:
    said = text(prove("kube-prometheus"))
    assert "1 Alertmanager (monitoring.coreos.com) makes pods that are not in the input" in said
    assert "1 Prometheus (monitoring.coreos.com) makes pods that are not in the input" in said
    assert "state them under workloads: of the spec if they are not yet" in said


def test_a_namespace_declared_twice_alike_counts_once() -> None:
    """The sock shop's second Namespace differs in an annotation, which no policy sees."""
    said = text(prove("sock-shop"))
    assert "1 object is in the input again and counts once: Namespace sock-shop" in said


def test_service_ports_are_told_from_the_pods_ports() -> None:
    """emailservice is 5000 to its clients and 8080 to policies."""
    sentence = "boutique/app=checkoutservice can reach boutique/app=emailservice on TCP/5000"
    run = CliRunner().invoke(cli, ["prove", sentence, "online-boutique", "-n", "boutique"])
    assert run.exit_code == 1
    assert "TCP/5000 is the port of Service boutique/emailservice; its pods listen on TCP/8080" in text(run)
    assert "did you mean TCP/8080?" in text(run)


def test_a_misspelt_name_is_never_proved() -> None:
    """The sock shop's carts are called `cart` in two of its policies."""
    run = CliRunner().invoke(cli, ["prove", "internet cannot reach sock-shop/name=cart", "sock-shop"])
    assert run.exit_code == 1
    assert "name=cart matches none of the 14 workloads loaded for namespace sock-shop" in text(run)
    assert "did you mean name=carts?" in text(run)
    run = CliRunner().invoke(cli, ["prove", "internet cannot reach sockshop", "sock-shop"])
    assert run.exit_code == 3
    assert "did you mean 'sock-shop'?" in text(run)

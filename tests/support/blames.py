"""Where an engineer would edit to make each refuted invariant of the real policy sets, and of the examples, hold.

Each row was settled by reading the YAML and the invariant, and names the line that is to change: a rule or a peer that
lets too much through; for a flow that must pass and does not, the list or the selector that lacks it; the name of a
workload where it is the workload (host-networked) or a missing policy for it that is to blame.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """A line is to be edited."""

    place: str
    """File and line; the line alone where the input is one file."""
    line: str
    """How the element at that place begins, without its comments."""
    beside: str | None = None
    """Where the flow gets through in the other direction: a place that the report names as well."""


@dataclass(frozen=True, slots=True)
class Isolate:
    """A policy is missing."""

    what: str
    """The namespace and the direction that it is to isolate."""
    at: str | None = None
    """The workload that it is to select, where a file of the input has it."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No edit of a policy closes it, and the report says why."""

    why: str


Blame = Edit | Isolate | Nothing

BLAMES: dict[str, dict[str, Blame]] = {
    "argo-cd": {
        "only server, repo-server can reach redis": Edit("install.yaml:34353", "- podSelector:"),
        "only server can reach dex": Edit("install.yaml:34305", "- namespaceSelector: {}"),
        "default cannot reach repo-server": Edit("install.yaml:34392", "- namespaceSelector: {}"),
        "internet cannot reach server": Edit("install.yaml:34411", "- {}"),
        "internet can reach applicationset-controller on TCP/7000": Edit("install.yaml:34279", "podSelector:"),
        "redis can reach repo-server on TCP/8081": Edit("install.yaml:34376", "- podSelector:"),
        "namespace argocd cannot reach internet": Isolate("argocd egress", at="install.yaml:32118"),
        "internet cannot reach namespace argocd except to server": Isolate("argocd ingress"),
    },
    "flux": {
        "default cannot reach flux except on TCP/8080": Edit("allow-webhooks.yaml:10", "- namespaceSelector: {}"),
        "only flux can reach flux": Edit("allow-scraping.yaml:10", "- namespaceSelector: {}"),
        "flux cannot reach internet": Edit("allow-egress.yaml:13", "- {}"),
    },
    "kube-prometheus": {
        "only prometheus-app can reach grafana": Edit(
            "nodeExporter-daemonset.yaml:9", "name: node-exporter", beside="grafana-deployment.yaml:9"
        ),
        "only prometheus-app can reach grafana-app except from host-networked": Edit(
            "alertmanager-networkPolicy.yaml:14", "- {}"
        ),
        "only monitoring/prometheus/k8s can reach grafana except from host-networked": Edit(
            "grafana-networkPolicy.yaml:16", "- podSelector:"
        ),
        "alertmanager can reach grafana on TCP/3000": Edit("grafana-networkPolicy.yaml:16", "- podSelector:"),
        "only prometheus-app can reach alertmanager except from host-networked": Edit(
            "alertmanager-networkPolicy.yaml:26", "- podSelector:", beside="alertmanager-networkPolicy.yaml:14"
        ),
        "prometheus can reach alertmanager on TCP/9094": Edit("alertmanager-networkPolicy.yaml:20", "ports:"),
        "grafana can reach alertmanager on TCP/9093": Edit("alertmanager-networkPolicy.yaml:17", "- podSelector:"),
        "grafana can reach prometheus on TCP/8080": Edit("prometheus-networkPolicy.yaml:37", "- port: 9090"),
        "prometheus can reach operator on TCP/8080": Edit("prometheusOperator-networkPolicy.yaml:20", "- port: 8443"),
        "internet cannot reach node-exporter": Edit("nodeExporter-daemonset.yaml:9", "name: node-exporter"),
        "only prometheus-app can reach node-exporter": Edit("alertmanager-networkPolicy.yaml:14", "- {}"),
        "internet cannot reach adapter": Edit("prometheusAdapter-networkPolicy.yaml:15", "- {}"),
        "internet cannot reach stack except to adapter and to host-networked": Isolate("monitoring ingress"),
        "stack cannot reach internet": Edit("alertmanager-networkPolicy.yaml:14", "- {}"),
    },
    "kubeflow": {
        "only namespace oauth2-proxy can reach namespace oauth2-proxy": Edit(
            "common/oauth2-proxy/base/allow-istio-ingressgateway.yaml:17", "- namespaceSelector:"
        ),
        "only auth, ingressgateway, oauth2-proxy/app.kubernetes.io/name=oauth2-proxy can reach auth": Edit(
            "common/dex/overlays/oauth2-proxy/allow-istio-and-oauth2-proxy.yaml:20", "- namespaceSelector:"
        ),
        "internet cannot reach webhook": Edit(
            "common/knative/knative-serving/base/allow-webhook-apiserver.yaml:19", "- ports:"
        ),
        "internet cannot reach istio-system": Edit(
            "common/istio/istio-namespace/base/allow-istiod-control-plane.yaml:13", "- ports:"
        ),
        "internet cannot reach cert-manager": Edit(
            "common/cert-manager/overlays/kubeflow/cert-manager-webhook.yaml:20", "- ports:"
        ),
        "only namespace kubeflow, namespace istio-system can reach kubeflow/pipeline/api": Edit(
            "common/kubeflow-namespace/base/kubeflow/ml-pipeline.yaml:15", "- namespaceSelector:"
        ),
        "only namespace kubeflow, istio-system can reach kubeflow/app=ml-pipeline-ui": Edit(
            "common/kubeflow-namespace/base/kubeflow/katib-controller.yaml:16", "- ports:"
        ),
        "knative cannot reach namespace kubeflow": Edit(
            "common/kubeflow-namespace/base/kubeflow/poddefaults.yaml:16", "- ports:"
        ),
    },
    "online-boutique": {
        "only frontend can reach cartservice": Edit(
            "network-policy-cartservice.yaml:31", "- podSelector:", beside="network-policy-checkoutservice.yaml:35"
        ),
        "only frontend, checkoutservice can reach productcatalogservice": Edit(
            "network-policy-productcatalogservice.yaml:34",
            "- podSelector:",
            beside="network-policy-recommendationservice.yaml:35",
        ),
        "loadgenerator cannot reach any pod except to frontend": Edit("network-policy-loadgenerator.yaml:26", "- {}"),
        "loadgenerator is isolated": Edit(
            "network-policy-loadgenerator.yaml:26", "- {}", beside="network-policy-frontend.yaml:27"
        ),
        "internet cannot reach frontend": Edit("network-policy-frontend.yaml:27", "- {}"),
        "paymentservice cannot reach internet": Edit("network-policy-paymentservice.yaml:35", "- {}"),
        "any pod cannot reach paymentservice except on TCP/50052": Edit(
            "network-policy-paymentservice.yaml:28", "- podSelector:", beside="network-policy-checkoutservice.yaml:35"
        ),
        "checkoutservice can reach emailservice on TCP/5000": Edit(
            "network-policy-emailservice.yaml:32", "- port: 8080"
        ),
        "frontend can reach emailservice on TCP/8080": Edit("network-policy-emailservice.yaml:28", "- podSelector:"),
        "checkoutservice can reach shippingservice on TCP/50051-50052": Edit(
            "network-policy-shippingservice.yaml:35", "- port: 50051"
        ),
        "no pod can reach a pod of another namespace": Edit("network-policy-frontend.yaml:27", "- {}"),
    },
    "sock-shop": {
        "only orders can reach payment": Edit("netpol-cortex-access.yaml:12", "- podSelector:"),
        "front-end can reach carts on TCP/80": Edit("netpol-cortex-access.yaml:12", "- podSelector:"),
        "carts can reach carts-db on TCP/27017": Edit("netpol-cart-db-access.yaml:13", "- podSelector:"),
        "front-end can reach session-db on TCP/6379": Edit("netpol-cortex-access.yaml:12", "- podSelector:"),
        "internet can reach front-end on TCP/80": Edit("netpol-frontend-access.yaml:14", "port: 8079"),
        "shipping can reach rabbitmq on TCP/9090": Edit("netpol-rabbitmq-access.yaml:21", "port: 5672"),
        "shop cannot reach internet": Isolate("sock-shop egress", at="complete-demo.yaml:10"),
    },
    "flux-with-pods": {
        "default can reach flux-system/app=source-controller on TCP/9292": Edit("allow-scraping.yaml:13", "port: 8080"),
    },
    "netpol-recipes/01-deny-all-traffic-to-an-application-0": {
        "default/app=web cannot reach internet": Isolate("default egress"),
        "anything cannot reach default": Isolate("default ingress"),
    },
    "netpol-recipes/02-limit-traffic-to-an-application-0": {
        "only default/app=bookstore,role=frontend can reach default/app=bookstore,role=api": Edit(
            "12", "- podSelector:"
        ),
        "default/app=coffeeshop can reach default/app=bookstore,role=api on TCP/80": Edit("12", "- podSelector:"),
    },
    "netpol-recipes/02a-allow-all-traffic-to-an-application-0": {
        "internet cannot reach default/app=web": Edit("11", "- {}"),
    },
    "netpol-recipes/03-deny-all-non-whitelisted-traffic-in-the-namespace-0": {
        "default cannot reach kube-system": Isolate("default egress"),
    },
    "netpol-recipes/04-deny-traffic-from-other-namespaces-0": {
        "default cannot reach default": Edit("11", "- podSelector: {}"),
    },
    "netpol-recipes/05-allow-traffic-from-all-namespaces-0": {
        "secondary cannot reach default/app=web": Edit("12", "- namespaceSelector: {}"),
    },
    "netpol-recipes/06-allow-traffic-from-a-namespace-0": {
        "only prod can reach default/app=web": Edit("11", "- namespaceSelector:"),
    },
    "netpol-recipes/07-allow-traffic-from-some-pods-in-another-namespace-0": {
        "ops/type=debugging, other can reach default/app=web on TCP/80": Edit("15", "podSelector:"),
        "only ops/type=debugging can reach default/app=web": Edit("12", "- namespaceSelector:"),
    },
    "netpol-recipes/08-allow-external-traffic-0": {
        "internet cannot reach default/app=web": Edit("10", "- {}"),
    },
    "netpol-recipes/09-allow-traffic-only-to-a-port-0": {
        "default/role=monitoring can reach default/app=apiserver on UDP/5000": Edit("11", "- port: 5000"),
        "default/role=monitoring can reach default/app=apiserver on TCP/8000": Edit("11", "- port: 5000"),
        "default/role=monitoring cannot reach default/app=apiserver": Edit("13", "- podSelector:"),
    },
    "netpol-recipes/10-allowing-traffic-with-multiple-selectors-0": {
        "only default/app=bookstore can reach db": Edit("20", "- podSelector:"),
        "default/app=inventory,role=db can reach db on TCP/6379": Edit("12", "- podSelector:"),
    },
    "netpol-recipes/11-deny-egress-traffic-from-an-application-0": {
        "default/app=foo cannot reach anything": Nothing("always reaches its own node"),
        "default/app=foo can reach kube-system/k8s-app=kube-dns on UDP/53": Edit("6", "podSelector:"),
        "internet cannot reach default/app=foo": Isolate("default ingress"),
    },
    "netpol-recipes/11-deny-egress-traffic-from-an-application-1": {
        "default/app=foo cannot reach anything except nodes and dns on UDP/53": Edit("14", "- namespaceSelector:"),
    },
    "netpol-recipes/12-deny-all-non-whitelisted-traffic-from-the-namespace-0": {
        "default cannot reach anything": Nothing("always reaches its own node"),
    },
    "netpol-recipes/14-deny-external-egress-traffic-0": {
        "default/app=foo cannot reach kube-system": Edit("13", "- namespaceSelector:"),
    },
}

EXAMPLES: dict[str, dict[str, Blame]] = {
    "payments-broken": {
        "analytics cannot reach payments": Edit("manifests/policies/payments-api.yaml:14", "- namespaceSelector:"),
        "only checkout can reach payments-api": Edit("manifests/policies/payments-api.yaml:14", "- namespaceSelector:"),
    },
}

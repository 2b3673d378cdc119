"""The verdicts that are expected of the real policy sets' specs, with witnesses and the lines to blame.

The specs say beside each invariant which policy, rule and line decides it, and so which verdict is right. Where several
witnesses would be, the tables hold the one that the documented order of preference picks. What is in no table is to be
proved.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """A witness, as its report shows it, and the lines that it points at, in order: the egress side's, then the
    ingress side's. An allowed flow points at the rules that allow it, a blocked one at the policies that isolate it."""

    allowed: bool
    shown: str
    places: tuple[str, ...]


def passes(shown: str, *places: str) -> Flow:
    """A flow that is allowed."""
    return Flow(True, shown, places)


def blocked(shown: str, *places: str) -> Flow:
    """A flow that is blocked."""
    return Flow(False, shown, places)


REFUTED: dict[str, dict[str, Flow]] = {
    "argo-cd": {
        "only server, repo-server can reach redis": passes(
            "argocd/statefulset/argocd-application-controller -> argocd/deployment/argocd-redis TCP/6379",
            "install.yaml:34353",
        ),
        "only server can reach dex": passes(
            "argocd/deployment/argocd-applicationset-controller -> argocd/deployment/argocd-dex-server TCP/5558",
            "install.yaml:34305",
        ),
        "default cannot reach repo-server": passes(
            "default/any-pod (hypothetical) -> argocd/deployment/argocd-repo-server TCP/8084", "install.yaml:34392"
        ),
        "internet cannot reach server": passes(
            "203.0.113.1 -> argocd/deployment/argocd-server TCP/8080", "install.yaml:34411"
        ),
        "internet can reach applicationset-controller on TCP/7000": blocked(
            "203.0.113.1 -> argocd/deployment/argocd-applicationset-controller TCP/7000", "install.yaml:34279"
        ),
        "redis can reach repo-server on TCP/8081": blocked(
            "argocd/deployment/argocd-redis -> argocd/deployment/argocd-repo-server TCP/8081", "install.yaml:34395"
        ),
        "namespace argocd cannot reach internet": passes(
            "argocd/deployment/argocd-applicationset-controller -> 203.0.113.1 TCP/1"
        ),
        "internet cannot reach namespace argocd except to server": passes(
            "203.0.113.1 -> argocd/any-pod (hypothetical) TCP/1"
        ),
    },
    "flux": {
        "default cannot reach flux except on TCP/8080": passes(
            "default/any-pod (hypothetical) -> flux-system/notification-controller (hypothetical) TCP/9292",
            "allow-webhooks.yaml:10",
        ),
        "only flux can reach flux": passes(
            "default/any-pod (hypothetical) -> flux-system/any-pod (hypothetical) TCP/8080", "allow-scraping.yaml:10"
        ),
        "flux cannot reach internet": passes(
            "flux-system/any-pod (hypothetical) -> 203.0.113.1 TCP/1", "allow-egress.yaml:13"
        ),
    },
    "flux-with-pods": {
        "default can reach flux-system/app=source-controller on TCP/9292": blocked(
            "default/client/scraper -> flux-system/controller/source TCP/9292",
            "allow-egress.yaml:14",
            "allow-scraping.yaml:14",
        ),
    },
    "kube-prometheus": {
        "only prometheus-app can reach grafana": passes(
            "monitoring/daemonset/node-exporter -> monitoring/deployment/grafana TCP/3000"
        ),
        "only prometheus-app can reach grafana-app except from host-networked": passes(
            "monitoring/alertmanager/main -> monitoring/another-grafana (hypothetical) TCP/1",
            "alertmanager-networkPolicy.yaml:14",
        ),
        "only monitoring/prometheus/k8s can reach grafana except from host-networked": passes(
            "monitoring/prometheus (hypothetical) -> monitoring/deployment/grafana TCP/3000",
            "grafana-networkPolicy.yaml:16",
        ),
        "alertmanager can reach grafana on TCP/3000": blocked(
            "monitoring/alertmanager/main -> monitoring/deployment/grafana TCP/3000", "grafana-networkPolicy.yaml:22"
        ),
        "only prometheus-app can reach alertmanager except from host-networked": passes(
            "monitoring/alertmanager/main -> monitoring/alertmanager/main TCP/9094",
            "alertmanager-networkPolicy.yaml:14",
            "alertmanager-networkPolicy.yaml:26",
        ),
        "prometheus can reach alertmanager on TCP/9094": blocked(
            "monitoring/prometheus/k8s -> monitoring/alertmanager/main TCP/9094", "alertmanager-networkPolicy.yaml:34"
        ),
        "grafana can reach alertmanager on TCP/9093": blocked(
            "monitoring/deployment/grafana -> monitoring/alertmanager/main TCP/9093",
            "alertmanager-networkPolicy.yaml:34",
        ),
        "grafana can reach prometheus on TCP/8080": blocked(
            "monitoring/deployment/grafana -> monitoring/prometheus/k8s TCP/8080", "prometheus-networkPolicy.yaml:39"
        ),
        "prometheus can reach operator on TCP/8080": blocked(
            "monitoring/prometheus/k8s -> monitoring/deployment/prometheus-operator TCP/8080",
            "prometheusOperator-networkPolicy.yaml:22",
        ),
        "internet cannot reach node-exporter": passes("203.0.113.1 -> monitoring/daemonset/node-exporter TCP/9100"),
        "only prometheus-app can reach node-exporter": passes(
            "monitoring/alertmanager/main -> monitoring/daemonset/node-exporter TCP/9100",
            "alertmanager-networkPolicy.yaml:14",
        ),
        "internet cannot reach adapter": passes(
            "203.0.113.1 -> monitoring/deployment/prometheus-adapter TCP/6443",
            "prometheusAdapter-networkPolicy.yaml:15",
        ),
        "internet cannot reach stack except to adapter and to host-networked": passes(
            "203.0.113.1 -> monitoring/any-pod (hypothetical) TCP/1"
        ),
        "stack cannot reach internet": passes(
            "monitoring/alertmanager/main -> 203.0.113.1 TCP/1", "alertmanager-networkPolicy.yaml:14"
        ),
    },
    "kubeflow": {
        "only namespace oauth2-proxy can reach namespace oauth2-proxy": passes(
            "istio-system/gateway/ingress -> oauth2-proxy/deployment/oauth2-proxy TCP/4180",
            "common/oauth2-proxy/base/allow-istio-ingressgateway.yaml:17",
        ),
        "only auth, ingressgateway, oauth2-proxy/app.kubernetes.io/name=oauth2-proxy can reach auth": passes(
            "istio-system/mesh/istiod -> auth/login/dex TCP/5556",
            "common/dex/overlays/oauth2-proxy/allow-istio-and-oauth2-proxy.yaml:20",
        ),
        "internet cannot reach webhook": passes(
            "203.0.113.1 -> knative-serving/deployment/webhook TCP/8443",
            "common/knative/knative-serving/base/allow-webhook-apiserver.yaml:19",
        ),
        "internet cannot reach istio-system": passes(
            "203.0.113.1 -> istio-system/mesh/istiod TCP/15012",
            "common/istio/istio-namespace/base/allow-istiod-control-plane.yaml:13",
        ),
        "internet cannot reach cert-manager": passes(
            "203.0.113.1 -> cert-manager/certifier/webhook TCP/10250",
            "common/cert-manager/overlays/kubeflow/cert-manager-webhook.yaml:20",
        ),
        "only namespace kubeflow, namespace istio-system can reach kubeflow/pipeline/api": passes(
            "auth/login/dex -> kubeflow/pipeline/api TCP/8888",
            "common/kubeflow-namespace/base/kubeflow/ml-pipeline.yaml:15",
        ),
        "only namespace kubeflow, istio-system can reach kubeflow/app=ml-pipeline-ui": passes(
            "knative-serving/deployment/activator -> kubeflow/ml-pipeline-ui (hypothetical) TCP/8443",
            "common/kubeflow-namespace/base/kubeflow/katib-controller.yaml:16",
        ),
        "knative cannot reach namespace kubeflow": passes(
            "knative-serving/deployment/activator -> kubeflow/poddefaults (hypothetical) TCP/4443",
            "common/kubeflow-namespace/base/kubeflow/poddefaults.yaml:16",
        ),
    },
    "online-boutique": {
        "only frontend can reach cartservice": passes(
            "boutique/deployment/checkoutservice -> boutique/deployment/cartservice TCP/7070",
            "network-policy-checkoutservice.yaml:35",
            "network-policy-cartservice.yaml:31",
        ),
        "only frontend, checkoutservice can reach productcatalogservice": passes(
            "boutique/deployment/recommendationservice -> boutique/deployment/productcatalogservice TCP/3550",
            "network-policy-recommendationservice.yaml:35",
            "network-policy-productcatalogservice.yaml:34",
        ),
        "loadgenerator cannot reach any pod except to frontend": passes(
            "boutique/deployment/loadgenerator -> default/any-pod (hypothetical) TCP/1",
            "network-policy-loadgenerator.yaml:26",
        ),
        "loadgenerator is isolated": passes(
            "boutique/deployment/loadgenerator -> boutique/deployment/frontend TCP/8080",
            "network-policy-loadgenerator.yaml:26",
            "network-policy-frontend.yaml:27",
        ),
        "internet cannot reach frontend": passes(
            "203.0.113.1 -> boutique/deployment/frontend TCP/8080", "network-policy-frontend.yaml:27"
        ),
        "paymentservice cannot reach internet": passes(
            "boutique/deployment/paymentservice -> 203.0.113.1 TCP/1", "network-policy-paymentservice.yaml:35"
        ),
        "any pod cannot reach paymentservice except on TCP/50052": passes(
            "boutique/deployment/checkoutservice -> boutique/deployment/paymentservice TCP/50051",
            "network-policy-checkoutservice.yaml:35",
            "network-policy-paymentservice.yaml:28",
        ),
        "checkoutservice can reach emailservice on TCP/5000": blocked(
            "boutique/deployment/checkoutservice -> boutique/deployment/emailservice TCP/5000",
            "network-policy-deny-all.yaml:20",
            "network-policy-emailservice.yaml:20",
        ),
        "frontend can reach emailservice on TCP/8080": blocked(
            "boutique/deployment/frontend -> boutique/deployment/emailservice TCP/8080",
            "network-policy-deny-all.yaml:20",
            "network-policy-emailservice.yaml:20",
        ),
        "checkoutservice can reach shippingservice on TCP/50051-50052": blocked(
            "boutique/deployment/checkoutservice -> boutique/deployment/shippingservice TCP/50052",
            "network-policy-deny-all.yaml:20",
            "network-policy-shippingservice.yaml:20",
        ),
        "no pod can reach a pod of another namespace": passes(
            "default/any-pod (hypothetical) -> boutique/deployment/frontend TCP/8080", "network-policy-frontend.yaml:27"
        ),
    },
    "sock-shop": {
        "only orders can reach payment": passes(
            "sock-shop/cortex (hypothetical) -> sock-shop/deployment/payment TCP/80", "netpol-cortex-access.yaml:12"
        ),
        "front-end can reach carts on TCP/80": blocked(
            "sock-shop/deployment/front-end -> sock-shop/deployment/carts TCP/80", "netpol-cortex-access.yaml:8"
        ),
        "carts can reach carts-db on TCP/27017": blocked(
            "sock-shop/deployment/carts -> sock-shop/deployment/carts-db TCP/27017",
            "netpol-cart-db-access.yaml:8",
            "netpol-cortex-access.yaml:8",
        ),
        "front-end can reach session-db on TCP/6379": blocked(
            "sock-shop/deployment/front-end -> sock-shop/deployment/session-db TCP/6379", "netpol-cortex-access.yaml:8"
        ),
        "internet can reach front-end on TCP/80": blocked(
            "203.0.113.1 -> sock-shop/deployment/front-end TCP/80",
            "netpol-cortex-access.yaml:8",
            "netpol-frontend-access.yaml:8",
        ),
        "shipping can reach rabbitmq on TCP/9090": blocked(
            "sock-shop/deployment/shipping -> sock-shop/deployment/rabbitmq TCP/9090",
            "netpol-cortex-access.yaml:8",
            "netpol-rabbitmq-access.yaml:8",
        ),
        "shop cannot reach internet": passes("sock-shop/deployment/carts -> 203.0.113.1 TCP/1"),
    },
}

REFUTED_RECIPES: dict[str, dict[str, Flow]] = {
    "01-deny-all-traffic-to-an-application-0": {
        "default/app=web cannot reach internet": passes("default/example/web -> 203.0.113.1 TCP/1"),
        "anything cannot reach default": passes("default/example/web -> default/any-pod (hypothetical) TCP/1"),
    },
    "02-limit-traffic-to-an-application-0": {
        "only default/app=bookstore,role=frontend can reach default/app=bookstore,role=api": passes(
            "default/example/api -> default/example/api TCP/80", "12"
        ),
        "default/app=coffeeshop can reach default/app=bookstore,role=api on TCP/80": blocked(
            "default/example/other -> default/example/api TCP/80", "6"
        ),
    },
    "02a-allow-all-traffic-to-an-application-0": {
        "internet cannot reach default/app=web": passes("203.0.113.1 -> default/example/web TCP/80", "11"),
    },
    "03-deny-all-non-whitelisted-traffic-in-the-namespace-0": {
        "default cannot reach kube-system": passes("default/example/web -> kube-system/any-pod (hypothetical) TCP/1"),
    },
    "04-deny-traffic-from-other-namespaces-0": {
        "default cannot reach default": passes("default/example/web -> default/example/web TCP/80", "11"),
    },
    "05-allow-traffic-from-all-namespaces-0": {
        "secondary cannot reach default/app=web": passes(
            "secondary/example/client -> default/example/web TCP/80", "12"
        ),
    },
    "06-allow-traffic-from-a-namespace-0": {
        "only prod can reach default/app=web": passes("default/example/web -> default/example/web TCP/80", "11"),
    },
    "07-allow-traffic-from-some-pods-in-another-namespace-0": {
        "ops/type=debugging, other can reach default/app=web on TCP/80": blocked(
            "ops/example/shell -> default/example/web TCP/80", "7"
        ),
        "only ops/type=debugging can reach default/app=web": passes(
            "ops/example/scraper -> default/example/web TCP/80", "12"
        ),
    },
    "08-allow-external-traffic-0": {
        "internet cannot reach default/app=web": passes("203.0.113.1 -> default/example/web TCP/80", "10"),
    },
    "09-allow-traffic-only-to-a-port-0": {
        "default/role=monitoring can reach default/app=apiserver on UDP/5000": blocked(
            "default/example/metrics -> default/example/apiserver UDP/5000", "6"
        ),
        "default/role=monitoring can reach default/app=apiserver on TCP/8000": blocked(
            "default/example/metrics -> default/example/apiserver TCP/8000", "6"
        ),
        "default/role=monitoring cannot reach default/app=apiserver": passes(
            "default/example/metrics -> default/example/apiserver TCP/5000", "13"
        ),
    },
    "10-allowing-traffic-with-multiple-selectors-0": {
        "only default/app=bookstore can reach db": passes(
            "default/example/inventory -> default/example/db TCP/6379", "20"
        ),
        "default/app=inventory,role=db can reach db on TCP/6379": blocked(
            "default/example/other -> default/example/db TCP/6379", "6"
        ),
    },
    "11-deny-egress-traffic-from-an-application-0": {
        "default/app=foo can reach kube-system/k8s-app=kube-dns on UDP/53": blocked(
            "default/example/foo -> kube-system/example/dns UDP/53", "6"
        ),
        "internet cannot reach default/app=foo": passes("203.0.113.1 -> default/example/foo TCP/1"),
        "default/app=foo cannot reach anything": passes("default/example/foo -> any-node TCP/1"),
    },
    "11-deny-egress-traffic-from-an-application-1": {
        "default/app=foo cannot reach anything except nodes and dns on UDP/53": passes(
            "default/example/foo -> kube-system/example/dns TCP/53", "14"
        ),
    },
    "12-deny-all-non-whitelisted-traffic-from-the-namespace-0": {
        "default cannot reach anything": passes("default/example/web -> any-node TCP/1"),
    },
    "14-deny-external-egress-traffic-0": {
        "default/app=foo cannot reach kube-system": passes(
            "default/example/foo -> kube-system/example/dns TCP/53", "13"
        ),
    },
}

VACUOUS = {
    "flux": {
        "default can reach flux on TCP/8080": "no workload of the input makes a flow between the two sides",
    },
    "kubeflow": {
        "internet cannot reach kubeflow/app=poddefaults": (
            "kubeflow/app=poddefaults matches none of the 2 workloads loaded for namespace kubeflow"
        ),
    },
    "online-boutique": {
        "no pod can reach a pod of another namespace": "no workload of the input makes a flow between the two sides",
        "shop can reach kube-system/k8s-app=kube-dns on UDP/53, TCP/53": (
            "kube-system/k8s-app=kube-dns matches nothing: no workload of namespace kube-system was loaded"
        ),
    },
}

UNKNOWN = {
    "kubeflow": {"autoscaler can reach activator on TCP/8080": ("5 AuthorizationPolicy", "2 PeerAuthentication")},
}

PROVED = {
    "argo-cd": 13,
    "flux": 4,
    "flux-with-pods": 4,
    "kube-prometheus": 21,
    "kubeflow": 15,
    "online-boutique": 34,
    "sock-shop": 19,
}
"""How many invariants of each spec are expected to be proved: all that are in no other table."""

"""One policy in the ways in which people write it. Each comment `# @a/b` belongs to the field a/b of its spec."""

from __future__ import annotations

import json
from textwrap import indent

HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: p
  namespace: web
"""

SPEC = {
    "podSelector": {"matchLabels": {"app": "api"}},
    "ingress": [
        {
            "from": [
                {"namespaceSelector": {"matchLabels": {"tier": "apps"}}},
                {"podSelector": {"matchLabels": {"app": "checkout"}}},
                {"namespaceSelector": {}},
            ],
            "ports": [
                {"protocol": "TCP", "port": 8080},
                {"protocol": "TCP", "port": 9090},
                {"protocol": "UDP", "port": 53},
            ],
        },
        {
            "from": [
                {"namespaceSelector": {"matchExpressions": [{"key": "env", "operator": "In", "values": ["a", "b"]}]}}
            ],
            "ports": [{"port": 80}],
        },
    ],
    "egress": [{"to": [{"podSelector": {"matchLabels": {"app": "db"}}}]}],
}
OBJECT = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "p", "namespace": "web"},
    "spec": SPEC,
}

BLOCK = (
    HEAD
    + """\
# @ of the spec
spec:  # @ beside it
  # @podSelector
  podSelector:
    matchLabels:
      app: api  # @podSelector

  # @ingress above
  ingress:  # @ingress beside
    # @ingress above the first
    - from:  # @ingress/0/from
        # @ingress/0/from/0 above
        - namespaceSelector:  # @ingress/0/from/0/namespaceSelector
            matchLabels:  # @ingress/0/from/0/namespaceSelector/matchLabels
              tier: apps  # @ingress/0/from/0/namespaceSelector/matchLabels/tier
        # @ingress/0/from/1 above
        - podSelector:
            # @ingress/0/from/1/podSelector
            matchLabels:
              app: checkout  # @ingress/0/from/1/podSelector/matchLabels

        - namespaceSelector: {}  # @ingress/0/from/2
        # @ingress/0/from below the last
      ports:  # @ingress/0/ports
        - protocol: TCP  # @ingress/0/ports/0
          port: 8080
        # @ingress/0/ports between
        - protocol: TCP
          port: 9090  # @ingress/0/ports/1
        - {protocol: UDP, port: 53}  # @ingress/0/ports/2
    # @ingress between the rules
    - from:
        - namespaceSelector:
            matchExpressions:  # @ingress/1/from/0
              # @ingress/1/from/0 first
              - key: env  # @ingress/1/from/0 key
                operator: In
                values: [a, b]
      ports:
        - port: 80
    # @ingress below the last

  # @egress above
  egress:  # @egress beside
    # @egress above the only
    - to:
        - podSelector:
            matchLabels:
              app: db
# @ at the end
"""
)

COMPACT = (
    HEAD
    + """\
spec:
  podSelector:
    matchLabels:
      app: api
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          tier: apps
    # @ingress/0/from between
    - podSelector:
        matchLabels:
          app: checkout
    - namespaceSelector: {}
    ports:
    - protocol: TCP
      port: 8080
    # @ingress/0/ports between
    - protocol: TCP
      port: 9090
    - protocol: UDP
      port: 53
  # @ingress between
  - from:
    - namespaceSelector:
        matchExpressions:
        - key: env
          operator: In
          values:
          - a
          - b
    ports:
    - port: 80
  # @egress above
  egress:
  - to:
    - podSelector:
        matchLabels:
          app: db
"""
)

WIDE = (
    HEAD
    + """\
spec:
    podSelector:
        matchLabels: {app: api}
    ingress:
        -   from:
                -   namespaceSelector:
                        matchLabels: {tier: apps}  # @ingress/0/from/0 x
                -   podSelector:
                        matchLabels: {app: checkout}
                -   namespaceSelector: {}
            ports:
                -   {protocol: TCP, port: 8080}
                -   {protocol: TCP, port: 9090}
                -   {protocol: UDP, port: 53}
        -   from:
                -   namespaceSelector:
                        matchExpressions:
                            -   {key: env, operator: In, values: [a, b]}
            ports:
                -   port: 80
    egress:
        -   to:
                -   podSelector:
                        matchLabels: {app: db}
"""
)

DASH_ALONE = (
    HEAD
    + """\
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    -
      from:
        -
          namespaceSelector:
            matchLabels:
              tier: apps
        -  # @ingress/0/from/1
          podSelector:
            matchLabels:
              app: checkout
        -

          namespaceSelector: {}
      ports:
        -
          protocol: TCP
          port: 8080
        -
          # @ingress/0/ports/1
          protocol: TCP
          port: 9090
        -
          protocol: UDP
          port: 53
    - # @ingress/1
      from:
        - namespaceSelector:
            matchExpressions:
              -
                key: env
                operator: In
                values: [a, b]
      ports:
        - port: 80
  egress:
    -
      to:
        - podSelector: {matchLabels: {app: db}}
"""
)

FLOW_ITEMS = (
    HEAD
    + """\
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    - from:
        - {namespaceSelector: {matchLabels: {tier: apps}}}  # @ingress/0/from/0
        - { podSelector: { matchLabels: { app: checkout } } }  # @ingress/0/from/1
        - {namespaceSelector: {}}
      ports: [{protocol: TCP, port: 8080}, {protocol: TCP, port: 9090}, {protocol: UDP, port: 53}]  # @ingress/0/ports
    - {from: [{namespaceSelector: {matchExpressions: [{key: env, operator: In, values: [a, b]}]}}], ports: [{port: 80}]}
  egress:
    - {to: [{podSelector: {matchLabels: {app: db}}}]}  # @egress/0
"""
)

MIXED = (
    HEAD
    + """\
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    - from:
        - namespaceSelector:
            matchLabels: {tier: apps}
        # @ingress/0/from between
        - {podSelector: {matchLabels: {app: checkout}}}  # @ingress/0/from/1 beside
        - namespaceSelector: {}
      ports:
        - {protocol: TCP, port: 8080}
        - protocol: TCP
          port: 9090
        - {protocol: UDP, port: 53}
    - from: [{namespaceSelector: {matchExpressions: [{key: env, operator: In, values: [a, b]}]}}]
      ports: [{port: 80}]
  egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]  # @egress
"""
)

FLOW_LINES = (
    HEAD
    + """\
spec:
  podSelector: {matchLabels: {app: api}}
  ingress: [  # @ingress
    # @ingress above the first
    {
      from: [
        {namespaceSelector: {matchLabels: {tier: apps}}},  # @ingress/0/from/0
        # @ingress/0/from between
        {podSelector: {
          matchLabels: {app: checkout},
        }},  # @ingress/0/from/1
        {namespaceSelector: {}},  # @ingress/0/from/2
      ],
      ports: [  # @ingress/0/ports
        {protocol: TCP, port: 8080},
        {protocol: TCP,
         port: 9090},
        # @ingress/0/ports between
        {protocol: UDP, port: 53}  # @ingress/0/ports/2
      ]
    },
    # @ingress between
    {from: [{namespaceSelector: {
       matchExpressions: [
         {key: env, operator: In, values: [a, b]},
       ]}}],
     ports: [{port: 80}]}
  ]  # @ingress at the end
  egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]  # @egress
"""
)

FLOW_HANGING = (
    HEAD
    + """\
spec:
  podSelector: {matchLabels: {app: api}}
  ingress: [{from: [{namespaceSelector: {matchLabels: {tier: apps}}},  # @ingress/0/from/0
                    {podSelector: {matchLabels: {app: checkout}}},
                    {namespaceSelector: {}}],
             ports: [{protocol: TCP, port: 8080}, {protocol: TCP, port: 9090},
                     {protocol: UDP, port: 53}]},
            {from: [{namespaceSelector: {matchExpressions: [{key: env, operator: In, values: [a, b]}]}}],
             ports: [{port: 80}]}]
  egress: [
    {to: [{podSelector: {matchLabels: {app: db}}}]}
  ]
"""
)

QUOTED = """\
"apiVersion": "networking.k8s.io/v1"
'kind': 'NetworkPolicy'
"metadata": {"name": "p", 'namespace': "web"}
"spec":
  "podSelector":
    "matchLabels": {"app": "api"}
  "ingress":
    - "from":
        - 'namespaceSelector':
            "matchLabels":
              "tier": "apps"
        - 'podSelector' :
            "matchLabels":
              "app": 'checkout'
        - "namespaceSelector": {}
      'ports':
        - "protocol": "TCP"
          "port": 8080
        - "protocol": "TCP"
          "port": 9090
        - "protocol": "UDP"
          "port": 53
    - "from":
        - "namespaceSelector":
            "matchExpressions":
              - "key": "env"
                "operator": "In"
                "values": ["a", "b"]
      "ports":
        - "port": 80
  'egress':
    - "to":
        - "podSelector":
            "matchLabels": {"app": "db"}
"""

YAML = {
    "block": BLOCK,
    "compact": COMPACT,
    "wide": WIDE,
    "dash-alone": DASH_ALONE,
    "flow-items": FLOW_ITEMS,
    "mixed": MIXED,
    "flow-lines": FLOW_LINES,
    "flow-hanging": FLOW_HANGING,
    "quoted": QUOTED,
    "flow-all": json.dumps(OBJECT).replace('"', "") + "\n",
    "comment-first": "# @ licence\n---\n" + COMPACT,
}

OTHER = """\
apiVersion: v1
kind: Namespace
metadata: {name: web, labels: {tier: apps}}
"""
OTHER_POLICY = COMPACT.replace("name: p\n", "name: q\n").replace("@", "")


def _listed(text: str) -> str:
    dash, lines = "- ", indent(text, "  ", lambda line: True)
    first = next(i for i, line in enumerate(lines.splitlines()) if line.strip() and not line.strip().startswith("#"))
    kept = lines.splitlines(keepends=True)
    kept[first] = dash + kept[first][2:]
    head = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace, metadata: {name: web}}\n"
    return head + "".join(kept)


FORMS = {
    "plain": lambda text: text,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "no-newline": lambda text: text.rstrip("\n"),
    "bom": lambda text: f"\ufeff{text}",
    "first-of-several": lambda text: f"{text}---\n{OTHER_POLICY}",
    "last-of-several": lambda text: f"{OTHER}---\n{OTHER_POLICY}---\n# @ of p\n{text}...\n",
    "list": _listed,
}

EVERY_FORM = ("block", "flow-lines")
LAYOUTS = {
    f"{name}-{form}": make(text)
    for name, text in YAML.items()
    for form, make in FORMS.items()
    if form in ("plain", "crlf") or name in EVERY_FORM
}
_JSON = json.dumps(OBJECT, indent=2)
LAYOUTS |= {
    "json": _JSON + "\n",
    "json-crlf": _JSON.replace("\n", "\r\n"),
    "json-list": json.dumps({"apiVersion": "v1", "kind": "List", "items": [OBJECT]}, indent=4),
    "json-after-yaml": f"{OTHER}---\n{_JSON}\n---\n{OTHER_POLICY}",
    "json-tabs": json.dumps(OBJECT, indent="\t"),
    "json-one-line": json.dumps(OBJECT),
}

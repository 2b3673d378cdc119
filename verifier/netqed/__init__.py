"""netqed: proves what a Kubernetes cluster's network policies allow."""

__version__ = "0.1.0"

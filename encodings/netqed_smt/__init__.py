"""Policies, selectors and the AND/OR of peers as SMT constraints; knows no YAML and no Kubernetes objects."""

"""Typed Kubernetes objects as written, validated as the API server would."""

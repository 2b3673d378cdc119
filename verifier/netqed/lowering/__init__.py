"""Typed objects lowered to the policy model, one module an API family."""

"""The spec language: sentences, groups, assumptions."""

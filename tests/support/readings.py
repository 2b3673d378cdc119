"""Hypothesis strategies for readings: answers to every matter that network plugins decide."""

from __future__ import annotations

from hypothesis import strategies as st

from netqed.plugins.matters import SPEC, Matter, Reading


def readings() -> st.SearchStrategy[Reading]:
    """Any answers; the reading `spec` and its neighbours, which differ from it in one answer, in a good share."""
    whole = st.frozensets(st.sampled_from(list(Matter))).map(Reading)
    near = st.sampled_from(list(Matter)).map(lambda matter: Reading(SPEC.yes ^ {matter}))
    return st.one_of(st.just(SPEC), near, whole)

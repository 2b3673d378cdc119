"""How many random cases a law sees, by Hypothesis profile."""

from __future__ import annotations

import os

FUZZ_FACTOR = 10


def examples(count: int) -> int:
    """`count` cases in CI and while developing, `FUZZ_FACTOR` times as many under the `fuzz` profile.

    For `@settings(max_examples=examples(2_000))`: a bare number there would override the profile's.
    """
    return count * FUZZ_FACTOR if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else count

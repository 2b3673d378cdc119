"""Hypothesis profiles, chosen by HYPOTHESIS_PROFILE.

- `ci` (the default): the same cases on every run, so that a change alone can turn a run red.
- `dev`: new cases each run.
- `fuzz`: new cases each run, and many: `make fuzz`.

A law that must see more cases than its profile's default states them with `support.examples.examples`, never with a
bare `max_examples`: a number in a decorator overrides the profile's, and would cap the fuzz runs as well.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# No deadline and no complaint about slow generation: both measure the machine, not the program.
_COMMON = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("ci", parent=_COMMON, derandomize=True)
settings.register_profile("dev", parent=_COMMON)
settings.register_profile("fuzz", parent=_COMMON, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

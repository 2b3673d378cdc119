"""Results as text for people and as JSON for programs, and in the formats of CI.

`render` and `Style` are for callers of `netqed.api`; all else here may change.
"""

from netqed.report.answer import Format, render
from netqed.report.style import Style

__all__ = ["Format", "Style", "render"]

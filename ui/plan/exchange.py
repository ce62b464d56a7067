"""The plan as a spreadsheet, and a spreadsheet as changes of the plan."""

from __future__ import annotations

from ui.queries.plan import Opened
from ui.selection import Selection


def section(plan: Opened, selection: Selection) -> None:
    """Offer the plan as a file, and take one back."""
    _ = plan, selection

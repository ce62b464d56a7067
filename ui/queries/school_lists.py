"""What the Schools page asks: the schools of its filters, ranked."""

from __future__ import annotations

import pandas as pd

from data.views import school_lists, schools_and_tracts
from data.views.schools_and_tracts import Totals
from ui import queries
from ui.selection import Selection


def listed(selection: Selection) -> pd.DataFrame:
    """Schools of the view's filters, ranked: see `data.views.school_lists.to_help`."""
    own = school_lists.chosen(
        queries.schools(selection),
        queries.panel(selection).tracts,
        selection.within,
        selection.kind,
    )
    return school_lists.to_help(own, selection.rank or "excess")


def totals(schools: pd.DataFrame) -> Totals:
    """Add up some schools of a view."""
    return schools_and_tracts.totals(schools)

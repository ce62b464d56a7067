"""What pages ask of places whose absence is counted by district."""

from __future__ import annotations

import pandas as pd

from data.views import districts as views
from ui import queries
from ui.queries.cache import kept
from ui.queries.stored import Place
from ui.selection import Selection


def are_units(selection: Selection) -> bool:
    """Whether the figures of the place are of districts, not of schools."""
    return views.by_district(queries.panel(selection))


def table(selection: Selection) -> pd.DataFrame:
    """Districts with an outline, see `data.views.districts.district_view`."""
    return _table(queries.place(selection.area), selection.year, selection.level)


def without_outline(selection: Selection) -> pd.DataFrame:
    """Districts of the view that have no outline."""
    return views.without_outline(queries.panel(selection), queries.schools(selection))


@kept("districts")
def _table(key: Place, year: str, level: str) -> pd.DataFrame:
    return views.district_view(
        queries.panel_of(key), queries.schools(Selection(key.slug, year, level=level))
    )

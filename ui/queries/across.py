"""What a page asks of two places at once: whether they may be compared, and how they compare."""

from __future__ import annotations

from dataclasses import dataclass

from data.definition_rules import Definitions, rules_of
from data.panel import Panel
from data.views import across as views
from data.views.across import Comparison, PlaceYear, Verdict
from ui import queries
from ui.queries.cache import kept
from ui.queries.stored import Place
from ui.selection import Selection


@dataclass(frozen=True, eq=False)
class Beside:
    """Two places beside each other; no comparison where the verdict refuses it."""

    one: PlaceYear
    other: PlaceYear
    verdict: Verdict
    comparison: Comparison | None


def other_panel(selection: Selection) -> Panel:
    """Panel of the place that is set beside the open one."""
    return queries.panel_of(queries.place(selection.across))


def beside(selection: Selection) -> Beside:
    """Set the chosen place beside the open one, see `data.views.across.beside`."""
    return _beside(queries.place(selection.area), selection.year, queries.place(selection.across))


def rules(selection: Selection) -> Definitions | None:
    """Rules of the open place, see `data.definition_rules.rules_of`."""
    return rules_of(queries.panel(selection).area)


@kept("beside another place")
def _beside(key: Place, year: str, other: Place) -> Beside:
    panel, second = queries.panel_of(key), queries.panel_of(other)
    found, comparison = views.beside(panel, year, second)
    return Beside(
        views.place_year(panel, year),
        views.place_year(second, views.year_beside(second, year)),
        found,
        comparison,
    )

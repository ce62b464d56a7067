"""What the Join quality page asks: slow parts with a bar that can be stopped, kept by content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from scipy.sparse import csr_array, vstack

from analytics.inputs import Progress
from data.panel import Panel
from data.views import join_quality
from data.views.hot_spots import find_by_test
from data.views.join_quality import JoinChange, JoinQuality
from data.views.joins import Join
from data.views.schools_and_tracts import tract_view
from geo.shares import share_matrix
from ui import queries
from ui.languages import text
from ui.queries import hotspots as queries_hotspots
from ui.queries.long_work import result
from ui.selection import Selection


@dataclass(frozen=True, eq=False)
class Redraws:
    """Other plausible joins as matrices of schools by tracts: small, so that they can be kept.

    Attributes
    ----------
    schools : Index
        Rows; the columns are the panel's tracts.
    shares : tuple of csr_array
    """

    schools: pd.Index
    shares: tuple[csr_array, ...]

    def of(self, schools: pd.Index) -> list[csr_array]:
        """Rows of some schools, in their order; empty for a school that no join places."""
        row = self.schools.get_indexer(schools)
        nobody = len(self.schools)
        row[row < 0] = nobody
        empty = csr_array((1, self.shares[0].shape[1])) if self.shares else None
        return [vstack([each, empty], format="csr")[row] for each in self.shares]


def packed(panel: Panel, tables: Sequence[pd.DataFrame]) -> Redraws:
    """Lay tables of school_id, geoid and share out as matrices."""
    ids = pd.Index(panel.catchment["school_id"].unique())
    shares = tuple(share_matrix(table, ids, panel.tracts.index) for table in tables)
    return Redraws(ids, shares)


def quality(selection: Selection) -> JoinQuality:
    """How good the chosen join is, see `join_quality.join_quality`."""
    view = replace(selection, measure="crude", focus="")
    key = ("join quality", queries.place(view.area), view.year, view.level, view.catchment)
    redrawn = _redraws(selection)
    doing = text("Comparing the join with its redraws")
    return result(key, doing, lambda _: _judged(view, redrawn))


def change(selection: Selection) -> JoinChange:
    """Compare with the other join, see `join_quality.join_change`."""
    others = queries.choices(selection.area).others(selection)
    versus = selection.versus if selection.versus in others else next(iter(others))
    test = _simple(selection)
    return join_quality.join_change(
        queries.schools(selection),
        queries_hotspots.found(test),
        queries_hotspots.found(replace(test, catchment=versus)),
        versus,
    )


def change_by(selection: Selection, own: Join, progress: Progress | None = None) -> JoinChange:
    """Compare the chosen join with one that only this session knows; nothing of it is kept."""
    view = queries_hotspots.view_of(selection)
    shares = own.shares(view.schools.index)
    there = find_by_test(
        replace(view, tracts=tract_view(queries.panel(selection), view.schools, shares)),
        shares,
        view.touching,
        statistic="gi_star",
        null="schools",
        progress=progress,
    )
    here = queries_hotspots.found(_simple(selection))
    return join_quality.join_change(view.schools, here, there, own.name)


def _redraws(selection: Selection) -> Redraws:
    """Draw the join again: one answer for all years, levels and measures of a place."""
    key = ("redraws", queries.place(selection.area), selection.catchment)
    return result(key, text("Drawing the join again"), lambda bar: _drawn(selection, bar))


def _drawn(selection: Selection, progress: Progress) -> Redraws:
    panel = queries.panel(selection)
    names = queries.choices(selection.area).others(selection)
    others = [queries.join(replace(selection, catchment=name)) for name in names]
    join = queries.join(selection)
    return packed(panel, join_quality.redraws(panel, join, others, progress=progress))


def _judged(view: Selection, redrawn: Redraws) -> JoinQuality:
    schools = queries.schools(view)
    return join_quality.join_quality(
        queries.panel(view),
        schools,
        queries.tracts(view),
        queries.join(view),
        redrawn.of(schools.index),
    )


def _simple(selection: Selection) -> Selection:
    """Hot spots by one plain test, so that only the join differs."""
    return replace(selection, method="gi_star", null="schools", neighbours="queen")

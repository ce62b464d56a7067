"""What Methods and Data quality ask: what each null calls significant, how complete a view is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from analytics.hotspots import false_alarms as simulated
from analytics.hotspots.false_alarms import FalseAlarms, NullComparison, World
from analytics.hotspots.nulls import Null
from analytics.inputs import Progress
from data.views import completeness
from data.views.completeness import Quality
from data.views.hot_spots import SEED
from ui import queries
from ui.languages import text
from ui.queries import districts
from ui.queries import hotspots as queries_hotspots
from ui.queries.long_work import result
from ui.selection import Selection

REPLICATES = 30
WORLDS: tuple[World, ...] = ("independent", "size", "reassigned", "trend")
COMPARED: tuple[Null, ...] = ("schools", "schools_level", "areas")


def null_comparison(selection: Selection) -> NullComparison | None:
    """Tracts that Gi* calls significant when tracts, and when schools, are rearranged.

    None in a place by district, where no hot spots are looked for.
    """
    if districts.are_units(selection):
        return None
    test = replace(selection, method="gi_star", neighbours="queen")
    right = queries_hotspots.found(replace(test, null="schools"))
    naive = queries_hotspots.found(replace(test, null="areas"))
    alpha = selection.alpha
    return NullComparison(
        tested=right.tested,
        areas_null=int((naive.tracts["q"] <= alpha).sum()),
        schools_null=int((right.tracts["q"] <= alpha).sum()),
    )


def false_alarms(selection: Selection) -> list[FalseAlarms]:
    """Count what each null flags on this map where nothing is to be found, world by world."""
    test = replace(selection, method="gi_star", null="schools", neighbours="queen")
    key = ("false alarms", *queries_hotspots.key_of(test))
    doing = text("Simulating places without hot spots")
    return result(key, doing, lambda bar: _false_alarms(selection, bar))


def _false_alarms(selection: Selection, progress: Progress) -> list[FalseAlarms]:
    view = queries_hotspots.view_of(selection)
    counted: list[FalseAlarms] = []
    for number, world in enumerate(WORLDS):
        counted += simulated.false_alarms(
            view.schools["chronic_absent"],
            view.schools["enrolled"],
            queries.shares(selection),
            view.touching,
            strata=view.schools["level"],
            types=view.schools["school_type"],
            north=queries_hotspots.centres(selection)["y"],
            nulls=COMPARED,
            world=world,
            replicates=REPLICATES,
            seed=SEED,
            measure=view.measure,
            progress=partial(_after, progress, number * REPLICATES),
        )
    return counted


def _after(progress: Progress, before: int, done: int, _wanted: int) -> None:
    """Tell the progress of one world among all."""
    progress(before + done, len(WORLDS) * REPLICATES)


def quality(selection: Selection) -> Quality:
    """Completeness of the view, see `data.views.completeness`."""
    return completeness.quality(
        queries.panel(selection),
        queries.schools(selection),
        queries.tracts(selection),
        selection.year,
    )

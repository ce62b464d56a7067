"""Map of the order: how sure it is that each place is among the first."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ui import queries
from ui.languages import mark, text
from ui.maps.decks import AreaClasses, SchoolClasses, flags, school_classes
from ui.maps.neighbourhoods import on_tracts
from ui.maps.scales import NOT_SHOWN, NOT_SHOWN_COLOUR, SEQUENTIAL, ClassScale
from ui.queries import districts as queries_districts
from ui.queries import neighbourhoods, units
from ui.selection import NEIGHBOURHOOD, Selection

CHANCES = (
    mark("hardly (under 5 %)"),
    mark("open (5 to 49 %)"),
    mark("likely (50 to 94 %)"),
    mark("almost surely (95 % or more)"),
)
POINTS = ("school", "district")
"""What is drawn as points: its schools."""
BREAKS = (0.05, 0.5, 0.95)
_COLOURS = (SEQUENTIAL[0], SEQUENTIAL[1], SEQUENTIAL[3], SEQUENTIAL[4])


def chance_scale() -> ClassScale:
    """Classes of the chance to be among the first, then "not shown"."""
    words = tuple(map(text, CHANCES))
    return ClassScale(
        (*words, NOT_SHOWN),
        (*_COLOURS, NOT_SHOWN_COLOUR),
        tuple("01234"),
        (*words, text(NOT_SHOWN)),
        BREAKS,
    )


def title(selection: Selection) -> str:
    """Say what the map shows, with its year."""
    return text("Among the first {top}? {year}", top=selection.top, year=selection.year)


def areas(table: pd.DataFrame, unit: str, selection: Selection) -> tuple[AreaClasses, pd.DataFrame]:
    """Tracts or neighbourhoods in the class of their unit.

    Parameters
    ----------
    table : DataFrame
        `Priorities.table`.
    unit : str
        What it is of, other than schools or districts.

    Returns
    -------
    classes : AreaClasses
    map_table : DataFrame
        The areas of the map in its order, with their figures.
    """
    scale, chance = chance_scale(), table["p_top"]
    if unit == "neighbourhood":
        own = neighbourhoods.table(selection)
        codes = scale.encode(chance.reindex(own.index))
        named = own.set_axis(NEIGHBOURHOOD + own.index).rename_axis("id")
        classes = AreaClasses(scale, codes, flags(_unknown(codes)), unit="neighbourhoods")
        return classes, named.assign(name=own.index, neighbourhood="")
    shown = queries.tracts(selection)
    if queries_districts.are_units(selection):  # nothing is said of the absence of a tract
        shown = shown[["name"]]
    return on_tracts_of(table, unit, selection), shown


def on_tracts_of(table: pd.DataFrame, unit: str, selection: Selection) -> AreaClasses:
    """Tracts in the class of their unit."""
    scale, of = chance_scale(), units.of_tracts(selection, unit)
    codes = scale.encode(table["p_top"])
    classes = on_tracts(AreaClasses(scale, codes, flags(_unknown(codes))), table.index, of)
    if unit != units.GROUP:
        return classes
    # Most tracts are in none: white says so without dots.
    return replace(classes, marked="0" * len(of), note=text("white: in no group"))


def districts(table: pd.DataFrame, selection: Selection) -> tuple[AreaClasses, pd.DataFrame]:
    """Outlines of districts in their own class, of a place whose figures are by district.

    Returns
    -------
    classes : AreaClasses
    map_table : DataFrame
        The districts of the map in its order, with their figures.
    """
    own, scale = queries_districts.table(selection), chance_scale()
    codes = scale.encode(table["p_top"].reindex(own.index))
    return AreaClasses(scale, codes, flags(_unknown(codes)), unit="districts"), own


def schools(
    table: pd.DataFrame, unit: str, selection: Selection
) -> tuple[SchoolClasses, pd.Series]:
    """Schools in the class of their own, or of their district.

    Returns
    -------
    classes : SchoolClasses
    chance : Series
        By school of the view.
    """
    listed, features = queries.schools(selection), queries.school_points(selection)
    of = listed["district"] if unit == "district" else pd.Series(listed.index, listed.index)
    chance, scale = of.map(table["p_top"]), chance_scale()
    sizes = school_classes(listed, features).sizes
    return SchoolClasses(scale, scale.encode(chance.reindex(features)), sizes), chance


def _unknown(codes: str) -> pd.Series:
    return pd.Series(list(codes)).eq("4")

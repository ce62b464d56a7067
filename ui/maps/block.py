"""First screens with a map of areas or schools, and what such a map says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import geopandas as gpd
import pandas as pd
import streamlit as st

from ui import queries, screen
from ui.languages import reported, spoken, text
from ui.maps import view
from ui.maps.decks import (
    SCHOOL_PIXELS,
    SIZE_LABELS,
    AreaClasses,
    SchoolClasses,
    area_map,
    school_map,
)
from ui.maps.geometry import MapGeometry, extent
from ui.maps.scales import (
    alt_text,
    class_legend,
    marks_legend,
    size_legend,
)
from ui.places.cards import focus_card
from ui.queries.cache import kept
from ui.screen import Beside
from ui.selection import NEIGHBOURHOOD, Selection
from ui.words.numbers import percent_text, plural, students_text, with_margin
from ui.words.standing import not_shown_text

Badge = tuple[float, float, str]


def tract_screen(
    selection: Selection,
    title: str,
    classes: AreaClasses,
    table: pd.DataFrame,
    beside: Beside,
    *,
    badges: Sequence[Badge] = (),
    geometry: MapGeometry | None = None,
    name: str = "map",
) -> None:
    """First screen of a page whose map is of tracts or neighbourhoods.

    Parameters
    ----------
    selection : Selection
    title : str
        What the map shows, with its year.
    classes : AreaClasses
    table : DataFrame
        The areas in map order, see `tract_map`.
    beside : Beside
    badges, geometry, name
        See `tract_map`.
    """
    draw = partial(
        tract_map, title, classes, selection, table, badges=badges, geometry=geometry, name=name
    )
    screen.first(draw, selection, beside)


def card_or(selection: Selection, table: pd.DataFrame, card: Callable[[pd.Series], str]) -> str:
    """HTML card of what is in focus: `card` for a row of the own table; "" for nothing."""
    if selection.focus in table.index:
        return card(table.loc[selection.focus])
    return focus_card(selection)


def badges_of(selection: Selection, members: Sequence[pd.Index]) -> list[Badge]:
    """Give groups of tracts the numbers of their list, each somewhere inside."""
    shapes, geometry = queries.panel(selection).tracts.geometry, queries.geometry(selection)
    points = [shapes.loc[tracts].union_all().representative_point() for tracts in members]
    return [
        (float(geometry.longitude_of(point.x)), point.y, str(rank))
        for rank, point in enumerate(points, 1)
        if not point.is_empty
    ]


def badges_at(selection: Selection, ids: pd.Index) -> list[Badge]:
    """Give districts the numbers of their list, at their inner points; one without has none."""
    points, geometry = queries.panel(selection).schools.geometry, queries.geometry(selection)
    return [
        (float(geometry.longitude_of(points[key].x)), points[key].y, str(rank))
        for rank, key in enumerate(ids, 1)
        if points[key] is not None and not points[key].is_empty
    ]


def tract_legend(title: str, classes: AreaClasses) -> None:
    """Legend of a tract map with the number of tracts in each class, and of its marks."""
    st.html(legend_of(title, classes))


def legend_of(title: str, classes: AreaClasses, codes: str = "") -> str:
    """HTML of the legend of a tract map: classes with their number of tracts, and marks.

    With the codes of larger places that the tracts are painted by, these are counted.
    """
    counts = classes.scale.counts(codes or classes.codes)
    marks = marks_legend(hatched=classes.hatched.count("1"), lines=classes.lines, note=classes.note)
    return class_legend(classes.scale, title, counts=counts, use_words=True) + marks


def tract_map(
    title: str,
    classes: AreaClasses,
    selection: Selection,
    table: pd.DataFrame | None = None,
    *,
    name: str = "map",
    link: str = "",
    badges: Sequence[Badge] = (),
    geometry: MapGeometry | None = None,
    height: int = view.HEIGHT,
) -> None:
    """Map of tracts or neighbourhoods by class; what is chosen on it becomes the focus.

    Parameters
    ----------
    title : str
    classes : AreaClasses
    selection : Selection
    table : DataFrame, optional
        The areas in map order: figures under the pointer (see `figures_of`) and the order of the
        arrow keys (see `order_of`).
    badges : sequence of (float, float, str)
        See `badges_of`.
    geometry : MapGeometry, optional
        Where the map opens; the whole place when left out.
    name, link, height
        See `ui.maps.view.show`.
    """
    counts = classes.scale.counts(classes.codes)
    alt = alt_text(classes.scale, title, counts, classes.unit)
    figures, order = ((), ()) if table is None else (figures_of(table), order_of(table))
    caption = view.Caption(title, legend_of(title, classes), alt, figures, order, badges)
    deck = area_map(geometry or queries.geometry(selection), classes)
    view.show(deck, selection, caption, name=name, link=link, height=height)


def opened_on(
    selection: Selection, tracts: pd.Index, marked: pd.DataFrame, step: float
) -> MapGeometry:
    """Geometry of the place, seen so that some tracts and what is marked are on the map.

    Parameters
    ----------
    selection : Selection
    tracts : Index of geoid
    marked : DataFrame
        With `longitude` and `latitude`; may have no row.
    step : float
        Surroundings on each side, by the extent of what must be seen.
    """
    geometry, shapes = queries.geometry(selection), queries.panel(selection).tracts.geometry
    points = gpd.points_from_xy(marked["longitude"], marked["latitude"], crs=shapes.crs)
    seen = gpd.GeoSeries([*shapes.loc[tracts], *points], crs=shapes.crs)
    west, south, east, north = extent(geometry, seen).bounds
    across, up = step * (east - west), step * (north - south)
    return replace(geometry, bounds=(west - across, south - up, east + across, north + up))


def figures_of(table: pd.DataFrame) -> Sequence[str]:
    """Figure of each row as the map says it, or why there is none.

    `table` has `rate`, `enrolled`, `shown`, `status` and `reason`, or a driver's `value`, `moe`,
    `unit` and `status`; else there are no figures.
    """
    for names in (("shown", "rate", "enrolled", "status", "reason"), ("value", "moe", "unit")):
        if names[1] in table:
            columns = table[[*names]]
            rows = pd.util.hash_pandas_object(columns, index=False).to_numpy()
            content = hashlib.blake2b(rows.tobytes(), digest_size=16).hexdigest()
            return _figures(content, spoken(), reported(), columns)
    return ()


@kept("figures on a map")
def _figures(content: str, lang: str, noun: str, _columns: pd.DataFrame) -> tuple[str, ...]:
    del content, lang, noun
    if "rate" in _columns:
        shown = _columns["shown"].eq(True)
        return tuple(_rate(*row) for row in _columns.assign(shown=shown).itertuples(index=False))
    return tuple(_estimate(*row) for row in _columns.itertuples(index=False))


def _rate(shown: bool, rate: float, enrolled: float, status: str, reason: str) -> str:
    if shown:
        return f"{percent_text(rate, enrolled)}, {students_text(enrolled)}"
    return not_shown_text(status, reason) if isinstance(status, str) else ""


def _estimate(value: float, moe: float, unit: str) -> str:
    return with_margin(value, moe, unit) if pd.notna(value) else not_shown_text("missing", "")


def order_of(table: pd.DataFrame) -> list[str]:
    """Rank rows for the arrow keys: most students beyond expected, or the highest value, first."""
    if "expected" in table:
        beyond = (table["chronic_absent"] - table["expected"]).where(table["shown"])
    elif "value" in table:
        beyond = table["value"]
    else:
        return []
    first = beyond.dropna().sort_values(ascending=False).index[: view.MOST_STEPS]
    return [NEIGHBOURHOOD + name if table.index.name == "neighbourhood" else name for name in first]


def school_screen(
    selection: Selection,
    title: str,
    classes: SchoolClasses,
    table: pd.DataFrame,
    beside: Callable[[str], Beside],
) -> None:
    """First screen of a page whose map is of schools.

    Parameters
    ----------
    table : DataFrame
        The schools of the list, index `school_id`.
    beside : callable
        HTML legend -> what stands beside the map.
    """
    counts = classes.scale.counts(classes.scale.encode(table["rate"], shown=table["shown"]))
    legend = class_legend(classes.scale, title, counts=counts, use_words=True)
    smallest, *_, largest = size_pixels(SIZE_LABELS).items()
    legend += size_legend(text("Students"), dict([smallest, largest]))
    absent = len(table) - sum(size != "-" for size in classes.sizes)
    if absent:
        schools = plural(absent, "school")
        note = text("{schools} of these without a place on the map", schools=schools)
        legend += marks_legend(note=note)
    alt = alt_text(classes.scale, title, counts, "schools")
    figures = figures_of(table.reindex(queries.school_points(selection)))
    caption = view.Caption(title, legend, alt, figures, order_of(table))
    deck = school_map(queries.geometry(selection), classes)
    draw = partial(view.show, deck, selection, caption, name="schools")
    screen.first(draw, selection, beside(legend))


def size_pixels(labels: Sequence[str]) -> dict[str, float]:
    """Diameter of the legend's circles, smallest class first."""
    return {text(label): 2.0 * radius for label, radius in zip(labels, SCHOOL_PIXELS, strict=True)}

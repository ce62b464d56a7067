"""The map of coalition mode: classes, the chosen area outlined, the first ones numbered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd

from ui import queries
from ui.hotspots.words import map_title
from ui.languages import text
from ui.maps import view
from ui.maps.block import figures_of, legend_of
from ui.maps.decks import AreaClasses, area_map, hot_spot_classes
from ui.maps.geometry import MapGeometry, extent
from ui.maps.neighbourhoods import counts, neighbourhood_classes
from ui.maps.scales import alt_text
from ui.present.subject import Subject, leading
from ui.queries import hotspots as queries_hotspots
from ui.queries import neighbourhoods as queries_neighbourhoods
from ui.words.numbers import count_text
from ui.words.standing import MEASURES

NUMBERED = 4
STEP_BACK = 0.5  # of the area's own extent on each side, so that its surroundings are seen
CLASSES = 6
Badge = tuple[float, float, str]


def draw(subject: Subject, marked: pd.DataFrame | None = None) -> None:
    """Draw the map of the place, or of the chosen area.

    Parameters
    ----------
    subject : Subject
    marked : DataFrame, optional
        Places with a `number`, `longitude` and `latitude`, marked in place of the areas.
    """
    selection, classes = subject.selection, _classes(subject)
    if subject.kind != "place":
        inside = queries_hotspots.in_group(subject.spots.tracts["cluster"], selection.cluster)
        classes = replace(classes, brushed="".join(np.where(inside, "1", "0")))
    deck = area_map(_opened(subject, marked), classes)
    title = _title(subject)
    caption = view.Caption(
        title,
        legend_of(title, classes),
        alt_text(classes.scale, title, classes.scale.counts(classes.codes)),
        figures_of(subject.spots.tracts),
        badges=tuple(_areas(subject) if marked is None else _marks(subject, marked)),
    )
    # Another area is another map: the view of the last one is not kept.
    view.show(deck, selection, caption, name=f"room-{selection.cluster}")


def legend(subject: Subject) -> str:
    """HTML legend of the classes that are on the map, with the number of areas in each."""
    classes = _classes(subject)
    scale = classes.scale
    if by_group(subject):
        heading, held = text("Areas on the map (census tracts)"), scale.counts(classes.codes)
    else:
        heading = text("Neighborhoods: students chronically absent")
        units = queries_neighbourhoods.units(subject.selection)
        held = counts(scale, classes.codes, units)
    items = "".join(
        f"<li><i aria-hidden='true' style='background:{colour}'></i>"
        f"<span>{escape(text(words))}</span><b>{count_text(held[label])}</b></li>"
        for label, colour, words in zip(scale.labels, scale.colours, scale.words, strict=True)
        if held[label]
    )
    return f"<div class='room-legend'><h2>{escape(heading)}</h2><ul>{items}</ul></div>"


def by_group(subject: Subject) -> bool:
    """Whether the map is one of hot spots: where no group stands out it says too little."""
    return not subject.spots.groups.empty


def _classes(subject: Subject) -> AreaClasses:
    if by_group(subject):
        return replace(hot_spot_classes(subject.spots), hatched="")
    selection = subject.selection
    units = queries_neighbourhoods.units(selection)
    return replace(
        neighbourhood_classes(queries_neighbourhoods.table(selection), units, "crude"), hatched=""
    )


def _title(subject: Subject) -> str:
    if by_group(subject):
        return map_title(subject.selection)
    return f"{MEASURES['crude']}, {subject.selection.year}"


def _areas(subject: Subject) -> Iterator[Badge]:
    """Middle of the first areas of the list, by rank."""
    selection, clusters = subject.selection, subject.spots.tracts["cluster"]
    if by_group(subject):
        ids = list(subject.spots.groups["cluster"].head(NUMBERED))
        members: Sequence[pd.Index] = [
            clusters.index[queries_hotspots.in_group(clusters, each)] for each in ids
        ]
    else:
        names = leading(selection).index[:NUMBERED]
        members = [queries_neighbourhoods.members(selection, str(name)) for name in names]
    shapes = queries.panel(selection).tracts.geometry
    geometry = queries.geometry(selection)
    for rank, tracts in enumerate(members, 1):
        if len(tracts):
            point = shapes.loc[tracts].union_all().representative_point()
            yield float(geometry.longitude_of(point.x)), point.y, str(rank)


def _marks(subject: Subject, marked: pd.DataFrame) -> Iterator[Badge]:
    geometry = queries.geometry(subject.selection)
    for row in marked.itertuples():
        yield float(geometry.longitude_of(row.longitude)), row.latitude, str(int(row.number))


def _opened(subject: Subject, marked: pd.DataFrame | None) -> MapGeometry:
    """Geometry seen so that the chosen area, and what is marked, is on the map."""
    geometry = queries.geometry(subject.selection)
    if subject.kind == "place":
        return geometry
    members = queries_hotspots.members(subject.spots, subject.selection)
    shapes = queries.panel(subject.selection).tracts.geometry.loc[members]
    if marked is not None and len(marked):
        points = gpd.points_from_xy(marked["longitude"], marked["latitude"], crs=shapes.crs)
        shapes = gpd.GeoSeries([*shapes, *points], crs=shapes.crs)
    west, south, east, north = extent(geometry, shapes).bounds
    across, up = STEP_BACK * (east - west), STEP_BACK * (north - south)
    return replace(geometry, bounds=(west - across, south - up, east + across, north + up))

"""Class codes of areas and schools, and maps of them: geometry by URL, colours as one string."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pydeck as pdk

from data.views.hot_spots import HotSpots
from data.views.schools_and_tracts import VALUE_OF_MEASURE
from ui.languages import mark, number, text
from ui.maps.geometry import MapGeometry
from ui.maps.scales import (
    BORDER,
    NOT_SHOWN,
    NOT_SHOWN_MARK,
    SELECTION,
    ClassScale,
    agreement_scale,
    circle_scale,
    difference_scale,
    driver_scale,
    exceedance_scale,
    hatch_on,
    hot_cold_scale,
    rate_scale,
    ratio_scale,
    rgb,
)

HOT_SPOT_SCALES: Mapping[str, Callable[[], ClassScale]] = {
    "consensus": agreement_scale,
    "test": hot_cold_scale,
    "scan": circle_scale,
    "membership": exceedance_scale,
}
BY_SCHOOLS = mark("could look so by differences between schools alone")
LOW_RELIABILITY = mark("low reliability, cannot carry a conclusion")
ONE_ALONE = mark("one analysis alone flags it")
MOST_HATCHED = 1 / 3  # of the areas; beyond it lines hide the map
SIZE_BREAKS = (200, 400, 700, 1200)
SIZE_LABELS = (
    *(mark("under 200 students"), mark("200–399"), mark("400–699")),
    *(mark("700–1,199"), mark("1,200 or more")),
)


@dataclass(frozen=True)
class AreaClasses:
    """Class of every tract or neighbourhood, in the order of the map's features.

    Parameters
    ----------
    scale : ClassScale
    codes : str
        One class code an area.
    marked, hatched, brushed : str
        "1" where a dot marks the area (not shown), where lines cross it, where an outline shows
        what is chosen in the chart beside; else "0". The latter two may be "" for none.
    lines : str
        What the lines mean.
    note : str
        What is said in the legend of a mark that too many areas carry to be drawn.
    unit : str
        Layer of the areas: "tracts", "neighbourhoods" or "districts".
    """

    scale: ClassScale
    codes: str
    marked: str
    hatched: str = ""
    brushed: str = ""
    lines: str = ONE_ALONE
    note: str = ""
    unit: str = "tracts"


@dataclass(frozen=True)
class SchoolClasses:
    """Class of every school point, in the order of the map's features, and its size.

    `sizes` are five classes by students, "0" to "4"; "-" hides the point.
    """

    scale: ClassScale
    codes: str
    sizes: str


def measure_classes(tracts: pd.DataFrame, measure: str, what: str = "tracts") -> AreaClasses:
    """Tracts (or `what` they are) by the chosen measure; a dot marks those that are not shown.

    Lines cross tracts whose colour differences between schools alone could give; where these are
    more than `MOST_HATCHED` of the tracts the legend says so instead.
    """
    scale, shown = ratio_scale() if measure == "ratio" else rate_scale(), tracts["shown"]
    codes = scale.encode(tracts[VALUE_OF_MEASURE[measure]], shown=shown)
    return crossed(
        AreaClasses(scale, codes, flags(~shown), lines=BY_SCHOOLS, unit=what),
        shown,
        looks_by_schools(tracts, measure),
    )


def crossed(classes: AreaClasses, shown: pd.Series, marked: pd.Series) -> AreaClasses:
    """Cross the marked areas with lines, or where these are too many, say so in the legend."""
    count, areas = int(marked.sum()), int(shown.sum())
    if count > MOST_HATCHED * areas:
        note = text(
            "{meaning}: {count} of {all} {unit}, too many to cross with lines",
            meaning=text(classes.lines),
            count=number(f"{count:,}"),
            all=number(f"{areas:,}"),
            unit=text(classes.unit),
        )
        return replace(classes, note=note)
    return replace(classes, hatched=flags(marked))


def looks_by_schools(tracts: pd.DataFrame, measure: str) -> pd.Series:
    """Mark tracts with a colour of their own that differences between schools alone could give.

    The colour is compared with that of what the levels of the tract's schools lead one to expect.
    """
    scale, value = rate_scale(), tracts["expected"] / tracts["enrolled"]
    if measure == "ratio":
        scale, value = ratio_scale(), pd.Series(1.0, index=tracts.index)
    own = scale.encode(tracts[VALUE_OF_MEASURE[measure]], shown=tracts["shown"])
    apart = np.array(list(own)) != np.array(list(scale.encode(value, shown=tracts["shown"])))
    return tracts["by_schools"] & apart


def by_class(tracts: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Count the tracts of each class of a measure, and those that schools alone could give.

    Returns
    -------
    DataFrame
        One row a class of the legend, "not shown" last: map_class, tracts, by_schools_tracts.
    """
    scale = ratio_scale() if measure == "ratio" else rate_scale()
    codes = scale.encode(tracts[VALUE_OF_MEASURE[measure]], shown=tracts["shown"])
    marked = looks_by_schools(tracts, measure).groupby(list(codes)).sum()
    counts = scale.counts(codes)
    return pd.DataFrame(
        {
            "map_class": list(scale.words),
            "tracts": [counts[label] for label in scale.labels],
            "by_schools_tracts": marked.reindex(list(scale.codes)).fillna(0).astype(int).to_numpy(),
        }
    )


def hot_spot_classes(spots: HotSpots) -> AreaClasses:
    """Tracts by what the analysis says; lines cross what one analysis alone flags."""
    scale, tracts = HOT_SPOT_SCALES[spots.kind](), spots.tracts
    codes = scale.encode(tracts["map_class"])
    marks = flags(tracts["map_class"] == NOT_SHOWN)
    return AreaClasses(scale, codes, marks, hatched=flags(tracts["hatched"]))


def difference_classes(first: HotSpots, second: HotSpots) -> AreaClasses:
    """Tracts by which of two maps puts them in a group; a dot where either shows no figure."""
    ours, theirs = (spots.tracts["cluster"].notna().to_numpy() for spots in (first, second))
    hidden = first.tracts["map_class"].eq(NOT_SHOWN) | second.tracts["map_class"].eq(NOT_SHOWN)
    names = np.select([ours & theirs, ours, theirs], ["both", "first", "second"], "neither")
    scale, labels = difference_scale(), pd.Series(names, first.tracts.index)
    return AreaClasses(scale, scale.encode(labels, shown=~hidden), flags(hidden))


def driver_classes(driver: pd.DataFrame, unit: str, what: str = "tracts") -> AreaClasses:
    """Tracts (or `what` they are) by a social driver; a dot marks no value.

    Lines cross values of low reliability, unless they are more than `MOST_HATCHED`.
    """
    shown = driver["status"].eq("reported") & driver["value"].notna()
    scale = driver_scale(driver["value"].where(shown), unit)
    codes = scale.encode(driver["value"], shown=shown)
    classes = AreaClasses(scale, codes, flags(~shown), lines=LOW_RELIABILITY, unit=what)
    return crossed(classes, shown, shown & driver["reliability"].eq("low"))


def school_classes(schools: pd.DataFrame, features: pd.Index) -> SchoolClasses:
    """Schools by band of their rate, sized by students; others are hidden.

    `features` are the school ids in the order of the map's features.
    """
    scale = rate_scale()
    table = schools.reindex(features)
    shown = table["shown"].eq(True)
    codes = scale.encode(table["rate"], shown=shown)
    size = np.searchsorted(SIZE_BREAKS, table["enrolled"].to_numpy(float), side="right")
    sizes = np.where(table["name"].isna(), "-", np.where(shown, size, 0).astype(str))
    return SchoolClasses(scale, codes, "".join(sizes))


def flags(marked: pd.Series) -> str:
    """Write "1" where a tract is marked, else "0"."""
    return "".join(np.where(marked.to_numpy(dtype=bool), "1", "0"))


MARK_PIXELS = 1.6
HATCH_PIXELS = 1.1
BRUSH_PIXELS = 1.8
SCHOOL_PIXELS = (3, 4.5, 6, 8, 10)
GROUND = "#eceae5"  # areas of a map that shows points
WATER, PARK, ROAD, BOUNDARY = "#dce9f0", "#d3e4c5", "#8a8a8a", "#4a4a4a"


@dataclass
class MapDeck:
    """Layers of a map, the lowest first, on a place's geometry.

    Attributes
    ----------
    layers : list of pydeck.Layer
        Others may be added to them.
    geometry : MapGeometry
    scale : ClassScale
        Classes of the areas or points that can be chosen.
    unit : str
        Layer of these: "tracts", "schools", "neighbourhoods" or "districts".
    """

    layers: list[pdk.Layer]
    geometry: MapGeometry
    scale: ClassScale
    unit: str

    def specification(self) -> list[dict[str, Any]]:
        """Layers as deck.gl's JSON converter reads them."""
        return [json.loads(layer.to_json()) for layer in self.layers]

    def words(self) -> dict[str, str]:
        """Words of each class by its colour, "178,24,43", as the browser meets it."""
        return {
            ",".join(map(str, colour)): words
            for colour, words in zip(self.scale.rgb, self.scale.words, strict=True)
        }


Pick = dict[str, Any]


def pick(values: list[Any], codes: str, alphabet: str) -> Pick:
    """Values by class, and the place of each feature's class among them, in map order.

    The browser reads the place of a feature by its property `i` (`web/layers.js`).
    """
    order = {code: str(index) for index, code in enumerate(alphabet)}
    return {"values": values, "codes": "".join(order[code] for code in codes)}


def area_map(geometry: MapGeometry, classes: AreaClasses) -> MapDeck:
    """Areas coloured by class, with dots on those that are not shown."""
    unit = classes.unit
    scale = classes.scale
    fill = pick([list(colour) for colour in scale.rgb], classes.codes, "".join(scale.codes))
    areas = pdk.Layer(
        "GeoJsonLayer",
        data=geometry.url(unit),
        id=unit,
        stroked=False,
        filled=True,
        pickable=True,
        get_fill_color=fill,
        update_triggers={"getFillColor": _trigger(fill)},
    )
    layers = [
        areas,
        *_context(geometry, "parks", "water"),
        *_dots(geometry, classes),
        *_hatch(geometry, classes),
        _borders(geometry),
        *_context(geometry, "roads", "boundaries"),
        *_brush(geometry, classes),
    ]
    return MapDeck(layers, geometry, scale, unit)


def school_map(geometry: MapGeometry, classes: SchoolClasses) -> MapDeck:
    """School points sized by students and coloured by class."""
    scale = classes.scale
    colours = [[*colour, 225] for colour in scale.rgb]
    layers = [
        _filled(geometry, "tracts", GROUND),
        *_context(geometry, "parks", "water"),
        _borders(geometry),
        *_context(geometry, "roads", "boundaries"),
        pdk.Layer(
            "GeoJsonLayer",
            data=geometry.url("schools"),
            id="schools",
            pickable=True,
            filled=True,
            stroked=True,
            point_type=pdk.types.String("circle"),
            get_fill_color=pick(colours, classes.codes, "".join(scale.codes)),
            get_line_color=[60, 60, 60],
            get_line_width=pick([0, 1, 1, 1, 1, 1], classes.sizes, "-01234"),
            line_width_units=pdk.types.String("pixels"),
            get_point_radius=pick([0, *SCHOOL_PIXELS], classes.sizes, "-01234"),
            point_radius_units=pdk.types.String("pixels"),
            update_triggers={
                "getFillColor": _trigger(classes.codes),
                "getPointRadius": _trigger(classes.sizes),
                "getLineWidth": _trigger(classes.sizes),
            },
        ),
    ]
    return MapDeck(layers, geometry, scale, "schools")


def _context(geometry: MapGeometry, *names: str) -> list[pdk.Layer]:
    """Layers of context that exist here."""
    draw = {
        "water": lambda: _filled(geometry, "water", WATER),
        "parks": lambda: _filled(geometry, "parks", PARK),
        "roads": lambda: _line(geometry, "roads", ROAD, 0.8),
        "boundaries": lambda: _line(geometry, "boundaries", BOUNDARY, 1.2),
    }
    return [draw[name]() for name in names if name in geometry.layers]


def _filled(geometry: MapGeometry, layer: str, colour: str) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        data=geometry.url(layer),
        id=f"{layer}-ground",
        stroked=False,
        filled=True,
        get_fill_color=list(rgb(colour)),
    )


def _dots(geometry: MapGeometry, classes: AreaClasses) -> list[pdk.Layer]:
    """Dots on areas that are not shown."""
    marks = _of(classes, "marks")
    radius = pick([0, MARK_PIXELS], classes.marked, "01")
    return [
        pdk.Layer(
            "GeoJsonLayer",
            data=geometry.url(marks),
            id=marks,
            stroked=False,
            filled=True,
            point_type=pdk.types.String("circle"),
            get_fill_color=list(rgb(NOT_SHOWN_MARK)),
            get_point_radius=radius,
            point_radius_units=pdk.types.String("pixels"),
            update_triggers={"getPointRadius": _trigger(radius)},
        )
    ]


def _hatch(geometry: MapGeometry, classes: AreaClasses) -> list[pdk.Layer]:
    """Lines across flagged areas; nothing is fetched when no area is flagged."""
    if "1" not in classes.hatched:
        return []
    scale = classes.scale
    inks = [list(rgb(hatch_on(colour))) for colour in scale.colours]
    crossed = {
        code for code, flag in zip(classes.codes, classes.hatched, strict=True) if flag == "1"
    }
    used = [ink for ink, code in zip(inks, scale.codes, strict=True) if code in crossed]
    ink: Pick | list[int] = used[0]
    if any(other != ink for other in used):
        ink = pick(inks, classes.codes, "".join(scale.codes))
    width = pick([0, HATCH_PIXELS], classes.hatched, "01")
    return [_lines(geometry, _of(classes, "hatch"), ink, width)]


def _of(classes: AreaClasses, layer: str) -> str:
    """Name of the layer of marks that lies on the classes' areas."""
    return layer if classes.unit == "tracts" else f"{classes.unit}-{layer}"


def _brush(geometry: MapGeometry, classes: AreaClasses) -> list[pdk.Layer]:
    """Outlines of the areas chosen in the chart beside."""
    if "1" not in classes.brushed:
        return []
    width = pick([0, BRUSH_PIXELS], classes.brushed, "01")
    return [_lines(geometry, classes.unit, list(rgb(SELECTION)), width)]


def _lines(geometry: MapGeometry, layer: str, ink: Pick | list[int], width: Pick) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        data=geometry.url(layer),
        id=f"{layer}-lines",
        stroked=True,
        filled=False,
        get_line_color=ink,
        line_width_units=pdk.types.String("pixels"),
        get_line_width=width,
        update_triggers={"getLineWidth": _trigger(width), "getLineColor": _trigger(ink)},
    )


def _trigger(content: object) -> str:
    """Short name of what a colour or size depends on: it changes when the content does."""
    return hashlib.sha256(str(content).encode()).hexdigest()[:12]


def _borders(geometry: MapGeometry) -> pdk.Layer:
    return _line(geometry, "borders", BORDER, 0.6)


def _line(geometry: MapGeometry, layer: str, colour: str, width: float) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        data=geometry.url(layer),
        id=layer,
        stroked=True,
        filled=False,
        get_line_color=[*rgb(colour), 160],
        line_width_units=pdk.types.String("pixels"),
        get_line_width=width,
    )

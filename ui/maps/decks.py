"""Maps: geometry once by URL, colours per rerun as one short string of class codes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pydeck as pdk

from ui.maps.classes import AreaClasses, SchoolClasses
from ui.maps.geometry import MapGeometry
from ui.maps.palettes import (
    BORDER,
    NOT_SHOWN_MARK,
    SELECTION,
    SELECTION_HALO,
    hatch_on,
)
from ui.maps.scales import rgb

HEIGHT = 600
MARK_PIXELS = 1.6
HATCH_PIXELS = 1.1
BRUSH_PIXELS = 1.8
FOCUS_PIXELS = 9  # a ring around the school in focus, wide enough to see its class
SCHOOL_PIXELS = (3, 4.5, 6, 8, 10)


class CompactDeck(pdk.Deck):  # type: ignore[misc]  # pydeck publishes no types
    """A deck whose JSON carries no white space: it crosses the websocket at every rerun."""

    def to_json(self) -> str:
        """Deck specification as compact JSON."""
        return json.dumps(json.loads(super().to_json()), separators=(",", ":"))


def pick(values: list[Any], codes: str, alphabet: str, position: str = "properties.i") -> str:
    """Deck expression: the value of each feature's class, by the feature's position.

    The parentheses matter: the expression parser does not index a bare literal.
    """
    order = {code: index for index, code in enumerate(alphabet)}
    digits = "".join(str(order[code]) for code in codes)
    return f"({json.dumps(values, separators=(',', ':'))})[('{digits}')[{position}]]"


def pick_marked(values: list[Any], flags: str) -> str:
    """Deck expression: the value of each feature's flag, three flags packed in a digit.

    The features carry `h` (place of the digit) and `b` (place of the bit), see `ui.maps.geometry`.
    """
    padded = flags.ljust(-(-len(flags) // 3) * 3, "0")
    digits = "".join(str(int(padded[i : i + 3][::-1], 2)) for i in range(0, len(padded), 3))
    return f"({json.dumps(values)})[(('{digits}')[properties.h]>>properties.b)&1]"


def area_map(
    geometry: MapGeometry, classes: AreaClasses, focus: Mapping[str, Any] | None
) -> CompactDeck:
    """Tracts coloured by class, with dots on those not shown; `focus` is outlined."""
    scale = classes.scale
    fill = pick([list(colour) for colour in scale.rgb], classes.codes, "".join(scale.codes))
    radius = pick_marked([0, MARK_PIXELS], classes.marked)
    layers = [
        pdk.Layer(
            "GeoJsonLayer",
            data=geometry.url("tracts"),
            id="tracts",
            stroked=False,
            filled=True,
            pickable=True,
            get_fill_color=fill,
            update_triggers={"getFillColor": _trigger(fill)},
        ),
        pdk.Layer(
            "GeoJsonLayer",
            data=geometry.url("marks"),
            id="marks",
            stroked=False,
            filled=True,
            point_type=pdk.types.String("circle"),
            get_fill_color=list(rgb(NOT_SHOWN_MARK)),
            get_point_radius=radius,
            point_radius_units=pdk.types.String("pixels"),
            update_triggers={"getPointRadius": _trigger(radius)},
        ),
        *_hatch(geometry, classes),
        _borders(geometry),
        *_brush(geometry, classes.brushed),
        *_outline(focus),
    ]
    return _deck(layers, geometry)


def school_map(
    geometry: MapGeometry, classes: SchoolClasses, focus: Mapping[str, Any] | None
) -> CompactDeck:
    """School points sized by students and coloured by class."""
    scale = classes.scale
    colours = [[*colour, 225] for colour in scale.rgb]
    layers = [
        pdk.Layer(
            "GeoJsonLayer",
            data=geometry.url("tracts"),
            id="ground",
            stroked=False,
            filled=True,
            get_fill_color=[243, 241, 236],
        ),
        _borders(geometry),
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
        *_outline(focus),
    ]
    return _deck(layers, geometry)


def _hatch(geometry: MapGeometry, classes: AreaClasses) -> list[pdk.Layer]:
    """Lines across flagged areas; nothing is fetched when no area is flagged."""
    if "1" not in classes.hatched:
        return []
    inks = [list(rgb(hatch_on(colour))) for colour in classes.scale.colours]
    ink = pick(inks, classes.codes, "".join(classes.scale.codes), "properties.h*3+properties.b")
    return [_lines(geometry, "hatch", ink, pick_marked([0, HATCH_PIXELS], classes.hatched))]


def _brush(geometry: MapGeometry, flags: str) -> list[pdk.Layer]:
    """Outlines of the areas chosen in the chart beside."""
    if "1" not in flags:
        return []
    ink = list(rgb(SELECTION))
    return [_lines(geometry, "tracts", ink, pick([0, BRUSH_PIXELS], flags, "01"))]


def _lines(geometry: MapGeometry, layer: str, ink: str | list[int], width: str) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        data=geometry.url(layer),
        id=f"{layer}-lines",
        stroked=True,
        filled=False,
        get_line_color=ink,
        line_width_units=pdk.types.String("pixels"),
        get_line_width=width,
        update_triggers={"getLineWidth": _trigger(width), "getLineColor": _trigger(str(ink))},
    )


def _trigger(content: str) -> str:
    """Short name of what a colour or size depends on: it changes when the content does."""
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _borders(geometry: MapGeometry) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        data=geometry.url("borders"),
        id="borders",
        stroked=True,
        filled=False,
        get_line_color=[*rgb(BORDER), 160],
        line_width_units=pdk.types.String("pixels"),
        get_line_width=0.6,
    )


def _outline(focus: Mapping[str, Any] | None) -> list[pdk.Layer]:
    if focus is None:
        return []
    feature = {"type": "Feature", "properties": {}, "geometry": focus}
    return [
        pdk.Layer(
            "GeoJsonLayer",
            data=[feature],
            id=f"focus-{name}",
            stroked=True,
            filled=False,
            get_line_color=list(rgb(colour)),
            line_width_units=pdk.types.String("pixels"),
            get_line_width=width,
            get_point_radius=FOCUS_PIXELS,
            point_radius_units=pdk.types.String("pixels"),
        )
        for name, colour, width in (("halo", SELECTION_HALO, 7), ("line", SELECTION, 3))
    ]


def _deck(layers: list[pdk.Layer], geometry: MapGeometry) -> CompactDeck:
    return CompactDeck(
        layers,
        map_provider=None,
        initial_view_state=pdk.ViewState(
            latitude=geometry.latitude,
            longitude=geometry.longitude,
            zoom=geometry.zoom,
            max_zoom=16,
            min_zoom=6,
        ),
        tooltip={"text": "{name}"},
    )

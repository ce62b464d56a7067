"""A map without its words, drawn from the geometry and the classes that the screen shows."""

from __future__ import annotations

import io
import json
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Normal, Stroke
from numpy.typing import NDArray
from pyproj import Transformer

from data.panel import Panel
from data.views.districts import by_district
from geo.areas.topology import shapes_of
from ui.maps.decks import (
    BOUNDARY,
    GROUND,
    PARK,
    ROAD,
    SCHOOL_PIXELS,
    WATER,
    AreaClasses,
    SchoolClasses,
)
from ui.maps.geometry import STATIC, TOPOLOGIES, MapGeometry
from ui.maps.scales import BORDER, NOT_SHOWN_MARK, SELECTION, SELECTION_HALO, TEXT, hatch_on
from ui.report.faces import Face
from ui.report.fit import width

mpl.rcParams["svg.hashsalt"] = "attendance-atlas"  # else ids in the file are drawn by lot
mpl.rcParams["font.family"] = "DejaVu Sans"
WIDTH = 8.0  # inches
SHAPES = (0.55, 1.15)  # height by width
DPI = 200
EDGE = 0.03  # of the longer side, left free around the place
AROUND, NEAREST = 0.6, 0.1  # surroundings of a close view: by its own size, by the place's
DISC = 6  # points: radius of a group's number
BAR_SHARE = 0.25  # longest scale bar, by the width of the map
NAME_SIZE, MOST_NAMES = 8, 24
CONTEXT = {
    "water": (WATER, 0.0),
    "parks": (PARK, 0.0),
    "roads": (ROAD, 0.5),
    "boundaries": (BOUNDARY, 0.9),
}
"""Layers that tell where one is: colour, and width of a line in points."""
Lines = list[NDArray[np.float64]]


class Ground:
    """Layers of a place in metres, in the order of the map's features."""

    def __init__(self, geometry: MapGeometry, panel: Panel) -> None:
        self.geometry = geometry
        self.metres = Transformer.from_crs("EPSG:4326", panel.area.crs, always_xy=True)
        self.tracts = self.layer("tracts")
        self.districts = self.layer("districts") if by_district(panel) else self.tracts[:0]
        self.context = {name: self.layer(name) for name in CONTEXT if name in geometry.layers}
        self.names = self._names() if "names" in geometry.layers else []
        self.borders = self.layer("borders")
        self.schools = self.layer("schools")
        whole = self.districts if len(self.districts) else self.tracts
        self.bounds = shapely.total_bounds(whole)

    def areas(self, face: Face) -> NDArray[Any]:
        """Shapes that a face paints, or on which it stands: outlines of districts, or tracts."""
        classes = face.classes
        painted = isinstance(classes, AreaClasses) and classes.unit == "districts"
        return self.districts if painted else self.tracts

    def layer(self, name: str) -> NDArray[Any]:
        """Read a published layer: its shapes in metres."""
        if name in TOPOLOGIES:
            shapes = shapes_of(self._read(TOPOLOGIES[name]), name)
        else:
            texts = [json.dumps(each["geometry"]) for each in self._read(name)["features"]]
            shapes = shapely.from_geojson(texts)
        return np.asarray(shapely.transform(shapes, self._placed))

    def _names(self) -> list[tuple[str, float, float]]:
        """Read the names of the map and where they stand, in metres; the weightiest first."""
        rows = sorted(self._read("names"), key=lambda row: row["rank"])
        return [(row["name"], *self.metres.transform(row["x"], row["y"])) for row in rows]

    def _read(self, name: str) -> Any:
        path = STATIC / self.geometry.folder / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8"))

    def _placed(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(self.metres.transform(xy[:, 0], xy[:, 1]))


def drawn(
    ground: Ground, face: Face, ids: tuple[list[str], list[str]], form: Literal["png", "svg"]
) -> bytes:
    """Draw the map of a face; the same bytes for the same face.

    Parameters
    ----------
    ground : Ground
    face : Face
    ids : (list of str, list of str)
        Areas of the face (see `Ground.areas`) and schools in the order of the map's features.
    form : str
        "png" or "svg".
    """
    figure, axes = _canvas(_bounds(ground, face, ids))
    for name in ("water", "parks"):
        if name in ground.context:
            _areas(axes, ground.context[name], [CONTEXT[name][0]] * len(ground.context[name]))
    if isinstance(face.classes, SchoolClasses):
        _areas(axes, ground.tracts, [GROUND] * len(ground.tracts))
        _lines(axes, ground.borders)
        _roads(axes, ground)
        _schools(axes, ground.schools, face.classes)
    else:
        _painted(axes, ground, face)
        _roads(axes, ground)
    _outlined(axes, ground, face, ids)
    _names(axes, ground, _numbers(axes, ground, face, ids[0]))
    _scale_bar(axes)
    file = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else {"Software": None}
    figure.savefig(file, format=form, dpi=DPI, metadata=metadata)
    return file.getvalue()


def _bounds(ground: Ground, face: Face, ids: tuple[list[str], list[str]]) -> NDArray[np.float64]:
    """Give what is seen: the whole place, or what is outlined with its surroundings."""
    schools = ground.schools if ids[1] else ground.schools[:0]
    layers = zip((ground.areas(face), schools), ids, strict=True)
    shapes = [
        shape
        for layer, names in layers
        for shape, name in zip(layer, names, strict=True)
        if name in face.outlined
    ]
    if not face.close or not shapes:
        return np.asarray(ground.bounds)
    west, south, east, north = shapely.total_bounds(shapes)
    whole = max(ground.bounds[2] - ground.bounds[0], ground.bounds[3] - ground.bounds[1])
    around = max(AROUND * max(east - west, north - south), NEAREST * whole)
    near = np.array([west - around, south - around, east + around, north + around])
    return np.concatenate(
        [np.maximum(near[:2], ground.bounds[:2]), np.minimum(near[2:], ground.bounds[2:])]
    )


def _canvas(bounds: NDArray[np.float64]) -> tuple[Figure, Axes]:
    """Give axes in metres on which the place fits."""
    west, south, east, north = bounds
    wide, high = max(east - west, 1.0), max(north - south, 1.0)
    margin = EDGE * max(wide, high)
    foot = 2 * margin  # for the scale bar
    shape = float(np.clip((high + margin + foot) / (wide + 2 * margin), *SHAPES))
    figure = Figure(figsize=(WIDTH, WIDTH * shape))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - foot, north + margin)
    axes.apply_aspect()
    axes.set_autoscale_on(False)
    return figure, axes


def _painted(axes: Axes, ground: Ground, face: Face) -> None:
    classes, shapes = face.classes, ground.areas(face)
    assert isinstance(classes, AreaClasses)  # noqa: S101 - points are drawn by `_schools`
    scale, prefix = classes.scale, "districts-" if classes.unit == "districts" else ""
    colours = dict(zip(scale.codes, scale.colours, strict=True))
    _areas(axes, shapes, [colours[code] for code in classes.codes])
    hatched = _flagged(classes.hatched)
    if hatched.size:
        lines = ground.layer(f"{prefix}hatch")
        for code in sorted({classes.codes[at] for at in hatched}):
            some = [at for at in hatched if classes.codes[at] == code]
            _lines(axes, lines[some], hatch_on(colours[code]), 0.5)
    marked = _flagged(classes.marked)
    if marked.size:
        xy = shapely.get_coordinates(ground.layer(f"{prefix}marks")[marked])
        axes.scatter(xy[:, 0], xy[:, 1], s=2, c=NOT_SHOWN_MARK, linewidths=0)
    _lines(axes, ground.borders)


def _schools(axes: Axes, points: NDArray[Any], classes: SchoolClasses) -> None:
    scale = classes.scale
    colours = dict(zip(scale.codes, scale.colours, strict=True))
    shown = [at for at, size in enumerate(classes.sizes) if size != "-"]
    if not shown:
        return
    xy = shapely.get_coordinates(points[shown])
    widths = [1.3 * SCHOOL_PIXELS[int(classes.sizes[at])] for at in shown]
    axes.scatter(
        xy[:, 0],
        xy[:, 1],
        s=np.square(widths),
        c=[colours[classes.codes[at]] for at in shown],
        edgecolors="#3c3c3c",
        linewidths=0.5,
    )


def _roads(axes: Axes, ground: Ground) -> None:
    for name in ("roads", "boundaries"):
        if name in ground.context:
            _lines(axes, ground.context[name], *CONTEXT[name])


def _names(axes: Axes, ground: Ground, taken: list[Any]) -> None:
    """Write the names that fit without touching what is taken, the weightiest first."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    point, most = (east - west) / (72 * WIDTH), len(taken) + MOST_NAMES  # metres
    inside = shapely.box(west, south, east, north)
    halo = [Stroke(linewidth=1.8, foreground=SELECTION_HALO), Normal()]
    for name, x, y in ground.names:
        across, up = (width(name, NAME_SIZE) / 2 + 4) * point, NAME_SIZE * point
        room = shapely.box(x - across, y - up, x + across, y + up)
        if (
            len(taken) < most
            and inside.contains(room)
            and not shapely.intersects(room, taken).any()
        ):
            taken.append(room)
            text = axes.text(x, y, name, size=NAME_SIZE, color=TEXT, ha="center", va="center")
            text.set_path_effects(halo)


def _outlined(axes: Axes, ground: Ground, face: Face, ids: tuple[list[str], list[str]]) -> None:
    """Outline what is chosen: black on a white halo."""
    areas, schools = ids
    chosen = [at for at, name in enumerate(areas) if name in face.outlined]
    if chosen:
        edge = shapely.boundary(shapely.union_all(ground.areas(face)[chosen]))
        _lines(axes, np.asarray([edge]), SELECTION_HALO, 3.5)
        _lines(axes, np.asarray([edge]), SELECTION, 1.6)
    for at in (at for at, name in enumerate(schools) if name in face.outlined):
        x, y = shapely.get_coordinates(ground.schools[at])[0]
        for colour, wide in ((SELECTION_HALO, 4), (SELECTION, 2)):
            axes.scatter([x], [y], s=170, facecolors="none", edgecolors=colour, linewidths=wide)


def _numbers(axes: Axes, ground: Ground, face: Face, areas: list[str]) -> list[Any]:
    """Write the number that each group has in its list; give the room that they take."""
    place, shapes = {name: at for at, name in enumerate(areas)}, ground.areas(face)
    reach = DISC * (axes.get_xlim()[1] - axes.get_xlim()[0]) / (72 * WIDTH)
    rooms = []
    for number, members in face.numbers:
        group = shapely.union_all(shapes[[place[name] for name in members]])
        point = shapely.point_on_surface(group)
        x, y = shapely.get_coordinates(point)[0]
        axes.scatter([x], [y], s=(2 * DISC) ** 2, c="#ffffff", edgecolors=SELECTION, linewidths=1.2)
        axes.text(
            x, y, number, size=8, weight="bold", color=TEXT, ha="center", va="center_baseline"
        )
        rooms.append(point.buffer(reach))
    return rooms


def _scale_bar(axes: Axes) -> None:
    """Draw a bar of a round length in the lower left corner."""
    left, right = axes.get_xlim()
    foot, head = axes.get_ylim()
    longest = BAR_SHARE * (right - left) / 1000
    power = 10.0 ** np.floor(np.log10(longest))
    length = power * max(step for step in (1, 2, 5) if step * power <= longest)
    x, y = left + 0.03 * (right - left), foot + 0.02 * (head - foot)
    axes.plot([x, x + 1000 * length], [y, y], color=TEXT, linewidth=2, solid_capstyle="butt")
    text = f"{length:g} km" if length >= 1 else f"{1000 * length:g} m"
    axes.text(x, y + 0.008 * (head - foot), text, size=8, color=TEXT, va="bottom")


def _areas(axes: Axes, shapes: NDArray[Any], colours: list[str]) -> None:
    paths = [_path(shape) for shape in shapes]
    # An edge of its own colour closes the hairlines between neighbours.
    axes.add_collection(
        PathCollection(paths, facecolors=colours, edgecolors=colours, linewidths=0.2)
    )


def _lines(axes: Axes, shapes: NDArray[Any], colour: str = BORDER, width: float = 0.4) -> None:
    parts: Lines = [shapely.get_coordinates(part) for part in shapely.get_parts(shapes)]
    axes.add_collection(LineCollection(parts, colors=colour, linewidths=width))


def _path(shape: Any) -> Outline:
    parts = shapely.get_parts(shape)
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(
        *(Outline(shapely.get_coordinates(ring), closed=True) for ring in rings)
    )


def _flagged(flags: str) -> NDArray[np.int_]:
    return np.flatnonzero([flag == "1" for flag in flags])

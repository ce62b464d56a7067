"""Shapes whose borders are written once: a TopoJSON topology.

Neighbours share a border, and the border of a group of areas is that of areas in it. Plain GeoJSON
writes it anew each time.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]
Layer = tuple[Shapes, Sequence[Mapping[str, Any]]]
NONE: Ints = np.array([], dtype=np.int64)
LINE, POLYGON, MULTIPOLYGON = 1, 3, 6


def topology(layers: Mapping[str, Layer], step: float) -> dict[str, Any]:
    """Write layers of areas and of lines as one topology.

    Borders are cut where more than two meet, and each piece is written once, as whole-number steps
    from point to point. Points that fall on one another become one; rings and lines of which
    nothing is left then are left out.

    Parameters
    ----------
    layers : mapping of str to (shapes, properties)
        By name: polygons or lines, also missing ones, and what is said of each.
    step : float
        What is still told apart, in units of the coordinates.

    Returns
    -------
    dict
        Ready for JSON: `type, transform, objects, arcs`.

    References
    ----------
    Bostock, M. and Metcalf, C. (2017), The TopoJSON Format Specification, version 1.

    Examples
    --------
    >>> sides = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> made = topology({"sides": (sides, [{}, {}])}, 1.0)
    >>> made["arcs"]
    [[[1, 0], [0, 1]], [[1, 1], [-1, 0], [0, -1], [1, 0]], [[1, 0], [1, 0], [0, 1], [-1, 0]]]
    >>> [each["arcs"] for each in made["objects"]["sides"]["geometries"]]
    [[[0, 1]], [[-1, 2]]]
    """
    shapes = np.concatenate([np.asarray(each, dtype=object) for each, _ in layers.values()])
    parts, owner = shapely.get_parts(shapes, return_index=True)
    lines, part = _lines(parts)
    chains, place = _numbered(lines, step)
    indices, arcs = _cut(chains)
    by_part: list[list[list[int]]] = [[] for _ in parts]
    for at, index in zip(part, indices, strict=True):
        by_part[at].append(index)
    by_shape: list[list[list[list[int]]]] = [[] for _ in shapes]
    for at, rings in zip(owner, by_part, strict=True):
        if rings[0]:  # nothing is left of an area whose outer ring is gone
            by_shape[at].append([ring for ring in rings if ring])
    written = iter(map(_geometry, shapely.get_type_id(shapes).tolist(), by_shape))
    return {
        "type": "Topology",
        "transform": {"scale": [step, step], "translate": [0, 0]},
        "objects": {
            name: {
                "type": "GeometryCollection",
                "geometries": [{**next(written), "properties": dict(each)} for each in about],
            }
            for name, (_, about) in layers.items()
        },
        "arcs": [_steps(place[arc]) for arc in arcs],
    }


def shapes_of(content: Mapping[str, Any], name: str) -> Shapes:
    """Read a layer of a topology.

    Parameters
    ----------
    content : mapping
        As `topology` gives it.
    name : str
        The layer.

    Returns
    -------
    ndarray of Geometry
        In the order of its features; empty where nothing is left of a shape.

    Examples
    --------
    >>> line = np.array([shapely.LineString([(0, 0), (2, 1)])])
    >>> shapes_of(topology({"line": (line, [{}])}, 0.5), "line")[0].wkt
    'LINESTRING (0 0, 2 1)'
    """
    scale = np.asarray(content["transform"]["scale"])
    arcs = [np.cumsum(arc, axis=0) * scale for arc in content["arcs"]]

    def joined(indices: Sequence[int]) -> NDArray[np.float64]:
        pieces = [arcs[at] if at >= 0 else arcs[~at][::-1] for at in indices]
        return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])

    def shape(each: Mapping[str, Any]) -> shapely.Geometry:
        if each["type"] == "MultiLineString":
            return shapely.MultiLineString([joined(line) for line in each["arcs"]])
        if each["type"] == "LineString":
            return shapely.LineString(joined(each["arcs"]))
        nested = [each["arcs"]] if each["type"] == "Polygon" else each["arcs"]
        rings = [[joined(ring) for ring in part] for part in nested]
        polygons = [shapely.Polygon(outer, inner) for outer, *inner in rings]
        return polygons[0] if each["type"] == "Polygon" else shapely.MultiPolygon(polygons)

    geometries = content["objects"][name]["geometries"]
    return np.array([shape(each) for each in geometries], dtype=object)


def _lines(parts: Shapes) -> tuple[Shapes, Ints]:
    """Give all rings and lines, and to which part each belongs."""
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    line_of = np.flatnonzero(shapely.get_type_id(parts) != POLYGON)
    part = np.concatenate([ring_of, line_of]).astype(np.int64)
    order = np.argsort(part, kind="stable")
    return np.concatenate([rings, parts[line_of]])[order], part[order]


def _numbered(lines: Shapes, step: float) -> tuple[list[Ints], Ints]:
    """Give the numbers of the points along each line, and where each number is."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    place, point = np.unique(np.round(xy / step).astype(np.int64), axis=0, return_inverse=True)
    point = point.ravel()
    moved = np.ones(len(point), dtype=bool)
    moved[1:] = (point[1:] != point[:-1]) | (line[1:] != line[:-1])
    point, line = point[moved], line[moved]
    ends = np.searchsorted(line, np.arange(len(lines) + 1))
    return [point[start:end] for start, end in pairwise(ends)], place


def _cut(chains: Sequence[Ints]) -> tuple[list[list[int]], list[Ints]]:
    """Cut chains of points where borders meet; gives the pieces of each, and every piece once."""
    meets = _meetings(chains)
    known: dict[bytes, int] = {}
    arcs: list[Ints] = []
    indices: list[list[int]] = []
    for chain in chains:
        closed = chain[0] == chain[-1]
        if len(chain) < (4 if closed else 2):
            indices.append([])
            continue
        turned = _turned(chain, meets) if closed else chain
        cuts = [0, *(np.flatnonzero(meets[turned[1:-1]]) + 1), len(turned) - 1]
        index = []
        for start, end in pairwise(cuts):
            piece = turned[start : end + 1]
            at = known.get(piece.tobytes())
            if at is None:
                at = known[piece.tobytes()] = len(arcs)
                known.setdefault(piece[::-1].tobytes(), ~at)
                arcs.append(piece)
            index.append(at)
        indices.append(index)
    return indices, arcs


def _meetings(chains: Sequence[Ints]) -> NDArray[np.bool_]:
    """Say of each point whether lines end there, or more than two lead to it."""
    points = np.concatenate([NONE, *chains])
    count = int(points.max(initial=0)) + 1
    along = np.repeat(np.arange(len(chains)), [len(chain) for chain in chains])
    inside = along[1:] == along[:-1]
    one, other = points[:-1][inside], points[1:][inside]
    pairs = np.unique(np.concatenate([one * count + other, other * count + one]))
    meets = np.bincount(pairs // count, minlength=count) != 2
    for chain in chains:
        if chain[0] != chain[-1]:
            meets[chain[[0, -1]]] = True
    return np.asarray(meets)


def _turned(ring: Ints, meets: NDArray[np.bool_]) -> Ints:
    """Let a ring begin where borders meet, or else at its point of the lowest number."""
    open_ring = ring[:-1]
    at = np.flatnonzero(meets[open_ring])
    start = int(at[0]) if len(at) else int(np.argmin(open_ring))
    rolled = np.roll(open_ring, -start)
    return np.append(rolled, rolled[0])


def _steps(places: Ints) -> list[list[int]]:
    """Write where an arc begins, and the steps from there."""
    steps: list[list[int]] = np.vstack([places[:1], np.diff(places, axis=0)]).tolist()
    return steps


def _geometry(kind: int, parts: list[list[list[int]]]) -> dict[str, Any]:
    """Write a shape by the arcs of its parts."""
    if kind in (POLYGON, MULTIPOLYGON):
        if kind == POLYGON and parts:
            return {"type": "Polygon", "arcs": parts[0]}
        return {"type": "MultiPolygon", "arcs": parts}
    lines = [line for part in parts for line in part]
    if kind == LINE and lines:
        return {"type": "LineString", "arcs": lines[0]}
    return {"type": "MultiLineString", "arcs": lines}

"""A topology holds the same shapes, each border once, as GDAL reads them too."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from numpy.testing import assert_array_equal

from geo.areas.topology import shapes_of, topology

STEP = 2.0**-10  # whole multiples are exact


def coverage(seed: int, count: int = 60) -> np.ndarray:
    """Areas that tile a square, one of them with a hole that another one fills."""
    rng = np.random.default_rng(seed)
    points = shapely.MultiPoint(rng.uniform(0, 10, (count, 2)))
    square = shapely.box(0, 0, 10, 10)
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points)), square)
    cells = shapely.set_precision(cells, STEP)
    cells = cells[shapely.area(cells) > 0]
    lake = shapely.set_precision(cells[0].representative_point().buffer(0.05), STEP)
    assert cells[0].contains_properly(lake)
    return np.array([cells[0].difference(lake), lake, *cells[1:]], dtype=object)


def written(**layers: np.ndarray) -> dict:
    about = {name: [{"i": at} for at in range(len(each))] for name, each in layers.items()}
    made = topology({name: (each, about[name]) for name, each in layers.items()}, STEP)
    return json.loads(json.dumps(made))


@pytest.mark.parametrize("seed", range(5))
def test_shapes_come_back_and_every_border_is_written_once(seed: int) -> None:
    cells = coverage(seed)
    made = written(cells=cells)
    assert shapely.equals(shapes_of(made, "cells"), cells).all()
    steps = {
        tuple(sorted(map(tuple, pair)))
        for arc in made["arcs"]
        for pair in np.stack([np.cumsum(arc, axis=0)[:-1], np.cumsum(arc, axis=0)[1:]], axis=1)
    }
    assert len(steps) == sum(len(arc) - 1 for arc in made["arcs"])


@pytest.mark.parametrize("seed", range(3))
def test_gdal_reads_the_same_shapes(seed: int, tmp_path: Path) -> None:
    cells = coverage(seed)
    path = tmp_path / "cells.topojson"
    path.write_text(json.dumps(written(cells=cells)), encoding="utf-8")
    read = gpd.read_file(path)
    assert_array_equal(read["i"], np.arange(len(cells)))
    ours = shapely.set_precision(read.geometry.to_numpy(), STEP)
    assert shapely.equals(ours, cells).all()


def test_what_is_drawn_between_areas_needs_no_piece_of_its_own() -> None:
    cells = coverage(1)
    left = shapely.centroid(cells)
    halves = [
        shapely.coverage_union_all(cells[part])
        for part in (shapely.get_x(left) < 5, shapely.get_x(left) >= 5)
    ]
    borders = np.array([shapely.line_merge(shapely.intersection(*halves))], dtype=object)
    made = written(cells=cells, halves=np.array(halves), borders=borders)
    assert len(made["arcs"]) == len(written(cells=cells)["arcs"])
    assert shapely.equals(shapes_of(made, "borders"), borders).all()
    assert shapely.equals(shapes_of(made, "halves"), np.array(halves)).all()


def test_what_is_too_small_is_left_out_and_everything_keeps_its_place() -> None:
    large, small = shapely.box(0, 0, 1, 1), shapely.box(5, 5, 5 + STEP / 9, 5 + STEP / 9)
    several = shapely.MultiPolygon([shapely.box(2, 0, 3, 1), small])
    shapes = np.array([small, large, None, several, shapely.LineString([(0, 0), (0, 1)])])
    back = shapes_of(written(all=shapes), "all")
    assert back[0].is_empty
    assert back[2].is_empty
    assert back[1].equals(large)
    assert back[3].equals(several.geoms[0])
    assert back[4].equals(shapes[4])
    assert len(shapes_of(written(none=np.array([], dtype=object)), "none")) == 0

"""Weights: what a matrix of neighbours must satisfy, whoever built it."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, csr_matrix

from geo.weights.weights import Weights


def squares(rows: int, columns: int, crs: object = 32618) -> gpd.GeoDataFrame:
    place = [(r, c) for r in range(rows) for c in range(columns)]
    return gpd.GeoDataFrame(
        {"id": [f"r{r}c{c}" for r, c in place]},
        geometry=[shapely.box(c, r, c + 1, r + 1) for r, c in place],
        crs=crs,
    ).set_index("id")


coordinates = st.lists(
    st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=40
).map(lambda pairs: np.array(pairs, dtype=float) * 100)


@given(st.integers(1, 6), st.integers(1, 6))
def test_queen_of_a_chessboard_is_the_kings_moves(rows: int, columns: int) -> None:
    weights = Weights.queen(squares(rows, columns))
    for label, near in weights.cardinalities.items():
        r, c = int(label[1 : label.index("c")]), int(label[label.index("c") + 1 :])
        tall = (r > 0) + (r < rows - 1) + 1
        wide = (c > 0) + (c < columns - 1) + 1
        assert near == tall * wide - 1
    assert (weights.sparse != weights.sparse.T).nnz == 0


def test_queen_links_borders_digitised_with_different_vertices() -> None:
    left = shapely.box(0, 0, 1, 3)
    right = [shapely.box(1, 1, 2, 2), shapely.box(1, 2, 2, 2.5)]
    weights = Weights.queen(gpd.GeoSeries([left, *right], index=["l", "a", "b"]))
    assert weights.cardinalities.to_dict() == {"l": 2, "a": 2, "b": 2}


@pytest.mark.parametrize(("gap", "links"), [(0.0, 4), (0.05, 4), (0.9, 4), (1.2, 0), (30.0, 0)])
@pytest.mark.parametrize("crs", [32618, 2263, 4326])
def test_queen_links_borders_up_to_a_metre_apart(gap: float, links: int, crs: int) -> None:
    corner = np.array([[583000.0, 4507000.0], [583500.0 + gap, 4507000.0], [583000.0, 4508000.0]])
    boxes = [shapely.box(x, y, x + 500, y + 500) for x, y in corner[:2]]
    above = shapely.box(583000, 4507500 + gap, 583500, 4508000)
    areas = gpd.GeoSeries([*boxes, above], crs=32618).to_crs(crs)
    near = Weights.queen(areas).cardinalities
    assert near.iloc[0] == links / 2


def test_queen_links_t_junctions_on_slanted_borders() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        (x, y), (u, v) = rng.uniform(0, 1, 2), rng.uniform(5, 9, 2)
        part = rng.uniform(0.2, 0.8)
        knee = (x + part * (u - x), y + part * (v - y))
        left = shapely.Polygon([(x, y), (u, v), (x - 3, v)])
        right = [
            shapely.Polygon([(x, y), knee, (u + 3, y)]),
            shapely.Polygon([knee, (u, v), (u + 3, y)]),
        ]
        areas = gpd.GeoSeries([left, *right])
        assert Weights.queen(areas).cardinalities.tolist() == [2, 2, 2]


def test_queen_keeps_missing_and_empty_shapes_as_islands() -> None:
    shapes = [shapely.box(0, 0, 1, 1), None, shapely.Polygon(), shapely.box(1, 0, 2, 1)]
    weights = Weights.queen(gpd.GeoDataFrame(index=list("abcd"), geometry=shapes))
    assert weights.isolates.tolist() == ["b", "c"]
    assert "2 islands" in repr(weights)
    assert "3 components" in repr(weights)


def test_queen_reads_an_invalid_ring_as_the_area_it_encloses() -> None:
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    beside, above = shapely.box(2, 0, 3, 1), shapely.box(0.9, 1.6, 1.1, 1.8)
    weights = Weights.queen(gpd.GeoSeries([bow_tie, beside, above]))
    assert weights.cardinalities.tolist() == [1, 1, 0]


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_queen_makes_a_shape_without_true_coordinates_an_island(number: float) -> None:
    spoilt = shapely.Polygon([(0, 0), (1, number), (1, 1)])
    weights = Weights.queen(gpd.GeoSeries([spoilt, shapely.box(0, 0, 1, 1)]))
    assert weights.isolates.tolist() == [0, 1]


def test_queen_does_not_write_to_its_input() -> None:
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    table = gpd.GeoSeries([bow_tie, shapely.box(2, 0, 3, 1)])
    Weights.queen(table)
    assert table[0].equals_exact(bow_tie)


def test_queen_of_nothing_and_of_one() -> None:
    assert Weights.queen(gpd.GeoSeries([])).n == 0
    assert "no neighbours" in repr(Weights.queen(gpd.GeoSeries([])))
    assert Weights.queen(gpd.GeoSeries([shapely.box(0, 0, 1, 1)])).isolates.tolist() == [0]


@given(coordinates, st.data())
def test_knn_gives_each_place_k_others_and_none_nearer_is_left_out(
    xy: np.ndarray, data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, len(xy) - 1))
    weights = Weights.knn(xy, k)
    assert (weights.cardinalities == k).all()
    assert weights.sparse.diagonal().sum() == 0
    distance = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    np.fill_diagonal(distance, np.inf)
    linked = weights.sparse.toarray() > 0
    farthest = np.where(linked, distance, -1).max(axis=1)
    nearest_other = np.where(linked, np.inf, distance).min(axis=1)
    assert (farthest <= nearest_other).all()


def test_knn_of_places_at_one_point() -> None:
    weights = Weights.knn(np.zeros((6, 2)), 3)
    assert (weights.cardinalities == 3).all()
    assert weights.sparse.diagonal().sum() == 0


@pytest.mark.parametrize("k", [0, -1, 3, 99, 1.5])
def test_knn_refuses_an_impossible_k(k: float) -> None:
    with pytest.raises(ValueError, match="from 1 to 2 for 3 points"):
        Weights.knn(np.eye(3, 2), k)  # type: ignore[arg-type]


def test_knn_projects_degrees_and_takes_centroids_of_polygons() -> None:
    # At 60 degrees north a degree east is half a degree north: degrees would pick "east".
    points = gpd.GeoSeries.from_xy([0.0, 0.0, 1.2], [60.0, 60.8, 60.0], crs=4326)
    assert Weights.knn(points, 1).sparse.toarray()[0].tolist() == [0, 0, 1]
    boxes = gpd.GeoSeries(
        [shapely.box(0, 0, 2, 2), shapely.box(8, 0, 10, 2), shapely.box(-30, 0, -1, 2)], crs=32618
    )
    assert Weights.knn(boxes, 1).sparse.indices.tolist() == [1, 0, 0]


def test_knn_refuses_places_that_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="no coordinate reference system"):
        Weights.knn(gpd.GeoSeries.from_xy([1, 2], [1, 2]), 1)
    with pytest.raises(ValueError, match="1 places have no coordinates: b"):
        Weights.knn(gpd.GeoSeries([shapely.Point(0, 0), None], ["a", "b"], crs=32618), 1)
    with pytest.raises(ValueError, match="no coordinates: 1"):
        Weights.knn(np.array([[0, 0], [np.nan, 1]]), 1)
    with pytest.raises(ValueError, match="Two columns of metres"):
        Weights.knn(np.zeros((3, 3)), 1)


@given(coordinates, st.integers(1, 20000))
def test_distance_band_is_the_brute_force_rule(xy: np.ndarray, distance: int) -> None:
    weights = Weights.distance_band(pd.DataFrame(xy, columns=["x", "y"]), distance)
    square = ((xy[:, None] - xy[None]) ** 2).sum(axis=2)
    near = square <= distance**2
    np.fill_diagonal(near, val=False)
    assert ((weights.sparse.toarray() > 0) == near).all()


@pytest.mark.parametrize("distance", [0, -5, np.nan, np.inf])
def test_distance_band_refuses_what_is_no_distance(distance: float) -> None:
    with pytest.raises(ValueError, match="positive number of metres"):
        Weights.distance_band(np.eye(3, 2), distance)


@given(st.integers(2, 12), st.randoms(use_true_random=False))
def test_edges_survive_the_round_trip(n: int, random: object) -> None:
    ids = [f"a{i}" for i in range(n)]
    pairs = [(i, j) for i in ids for j in ids if i != j and random.random() < 0.4]  # type: ignore[attr-defined]
    data = [0.5 + random.random() for _ in pairs]  # type: ignore[attr-defined]
    weights = Weights.from_edges(ids, [i for i, _ in pairs], [j for _, j in pairs], data)
    cells = weights.sparse.tocoo()
    links = zip(weights.ids[cells.row], weights.ids[cells.col], strict=True)
    assert dict(zip(links, cells.data, strict=True)) == dict(zip(pairs, data, strict=True))


def test_edges_that_cannot_be_right() -> None:
    with pytest.raises(ValueError, match="1 neighbor labels are not among the ids: z"):
        Weights.from_edges(["a", "b"], ["a"], ["z"])
    with pytest.raises(ValueError, match="more than once, first at position 1: a to b"):
        Weights.from_edges(["a", "b"], ["a", "a"], ["b", "b"])
    with pytest.raises(ValueError, match="1 areas are their own neighbours: a"):
        Weights.from_edges(["a", "b"], ["a"], ["a"])
    with pytest.raises(ValueError, match="missing or infinite"):
        Weights.from_edges(["a", "b"], ["a"], ["b"], [np.nan])
    with pytest.raises(ValueError, match="must not be negative"):
        Weights.from_edges(["a", "b"], ["a"], ["b"], [-1])
    with pytest.raises(ValueError, match="equally long"):
        Weights.from_edges(["a", "b"], ["a"], [])
    with pytest.raises(ValueError, match="Ids must be unique; repeated: a"):
        Weights.from_edges(["a", "a"], [], [])


def test_a_zero_weight_is_no_link() -> None:
    weights = Weights.from_edges(["a", "b"], ["a", "b"], ["b", "a"], [0, 2])
    assert weights.cardinalities.tolist() == [0, 1]


def test_constructor_takes_any_sparse_matrix_and_freezes_a_copy() -> None:
    given_matrix = csr_matrix(np.array([[0, 1.0], [1, 0]]))
    weights = Weights(given_matrix, pd.Index(["a", "b"]))
    given_matrix.data[:] = 9
    assert weights.sparse.toarray().tolist() == [[0, 1], [1, 0]]
    with pytest.raises(ValueError, match="read-only"):
        weights.sparse.data[0] = 5
    with pytest.raises(AttributeError):
        weights.ids = pd.Index(["x", "y"])  # type: ignore[misc]


@pytest.mark.parametrize(
    ("matrix", "ids", "words"),
    [
        (np.zeros((2, 3)), ["a", "b"], "does not fit 2 ids"),
        (np.zeros((2, 2)), ["a"], "does not fit 1 ids"),
        (np.zeros((2, 2)), ["a", None], "1 ids are missing"),
        (np.eye(2), ["a", "b"], "their own neighbours"),
        (np.array([[0, np.inf], [0, 0]]), ["a", "b"], "infinite"),
    ],
)
def test_constructor_refuses(matrix: np.ndarray, ids: list[str | None], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Weights(csr_array(matrix), pd.Index(ids))


@given(coordinates, st.floats(-5, 5), st.floats(-5, 5))
def test_lag_is_linear_and_knows_its_index(xy: np.ndarray, a: float, b: float) -> None:
    weights = Weights.knn(xy, 2)
    one, other = pd.Series(xy[:, 0]), pd.Series(xy[:, 1])
    whole = weights.lag(a * one + b * other)
    assert np.allclose(whole, a * weights.lag(one) + b * weights.lag(other), atol=1e-6)
    shuffled = one.sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(weights.lag(shuffled), weights.lag(one)[shuffled.index])
    table = weights.lag(xy)
    assert np.array_equal(table[:, 0], weights.lag(one).to_numpy())


def test_lag_carries_missing_values_and_refuses_foreign_ones() -> None:
    line = Weights.from_edges("abc", "abbc", "bacb")
    missing = pd.Series([1, None, 4], index=list("abc"), dtype="Int64")
    assert np.isnan(line.lag(missing)[["a", "c"]]).all()
    assert line.lag(missing)["b"] == 5
    for index in (list("ab"), list("abd"), list("aab"), list("abcd")):
        with pytest.raises(ValueError, match="must hold the 3 ids"):
            line.lag(pd.Series(1.0, index=index))
    with pytest.raises(ValueError, match="do not fit 3 areas"):
        line.lag(np.zeros(4))


def test_lag_does_not_write_to_its_input() -> None:
    values = pd.Series([1.0, 2.0, 3.0], index=list("abc"))
    before = values.copy(deep=True)
    Weights.from_edges("abc", "abbc", "bacb").lag(values)
    pd.testing.assert_series_equal(values, before)


@given(coordinates)
def test_row_standardised_lag_is_a_mean(xy: np.ndarray) -> None:
    weights = Weights.distance_band(xy, 2500)
    lagged = weights.row_standardized().lag(np.ones(len(xy)))
    assert np.allclose(lagged, weights.cardinalities > 0)
    once = weights.row_standardized().sparse.toarray()
    assert np.allclose(once, weights.row_standardized().row_standardized().sparse.toarray())


@given(coordinates)
def test_with_self_adds_the_diagonal_once(xy: np.ndarray) -> None:
    weights = Weights.distance_band(xy, 2500)
    own = weights.with_self()
    assert own.with_self() is own
    assert np.array_equal(own.sparse.toarray() - weights.sparse.toarray(), np.eye(len(xy)))
    assert own.isolates.equals(weights.isolates)
    assert own.cardinalities.equals(weights.cardinalities)
    assert own.sparse.nnz == weights.sparse.nnz + weights.n


def test_subset_is_the_submatrix_in_the_order_asked() -> None:
    weights = Weights.queen(squares(3, 3)).with_self()
    wanted = ["r2c2", "r0c0", "r1c1"]
    part = weights.subset(wanted)
    assert part.ids.tolist() == wanted
    assert part.sparse.toarray().tolist() == [[1, 0, 1], [0, 1, 1], [1, 1, 1]]
    with pytest.raises(ValueError, match="1 ids are not in these weights: nowhere"):
        weights.subset(["nowhere"])
    with pytest.raises(ValueError, match="unique"):
        weights.subset(["r0c0", "r0c0"])


@settings(max_examples=25)
@given(st.integers(2, 5), st.floats(0.1, 3), st.floats(-1e4, 1e4))
def test_queen_does_not_depend_on_place_or_scale(side: int, scale: float, shift: float) -> None:
    board = squares(side, side)
    factor = 2.0 ** round(scale)
    moved = board.geometry.affine_transform([factor, 0, 0, factor, round(shift), 0])
    assert (Weights.queen(board).sparse != Weights.queen(moved).sparse).nnz == 0


@pytest.mark.mirror
def test_new_york_city_tracts(mirror: Path) -> None:
    queen = pytest.importorskip("libpysal.weights").Queen
    path = mirror / "nyc" / "nyc_tracts" / "census_tract_2020.geojson"
    tracts = gpd.read_file(path).set_index("geoid")
    weights = Weights.queen(tracts)
    peer = queen.from_dataframe(tracts, use_index=True, silence_warnings=True)
    known = {(one, other) for one, near in peer.neighbors.items() for other in near}
    cells = weights.sparse.tocoo()
    own = set(zip(weights.ids[cells.row], weights.ids[cells.col], strict=True))
    assert (weights.n, len(own), len(known)) == (2325, 14390, 14340)
    assert known <= own
    metres = tracts.geometry.to_crs(32118)
    apart = [metres[one].distance(metres[other]) for one, other in own - known]
    # Fourteen links are borders that rounding has parted by less than a micrometre.
    assert sum(each > 0 for each in apart) <= 14
    assert max(apart) < 1e-6
    # libpysal counts a fifth island: Rikers Island, which touches 36081033100 without a shared
    # vertex and is one end of two of the further links.
    assert set(peer.islands) - set(weights.isolates) == {"36005000100"}
    assert len(weights.isolates) == 4
    assert (weights.sparse != weights.sparse.T).nnz == 0

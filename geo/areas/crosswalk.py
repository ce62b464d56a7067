"""Areas of overlap, and the crosswalk from the tracts of one census to those of another."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array

from geo.areas.boundaries import repair
from geo.areas.crs import align, require_crs, to_metres
from geo.areas.geoid import UNMATCHED_LIMIT, cause
from geo.inputs import counts, geometries, labels

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Shapes = NDArray[np.object_]
_CHUNKS = 16
TOLERANCE = 1e-9
# Digitised borders never meet exactly: a target is known when this part of it is.
LEAST_COVERED = 0.99
_NAMED = 5


@dataclass(frozen=True, eq=False)
class SharedFaces:
    """Land that several polygons of one set cover, cut so that the cover of a face is uniform.

    `faces` (F) do not overlap; `members`, (polygons, F), says which polygons cover which face.
    """

    faces: Shapes
    members: csr_array

    @property
    def cover(self) -> Floats:
        """Number of polygons over each face."""
        return np.asarray(self.members.sum(axis=0), dtype=np.float64)


def overlap_areas(left: Shapes, right: Shapes) -> csr_array:
    """Measure the area, (L, R) in square metres, that left polygons share with right ones.

    Both are valid, in one metric coordinate reference system; pairs that only touch are not stored.

    Examples
    --------
    >>> left = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
    >>> overlap_areas(left, np.array([shapely.box(1, 0, 4, 1)])).toarray().tolist()
    [[1.0], [2.0]]
    """
    one, other = shapely.STRtree(right).query(left)
    starts = np.searchsorted(one, np.linspace(0, len(left), _CHUNKS + 1)[1:-1])

    def work(chunk: Integers) -> Floats:
        return _areas(left[one[chunk]], right[other[chunk]])

    # GEOS works outside Python's lock, so that threads help; a left polygon, which is prepared
    # for many questions, stays with one of them.
    with ThreadPoolExecutor(min(_CHUNKS, os.cpu_count() or 1)) as pool:
        area = np.concatenate(list(pool.map(work, np.split(np.arange(len(one)), starts))))
    matrix = coo_array((area, (one, other)), shape=(len(left), len(right))).tocsr()
    matrix.eliminate_zeros()
    return matrix


def shared_faces(shapes: Shapes) -> SharedFaces:
    """Find the land that several valid polygons of one set cover.

    Examples
    --------
    >>> sides = [(0, 0, 2, 1), (1, 0, 3, 1), (1, 0, 2, 1)]
    >>> shared = shared_faces(np.array([shapely.box(*each) for each in sides]))
    >>> shapely.area(shared.faces).tolist(), shared.cover.tolist()
    ([1.0], [3.0])
    """
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    once = one < other
    common = shapely.intersection(shapes[one[once]], shapes[other[once]])
    parts = shapely.get_parts(common)
    areal = parts[shapely.get_dimensions(parts) == 2]
    rings = shapely.union_all(shapely.boundary(areal))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(rings)))
    face, member = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    cells = coo_array((np.ones(len(face)), (member, face)), shape=(len(shapes), len(faces)))
    several = np.asarray(cells.sum(axis=0)) > 1
    return SharedFaces(np.asarray(faces[several], dtype=object), cells.tocsr()[:, several])


def build_crosswalk(
    source: gpd.GeoDataFrame, target: gpd.GeoDataFrame, *, weight: str = "area"
) -> pd.DataFrame:
    """Work out which part of each source area goes to which target area.

    Parameters
    ----------
    source, target : GeoDataFrame
        `geoid` (index or column) and polygons, each in a declared coordinate reference system.
    weight : str
        "area" divides a source by area; any other word names a column of `target` with its
        residents, who are spread evenly over each target: a source is then divided by them. A
        source in which nobody lives by that count is divided by area.

    Returns
    -------
    DataFrame
        `source, target, share, weight`: shares of a source sum to 1, so that totals are preserved
        also where the outlines do not end at the same shore; `weight` is the piece's square
        metres, or its residents. A source that meets no target (water) has no row.

    Raises
    ------
    ValueError
        More than 2 % of the sources meet no target, ids repeat, a coordinate reference system is
        missing or false, or the column is missing or negative.

    References
    ----------
    Goodchild, M. F. and Lam, N. S.-N. (1980), Geo-Processing 1, 297-312, eq. 1.

    Examples
    --------
    >>> old = gpd.GeoDataFrame(index=["a"], geometry=[shapely.box(0, 0, 4, 1)], crs=32618)
    >>> new = gpd.GeoDataFrame(
    ...     {"people": [30, 10]}, index=["b", "c"], crs=32618,
    ...     geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 4, 1)])
    >>> build_crosswalk(old, new)["share"].tolist()
    [0.25, 0.75]
    >>> build_crosswalk(old, new, weight="people")["share"].tolist()
    [0.75, 0.25]
    """
    before = _outlines(source, None, "source")
    after = _outlines(target, before.crs, "target")
    area = overlap_areas(geometries(before), geometries(after))
    _refuse_apart(before.index, area)
    pieces = area if weight == "area" else _peopled(area, after, target, weight)
    cells = pieces.tocoo()
    return pd.DataFrame(
        {
            "source": before.index[cells.row],
            "target": after.index[cells.col],
            "share": cells.data / _row_sums(pieces)[cells.row],
            "weight": cells.data,
        }
    )


def apply_crosswalk(
    values: pd.Series,
    crosswalk: pd.DataFrame,
    kind: Literal["extensive", "intensive"] = "extensive",
    weights: pd.Series | None = None,
    moe: pd.Series | None = None,
) -> pd.DataFrame:
    """Carry figures over a crosswalk.

    Parameters
    ----------
    values : Series
        By source id; missing values stay unknown, they are never 0.
    crosswalk : DataFrame
        As made by `build_crosswalk`, or a published one: `source, target, share`.
    kind : str
        "extensive" for totals (residents), which are divided; "intensive" for rates, medians and
        percentiles, which are averaged.
    weights : Series, optional
        Intensive only: what a source counts in an average (the rate's denominator), by source id.
        Without it the column `weight` of the crosswalk counts.
    moe : Series, optional
        90 % margins of error of the values, by source id, in the values' unit.

    Returns
    -------
    DataFrame
        By target id: `value`, `moe` (NaN without margins) and `covered`, the part of the target
        whose source has a value; below 0.99 the value is missing.

    Raises
    ------
    ValueError
        Totals of areas that the crosswalk lacks, or more than 2 % of rates, with the likely
        cause; shares of a source that do not sum to 1 (1e-9).

    References
    ----------
    U.S. Census Bureau (2020), Understanding and Using American Community Survey Data, ch. 8
    (margin of a weighted sum: root of the sum of squares).

    Examples
    --------
    >>> table = pd.DataFrame({"source": ["a", "a"], "target": ["b", "c"], "share": [0.25, 0.75]})
    >>> apply_crosswalk(pd.Series({"a": 8.0}), table, moe=pd.Series({"a": 4.0}))["moe"].to_dict()
    {'b': 1.0, 'c': 3.0}
    """
    if kind not in ("extensive", "intensive"):
        raise ValueError(f"kind must be 'extensive' or 'intensive'; it is {kind!r}.")
    _check_crosswalk(crosswalk)
    sources = pd.Index(crosswalk["source"].unique())
    targets = pd.Index(crosswalk["target"].unique(), name="target").sort_values()
    figures = _figures(values, sources, targets, total=kind == "extensive")
    share = _matrix(crosswalk, targets, sources, "share")
    size = _matrix(crosswalk, targets, sources, "weight") if "weight" in crosswalk else share
    valued = np.isfinite(figures)
    part = share
    if kind == "intensive":
        part = size if weights is None else _times(share, _column(weights, sources, "weights"))
        part = _averaging(part, valued)
    covered = _ratio(size @ valued, _row_sums(size))
    enough = covered >= LEAST_COVERED
    carried = {"value": np.where(enough, part @ np.where(valued, figures, 0.0), np.nan)}
    margin = np.full(len(sources), np.nan) if moe is None else _column(moe, sources, "moe")
    bounded = valued & np.isfinite(margin)
    error = np.sqrt(part.power(2) @ np.where(bounded, margin, 0.0) ** 2)
    enough = _ratio(size @ bounded, _row_sums(size)) >= LEAST_COVERED
    carried |= {"moe": np.where(enough, error, np.nan), "covered": covered}
    return pd.DataFrame(carried, index=targets)


def _areas(one: Shapes, other: Shapes) -> Floats:
    """Intersect pairs, the left ones sorted; wholly covered right polygons need no cutting."""
    area = np.zeros(len(one))
    shapely.prepare(one)
    inside = shapely.covers(one, other)
    area[inside] = shapely.area(other[inside])
    cut = ~inside
    cut[cut] = shapely.intersects(one[cut], other[cut])
    area[cut] = shapely.area(shapely.intersection(one[cut], other[cut]))
    return area


def _outlines(areas: gpd.GeoDataFrame, crs: object, what: str) -> gpd.GeoSeries:
    require_crs(areas, what)
    named = areas.geometry.set_axis(labels(areas, "geoid"))
    moved = to_metres(named) if crs is None else align(named, crs, what)
    return repair(gpd.GeoDataFrame(geometry=moved)).table.geometry


def _refuse_apart(source: pd.Index, area: csr_array) -> None:
    alone = source[_row_sums(area) <= 0]
    if len(alone) > UNMATCHED_LIMIT * len(source):
        raise ValueError(
            f"{len(alone):,} of {len(source):,} source areas meet no target area, first "
            f"{', '.join(str(each) for each in alone[:_NAMED])}. Check that both tables are of "
            "the same place and declare their true coordinate reference systems."
        )


def _peopled(
    area: csr_array, shapes: gpd.GeoSeries, target: gpd.GeoDataFrame, column: str
) -> csr_array:
    people = pd.Series(counts(target, column, "target"), index=labels(target, "geoid"))
    residents = people.loc[shapes.index].to_numpy()
    density = np.where(residents > 0, residents, 0.0) / shapely.area(geometries(shapes))
    pieces = _times(area, density)
    empty = _row_sums(pieces) <= 0
    # Where nobody lives the area decides; scaled down so that averages hardly feel it.
    return (pieces + diags_array(empty * TOLERANCE) @ area).tocsr()


def _check_crosswalk(crosswalk: pd.DataFrame) -> None:
    absent = [name for name in ("source", "target", "share") if name not in crosswalk.columns]
    if absent:
        raise ValueError(f"crosswalk: the columns {', '.join(absent)} are needed.")
    repeated = crosswalk.duplicated(["source", "target"])
    if repeated.any():
        first = crosswalk[repeated].iloc[0]
        raise ValueError(
            f"crosswalk: {int(repeated.sum())} pairs are given twice, first {first['source']} "
            f"with {first['target']}."
        )
    total = crosswalk.groupby("source")["share"].sum(min_count=1)
    wrong = total[~((total - 1).abs() <= TOLERANCE)]
    if len(wrong) or not (crosswalk["share"] >= 0).all():
        named = ", ".join(f"{source} ({sum_:.9g})" for source, sum_ in wrong[:_NAMED].items())
        raise ValueError(
            f"crosswalk: shares must be 0 or more and sum to 1 for each source; {len(wrong):,} "
            f"sources do not: {named}. Totals would not be preserved."
        )


def _figures(values: pd.Series, sources: pd.Index, targets: pd.Index, *, total: bool) -> Floats:
    valued = values.index[values.notna()]
    strange = valued[~valued.isin(sources)]
    lost = total and values[strange].ne(0).any()
    if lost or len(strange) > UNMATCHED_LIMIT * len(valued):
        raise ValueError(
            f"values: {len(strange):,} of {len(valued):,} areas are not in the crosswalk, first "
            f"{', '.join(str(each) for each in strange[:_NAMED])}. "
            f"{_source_cause(valued, sources, targets)}"
        )
    return _column(values, sources, "values")


def _source_cause(ids: pd.Index, sources: pd.Index, targets: pd.Index) -> str:
    if ids.isin(targets).mean() > ids.isin(sources).mean():
        return "They are the crosswalk's targets: the values are of that vintage already."
    return cause(pd.Series(ids), sources)


def _column(values: pd.Series, sources: pd.Index, what: str) -> Floats:
    if not values.index.is_unique:
        raise ValueError(f"{what}: ids repeat.")
    floats = pd.Series(values.to_numpy(dtype=np.float64, na_value=np.nan), index=values.index)
    return np.asarray(floats.reindex(sources).to_numpy())


def _matrix(crosswalk: pd.DataFrame, targets: pd.Index, sources: pd.Index, name: str) -> csr_array:
    cells = crosswalk[name].to_numpy(dtype=np.float64)
    row, column = targets.get_indexer(crosswalk["target"]), sources.get_indexer(crosswalk["source"])
    return coo_array((cells, (row, column)), shape=(len(targets), len(sources))).tocsr()


def _averaging(part: csr_array, valued: NDArray[np.bool_]) -> csr_array:
    """Make each target's coefficients over its known sources sum to 1."""
    part = _times(part, valued.astype(np.float64))
    return (diags_array(_ratio(np.ones(part.shape[0]), _row_sums(part))) @ part).tocsr()


def _times(matrix: csr_array, column: Floats) -> csr_array:
    return (matrix @ diags_array(np.where(np.isfinite(column), column, 0.0))).tocsr()


def _row_sums(matrix: csr_array) -> Floats:
    return np.asarray(matrix.sum(axis=1), dtype=np.float64)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))

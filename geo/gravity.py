"""The gravity join: students come from near tracts with children, and the totals add up."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, vstack
from scipy.spatial import cKDTree

from geo.balance import Balance, balance
from geo.crs import align, require_crs, to_metres
from geo.inputs import centre_xy, counts, labels

Floats = NDArray[np.float64]

# Exponential decay over an evenly settled plane gives a mean trip of twice the scale. New York
# City's zones give 0.42 km (elementary) and 1.01 km (middle); high schools draw from farther.
DEFAULT_SCALE_KM = 1.0
DEFAULT_K = 40


@dataclass(frozen=True, eq=False)
class GravityFit:
    """A gravity catchment and an account of how it was reached.

    Parameters
    ----------
    table : DataFrame
        Columns `school_id, geoid, share, students`; shares of a school sum to 1.
    iterations : int
        Balancing rounds made.
    converged : bool
        Every reached tract received its scaled number of children within the tolerance.
    settled : bool
        Balancing stopped changing: more rounds would not bring the tract totals nearer.
    tract_error_max, tract_error_median : float
        Relative error of the reached tracts' totals; NaN when nothing was balanced.
    mean_km : float
        Mean distance from school to tract centroid, over students; NaN without students.
    not_located : tuple of str
        Schools left out because they have no point.
    not_balanced : tuple of str
        Schools with no or unknown enrolment: their shares are plain gravity, their students 0.
    unreached : tuple of str
        Tracts with children that are among no balanced school's nearest k.
    """

    table: pd.DataFrame
    iterations: int
    converged: bool
    settled: bool
    tract_error_max: float
    tract_error_median: float
    mean_km: float
    not_located: tuple[str, ...]
    not_balanced: tuple[str, ...]
    unreached: tuple[str, ...]

    def summary(self) -> str:
        """Tell in one sentence how well the tract totals were met.

        Returns
        -------
        str
            Plain English.
        """
        if self.converged:
            ending = f"tract totals met after {self.iterations} rounds"
        else:
            why = "the largest stood still" if self.settled else "stopped by the limit on rounds"
            ending = (
                f"tract totals only approached after {self.iterations} rounds ({why}): "
                f"error median {self.tract_error_median:.1%}, largest {self.tract_error_max:.1%}"
            )
        return (
            f"School totals met exactly, {ending}; {len(self.unreached)} tracts with children "
            f"reached by no school, {len(self.not_located)} schools without a point, "
            f"{len(self.not_balanced)} without enrolment, {self.mean_km:.2f} km on average."
        )


def fit_gravity(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    *,
    scale_km: float | Mapping[str, float] = DEFAULT_SCALE_KM,
    k: int = DEFAULT_K,
    tolerance: float = 1e-3,
    max_iterations: int = 500,
) -> GravityFit:
    """Fit a doubly constrained gravity catchment.

    A school draws from the k nearest tracts that have children, in proportion to
    exp(-distance / scale) times resident children; rows and columns are then balanced so that
    every school has exactly its enrolment and tracts approach their resident children, scaled to
    the same grand total.

    Parameters
    ----------
    schools : GeoDataFrame
        `school_id` (index or column), `enrolled` (students), point geometry; `level` when
        `scale_km` differs by level.
    tracts : GeoDataFrame
        `geoid` (index or column), `children` (resident children), polygon geometry. Distances go
        to the centroid. A table in a metric coordinate reference system is measured as it is,
        any other in its UTM zone.
    scale_km : float or mapping from level to float
        Distance over which the draw of a school falls to 37 %. The default of 1 km is a
        compromise over levels for New York City; a rural county needs more.
    k : int
        Tracts that a school may draw from; all of them when there are fewer.
    tolerance : float
        Relative error of a tract total that counts as met.
    max_iterations : int
        Largest number of balancing rounds.

    Returns
    -------
    GravityFit
        Table and account. Totals that cannot be met are reported there, not raised.

    Raises
    ------
    ValueError
        Missing columns, repeated ids, no coordinate reference system, no tract with children, or
        parameters out of range.

    References
    ----------
    Wilson, A. G. (1971), Environment and Planning 3, 1-32 (production-attraction constrained).

    Examples
    --------
    >>> from shapely import box
    >>> tracts = gpd.GeoDataFrame(
    ...     {"children": [10.0, 30.0]}, index=["w", "e"], crs=32618,
    ...     geometry=[box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)])
    >>> schools = gpd.GeoDataFrame(
    ...     {"enrolled": [5, 15]}, index=["one", "two"], crs=32618,
    ...     geometry=gpd.points_from_xy([500, 1500], [500, 500]))
    >>> fit = fit_gravity(schools, tracts)
    >>> fit.converged, fit.table.groupby("geoid")["students"].sum().round(2).to_dict()
    (True, {'e': 15.0, 'w': 5.0})
    """
    _check_parameters(k, tolerance, max_iterations)
    require_crs(tracts, "tracts")
    metres = to_metres(tracts)
    origins = _read_tracts(metres)
    sites = _read_schools(schools, metres.crs, scale_km)
    seed = _seed(sites, origins, int(k))
    active = sites.enrolled > 0
    share, fit = _shares(seed, active, sites.enrolled, origins.children, tolerance, max_iterations)
    error = np.array([np.nan]) if fit is None else fit.column_error[fit.column_error >= 0]
    reached = np.isin(np.arange(len(origins.ids)), seed[active].indices)
    table, mean_km = _long(share, sites, origins)
    return GravityFit(
        table=table,
        iterations=0 if fit is None else fit.iterations,
        converged=fit is None or fit.converged,
        settled=fit is None or fit.settled,
        tract_error_max=float(error.max()),
        tract_error_median=float(np.median(error)),
        mean_km=mean_km,
        not_located=sites.not_located,
        not_balanced=tuple(sites.ids[~active]),
        unreached=tuple(origins.ids[~reached]),
    )


@dataclass(frozen=True, eq=False)
class _Tracts:
    """Tracts with children and a place."""

    ids: pd.Index
    xy: Floats
    children: Floats


@dataclass(frozen=True, eq=False)
class _Schools:
    """Schools with a place."""

    ids: pd.Index
    xy: Floats
    enrolled: Floats
    scale: Floats
    not_located: tuple[str, ...]


def _check_parameters(k: int, tolerance: float, max_iterations: int) -> None:
    if k != int(k) or k < 1:
        raise ValueError(f"k must be a whole number of tracts, at least 1; it is {k}.")
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must lie between 0 and 1; it is {tolerance}.")
    if max_iterations < 1:
        raise ValueError(f"max_iterations must be at least 1; it is {max_iterations}.")


def _read_tracts(tracts: gpd.GeoDataFrame) -> _Tracts:
    ids, children = labels(tracts, "geoid"), counts(tracts, "children", "tracts")
    xy = centre_xy(tracts.geometry)
    source = (children > 0) & np.isfinite(xy).all(axis=1)
    if not source.any():
        raise ValueError("tracts: none has both a geometry and resident children above 0.")
    return _Tracts(ids[source], xy[source], children[source])


def _read_schools(
    schools: gpd.GeoDataFrame, crs: object, scale_km: float | Mapping[str, float]
) -> _Schools:
    ids, enrolled = labels(schools, "school_id"), counts(schools, "enrolled", "schools")
    points = align(schools, crs, "schools").geometry
    xy = centre_xy(points)
    placed = np.isfinite(xy).all(axis=1)
    scale = _scale_metres(schools[placed], scale_km)
    return _Schools(ids[placed], xy[placed], enrolled[placed], scale, tuple(ids[~placed]))


def _scale_metres(schools: gpd.GeoDataFrame, scale_km: float | Mapping[str, float]) -> Floats:
    if isinstance(scale_km, Mapping):
        if "level" not in schools.columns:
            raise ValueError(
                "schools: the column 'level' is needed when scale_km differs by level."
            )
        unknown = sorted(set(schools["level"].astype("str")) - set(scale_km))
        if unknown:
            raise ValueError(f"scale_km gives no distance for the levels {', '.join(unknown)}.")
        metres = 1000 * schools["level"].map(dict(scale_km)).to_numpy(dtype=np.float64)
    else:
        metres = np.full(len(schools), 1000.0 * scale_km)
    if not ((metres > 0) & np.isfinite(metres)).all():
        raise ValueError(f"scale_km must be positive; it is {scale_km}.")
    return np.asarray(metres)


def _seed(sites: _Schools, origins: _Tracts, k: int) -> csr_array:
    k = min(k, len(origins.ids))
    shape = (len(sites.ids), len(origins.ids))
    if not len(sites.ids):
        return csr_array(shape)
    distance, column = cKDTree(origins.xy).query(sites.xy, k=np.arange(1, k + 1))
    # Only differences of distance matter within a school; this keeps far ones from vanishing.
    decay = np.exp(-(distance - distance[:, :1]) / sites.scale[:, None])
    cells = (decay * origins.children[column]).ravel()
    seed = csr_array((cells, column.ravel(), np.arange(0, k * shape[0] + 1, k)), shape=shape)
    seed.eliminate_zeros()
    seed.sort_indices()
    return seed


def _shares(
    seed: csr_array,
    active: NDArray[np.bool_],
    enrolled: Floats,
    children: Floats,
    tolerance: float,
    max_iterations: int,
) -> tuple[csr_array, Balance | None]:
    if not active.any():
        return _normalised(seed), None
    reached = np.isin(np.arange(len(children)), seed[active].indices)
    wanted = np.where(reached, children, 0.0)
    wanted *= enrolled[active].sum() / wanted.sum()
    fit = balance(
        seed[active], enrolled[active], wanted, tolerance=tolerance, max_iterations=max_iterations
    )
    order = np.argsort(np.concatenate([np.flatnonzero(active), np.flatnonzero(~active)]))
    return _normalised(vstack([fit.matrix, seed[~active]], format="csr")[order]), fit


def _normalised(matrix: csr_array) -> csr_array:
    return (diags_array(1.0 / matrix.sum(axis=1)) @ matrix).tocsr()


def _long(share: csr_array, sites: _Schools, origins: _Tracts) -> tuple[pd.DataFrame, float]:
    cells = share.tocoo()
    row, column = cells.row[cells.data > 0], cells.col[cells.data > 0]
    part = cells.data[cells.data > 0]
    students = part * np.where(sites.enrolled > 0, sites.enrolled, 0.0)[row]
    metres = np.hypot(*(sites.xy[row] - origins.xy[column]).T)
    total = students.sum()
    table = pd.DataFrame(
        {
            "school_id": sites.ids[row],
            "geoid": origins.ids[column],
            "share": part,
            "students": students,
        }
    )
    return table, float(students @ metres / total / 1000) if total else float("nan")

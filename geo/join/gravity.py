"""The gravity join: students come from near tracts with children, and the totals add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.join.balance import Balance, balance
from geo.join.candidates import (
    BY_LEVEL,
    Barrier,
    Candidates,
    GradeBands,
    Origins,
    Sites,
    distance_unit,
    nearest_tracts,
    read_places,
    table_tracts,
    told_apart,
)
from geo.join.decay import DecaySetting, by_level, functions

Floats = NDArray[np.float64]
# A compromise over levels. Exponential decay over an evenly settled plane gives a mean trip of
# twice the scale; the mean trip within New York City's zones is 0.42 km (elementary) and 0.99 km
# (middle), high schools draw from farther. `geo.join.scale` estimates it from flows that are known.
DEFAULT_SCALE_KM = 1.0
# High schools are few: with the grades apart, 40 tracts around each leave some tracts without one.
DEFAULT_K = 120
# Nobody's daily way to school: such a point is at sea, in another state, or mistyped.
FAR_KM = 50.0


@dataclass(frozen=True, eq=False)
class Trips:
    """The trips that are possible, in the sparse layout that all fits of one place share.

    Rows are `sites`, columns `origins`; `column, starts` are CSR, columns ascending; `metres` and
    `nearest` (of the school's nearest tract) hold a number a cell.
    """

    sites: Sites
    origins: Origins
    column: NDArray[np.intp]
    starts: NDArray[np.intp]
    metres: Floats
    nearest: Floats
    without_tracts: tuple[str, ...]

    @cached_property
    def row(self) -> NDArray[np.intp]:
        """School of each cell."""
        return np.repeat(np.arange(len(self.sites.ids)), np.diff(self.starts))

    @property
    def shape(self) -> tuple[int, int]:
        """Schools by tracts with children."""
        return len(self.sites.ids), len(self.origins.ids)

    def fall(self, scale: Floats, decay: DecaySetting) -> Floats:
        """Weigh each cell by how the draw of its school falls with distance; scale in metres."""
        fall = np.empty(len(self.metres))
        for function, chosen in functions(decay, self.sites.ids, self.sites.level):
            cell = slice(None) if chosen is None else chosen[self.row]
            fall[cell] = function.relative(
                self.metres[cell], self.nearest[cell], scale[self.row[cell]]
            )
        return fall

    def balanced(self, fall: Floats, **stopping: Any) -> tuple[Floats, tuple[Balance, ...]]:
        """Balance the cells to enrolments and children, and turn them to shares of each school.

        Each group of grade bands that some school tells apart is a table of its own: its schools'
        students in those grades by its tracts' children in them.

        Returns
        -------
        share : float array, one a cell
            Sums to 1 over a school.
        fits : tuple of Balance
            One for each group with students, columns as the tracts; empty when there are none.
        """
        taught, parts = self.sites.taught, self.origins.parts
        enrolled = np.where(self.sites.enrolled > 0, self.sites.enrolled, 0.0)
        cells, fits = np.zeros(len(fall)), []
        for group in told_apart(taught):
            children = self.origins.children * parts[:, group].sum(axis=1)
            part: Floats = taught[:, group].sum(axis=1)
            students = enrolled * part
            seed = np.where(part[self.row] > 0, fall * children[self.column], 0.0)
            fitted = self._fit(seed, students, children, stopping)
            cells += np.where(enrolled[self.row] > 0, 0.0, seed)
            if fitted is not None:
                used, fit = fitted
                cells[used] += fit.matrix.data
                fits.append(fit)
        total = np.bincount(self.row, cells, minlength=self.shape[0])
        bare = np.asarray(total[self.row] <= 0, dtype=np.bool_)
        if bare.any():  # no child of its grades is counted in reach
            cells[bare] = (fall * self.origins.children[self.column])[bare]
            total = np.bincount(self.row, cells, minlength=self.shape[0])
        return np.asarray(cells * (1.0 / total)[self.row]), tuple(fits)

    def _fit(
        self, seed: Floats, students: Floats, children: Floats, stopping: dict[str, Any]
    ) -> tuple[NDArray[np.bool_], Balance] | None:
        """Balance one table; schools without a child of its grades in reach take no part."""
        used = (students[self.row] > 0) & (seed > 0)
        length = np.bincount(self.row[used], minlength=self.shape[0])
        active = length > 0
        if not active.any():
            return None
        starts = np.concatenate([[0], np.cumsum(length[active])])
        matrix = csr_array(
            (seed[used], self.column[used], starts), shape=(int(active.sum()), self.shape[1])
        )
        reached = np.bincount(matrix.indices, minlength=self.shape[1]) > 0
        wanted = np.where(reached, children, 0.0)
        wanted *= students[active].sum() / wanted.sum()
        return used, balance(matrix, students[active], wanted, **stopping)


@dataclass(frozen=True, eq=False)
class GravityFit:
    """A gravity catchment and an account of how it was reached.

    Parameters
    ----------
    table : DataFrame
        Columns `school_id, geoid, share, students`; shares of a school sum to 1.
    iterations : int
        Balancing rounds made, of the bands of grades that needed most.
    converged, settled : bool
        Every reached tract received its scaled number of children of each band of grades within
        the tolerance; or more rounds would not bring the totals nearer.
    tract_error_max, tract_error_median : float
        Relative error of the reached tracts' totals, each band of grades on its own; NaN when
        nothing was balanced.
    mean_km : float
        Mean distance from school to tract centroid, over students; NaN without students. Minutes
        when the distances were supplied in minutes.
    not_located : tuple of str
        Schools left out because they have no point.
    not_balanced : tuple of str
        Schools with no or unknown enrolment: their shares are plain gravity, their students 0.
    unreached : tuple of str
        Tracts with children that are among no balanced school's nearest k.
    without_tracts : tuple of str
        Schools left out because no tract is open to them: none with children on their side of the
        barrier, or none in the table of distances.
    far_off : tuple of str
        Schools farther than `FAR_KM` from their nearest tract: at sea, or misplaced.
    unit : str
        "km", or "min" when the distances were supplied in minutes.
    pools : int
        Bands of grades balanced apart: 1 when no school tells them apart.
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
    without_tracts: tuple[str, ...] = ()
    far_off: tuple[str, ...] = ()
    unit: str = "km"
    pools: int = 1

    def summary(self) -> str:
        """Tell in one sentence how well the tract totals were met."""
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
            f"{self._oddities()}{len(self.not_balanced)} without enrolment, "
            f"{self.mean_km:.2f} {self.unit} on average."
        )

    def _oddities(self) -> str:
        oddities = [
            (self.without_tracts, "without a tract open to them"),
            (self.far_off, f"farther than {FAR_KM:g} km from any tract"),
        ]
        return "".join(f"{len(ids)} {words}, " for ids, words in oddities if ids)


def possible_trips(sites: Sites, origins: Origins, distance: str | pd.DataFrame, k: int) -> Trips:
    """Find the possible trips: k tracts a school, by straight lines or a supplied table."""
    if isinstance(distance, str):
        candidates = nearest_tracts(sites, origins, k)
    else:
        candidates = table_tracts(sites, origins, distance, k)
    length = np.bincount(candidates.row, minlength=len(sites.ids))
    open_to = length > 0
    starts = np.concatenate([[0], np.cumsum(length[open_to])])
    nearest = np.repeat(candidates.metres[starts[:-1]], length[open_to])
    order = _columns_ascending(candidates, starts)
    return Trips(
        sites.keep(open_to),
        origins,
        candidates.column[order],
        starts,
        candidates.metres[order],
        nearest,
        tuple(sites.ids[~open_to]),
    )


def fit_gravity(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    *,
    scale_km: float | Mapping[str, float] | pd.Series = DEFAULT_SCALE_KM,
    k: int = DEFAULT_K,
    decay: DecaySetting = "exponential",
    distance: str | pd.DataFrame = "auto",
    barrier: Barrier | None = None,
    private_share: float | pd.Series = 0.0,
    grades: GradeBands = BY_LEVEL,
    tolerance: float = 1e-3,
    max_iterations: int = 500,
) -> GravityFit:
    """Fit a doubly constrained gravity catchment.

    A school draws from the k nearest tracts that have children, in proportion to
    decay(distance, scale) times resident children; rows and columns are then balanced so that
    every school has exactly its enrolment and tracts approach their resident children, scaled to
    the same grand total. Schools compete only for children of the grades they teach: each band of
    grades is balanced on its own. Where no school has a level all children are one pool.

    Parameters
    ----------
    schools : GeoDataFrame
        `school_id` (index or column), `enrolled`, points; `level` where known: it says which
        grades a school teaches, and settings may differ by it.
    tracts : GeoDataFrame
        `geoid` (index or column), `children` (residents), polygons; where known
        `children_elementary`, `children_middle` and `children_high`, else children are spread
        evenly over the years of age. Distances go to the centroid, in the table's own metres or
        else in its UTM zone.
    scale_km : float, mapping from level to float, or Series by school_id
        Scale of the decay; of the exponential, the distance over which the draw of a school
        falls to 37 %. A rural county needs more than the default. Minutes when `distance` holds
        minutes.
    k : int
        Tracts that a school may draw from; all of them when there are fewer.
    decay : str, Decay, mapping from level to either, or Series by school_id
        "exponential", "power" or "tanner".
    distance : str or DataFrame
        "planar"; "great_circle" (on the sphere); "auto", which is planar unless the tracts come
        in degrees and span more than 12 of longitude; or a table `school_id, geoid, metres` (or
        `minutes`) of network distances, whose absent pairs cannot be travelled.
    barrier : Barrier or None
        A boundary that is not crossed, unless the school draws across it.
    private_share : float or Series by geoid
        Part of the resident children who attend none of the schools.
    grades : GradeBands
        Bands of grades, and which levels teach them; `ONE_POOL` lets all schools compete for all
        children.
    tolerance, max_iterations : float, int
        Relative error of a tract total that counts as met, and the most balancing rounds.

    Raises
    ------
    ValueError
        Tables that cannot be read, no tract with children, or parameters out of range.

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
    straight = distance if isinstance(distance, str) else "auto"
    places = read_places(
        schools,
        tracts,
        distance=straight,
        barrier=barrier,
        private_share=private_share,
        grades=grades,
    )
    trips = possible_trips(*places, distance, int(k))
    fall = trips.fall(_scale_metres(trips.sites, scale_km), decay)
    share, fits = trips.balanced(fall, tolerance=tolerance, max_iterations=max_iterations)
    return _account(trips, share, fits, "min" if _in_minutes(distance) else "km")


def _scale_metres(sites: Sites, scale_km: float | Mapping[str, float] | pd.Series) -> Floats:
    """Return the scale of each school in metres."""
    if isinstance(scale_km, pd.Series):
        metres: Floats = 1000 * scale_km.reindex(sites.ids).to_numpy(dtype=np.float64)
    else:
        metres = np.empty(len(sites.ids))
        for value, chosen in by_level(scale_km, sites.level, "scale_km"):
            metres[slice(None) if chosen is None else chosen] = 1000.0 * value
    wrong = ~((metres > 0) & np.isfinite(metres))
    if wrong.any():
        first = ", ".join(str(name) for name in sites.ids[wrong][:5])
        raise ValueError(f"scale_km must be positive; it is not at the schools {first}.")
    return metres


def _columns_ascending(candidates: Candidates, starts: NDArray[np.intp]) -> NDArray[np.intp]:
    places = np.arange(len(candidates.column))
    columns = int(candidates.column.max(initial=0)) + 1
    layout = csr_array((places, candidates.column.copy(), starts), shape=(len(starts) - 1, columns))
    layout.sort_indices()
    return np.asarray(layout.data, dtype=np.intp)


def _check_parameters(k: int, tolerance: float, max_iterations: int) -> None:
    if k != int(k) or k < 1:
        raise ValueError(f"k must be a whole number of tracts, at least 1; it is {k}.")
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must lie between 0 and 1; it is {tolerance}.")
    if max_iterations < 1:
        raise ValueError(f"max_iterations must be at least 1; it is {max_iterations}.")


def _in_minutes(distance: str | pd.DataFrame) -> bool:
    return isinstance(distance, pd.DataFrame) and distance_unit(distance) == "minutes"


def _account(trips: Trips, share: Floats, fits: Sequence[Balance], unit: str) -> GravityFit:
    sites, origins = trips.sites, trips.origins
    active = sites.enrolled > 0
    errors = [fit.column_error[fit.column_error >= 0] for fit in fits]
    error = np.concatenate(errors or [np.array([np.nan])])
    used = active[trips.row] & (share > 0)
    reached = np.bincount(trips.column[used], minlength=trips.shape[1]) > 0
    table, mean_km = _long(trips, share)
    far = trips.nearest[trips.starts[:-1]] > 1000 * FAR_KM
    return GravityFit(
        table=table,
        iterations=max((fit.iterations for fit in fits), default=0),
        converged=all(fit.converged for fit in fits),
        settled=all(fit.settled for fit in fits),
        tract_error_max=float(error.max()),
        tract_error_median=float(np.median(error)),
        mean_km=mean_km,
        not_located=sites.not_located,
        not_balanced=tuple(sites.ids[~active]),
        unreached=tuple(origins.ids[~reached]),
        without_tracts=trips.without_tracts,
        far_off=tuple(sites.ids[far]) if unit == "km" else (),
        unit=unit,
        pools=max(1, len(fits)),
    )


def _long(trips: Trips, share: Floats) -> tuple[pd.DataFrame, float]:
    held = share > 0
    row, column, part = trips.row[held], trips.column[held], share[held]
    students = part * np.where(trips.sites.enrolled > 0, trips.sites.enrolled, 0.0)[row]
    total = students.sum()
    table = pd.DataFrame(
        {
            "school_id": trips.sites.ids[row],
            "geoid": trips.origins.ids[column],
            "share": part,
            "students": students,
        }
    )
    mean_km = float(students @ trips.metres[held] / total / 1000) if total else float("nan")
    return table, mean_km

"""The zones join: a school's students live in its attendance zone, as its children do."""

import re
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array

from geo.inputs import counts, labels
from geo.join.candidates import BY_LEVEL
from geo.join.gravity import GravityFit, fit_gravity
from geo.join.zone_children import (
    BANDS,
    Entry,
    ZoneTable,
    bands,
    children_in_zones,
    entries,
    read_land,
    read_zones,
)

Floats = NDArray[np.float64]
UNZONED_TYPES = re.compile(
    r"charter|magnet|special ed|alternative|transfer|career|technical|vocational|virtual|online"
    r"|home",
    re.IGNORECASE,
)
COLUMNS = ["school_id", "geoid", "share", "students"]


@dataclass(frozen=True, eq=False)
class ZoneSchools:
    """Schools, located or not: `enrolled` is 0 where unknown, `level` then "unknown".

    `free` marks types that no zone binds: charter, special education, alternative, virtual.
    """

    ids: pd.Index
    enrolled: Floats
    level: pd.Series
    school_type: pd.Series
    free: pd.Series


@dataclass(frozen=True, eq=False)
class ZonesFit:
    """A catchment made of attendance zones, with gravity for the schools that have none.

    Parameters
    ----------
    table : DataFrame
        Columns `school_id, geoid, share, students`; shares of a school sum to 1.
    method : Series of str
        By school_id: "zones", "gravity", or "none" for a school that could not be joined.
    why : Series of str
        By school_id: the reason in plain words.
    ledger : tuple of (action, reason, ids)
        What was repaired, dropped and kept among zones, tracts and schools.
    gravity : GravityFit or None
        Account of the gravity part; None when no located school needed it.
    pieces : int
        Pieces of a zone in a tract.
    """

    table: pd.DataFrame
    method: pd.Series
    why: pd.Series
    ledger: tuple[Entry, ...]
    gravity: GravityFit | None
    pieces: int

    def summary(self) -> str:
        """Tell in one sentence how many schools each method serves."""
        number = self.method.value_counts()
        return (
            f"{number.get('zones', 0):,} schools by their attendance zones, "
            f"{number.get('gravity', 0):,} by gravity, {number.get('none', 0):,} not joined."
        )


def draws_across(schools: pd.DataFrame) -> pd.Series:
    """Say by school_id which schools are of a type (`school_type`) that no zone binds.

    Examples
    --------
    >>> draws_across(pd.DataFrame({"school_type": ["Magnet", None]}, index=["a", "b"])).to_dict()
    {'a': True, 'b': False}
    """
    ids = labels(schools, "school_id")
    if "school_type" not in schools.columns:
        return pd.Series(False, index=ids)
    said = schools["school_type"].astype("object").fillna("").astype("str")
    return pd.Series([UNZONED_TYPES.search(one) is not None for one in said], index=ids, dtype=bool)


def fit_zones(
    schools: pd.DataFrame,
    tracts: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    uninhabited: gpd.GeoDataFrame | None = None,
    zoned_share: float | pd.Series = 1.0,
    **gravity: Any,
) -> ZonesFit:
    """Join schools to the tracts of their attendance zones, the others by gravity.

    The children of a tract are spread evenly over its area (less `uninhabited`); a school draws
    from each tract in proportion to the children that live in its zone there. The schools of one
    zone share its children by enrolment, a school of several zones adds them up, and children
    where zones for the same grades overlap are split evenly between those. Elementary, middle and
    high zones are weighted by the part of the children in their grades (6, 3 and 4 of 13).

    Schools without a zone (no zone names them, its level is not theirs, or their type draws from
    everywhere: charter, special education, alternative, ...) follow the gravity model, and with
    them the students of zoned schools who chose their school (`zoned_share` below 1). It is fitted
    to the children whom the zones leave: grade band by band, a tract's children (scaled to the
    students of all schools) less the students already placed there, never below 0.

    Parameters
    ----------
    schools : DataFrame or GeoDataFrame
        `school_id` (index or column), `enrolled`; `level`, `school_type` and points where known.
    tracts : GeoDataFrame
        `geoid` (index or column), `children`, polygons.
    zones : GeoDataFrame
        `zone_id, school_id, level` and polygons, in any declared coordinate reference system.
    uninhabited : GeoDataFrame, optional
        Parks and water where nobody lives; a tract wholly inside is left as it is.
    zoned_share : float or Series by school_id
        Part of a zoned school's students who live in its zone, 0 to 1; `estimate_scale` finds it
        from flows. A school without a point has all of them there.
    **gravity
        Passed to `fit_gravity`.

    Raises
    ------
    ValueError
        Tables that cannot be read, an unknown level, a `zoned_share` outside 0 to 1, or schools
        for gravity where no tract has children.

    References
    ----------
    Wright, J. K. (1936), Geographical Review 26, 103-110 (dasymetric mapping).
    Goodchild, M. F. and Lam, N. S.-N. (1980), Geo-Processing 1, 297-312, eq. 1.

    Examples
    --------
    >>> from shapely import box
    >>> tracts = gpd.GeoDataFrame(
    ...     {"children": [10.0, 30.0]}, index=["w", "e"], crs=32618,
    ...     geometry=[box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)])
    >>> schools = pd.DataFrame({"enrolled": [20], "level": ["elementary"]}, index=["s1"])
    >>> zones = gpd.GeoDataFrame(
    ...     {"zone_id": ["z1"], "school_id": ["s1"], "level": ["elementary"]}, crs=32618,
    ...     geometry=[box(0, 0, 1500, 1000)])
    >>> made = fit_zones(schools, tracts, zones).table
    >>> made[["geoid", "share", "students"]].round(9).values.tolist()
    [['w', 0.4, 8.0], ['e', 0.6, 12.0]]
    """
    sites, land = _read_schools(schools), read_land(tracts, uninhabited)
    ready = read_zones(zones, sites.level, land.crs)
    counted = children_in_zones(ready, land)
    free = ready.links["school_id"].map(sites.free).astype(bool)
    drawn = _children_drawn(ready.links[~free], ready.zones["level"], sites, counted.weights)
    reach = np.asarray(drawn.sum(axis=1), dtype=np.float64)
    zoned = reach > 0
    share = (diags_array(np.divide(1.0, reach, out=reach * 0, where=zoned)) @ drawn).tocsr()
    part = np.where(zoned, _zoned_part(zoned_share, sites.ids, schools), 0.0)
    children = land.children[:, None] * land.parts
    left = _children_left(share, part * sites.enrolled, sites, children)
    geoids = labels(tracts, "geoid")
    fit = _gravity(schools, part, tracts.set_axis(geoids), _table(left, land.ids, geoids), gravity)
    table = _mixed(_long(share, sites, land.ids), None if fit is None else fit.table, part, sites)
    table = _ordered(table, sites.ids, land.ids)
    method, why = _account(sites, ready, part, zoned, sites.ids.isin(table["school_id"]))
    return ZonesFit(
        table=table,
        method=method,
        why=why,
        ledger=(*land.ledger, *ready.ledger, *counted.ledger, *_told(sites, ready, method)),
        gravity=fit,
        pieces=counted.pieces,
    )


def _read_schools(schools: pd.DataFrame) -> ZoneSchools:
    """Read the schools of the zones join."""
    ids, enrolled = labels(schools, "school_id"), counts(schools, "enrolled", "schools")

    def words(name: str, default: str) -> pd.Series:
        column = schools[name] if name in schools.columns else pd.Series(default, index=ids)
        text = column.astype("object").fillna(default).astype("str")
        return pd.Series(text.to_numpy(), index=ids)

    kind = words("school_type", "")
    students = np.where(enrolled > 0, enrolled, 0.0)
    return ZoneSchools(ids, students, words("level", "unknown"), kind, draws_across(schools))


def _children_drawn(
    links: pd.DataFrame, zone_level: pd.Series, sites: ZoneSchools, weights: dict[str, csr_array]
) -> csr_array:
    """Add up the children of each school's zones, (S, T), in the grades that both of them serve.

    Children of a zone are divided between its schools by enrolment; a school without students
    takes nothing from the others, its own part only gives it shares.
    """
    row = sites.ids.get_indexer(links["school_id"])
    zone = links["zone"].to_numpy(dtype=np.intp)
    both = [
        bands(one) & bands(two)
        for one, two in zip(sites.level.iloc[row], zone_level.iloc[zone], strict=True)
    ]
    total = csr_array((len(sites.ids), next(iter(weights.values())).shape[1]))
    for band, children in weights.items():
        here = np.array([band in each for each in both], dtype=bool)
        part = _parts(zone[here], sites.enrolled[row[here]])
        shape = (len(sites.ids), children.shape[0])
        total = total + coo_array((part, (row[here], zone[here])), shape=shape).tocsr() @ children
    return total.tocsr()


def _parts(zone: NDArray[np.intp], enrolled: Floats) -> Floats:
    """Divide each zone between its schools by enrolment."""
    size = int(zone.max(initial=-1)) + 1
    number, total = np.bincount(zone, minlength=size), np.bincount(zone, enrolled, minlength=size)
    even = 1.0 / np.maximum(number, 1)[zone]
    return np.divide(enrolled, total[zone], out=even, where=enrolled > 0)


def _children_left(
    share: csr_array, students: Floats, sites: ZoneSchools, children: Floats
) -> Floats:
    """Count the children, (T, bands), who are not yet in a school by its zone.

    Children of a band are scaled to the students in it, as the gravity join does: not all of them
    attend these schools. All children of a band count of which the zones leave none anywhere.
    """
    taught = BY_LEVEL.taught(sites.level)
    wanted, counted = sites.enrolled @ taught, children.sum(axis=0)
    scale = np.divide(wanted, counted, out=np.ones(len(counted)), where=(wanted * counted) > 0)
    left = np.maximum(children * scale - share.T @ (taught * students[:, None]), 0.0)
    return np.asarray(np.where(left.sum(axis=0) > 0, left, children))


def _located(schools: pd.DataFrame) -> NDArray[np.bool_]:
    if not isinstance(schools, gpd.GeoDataFrame) or schools.active_geometry_name is None:
        return np.zeros(len(schools), dtype=np.bool_)
    return np.asarray(~(schools.geometry.isna() | schools.geometry.is_empty), dtype=np.bool_)


def _zoned_part(zoned_share: float | pd.Series, ids: pd.Index, schools: pd.DataFrame) -> Floats:
    """Read the part of each school's students who live in its zone."""
    if not isinstance(zoned_share, pd.Series):
        zoned_share = pd.Series(zoned_share, index=ids)
    by_school = zoned_share.reindex(ids)
    part: Floats = by_school.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~((part >= 0) & (part <= 1))
    if wrong.any():
        raise ValueError(
            f"zoned_share must lie between 0 and 1; it does not at {int(wrong.sum())} schools, "
            f"first at {ids[wrong][0]}."
        )
    return np.where(_located(schools), part, 1.0)


def _table(left: Floats, ids: pd.Index, geoids: pd.Index) -> pd.DataFrame:
    """Name the children left in each tract: in all, and by band of grades."""
    named = pd.DataFrame(left, index=ids, columns=[f"children_{band}" for band in BANDS])
    return named.assign(children=named.sum(axis=1)).reindex(geoids)


def _gravity(
    schools: pd.DataFrame,
    part: Floats,
    tracts: gpd.GeoDataFrame,
    left: pd.DataFrame,
    parameters: dict[str, Any],
) -> GravityFit | None:
    rest = part < 1
    if not (_located(schools) & rest).any():
        return None
    enrolled = counts(schools, "enrolled", "schools") * (1 - part)
    return fit_gravity(schools.assign(enrolled=enrolled)[rest], tracts.assign(**left), **parameters)


def _mixed(
    zoned: pd.DataFrame, drawn: pd.DataFrame | None, part: Floats, sites: ZoneSchools
) -> pd.DataFrame:
    """Put the students of a zone and those drawn by distance together, school by school."""
    if drawn is None:
        return zoned
    inside = zoned.assign(share=zoned["share"] * part[sites.ids.get_indexer(zoned["school_id"])])
    away = 1 - part[sites.ids.get_indexer(drawn["school_id"])]
    outside = drawn.assign(share=drawn["share"] * away)
    both = pd.concat([inside[inside["share"] > 0], outside], ignore_index=True)
    table = both.groupby(["school_id", "geoid"], as_index=False, sort=False)["share"].sum()
    table["share"] /= table.groupby("school_id")["share"].transform("sum")
    students = sites.enrolled[sites.ids.get_indexer(table["school_id"])]
    return table.assign(students=table["share"] * students)


def _long(share: csr_array, sites: ZoneSchools, geoids: pd.Index) -> pd.DataFrame:
    cells = share.tocoo()
    here = cells.data > 0
    row, part = cells.row[here], cells.data[here]
    columns = [sites.ids[row], geoids[cells.col[here]], part, part * sites.enrolled[row]]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _ordered(table: pd.DataFrame, ids: pd.Index, geoids: pd.Index) -> pd.DataFrame:
    order = np.lexsort((geoids.get_indexer(table["geoid"]), ids.get_indexer(table["school_id"])))
    return table.iloc[order].reset_index(drop=True)


def _account(
    sites: ZoneSchools,
    ready: ZoneTable,
    part: Floats,
    zoned: NDArray[np.bool_],
    joined: NDArray[np.bool_],
) -> tuple[pd.Series, pd.Series]:
    """Name the method of each school, and why it is that one."""
    why = pd.Series("No zone names it.", index=sites.ids, dtype="object")
    linked = sites.ids.isin(ready.links["school_id"])
    why[linked] = "No resident children are counted in its zone."
    misfits = pd.Series(ready.misfits, dtype="object")
    why.update(misfits[~misfits.index.isin(ready.links["school_id"])])
    free = sites.free.to_numpy()
    why[free] = "Schools of its type (" + sites.school_type[free] + ") draw from everywhere."
    why[zoned] = "Its attendance zone is known."
    mixed = zoned & (part < 1)
    why[mixed] = [
        f"Its zone is known; {one:.0%} of its students live there." for one in part[mixed]
    ]
    why[~joined] = why[~joined] + " It has no point either: not joined."
    method = np.select([zoned, joined], ["zones", "gravity"], "none")
    return pd.Series(method, index=sites.ids, dtype="str"), why.astype("str")


def _told(sites: ZoneSchools, ready: ZoneTable, method: pd.Series) -> tuple[Entry, ...]:
    linked = method.index.isin(ready.links["school_id"])
    free = sites.free.to_numpy()
    unknown = sites.level.isin(["unknown", "ungraded"]).to_numpy()
    by_zone, not_joined = (method == "zones").to_numpy(), (method == "none").to_numpy()
    empty = linked & ~free & ~by_zone
    reasons = [
        ("kept", "Named by a zone, but its type draws from everywhere: zone not used.", free),
        ("kept", "Level not known: taken to serve the grades of its zone.", unknown & by_zone),
        ("kept", "No resident children are counted in its zone: zone not used.", empty),
    ]
    ledger = [entries(action, why, method.index[linked & hit]) for action, why, hit in reasons]
    ledger.append(entries("dropped", "No zone and no point: not joined.", method.index[not_joined]))
    return tuple(each for group in ledger for each in group)

"""The schools of the zones join: what they draw from their zones, and what they leave."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from geo.inputs import counts, labels
from geo.join.grades import BY_LEVEL
from geo.join.zone_table import bands

Floats = NDArray[np.float64]

UNZONED_TYPES = re.compile(
    r"charter|magnet|special ed|alternative|transfer|career|technical|vocational|virtual|online"
    r"|home",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class ZoneSchools:
    """Schools, located or not, each Series by school_id.

    Parameters
    ----------
    ids : Index of str
        Schools in the order of their table.
    enrolled : array, shape (S,)
        Students; 0 where they are not known.
    level : Series of str
        "unknown" where it is not given.
    school_type : Series of str
        The publisher's words.
    free : Series of bool
        Types that no zone binds: charter, special education, alternative, virtual and the like.
    """

    ids: pd.Index
    enrolled: Floats
    level: pd.Series
    school_type: pd.Series
    free: pd.Series


def read_schools(schools: pd.DataFrame) -> ZoneSchools:
    """Read the schools of the zones join.

    Parameters
    ----------
    schools : DataFrame
        `school_id` (index or column), `enrolled`; `level` and `school_type` where known.

    Returns
    -------
    ZoneSchools

    Raises
    ------
    ValueError
        Missing columns, repeated ids, negative enrolment.

    Examples
    --------
    >>> kinds = ["General Academic", "Charter School"]
    >>> schools = pd.DataFrame({"enrolled": [3, None], "school_type": kinds}, index=["a", "b"])
    >>> read_schools(schools).free.to_dict()
    {'a': False, 'b': True}
    """
    ids, enrolled = labels(schools, "school_id"), counts(schools, "enrolled", "schools")

    def words(name: str, default: str) -> pd.Series:
        given = schools[name] if name in schools.columns else pd.Series(default, index=ids)
        return pd.Series(given.astype("object").fillna(default).astype("str").to_numpy(), index=ids)

    kind = words("school_type", "")
    students = np.where(enrolled > 0, enrolled, 0.0)
    return ZoneSchools(ids, students, words("level", "unknown"), kind, draws_across(schools))


def draws_across(schools: pd.DataFrame) -> pd.Series:
    """Say which schools are of a type that no zone binds.

    Parameters
    ----------
    schools : DataFrame
        `school_id` (index or column), `school_type` where known.

    Returns
    -------
    Series of bool by school_id

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


def children_drawn(
    links: pd.DataFrame, zone_level: pd.Series, sites: ZoneSchools, weights: dict[str, csr_array]
) -> csr_array:
    """Add up the children of each school's zones, in the grades that both of them serve.

    Parameters
    ----------
    links : DataFrame
        `zone` (row of the weights) and `school_id`.
    zone_level : Series of str
        Level of each zone, by row.
    sites : ZoneSchools
        Schools.
    weights : dict from band to csr_array, shape (zones, T)
        Children of the band in each zone and tract.

    Returns
    -------
    csr_array, shape (S, T)
        Children, those of a zone divided between its schools by enrolment.
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
    """Divide each zone between its schools by enrolment.

    A school without students takes nothing from the others; its own part only gives it shares.
    """
    size = int(zone.max(initial=-1)) + 1
    number, total = np.bincount(zone, minlength=size), np.bincount(zone, enrolled, minlength=size)
    even = 1.0 / np.maximum(number, 1)[zone]
    return np.divide(enrolled, total[zone], out=even, where=enrolled > 0)


def children_left(
    share: csr_array, students: Floats, sites: ZoneSchools, children: Floats
) -> Floats:
    """Count the children of each tract and band who are not yet in a school by its zone.

    Children of a band are scaled to the students in it, as the gravity join does: not all of them
    attend these schools.

    Parameters
    ----------
    share : csr_array, shape (S, T)
        Shares of the zoned schools; other rows are empty.
    students : array, shape (S,)
        Students whom the zones place.
    sites : ZoneSchools
        Schools; their levels tell the bands of their students.
    children : array, shape (T, bands)
        Resident children.

    Returns
    -------
    float array, shape (T, bands)
        At least 0 in each cell; all children of a band of which the zones leave none anywhere.
    """
    taught = BY_LEVEL.taught(sites.level)
    wanted, counted = sites.enrolled @ taught, children.sum(axis=0)
    scale = np.divide(wanted, counted, out=np.ones(len(counted)), where=(wanted * counted) > 0)
    left = np.maximum(children * scale - share.T @ (taught * students[:, None]), 0.0)
    return np.asarray(np.where(left.sum(axis=0) > 0, left, children))

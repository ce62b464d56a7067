"""The schools of the zones join: what they draw from their zones, and what they leave."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from geo.inputs import counts, labels
from geo.zone_table import BANDS, bands

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
    free = kind.map(lambda said: UNZONED_TYPES.search(said) is not None).astype(bool)
    return ZoneSchools(ids, students, words("level", "unknown"), kind, free)


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


def children_left(share: csr_array, sites: ZoneSchools, children: Floats) -> Floats:
    """Count the children of each tract who are not yet in a zoned school, band by band.

    Parameters
    ----------
    share : csr_array, shape (S, T)
        Shares of the zoned schools; other rows are empty.
    sites : ZoneSchools
        Schools; their levels tell which bands are in play.
    children : array, shape (T,)
        Resident children.

    Returns
    -------
    float array, shape (T,)
        At least 0 in each tract; all children when the zoned schools leave none anywhere.
    """
    served = [bands(level) for level in sites.level]
    grades = np.array([[BANDS[band] * (band in each) for band in BANDS] for each in served], float)
    grades = grades.reshape(len(served), len(BANDS))
    present = np.array(list(BANDS.values())) * (grades > 0).any(axis=0)
    own = grades / grades.sum(axis=1, keepdims=True)
    placed = share.T @ (own * sites.enrolled[:, None])
    open_places = children[:, None] * present / max(present.sum(), 1) - placed
    left = np.maximum(open_places, 0.0).sum(axis=1)
    return np.asarray(left if left.sum() > 0 else children)

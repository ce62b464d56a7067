"""A group beside comparable tracts and random groups, its schools beside what is predicted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from analytics.drivers.random_groups import Profiles
from analytics.inputs import Bools

SERVES = 0.10
"""Least part of a school's students in the group's tracts for it to count as one of its schools."""
CHOOSE: Mapping[str, str] = MappingProxyType(
    {
        r"charter": "charter",
        r"magnet": "magnet",
        r"admission|exam|\btest|screened|selective|gifted|speciali[sz]ed": "admission by test",
    }
)
"""Words of a publisher's type of school, and what they say: students apply or are chosen."""
ASSIGNED: Mapping[str, str] = MappingProxyType(
    {
        r"special ed": "special education",
        r"transfer": "transfer",
        r"alternative|juvenile|hospital|home": "alternative",
        r"virtual|online": "virtual",
        r"adult": "adults",
    }
)
"""The same of schools for one kind of students."""
THIRDS = 3
FEWEST = 20
Likeness = Literal["density and child share", "density", "children", "anything"]
FEWEST_GROUPS = 20
"""Fewest random groups with more absence than expected for a share of them to be told."""
HARDER_SIDE = {"higher is harder": 1, "lower is harder": -1}


@dataclass(frozen=True, eq=False)
class Comparable:
    """Stratum of every tract, and how alike the tracts of a stratum are.

    Attributes
    ----------
    stratum : Series
        By geoid: tracts are compared within it; missing where no child lives.
    by : str
        What the tracts of a stratum share.
    coarser : tuple of (likeness, int), optional
        The next finer likeness, and the fewest tracts that a part of the group would then have to
        stand beside; None where nothing finer was tried.
    has_residents : bool
        Whether it is known how many people live in the tracts.
    """

    stratum: pd.Series
    by: Likeness
    coarser: tuple[Likeness, int] | None = None
    has_residents: bool = True


@dataclass(frozen=True, eq=False)
class Strengths:
    """Schools beside what is predicted for them, see `analytics.drivers.outliers.doing_better`.

    Attributes
    ----------
    schools : DataFrame
        Index `school_id`, schools that may be shown: the result with the school's own columns;
        `rate_low, rate_high` is the interval of the rate, `low, high` the funnel, `here` the part
        of the school's students in the group's tracts under the chosen join; `chooses` how its
        students come where its type says so, else "", see `chooses`.
    by : str
        What the prediction is made from beside size and type: "drivers" of the tracts a school
        serves and its level, or its "level" alone.
    drivers : int
        Drivers behind the prediction.
    knows_choice : bool
        Whether the place's types tell any school that chooses its students.
    """

    schools: pd.DataFrame
    by: Literal["drivers", "level"]
    drivers: int
    knows_choice: bool = False

    def compared(self) -> pd.DataFrame:
        """Schools with a prediction; without one there is no funnel to lie in."""
        return self.schools[self.schools["state"].eq("compared")]

    def alike(self) -> pd.DataFrame:
        """Give those of them whose type does not say that they choose, or are for some."""
        table = self.compared()
        return table[table["chooses"].eq("")]

    def of_group(self) -> pd.DataFrame:
        """Schools with a prediction, of no special type, that serve the group's tracts."""
        table = self.alike()
        return table[table["here"] >= SERVES]

    def shown(self) -> pd.DataFrame:
        """Schools that pass the false-discovery rate or lie below the funnel.

        Those that serve the group come first; among them, and among the rest, those that pass.
        Schools that choose their students are not among them: see `apart`.
        """
        return self._below(self.alike())

    def apart(self) -> pd.DataFrame:
        """List the same of the schools that choose their students, or are for some."""
        table = self.compared()
        return self._below(table[table["chooses"].ne("")])

    def _below(self, table: pd.DataFrame) -> pd.DataFrame:
        passed = table["class"].str.startswith("doing better")
        below = table[passed | table["outside"].eq("below")]
        order = np.lexsort((below["z"], ~passed[below.index], below["here"] < SERVES))
        return below.iloc[order]


def chooses(types: pd.Series) -> pd.Series:
    """Tell how students come to schools of a recorded type; "" where the type does not say.

    Examples
    --------
    >>> chooses(pd.Series(["Charter School", "Special Education", "General"])).tolist()
    ['charter', 'special education', '']
    """
    return types.map(lambda text: _said(text, {**CHOOSE, **ASSIGNED})).astype("str")


def knows_choice(types: pd.Series) -> bool:
    """Say whether any recorded type tells that a school chooses its students."""
    return bool(types.map(lambda text: _said(text, CHOOSE) != "").any())


def _said(text: str, words: Mapping[str, str]) -> str:
    said = (word for rule, word in words.items() if re.search(rule, str(text), re.IGNORECASE))
    return next(said, "")


def comparable(
    residents: pd.Series, children: pd.Series, km2: pd.Series, clusters: pd.Series
) -> Comparable:
    """Put tracts into strata fine enough to be alike and coarse enough to compare within.

    Parameters
    ----------
    residents, children : Series
        All residents and children of 5 to 17 by tract; NaN where unknown.
    km2 : Series
        Area of each tract.
    clusters : Series
        The group's tracts have a value; tracts to compare with have none. Tracts of other groups
        are not in it.

    Returns
    -------
    Comparable
        Thirds of density by thirds of child share; without child share, then without density,
        where any part of the group would have fewer than `FEWEST` tracts to compare with. Thirds
        of the number of children where no residents are known.
    """
    living = children.astype(float).where(children > 0)
    people = residents.astype(float).where((residents > 0) & living.notna())
    coarser: tuple[Likeness, int] | None = None
    has_residents = bool(people.notna().any())
    ways: dict[Likeness, pd.Series]
    if has_residents:
        density = thirds(people / km2)
        ways = {
            "density and child share": THIRDS * density + thirds(living / people),
            "density": density,
        }
    else:
        ways = {"children": thirds(living)}
    for by, stratum in ways.items():
        fewest = _fewest(stratum, living, clusters)
        if fewest >= FEWEST:
            return Comparable(stratum, by, coarser, has_residents)
        coarser = (by, fewest)
    return Comparable(living.where(living.isna(), 1.0), "anything", coarser, has_residents)


def thirds(values: pd.Series) -> pd.Series:
    """Third of the tracts by a figure: 1 (lowest), 2 or 3; NaN where it is not known."""
    return np.ceil(values.rank(pct=True) * THIRDS)


def _fewest(stratum: pd.Series, living: pd.Series, clusters: pd.Series) -> int:
    """Fewest tracts to compare with in any stratum of the group where children live."""
    codes = stratum.reindex(clusters.index).fillna(-1.0)  # unknown is a stratum of its own
    lived = living.reindex(clusters.index).notna()
    own = codes[clusters.notna() & lived].unique()
    others = codes[clusters.isna() & lived].value_counts().reindex(own, fill_value=0)
    return int(others.min()) if len(others) else 0


@dataclass(frozen=True, eq=False)
class RandomGroups:
    """How common what a group shows is among random groups of its size.

    Attributes
    ----------
    groups, high : int
        Random groups, and those of them with more absence than expected.
    as_many, as_many_high : float
        Share of either with as many conditions harder than in comparable tracts; NaN without any,
        and of the latter where they are fewer than `FEWEST_GROUPS`.
    drivers : DataFrame
        Index driver: `as_far, as_far_high`, share of either that lies as far from comparable
        tracts on the same side.
    """

    groups: int
    high: int
    as_many: float
    as_many_high: float
    drivers: pd.DataFrame


def beside_random(profile: pd.DataFrame, profiles: Profiles, high: Bools) -> RandomGroups:
    """Compare a group's profile with those of random groups.

    Parameters
    ----------
    profile : DataFrame
        Index driver: `conclusion`, `difference`, `direction`.
    profiles : Profiles
        Of the random groups.
    high : array of bool
        Random groups with more absence than expected.
    """
    table = profile.reindex(profiles.drivers)
    harder = table["direction"].map(HARDER_SIDE).fillna(0).astype(int).to_numpy()
    said = table["conclusion"].map({"above comparable places": 1, "below comparable places": -1})
    many = profiles.as_many(harder, int((said.eq(harder) & (harder != 0)).sum()))
    far = profiles.as_far(table["difference"].astype(float))
    known = table["difference"].notna().to_numpy()
    shares = {
        "as_far": np.where(known, _share(far), np.nan),
        "as_far_high": np.where(known, _share(far[high], FEWEST_GROUPS), np.nan),
    }
    return RandomGroups(
        len(many),
        int(high.sum()),
        float(_share(many)),
        float(_share(many[high], FEWEST_GROUPS)),
        pd.DataFrame(shares, index=profiles.drivers),
    )


def _share(marks: Bools, fewest: int = 1) -> np.ndarray:
    """Share of groups marked, down the first axis; NaN when they are too few."""
    if len(marks) < fewest:
        return np.full(marks.shape[1:], np.nan)
    return np.asarray(marks.mean(axis=0))

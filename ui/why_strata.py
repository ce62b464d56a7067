"""Which tracts a group is compared with: as urban as its own, with as many children among all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from ui.words.numbers import plural

THIRDS = 3
FEWEST = 20
Likeness = Literal["density and child share", "density", "children", "anything"]
LIKE: Mapping[Likeness, str] = MappingProxyType(
    {
        "density and child share": (
            "in the same third of tracts by residents per km² and in the same third by the part of"
            " residents who are 5 to 17 years old"
        ),
        "density": "in the same third of tracts by residents per km²",
        "children": "in the same third of tracts by the number of children who live there",
        "anything": "anywhere in the place",
    }
)


@dataclass(frozen=True, eq=False)
class Comparable:
    """Stratum of every tract, and how alike the tracts of a stratum are.

    Attributes
    ----------
    stratum : Series
        By geoid: tracts are compared within it; missing where no child lives.
    by : str
        What the tracts of a stratum share, a key of `LIKE`.
    note : str
        Why not more, in words; "" where it is all that is wanted.
    """

    stratum: pd.Series
    by: Likeness
    note: str = ""

    def words(self) -> str:
        """Say on screen what is compared with what."""
        return " ".join(filter(None, (_sentence(self.by), self.note)))


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
    note = ""
    ways: dict[Likeness, pd.Series]
    if people.notna().any():
        density = thirds(people / km2)
        ways = {
            "density and child share": THIRDS * density + thirds(living / people),
            "density": density,
        }
    else:
        note = "How many people live in a tract is not known here, so density is not used."
        ways = {"children": thirds(living)}
    for by, stratum in ways.items():
        fewest = _fewest(stratum, living, clusters)
        if fewest >= FEWEST:
            return Comparable(stratum, by, note)
        note = _coarser(by, fewest)
    return Comparable(living.where(living.isna(), 1.0), "anything", note)


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


def _sentence(by: Likeness) -> str:
    return (
        "Comparable tracts lie outside every hot group; each tract of the group is set beside those"
        f" {LIKE[by]}."
    )


def _coarser(by: Likeness, fewest: int) -> str:
    """Say why a finer likeness is not used."""
    return (
        f"Compared {LIKE[by]}, a part of the group would have only {plural(fewest, 'tract')} to"
        f" stand beside, fewer than {FEWEST}, so the comparison is coarser."
    )

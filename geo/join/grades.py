"""Bands of grades: which schools compete for the same children."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.inputs import counts

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class GradeBands:
    """Bands of grades, and the bands that each level of school teaches.

    A school of several bands has its students in proportion to their years. A level that is not
    named teaches all bands.

    Parameters
    ----------
    years : mapping from band to int
        Single years of age, which the children of a tract are spread over evenly where nothing
        better is known.
    levels : mapping from level to tuple of bands
        What each level teaches.

    Examples
    --------
    >>> two = GradeBands({"lower": 8, "upper": 4}, {"primary": ("lower",), "high": ("upper",)})
    >>> two.taught(pd.Series(["high", "academy"])).round(2).tolist()
    [[0.0, 1.0], [0.67, 0.33]]
    """

    years: Mapping[str, int]
    levels: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        """Refuse bands that no child could be in."""
        if not self.years or not all(number > 0 for number in self.years.values()):
            raise ValueError("Bands of grades need at least one band, each of 1 year or more.")
        wrong = [name for name, own in self.levels.items() if not own or set(own) - set(self.years)]
        if wrong:
            raise ValueError(f"Levels that teach no band, or an unknown one: {', '.join(wrong)}.")

    def of(self, level: str) -> tuple[str, ...]:
        """Name the bands that a level teaches."""
        return self.levels.get(level, tuple(self.years))

    def taught(self, levels: pd.Series) -> Floats:
        """Part of a school's students in each band, (schools, bands); a missing level has all."""
        names = levels.astype("object").fillna("").astype("str")
        served = np.array(
            [
                [number * (band in self.of(name)) for band, number in self.years.items()]
                for name in names
            ],
            dtype=np.float64,
        ).reshape(len(names), len(self.years))
        return np.asarray(served / served.sum(axis=1, keepdims=True))

    def parts(self, tracts: pd.DataFrame) -> Floats:
        """Part of a tract's children in each band, (tracts, bands), rows summing to 1.

        As counted in columns `children_<band>`, or even by year of age where these are absent or
        the tract's counts are missing or all 0.

        Raises
        ------
        ValueError
            Columns for some bands only, or a count that is negative or infinite.

        Examples
        --------
        >>> counted = pd.DataFrame(
        ...     {"children_elementary": [6.0], "children_middle": [0.0], "children_high": [2.0]})
        >>> BY_LEVEL.parts(counted).tolist()
        [[0.75, 0.0, 0.25]]
        """
        even = np.array(list(self.years.values()), dtype=np.float64) / sum(self.years.values())
        names = [f"children_{band}" for band in self.years]
        counted = [name for name in names if name in tracts.columns]
        if not counted:
            return np.tile(even, (len(tracts), 1))
        if len(counted) < len(names):
            absent = ", ".join(name for name in names if name not in counted)
            raise ValueError(f"tracts: children by band of grades need the columns {absent} too.")
        children = np.column_stack([counts(tracts, name, "tracts") for name in names])
        total = children.sum(axis=1, keepdims=True)
        return np.where(total > 0, children / np.where(total > 0, total, 1.0), even)


def told_apart(taught: Floats) -> list[Flags]:
    """Group the bands that no school tells apart, those that the same schools teach, as masks."""
    served = taught > 0
    groups: dict[bytes, list[int]] = {}
    for band in np.flatnonzero(served.any(axis=0)):
        groups.setdefault(served[:, band].tobytes(), []).append(int(band))
    return [np.isin(np.arange(taught.shape[1]), own) for own in groups.values()]


# Kindergarten to grade 5, grades 6 to 8, 9 to 12: of the 13 years between ages 5 and 17.
BY_LEVEL = GradeBands(
    MappingProxyType({"elementary": 6, "middle": 3, "high": 4}),
    MappingProxyType(
        {
            "prek": ("elementary",),
            "early": ("elementary",),
            "elementary": ("elementary",),
            "k8": ("elementary", "middle"),
            "middle": ("middle",),
            "secondary": ("middle", "high"),
            "high": ("high",),
        }
    ),
)
# All children in one pool, whatever their grade.
ONE_POOL = GradeBands(MappingProxyType({"all": 13}), MappingProxyType({}))

POOLS: Mapping[str, GradeBands] = MappingProxyType({"together": ONE_POOL, "apart": BY_LEVEL})
"""Ways to balance the grades, by the word a place file uses; the app's default first."""

NEAREST: Mapping[str, int] = MappingProxyType({"together": 40, "apart": 120})
"""Tracts that a school may draw from: high schools are few, and apart they must reach them all."""

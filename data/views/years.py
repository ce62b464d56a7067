"""Which school years may be compared, and how much schools move from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd

from analytics.rates.between_schools import PUBLISHED_DISPERSION, change_dispersion
from data.panel import Panel

LEAST_SCHOOLS = 50
"""Fewest schools of a level for it to have a dispersion of its own."""
Pair = tuple[str, str]


@dataclass(frozen=True)
class Dispersion:
    """How much schools' rates change between usual years, as a multiple of binomial variance.

    Attributes
    ----------
    place : float
        Of all schools; the published 2.1 where the place cannot tell.
    pairs : tuple of (str, str)
        Usual years it was measured on; none when it is the published one.
    levels : mapping
        By school level, where at least `LEAST_SCHOOLS` schools can tell.
    """

    place: float = PUBLISHED_DISPERSION
    pairs: tuple[Pair, ...] = ()
    levels: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, levels: pd.Series) -> pd.Series:
        """Give the dispersion of schools by their level."""
        return levels.map(dict(self.levels)).astype(float).fillna(self.place)


def everyone(panel: Panel) -> pd.DataFrame:
    """Rows of all students and all grades."""
    absence = panel.absence
    return absence[absence["student_group"].eq("all") & absence["grade"].eq("all")]


def comparable_pairs(panel: Panel) -> tuple[Pair, ...]:
    """Neighbouring usual years of one definition, oldest first."""
    breaks = {item.school_year for item in panel.area.breaks}
    years = sorted(set(everyone(panel)["school_year"]) - set(panel.area.unusual_years))
    return tuple(
        (before, year)
        for before, year in pairwise(years)
        if int(year[:4]) == int(before[:4]) + 1 and year not in breaks
    )


def run_of(pairs: tuple[Pair, ...], year: str) -> tuple[Pair, ...]:
    """Pairs in one unbroken row of years with a year; all pairs where it is in none."""
    runs: list[list[Pair]] = []
    for pair in pairs:
        if runs and runs[-1][-1][1] == pair[0]:
            runs[-1].append(pair)
        else:
            runs.append([pair])
    own = [run for run in runs if any(year in pair for pair in run)]
    return tuple(own[0]) if own else pairs


def dispersion(panel: Panel, year: str) -> Dispersion:
    """Measure how much schools move between the usual years around a year.

    Each pair of neighbouring usual years gives one figure, of all schools and of each level; the
    median of the pairs counts, so that one odd year does not widen every range.

    Parameters
    ----------
    panel : Panel
        Protected panel; schools enter a pair when both years may be shown.
    year : str
        School year: pairs of its own unbroken row of years count.
    """
    return dispersions(panel, (year,))[year]


def dispersions(panel: Panel, years: Iterable[str]) -> dict[str, Dispersion]:
    """Measure the `dispersion` around several years, each pair of years once."""
    rows = everyone(panel)
    rows = rows[rows["status"].eq("reported")]
    pairs = comparable_pairs(panel)
    runs = {year: run_of(pairs, year) for year in years}
    wanted = {pair for run in runs.values() for pair in run}
    found = {pair: _of_pair(rows, panel.schools["level"], pair) for pair in wanted}
    return {year: _middle([found[pair] for pair in run], run) for year, run in runs.items()}


def _middle(found: list[dict[str, float]], pairs: tuple[Pair, ...]) -> Dispersion:
    """Give the median of the pairs; the published one where no pair can tell."""
    middle = pd.DataFrame(found, columns=sorted({"all", *chain(*found)})).median()
    if np.isnan(middle["all"]):
        return Dispersion()
    own = middle.drop("all").dropna()
    return Dispersion(float(middle["all"]), pairs, MappingProxyType(own.to_dict()))


def _of_pair(rows: pd.DataFrame, levels: pd.Series, pair: Pair) -> dict[str, float]:
    """Dispersion between two years, of all schools and by level."""
    columns = ["school_id", "chronic_absent", "enrolled"]
    before, now = (rows.loc[rows["school_year"].eq(year), columns] for year in pair)
    both = before.merge(now, on="school_id", suffixes=("_before", ""), validate="one_to_one")
    of = both["school_id"].map(levels)
    parts = {"all": both, **{str(level): part for level, part in both.groupby(of)}}
    return {
        name: change_dispersion(
            part["chronic_absent_before"],
            part["enrolled_before"],
            part["chronic_absent"],
            part["enrolled"],
        )
        for name, part in parts.items()
        if name == "all" or len(part) >= LEAST_SCHOOLS
    }

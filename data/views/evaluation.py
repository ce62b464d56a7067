"""Did it work: a programme's schools beside like schools without it, from what a place shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation import (
    Corrected,
    Design,
    Effects,
    FixedEffects,
    Histories,
    Placebo,
    design,
    detectable,
    fixed_effects,
    group_time,
    histories,
    placebo,
    regression_to_mean,
    similar,
)
from data.errors import DataError
from data.panel import Panel
from data.views.units import counted

DRAWS, SEED = 1_999, 1


class ProgrammeError(DataError):
    """A list of schools and starts that cannot be compared; says what to mend."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a programme's schools can be said to have done.

    Attributes
    ----------
    design : Design
        Whether a statement about the programme may be made, and why not.
    effects : Effects
        Changes beyond those of like schools, by start and year.
    made_up : Placebo
        The mean effect beside those of made-up programmes.
    odds : FixedEffects
        The same as log odds; no estimate where starts differ.
    corrected : Corrected
        Change beyond what schools with such a past come to by themselves.
    balance : DataFrame
        See `analytics.evaluation.Similar`.
    rates : DataFrame
        Index first year of the school year; columns `programme` and `like`, pooled rates.
    schools, like : int
        Schools with the programme, and like schools without.
    left_out : Series
        Why a school of the programme takes no part, index `school_id`.
    """

    design: Design
    effects: Effects
    made_up: Placebo
    odds: FixedEffects
    corrected: Corrected
    balance: pd.DataFrame
    rates: pd.DataFrame
    schools: int
    like: int
    left_out: pd.Series


def evaluate(panel: Panel, level: str, starts: pd.Series, *, draws: int = DRAWS) -> Evaluation:
    """Compare a programme's schools with like schools, from the figures that the place shows.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    level : str
        School level, or "all".
    starts : Series of str
        School year in which the programme began, index `school_id`.
    draws : int
        Made-up programmes.

    Raises
    ------
    ProgrammeError
        A school or school year that the place does not have, or no school with figures around its
        start.
    """
    told = programme(panel, level, starts)
    matched = similar(told, panel.schools["level"])
    near = told.of(matched.chosen)
    found = group_time(near)
    return Evaluation(
        design(near, found, matched),
        found,
        placebo(near, draws=draws, seed=SEED),
        fixed_effects(near),
        regression_to_mean(told),
        matched.balance,
        _rates(near),
        int((~near.never).sum()),
        int(near.never.sum()),
        told.left_out[told.left_out.index.isin(starts.index)],
    )


def programme(panel: Panel, level: str, starts: pd.Series) -> Histories:
    """Lay out the usual years of a place's schools, with the starts of a programme.

    Years before the last change of definition are not compared with those after it.
    """
    unknown = starts.index.difference(panel.schools.index)
    if len(unknown):
        raise ProgrammeError(
            f"the list names {unknown[0]!r}, which is no school of {panel.area.name}; use the ids"
            " of the page Schools"
        )
    known = sorted(panel.absence["school_year"].unique())
    strange = sorted(set(starts) - set(known))
    if strange:
        raise ProgrammeError(
            f"the list names the school year {strange[0]!r}; there are {known[0]} to {known[-1]}"
        )
    told = _laid_out(panel, level, starts.map(lambda year: int(year[:4])).astype(float))
    if told.never.all():
        why = "; ".join(sorted(set(told.left_out[told.left_out.index.isin(starts.index)])))
        raise ProgrammeError(
            f"no school of the list can be compared: {why or 'the list is empty'}; name schools"
            " with a figure in every usual year and a year before the start"
        )
    return told


def smallest(panel: Panel, level: str, schools: int, *, years_with: int = 1) -> pd.DataFrame:
    """Tell, before a programme begins, what effect so many schools would show, and more of them.

    Returns
    -------
    DataFrame
        See `analytics.evaluation.detectable`; `schools` and its doubles up to a quarter of all.
    """
    told = _laid_out(panel, level, pd.Series(dtype=float))
    most = len(told.units) // 4
    counts = [schools * 2**step for step in range(8) if schools * 2**step <= most]
    return detectable(told, counts or [schools], years_with=years_with, seed=SEED)


def _laid_out(panel: Panel, level: str, began: pd.Series) -> Histories:
    """Lay out the usual years since the last change of definition."""
    x, n = counted(panel, level, panel.schools.index)
    breaks = [year for year in x.columns if year in panel.area.breaks]
    years = [year for year in x.columns if not breaks or year >= breaks[-1]]
    number = {year: int(year[:4]) for year in years}
    x, n = (table[years].rename(columns=number) for table in (x, n))
    unusual = [number[year] for year in years if year in panel.area.unusual_years]
    return histories(x, n, began, unusual=unusual)


def _rates(near: Histories) -> pd.DataFrame:
    """Pooled rates of both sides by year."""
    years = pd.Index(np.array(near.years), name="year")
    sides = {"programme": ~near.never, "like": near.never}
    rates = {side: near.x[own].sum(axis=0) / near.n[own].sum(axis=0) for side, own in sides.items()}
    return pd.DataFrame(rates, index=years)

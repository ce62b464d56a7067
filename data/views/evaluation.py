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
    Interrupted,
    Placebo,
    Similar,
    Synthetic,
    design,
    detectable,
    fixed_effects,
    group_time,
    histories,
    placebo,
    placebo_years,
    regression_to_mean,
    similar,
)
from analytics.evaluation.checks import AFTER, BEFORE, OTHERS, Reason
from analytics.inputs import Progress
from data.panel import Panel
from data.views.one_place import alone, mixture
from data.views.programmes import Listed, Programme, ProgrammeError, listed
from data.views.units import counted

DRAWS, SEED = 1_999, 1
WINDOW = 5
"""Usual years before the first start that are looked at, at most."""
BINS = tuple(np.arange(0.0, 1.01, 0.05))
LEAST_DRAWS = 200
STEPS = 5


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a programme's schools can be said to have done.

    Attributes
    ----------
    design : Design
        Whether a statement about the programme may be made, and why not.
    rates : DataFrame
        Index first year of the school year; columns `programme` and `like` (pooled rates), `own`
        and `others` (students). Where nothing can be compared `like` is of all other schools.
    starts : tuple of int
        First years with the programme, ascending.
    schools, units, like : int
        Schools of the programme that take part, what they count as (buildings, say), and units like
        them without it.
    grouped : bool
        Whether units are not schools.
    left_out : Series
        Why a school of the programme takes no part, index `school_id`.
    crossed : tuple of str
        School years after the last one before a start in which the way of counting changed.
    least : float
        Smallest effect that so many units would show four times in five; NaN where not known.
    matched : Similar or None
        How alike the two are.
    overlap : DataFrame or None
        Index band of the mean rate before; columns programme, like, all: part of the units.
    earlier : DataFrame or None
        Made-up starts, see `analytics.evaluation.placebo_years`.
    effects : Effects or None
        Changes beyond those of like schools, by start and year.
    made_up : Placebo or None
        The mean effect beside those of made-up programmes.
    odds : FixedEffects or None
        The same as log odds; no estimate where starts differ.
    corrected : Corrected or None
        Change beyond what schools with such a past come to by themselves.
    series : Interrupted or None
        The programme's schools alone; None where the years are too few, not in a row,
        or not counted alike.
    mixed : Synthetic or None
        One place or school beside a mixture of others.
    """

    design: Design
    rates: pd.DataFrame
    starts: tuple[int, ...]
    schools: int
    units: int
    like: int
    grouped: bool
    left_out: pd.Series
    crossed: tuple[str, ...] = ()
    least: float = float("nan")
    matched: Similar | None = None
    overlap: pd.DataFrame | None = None
    earlier: pd.DataFrame | None = None
    effects: Effects | None = None
    made_up: Placebo | None = None
    odds: FixedEffects | None = None
    corrected: Corrected | None = None
    series: Interrupted | None = None
    mixed: Synthetic | None = None


@dataclass(frozen=True, eq=False)
class Told:
    """Counts laid out for a comparison.

    Attributes
    ----------
    histories : Histories
        Units with a programme and those to compare with.
    level : Series or None
        Level of each unit; None where units are not schools.
    left_out : Series
        Why a school of the programme takes no part.
    schools : int
        Schools of the programme that do.
    """

    histories: Histories
    level: pd.Series | None
    left_out: pd.Series
    schools: int


def _silent(_done: int, _wanted: int) -> None:
    """Tell nobody."""


def evaluate(
    panel: Panel,
    level: str,
    programme: Programme,
    *,
    draws: int = DRAWS,
    progress: Progress = _silent,
) -> Evaluation:
    """Compare a programme's schools with like schools, from the figures that the place shows.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    level : str
        School level, or "all".
    programme : Programme
    draws : int
        Made-up programmes.
    progress : callable
        Takes steps done and wanted.

    Raises
    ------
    ProgrammeError
        The list is empty, names what the place does not have, or none of its schools has a figure.

    Notes
    -----
    Looked at are the last five usual years before the first start, and all usual years since. A
    change in the way of counting meets programme and like schools alike; it is named.
    """
    own = listed(panel, programme)
    told = laid_out(panel, level, own)
    given = told.histories
    if given.never.all() or not _may_compare(given):
        return _descriptive(panel, level, own, told)
    progress(1, STEPS)
    try:
        matched = similar(given, told.level)
    except ValueError:  # no other school of its level
        return _descriptive(panel, level, own, told)
    near = given.of(matched.chosen)
    found = group_time(near)
    progress(2, STEPS)
    judged = design(near, found, matched)
    made_up = placebo(near, draws=draws, seed=SEED)
    progress(3, STEPS)
    corrected, earlier = regression_to_mean(given), placebo_years(near)
    fitted, least = fixed_effects(near), _least(given, near)
    progress(4, STEPS)
    return Evaluation(
        judged,
        _rates(near),
        near.cohorts,
        told.schools,
        int((~near.never).sum()),
        int(near.never.sum()),
        own.grouped,
        told.left_out,
        crossed(panel, near),
        least,
        matched,
        _overlap(given, matched),
        earlier,
        found,
        made_up,
        fitted,
        corrected,
        alone(panel, level, own),
        mixture(panel, level, own, near),
    )


def crossed(panel: Panel, near: Histories) -> tuple[str, ...]:
    """Name the changes of counting between the last year before a start and the last year."""
    first = near.before(near.cohorts[0])[-1]
    breaks = [each.school_year for each in panel.area.breaks]
    return tuple(year for year in breaks if first < int(year[:4]) <= near.years[-1])


def _may_compare(given: Histories) -> bool:
    """Whether there is a year with the programme, and others to compare with."""
    ran = any(given.running(start, last) for start, last in given.programmes)
    return ran and int(given.never.sum()) >= OTHERS


def laid_out(panel: Panel, level: str, own: Listed) -> Told:
    """Lay out the years of a programme's schools and of those to compare with, unit by unit.

    A school takes part that has a figure in every year looked at; schools that count together are
    added up.

    Raises
    ------
    ProgrammeError
        None of the programme's schools has a figure.
    """
    first = int(own.schools["began"].min())
    units = pd.concat([own.schools["unit"], own.others])
    x, n = _counts(panel, level, units.index, first)
    if not x.loc[own.schools.index].notna().any(axis=None):
        raise ProgrammeError(
            "no school of the list has a figure here; choose all school levels, or other schools"
        )
    full = x.notna().all(axis=1) & n.gt(0).all(axis=1)
    kept = units[full.reindex(units.index)]
    x, n = (table.loc[kept.index].groupby(kept).sum() for table in (x, n))
    dates = (
        own.schools[own.schools.index.isin(kept.index)].drop_duplicates("unit").set_index("unit")
    )
    given = histories(x, n, dates["began"], end=dates["ended"])
    reasons = pd.Series(
        "no figure in every year", own.schools.index[~own.schools.index.isin(kept.index)]
    )
    early = own.schools["unit"].isin(given.left_out.index) & own.schools.index.isin(kept.index)
    reasons = pd.concat(
        [reasons, pd.Series("no year before its programme", own.schools.index[early])]
    )
    levels = None if own.grouped else panel.schools["level"]
    return Told(given, levels, reasons, len(own.schools) - len(reasons))


def _counts(
    panel: Panel, level: str, schools: pd.Index, first: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give counts of the last five usual years before a start, and of all since."""
    x, n = counted(panel, level, schools)
    usual = [year for year in x.columns if year not in panel.area.unusual_years]
    usual = [year for year in usual if x[year].notna().any()]
    before = [year for year in usual if int(year[:4]) < first][-WINDOW:]
    years = {year: int(year[:4]) for year in usual if year in before or int(year[:4]) >= first}
    x, n = (table[list(years)].rename(columns=years) for table in (x, n))
    return x, n.where(x.notna())


def _descriptive(panel: Panel, level: str, own: Listed, told: Told) -> Evaluation:
    """Give what can be described where nothing can be compared."""
    starts = tuple(sorted({int(year) for year in own.schools["began"]}))
    x, n = _counts(panel, level, pd.concat([own.schools["unit"], own.others]).index, starts[0])
    sides = {"programme": own.schools.index, "like": own.others.index}
    rates, students, taking = {}, {}, {}
    for side, index in sides.items():
        full = x.loc[index].notna().all(axis=1) & n.loc[index].gt(0).all(axis=1)
        absent, counted_ = x.loc[index][full].sum(), n.loc[index][full].sum()
        rates[side], students[side] = absent / counted_.where(counted_ > 0), counted_
        taking[side] = int(full.sum())
    names = {"programme": "own", "like": "others"}
    table = pd.DataFrame(rates | {names[side]: students[side] for side in sides})
    reasons = _reasons(told.histories, starts, tuple(map(int, x.columns)))
    return Evaluation(
        Design(reasons),
        table.rename_axis("year"),
        starts,
        taking["programme"],
        int(own.schools["unit"].nunique()),
        0,
        own.grouped,
        told.left_out[told.left_out.eq("no figure in every year")],
    )


def _reasons(
    given: Histories, starts: tuple[int, ...], years: tuple[int, ...]
) -> tuple[Reason, ...]:
    """Say why nothing can be compared."""
    reasons: list[Reason] = []
    if sum(year < starts[0] for year in years) < BEFORE:
        reasons.append("few years before")
    if sum(year >= starts[0] for year in years) < AFTER:
        reasons.append("no year after")
    if int(given.never.sum()) < OTHERS or not reasons:
        reasons.append("few others")
    return tuple(reasons)


def smallest(
    panel: Panel, level: str, schools: int, own: Listed | None = None, *, years_with: int = 1
) -> pd.DataFrame:
    """Tell, before a programme begins, what effect so many schools would show, and more of them.

    Parameters
    ----------
    own : Listed, optional
        Its schools to compare with are those that are drawn from; else all of the place.

    Returns
    -------
    DataFrame
        See `analytics.evaluation.detectable`; `schools` and its doubles up to a quarter of all.
    """
    every = pd.Series(panel.schools.index, panel.schools.index, dtype="str")
    units = every if own is None else own.others
    x, n = _counts(panel, level, units.index, LATEST)
    full = x.notna().all(axis=1) & n.gt(0).all(axis=1)
    kept = units[full]
    x, n = (table.loc[kept.index].groupby(kept).sum() for table in (x, n))
    if x.empty or not len(x.columns):
        return pd.DataFrame(columns=["effect", "starts"]).rename_axis("schools")
    told = histories(x, n, pd.Series(dtype=float))
    most = len(told.units) // 4
    counts = [schools * 2**step for step in range(8) if schools * 2**step <= most]
    return detectable(told, counts or [schools], years_with=years_with, seed=SEED)


LATEST = 9_999
"""A start after every year."""


def _least(given: Histories, near: Histories) -> float:
    """Smallest effect that so many units would show in as many years."""
    units = int((~near.never).sum())
    ran = max(len(given.running(start, last)) for start, last in given.programmes)
    for years_with in range(ran, 0, -1):
        found = detectable(given, [units], years_with=years_with, draws=LEAST_DRAWS, seed=SEED)
        if not found.empty:
            return float(found.loc[units, "effect"])
    return float("nan")


def _rates(near: Histories) -> pd.DataFrame:
    """Pooled rates and students of both sides by year."""
    years = pd.Index(np.array(near.years), name="year")
    sides = {"programme": ~near.never, "like": near.never}
    rates = {side: near.x[own].sum(axis=0) / near.n[own].sum(axis=0) for side, own in sides.items()}
    students = {
        name: near.n[sides[side]].sum(axis=0)
        for side, name in (("programme", "own"), ("like", "others"))
    }
    return pd.DataFrame(rates | students, index=years)


def _overlap(given: Histories, matched: Similar) -> pd.DataFrame:
    """Part of the units in each band of the mean rate before the first start."""
    before = [given.column(year) for year in given.before(given.cohorts[0])]
    mean = given.rates()[:, before].mean(axis=1)
    sides = {
        "programme": ~given.never,
        "like": given.never & matched.chosen,
        "all": given.never,
    }
    parts = {
        side: np.histogram(mean[own], BINS)[0] / max(int(own.sum()), 1)
        for side, own in sides.items()
    }
    table = pd.DataFrame(parts, index=pd.Index(np.round(BINS[:-1], 2), name="band"))
    used = np.flatnonzero(table.sum(axis=1) > 0)
    return table.iloc[used[0] : used[-1] + 1]

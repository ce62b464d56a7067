"""One place alone: an interrupted series, and a mixture of other places that moved as it did."""

from __future__ import annotations

import pandas as pd

from analytics.evaluation import Histories, Interrupted, Synthetic, interrupted, synthetic
from data.panel import Panel
from data.views.districts import areas_in
from data.views.programmes import Listed, places_of
from data.views.units import counted

LEAST_SCHOOLS = 3
"""Schools behind a place that is mixed in."""
LEAST_BEFORE = 3


def alone(panel: Panel, level: str, own: Listed) -> Interrupted | None:
    """Fit a series to the programme's schools; None where starts differ or years are too few.

    A series needs usual years in a row that were counted alike, for nothing stands beside it that
    a change of counting would meet too. All such years are taken, not only the last five before.
    """
    dates = own.schools[["began", "ended"]].drop_duplicates()
    if len(dates) > 1:
        return None
    began, ended = (float(each) for each in dates.iloc[0])
    x, n = counted(panel, level, own.schools.index)
    years = _alike(panel, [year for year in x.columns if x[year].notna().any()], began)
    years = [year for year in years if not int(year[:4]) > ended]
    at = sum(int(year[:4]) < began for year in years)
    if not 0 < at < len(years):
        return None
    x, n = x[years], n[years]
    full = x.notna().all(axis=1) & n.gt(0).all(axis=1)
    if not full.any():
        return None
    found = interrupted(x[full].sum(), n[full].sum(), at)
    return found if found.state == "fitted" else None


def _alike(panel: Panel, years: list[str], began: float) -> list[str]:
    """Give the years in a row around a start, usual and counted alike."""
    usual = sorted(year for year in years if year not in panel.area.unusual_years)
    breaks = {each.school_year for each in panel.area.breaks}
    runs: list[list[str]] = []
    for year in usual:
        follows = bool(runs) and int(runs[-1][-1][:4]) + 1 == int(year[:4])
        if follows and year not in breaks:
            runs[-1].append(year)
        else:
            runs.append([year])
    return next((run for run in runs if int(run[0][:4]) <= began <= int(run[-1][:4])), [])


def mixture(panel: Panel, level: str, own: Listed, near: Histories) -> Synthetic | None:
    """Mix others so that they follow one place or unit before its programme.

    A programme in all of one district, neighbourhood or county is compared with others of the
    place, as their schools add up; one in a single school with like schools. None else, where
    starts differ, and where the years before are too few.
    """
    if len(near.programmes) > 1 or len(near.before(near.cohorts[0])) < LEAST_BEFORE:
        return None
    began = near.cohorts[0]
    if own.one_place:
        table = _places(panel, level, own, near)
    elif int((~near.never).sum()) == 1:
        table = pd.DataFrame(near.rates(), near.units, list(near.years))
    else:
        return None
    place = own.one_place or near.units[~near.never][0]
    if place not in table.index or len(table) <= LEAST_BEFORE:
        return None
    return synthetic(table, place, began)


def _places(panel: Panel, level: str, own: Listed, near: Histories) -> pd.DataFrame:
    """Rates of places of its kind that share no school with it, index place, columns years."""
    places, kinds = places_of(panel), areas_in(panel)
    kind = kinds.get(own.one_place)
    places = {name: each for name, each in places.items() if kinds.get(name) == kind}
    here = set(places[own.one_place])
    x, n = counted(panel, level, panel.schools.index)
    names = {year: int(year[:4]) for year in x.columns if int(year[:4]) in near.years}
    x, n = (table[list(names)].rename(columns=names) for table in (x, n))
    full = x.notna().all(axis=1) & n.gt(0).all(axis=1)
    rows = {}
    for name, schools in places.items():
        inside = [school for school in schools if full[school]]
        if name == own.one_place or (len(inside) >= LEAST_SCHOOLS and here.isdisjoint(schools)):
            rows[name] = x.loc[inside].sum() / n.loc[inside].sum()
    return pd.DataFrame(rows).T.dropna().sort_index(axis=1)

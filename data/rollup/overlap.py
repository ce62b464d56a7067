"""How students of several schools count in their district: once, where that tells nothing of few.

A district less its schools is a figure of the students who attended several of them. Where they are
few the district's figures are the sums of its schools, which such students enter at each: nothing
that is written then depends on who they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import pandas as pd

from analytics.disclosure import Policy
from data.rollup.cells import BANDS, DAYS, EVERYONE, STUDENTS, TIERS, Builder, Month

FAMILIES = {"enrolled": STUDENTS[:1], "so far": STUDENTS[1:], "days": DAYS}
"""Figures that add up with one another, and so count such students in one way."""
WHOLES = {**dict.fromkeys(STUDENTS[2:], "students"), "absent": "possible"}


def of_few(month: Month, policy: Policy) -> frozenset[str]:
    """Name the figures of which a district less its schools would tell of few students.

    Parameters
    ----------
    month : Month
        The district counts students of several schools once.
    policy : Policy
        Whose rules a district less its schools must keep, as any group of students must: in all
        students, in each group that schools have, in those of no group of its column, and by day.

    Returns
    -------
    frozenset of str
        Of `FAMILIES`.
    """
    if month.each is None:
        return frozenset()
    return frozenset(
        name for name, measures in FAMILIES.items() if _few(month, month.each, measures, policy)
    )


def counted(month: Month, families: Collection[str]) -> Month:
    """Let students of several schools count at each of them, in all rows of the district.

    Parameters
    ----------
    families : collection of str
        Of `FAMILIES`; in the others they count once.
    """
    if month.each is None or not families:
        return month
    rows, days = month.rows.copy(), month.days.copy()
    district = rows.index.get_level_values("kind") == "district"
    own = [name for family in families for name in FAMILIES[family]]
    groups = rows.index.get_level_values("group")[district]
    rows.loc[district, own] = month.each.loc[groups, own].to_numpy()
    if "days" in families:
        sums = _by_date(days, "school")
        district = days.index.get_level_values("kind") == "district"
        dates = days.index.get_level_values("date")[district]
        days.loc[district, list(DAYS)] = sums.loc[dates].to_numpy()
    return replace(month, rows=rows, days=days)


def _few(month: Month, each: pd.DataFrame, measures: Collection[str], policy: Policy) -> bool:
    """Say whether some difference is of few, or of nearly none or all."""
    build = Builder()
    for number, less in enumerate(_differences(month, each, measures)):
        if not less.any():
            continue  # who is not there needs no protection
        for name, value in less.items():
            whole = (number, WHOLES[str(name)]) if name in WHOLES else None
            unit = float(month.parts) if name in DAYS else 1.0
            build.add((number, name), value, whole=whole, unit=unit)
    return bool(build.at) and bool(build.made().rule(policy)[0].any())


def _differences(
    month: Month, each: pd.DataFrame, measures: Collection[str]
) -> Iterator[pd.Series]:
    """Give the schools of a district less the district: by part of each column, and by day."""
    rows = month.rows[list(measures)]
    kind = rows.index.get_level_values("kind")
    here = rows[kind == "district"].droplevel(["kind", "place"])
    less = (each[rows.columns] - here).dropna(axis="columns")
    yield less.loc[EVERYONE]
    groups = rows[kind == "school"].index.unique("group").drop(EVERYONE, errors="ignore")
    # Schools have no tiers or bands of groups.
    parts = less[[name for name in less if name not in (*TIERS, *BANDS)]]
    for _, own in parts.loc[groups].groupby([month.columns[each] for each in groups]):
        for _, part in own.iterrows():
            yield part
        yield parts.loc[EVERYONE] - own.sum()
    if set(measures) == set(DAYS):
        dated = _by_date(month.days, "school") - _by_date(month.days, "district")
        week = month.days["week"].groupby(level="date").first()
        for table in (dated, dated.groupby(week).sum()):
            for _, day in table.iterrows():
                yield day


def _by_date(days: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Sum the rows of schools, or of the district, by day."""
    own = days[days.index.get_level_values("kind") == kind]
    return pd.DataFrame(own[list(DAYS)].groupby(level="date").sum())

"""The few numbers that stand above a map."""

from __future__ import annotations

import pandas as pd

from analytics.hotspots.false_alarms import NullComparison
from analytics.rates.intervals import rate_difference, wilson
from data.views.hot_spots import HotSpots
from data.views.schools_and_tracts import Totals
from ui.hotspots import words as hotspot_words
from ui.selection import Selection
from ui.words.answers import draws_sentence, hot_spot_sentence
from ui.words.numbers import (
    count_text,
    interval_text,
    percent_text,
    plural,
    points_text,
    ratio_text,
)

Figures = list[tuple[str, str]]


def overview_figures(sums: Totals, trend: pd.DataFrame, year: str) -> Figures:
    """Students, rate with interval, schools, and change since the year before."""
    if sums.enrolled <= 0:
        return [("not shown", "no school has a figure for this choice")]
    rate = sums.chronic_absent / sums.enrolled
    low, high = wilson(sums.chronic_absent, sums.enrolled)
    students = f"of {count_text(sums.enrolled)} students missed a tenth of their days or more"
    return [
        (count_text(sums.chronic_absent), students),
        (percent_text(rate, sums.enrolled), f"95 % interval {interval_text(low, high)} %"),
        (plural(sums.schools, "school"), f"{count_text(sums.withheld)} more not shown"),
        _change(trend, year),
    ]


def hot_spot_figures(found: HotSpots, selection: Selection) -> Figures:
    """Hot tracts and groups, students in them, rate with interval, tests made."""
    groups = found.groups
    enrolled, absent = float(groups["enrolled"].sum()), float(groups["chronic_absent"].sum())
    made = hotspot_words.made(found, selection)
    if groups.empty:
        return [("0 tracts", "stand out"), (count_text(found.tested), made)]
    low, high = wilson(absent, enrolled)
    expected = float(groups["expected"].sum())
    return [
        (plural(groups["tracts"].sum(), "tract"), f"in {plural(len(groups), 'group')}"),
        (count_text(absent), f"of about {count_text(enrolled)} students there chronically absent"),
        (
            percent_text(absent / enrolled, enrolled),
            f"95 % interval {interval_text(low, high)} %; {ratio_text(absent / expected)} times as"
            " expected for the school levels",
        ),
        (count_text(found.tested), made),
    ]


def hot_spot_answer(found: HotSpots, selection: Selection) -> str:
    """Answer to "Where does absence cluster?"."""
    groups = found.groups
    enrolled = float(groups["enrolled"].sum())
    rate = float(groups["chronic_absent"].sum()) / enrolled if enrolled > 0 else float("nan")
    tracts = int(groups["tracts"].sum())
    return hot_spot_sentence(
        *(len(groups), tracts, enrolled, rate, found.draws, selection.alpha),
        n_tested=found.tested if counts_draws(found) else None,
        beyond=hotspot_words.beyond(found, selection),
    )


def draws_note(found: HotSpots, alpha: float) -> str:
    """Say when no single tract could pass with the draws made; "" when it could."""
    if not counts_draws(found):
        return ""
    return draws_sentence(found.draws, found.tested, alpha)


def counts_draws(found: HotSpots) -> bool:
    """Whether each tract has a q of its own: a circle or a probability has none."""
    return found.kind in ("test", "consensus")


def null_answer(nulls: NullComparison) -> str:
    """Answer to "Why should anyone trust this map?"."""
    return (
        f"Rearranging tracts, as most hot-spot tools do, calls {count_text(nulls.areas_null)} of"
        f" {count_text(nulls.tested)} tracts significant. Tracts share schools, so they look alike"
        " without any cause in the place. Rearranging schools, as this map does, leaves"
        f" {count_text(nulls.schools_null)}."
    )


def null_figures(nulls: NullComparison) -> Figures:
    """Tracts called significant under each test, on the same data."""
    return [
        (plural(nulls.areas_null, "tract"), "significant when tracts are rearranged (too many)"),
        (plural(nulls.schools_null, "tract"), "significant when schools are rearranged (this map)"),
        (count_text(nulls.tested), "tracts tested"),
    ]


def _change(trend: pd.DataFrame, year: str) -> tuple[str, str]:
    rows = trend.set_index("school_year")
    earlier = [item for item in rows.index if item < year and not rows.loc[item, "is_unusual"]]
    if year not in rows.index or not earlier:
        return ("no earlier year", "to compare with in this place's files")
    since = earlier[-1]
    between = rows.loc[[item for item in rows.index if since < item <= year], "break_note"]
    if (between != "").any():
        return ("not comparable", f"with {since}: the definition changed in between")
    now, before = rows.loc[year], rows.loc[since]
    change, low, high = rate_difference(
        now["chronic_absent"], now["enrolled"], before["chronic_absent"], before["enrolled"]
    )
    return (
        f"{points_text(change)} points",
        f"since {since} ({points_text(low)} to {points_text(high)})",
    )

"""Card of a group of hot tracts: how much, how sure, since when, and what is not known."""

from __future__ import annotations

import pandas as pd

from data.views.hot_spots import History, HotSpots
from ui.words.cards import card
from ui.words.numbers import (
    BY_SCHOOLS,
    count_text,
    interval_text,
    percent_text,
    plural,
    points_text,
    q_text,
    rate_text,
    ratio_text,
    span_text,
    students_text,
)

UNKNOWN = (
    "Not known: which children miss school, why, and how it is for children who attend other"
    " schools than the join supposes. The group was picked because it is high: expect less of the"
    " difference in another year. Its border is a core, not an extent. Ranges speak"
    " of how schools differ, not of the picking."
)
PATTERN_WORDS = {
    "new": "hot in the last year only",
    "persistent": "hot in most years and in the last",
    "intensifying": "hot in most years, and rising",
    "fading": "hot before, less so now",
    "sporadic": "hot in some years, without a pattern",
    "never": "hot in no year by the yearly test",
    "too few years": "too few years to tell",
    "last year unknown": "the last year is not known",
}


def cluster_card(row: pd.Series, year: str, others: pd.DataFrame) -> str:
    """HTML card of one group.

    Parameters
    ----------
    row : Series
        A row of `HotSpots.groups`.
    year : str
        School year of the figures.
    others : DataFrame
        Excess of the same tracts in the other usual years, see `data.views.groups`.
    """
    students = row["enrolled"]
    x, low, high = row["chronic_absent"], row["low"], row["high"]
    rate = rate_text(row["rate"], low, high, x, students, BY_SCHOOLS)
    ratio = (
        f"{ratio_text(row['ratio'])} times as expected ({BY_SCHOOLS} {ratio_text(row['ratio_low'])}"
        f"–{ratio_text(row['ratio_high'])})"
    )
    beyond = (
        f"{points_text(row['beyond'])} points ({points_text(row['beyond_low'])} to"
        f" {points_text(row['beyond_high'])} as schools differ)"
    )
    facts = [
        (f"Chronically absent in the schools its children attend, {year}", rate),
        ("Compared with schools of the same levels", ratio),
        ("Compared with schools elsewhere", beyond),
        ("Beyond what is expected", excess_text(row)),
        ("Allowing for being picked", shrunken_text(row)),
        ("The same tracts in other usual years", others_text(others)),
        ("Students counted here", _coverage(row)),
        ("Analyses that agree", agreement_text(row)),
    ]
    if "group_p" in row:
        facts.append(("Tested as a whole group", group_test_text(row["group_p"])))
    return card(f"{row['name']}: {plural(row['tracts'], 'tract')}", facts, UNKNOWN)


def group_test_text(p: float) -> str:
    """Say what the p of a group of touching tracts is the chance of."""
    return (
        f"{q_text(p, 'p')}: the chance that any group of the place would be as heavy, were schools"
        " rearranged"
    )


def excess_text(row: pd.Series) -> str:
    """How many students more a group has than its schools' levels elsewhere would give."""
    if pd.isna(row["excess"]):
        return "not known: no school of these levels lies elsewhere"
    more = "more" if row["excess"] >= 0 else "fewer"
    low, high = sorted((row["excess_low"], row["excess_high"]))
    if more == "fewer":
        low, high = -high, -low
    return (
        f"{count_text(abs(row['excess']))} {more} students than the same schools' levels elsewhere"
        f" would give (from {count_text(low)} to {count_text(high)}, counting how schools differ)"
    )


def shrunken_text(row: pd.Series) -> str:
    """How many of them are likely the place's, the group having been picked because it is high."""
    if pd.isna(row["shrunken"]):
        return "not known"
    return (
        f"about {students_text(row['shrunken'])} (from {count_text(row['shrunken_low'])} to"
        f" {count_text(row['shrunken_high'])}): what is picked for being high looks too high"
    )


def others_text(others: pd.DataFrame) -> str:
    """Excess of the same tracts in other usual years."""
    known = others.dropna(subset=["excess"])
    if known.empty:
        return "no other usual year is known"
    return "; ".join(
        f"{year}: {count_text(row['excess'])} (from {count_text(row['excess_low'])} to"
        f" {count_text(row['excess_high'])})"
        for year, row in known.iterrows()
    )


def agreement_text(row: pd.Series) -> str:
    """How many analyses flag the tracts of a group."""
    of = int(row["of_max"])
    if of <= 1:
        return "one analysis; choose “All analyses together” to see whether others agree"
    span = span_text(f"{int(row['k_min'])}", f"{int(row['k_max'])}")
    return f"each tract is flagged by {span} of {of}. At least half of the group: {row['methods']}"


def years_text(found: HotSpots, past: History, cluster: str) -> list[tuple[str, str]]:
    """Since when a group has been hot: terms and texts.

    Parameters
    ----------
    found : HotSpots
    past : History
    cluster : str
        Id of the group.
    """
    members = found.tracts.index[found.tracts["cluster"].eq(cluster).fillna(value=False)]
    hot = past.hot.loc[members]
    known = hot.notna().sum()
    parts = [
        f"{year}: {count_text(hot[year].sum())} of {count_text(known[year])}"
        for year in hot.columns
        if known[year]
    ]
    patterns = past.pattern.loc[members, "pattern"].value_counts()
    common = [
        f"{PATTERN_WORDS[str(name)]} ({plural(count, 'tract')})"
        for name, count in patterns.head(2).items()
    ]
    facts = [
        ("Tracts of the group that were hot, by school year", "; ".join(parts)),
        ("Pattern of its tracts", "; ".join(common)),
    ]
    if past.left_out:
        left = ", ".join(past.left_out)
        facts.append(("Unusual years, not used for the pattern", left))
    return facts


def _coverage(row: pd.Series) -> str:
    text = students_text(row["enrolled"])
    if pd.isna(row["coverage"]):
        return f"{text}; resident children not known"
    return f"{text}, {percent_text(row['coverage'], 0)} of resident children"


def group_sentence(row: pd.Series) -> str:
    """One line that names a group in a list."""
    students = row["enrolled"]
    ends = interval_text(row["low"], row["high"], students)
    rate = f"{percent_text(row['rate'], students)} ({BY_SCHOOLS} {ends})"
    return f"{row['name']}: {plural(row['tracts'], 'tract')}, {rate}"

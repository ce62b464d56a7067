"""Card of a group of hot tracts: how much, how sure, since when, and what is not known."""

from __future__ import annotations

import re

import pandas as pd

from data.views.hot_spots import History, HotSpots
from ui.languages import mark, text
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

UNKNOWN = mark(
    "Not known: which children miss school, why, and how it is for children who attend other"
    " schools than the join supposes. The group was picked because it is high: expect less of the"
    " difference in another year. Its border is a core, not an extent. Ranges speak"
    " of how schools differ, not of the picking."
)
_FLAGGED = re.compile(r"([^,; ][^,;]*?) (\d+) of (\d+)")
PATTERN_WORDS = {
    "new": mark("hot in the last year only"),
    "persistent": mark("hot in most years and in the last"),
    "intensifying": mark("hot in most years, and rising"),
    "fading": mark("hot before, less so now"),
    "sporadic": mark("hot in some years, without a pattern"),
    "never": mark("hot in no year by the yearly test"),
    "too few years": mark("too few years to tell"),
    "last year unknown": mark("the last year is not known"),
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
    ends = f"{ratio_text(row['ratio_low'])}–{ratio_text(row['ratio_high'])}"
    ratio = text(
        "{ratio} times as expected ({range})",
        ratio=ratio_text(row["ratio"]),
        range=f"{text(BY_SCHOOLS)} {ends}",
    )
    beyond = text(
        "{points} points ({low} to {high} as schools differ)",
        points=points_text(row["beyond"]),
        low=points_text(row["beyond_low"]),
        high=points_text(row["beyond_high"]),
    )
    facts = [
        (text("Chronically absent in the schools its children attend, {year}", year=year), rate),
        (text("Compared with schools of the same levels"), ratio),
        (text("Compared with schools elsewhere"), beyond),
        (text("Beyond what is expected"), excess_text(row)),
        (text("Allowing for being picked"), shrunken_text(row)),
        (text("The same tracts in other usual years"), others_text(others)),
        (text("Students counted here"), _coverage(row)),
        (text("Analyses that agree"), agreement_text(row)),
    ]
    if "group_p" in row:
        facts.append((text("Tested as a whole group"), group_test_text(row["group_p"])))
    return card(f"{row['name']}: {plural(row['tracts'], 'tract')}", facts, text(UNKNOWN))


def group_test_text(p: float) -> str:
    """Say what the p of a group of touching tracts is the chance of."""
    return text(
        "{p}: the chance that any group of the place would be as heavy, were schools rearranged",
        p=q_text(p, "p"),
    )


def excess_text(row: pd.Series) -> str:
    """How many students more a group has than its schools' levels elsewhere would give."""
    if pd.isna(row["excess"]):
        return text("not known: no school of these levels lies elsewhere")
    said = mark(
        "{count} more students than the same schools' levels elsewhere would give (from {low} to"
        " {high}, counting how schools differ)"
    )
    low, high = sorted((row["excess_low"], row["excess_high"]))
    if row["excess"] < 0:
        low, high = -high, -low
        said = mark(
            "{count} fewer students than the same schools' levels elsewhere would give (from {low}"
            " to {high}, counting how schools differ)"
        )
    count = count_text(abs(row["excess"]))
    return text(said, count=count, low=count_text(low), high=count_text(high))


def shrunken_text(row: pd.Series) -> str:
    """How many of them are likely the place's, the group having been picked because it is high."""
    if pd.isna(row["shrunken"]):
        return text("not known")
    return text(
        "about {students} (from {low} to {high}): what is picked for being high looks too high",
        students=students_text(row["shrunken"]),
        low=count_text(row["shrunken_low"]),
        high=count_text(row["shrunken_high"]),
    )


def others_text(others: pd.DataFrame) -> str:
    """Excess of the same tracts in other usual years."""
    known = others.dropna(subset=["excess"])
    if known.empty:
        return text("no other usual year is known")
    return "; ".join(
        text(
            "{year}: {count} (from {low} to {high})",
            year=year,
            count=count_text(row["excess"]),
            low=count_text(row["excess_low"]),
            high=count_text(row["excess_high"]),
        )
        for year, row in known.iterrows()
    )


def agreement_text(row: pd.Series) -> str:
    """How many analyses flag the tracts of a group."""
    of = int(row["of_max"])
    if of <= 1:
        return text("one analysis; choose “All analyses together” to see whether others agree")
    return text(
        "each tract is flagged by {span} of {of}. At least half of the group: {methods}",
        span=span_text(f"{int(row['k_min'])}", f"{int(row['k_max'])}"),
        of=of,
        methods=_FLAGGED.sub(_flagged, row["methods"]),
    )


def _flagged(found: re.Match[str]) -> str:
    """Write how many of the analyses of one kind flag a group: "Gi* 9 of 9"."""
    name, part, whole = found.groups()
    return text("{name} {count} of {all}", name=text(name), count=part, all=whole)


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
        text(
            "{year}: {hot} of {all}",
            year=year,
            hot=count_text(hot[year].sum()),
            all=count_text(known[year]),
        )
        for year in hot.columns
        if known[year]
    ]
    patterns = past.pattern.loc[members, "pattern"].value_counts()
    common = [
        f"{text(PATTERN_WORDS[str(name)])} ({plural(count, 'tract')})"
        for name, count in patterns.head(2).items()
    ]
    facts = [
        (text("Tracts of the group that were hot, by school year"), "; ".join(parts)),
        (text("Pattern of its tracts"), "; ".join(common)),
    ]
    if past.left_out:
        left = ", ".join(past.left_out)
        facts.append((text("Unusual years, not used for the pattern"), left))
    return facts


def _coverage(row: pd.Series) -> str:
    students = students_text(row["enrolled"])
    if pd.isna(row["coverage"]):
        return text("{students}; resident children not known", students=students)
    share = percent_text(row["coverage"], 0)
    return text("{students}, {share} of resident children", students=students, share=share)


def group_sentence(row: pd.Series) -> str:
    """One line that names a group in a list."""
    students = row["enrolled"]
    ends = interval_text(row["low"], row["high"], students)
    rate = f"{percent_text(row['rate'], students)} ({text(BY_SCHOOLS)} {ends})"
    return f"{row['name']}: {plural(row['tracts'], 'tract')}, {rate}"

"""Sentences of the Schools page: who stands first, and how sure the order is."""

from __future__ import annotations

import pandas as pd

from data.views.schools_and_tracts import Totals
from ui.words.numbers import (
    count_text,
    percent_text,
    plural,
    signed_text,
    span_text,
    students_text,
)

NAMED = 3
ORDER_MEANING = (
    "Schools with more absence than others of their level stand first; those with less come after"
    " all of them. “Could be” gives the ranks that a school could as well have next year: where"
    " ranges overlap the order is not clear."
)


def answer(listed: pd.DataFrame, totals: Totals, year: str) -> str:
    """Answer "Which schools could use help first?".

    Parameters
    ----------
    listed : DataFrame
        `data.views.school_lists.to_help`.
    """
    if not totals.listed:
        return "No school matches this choice. Choose another place, type or level."
    if not totals.shown:
        return (
            f"For {year}, no figure of {plural(totals.listed, 'school')} can be shown. The table"
            " gives the reason for each."
        )
    hidden = f" {plural(totals.hidden, 'school')} not shown, with the reason." * bool(totals.hidden)
    high = count_text(totals.high) if totals.high else "none"
    verb = "has" if totals.high == 1 else "have"
    bands = f"In all, {high} of {plural(totals.shown, 'school')} {verb} 30 % or more of students"
    return f"{_first(listed, year)} {bands} chronically absent.{hidden}"


def _first(listed: pd.DataFrame, year: str) -> str:
    """Name the schools that stand first, and count those that clearly stand out."""
    above = listed[listed["rank"].notna() & listed["excess"].gt(0)]
    clear = above[above["excess_low"] > 0]
    if above.empty:
        return f"In {year}, no school here has more absence than schools of its level."
    names = _listing(list(above["name"].head(NAMED)))
    stands = "stands" if len(above) == 1 else "stand"
    if clear.empty:
        return f"{names} {stands} first in {year}, though no school is clearly above its level."
    number = plural(len(clear), "school")
    are = "is" if len(clear) == 1 else "are"
    return (
        f"{names} {stands} first in {year}. {number} {are} clearly above others of the same level."
    )


def ties(listed: pd.DataFrame) -> str:
    """Say how many stand as high as the first within their ranges; "" for none."""
    alike = int(listed["like_first"].sum())
    if alike < 2:
        return ""
    return (
        f"The ranges of {count_text(alike)} schools overlap that of the first:"
        " which of them comes first is not clear."
    )


def figure(row: pd.Series, by: str) -> str:
    """Figure of a school in a ranked list, by which it stands where it does."""
    rate = f"{percent_text(row['rate'], row['enrolled'])} of {students_text(row['enrolled'])}"
    ranks = span_text(count_text(row["rank_first"]), count_text(row["rank_last"]))
    beyond = f"{signed_text(row['excess'])} beyond expected"
    first, second = (rate, beyond) if by == "rate" else (beyond, rate)
    return f"{first} · {second} · could be {ranks}"


def title(listed: pd.DataFrame, by: str, year: str) -> str:
    """Title of the table: how many schools, in which order."""
    order = "highest share" if by == "rate" else "most students beyond expected"
    return f"{plural(len(listed), 'school')}, {order} first, {year}"


def _listing(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))

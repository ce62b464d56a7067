"""Sentences of the Schools page: who stands first, and how sure the order is."""

from __future__ import annotations

import pandas as pd

from data.views.school_lists import clearly_above
from data.views.schools_and_tracts import Totals
from ui.languages import counted, mark, text
from ui.words.numbers import (
    count_text,
    percent_text,
    plural,
    signed_text,
    span_text,
)

NAMED = 3
ORDER_MEANING = mark(
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
        return text("No school matches this choice. Choose another place, type or level.")
    if not totals.shown:
        return text(
            "For {year}, no figure of {schools} can be shown. The table gives the reason for each.",
            year=year,
            schools=plural(totals.listed, "school"),
        )
    shown = plural(totals.shown, "school")
    said = [_first(listed, year), _high(totals.high, shown)]
    if totals.hidden:
        hidden = plural(totals.hidden, "school")
        said.append(text("{schools} not shown, with the reason.", schools=hidden))
    return " ".join(said)


def _high(high: int, shown: str) -> str:
    """Say in how many schools 30 % or more of students are chronically absent."""
    if not high:
        return text(
            "In all, none of {schools} have 30 % or more of students chronically absent.",
            schools=shown,
        )
    return counted(
        "In all, {count} of {schools} has 30 % or more of students chronically absent.",
        "In all, {count} of {schools} have 30 % or more of students chronically absent.",
        high,
        schools=shown,
    )


def _first(listed: pd.DataFrame, year: str) -> str:
    """Name the schools that stand first, and count those that clearly stand out."""
    above = listed[listed["rank"].notna() & listed["excess"].gt(0)]
    clear = clearly_above(listed)
    if above.empty:
        none = mark("In {year}, no school here has more absence than schools of its level.")
        return text(none, year=year)
    names = _listing(list(above["name"].head(NAMED)))
    if clear.empty:
        one = mark("{names} stands first in {year}, though no school is clearly above its level.")
        more = mark("{names} stand first in {year}, though no school is clearly above its level.")
        return text(one if len(above) == 1 else more, names=names, year=year)
    one, more = mark("{names} stands first in {year}."), mark("{names} stand first in {year}.")
    said = text(one if len(above) == 1 else more, names=names, year=year)
    clearly = counted(
        "{count} school is clearly above others of the same level.",
        "{count} schools are clearly above others of the same level.",
        len(clear),
    )
    return f"{said} {clearly}"


def ties(listed: pd.DataFrame) -> str:
    """Say how many stand as high as the first within their ranges; "" for none."""
    alike = int(listed["like_first"].sum())
    if alike < 2:
        return ""
    return text(
        "The ranges of {count} schools overlap that of the first: which of them comes first is not"
        " clear.",
        count=count_text(alike),
    )


def figure(row: pd.Series, by: str) -> str:
    """Figure of a school in a ranked list, by which it stands where it does."""
    rate = percent_text(row["rate"], row["enrolled"])
    ranks = span_text(count_text(row["rank_first"]), count_text(row["rank_last"]))
    beyond = text("{count} students", count=signed_text(row["excess"]))
    first, second = (rate, beyond) if by == "rate" else (beyond, rate)
    return f"{first} · {second} · " + text("could be {ranks}", ranks=ranks)


def title(listed: pd.DataFrame, by: str, year: str) -> str:
    """Title of the table: how many schools, in which order."""
    by_rate = mark("{schools}, highest share first, {year}")
    by_excess = mark("{schools}, most students beyond expected first, {year}")
    schools = plural(len(listed), "school")
    return text(by_rate if by == "rate" else by_excess, schools=schools, year=year)


def _listing(names: list[str]) -> str:
    *first, last = names
    return text("{first} and {last}", first=", ".join(first), last=last) if first else last

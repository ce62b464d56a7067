"""The areas that stand out, in one answer: the Hot spots page and coalition mode say the same."""

from __future__ import annotations

import pandas as pd

from data.views.hot_spots import HotSpots
from ui.languages import counted, text
from ui.words import plain
from ui.words.numbers import percent_text


def stand_out(found: HotSpots, year: str, place: str, rate: float, alpha: float) -> str:
    """Name the areas that stand out, and how many students it is about.

    Parameters
    ----------
    found : HotSpots
    year : str
        School year.
    place : str
        Name of the whole place.
    rate : float
        Share of its students who are chronically absent.
    alpha : float
        Level at which the map as a whole counts as uneven.
    """
    if found.groups.empty:
        return _none(found, year, place, rate, alpha)
    return f"{_named(found.groups)} {_beside(found.groups, place, rate)}"


def _named(groups: pd.DataFrame) -> str:
    names = plain.listed(list(groups["name"].head(plain.NAMED)))
    number = plain.capital(plain.how_many(len(groups)))
    if len(groups) > plain.NAMED:
        return text("{number} areas stand out. The first are {names}.", number=number, names=names)
    return counted(
        "One area stands out: {names}.",
        "{number} areas stand out: {names}.",
        len(groups),
        number=number,
        names=names,
    )


def _beside(groups: pd.DataFrame, place: str, rate: float) -> str:
    """Set the schools of the areas beside those of the whole place."""
    students = float(groups["enrolled"].sum())
    if not students > 0:
        return text("The rate behind them is not shown.")
    there = float(groups["chronic_absent"].sum()) / students
    said, whole = plain.about(there), plain.about(rate)
    if said == whole:  # the words are too coarse to tell them apart
        said = text("{percent} of students", percent=percent_text(there, 0))
        whole = percent_text(rate, 0)
    return counted(
        "In the schools its children attend, {there} are chronically absent. In all of {place} it"
        " is {whole}.",
        "In the schools their children attend, {there} are chronically absent. In all of {place} it"
        " is {whole}.",
        len(groups),
        there=said,
        place=place,
        whole=whole,
    )


def _none(found: HotSpots, year: str, place: str, rate: float, alpha: float) -> str:
    """Say what a map without areas means, and that it is no all-clear."""
    parts = [text("No area stands out clearly in {year}.", year=year)]
    if found.broad is not None and not found.broad.empty:
        names = plain.listed(list(found.broad["name"].head(plain.NAMED)))
        parts = [
            counted(
                "No small area stands out in {year}, but {names} does as a whole.",
                "No small area stands out in {year}, but {names} do as a whole.",
                len(found.broad),
                year=year,
                names=names,
            )
        ]
    parts.append(
        text(
            "In all of {place}, {whole} are chronically absent.",
            place=place,
            whole=plain.about(rate),
        )
    )
    if found.whole_p is not None and found.whole_p <= alpha:
        parts.append(text("Absence still differs from area to area more than chance would give."))
    parts.append(text("This is no all-clear: small groups are easily missed."))
    return " ".join(parts)

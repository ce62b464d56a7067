"""Maps of neighbourhoods: every tract in the class of its neighbourhood, on the same outlines."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pandas as pd

from ui.maps.decks import AreaClasses, driver_classes, measure_classes
from ui.maps.scales import ClassScale
from ui.words.numbers import (
    BY_SCHOOLS,
    interval_text,
    percent_text,
    students_text,
    with_margin,
)
from ui.words.standing import not_shown_text


def neighbourhood_classes(table: pd.DataFrame, units: pd.Series, measure: str) -> AreaClasses:
    """Tracts in the class of their neighbourhood's figure.

    Parameters
    ----------
    table : DataFrame
        Neighbourhoods, see `ui.queries.neighbourhoods.table`.
    units : Series of str
        Neighbourhood of each tract, in the order of the map's features.
    measure : str
        "crude", "ratio" or "eb".
    """
    return on_tracts(measure_classes(table, measure, "neighbourhoods"), table.index, units)


def neighbourhood_driver_classes(table: pd.DataFrame, units: pd.Series, unit: str) -> AreaClasses:
    """Tracts in the class of their neighbourhood's mean of a social driver, given in a unit."""
    return on_tracts(driver_classes(table, unit, "neighbourhoods"), table.index, units)


def on_tracts(classes: AreaClasses, names: pd.Index, units: pd.Series) -> AreaClasses:
    """Hand the classes of neighbourhoods to their tracts; a tract without one is not shown."""

    def spread(codes: str, without: str) -> str:
        if not codes:
            return ""
        own = dict(zip(names, codes, strict=True))
        return "".join(own.get(unit, without) for unit in units)

    return replace(
        classes,
        unit="tracts",
        codes=spread(classes.codes, classes.scale.codes[-1]),
        marked=spread(classes.marked, "1"),
        hatched=spread(classes.hatched, "0"),
    )


def counts(scale: ClassScale, codes: str, units: pd.Series) -> dict[str, int]:
    """How many neighbourhoods each class of a map holds, by label; tracts without one count none.

    Parameters
    ----------
    codes : str
        Of the tracts, from classes of this file.
    """
    each = pd.Series(list(codes), units.index)[units.notna()]
    return scale.counts("".join(each.groupby(units).first()))


def hover_texts(table: pd.DataFrame) -> pd.Series:
    """Write the figure of each neighbourhood for the hover, as HTML already escaped."""
    return pd.Series(
        [escape(_figure(row)) for _, row in table.iterrows()], table.index, dtype="str"
    )


def driver_hover_texts(table: pd.DataFrame) -> pd.Series:
    """Write the mean of a social driver in each neighbourhood for the hover, escaped."""
    texts = [
        escape(with_margin(row["value"], row["moe"], row["unit"]))
        if row["status"] == "reported"
        else not_shown_text("missing", "")
        for _, row in table.iterrows()
    ]
    return pd.Series(texts, table.index, dtype="str")


def _figure(row: pd.Series) -> str:
    if not row["shown"]:
        return not_shown_text(row["status"], row["reason"])
    n = row["enrolled"]
    ends = interval_text(row["low"], row["high"], n)
    return f"{percent_text(row['rate'], n)} ({BY_SCHOOLS} {ends}) of {students_text(n)}"

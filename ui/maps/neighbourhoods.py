"""Maps of neighbourhoods: every tract in the class of its neighbourhood, on the same outlines."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ui.maps.decks import AreaClasses, driver_classes, measure_classes
from ui.maps.scales import ClassScale


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

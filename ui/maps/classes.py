"""Class codes of areas and schools: what maps and legends share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.views.hot_spots import HotSpots
from data.views.schools_and_tracts import VALUE_OF_MEASURE
from ui.maps.palettes import (
    agreement_scale,
    driver_scale,
    exceedance_scale,
    hot_cold_scale,
    rate_scale,
    ratio_scale,
)
from ui.maps.scales import NOT_SHOWN, ClassScale

HOT_SPOT_SCALES: Mapping[str, Callable[[], ClassScale]] = {
    "consensus": agreement_scale,
    "test": hot_cold_scale,
    "scan": hot_cold_scale,
    "membership": exceedance_scale,
}
SIZE_BREAKS = (200, 400, 700, 1200)
SIZE_LABELS = ("under 200 students", "200–399", "400–699", "700–1,199", "1,200 or more")


@dataclass(frozen=True)
class AreaClasses:
    """Class of every tract, in the order of the map's features.

    Parameters
    ----------
    scale : ClassScale
    codes : str
        One class code a tract.
    marked, hatched, brushed : str
        "1" where a dot marks the tract (not shown), where lines cross it, where an outline shows
        what is chosen in the chart beside; else "0". The latter two may be "" for none.
    lines : str
        What the lines mean.
    """

    scale: ClassScale
    codes: str
    marked: str
    hatched: str = ""
    brushed: str = ""
    lines: str = "one analysis alone flags it"


@dataclass(frozen=True)
class SchoolClasses:
    """Class of every school point, in the order of the map's features, and its size.

    `sizes` are five classes by students, "0" to "4"; "-" hides the point.
    """

    scale: ClassScale
    codes: str
    sizes: str


def measure_classes(tracts: pd.DataFrame, measure: str) -> AreaClasses:
    """Tracts by the chosen measure; a dot marks tracts that are not shown."""
    scale = ratio_scale() if measure == "ratio" else rate_scale()
    codes = scale.encode(tracts[VALUE_OF_MEASURE[measure]], shown=tracts["shown"])
    return AreaClasses(scale, codes, flags(~tracts["shown"]))


def hot_spot_classes(spots: HotSpots) -> AreaClasses:
    """Tracts by what the analysis says; lines cross what one analysis alone flags."""
    scale, tracts = HOT_SPOT_SCALES[spots.kind](), spots.tracts
    codes = scale.encode(tracts["map_class"])
    marks = flags(tracts["map_class"] == NOT_SHOWN)
    return AreaClasses(scale, codes, marks, hatched=flags(tracts["hatched"]))


def driver_classes(driver: pd.DataFrame, unit: str) -> AreaClasses:
    """Tracts by a social driver; lines cross values of low reliability, a dot marks no value."""
    shown = driver["status"].eq("reported") & driver["value"].notna()
    scale = driver_scale(driver["value"].where(shown), unit)
    codes = scale.encode(driver["value"], shown=shown)
    weak = shown & driver["reliability"].eq("low")
    lines = "low reliability, cannot carry a conclusion"
    return AreaClasses(scale, codes, flags(~shown), hatched=flags(weak), lines=lines)


def school_classes(schools: pd.DataFrame, features: pd.Index) -> SchoolClasses:
    """Schools by band of their rate, sized by students; others are hidden.

    `features` are the school ids in the order of the map's features.
    """
    scale = rate_scale()
    table = schools.reindex(features)
    shown = table["shown"].eq(True)
    codes = scale.encode(table["rate"], shown=shown)
    size = np.searchsorted(SIZE_BREAKS, table["enrolled"].to_numpy(float), side="right")
    sizes = np.where(table["name"].isna(), "-", np.where(shown, size, 0).astype(str))
    return SchoolClasses(scale, codes, "".join(sizes))


def flags(marked: pd.Series) -> str:
    """Write "1" where a tract is marked, else "0"."""
    return "".join(np.where(marked.to_numpy(dtype=bool), "1", "0"))

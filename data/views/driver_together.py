"""Tracts high in absence and in a social driver: in nine classes, and tested."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.drivers.bivariate import (
    BivariateClasses,
    BivariateLocal,
    Overlap,
    bivariate_classes,
    bivariate_local,
    overlap,
)
from analytics.hotspots.nulls import ShuffledMap, shuffled_map
from data.contracts.vocabulary import NOT_SHOWN
from geo.weights.weights import Weights

DRAWS = 999
SEED = 20240901
WEAK = "low"
LOW_RELIABILITY = "not shown: low reliability"


@dataclass(frozen=True, eq=False)
class Together:
    """Tracts in thirds of absence and of a condition.

    Attributes
    ----------
    tracts : DataFrame
        Index `geoid`, every tract: the driver's view with `ratio, ratio_low, ratio_high`,
        `absence_class`, `driver_class` and `pair`; what is not known, or of low reliability, reads
        "not shown".
    classes : BivariateClasses
        The 3 x 3 table and the bounds of the thirds.
    weak : int
        Tracts not shown only because the condition's figure is of low reliability.
    hard : str
        Pair of the highest absence and the hardest third of the condition; "" when no end of it is
        harder than the other.
    """

    tracts: pd.DataFrame
    classes: BivariateClasses
    weak: int
    hard: str


@dataclass(frozen=True, eq=False)
class Tested:
    """Where absence and a condition go together beyond what rearranged schools give.

    Attributes
    ----------
    lee : BivariateLocal
        Local and overall bivariate statistic (Lee's L) of every tract with both figures: averages
        over neighbours, so figures of low reliability count.
    overlap : Overlap, optional
        Hot-spot tracts in the hardest fifth of the condition, tract by tract and so without those
        of low reliability; None when no end of it is harder.
    weak : int
        Tracts where the condition's figure is of low reliability.
    hot : int
        Hot-spot tracts, whatever is known of the condition there.
    has_margins : bool
        Whether the condition is published with margins of error.
    """

    lee: BivariateLocal
    overlap: Overlap | None
    weak: int
    hot: int
    has_margins: bool

    def passing(self, quadrant: str, alpha: float) -> int:
        """Count tracts of a quadrant, such as "high-high", at q up to alpha."""
        areas = self.lee.areas
        return int((areas["q"].le(alpha) & areas["quadrant"].eq(quadrant)).sum())


def put_together(tracts: pd.DataFrame, driver: pd.DataFrame, direction: str) -> Together:
    """Put every tract in one of nine classes.

    Parameters
    ----------
    tracts : DataFrame
        From `schools_and_tracts.tract_view`.
    driver : DataFrame
        From `schools_and_tracts.driver_view`, on the same index.
    direction : str
        How to read a large value of the driver.
    """
    absence = tracts["ratio"].where(tracts["shown"]).astype(float)
    reported = driver["value"].where(driver["status"].eq("reported")).astype(float)
    value = concluding(driver)
    classes = bivariate_classes(
        absence, value, absence_breaks=_thirds(absence), driver_breaks=_thirds(reported)
    )
    areas = classes.areas.replace("no value", NOT_SHOWN)
    weak = absence.notna() & reported.notna() & value.isna()
    areas["driver_class"] = areas["driver_class"].mask(
        reported.notna() & value.isna(), LOW_RELIABILITY
    )
    hard = {"higher is harder": "high-high", "lower is harder": "high-low"}.get(direction, "")
    ratios = tracts[["ratio", "ratio_low", "ratio_high"]].where(tracts["shown"])
    table = driver.join(ratios.astype(float)).join(areas)
    return Together(table, classes, int(weak.sum()), hard)


def hidden(together: Together) -> dict[str, int]:
    """Count tracts that are not in a class, by reason."""
    missing = int(together.tracts["pair"].eq(NOT_SHOWN).sum()) - together.weak
    return {"low reliability": together.weak, "no figure of one or both": missing}


def concluding(driver: pd.DataFrame) -> pd.Series:
    """Give the values that can carry a conclusion: reported, and not of low reliability."""
    usable = driver["status"].eq("reported") & driver["reliability"].ne(WEAK)
    return driver["value"].where(usable).astype(float)


def tested_together(
    schools: pd.DataFrame,
    driver: pd.DataFrame,
    shares: pd.DataFrame,
    weights: Weights,
    hot: pd.Series,
    direction: str,
) -> Tested:
    """Test where both go together, against schools rearranged within their levels.

    Parameters
    ----------
    schools, driver, shares : DataFrame
        From `schools_and_tracts`.
    weights : Weights
        Neighbours of the tracts.
    hot : Series
        Whether each tract is in a hot group.
    direction : str
        How to read a large value of the driver.
    """
    reported = driver["value"].where(driver["status"].eq("reported")).astype(float)
    value = concluding(driver)

    def shuffled(figure: pd.Series) -> ShuffledMap:
        x, n = schools["chronic_absent"], schools["enrolled"]
        level, kind = schools["level"], schools["school_type"]
        return shuffled_map(x, n, figure, shares, weights, level, kind)

    lee = bivariate_local(shuffled(reported), weights, draws=DRAWS, seed=SEED)
    sign = {"higher is harder": 1, "lower is harder": -1}.get(direction)
    both = None
    if sign is not None:
        both = overlap(hot, shuffled(sign * value), weights, draws=DRAWS, seed=SEED)
    weak = int((reported.notna() & value.isna()).sum())
    return Tested(lee, both, weak, int(hot.sum()), bool(driver["moe"].notna().any()))


def _thirds(values: pd.Series) -> tuple[float, float] | None:
    """Inner bounds of the thirds of the place; None where ties leave no thirds."""
    figures = values.dropna()
    if figures.empty:
        return None
    low, high = np.quantile(figures.to_numpy(dtype=float), [1 / 3, 2 / 3])
    return (float(low), float(high)) if low < high else None

"""Absence beside social drivers: one model of all exposures of schools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.association import (
    Association,
    across_joins,
    described,
    driver_model,
    moe_sensitivity,
    shapley_shares,
)
from analytics.association.model import MIN_PLACES, PLACES_PER_EXPOSURE, DriverModel
from analytics.association.result import Diagnostics, refused
from analytics.rates.acs import HIGH_BELOW, LOW_ABOVE, Z_90
from analytics.rates.tract_rates import Exposures
from data.recipe.measures import MeasureInfo
from geo.weights.weights import Weights

NEIGHBOURS = 8
REDRAWS = 100
BOOTSTRAPS = 200
SEED = 20240901
FEWEST_BLOCKS = 10
Beside = Literal["others", "alone", "index", "map"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Absence beside social drivers at school level.

    Attributes
    ----------
    found : Association
        Effects and diagnostics, or why there are none.
    table : DataFrame
        Index `driver`, highest odds ratio first: effects as odds ratios `odds_ratio, odds_low,
        odds_high`, `join_least, join_most` of the estimates under the other joins (NaN before they
        are looked through), `all_low, all_high` the interval that holds those of all joins, `p, q`
        of all joins together, the range when exposures are redrawn within their margins `moe_low,
        moe_high`, `same_sign`, `cv` and `reliability` of the exposures, the school that moves it
        most `influential_school, dfbetas`, and the driver's own columns.
    shares : DataFrame
        Index `theme`: its part of what differs between schools, `share, low, high`.
    left_out : mapping of str to str
        Driver that cannot be told apart -> the one in the model it is most alike.
    beside : str
        "others" when drivers stand side by side; "alone" where schools are too few for that,
        "index" for a composite index, "map" when the chosen driver is for its map alone.
    schools : int
        Schools of the view, shown or not.
    joins : mapping of str to str
        Other join looked through -> "" or why it gave no model; empty before they are.
    """

    found: Association
    table: pd.DataFrame
    shares: pd.DataFrame
    left_out: Mapping[str, str]
    beside: Beside
    schools: int
    joins: Mapping[str, str] = field(default_factory=dict)


def tract_figures(drivers: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give reported values and margins of error, tracts by drivers.

    Parameters
    ----------
    drivers : DataFrame
        Rows `geoid, measure, value, moe, status`.
    """
    rows = drivers[drivers["status"].eq("reported") & drivers["measure"].isin(list(names))]
    rows = rows.astype({"value": float, "moe": float})
    value, moe = (
        rows.pivot_table(name, "geoid", "measure", aggfunc="first").reindex(columns=list(names))
        for name in ("value", "moe")
    )
    return value, moe


def affordable(schools: int, levels: int) -> int:
    """Say how many drivers side by side this many schools can carry."""
    return (schools - levels) // PLACES_PER_EXPOSURE if schools >= MIN_PLACES else 0


def compare(
    schools: pd.DataFrame, exposures: Exposures, points: gpd.GeoSeries
) -> tuple[Association, pd.DataFrame]:
    """Fit the model once, and redraw its exposures within their margins of error.

    Parameters
    ----------
    schools : DataFrame
        From `views.school_view`, schools shown and located.
    exposures : Exposures
        On the same index.
    points : GeoSeries
        Places of the schools in metres, on the same index.

    Returns
    -------
    tuple
        The association, and for each driver `moe_low, moe_high` (log odds) and `same_sign`.
    """
    values = exposures.figures
    if len(schools) < MIN_PLACES or values.empty:
        return _too_few(values, len(schools)), _no_redraws(values.columns)
    model = _model(schools, values, points)
    association = described(model)
    if association.state != "estimated":
        return association, _no_redraws(values.columns)
    moved = moe_sensitivity(model, values, exposures.moe, draws=REDRAWS, seed=SEED)
    drawn = moved["state"].eq("redrawn")
    moved = moved[["low", "high", "same_sign"]].where(drawn)
    return association, moved.rename(columns={"low": "moe_low", "high": "moe_high"})


def under_join(schools: pd.DataFrame, figures: pd.DataFrame, points: gpd.GeoSeries) -> Association:
    """Fit the model once more, on exposures that another join gives; all on one index."""
    return described(_model(schools, figures, points))


def with_joins(comparison: Comparison, others: Mapping[str, Association]) -> Comparison:
    """Set every effect beside those of the other joins: see `association.across_joins`.

    Parameters
    ----------
    comparison : Comparison
        Of the chosen join.
    others : mapping of str to Association
        The same drivers under each other join, from `under_join`.
    """
    if comparison.found.state != "estimated" or not others:
        return comparison
    fitted = {name: each.effects for name, each in others.items() if each.state == "estimated"}
    across = across_joins(comparison.found.effects, fitted).reindex(comparison.table.index)
    table = comparison.table.assign(
        join_least=np.exp(across["least"]),
        join_most=np.exp(across["most"]),
        all_low=np.exp(across["low"]),
        all_high=np.exp(across["high"]),
        p=across["p"],
        q=across["q"],
    )
    joins = {name: "" if name in fitted else each.state for name, each in others.items()}
    return replace(comparison, table=table, joins=joins)


def theme_shares(
    schools: pd.DataFrame, exposures: pd.DataFrame, themes: Mapping[str, str]
) -> pd.DataFrame:
    """Divide what differs between schools among the themes of the drivers.

    Parameters
    ----------
    schools, exposures : DataFrame
        On one index.
    themes : mapping
        Theme of each driver.
    """
    blocks = schools["neighbourhood"].where(schools["neighbourhood"] != "")
    return shapley_shares(
        schools[["chronic_absent", "enrolled"]],
        exposures,
        themes=themes,
        strata=schools["level"],
        blocks=blocks if blocks.nunique() >= FEWEST_BLOCKS else None,
        draws=BOOTSTRAPS,
        seed=SEED,
    )


def changed_first(shares: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Put themes of which something can be changed before the others; else as they stand.

    Parameters
    ----------
    shares : DataFrame
        From `theme_shares`.
    table : DataFrame
        From `effects_table`.
    """
    first = table.groupby("theme")["modifiable"].any().reindex(shares.index)
    return shares.loc[first.sort_values(ascending=False, kind="stable").index]


def effects_table(
    association: Association,
    moved: pd.DataFrame,
    exposures: Exposures,
    names: pd.Series,
    measures: Mapping[str, MeasureInfo],
) -> pd.DataFrame:
    """Lay out everything known of each driver in the model.

    What can be changed stands first, and of that the highest odds ratio.

    Parameters
    ----------
    association, moved : Association, DataFrame
        From `compare`.
    exposures : Exposures
        Of the schools in the model.
    names : Series
        Name of each school.
    measures : mapping
        Registry entries.
    """
    table = association.effects.rename_axis("driver").join(moved)
    about = [measures[str(name)] for name in table.index]
    cv = (exposures.moe / Z_90 / exposures.figures.abs()).replace(np.inf, np.nan).median()
    table = table.assign(
        odds_low=np.exp(table["low"]),
        odds_high=np.exp(table["high"]),
        join_least=np.nan,
        join_most=np.nan,
        all_low=np.exp(table["low"]),
        all_high=np.exp(table["high"]),
        moe_low=np.exp(table["moe_low"]),
        moe_high=np.exp(table["moe_high"]),
        cv=cv.reindex(table.index),
        label=[item.label for item in about],
        theme=[item.theme for item in about],
        unit=[item.unit for item in about],
        modifiable=[item.modifiable for item in about],
    )
    table["reliability"] = _reliability(table["cv"])
    influence = association.diagnostics.influence.reindex(table.index, columns=["id", "dfbetas"])
    table["influential_school"] = influence["id"].map(names)
    table["dfbetas"] = influence["dfbetas"].astype(float)
    order = ["modifiable", "odds_ratio", "label"]
    return table.sort_values(order, ascending=[False, False, True], kind="stable")


def _model(schools: pd.DataFrame, values: pd.DataFrame, points: gpd.GeoSeries) -> DriverModel:
    near = Weights.knn(points, min(NEIGHBOURS, len(schools) - 1))
    outcome = schools[["chronic_absent", "enrolled"]]
    return driver_model(outcome, values, weights=near, strata=schools["level"], points=points)


def _reliability(cv: pd.Series) -> pd.Series:
    classes = [cv.isna(), cv < HIGH_BELOW, cv <= LOW_ABOVE]
    return pd.Series(np.select(classes, ["no margin", "high", "medium"], "low"), index=cv.index)


def _too_few(values: pd.DataFrame, schools: int) -> Association:
    nothing = np.full(values.shape[1], np.nan)
    reason = f"{schools} schools; at least {MIN_PLACES} are needed"
    diagnostics = Diagnostics(n=schools, left_out=0)
    return refused("too few places", reason, values.columns, diagnostics, nothing, nothing)


def _no_redraws(names: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(np.nan, names, ["moe_low", "moe_high", "same_sign"])

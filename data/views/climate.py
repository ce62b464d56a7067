"""What surveys say of schools, and absence beside it: schools are compared, never students."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analytics.association import Association, described, driver_model
from analytics.association.model import MIN_PLACES, PLACES_PER_EXPOSURE
from analytics.inputs import Floats
from data.contracts.vocabulary import RESPONDENTS
from data.panel import Panel
from data.recipe.scales import scales
from geo.weights.weights import Weights

NEIGHBOURS = 8
SURENESS = 0.95
LEAST_RESPONSE = 0.5
"""Schools where fewer of those asked answered take no part: those who did not may differ."""
LEAST_STUDENTS = 30
STEP = 0.1
ANSWERS = "answers"
INDEX = "conditions together"
NAMES = ("respondent", "scale")


@dataclass(frozen=True, eq=False)
class Link:
    """Absence beside one scale of a survey, school by school.

    Attributes
    ----------
    state : str
        "estimated", "too few schools", "low response", "collinear" or "constant".
    odds, low, high : float
        Odds of chronic absence where the share is ten points higher, over those where it is not;
        NaN where refused. The interval is as wide as several questions asked at once need.
    p : float
        Times the number of questions, at most 1.
    schools : int
        In the model, or that would have been.
    no_figure, small, low_response : int
        Schools left out: without one of the two figures, with few students, where few answered.
    response_known : bool
        Whether the publisher says which part of those asked answered.
    conditions : int
        Conditions of the students' tracts beside it, themselves or as one index.
    questions : int
        Scales that are asked about side by side.
    """

    state: str
    odds: float
    low: float
    high: float
    p: float
    schools: int
    no_figure: int
    small: int
    low_response: int
    response_known: bool
    conditions: int
    questions: int

    @property
    def clear(self) -> bool:
        """Whether the interval, widened for all questions, leaves 1 out."""
        return self.state == "estimated" and (self.low > 1 or self.high < 1)


def scale_view(panel: Panel, schools: pd.DataFrame, year: str) -> pd.DataFrame:
    """Give the scales that surveys of a year hold of some schools, in the order of the registry.

    Parameters
    ----------
    panel : Panel
        Protected.
    schools : DataFrame
        From `schools_and_tracts.school_view`.
    year : str

    Returns
    -------
    DataFrame
        Index `respondent, scale`: `schools` with a figure shown, `withheld` without one of those
        that have a row, `median` share, `least, most` the middle half of schools, `respondents` in
        all, `response_rate` of the middle school (both NaN where not published).
    """
    rows = panel.climate
    rows = rows[rows["school_year"].eq(year) & rows["school_id"].isin(schools.index)]
    shown = rows["status"].eq("reported")
    figures = rows.assign(value=rows["value"].where(shown), shown=shown)
    groups = figures.groupby(list(NAMES))
    table = pd.DataFrame(
        {
            "schools": groups["shown"].sum(),
            "withheld": groups.size() - groups["shown"].sum(),
            "median": groups["value"].median(),
            "least": groups["value"].quantile(0.25),
            "most": groups["value"].quantile(0.75),
            "respondents": groups["respondents"].sum(min_count=1),
            "response_rate": groups["response_rate"].median(),
        }
    )
    table = table[table["schools"] > 0]
    order = [(who, name) for name in scales() for who in RESPONDENTS if (who, name) in table.index]
    return table.reindex(pd.MultiIndex.from_tuples(order, names=NAMES))


def school_answers(
    panel: Panel, schools: pd.DataFrame, year: str, scale: tuple[str, str]
) -> pd.DataFrame:
    """Put the answers to one scale beside the absence of each school.

    Parameters
    ----------
    panel : Panel
        Protected.
    schools : DataFrame
        From `schools_and_tracts.school_view`.
    year : str
    scale : tuple of str
        Respondent and scale.

    Returns
    -------
    DataFrame
        The schools with `answers` (NaN unless reported), `respondents`, `response_rate`,
        `answers_status` ("" without a row) and `answers_reason`.
    """
    rows = panel.climate
    respondent, name = scale
    here = rows["school_year"].eq(year) & rows["respondent"].eq(respondent)
    own = rows[here & rows["scale"].eq(name)].set_index("school_id").reindex(schools.index)
    return schools.assign(
        answers=own["value"].where(own["status"].eq("reported")).astype(float),
        respondents=own["respondents"].astype(float),
        response_rate=own["response_rate"].astype(float),
        answers_status=own["status"].fillna("").astype("str"),
        answers_reason=own["reason"].fillna("").astype("str"),
    )


def of_school(panel: Panel, school: str) -> pd.DataFrame:
    """Give all that surveys say of one school, latest year first, as rows of `climate`."""
    rows = panel.climate[panel.climate["school_id"].eq(school)]
    known = {name: at for at, name in enumerate(scales())}
    order = rows.assign(order=rows["scale"].map(known))
    order = order.sort_values(["school_year", "order"], ascending=[False, True], kind="stable")
    return order.drop(columns="order").reset_index(drop=True)


def link(
    answered: pd.DataFrame, conditions: pd.DataFrame, points: gpd.GeoSeries, questions: int
) -> Link:
    """Estimate what absence goes with a scale, beside levels and what students live with.

    It is the driver model: neighbours are not forgotten, so that what a district has in common does
    not pass for a link. Small schools and those where few answered take no part; where more than
    half of the schools are lost for the latter, nothing is estimated.

    Parameters
    ----------
    answered : DataFrame
        From `school_answers`, schools with a place on the map.
    conditions : DataFrame
        Mean conditions of the tracts where each school's students live, on the same index; too many
        for the schools there are become one index, their first principal component.
    points : GeoSeries
        Places of the schools in metres, on the same index.
    questions : int
        Scales asked about side by side, over which the interval is widened (Bonferroni).
    """
    both = answered["answers"].notna() & answered["shown"]
    small = both & answered["enrolled"].lt(LEAST_STUDENTS)
    few = both & ~small & answered["response_rate"].lt(LEAST_RESPONSE)
    used = answered[both & ~small & ~few]
    known = bool(answered.loc[both, "response_rate"].notna().any())
    beside = _beside(conditions.loc[used.index].dropna(axis=1, how="all"), used["level"].nunique())

    def told(state: str, numbers: tuple[float, float, float, float] = (np.nan,) * 4) -> Link:
        lost = (int((~both).sum()), int(small.sum()), int(few.sum()))
        kept = conditions.shape[1] if len(beside.columns) else 0
        return Link(state, *numbers, len(used), *lost, known, kept, questions)

    if few.sum() > len(used):
        return told("low response")
    if len(used) < MIN_PLACES:
        return told("too few schools")
    found = _fitted(used, beside, points)
    if found.state != "estimated":
        states = {"too few places": "too few schools", "constant outcome": "constant"}
        return told(states.get(found.state, found.state))
    return told("estimated", _ten_points(found, questions))


def _fitted(used: pd.DataFrame, beside: pd.DataFrame, points: gpd.GeoSeries) -> Association:
    """Fit the driver model with the answers as one exposure more."""
    where = points.loc[used.index]
    return described(
        driver_model(
            used[["chronic_absent", "enrolled"]],
            used[[ANSWERS]].join(beside),
            weights=Weights.knn(where, min(NEIGHBOURS, len(where) - 1)),
            strata=used["level"],
            points=where,
        )
    )


def _beside(conditions: pd.DataFrame, levels: int) -> pd.DataFrame:
    """Give conditions as they are, or as one index where the schools cannot carry so many."""
    full = conditions.dropna()
    if conditions.shape[1] == 0 or len(full) < 2:
        return conditions.iloc[:, :0]
    if PLACES_PER_EXPOSURE * (1 + conditions.shape[1]) + levels <= len(full):
        return conditions
    spread = full.std().replace(0.0, 1.0)
    values: Floats = ((full - full.mean()) / spread).to_numpy(dtype=float)
    first = values @ np.linalg.svd(values, full_matrices=False)[2][0]
    return pd.DataFrame({INDEX: first}, index=full.index).reindex(conditions.index)


def _ten_points(found: Association, questions: int) -> tuple[float, float, float, float]:
    """Give the odds ratio of ten points more, its widened interval and p."""
    row = found.effects.loc[ANSWERS]
    width = stdtrit(row["degrees"], 1 - (1 - SURENESS) / 2 / questions) * row["se"]
    step = STEP / row["sd"]
    ends = (row["effect"], row["effect"] - width, row["effect"] + width)
    odds, low, high = (float(np.exp(step * each)) for each in ends)
    return odds, low, high, min(1.0, float(row["p"]) * questions)

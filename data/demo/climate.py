"""Made-up climate surveys of the fictional demo county, and what is true of them.

How connected students feel follows the schools' own absence, beside level and homes; how safe they
feel and how far families trust does not. A school district colours the trust of its families.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from data.demo.geography import Array
from data.demo.planted import YEARS
from data.demo.schools import Counts

if TYPE_CHECKING:
    from data.demo.truth import World

SURVEYED = YEARS[2:]
"""No survey was held before."""
WITHHELD_BELOW = 10
STREAM = 12


@dataclass(frozen=True)
class Survey:
    """How the answers to one scale vary between schools.

    Attributes
    ----------
    respondent : str
        Who answers.
    mean : float
        Share of a middling school.
    spread : float
        Standard deviation of its log odds between schools.
    with_absence : float
        Correlation of these log odds with the school's own log odds of absence.
    district_sd : float
        Standard deviation of log odds that schools of a district have in common.
    response : float
        Part of those asked who answer in a middling school.
    """

    respondent: str
    mean: float
    spread: float
    with_absence: float
    district_sd: float
    response: float


SURVEYS: Mapping[str, Survey] = MappingProxyType(
    {
        "connectedness": Survey("student", 0.58, 0.45, -0.7, 0.0, 0.78),
        "safety": Survey("student", 0.64, 0.40, 0.0, 0.0, 0.78),
        "trust": Survey("family", 0.72, 0.35, 0.0, 0.25, 0.46),
    }
)


def climate(world: World) -> pd.DataFrame:
    """Ask every school, and withhold where fewer than 10 answer.

    Returns
    -------
    DataFrame
        As in the contract of the panel's table `climate`.
    """
    rng = world.chance(STREAM)
    asked = {survey.respondent: _response(survey, world, rng) for survey in SURVEYS.values()}
    parts = [_scale(name, asked, world, rng) for name in SURVEYS]
    return pd.concat(parts, ignore_index=True)


def truth(world: World) -> dict[str, Any]:
    """Tell what was put into the surveys, ready for JSON.

    `log_odds_of_absence` is what a school whose true share lies a standard deviation (of log odds)
    higher has less or more of absence.
    """
    spread = float(world.absence.effects.std())
    return {
        name: {**asdict(survey), "log_odds_of_absence": round(survey.with_absence * spread, 4)}
        for name, survey in SURVEYS.items()
    }


def _response(survey: Survey, world: World, rng: np.random.Generator) -> Array:
    """Draw the part of each school's families or students who answer."""
    own = rng.normal(0.0, 0.5, len(world.schools.table))
    return np.asarray(expit(logit(survey.response) + own), dtype=np.float64)


def _scale(
    name: str, asked: Mapping[str, Array], world: World, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the answers to one scale in every surveyed year."""
    survey, own = SURVEYS[name], world.absence.effects
    like = survey.with_absence * (own - own.mean()) / own.std()
    rest = np.sqrt(1 - survey.with_absence**2) * rng.standard_normal(len(own))
    districts, at = np.unique(world.schools.table["district"].to_numpy(str), return_inverse=True)
    common = rng.normal(0.0, survey.district_sd, len(districts))[at]
    share = expit(logit(survey.mean) + survey.spread * (like + rest) + common)
    rows = []
    for year in SURVEYED:
        enrolled = world.absence.enrolled[:, YEARS.index(year)]
        answered = rng.binomial(enrolled, asked[survey.respondent])
        positive = rng.binomial(answered, share)
        rows.append(_year(name, year, world, (enrolled, answered, positive)))
    return pd.concat(rows, ignore_index=True)


def _year(name: str, year: str, world: World, counts: tuple[Counts, ...]) -> pd.DataFrame:
    """Publish one year: a share, how many answered, and of those asked which part."""
    enrolled, answered, positive = counts
    few = answered < WITHHELD_BELOW
    table = pd.DataFrame(
        {
            "school_id": world.schools.table.index,
            "school_year": year,
            "respondent": SURVEYS[name].respondent,
            "scale": name,
            "value": (positive / np.maximum(answered, 1)).round(3),
            "respondents": answered.astype(np.float64),
            "response_rate": (answered / enrolled).round(3),
            "status": np.where(few, "suppressed", "reported"),
            "reason": np.where(few, f"Withheld: fewer than {WITHHELD_BELOW} answered.", ""),
            "source": "demo_climate",
        }
    )
    table.loc[few, ["value", "respondents", "response_rate"]] = np.nan
    return table

"""Tables of the Social drivers page: associations, themes, diagnostics; shown and exported."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from analytics.association import RankCorrelation
from analytics.association.lagrange_tests import LagrangeTests
from data.contracts.vocabulary import CATCHMENTS
from data.views.drivers import Comparison
from ui.drivers.words import (
    RELIABILITY,
    interval,
    joins_range,
    link_words,
    step_text,
)
from ui.languages import PERCENT, mark, number, text
from ui.words.numbers import count_text, interval_text, percent_text, q_text, ratio_text

NOT_REDRAWN = mark("no margin published")
NO_JOIN = mark("not looked through")
MODEL_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "driver": "Social driver of health, id.",
        "label": "Social driver of health, in words.",
        "theme": "Theme of the driver.",
        "modifiable": "Whether a city, county or school can change the condition.",
        "odds_ratio": "Odds of chronic absence, times, for one standard deviation more.",
        "odds_low": "Lower end of its 95 % interval.",
        "odds_high": "Upper end of its 95 % interval.",
        "join_least": "Smallest odds ratio under the other joins, for the same step.",
        "join_most": "Largest odds ratio under the other joins.",
        "all_low": "Lower end of the interval that holds the 95 % intervals of all joins.",
        "all_high": "Upper end of that interval.",
        "p": "Two-sided p of no association, the largest of all joins.",
        "q": "Benjamini-Hochberg q of it over the drivers of the model.",
        "sd": "One standard deviation of the schools' exposure, in the driver's unit.",
        "unit": "Unit of sd.",
        "moe_low": "Odds ratio, 2.5 % of redraws of the exposures within their margins of error.",
        "moe_high": "Odds ratio, 97.5 % of those redraws.",
        "same_sign": "Part of the redraws on the same side of 1.",
        "cv": "Coefficient of variation of the exposure at the middle school.",
        "reliability": "Of the exposures: high, medium, low, or no margin.",
        "vif": "Variance inflation factor.",
        "partial_r2": "Partial R2 within the model.",
        "influential_school": "School whose leaving moves the effect most.",
        "dfbetas": "By how many standard errors it moves it.",
        "theme_share": "Shapley share of the driver's theme in what the drivers explain.",
        "theme_share_low": "Lower end of its 95 % bootstrap interval.",
        "theme_share_high": "Upper end of its 95 % bootstrap interval.",
        "state": "estimated, or why there is no estimate.",
        "joins": "Other joins under which the effects were estimated again.",
        "n": "Schools in the model.",
        "left_out": "Schools of the view that are not in the model.",
        "form": "Spatial form: none, error or lag.",
        "why": "What the tests said of the form.",
        "lm_error_p": "p of the Lagrange multiplier test for a spatial error.",
        "lm_lag_p": "p of the Lagrange multiplier test for a spatial lag.",
        "robust_lm_error_p": "The same, in the possible presence of a lag.",
        "robust_lm_lag_p": "The same, in the possible presence of an error.",
        "moran_before": "Moran's I of residuals without the spatial form.",
        "moran_before_p": "Its two-sided p.",
        "moran_after": "Moran's I of residuals with the spatial form.",
        "moran_after_p": "Its two-sided p.",
        "dispersion": "Pearson dispersion of the quasi-binomial model.",
        "field_sd": "Standard deviation of the spatial error, log odds.",
        "between_sd": "Standard deviation between neighbouring schools, log odds.",
        "condition_number": "Condition number of the exposures within levels.",
    }
)
"""Columns of the model's download."""


_FORMS = {
    "none": mark("nothing: no spatial form"),
    "error": mark("a spatial error"),
    "lag": mark("a spatial lag"),
}


def effects_words(table: pd.DataFrame) -> pd.DataFrame:
    """Associations as people read them, one row a driver; from `Comparison.table`."""
    rows = [_effect_words(row) for _, row in table.iterrows()]
    columns = [mark("Condition"), mark("Odds"), mark("95 % interval")]
    columns += [mark("Under the other joins"), mark("All intervals together"), mark("For each")]
    columns += [mark("What may be said"), "q", mark("Within margins of error")]
    columns += [mark("Reliability"), "VIF", mark("School that moves it most")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def shares_words(shares: pd.DataFrame) -> pd.DataFrame:
    """Shares of the themes as people read them."""
    rows = [
        (
            text(str(theme)).capitalize(),
            percent_text(row["share"], 0),
            f"{interval_text(row['low'], row['high'], 0)}{PERCENT}",
            f"{row['exposures']:.0f}",
        )
        for theme, row in shares.iterrows()
    ]
    columns = [mark("Theme"), mark("Their share"), mark("95 % interval"), mark("Conditions")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def diagnostics_words(comparison: Comparison) -> pd.DataFrame:
    """Lay out what stands behind the associations, as people read it."""
    columns = [mark("What"), mark("Figure"), mark("Meaning")]
    return pd.DataFrame(diagnostics(comparison), columns=columns, dtype="str")


def correlation_words(label: str, link: RankCorrelation, year: str) -> pd.DataFrame:
    """One row: a condition measured at the school beside its absence."""
    interval = text("{least} to {most}", least=_signed(link.low), most=_signed(link.high))
    columns = [mark("Condition at the school"), mark("Rank correlation"), mark("95 % interval")]
    columns += [mark("Schools"), mark("Year")]
    row = (label, _signed(link.rho), interval, count_text(link.n), year)
    return pd.DataFrame([row], columns=columns)


def _signed(value: float) -> str:
    return number(f"{value:+.2f}".replace("-", "\N{MINUS SIGN}"))


def model_export(comparison: Comparison) -> pd.DataFrame:
    """Every driver of the model with its diagnostics on the same row, as in `MODEL_FIELDS`."""
    diagnostics = comparison.found.diagnostics
    table = comparison.table.copy()
    shares = comparison.shares.reindex(table["theme"], columns=["share", "low", "high"])
    for name, column in zip(("", "_low", "_high"), shares, strict=True):
        table[f"theme_share{name}"] = shares[column].to_numpy(dtype=float)
    whole: dict[str, object] = {
        "state": comparison.found.state,
        "joins": " ".join(name for name, why in comparison.joins.items() if not why),
        "n": diagnostics.n,
        "left_out": comparison.schools - diagnostics.n,
        "form": diagnostics.form,
        "why": diagnostics.why,
        "dispersion": diagnostics.dispersion,
        "field_sd": diagnostics.field_sd,
        "between_sd": diagnostics.between_sd,
        "condition_number": diagnostics.condition_number,
        **_tests(comparison),
    }
    table = table.assign(**whole)
    return table[[name for name in MODEL_FIELDS if name != table.index.name]]


def diagnostics(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Tell what stands behind the associations: what, figure, meaning."""
    fit = comparison.found
    checks = fit.diagnostics
    rows = [
        (
            text("Schools in the model"),
            text(
                "{number} of {count}",
                number=count_text(checks.n),
                count=count_text(comparison.schools),
            ),
            text(
                "The others have no figure that may be shown, no place on the map, or no exposure."
            ),
        )
    ]
    if checks.lm is None or checks.moran_before is None or checks.moran_after is None:
        return rows
    before, after = checks.moran_before, checks.moran_after
    vif = fit.effects["vif"].max()
    likeness = text(
        "{before} before, {after} after",
        before=_three(before.statistic),
        after=_three(after.statistic),
    )
    return [
        *rows,
        *_joins(comparison),
        (
            text("What neighbours share"),
            text(_FORMS[checks.form]),
            text("Chosen by the multiplier tests below."),
        ),
        _multiplier_tests(checks.lm),
        (
            text("Likeness of neighbours left over (Moran's I)"),
            likeness,
            text(
                "{before} before and {after} after what neighbours share is set aside.",
                before=_probability(before.p),
                after=_probability(after.p),
            ),
        ),
        (
            text("Dispersion"),
            number(f"{checks.dispersion:.1f}"),
            text("1 when schools differ by chance alone; intervals are widened for the rest."),
        ),
        (
            text("Spread left, in log odds"),
            text(
                "{places} over places, {schools} between schools",
                places=ratio_text(checks.field_sd),
                schools=ratio_text(checks.between_sd),
            ),
            text("Standard deviations of what no condition explains."),
        ),
        (
            text("Telling conditions apart"),
            text(
                "largest VIF {vif}, condition number {number}",
                vif=number(f"{vif:.1f}"),
                number=number(f"{checks.condition_number:.1f}"),
            ),
            text("Above 10 and 30 no association would be estimated."),
        ),
    ]


def _joins(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Tell which other joins the effects were estimated under, and which gave no model."""
    if not comparison.joins:
        return []
    named = {name: text(CATCHMENTS[name]) for name in comparison.joins}
    fitted = [named[name].lower() for name, why in comparison.joins.items() if not why]
    refused = [f"{named[name]}: {why}." for name, why in comparison.joins.items() if why]
    meaning = text("Each link was estimated again with homes placed by these.")
    which = ", ".join(fitted) or text("none")
    return [(text("Other joins"), which, " ".join([meaning, *refused]))]


def _multiplier_tests(lm: LagrangeTests) -> tuple[str, str, str]:
    return (
        text("Multiplier tests"),
        text(
            "error {error}, lag {lag}", error=_probability(lm.error.p), lag=_probability(lm.lag.p)
        ),
        text(
            "Each beside the other: error {error}, lag {lag}.",
            error=_probability(lm.robust_error.p),
            lag=_probability(lm.robust_lag.p),
        ),
    )


def _tests(comparison: Comparison) -> dict[str, float]:
    diagnostics = comparison.found.diagnostics
    lm, before, after = diagnostics.lm, diagnostics.moran_before, diagnostics.moran_after
    return {
        "lm_error_p": lm.error.p if lm else np.nan,
        "lm_lag_p": lm.lag.p if lm else np.nan,
        "robust_lm_error_p": lm.robust_error.p if lm else np.nan,
        "robust_lm_lag_p": lm.robust_lag.p if lm else np.nan,
        "moran_before": before.statistic if before else np.nan,
        "moran_before_p": before.p if before else np.nan,
        "moran_after": after.statistic if after else np.nan,
        "moran_after_p": after.p if after else np.nan,
    }


def _effect_words(row: pd.Series) -> tuple[str, ...]:
    redrawn = pd.notna(row["moe_low"])
    moved = text(
        "{school} ({count} standard errors)",
        school=row["influential_school"],
        count=_signed(row["dfbetas"]),
    )
    return (
        text(row["label"]),
        text("{ratio} times", ratio=ratio_text(row["odds_ratio"])),
        interval(row),
        text(NO_JOIN) if pd.isna(row["join_least"]) else joins_range(row),
        interval(row, "all_low", "all_high"),
        text("{step} more", step=step_text(row["sd"], row["unit"], short=True)),
        text(link_words(row)),
        q_text(row["q"]).removeprefix("q = ").removeprefix("q "),
        interval(row, "moe_low", "moe_high") if redrawn else text(NOT_REDRAWN),
        text(RELIABILITY[row["reliability"]]),
        number(f"{row['vif']:.1f}"),
        moved,
    )


def _three(value: float) -> str:
    return number(f"{value:.3f}".replace("-", "\N{MINUS SIGN}"))


def _probability(p: float) -> str:
    return q_text(p, "p")

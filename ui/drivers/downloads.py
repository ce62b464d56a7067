"""Downloads of the Social drivers page: the model with its diagnostics, and how it was made."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from data.panel import Panel
from data.views.drivers import BOOTSTRAPS, NEIGHBOURS, REDRAWS, SEED, Comparison
from ui import languages, queries, roles
from ui.drivers.tables import MODEL_FIELDS, model_export
from ui.drivers.words import interval, joins_range, step_text
from ui.languages import mark, text
from ui.selection import Selection
from ui.tables.downloads import offer
from ui.tables.exports import FICTIONAL, About, about, file_name
from ui.words.numbers import interval_text, percent_text, plural, q_text, ratio_text
from ui.words.standing import ASSOCIATION, JOIN_METHODS, LEVELS, source_text

REFERENCES = (
    "Anselin L, Bera AK, Florax R, Yoon MJ (1996). Simple diagnostic tests for spatial dependence."
    " Reg Sci Urban Econ 26:77-104.",
    "Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate."
    " J R Stat Soc B 57:289-300.",
    "Berger RL (1982). Multiparameter hypothesis testing and acceptance sampling."
    " Technometrics 24:295-300.",
    "Bester CA, Conley TG, Hansen CB (2011). Inference with dependent data using cluster covariance"
    " estimators. J Econom 165:137-151.",
    "Lipovetsky S, Conklin M (2001). Analysis of regression in game theory approach. Appl Stoch"
    " Models Bus Ind 17:319-330.",
    "Marquardt DW (1970). Generalized inverses, ridge regression, biased linear estimation, and"
    " nonlinear estimation. Technometrics 12:591-612.",
    "US Census Bureau (2020). Understanding and Using American Community Survey Data, chapters 7"
    " and 8.",
    "Williams DA (1982). Extra-binomial variation in logistic linear models. Appl Stat 31:144-148.",
)
IN_SHORT = (
    "Absence at each school (students chronically absent out of those enrolled) is modelled on the"
    " social drivers of the tracts its students live in, all side by side, with levels of school, a"
    " spatial term that multiplier tests choose, and variance between schools beyond chance."
    " Drivers that schools cannot tell apart, composite indexes and modelled measures take no part."
    " Odds ratios are for one standard deviation more, with 95 % intervals that allow for"
    f" neighbours being alike; exposures are redrawn {REDRAWS} times within their margins of error."
    " The page Conditions gives the numbers, and a methods paragraph to download."
)


def paragraph(comparison: Comparison, panel: Panel, selection: Selection) -> str:
    """Methods of the fitted model in plain text: the same for the same input."""
    level = "all levels" if selection.level == "all" else LEVELS[selection.level].lower()
    parts = [
        f"Social drivers and chronic absence: {panel.area.name}, {selection.year}, {level}",
        *([FICTIONAL] if panel.area.fictional else []),
        f"{_outcome(comparison, panel)} {_exposures(selection)} {_chosen(comparison)}",
        f"{_model(comparison)} {_results(comparison)} {_sensitivity(comparison)}",
        ASSOCIATION,
        "References: " + " ".join(REFERENCES),
        "Sources: "
        + "; ".join(source_text(s.publisher, s.title, s.vintage) for s in panel.sources)
        + ".",
        "Software: " + ", ".join(f"{k} {v}" for k, v in panel.parameters["versions"].items()) + ".",
    ]
    return "\n\n".join(parts) + "\n"


def _outcome(comparison: Comparison, panel: Panel) -> str:
    diagnostics = comparison.found.diagnostics
    return (
        f"The outcome is students chronically absent out of students enrolled at each school."
        f" {panel.area.definition} {plural(diagnostics.n, 'school')} of {comparison.schools:,} with"
        " a figure that may be shown, a place on the map and an exposure took part."
    )


def _exposures(selection: Selection) -> str:
    return (
        "A school's exposure to a driver is the mean of the tracts its students live in, weighted"
        f" by where they live ({JOIN_METHODS[selection.catchment].rstrip('.')}); its 90 % margin of"
        " error is the root of the summed squares of weight times margin."
    )


def _chosen(comparison: Comparison) -> str:
    if comparison.beside in ("alone", "index"):
        return "One driver was taken alone."
    gone = ", ".join(
        f"{name} (most alike {other})" if other else f"{name} (hardly varies)"
        for name, other in comparison.left_out.items()
    )
    return (
        "Composite indexes and modelled measures took no part. Drivers were left out, without"
        " looking at the outcome, until no variance inflation factor passed 10 and the condition"
        f" number 30: {gone or 'none'}."
    )


def _model(comparison: Comparison) -> str:
    fit = comparison.found
    diagnostics = fit.diagnostics
    if fit.state != "estimated" or diagnostics.lm is None:
        return f"No association was estimated ({fit.state})."
    before, after = diagnostics.moran_before, diagnostics.moran_after
    moran = (
        f" Moran's I of residuals was {before.statistic:.3f} ({q_text(before.p, 'p')}) without and"
        f" {after.statistic:.3f} ({q_text(after.p, 'p')}) with it."
        if before and after
        else ""
    )
    return (
        "Log odds were modelled by quasi-likelihood with levels of school, the drivers, a spatial"
        " term and extra-binomial variance between schools (Williams 1982). Lagrange multiplier"
        f" tests on {NEIGHBOURS} nearest schools chose the spatial form “{diagnostics.form}”"
        f" ({diagnostics.why}).{moran} Pearson dispersion without it was"
        f" {diagnostics.dispersion:.1f}; the standard deviation was {diagnostics.field_sd:.2f} over"
        f" places and {diagnostics.between_sd:.2f} between schools, in log odds. Intervals are"
        " Student's t or those that compact blocks of schools show, whichever is wider."
    )


def _results(comparison: Comparison) -> str:
    if comparison.found.state != "estimated":
        return ""
    said = "; ".join(
        f"{row['label']} {ratio_text(row['odds_ratio'])} ({interval(row)}; q"
        f" {row['q']:.3f}) for {step_text(row['sd'], row['unit'])}"
        for _, row in comparison.table.iterrows()
    )
    ratios = f"Odds ratios for one standard deviation more, with 95 % intervals: {said}."
    return f"{ratios} {_under_joins(comparison)}".rstrip()


def _under_joins(comparison: Comparison) -> str:
    fitted = [name for name, why in comparison.joins.items() if not why]
    if not fitted:
        return ""
    said = "; ".join(
        f"{row['label']} {joins_range(row)} (all intervals together"
        f" {interval(row, 'all_low', 'all_high')})"
        for _, row in comparison.table.iterrows()
    )
    return (
        f"The model was fitted again under the other joins ({', '.join(fitted)}), for the same"
        f" steps: {said}. A q is of the largest p of all joins (Berger 1982)."
    )


def _sensitivity(comparison: Comparison) -> str:
    if comparison.found.state != "estimated":
        return ""
    drawn = comparison.table.dropna(subset=["moe_low"])
    said = "; ".join(
        f"{row['label']} {interval(row, 'moe_low', 'moe_high')}" for _, row in drawn.iterrows()
    )
    shares = "; ".join(
        f"{theme} {percent_text(row['share'], 0)} ({interval_text(row['low'], row['high'], 0)})"
        for theme, row in comparison.shares.iterrows()
    )
    drawn_again = (
        f"Redrawing exposures {REDRAWS} times within their margins gave: {said or 'none'}."
    )
    if shares:
        drawn_again += (
            " Shapley shares of the explained variation by theme, with 95 % intervals of"
            f" {BOOTSTRAPS} bootstrap draws of neighbourhoods: {shares}."
        )
    return f"{drawn_again} Seed {SEED}."


def model_buttons(comparison: Comparison, selection: Selection) -> None:
    """Offer the model as a table and its methods paragraph as plain text."""
    parts = ("associations", selection.area, selection.year, selection.level)
    left, right, _ = st.columns([1, 1, 2])
    with left:
        table = model_export(comparison)
        offer(mark("associations"), parts, lambda: table, model_about(table, selection))
    if not roles.takes_home(queries.panel(selection).sources):
        return
    right.download_button(
        text("Download methods (text)"),
        partial(
            languages.in_english,
            lambda: method_text(comparison, selection),
            languages.reported(),
        ),
        file_name("methods", *parts, suffix="txt"),
        "text/plain",
        on_click="ignore",
        key="txt-methods",
    )


def model_about(table: pd.DataFrame, selection: Selection) -> About:
    """Explain every driver of the model with its diagnostics."""
    return about(selection, table, ASSOCIATION, MODEL_FIELDS)


def method_text(comparison: Comparison, selection: Selection) -> bytes:
    """Methods paragraph of the model, as bytes that depend on nothing else."""
    return paragraph(comparison, queries.panel(selection), selection).encode("utf-8-sig")

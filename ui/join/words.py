"""Sentences, figures and cards of the Join quality page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from data.views.join_quality import WARNED, JoinChange, JoinQuality
from ui.selection import CATCHMENTS
from ui.words.cards import card
from ui.words.numbers import (
    BY_SCHOOLS,
    count_text,
    interval_text,
    percent_text,
    plural,
    points_text,
    students_text,
)
from ui.words.standing import FLOW_MEANING, LEVELS

Figures = list[tuple[str, str]]
NAMES: Mapping[str, str] = {"supplied": "The district's own counts", **CATCHMENTS}
ZONES_NOTE = (
    "Zones tell where a zone's children live, not where a school's students come from: their scale"
    " is shown for comparison and not used."
)

UNCERTAINTY_MEANING = (
    "The two ranges answer two questions. The first takes the join for right and the students"
    " counted in the tract for all there is to learn from. The second is for the rate of the"
    " schools its children attend, over all students of those schools, and adds what is not known"
    " of the join: the scale of distance and the method are drawn again, and how many children"
    " attend each school is doubted. Neither measures each child there."
)
CHANGE_MEANING = (
    "Tracts share schools, so they are not independent: the range of the rank correlation counts at"
    " most one tract a school."
)
EMPTY = (
    "<div class='atlas-card'><p>The map shows how the students counted in each tract compare with"
    " the children who live there. Search above for a school to see the tracts it draws from, or"
    " for a tract to see the schools its children attend.</p></div>"
)


def answer(quality: JoinQuality, focus: str, name: str) -> str:
    """Answer "Where do the students of each school live?" for the view, a school or a tract."""
    if focus in quality.schools.index:
        return _school_answer(quality.schools.loc[focus], NAMES[name].lower())
    if focus in quality.tracts.index:
        return _tract_answer(quality.tracts.loc[focus], NAMES[name].lower())
    joined = quality.schools["tracts"].notna()
    if not joined.any():
        return "No school of this choice can be joined to tracts. Choose another year or level."
    reached = quality.tracts["enrolled"] > 0
    spread = quality.schools.loc[joined, "effective_tracts"].median()
    return (
        f"By “{NAMES[name].lower()}”, students of {plural(joined.sum(), 'school')} live in"
        f" {plural(reached.sum(), 'tract')}; a typical school draws from about"
        f" {plural(spread, 'tract')}. Choose a school or a tract below."
    )


def figures(quality: JoinQuality) -> Figures:
    """Distance, schools behind a tract, tracts read with care, schools outside the join."""
    inhabited = quality.tracts[quality.tracts["children"] > 0]
    warned = inhabited["flag"].isin(WARNED)
    missing = (inhabited["flag"] == "no students").sum()
    apart = int(quality.schools["tracts"].isna().sum())
    return [
        (km_text(mean_km(quality.flows)), "from a student's tract to the school, on average"),
        (
            decimal_text(typical_schools(quality), "school"),
            "behind a typical tract, were all equally large",
        ),
        (
            plural(warned.sum(), "tract"),
            f"of {count_text(len(inhabited))} with children: students counted are under 50 % or"
            f" over 150 % of them; {count_text(missing)} more have none",
        ),
        (plural(apart, "school"), "outside the join: no place on the map or no known enrolment"),
    ]


def typical_schools(quality: JoinQuality) -> float:
    """Schools behind a typical tract with children, were all equally large."""
    inhabited = quality.tracts["children"] > 0
    return float(quality.tracts.loc[inhabited, "effective_schools"].median())


def mean_km(flows: pd.DataFrame) -> float:
    """Mean distance over students whose number may be shown."""
    counted = flows[flows["students"].notna() & flows["km"].notna()]
    total = counted["students"].sum()
    return float((counted["students"] * counted["km"]).sum() / total) if total > 0 else math.nan


def sureness(quality: JoinQuality) -> str:
    """Say how wide the range is as schools differ, and how wide by the doubt about the join."""
    shown = quality.tracts[quality.tracts["shown"]]
    if shown.empty:
        return ""
    differ = points_text((shown["high"] - shown["low"]).median()).lstrip("+")
    whole = points_text((shown["join_high"] - shown["join_low"]).median()).lstrip("+")
    return (
        f"In a typical tract the 95 % range of the rate spans {differ} points as its schools"
        f" differ, and {whole} points by the doubt about the join"
        f" ({count_text(quality.redraws)} other plausible joins)."
    )


def change_sentence(change: JoinChange, name: str) -> str:
    """Answer "What would another join change?"."""
    compared = change.comparison
    first, second = NAMES[name].lower(), NAMES[change.versus].lower()
    if compared.correlation.state != "estimated":
        return f"Too few tracts have a rate both by “{first}” and by “{second}” to compare them."
    if compared.changed_side == 0:
        hot = "No hot-spot tract changes side"
    else:
        hot = f"{plural(compared.changed_side, 'tract')} would change between hot and not hot"
    return (
        f"With “{second}” in place of “{first}”, the rate of a typical tract moves by"
        f" {points_text(compared.median_change).lstrip('+')} points. {hot}."
    )


def change_figures(change: JoinChange, name: str) -> Figures:
    """Rank correlation with its interval, hot tracts on both sides or one, tracts left out."""
    compared = change.comparison
    first, second = NAMES[name].lower(), NAMES[change.versus].lower()
    rho = compared.correlation
    estimated = rho.state == "estimated"
    interval = f"{rho.low:.2f}–{rho.high:.2f}".replace("-", "\N{MINUS SIGN}")
    return [
        (
            f"{rho.rho:.2f}".replace("-", "\N{MINUS SIGN}") if estimated else "not known",
            f"rank correlation of {plural(compared.tracts, 'tract rate')}"
            + (f", 95 % interval {interval}" if estimated else ""),
        ),
        (plural(compared.hot_both, "tract"), "hot by both joins"),
        (
            count_text(compared.hot_first) + " and " + count_text(compared.hot_second),
            f"tracts hot only by “{first}”, and only by “{second}”",
        ),
        (
            plural(compared.only_first + compared.only_second, "tract"),
            "with a figure by one of the two joins only",
        ),
    ]


def _school_answer(row: pd.Series, join: str) -> str:
    if not row["tracts"] > 0:
        return f"{row['name']} cannot be joined to tracts: {row['why']}."
    students = students_text(row["enrolled"]) if row["enrolled"] > 0 else "students"
    return (
        f"By “{join}”, the {students} of {row['name']} live in about"
        f" {plural(row['effective_tracts'], 'tract')}, {km_text(row['mean_km'])} away on average."
    )


def _tract_answer(row: pd.Series, join: str) -> str:
    if not row["enrolled"] > 0:
        return f"By “{join}”, no student of {row['name']} is found."
    return (
        f"By “{join}”, children of {row['name']} attend {plural(row['schools'], 'school')}, as"
        f" varied as {decimal_text(row['effective_schools'], 'school')} of one size; the largest"
        f" has {percent_text(row['largest_share'], 0)} of them."
    )


def km_text(value: float) -> str:
    """Distance with one decimal: ``"1.2 km"``."""
    return "not known" if math.isnan(value) else f"{value:.1f} km"


def decimal_text(value: float, noun: str) -> str:
    """Effective number and noun: ``"3.4 schools"``."""
    return "not known" if math.isnan(value) else f"{value:.1f} {noun}s"


def scale_sentence(stored: Mapping[str, Any]) -> str:
    """Say which scale of distance the build used, and why that one."""
    scale, basis = stored["scale_km"], stored.get("scale_basis", "the documented default")
    if isinstance(scale, Mapping):
        reasons = basis if isinstance(basis, Mapping) else dict.fromkeys(scale, basis)
        used = "; ".join(
            f"{_level(level)} {km:.2g} km ({reasons[level]})" for level, km in scale.items()
        )
    else:
        used = f"{scale:g} km ({basis})"
    return f"Scale of distance: {used}.{_zones_alone(stored.get('zone_scales', []))}"


def _zones_alone(scales: list[dict[str, Any]]) -> str:
    if not scales:
        return ""
    zones = ", ".join(
        f"{each['scale_km']:.2f} km from the zones of"
        f" {plural(each['schools'], _level(each['level']) + ' school')}"
        f" (95 % interval {each['low']:.2f}\N{EN DASH}{each['high']:.2f})"
        for each in scales
    )
    return f" Attendance zones alone would give {zones}. {ZONES_NOTE}"


def _level(name: str) -> str:
    label = LEVELS.get(name, name)
    return label if "-" in label else label.lower()


def focus_card(quality: JoinQuality, focus: str) -> str:
    """HTML card of the school or tract chosen, or what to do when there is none."""
    if focus in quality.schools.index:
        row = quality.schools.loc[focus]
        return card(row["name"], school_facts(row), FLOW_MEANING)
    if focus in quality.tracts.index:
        row = quality.tracts.loc[focus]
        place = f", {row['neighbourhood']}" if row["neighbourhood"] else ""
        return card(f"{row['name']}{place}", tract_facts(row), FLOW_MEANING)
    return EMPTY


def school_facts(row: pd.Series) -> list[tuple[str, str]]:
    """Terms and texts of a school's card."""
    if not row["tracts"] > 0:
        return [("Join", str(row["why"]))]
    return [
        ("Draws from", f"{plural(row['tracts'], 'tract')} that get a share"),
        ("As spread as", f"{decimal_text(row['effective_tracts'], 'tract')} of equal share"),
        ("Mean distance", km_text(row["mean_km"])),
        ("How it was joined", f"{NAMES.get(row['method'], row['method'])}: {row['why']}"),
    ]


def tract_facts(row: pd.Series) -> list[tuple[str, str]]:
    """Terms and texts of a tract's card."""
    facts = [
        ("Students counted", _coverage(row)),
        ("Schools behind the figure", _behind(row)),
    ]
    if not row["shown"]:
        return facts
    rate, n = percent_text(row["rate"], row["enrolled"]), row["enrolled"]
    worth = count_text(row["effective_n"])
    return [
        (
            "Rate of the schools its children attend",
            f"{rate} ({BY_SCHOOLS} {interval_text(row['low'], row['high'], n)})",
        ),
        (
            "By the doubt about the join",
            f"{rate} ({interval_text(row['join_low'], row['join_high'], n)});"
            f" {percent_text(row['between'], 0)} of the uncertainty comes from the choice of join",
        ),
        *facts,
        ("Effective n", f"{worth} students of its schools stand behind the rate"),
    ]


def _coverage(row: pd.Series) -> str:
    if not row["enrolled"] > 0:
        return "none by this join"
    if not row["children"] > 0:
        return f"{students_text(row['enrolled'])}; no resident children known"
    care = " - read with care" if row["flag"] in WARNED else ""
    share = percent_text(row["coverage"], 0)
    children = count_text(row["children"])
    return f"{students_text(row['enrolled'])}, {share} of {children} resident children{care}"


def _behind(row: pd.Series) -> str:
    if not row["enrolled"] > 0:
        return "none by this join"
    return (
        f"{plural(row['schools'], 'school')}, as varied as"
        f" {decimal_text(row['effective_schools'], 'school')} of one size; the largest gives"
        f" {percent_text(row['largest_share'], 0)}"
    )

"""Sentences, figures and cards of the Join quality page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analytics.association.rank_correlation import RankCorrelation
from data.views.join_quality import WARNED, JoinChange, JoinQuality
from ui.languages import mark, number, text
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
_DECIMALS = {"school": mark("{number} schools"), "tract": mark("{number} tracts")}
NAMES: Mapping[str, str] = {"supplied": mark("The district's own counts"), **CATCHMENTS}
ZONES_NOTE = mark(
    "Zones tell where a zone's children live, not where a school's students come from: their scale"
    " is shown for comparison and not used."
)

UNCERTAINTY_MEANING = mark(
    "The two ranges answer two questions. The first takes the join for right and the students"
    " counted in the tract for all there is to learn from. The second is for the rate of the"
    " schools its children attend, over all students of those schools, and adds what is not known"
    " of the join: the scale of distance and the method are drawn again, and how many children"
    " attend each school is doubted. Neither measures each child there."
)
CHANGE_MEANING = mark(
    "Hot is by one test here (Gi*), so that only the join differs: the Hot spots page counts"
    " others. Tracts share schools, so they are not independent: the range of the rank correlation"
    " counts at most one tract a school."
)


def answer(quality: JoinQuality, focus: str, name: str) -> str:
    """Answer "Where do the students of each school live?" for the view, a school or a tract."""
    if focus in quality.schools.index:
        return _school_answer(quality.schools.loc[focus], _named(name))
    if focus in quality.tracts.index:
        return _tract_answer(quality.tracts.loc[focus], _named(name))
    joined = quality.schools["tracts"].notna()
    if not joined.any():
        none = mark(
            "No school of this choice can be joined to tracts. Choose another year or level."
        )
        return text(none)
    reached = quality.tracts["enrolled"] > 0
    spread = quality.schools.loc[joined, "effective_tracts"].median()
    return text(
        "A typical school draws from about {typical}: by “{join}”, students of {schools} live in"
        " {tracts}. Choose a school or a tract to see its own.",
        join=_named(name),
        schools=plural(joined.sum(), "school"),
        tracts=plural(reached.sum(), "tract"),
        typical=plural(spread, "tract"),
    )


def _named(join: str) -> str:
    return text(NAMES[join]).lower()


def figures(quality: JoinQuality) -> Figures:
    """Distance, schools behind a tract, tracts read with care, schools outside the join."""
    inhabited = quality.tracts[quality.tracts["children"] > 0]
    warned = inhabited["flag"].isin(WARNED)
    missing = (inhabited["flag"] == "no students").sum()
    apart = int(quality.schools["tracts"].isna().sum())
    return [
        (km_text(mean_km(quality.flows)), text("from a student's tract to the school, on average")),
        (
            decimal_text(typical_schools(quality), "school"),
            text("behind a typical tract, were all equally large"),
        ),
        (
            plural(warned.sum(), "tract"),
            text(
                "of {tracts} with children: students counted are under 50 % or over 150 % of them;"
                " {missing} more have none",
                tracts=count_text(len(inhabited)),
                missing=count_text(missing),
            ),
        ),
        (
            plural(apart, "school"),
            text("outside the join: no place on the map or no known enrolment"),
        ),
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
    return text(
        "In a typical tract the 95 % range of the rate spans {differ} points as its schools"
        " differ, and {whole} points by the doubt about the join"
        " ({count} other plausible joins).",
        differ=differ,
        whole=whole,
        count=count_text(quality.redraws),
    )


def change_sentence(change: JoinChange, name: str) -> str:
    """Answer "What would another join change?"."""
    compared = change.comparison
    first, second = _named(name), _named(change.versus)
    if compared.correlation.state != "estimated":
        return text(
            "Too few tracts have a rate both by “{first}” and by “{second}” to compare them.",
            first=first,
            second=second,
        )
    moved = plural(compared.changed_side, "tract")
    hot = text("{tracts} would change between hot and not hot.", tracts=moved)
    if compared.changed_side == 0:
        hot = text("No hot-spot tract changes side.")
    typical = text(
        "With “{second}” in place of “{first}”, the rate of a typical tract moves by {points}"
        " points.",
        first=first,
        second=second,
        points=points_text(compared.median_change).lstrip("+"),
    )
    return f"{typical} {hot}"


def change_figures(change: JoinChange, name: str) -> Figures:
    """Rank correlation with its interval, hot tracts on both sides or one, tracts left out."""
    compared = change.comparison
    first, second = count_text(compared.hot_first), count_text(compared.hot_second)
    return [
        _correlation(compared.correlation, plural(compared.tracts, "tract rate")),
        (plural(compared.hot_both, "tract"), text("hot by both joins")),
        (
            text("{first} and {last}", first=first, last=second),
            text(
                "tracts hot only by “{first}”, and only by “{second}”",
                first=_named(name),
                second=_named(change.versus),
            ),
        ),
        (
            plural(compared.only_first + compared.only_second, "tract"),
            text("with a figure by one of the two joins only"),
        ),
    ]


def _correlation(rho: RankCorrelation, rates: str) -> tuple[str, str]:
    if rho.state != "estimated":
        return text("not known"), text("rank correlation of {rates}", rates=rates)
    interval = _minus(f"{rho.low:.2f}–{rho.high:.2f}")
    said = text(
        "rank correlation of {rates}, 95 % interval {interval}", rates=rates, interval=interval
    )
    return _minus(f"{rho.rho:.2f}"), said


def _minus(written: str) -> str:
    return number(written.replace("-", "\N{MINUS SIGN}"))


def _school_answer(row: pd.Series, join: str) -> str:
    if not row["tracts"] > 0:
        return text("{name} cannot be joined to tracts: {why}.", name=row["name"], why=row["why"])
    students = students_text(row["enrolled"]) if row["enrolled"] > 0 else text("students")
    return text(
        "By “{join}”, the {students} of {name} live in about {tracts}, {distance} away on average.",
        join=join,
        students=students,
        name=row["name"],
        tracts=plural(row["effective_tracts"], "tract"),
        distance=km_text(row["mean_km"]),
    )


def _tract_answer(row: pd.Series, join: str) -> str:
    if not row["enrolled"] > 0:
        return text("By “{join}”, no student of {name} is found.", join=join, name=row["name"])
    return text(
        "By “{join}”, children of {name} attend {schools}, as varied as {alike} of one size; the"
        " largest has {share} of them.",
        join=join,
        name=row["name"],
        schools=plural(row["schools"], "school"),
        alike=decimal_text(row["effective_schools"], "school"),
        share=percent_text(row["largest_share"], 0),
    )


def km_text(value: float) -> str:
    """Distance with one decimal: ``"1.2 km"``."""
    return text("not known") if math.isnan(value) else f"{number(f'{value:.1f}')} km"


def decimal_text(value: float, noun: str) -> str:
    """Effective number and noun, "school" or "tract": ``"3.4 schools"``."""
    if math.isnan(value):
        return text("not known")
    return text(_DECIMALS[noun], number=number(f"{value:.1f}"))


def scale_sentence(stored: Mapping[str, Any]) -> str:
    """Say which scale of distance the build used, and why that one."""
    default = text("the documented default")
    scale, basis = stored["scale_km"], stored.get("scale_basis", default)
    if isinstance(scale, Mapping):
        reasons = basis if isinstance(basis, Mapping) else dict.fromkeys(scale, basis)
        used = "; ".join(
            f"{_level(level)} {km:.2g} km ({reasons[level]})" for level, km in scale.items()
        )
    else:
        used = f"{scale:g} km ({basis})"
    said = text("Scale of distance: {used}.", used=used)
    return f"{said}{_zones_alone(stored.get('zone_scales', []))}"


def _zones_alone(scales: list[dict[str, Any]]) -> str:
    if not scales:
        return ""
    zones = ", ".join(
        text(
            "{km} km from the zones of {schools} of the level “{level}” (95 % interval {interval})",
            km=number(f"{each['scale_km']:.2f}"),
            schools=plural(each["schools"], "school"),
            level=_level(each["level"]),
            interval=number(f"{each['low']:.2f}\N{EN DASH}{each['high']:.2f}"),
        )
        for each in scales
    )
    return f" {text('Attendance zones alone would give {zones}.', zones=zones)} {text(ZONES_NOTE)}"


def _level(name: str) -> str:
    label = text(LEVELS.get(name, name))
    return label if "-" in label else label.lower()


def focus_card(quality: JoinQuality, focus: str) -> str:
    """HTML card of the school or tract chosen; "" where there is none."""
    if focus in quality.schools.index:
        row = quality.schools.loc[focus]
        return card(row["name"], school_facts(row), text(FLOW_MEANING))
    if focus in quality.tracts.index:
        row = quality.tracts.loc[focus]
        place = f", {row['neighbourhood']}" if row["neighbourhood"] else ""
        return card(f"{row['name']}{place}", tract_facts(row), text(FLOW_MEANING))
    return ""


def spread_text(row: pd.Series) -> str:
    """Say in a list how widely a school's students are spread."""
    if not row["tracts"] > 0:
        return text("not joined")
    tracts, km = plural(row["effective_tracts"], "tract"), km_text(row["mean_km"])
    return text("as spread as {tracts}, {km} on average", tracts=tracts, km=km)


def school_facts(row: pd.Series) -> list[tuple[str, str]]:
    """Terms and texts of a school's card."""
    if not row["tracts"] > 0:
        return [(text("Join"), str(row["why"]))]
    tracts, alike = plural(row["tracts"], "tract"), decimal_text(row["effective_tracts"], "tract")
    return [
        (text("Draws from"), text("{tracts} that get a share", tracts=tracts)),
        (text("As spread as"), text("{tracts} of equal share", tracts=alike)),
        (text("Mean distance"), km_text(row["mean_km"])),
        (
            text("How it was joined"),
            f"{text(NAMES.get(row['method'], row['method']))}: {row['why']}",
        ),
    ]


def tract_facts(row: pd.Series) -> list[tuple[str, str]]:
    """Terms and texts of a tract's card."""
    facts = [
        (text("Students counted"), _coverage(row)),
        (text("Schools behind the figure"), _behind(row)),
    ]
    if not row["shown"]:
        return facts
    rate, n = percent_text(row["rate"], row["enrolled"]), row["enrolled"]
    worth = count_text(row["effective_n"])
    return [
        (
            text("Rate of the schools its children attend"),
            f"{rate} ({text(BY_SCHOOLS)} {interval_text(row['low'], row['high'], n)})",
        ),
        (
            text("By the doubt about the join"),
            text(
                "{rate} ({range}); {share} of the uncertainty comes from the choice of join",
                rate=rate,
                range=interval_text(row["join_low"], row["join_high"], n),
                share=percent_text(row["between"], 0),
            ),
        ),
        *facts,
        (
            text("Effective n"),
            text("{count} students of its schools stand behind the rate", count=worth),
        ),
    ]


def _coverage(row: pd.Series) -> str:
    if not row["enrolled"] > 0:
        return text("none by this join")
    students = students_text(row["enrolled"])
    if not row["children"] > 0:
        return text("{students}; no resident children known", students=students)
    return text(
        "{students}, {share} of {children} resident children{flag}",
        students=students,
        share=percent_text(row["coverage"], 0),
        children=count_text(row["children"]),
        flag=text(" - read with care") if row["flag"] in WARNED else "",
    )


def _behind(row: pd.Series) -> str:
    if not row["enrolled"] > 0:
        return text("none by this join")
    return text(
        "{schools}, as varied as {alike} of one size; the largest gives {share}",
        schools=plural(row["schools"], "school"),
        alike=decimal_text(row["effective_schools"], "school"),
        share=percent_text(row["largest_share"], 0),
    )

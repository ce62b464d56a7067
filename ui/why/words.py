"""Sentences of the Why here page: made by rules, none without its number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from analytics.drivers.profile import CANNOT
from data.views.strengths import FEWEST, Comparable, Likeness, RandomGroups
from ui.languages import PERCENT, counted, mark, text
from ui.why import conditions
from ui.words.numbers import (
    BY_SCHOOLS,
    count_text,
    interval_text,
    percent_text,
    plural,
    ratio_text,
    value_text,
    with_margin,
)
from ui.words.plain import listed

NAMED = 3
DISTANCES = ("clinic_km", "school_clinic_km", "pharmacy_km")
ACCESS = "clinic_access"
WAYS_TO_CARE = (*DISTANCES, ACCESS)
PROFILE_MEANING = mark(
    "Each figure of a group is the mean of its tracts, weighted by children, with the survey's"
    " 90 % margin of error. A driver stands out when it differs from the mean of comparable tracts"
    " by more than both errors together, and when its place among them, with its interval, lies on"
    " one side of the middle. About one driver in ten could seem to stand out by the"
    " survey's chance alone. The survey's error pulls published places towards the middle, so their"
    " intervals reach away from it."
)
UNSAID = mark(
    "Why any child misses school, and whether these conditions are the reason: the figures describe"
    " places and all who live there, not the students who are absent. A condition that goes with"
    " absence can stand for another that is not measured."
)
READING: Mapping[str, str] = MappingProxyType(
    {
        "above comparable places": mark("above comparable tracts"),
        "below comparable places": mark("below comparable tracts"),
        "like comparable places": mark("like comparable tracts"),
        CANNOT: mark("cannot carry a conclusion"),
    }
)
RELIABILITY: Mapping[str, str] = MappingProxyType(
    {
        "high": mark("high"),
        "medium": mark("medium"),
        "low": mark("low"),
        "no margin": mark("no margin"),
    }
)
LIKE: Mapping[Likeness, str] = MappingProxyType(
    {
        "density and child share": mark(
            "in the same third of tracts by residents per km² and in the same third by the part of"
            " residents who are 5 to 17 years old"
        ),
        "density": mark("in the same third of tracts by residents per km²"),
        "children": mark("in the same third of tracts by the number of children who live there"),
        "anything": mark("anywhere in the place"),
    }
)
RARE = 0.05
NO_GROUPS = mark(
    "Random groups of this size cannot be made here, so it is not known how common that is."
)
MEANING = mark(
    "Conditions are alike in places that lie near, so many of them can be harder in any group of"
    " tracts. Random groups are made of tracts that touch, as many as here, and are compared in the"
    " same way. High absence: more than expected for the school levels."
)


def chosen(groups: pd.DataFrame, cluster: str) -> pd.Series:
    """Row of the group with an id, or of the first group."""
    named = groups[groups["cluster"].eq(cluster)]
    return (named if len(named) else groups).iloc[0]


def harder(profile: pd.DataFrame) -> pd.DataFrame:
    """Drivers harder here than in comparable tracts beyond their own error, most first."""
    return profile[_differs(profile, above="higher is harder", below="lower is harder")]


def changeable(table: pd.DataFrame) -> pd.DataFrame:
    """Drivers that a city, county or school can change."""
    return table[table["modifiable"].astype(bool)]


def easier(profile: pd.DataFrame) -> pd.DataFrame:
    """Drivers easier here than in comparable tracts beyond their own error, most first."""
    return profile[_differs(profile, above="lower is harder", below="higher is harder")]


def answer(row: pd.Series, profile: pd.DataFrame) -> str:
    """Say what stands out in a group, and the figure of what stands out most."""
    said = stand_out(row["name"], profile)
    if _conclusive(profile).empty:
        drivers = plural(len(profile), "social driver")
        return f"{said} {text('None of {drivers} is known well enough.', drivers=drivers)}"
    hard = changeable(harder(profile))
    return f"{said} {_beside(hard.iloc[0])}." if len(hard) else said


def stand_out(name: str, profile: pd.DataFrame) -> str:
    """Name the conditions that stand out in an area, of those that can be changed."""
    hard = harder(profile)
    named = [conditions.said(str(driver)) for driver in changeable(hard).index[:NAMED]]
    if named:
        return text(
            "In {name}, these stand out beside similar areas: {conditions}.",
            name=name,
            conditions=listed(named),
        )
    if len(hard):
        return text("In {name}, nothing that a place can change stands out clearly.", name=name)
    return text(
        "In {name}, what we can measure looks like similar areas. Ask the people there.", name=name
    )


def figures(row: pd.Series, profile: pd.DataFrame) -> list[tuple[str, str]]:
    """Students affected, rate, drivers that stand out, tracts compared with."""
    compared = float(profile["compared"].max()) if len(profile) else 0.0
    students = text(
        "of about {count} students there chronically absent", count=count_text(row["enrolled"])
    )
    interval = interval_text(row["low"], row["high"], row["enrolled"])
    rate = percent_text(row["rate"], row["enrolled"])
    harder_of = text(
        "of {drivers} known well enough are harder here",
        drivers=plural(len(_conclusive(profile)), "driver"),
    )
    return [
        (count_text(row["chronic_absent"]), students),
        (rate, f"{text(BY_SCHOOLS)} {interval}{PERCENT}"),
        (str(len(harder(profile))), harder_of),
        (plural(compared, "tract"), text("to compare with, outside every hot group")),
    ]


def sentences(row: pd.Series, profile: pd.DataFrame, year: str) -> tuple[str, str, str]:
    """Three plain sentences: students, what stands out, what is easier or alike."""
    return _students(row, year), _outstanding(profile), _strengths_here(profile)


def unsaid(profile: pd.DataFrame) -> str:
    """Say what cannot be said of a group, and which drivers carry no conclusion."""
    weak = profile[profile["conclusion"].eq(CANNOT)]
    reasons = weak.apply(_weakness, axis=1) if len(weak) else pd.Series(dtype=str)
    named = "; ".join(
        f"{', '.join(map(_name, rows))} ({reason})"
        for reason, rows in weak["label"].groupby(reasons, sort=False)
    )
    none = text(
        "No conclusion is drawn from {drivers}: {named}.",
        drivers=plural(len(weak), "driver"),
        named=named,
    )
    caveats = [
        f"{text(item['label'])}: {text(item['caveat'])}"
        for _, item in outstanding(profile).iterrows()
    ]
    return " ".join([text(UNSAID), *([] if weak.empty else [none]), *caveats])


def outstanding(profile: pd.DataFrame) -> pd.DataFrame:
    """Drivers that a sentence names: the hardest here, then what is easier here."""
    return pd.concat([harder(profile).head(NAMED), easier(profile).head(NAMED)])


def profile_title(row: pd.Series, profile: pd.DataFrame) -> str:
    """Title of the table of a group's drivers."""
    return text(
        "{drivers} of {name}: what can be changed, then what cannot; most unusual first",
        drivers=plural(len(profile), "social driver"),
        name=row["name"],
    )


def touches(profile: pd.DataFrame) -> list[tuple[str, str]]:
    """How each driver that stands out may touch attendance: its name, and a sentence.

    Drivers of which nothing is published are left out.
    """
    named = harder(profile).head(NAMED)
    return [
        (
            text(item["label"]),
            f"{text(item['touches'])} ({str(item['reference']).rstrip('.')}.)",
        )
        for _, item in named.iterrows()
        if item["touches"] and item["reference"]
    ]


def _differs(profile: pd.DataFrame, *, above: str, below: str) -> pd.Series:
    """Mark drivers above comparable places with one direction, or below them with the other."""
    sides = {above: "above comparable places", below: "below comparable places"}
    return profile["conclusion"].eq(profile["direction"].map(sides))


def _conclusive(profile: pd.DataFrame) -> pd.DataFrame:
    return profile[profile["conclusion"].ne(CANNOT)]


def _students(row: pd.Series, year: str) -> str:
    enrolled = row["enrolled"]
    ends = f"{ratio_text(row['ratio_low'])}–{ratio_text(row['ratio_high'])}"
    interval = interval_text(row["low"], row["high"], enrolled)
    return text(
        "In {year} about {absent} of {students} students ({rate}, {range}) were chronically absent"
        " in the schools that children here attend. That is {ratio} times as expected ({ends}).",
        year=year,
        absent=count_text(row["chronic_absent"]),
        students=count_text(enrolled),
        rate=percent_text(row["rate"], enrolled),
        range=f"{text(BY_SCHOOLS)} {interval}{PERCENT}",
        ratio=ratio_text(row["ratio"]),
        ends=ends,
    )


def _outstanding(profile: pd.DataFrame) -> str:
    hard, conclusive = harder(profile), _conclusive(profile)
    if hard.empty:
        drivers = plural(len(conclusive), "driver")
        return text(
            "Of {drivers} known well enough, none is clearly harder here than in similar areas.",
            drivers=drivers,
        )
    beside = "; ".join(_beside(item) for _, item in hard.head(NAMED).iterrows())
    return text("Harder here: {conditions}.", conditions=beside)


def _strengths_here(profile: pd.DataFrame) -> str:
    good, conclusive = easier(profile), _conclusive(profile)
    alike = int(conclusive["conclusion"].eq("like comparable places").sum())
    drivers = plural(len(conclusive), "driver")
    if not good.empty:
        beside = "; ".join(_beside(item) for _, item in good.head(NAMED).iterrows())
        return text("Easier here: {conditions}.", conditions=beside)
    if alike:
        return counted(
            "{count} of {drivers} known well enough is much as in similar areas.",
            "{count} of {drivers} known well enough are much as in similar areas.",
            alike,
            drivers=drivers,
        )
    return text(
        "Of {drivers} known well enough, none is clearly easier here than in similar areas. What"
        " helps children here is not in these figures.",
        drivers=drivers,
    )


def _beside(item: pd.Series) -> str:
    """Set a driver's figure with its margin beside that of comparable tracts."""
    here = with_margin(item["value"], item["moe"], item["unit"])
    there = value_text(item["comparable"], item["unit"])
    return text(
        "{label}: {here} here, {there} in similar areas",
        label=text(item["label"]),
        here=here,
        there=there,
    )


def _name(label: str) -> str:
    said = text(label)
    return said[0].lower() + said[1:]


def _weakness(item: pd.Series) -> str:
    if item["state"] != "profiled":
        return text("no figure to compare")
    low = item["reliability"] == "low"
    return text("low reliability") if low else text("no margin of error")


def comparable_text(tracts: Comparable) -> str:
    """Say what is compared with what, and why not with anything more alike."""
    said = text(
        "Comparable tracts lie outside every hot group; each tract of the group is set beside those"
        " {where}.",
        where=text(LIKE[tracts.by]),
    )
    if tracts.coarser is not None:
        finer, fewest = tracts.coarser
        coarser = text(
            "Compared {where}, a part of the group would have only {tracts} to stand beside, fewer"
            " than {fewest}, so the comparison is coarser.",
            where=text(LIKE[finer]),
            tracts=plural(fewest, "tract"),
            fewest=FEWEST,
        )
        return f"{said} {coarser}"
    if not tracts.has_residents:
        unknown = mark("How many people live in a tract is not known here, so density is not used.")
        return f"{said} {text(unknown)}"
    return said


def as_many(random: RandomGroups) -> str:
    """How common so many harder conditions are."""
    if not random.groups:
        return text(NO_GROUPS)
    many = _of_hundred(random.as_many)
    if math.isnan(random.as_many_high):
        return text(
            "As many are harder in {many} random groups of this size; too few of them have high"
            " absence to say more.",
            many=many,
        )
    return text(
        "As many are harder in {many} random groups of this size, and in {high} of those with high"
        " absence.",
        many=many,
        high=_of_hundred(random.as_many_high),
    )


def its_own(harder: pd.DataFrame, random: RandomGroups) -> str:
    """Tell what is peculiar to a group from what groups with high absence show anyway.

    Parameters
    ----------
    harder : DataFrame
        Index driver: `label` of the conditions that are harder in the group.
    """
    part = random.drivers["as_far_high"].reindex(harder.index).dropna()
    if part.empty:
        return ""
    rare = part[part <= RARE]
    if rare.empty:
        return text(
            "Each of these conditions is as far out in more than 5 of 100 random groups with high"
            " absence. They come with high absence anywhere, and single nothing out here."
        )
    named = "; ".join(
        f"{text(harder.loc[name, 'label'])} ({_of_hundred(share)})" for name, share in rare.items()
    )
    return text(
        "Rarely as far out in random groups with high absence: {named}. About one condition in"
        " twenty would seem so by chance.",
        named=named,
    )


def as_far(random: RandomGroups, driver: str) -> str:
    """How common so large a difference of one driver is, for a table."""
    row = random.drivers.loc[driver]
    if pd.isna(row["as_far"]):
        return text("not known")
    said = _of_hundred(row["as_far"])
    if pd.isna(row["as_far_high"]):
        return said
    return text(
        "{share}; with high absence {high}", share=said, high=_of_hundred(row["as_far_high"])
    )


def _of_hundred(share: float) -> str:
    """Write a share of groups: "13 of 100"; "fewer than 1 of 100" where none or few had it."""
    whole = round(100 * share)
    return text("{count} of 100", count=whole) if whole else text("fewer than 1 of 100")

"""Sentences of the Why here page: made by rules, none without its number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from analytics.drivers.profile import CANNOT
from data.views.strengths import FEWEST, Comparable, Likeness, RandomGroups
from ui.languages import PERCENT, text
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
PROFILE_MEANING = (
    "Each figure of a group is the mean of its tracts, weighted by children, with the survey's"
    " 90 % margin of error. A driver stands out when it differs from the mean of comparable tracts"
    " by more than both errors together, and when its place among them, with its interval, lies on"
    " one side of the middle. About one driver in ten could seem to stand out by the"
    " survey's chance alone. The survey's error pulls published places towards the middle, so their"
    " intervals reach away from it."
)
UNSAID = (
    "Why any child misses school, and whether these conditions are the reason: the figures describe"
    " places and all who live there, not the students who are absent. A condition that goes with"
    " absence can stand for another that is not measured."
)
READING: Mapping[str, str] = MappingProxyType(
    {
        "above comparable places": "above comparable tracts",
        "below comparable places": "below comparable tracts",
        "like comparable places": "like comparable tracts",
        CANNOT: "cannot carry a conclusion",
    }
)
RELIABILITY: Mapping[str, str] = MappingProxyType(
    {"high": "high", "medium": "medium", "low": "low", "no margin": "no margin"}
)
LIKE: Mapping[Likeness, str] = MappingProxyType(
    {
        "density and child share": (
            "in the same third of tracts by residents per km² and in the same third by the part of"
            " residents who are 5 to 17 years old"
        ),
        "density": "in the same third of tracts by residents per km²",
        "children": "in the same third of tracts by the number of children who live there",
        "anything": "anywhere in the place",
    }
)
RARE = 0.05
NO_GROUPS = "Random groups of this size cannot be made here, so it is not known how common that is."
MEANING = (
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
        return f"{said} None of {plural(len(profile), 'social driver')} is known well enough."
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
    students = f"of about {count_text(row['enrolled'])} students there chronically absent"
    interval = interval_text(row["low"], row["high"], row["enrolled"])
    rate = percent_text(row["rate"], row["enrolled"])
    harder_of = (
        f"of {plural(len(_conclusive(profile)), 'driver')} known well enough are harder here"
    )
    return [
        (count_text(row["chronic_absent"]), students),
        (rate, f"{BY_SCHOOLS} {interval}{PERCENT}"),
        (str(len(harder(profile))), harder_of),
        (plural(compared, "tract"), "to compare with, outside every hot group"),
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
    none = f"No conclusion is drawn from {plural(len(weak), 'driver')}: {named}."
    caveats = [f"{item['label']}: {item['caveat']}" for _, item in outstanding(profile).iterrows()]
    return " ".join([UNSAID, *([] if weak.empty else [none]), *caveats])


def outstanding(profile: pd.DataFrame) -> pd.DataFrame:
    """Drivers that a sentence names: the hardest here, then what is easier here."""
    return pd.concat([harder(profile).head(NAMED), easier(profile).head(NAMED)])


def profile_title(row: pd.Series, profile: pd.DataFrame) -> str:
    """Title of the table of a group's drivers."""
    drivers = plural(len(profile), "social driver")
    return f"{drivers} of {row['name']}: what can be changed, then what cannot; most unusual first"


def touches(profile: pd.DataFrame) -> list[tuple[str, str]]:
    """How each driver that stands out may touch attendance: its name, and a sentence.

    Drivers of which nothing is published are left out.
    """
    named = harder(profile).head(NAMED)
    return [
        (item["label"], f"{item['touches']} ({str(item['reference']).rstrip('.')}.)")
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
    return (
        f"In {year} about {count_text(row['chronic_absent'])} of {count_text(enrolled)} students"
        f" ({percent_text(row['rate'], enrolled)}, {BY_SCHOOLS}"
        f" {interval_text(row['low'], row['high'], enrolled)} %) were chronically absent in the"
        f" schools that children here attend. That is {ratio_text(row['ratio'])} times as expected"
        f" ({ends})."
    )


def _outstanding(profile: pd.DataFrame) -> str:
    hard, conclusive = harder(profile), _conclusive(profile)
    if hard.empty:
        drivers = plural(len(conclusive), "driver")
        return f"Of {drivers} known well enough, none is clearly harder here than in similar areas."
    beside = "; ".join(_beside(item) for _, item in hard.head(NAMED).iterrows())
    return f"Harder here: {beside}."


def _strengths_here(profile: pd.DataFrame) -> str:
    good, conclusive = easier(profile), _conclusive(profile)
    alike = int(conclusive["conclusion"].eq("like comparable places").sum())
    drivers = plural(len(conclusive), "driver")
    if not good.empty:
        return (
            f"Easier here: {'; '.join(_beside(item) for _, item in good.head(NAMED).iterrows())}."
        )
    if alike:
        are = "is" if alike == 1 else "are"
        return f"{alike} of {drivers} known well enough {are} much as in similar areas."
    return (
        f"Of {drivers} known well enough, none is clearly easier here than in similar areas. What"
        " helps children here is not in these figures."
    )


def _beside(item: pd.Series) -> str:
    """Set a driver's figure with its margin beside that of comparable tracts."""
    here = with_margin(item["value"], item["moe"], item["unit"])
    there = value_text(item["comparable"], item["unit"])
    return f"{item['label']}: {here} here, {there} in similar areas"


def _name(label: str) -> str:
    return label[0].lower() + label[1:]


def _weakness(item: pd.Series) -> str:
    if item["state"] != "profiled":
        return "no figure to compare"
    low = item["reliability"] == "low"
    return "low reliability" if low else "no margin of error"


def comparable_text(tracts: Comparable) -> str:
    """Say what is compared with what, and why not with anything more alike."""
    said = (
        "Comparable tracts lie outside every hot group; each tract of the group is set beside those"
        f" {LIKE[tracts.by]}."
    )
    if tracts.coarser is not None:
        finer, fewest = tracts.coarser
        return (
            f"{said} Compared {LIKE[finer]}, a part of the group would have only"
            f" {plural(fewest, 'tract')} to stand beside, fewer than {FEWEST}, so the comparison is"
            " coarser."
        )
    if not tracts.has_residents:
        return f"{said} How many people live in a tract is not known here, so density is not used."
    return said


def as_many(random: RandomGroups) -> str:
    """How common so many harder conditions are."""
    if not random.groups:
        return NO_GROUPS
    said = f"As many are harder in {_of_hundred(random.as_many)} random groups of this size"
    if math.isnan(random.as_many_high):
        return f"{said}; too few of them have high absence to say more."
    return f"{said}, and in {_of_hundred(random.as_many_high)} of those with high absence."


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
        return (
            "Each of these conditions is as far out in more than 5 of 100 random groups with high"
            " absence. They come with high absence anywhere, and single nothing out here."
        )
    named = "; ".join(
        f"{harder.loc[name, 'label']} ({_of_hundred(share)})" for name, share in rare.items()
    )
    return (
        f"Rarely as far out in random groups with high absence: {named}. About one condition in"
        " twenty would seem so by chance."
    )


def as_far(random: RandomGroups, driver: str) -> str:
    """How common so large a difference of one driver is, for a table."""
    row = random.drivers.loc[driver]
    if pd.isna(row["as_far"]):
        return "not known"
    said = f"{_of_hundred(row['as_far'])}"
    if pd.isna(row["as_far_high"]):
        return said
    return f"{said}; with high absence {_of_hundred(row['as_far_high'])}"


def _of_hundred(share: float) -> str:
    """Write a share of groups: "13 of 100"; "fewer than 1 of 100" where none or few had it."""
    whole = round(100 * share)
    return f"{count_text(whole)} of 100" if whole else "fewer than 1 of 100"

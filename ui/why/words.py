"""Sentences of the Why here page: made by rules, none without its number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from analytics.drivers.profile import CANNOT
from data.views.strengths import FEWEST, Comparable, Likeness, RandomGroups
from ui.languages import PERCENT
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
    """Answer in one sentence what children of a group live with."""
    conclusive, hard = _conclusive(profile), harder(profile)
    where = f"In {row['name']} ({plural(row['tracts'], 'tract')})"
    if conclusive.empty:
        return (
            f"{where} none of {plural(len(profile), 'social driver')} is known well enough to say."
        )
    if hard.empty:
        return (
            f"{where} none of the {plural(len(conclusive), 'social driver')} known well enough is"
            " harder than in comparable tracts."
        )
    first = hard.iloc[0]
    return (
        f"{where} {len(hard)} of the {plural(len(conclusive), 'social driver')} known well enough"
        f" {'is' if len(hard) == 1 else 'are'} harder than in comparable tracts, most of all"
        f" “{_name(first['label'])}”: {_set_beside(first)}."
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
    listed = "; ".join(
        f"{', '.join(map(_name, rows))} ({reason})"
        for reason, rows in weak["label"].groupby(reasons, sort=False)
    )
    none = f"No conclusion is drawn from {plural(len(weak), 'driver')}: {listed}."
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
        f" {interval_text(row['low'], row['high'], enrolled)}{PERCENT}) of the schools that"
        f" children of these places attend were chronically absent,"
        f" {ratio_text(row['ratio'])} times as expected for the school levels ({ends})."
    )


def _outstanding(profile: pd.DataFrame) -> str:
    hard, conclusive = harder(profile), _conclusive(profile)
    if hard.empty:
        return (
            f"Of {plural(len(conclusive), 'driver')} known well enough none is harder here than in"
            " comparable tracts beyond its own error."
        )
    listed = "; ".join(_ranked(item) for _, item in hard.head(NAMED).iterrows())
    return f"What stands out most beside comparable tracts: {listed}."


def _strengths_here(profile: pd.DataFrame) -> str:
    good, conclusive = easier(profile), _conclusive(profile)
    alike = int(conclusive["conclusion"].eq("like comparable places").sum())
    if not good.empty:
        listed = "; ".join(_ranked(item) for _, item in good.head(NAMED).iterrows())
        return f"Easier here than in comparable tracts: {listed}."
    if alike:
        are = "is" if alike == 1 else "are"
        return (
            f"{alike} of {plural(len(conclusive), 'driver')} known well enough {are} like those of"
            " comparable tracts, within the error."
        )
    return (
        f"Of {plural(len(conclusive), 'driver')} known well enough none is easier here than in"
        " comparable tracts; what helps children here is not in these figures."
    )


def _ranked(item: pd.Series) -> str:
    """Name a driver with its figures and its place among comparable tracts."""
    part, low, high = item["percentile"], item["percentile_low"], item["percentile_high"]
    more = "more"
    if item["difference"] <= 0:
        more, part, low, high = "less", 100 - part, 100 - high, 100 - low
    place = (
        f"{more} than in {part:.0f}{PERCENT} of them (90{PERCENT} interval {low:.0f}–{high:.0f})"
    )
    return f"{_name(item['label'])}, {_set_beside(item)}, {place}"


def _set_beside(item: pd.Series) -> str:
    here = with_margin(item["value"], item["moe"], item["unit"])
    return f"{here} beside {value_text(item['comparable'], item['unit'])}"


def _name(label: str) -> str:
    return label[0].lower() + label[1:]


def _weakness(item: pd.Series) -> str:
    if item["state"] != "profiled":
        return "no figure to compare"
    low = item["reliability"] == "low"
    return "low reliability" if low else "no margin of error"


def comparable_text(tracts: Comparable) -> str:
    """Say what is compared with what, and why not with anything more alike."""
    text = (
        "Comparable tracts lie outside every hot group; each tract of the group is set beside those"
        f" {LIKE[tracts.by]}."
    )
    if tracts.coarser is not None:
        finer, fewest = tracts.coarser
        return (
            f"{text} Compared {LIKE[finer]}, a part of the group would have only"
            f" {plural(fewest, 'tract')} to stand beside, fewer than {FEWEST}, so the comparison is"
            " coarser."
        )
    if not tracts.has_residents:
        return f"{text} How many people live in a tract is not known here, so density is not used."
    return text


def as_many(random: RandomGroups) -> str:
    """How common so many harder conditions are."""
    if not random.groups:
        return NO_GROUPS
    text = f"As many are harder in {_of_hundred(random.as_many)} random groups of this size"
    if math.isnan(random.as_many_high):
        return f"{text}; too few of them have high absence to say more."
    return f"{text}, and in {_of_hundred(random.as_many_high)} of those with high absence."


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
    text = f"{_of_hundred(row['as_far'])}"
    if pd.isna(row["as_far_high"]):
        return text
    return f"{text}; with high absence {_of_hundred(row['as_far_high'])}"


def _of_hundred(share: float) -> str:
    """Write a share of groups: "13 of 100"; "fewer than 1 of 100" where none or few had it."""
    whole = round(100 * share)
    return f"{count_text(whole)} of 100" if whole else "fewer than 1 of 100"

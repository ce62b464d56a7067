"""Downloads of the Why here page: profile, providers, and a paragraph on how both were made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import pandas as pd
import streamlit as st

from data.views.hot_spots import HotSpots
from data.views.strengths import SERVES, Strengths
from ui import languages, queries, roles
from ui.hotspots.words import made
from ui.languages import PERCENT, mark, text
from ui.queries import why as queries_why
from ui.selection import CATCHMENTS, METHODS, Selection
from ui.tables.downloads import offer
from ui.tables.exports import about, file_name
from ui.why import care as care_words
from ui.why import strengths as strength_words
from ui.why import words as why_words
from ui.words.answers import counts_draws
from ui.words.numbers import count_text, interval_text, percent_text, plural
from ui.words.standing import ASSOCIATION, LEVELS, fictional_banner, source_text

REFERENCES = (
    "Benjamini Y, Hochberg Y (1995). J R Stat Soc B 57:289-300.",
    "Goldstein H, Spiegelhalter DJ (1996). J R Stat Soc A 159:385-443.",
    care_words.REFERENCE,
    "Spiegelhalter DJ (2005). Statistics in Medicine 24:1185-1202.",
    "US Census Bureau (2020). Understanding and Using American Community Survey Data.",
)
PROFILE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "driver": "Social driver of health, id.",
        "label": "Social driver of health, in words.",
        "theme": "Theme of the driver.",
        "modifiable": "Whether a city, county or school can change the condition.",
        "kind": "survey, records (counted by an agency) or computed (from places on a map).",
        "denominator": "What the figure is a part of, or stands beside.",
        "unit": "Unit of value, moe, low, high, comparable and difference.",
        "direction": "How to read a large value.",
        "caveat": "What the driver cannot say.",
        "touches": "How the condition may touch attendance: association, not cause.",
        "reference": "Publication behind touches.",
        "value": "Mean of the group's tracts, weighted by children.",
        "moe": "90 % margin of error of value; empty when none is published.",
        "low": "Lower end of the 90 % interval of value.",
        "high": "Upper end of the 90 % interval of value.",
        "comparable": "Mean of the comparable tracts.",
        "difference": "value less comparable.",
        "difference_low": "Lower end of the 90 % interval of difference.",
        "difference_high": "Upper end of the 90 % interval of difference.",
        "percentile": "Percent of comparable tracts with a lower value.",
        "percentile_low": "Lower end of the 90 % interval of percentile.",
        "percentile_high": "Upper end of the 90 % interval of percentile.",
        "stands_out": "Distance beyond the error, in standard deviations of comparable tracts.",
        "cv": "Coefficient of variation of value, from its margin of error.",
        "reliability": "high, medium, low, or no margin.",
        "conclusion": "What may be said: survey error only; association, not cause.",
        "tracts": "Tracts of the group with a value.",
        "compared": "Comparable tracts with a value.",
        "state": "profiled, no value, or no comparable tracts.",
        "vintage": "Years the estimate describes.",
    }
)
PROVIDER_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "provider_id": "The publisher's id of the provider.",
        "number": "Number on the map and in the table; empty for providers farther away.",
        "name": "Name of the provider.",
        "kind": "Kind of provider: health_centre, school_clinic, clinic, pharmacy or other.",
        "address": "Street address; empty when the list has none.",
        "source": "Id of the source the provider comes from.",
        "vintage": "What the list describes, in the publisher's words.",
        "km": "Straight line from the middle of the group, weighted by children.",
        "tracts": "Tracts of the group that have it as the nearest of its kind.",
        "longitude": "Degrees, WGS 84.",
        "latitude": "Degrees, WGS 84.",
    }
)


def paragraph(spots: HotSpots, selection: Selection) -> str:
    """Tell how the figures of one group were made, with references and sources, in plain text."""
    panel = queries.panel(selection)
    row = spots.groups[spots.groups["cluster"] == selection.cluster].iloc[0]
    profile = queries_why.profile(spots, selection)
    parts = [
        fictional_banner(panel.area.name) if panel.area.fictional else "",
        f"{panel.area.name}, school year {selection.year}: {row['name']}.",
        _group(spots, selection, row),
        _profile(profile, why_words.comparable_text(queries_why.comparable(spots, selection))),
        why_words.as_many(queries_why.random_groups(spots, selection)),
        why_words.MEANING,
        _strengths(queries_why.strengths(spots, selection)),
        _care(spots, selection),
        ASSOCIATION,
        "References: " + " ".join(_references(profile)),
        "Sources: "
        + "; ".join(source_text(s.publisher, s.title, s.vintage) for s in panel.sources)
        + ".",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _group(spots: HotSpots, selection: Selection, row: pd.Series) -> str:
    levels = "all levels" if selection.level == "all" else LEVELS[selection.level]
    rate = f" at a false-discovery rate of {selection.alpha}" if counts_draws(spots) else ""
    return (
        f"The group is {plural(row['tracts'], 'tract')} that touch, hot by “"
        f"{METHODS[selection.method]}”{rate}"
        f" ({count_text(spots.tested)} {made(spots, selection)}); schools of {levels}; students"
        f" placed in tracts by “{CATCHMENTS[selection.catchment]}”. It holds"
        f" {count_text(row['enrolled'])} students, {count_text(row['chronic_absent'])} chronically"
        f" absent ({percent_text(row['rate'], row['enrolled'])}, 95 % interval from the"
        " differences between its schools"
        f" {interval_text(row['low'], row['high'], row['enrolled'])}{PERCENT})."
    )


def _profile(profile: pd.DataFrame, compared: str) -> str:
    hard, easy = len(why_words.harder(profile)), len(why_words.easier(profile))
    counts = profile.loc[profile["state"].eq("profiled"), "compared"]
    span = f"{count_text(counts.min())} to {count_text(counts.max())}" if len(counts) else "0"
    return (
        f"{plural(len(profile), 'social driver')} were compared with those of {span} tracts."
        f" {compared} {why_words.PROFILE_MEANING} Percentiles carry 90 % intervals from redraws"
        " within the margins of error (Goldstein and Spiegelhalter 1996). A driver whose"
        " coefficient of variation is over 30 %, or without a margin of error, carries no"
        f" conclusion. {hard} were harder and {easy} easier here. Indexes and modelled figures (CDC"
        " PLACES) are not compared."
    )


def _strengths(strengths: Strengths) -> str:
    if strengths.alike().empty:
        return strength_words.sentence(strengths)
    special = len(strengths.compared()) - len(strengths.alike())
    told = f" {strength_words.NOT_TOLD}" if not strengths.knows_choice else ""
    return (
        f"Schools: {count_text(len(strengths.compared()))} were set beside a prediction from"
        f" {strength_words.predicted_from(strengths)} (distances and access to care left"
        " out), in a funnel on the arcsine scale with additive"
        " over-dispersion (Spiegelhalter 2005) and false-discovery rates over all schools"
        f" (Benjamini and Hochberg 1995). A school serves the group when at least"
        f" {percent_text(SERVES, 0)} of its students are placed there."
        f" {plural(special, 'school')} of a special type stand apart.{told}"
        f" {strength_words.sentence(strengths)} {strength_words.of_group(strengths)}"
    )


def _care(spots: HotSpots, selection: Selection) -> str:
    care = care_words.ways(queries_why.profile(spots, selection))
    how = care_words.how_measured(care, queries_why.account(selection))
    listed = "" if queries_why.has_providers(selection) else f" {care_words.NO_LIST}"
    return f"{care_words.answer(care)} {how}{listed}"


def _references(profile: pd.DataFrame) -> list[str]:
    """Give the references of the methods and of the drivers that stand out."""
    named = profile.loc[why_words.harder(profile).index[: why_words.NAMED], "reference"]
    own = [f"{str(text).rstrip('.')}." for text in named if text]
    return sorted({*REFERENCES, *own})


def buttons(spots: HotSpots, selection: Selection) -> None:
    """Offer the profile, the providers and the methods paragraph of the chosen group."""
    if spots.groups.empty:
        return
    left, middle, right = st.columns(3)
    profile = queries_why.profile(spots, selection)
    caveat = f"{ASSOCIATION} {why_words.PROFILE_MEANING}"
    compared = why_words.comparable_text(queries_why.comparable(spots, selection))
    with left:
        told = about(selection, profile, f"{caveat} {compared}", PROFILE_FIELDS)
        offer(mark("profile"), ("why-here-profile", *_parts(selection)), lambda: profile, told)
    if queries_why.has_providers(selection):
        near = queries_why.nearby(spots, selection)
        with middle:
            told = about(selection, near, care_words.NOT_USE, PROVIDER_FIELDS)
            offer(mark("providers"), ("why-here-providers", *_parts(selection)), lambda: near, told)
    if not roles.takes_home(queries.panel(selection).sources):
        return
    right.download_button(
        text("Download methods paragraph (text)"),
        partial(languages.in_english, lambda: paragraph(spots, selection).encode()),
        file_name("why-here-methods", *_parts(selection), suffix="txt"),
        "text/plain",
        on_click="ignore",
        key="txt-why-here",
    )


def _parts(selection: Selection) -> tuple[str, ...]:
    return selection.area, selection.year, selection.level, selection.cluster

"""Methods paragraph of one view of the Why here page, made from its settings and numbers."""

from __future__ import annotations

import pandas as pd

from data.views.hot_spots import HotSpots
from data.views.strengths import SERVES, Strengths
from ui import queries
from ui.hotspots.words import made
from ui.queries import care as queries_care
from ui.queries import why as queries_why
from ui.selection import CATCHMENTS, METHODS, Selection
from ui.why import care_words, strength_words
from ui.why import words as why_words
from ui.words.numbers import (
    count_text,
    interval_text,
    percent_text,
    plural,
)
from ui.words.standing import (
    ASSOCIATION,
    LEVELS,
    fictional_banner,
    source_text,
)
from ui.words.summaries import counts_draws

REFERENCES = (
    "Benjamini Y, Hochberg Y (1995). J R Stat Soc B 57:289-300.",
    "Goldstein H, Spiegelhalter DJ (1996). J R Stat Soc A 159:385-443.",
    care_words.REFERENCE,
    "Spiegelhalter DJ (2005). Statistics in Medicine 24:1185-1202.",
    "US Census Bureau (2020). Understanding and Using American Community Survey Data.",
)


def paragraph(found: HotSpots, selection: Selection) -> str:
    """Tell how the figures of one group were made, with references and sources.

    Parameters
    ----------
    found : HotSpots
    selection : Selection
        `cluster` is the group.

    Returns
    -------
    str
        Plain text: the same for the same view of the same build.
    """
    panel = queries.panel(selection)
    row = found.groups[found.groups["cluster"] == selection.cluster].iloc[0]
    profile = queries_why.profile(found, selection)
    parts = [
        fictional_banner(panel.area.name) if panel.area.fictional else "",
        f"{panel.area.name}, school year {selection.year}: {row['name']}.",
        _group(found, selection, row),
        _profile(profile, why_words.comparable_text(queries_why.comparable(found, selection))),
        _strengths(queries_why.strengths(found, selection)),
        _care(found, selection),
        ASSOCIATION,
        "References: " + " ".join(_references(profile)),
        "Sources: "
        + "; ".join(source_text(s.publisher, s.title, s.vintage) for s in panel.sources)
        + ".",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _group(found: HotSpots, selection: Selection, row: pd.Series) -> str:
    levels = "all levels" if selection.level == "all" else LEVELS[selection.level]
    rate = f" at a false-discovery rate of {selection.alpha}" if counts_draws(found) else ""
    return (
        f"The group is {plural(row['tracts'], 'tract')} that touch, hot by “"
        f"{METHODS[selection.method]}”{rate}"
        f" ({count_text(found.tested)} {made(found, selection)}); schools of {levels}; students"
        f" placed in tracts by “{CATCHMENTS[selection.catchment]}”. It holds"
        f" {count_text(row['enrolled'])} students, {count_text(row['chronic_absent'])} chronically"
        f" absent ({percent_text(row['rate'], row['enrolled'])}, Wilson 95 % interval"
        f" {interval_text(row['low'], row['high'], row['enrolled'])} %)."
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


def _strengths(found: Strengths) -> str:
    if found.compared().empty:
        return strength_words.sentence(found)
    return (
        f"Schools: {count_text(len(found.compared()))} were set beside a prediction from"
        f" {strength_words.predicted_from(found)} (distances and access to care left"
        " out), in a funnel on the arcsine scale with additive"
        " over-dispersion (Spiegelhalter 2005) and false-discovery rates over all schools"
        f" (Benjamini and Hochberg 1995). A school serves the group when at least"
        f" {percent_text(SERVES, 0)} of its students are placed there."
        f" {strength_words.sentence(found)} {strength_words.of_group(found)}"
    )


def _care(found: HotSpots, selection: Selection) -> str:
    care = care_words.ways(queries_why.profile(found, selection))
    how = care_words.method(care, queries_care.account(selection))
    listed = "" if queries_care.has_providers(selection) else f" {care_words.NO_LIST}"
    return f"{care_words.answer(care)} {how}{listed}"


def _references(profile: pd.DataFrame) -> list[str]:
    """Give the references of the methods and of the drivers that stand out."""
    named = profile.loc[why_words.harder(profile).index[: why_words.NAMED], "reference"]
    own = [f"{str(text).rstrip('.')}." for text in named if text]
    return sorted({*REFERENCES, *own})

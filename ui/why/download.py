"""Downloads of the Why here page: profile, providers, and how both were made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd
import streamlit as st

from data.views.hot_spots import HotSpots
from ui import queries
from ui.queries import care as queries_care
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables.exports import file_name, to_csv
from ui.tables.frames import dictionary
from ui.why import care_words
from ui.why import method as why_method
from ui.why import words as why_words
from ui.words.standing import ASSOCIATION

PROFILE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "driver": "Social driver of health, id.",
        "label": "Social driver of health, in words.",
        "theme": "Theme of the driver.",
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


def buttons(found: HotSpots, selection: Selection) -> None:
    """Offer the profile, the providers and the methods paragraph of the chosen group."""
    if found.groups.empty:
        return
    left, middle, right = st.columns(3)
    profile = queries_why.profile(found, selection)
    caveat = f"{ASSOCIATION} {why_words.PROFILE_MEANING}"
    compared = why_words.comparable_text(queries_why.comparable(found, selection))
    with left:
        _csv("profile", lambda: profile, PROFILE_FIELDS, f"{caveat} {compared}", selection)
    if queries_care.has_providers(selection):
        near = queries_care.nearby(found, selection)
        with middle:
            _csv("providers", lambda: near, PROVIDER_FIELDS, care_words.NOT_USE, selection)
    right.download_button(
        "Download methods paragraph (text)",
        lambda: why_method.paragraph(found, selection).encode(),
        file_name("why-here-methods", *_parts(selection), suffix="txt"),
        "text/plain",
        on_click="ignore",
        key="txt-why-here",
    )


def _csv(
    topic: str,
    table: Callable[[], pd.DataFrame],
    fields: Mapping[str, str],
    caveat: str,
    selection: Selection,
) -> None:
    panel = queries.panel(selection)
    st.download_button(
        f"Download {topic} (CSV)",
        lambda: to_csv(
            table(),
            dictionary=explained(table(), fields),
            caveat=caveat,
            sources=panel.sources,
            fictional=panel.area.fictional,
            year=selection.year,
        ),
        file_name(f"why-here-{topic}", *_parts(selection), suffix="csv"),
        "text/csv",
        on_click="ignore",
        key=f"csv-why-here-{topic}",
    )


def explained(table: pd.DataFrame, fields: Mapping[str, str]) -> pd.DataFrame:
    """Describe the columns of an export of this page."""
    return dictionary([str(table.index.name), *table.columns], fields)


def _parts(selection: Selection) -> tuple[str, ...]:
    return selection.area, selection.year, selection.level, selection.cluster

"""Who is near? Distances, access and providers, each with its number and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from data.contracts.vocabulary import PROVIDER_LABELS
from data.views.care import LISTED
from data.views.hot_spots import HotSpots
from ui import frame
from ui.languages import PERCENT, mark, number, text
from ui.maps import points
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables import display as table_block
from ui.why.words import ACCESS, DISTANCES, WAYS_TO_CARE
from ui.words.as_written import as_written
from ui.words.numbers import count_text, plural, value_text

FIGURES = 4
NOT_USE = mark(
    "Near is not the same as in use: whether a provider takes a family's insurance, has room, is"
    " open after school or speaks the language at home is not in these figures."
)
NO_LIST = mark(
    "This place has no list of clinics, so we cannot name those near. The people who run this site"
    " can add one: docs/sources/hrsa.md says how."
)
LISTED_RULE = mark(
    "Listed are up to {count}: the nearest of each kind (health centre or clinic; school-based"
    " clinic; pharmacy), then whichever are nearest. Distance is a straight line from the middle of"
    " the group, weighted by children; the tracts are those of the group that have it as the"
    " nearest of its kind."
)
REFERENCE = "Luo W, Qi Y (2009). Health & Place 15:1100-1107."
MARKS = mark("Providers on the map")
ORIGINS = (mark("centroids"), mark("population centres"))
"""What distances are measured from, in the words of the build."""


def ways(profile: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of a profile that tell of the way to care and have a figure."""
    rows = profile.loc[[name for name in WAYS_TO_CARE if name in profile.index]]
    return rows[rows["value"].notna()]


def answer(care: pd.DataFrame) -> str:
    """Say how far the nearest place of care is, and where that lies among comparable tracts."""
    distances = care.loc[care.index.intersection(DISTANCES, sort=False)]
    if distances.empty:
        return text("How far care is from here is not known: this place has no list of clinics.")
    row = distances.iloc[0]
    said = text(
        "{label}, {years}: {figure} on average for children here",
        label=text(row["label"]),
        years=row["vintage"],
        figure=figure_text(row["value"], row["unit"]),
    )
    if row["state"] != "profiled":
        return text("{said}. There are no similar areas to set this beside.", said=said)
    return text(
        "{said}, {mean} in similar areas. {count} of 100 similar areas have a shorter way.",
        said=said,
        count=f"{row['percentile']:.0f}",
        mean=figure_text(row["comparable"], row["unit"]),
    )


def figures(care: pd.DataFrame) -> list[tuple[str, str]]:
    """Distances and access, each beside the figure of comparable tracts."""
    return [
        (figure_text(row["value"], row["unit"]), _beside(row))
        for _, row in care.head(FIGURES).iterrows()
    ]


def care_table(care: pd.DataFrame) -> pd.DataFrame:
    """Distances and access beside comparable tracts, in words: the twin of the figures."""
    rows = [
        (
            text(row["label"]),
            figure_text(row["value"], row["unit"]),
            _comparable(row),
            _percentile(row),
            text(
                "{here} beside {others}",
                here=count_text(row["tracts"]),
                others=count_text(row["compared"]),
            ),
            row["vintage"],
        )
        for _, row in care.iterrows()
    ]
    columns = [mark("Way to care"), mark("This group"), mark("Comparable tracts")]
    columns += [mark("Of comparable tracts"), mark("Tracts"), mark("Years")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def provider_table(near: pd.DataFrame) -> pd.DataFrame:
    """Nearest providers as people read them, in words."""
    rows = [
        (
            str(row["number"]),
            row["name"],
            text(PROVIDER_LABELS[row["kind"]]),
            value_text(row["km"], "km"),
            plural(row["tracts"], "tract"),
            row["address"] or text("not in the list"),
            row["vintage"],
        )
        for _, row in listed(near).iterrows()
    ]
    columns = [mark("No."), mark("Provider"), mark("Kind"), mark("Distance")]
    columns += [mark("Nearest of its kind for"), mark("Address"), mark("List")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def provider_title(near: pd.DataFrame) -> str:
    """Title of the table of providers."""
    providers = plural(len(listed(near)), "provider")
    return text("{providers} nearest to this group, numbered as on the map", providers=providers)


def how_measured(care: pd.DataFrame, account: Mapping[str, Any]) -> str:
    """Say how distances and access were measured, with the thresholds used."""
    parts = [text("A group's figure is the mean of its tracts, weighted by children.")]
    computed = {
        name: account[name]
        for name in care.index
        if name in account and account[name].get("measured")
    }
    origins = {how["from"] for name, how in computed.items() if name in DISTANCES}
    if origins:
        where = text(" or ").join(text(each) for each in sorted(origins))
        parts.append(
            text("Distances are straight lines from the tracts' {middles}.", middles=where)
        )
    if ACCESS in computed:
        how = computed[ACCESS]
        parts.append(
            text(
                "Clinics within reach: an enhanced two-step floating catchment (Luo and Qi 2009) of"
                " {sites} in the place, {supply}, {reach}, for children of 5 to 17. The thresholds"
                " are a choice, not an estimate of how far families go.",
                sites=plural(
                    how["providers"],
                    "health centre, clinic or school-based clinic",
                    "health centres, clinics and school-based clinics",
                ),
                supply=how["supply"],
                reach=how["reach"],
            )
        )
    parts += [f"{text(row['label'])}: {row['caveat']}" for _, row in care.iterrows()]
    return " ".join([*parts, text("These figures have no margin of error."), text(NOT_USE)])


def listed(near: pd.DataFrame) -> pd.DataFrame:
    """Give the providers with a number, nearest first."""
    return near[near["number"].notna()]


def legend(near: pd.DataFrame) -> str:
    """HTML legend of the marks of providers."""
    first = len(listed(near))
    nearest = text("1 to {last}: nearest to the group, named in the table below", last=first)
    others, rings = len(near) - first, ""
    if others:
        rings = text("small ring: farther away ({count})", count=count_text(others))
    return points.legend(text(MARKS), discs=nearest, rings=rings)


def alt(near: pd.DataFrame) -> str:
    """Describe the marks of providers to a screen reader."""
    names = "; ".join(
        f"{row['number']} {row['name']}, {value_text(row['km'], 'km')}"
        for _, row in listed(near).iterrows()
    )
    return text("Providers nearest to the group: {names}.", names=names)


def figure_text(value: float, unit: str) -> str:
    """Write a figure of access; what it counts stands in its label."""
    if unit == "per_1000":
        return number(f"{value:.2f}")
    return value_text(value, unit)


def _beside(row: pd.Series) -> str:
    if pd.isna(row["comparable"]):
        said = mark("{label}, {years}; no comparable tract")
        return text(said, label=text(row["label"]), years=row["vintage"])
    return text(
        "{label}, {years}, beside {figure} in comparable tracts",
        label=text(row["label"]),
        years=row["vintage"],
        figure=_comparable(row),
    )


def _comparable(row: pd.Series) -> str:
    if pd.isna(row["comparable"]):
        return text("not known")
    return figure_text(row["comparable"], row["unit"])


def _percentile(row: pd.Series) -> str:
    if pd.isna(row["percentile"]):
        return text("not known")
    share = f"{row['percentile']:.0f}{PERCENT}"
    if row["unit"] == "km":
        return text("{share} have a shorter way", share=share)
    return text("{share} have less", share=share)


def near(spots: HotSpots, selection: Selection) -> None:
    """Draw the way to care for the chosen group, and the providers nearest to it."""
    care = ways(queries_why.profile(spots, selection))
    st.write(as_written(answer(care)))
    if not care.empty:
        frame.figures(figures(care))
    if queries_why.has_providers(selection):
        providers = queries_why.nearby(spots, selection)
        title = provider_title(providers)
        table_block.plain(provider_table(providers), title)
        st.write(as_written(text(LISTED_RULE, count=LISTED)))
    else:
        st.write(as_written(text(NO_LIST)))
    if not care.empty:
        title = text("The way to care, beside comparable tracts")
        table_block.plain(care_table(care), title)
    method = escape(how_measured(care, queries_why.account(selection)))
    asked = escape(text("How was it measured?"))
    st.html(f"<div class='atlas-sure'><b>{asked}</b> {method}</div>")

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
from ui.languages import PERCENT
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables import display as table_block
from ui.why.words import ACCESS, DISTANCES, WAYS_TO_CARE
from ui.words.as_written import as_written
from ui.words.numbers import count_text, plural, value_text

FIGURES = 4
NOT_USE = (
    "Near is not the same as in use: whether a provider takes a family's insurance, has room, is"
    " open after school or speaks the language at home is not in these figures."
)
NO_LIST = (
    "This place has no list of providers, so the nearest ones are not known by name. Next step: add"
    " the recipe of health-centre sites (HRSA; docs/sources/hrsa.md tells where the file is) to the"
    " place's own file and build the place again."
)
LISTED_RULE = (
    f"Listed are up to {LISTED}: the nearest of each kind (health centre or clinic; school-based"
    " clinic; pharmacy), then whichever are nearest. Distance is a straight line from the middle of"
    " the group, weighted by children; the tracts are those of the group that have it as the"
    " nearest of its kind."
)
REFERENCE = "Luo W, Qi Y (2009). Health & Place 15:1100-1107."
SITE = "health centre, clinic or school-based clinic"
SITES = "health centres, clinics and school-based clinics"
MARKS = "Providers on the map"
_DISC = (
    "width:20px;height:20px;border:2px solid #111;background:#fff;border-radius:50%;"
    "font:bold 12px/16px sans-serif;text-align:center"
)
_RING = "width:9px;height:9px;border:2px solid #111;background:#fff;border-radius:50%"


def ways(profile: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of a profile that tell of the way to care and have a figure."""
    rows = profile.loc[[name for name in WAYS_TO_CARE if name in profile.index]]
    return rows[rows["value"].notna()]


def answer(care: pd.DataFrame) -> str:
    """Say how far the nearest place of care is, and where that lies among comparable tracts."""
    distances = care.loc[care.index.intersection(DISTANCES, sort=False)]
    if distances.empty:
        return f"How far care is from here is not known: {plural(len(care), 'measure')} at hand."
    row = distances.iloc[0]
    here = figure_text(row["value"], row["unit"])
    text = f"{row['label']} ({row['vintage']}): {here} on average for children here"
    if row["state"] != "profiled":
        return f"{text}; there are no comparable tracts to set this beside."
    mean = figure_text(row["comparable"], row["unit"])
    return (
        f"{text}; {row['percentile']:.0f}{PERCENT} of comparable tracts have a shorter way, and the"
        f" mean of them all is {mean}."
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
            row["label"],
            figure_text(row["value"], row["unit"]),
            _comparable(row),
            _percentile(row),
            f"{count_text(row['tracts'])} beside {count_text(row['compared'])}",
            row["vintage"],
        )
        for _, row in care.iterrows()
    ]
    columns = ["Way to care", "This group", "Comparable tracts", "Of comparable tracts", "Tracts"]
    return pd.DataFrame(rows, columns=[*columns, "Years"], dtype="str")


def provider_table(near: pd.DataFrame) -> pd.DataFrame:
    """Nearest providers as people read them, in words."""
    rows = [
        (
            str(row["number"]),
            row["name"],
            PROVIDER_LABELS[row["kind"]],
            value_text(row["km"], "km"),
            plural(row["tracts"], "tract"),
            row["address"] or "not in the list",
            row["vintage"],
        )
        for _, row in listed(near).iterrows()
    ]
    columns = ["No.", "Provider", "Kind", "Distance", "Nearest of its kind for", "Address", "List"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def provider_title(near: pd.DataFrame) -> str:
    """Title of the table of providers."""
    return f"{plural(len(listed(near)), 'provider')} nearest to this group, numbered as on the map"


def how_measured(care: pd.DataFrame, account: Mapping[str, Any]) -> str:
    """Say how distances and access were measured, with the thresholds used."""
    parts = ["A group's figure is the mean of its tracts, weighted by children."]
    computed = {
        name: account[name]
        for name in care.index
        if name in account and account[name].get("measured")
    }
    origins = {how["from"] for name, how in computed.items() if name in DISTANCES}
    if origins:
        parts.append(f"Distances are straight lines from the tracts' {' or '.join(origins)}.")
    if ACCESS in computed:
        how = computed[ACCESS]
        parts.append(
            "Clinics within reach: an enhanced two-step floating catchment (Luo and Qi 2009) of"
            f" {plural(how['providers'], SITE, SITES)} in the place, {how['supply']},"
            f" {how['reach']}, for children of 5 to 17. The thresholds are a choice, not an"
            " estimate of how far families go."
        )
    parts += [f"{row['label']}: {row['caveat']}" for _, row in care.iterrows()]
    return " ".join([*parts, "These figures have no margin of error.", NOT_USE])


def listed(near: pd.DataFrame) -> pd.DataFrame:
    """Give the providers with a number, nearest first."""
    return near[near["number"].notna()]


def legend(near: pd.DataFrame) -> str:
    """HTML legend of the marks of providers."""
    first = len(listed(near))
    others = len(near) - first
    items = [_item(_DISC, "1", f"1 to {first}: nearest to the group, named in the table below")]
    if others:
        items.append(_item(_RING, "", f"small ring: farther away ({count_text(others)})"))
    inner = "".join(items)
    return (
        f'<div class="legend"><strong aria-hidden="true">{MARKS}</strong>'
        f'<div role="list" aria-label="{MARKS}">{inner}</div></div>'
    )


def alt(near: pd.DataFrame) -> str:
    """Describe the marks of providers to a screen reader."""
    names = "; ".join(
        f"{row['number']} {row['name']}, {value_text(row['km'], 'km')}"
        for _, row in listed(near).iterrows()
    )
    return f"Providers nearest to the group: {names}."


def figure_text(value: float, unit: str) -> str:
    """Write a figure of access; what it counts stands in its label."""
    if unit == "per_1000":
        return f"{value:.2f}"
    return value_text(value, unit)


def _item(style: str, inside: str, text: str) -> str:
    mark = f'<i style="{style};font-style:normal" aria-hidden="true">{inside}</i>'
    return f'<span role="listitem">{mark}{escape(text)}</span>'


def _beside(row: pd.Series) -> str:
    if pd.isna(row["comparable"]):
        return f"{row['label']}, {row['vintage']}; no comparable tract"
    return f"{row['label']}, {row['vintage']}, beside {_comparable(row)} in comparable tracts"


def _comparable(row: pd.Series) -> str:
    if pd.isna(row["comparable"]):
        return "not known"
    return figure_text(row["comparable"], row["unit"])


def _percentile(row: pd.Series) -> str:
    if pd.isna(row["percentile"]):
        return "not known"
    what = "a shorter way" if row["unit"] == "km" else "less"
    return f"{row['percentile']:.0f}{PERCENT} have {what}"


def near(spots: HotSpots, selection: Selection) -> None:
    """Draw the way to care for the chosen group, and the providers nearest to it."""
    if spots.groups.empty:
        return
    st.subheader("Who is near?")
    care = ways(queries_why.profile(spots, selection))
    st.write(as_written(answer(care)))
    if not care.empty:
        frame.figures(figures(care))
    if queries_why.has_providers(selection):
        providers = queries_why.nearby(spots, selection)
        title = provider_title(providers)
        table_block.plain(provider_table(providers), title)
        st.write(LISTED_RULE)
    else:
        st.write(NO_LIST)
    if not care.empty:
        table_block.plain(care_table(care), "The way to care, beside comparable tracts")
    method = escape(how_measured(care, queries_why.account(selection)))
    st.html(f"<div class='atlas-sure'><b>How was it measured?</b> {method}</div>")

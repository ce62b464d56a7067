"""Who is near? The places of care nearest to the area."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
import streamlit as st

from ui.languages import mark, text
from ui.present import map as present_map
from ui.present import words
from ui.present.bars import plain, steps
from ui.present.subject import Subject
from ui.present.views import View
from ui.queries import why as queries_why
from ui.why import care
from ui.words.numbers import value_text

LISTED = 4
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "health_centre": mark("Health centre"),
        "school_clinic": mark("School-based clinic"),
        "clinic": mark("Clinic or practice"),
        "pharmacy": mark("Pharmacy"),
        "mental_health": mark("Mental-health service"),
        "pantry_food": mark("Food pantry or kitchen"),
        "other": mark("Other provider"),
    }
)
"""The words of `PROVIDER_LABELS`, named for the catalogue."""


def providers(group: Subject) -> pd.DataFrame:
    """List the providers nearest to a group, numbered; empty where the place has no list."""
    if not queries_why.has_providers(group.selection):
        return pd.DataFrame()
    return care.listed(queries_why.nearby(group.spots, group.selection)).head(LISTED)


def headline(subject: Subject) -> str:
    """Name the nearest place of care, or say that there is no list."""
    group = subject.area()
    if group is None:
        return text("No area stands out, so there is no one place to be near to.")
    table = providers(group)
    if table.empty:
        return text("We have no list of clinics near {name} yet.", name=group.name)
    first = table.iloc[0]
    return text(
        "Nearest to {name} is {provider}: {distance} away.",
        name=group.name,
        provider=first["name"],
        distance=value_text(first["km"], "km"),
    )


def picture(subject: Subject) -> None:
    """Draw the nearest places of care by number."""
    group = subject.area()
    table = providers(group) if group is not None else pd.DataFrame()
    if group is None or table.empty:
        st.html(plain(text("Who in this room knows a clinic, a nurse or a program close by?")))
        return
    left, right = st.columns([60, 40], gap="small")
    with left:
        present_map.draw(group, table)
    with right:
        st.html(_list(table))


def _list(table: pd.DataFrame) -> str:
    return steps(
        [
            (
                row["name"],
                f"{text(KINDS[row['kind']])}, {value_text(row['km'], 'km')}",
            )
            for _, row in table.iterrows()
        ]
    )


def source(subject: Subject) -> str:
    """Where the list is from, and how far is measured."""
    group = subject.area()
    table = providers(group) if group is not None else pd.DataFrame()
    if table.empty:
        return words.source(subject)
    return text(
        "List of providers, {years}. Distance in a straight line from the middle of the area.",
        years=", ".join(sorted(set(table["vintage"]))),
    )


def notes(subject: Subject) -> tuple[str, ...]:
    """Tell what near does not say."""
    del subject
    return (
        text("Near is not the same as open to all: ask about hours, room, insurance, language."),
        text("Ask who is missing from this list: a school nurse, a bus line, a place of worship."),
    )


VIEW = View(mark("Who is near?"), headline, picture, source, notes)

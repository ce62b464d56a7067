"""Conditions as people say them, what can be changed first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from ui.languages import mark, text

CHANGED_FIRST: Mapping[str, str] = MappingProxyType(
    {
        "housing_cost_burden": mark("housing that costs too much"),
        "places_housing_insecurity": mark("worry about losing the home"),
        "evictions": mark("evictions"),
        "temporary_housing": mark("students without a home of their own"),
        "crowding": mark("crowded homes"),
        "moved_last_year": mark("families who had to move"),
        "clinic_km": mark("a long way to a clinic"),
        "school_clinic_km": mark("a long way to a school clinic"),
        "pharmacy_km": mark("a long way to a pharmacy"),
        "clinic_access": mark("few clinics within reach"),
        "primary_care_per_100k": mark("few doctors"),
        "uninsured_children": mark("children without health insurance"),
        "uninsured": mark("no health insurance"),
        "places_uninsured_adults": mark("adults without health insurance"),
        "places_checkup": mark("few yearly checkups"),
        "no_vehicle": mark("homes without a car"),
        "places_transport": mark("no way to get around"),
        "poverty_150": mark("low income"),
        "poverty_100": mark("income below the poverty line"),
        "per_capita_income": mark("low income per person"),
        "unemployed": mark("people out of work"),
        "no_internet": mark("no internet at home"),
        "limited_english": mark("little English at home"),
        "places_asthma": mark("asthma"),
    }
)
"""What a city or county can change, nearest to hand first. Who families are is not among it."""


def first(harder: pd.DataFrame) -> pd.DataFrame:
    """Conditions that can be changed, of those that are harder here, in the order above."""
    return harder.loc[[name for name in CHANGED_FIRST if name in harder.index]]


def said(name: str) -> str:
    """Write a condition as people say it."""
    return text(CHANGED_FIRST[name])

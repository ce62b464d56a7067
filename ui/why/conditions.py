"""Conditions as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ui.languages import mark, text

SAID: Mapping[str, str] = MappingProxyType(
    {
        "housing_cost_burden": mark("housing that costs too much"),
        "evictions": mark("evictions"),
        "temporary_housing": mark("students without a home of their own"),
        "crowding": mark("crowded homes"),
        "moved_last_year": mark("families who had to move"),
        "clinic_km": mark("a long way to a clinic"),
        "school_clinic_km": mark("a long way to a school clinic"),
        "pharmacy_km": mark("a long way to a pharmacy"),
        "clinic_access": mark("few clinics within reach"),
        "hpsa_primary_care": mark("few doctors"),
        "hpsa_mental_health": mark("few people who care for mental health"),
        "hpsa_dental": mark("few dentists"),
        "uninsured_children": mark("children without health insurance"),
        "uninsured": mark("no health insurance"),
        "no_vehicle": mark("homes without a car"),
        "poverty_150": mark("low income"),
        "poverty_100": mark("income below the poverty line"),
        "per_capita_income": mark("low income per person"),
        "unemployed": mark("people out of work"),
        "no_internet": mark("no internet at home"),
    }
)
"""Every condition that can be changed and may be compared, in words that end a sentence."""


def said(name: str) -> str:
    """Write a condition as people say it."""
    return text(SAID[name])

"""Two states' ways to sort what is done: Virginia's five areas and California's three."""

from collections.abc import Mapping
from types import MappingProxyType

VIRGINIA: Mapping[str, str] = MappingProxyType(
    {
        "communicate": "Communicate with families",
        "breakfast": "Breakfast after the bell",
        "adults": "Connect students to trusted adults",
        "data": "Monitor data and celebrate success",
        "barriers": "Reduce barriers to daily access",
    }
)
"""Virginia Department of Education, Attendance Matters."""
CALIFORNIA: Mapping[str, str] = MappingProxyType(
    {
        "health": "Health, well-being and safety",
        "family": "Family engagement",
        "connectedness": "Student connectedness",
    }
)
"""California's attendance guide."""
BY_STRATEGY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "family_caseworkers": ("barriers", "family"),
        "breakfast_after_the_bell": ("breakfast", "health"),
        "school_telemedicine": ("barriers", "health"),
        "relational_home_visits": ("communicate", "family"),
        "parent_teacher_home_visits": ("communicate", "family"),
        "personal_letters": ("communicate", "family"),
        "one_postcard": ("communicate", "family"),
        "school_bus": ("barriers", ""),
        "bus_to_kindergarten": ("barriers", ""),
        "success_mentors": ("adults", "connectedness"),
        "school_health_centre": ("barriers", "health"),
        "school_nurses": ("barriers", "health"),
        "asthma_management": ("barriers", "health"),
        "housing_supports": ("barriers", "health"),
        "eviction_prevention": ("barriers", "health"),
        "after_school": ("adults", "connectedness"),
        "belonging_messages": ("communicate", "connectedness"),
    }
)
"""Areas of Virginia and California by strategy of the evidence library: our reading, not theirs."""


def lenses_of(strategy: str) -> tuple[str, str]:
    """Give the areas that a strategy belongs to, Virginia's and California's; "" for none."""
    return BY_STRATEGY.get(strategy, ("", ""))

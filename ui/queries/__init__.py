"""What pages ask, answered once per place, build and choice; `cache` says what is kept."""

from ui.queries.places import (
    Place,
    choices,
    geometry,
    join,
    panel,
    panel_of,
    place,
    places,
    school_conditions,
    school_history,
    school_points,
    schools,
    shares,
    totals,
    tracts,
    trend,
)

__all__ = [
    "Place",
    "choices",
    "geometry",
    "join",
    "panel",
    "panel_of",
    "place",
    "places",
    "school_conditions",
    "school_history",
    "school_points",
    "schools",
    "shares",
    "totals",
    "tracts",
    "trend",
]

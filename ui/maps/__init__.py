"""Maps with their classes, colours, legends and geometry."""

from ui.maps.decks import (
    BRUSH_PIXELS,
    FOCUS_PIXELS,
    HATCH_PIXELS,
    HEIGHT,
    MARK_PIXELS,
    SCHOOL_PIXELS,
    AreaClasses,
    CompactDeck,
    SchoolClasses,
    area_map,
    pick,
    pick_marked,
    school_map,
)

__all__ = [
    "BRUSH_PIXELS",
    "FOCUS_PIXELS",
    "HATCH_PIXELS",
    "HEIGHT",
    "MARK_PIXELS",
    "SCHOOL_PIXELS",
    "AreaClasses",
    "CompactDeck",
    "SchoolClasses",
    "area_map",
    "pick",
    "pick_marked",
    "school_map",
]

"""The closed lists of words in the tables, with the labels people read."""

from collections.abc import Mapping
from types import MappingProxyType

LEVEL_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "prek": "Pre-K centre",
        "early": "Early childhood",
        "elementary": "Elementary",
        "k8": "K-8",
        "middle": "Middle",
        "secondary": "Middle and high",
        "high": "High",
        "k12": "K-12",
        "ungraded": "Ungraded",
        "unknown": "Level not known",
    }
)
LEVELS: tuple[str, ...] = tuple(LEVEL_LABELS)

STATUS_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "reported": "Reported",
        "suppressed": "Withheld to protect privacy",
        "missing": "Not collected or not applicable",
        "unreliable": "Too few students for a reliable figure",
    }
)
STATUSES: tuple[str, ...] = tuple(STATUS_LABELS)

RESPONDENT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "family": "Families",
        "student": "Students",
        "teacher": "Teachers and staff",
        "all": "All who were asked",
    }
)
RESPONDENTS: tuple[str, ...] = tuple(RESPONDENT_LABELS)
"""Who answers a climate survey."""

RELIABILITY_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "high": "High (coefficient of variation under 15 %)",
        "medium": "Medium (15 to 30 %)",
        "low": "Low (over 30 %)",
        "undefined": "Not defined (no margin of error, or an estimate of 0)",
    }
)
RELIABILITIES: tuple[str, ...] = tuple(RELIABILITY_LABELS)

UNIT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "fraction": "fraction from 0 to 1",
        "count": "count",
        "percentile": "percentile rank from 0 to 1",
        "usd": "US dollars",
        "years": "years",
        "km": "kilometres",
        "per_1000": "per 1,000 children",
        "per_100k": "per 100,000 residents",
    }
)
UNITS: tuple[str, ...] = tuple(UNIT_LABELS)
PROVIDER_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "health_centre": "Health centre",
        "school_clinic": "School-based clinic",
        "clinic": "Clinic or practice",
        "pharmacy": "Pharmacy",
        "mental_health": "Mental-health service",
        "pantry_food": "Food pantry or kitchen",
        "other": "Other provider",
    }
)
PROVIDER_KINDS: tuple[str, ...] = tuple(PROVIDER_LABELS)
AREA_DIGITS: Mapping[str, int] = MappingProxyType({"tract": 11, "county": 5, "part": 10})
POLYGONS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
CONTEXT_LAYERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "water": POLYGONS,
        "parks": POLYGONS,
        "roads": LINES,
        "boundaries": LINES,
        "names": ("Point",),
    }
)
"""Layers of a panel's context, and the shapes that each holds."""
FEATURE_LAYERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "water": POLYGONS,
        "parks": POLYGONS,
        "roads": LINES,
        "boundaries": (*POLYGONS, *LINES),
        "counties": POLYGONS,
        "places": (*POLYGONS, "Point"),
        "neighbourhoods": POLYGONS,
    }
)
"""What a file may hold of them, and the shapes that it must have."""
NOT_SHOWN = "not shown"
CATCHMENTS: Mapping[str, str] = MappingProxyType(
    {
        "supplied": "Counted homes",
        "zones": "Attendance zones",
        "gravity": "Likely home tracts",
        "nearest": "Nearest tracts",
        "building": "Tract of the building",
    }
)
"""School-tract joins, best first; a place offers those its files allow."""
METHODS: Mapping[str, str] = MappingProxyType(
    {
        "consensus": "All analyses together",
        "gi_star": "Gi*",
        "local_moran": "Local Moran",
        "scan": "Circular scan",
        "membership": "Membership model",
    }
)
"""Ways to look for hot spots."""
NEIGHBOURS: Mapping[str, str] = MappingProxyType(
    {
        "queen": "Tracts that touch",
        "knn6": "The 6 nearest tracts",
        "distance": "Tracts within reach",
    }
)

"""Contracts of the tables that hold places, and the list of all tables.

`TABLES` are those of a panel; `CONTRACTS` has also those that are read but not stored.
"""

from collections.abc import Mapping
from types import MappingProxyType

from data.contracts import columns
from data.contracts import rules as checks
from data.contracts.schemas_care import (
    CENTRES,
    DESIGNATIONS,
    PROVIDERS,
    TRAVEL_TIMES,
)
from data.contracts.schemas_figures import ABSENCE, DRIVERS, SCHOOL_DRIVERS
from data.contracts.schemas_links import CROSSWALK, FLOWS, OTHER_TRACTS
from data.contracts.vocabulary import LEVELS, POLYGONS

TRACTS = columns.Contract(
    columns.schema(
        "Tracts",
        "Census tracts of the study area.",
        {
            "geoid": columns.geoid("Census tract GEOID."),
            "name": columns.text("Name of the tract in words."),
            "county": columns.text(
                "County GEOID (5 digits).",
                checks.matches(r"[0-9]{5}", "are not a 5-digit county GEOID", "state 2 + county 3"),
            ),
            "neighbourhood": columns.text('Neighbourhood or borough; "" when not known.'),
            "children": columns.number(
                "Resident children of school age (5-17).", "children", checks.at_least_zero()
            ),
            "children_moe": columns.number(
                "90 % margin of error of `children`.", "children", checks.at_least_zero()
            ),
            "residents": columns.number(
                "All residents; empty when not known.", "residents", checks.at_least_zero()
            ),
            "geometry": columns.outline(
                "Outline of the tract.", POLYGONS, "repair rings with geo.boundaries"
            ),
        },
        checks.unique_key("geoid"),
        checks.agree(
            lambda table: table["geoid"].str[:5].eq(table["county"]),
            "have a county that is not the first five digits of the geoid",
            "take the county from the geoid",
        ),
    ),
    key=("geoid",),
    index="geoid",
    spatial=True,
)

SCHOOLS = columns.Contract(
    columns.schema(
        "Schools",
        "Every school with an attendance figure, located or not.",
        {
            "school_id": columns.school_id(),
            "name": columns.text("Name of the school.", checks.filled()),
            "level": columns.text(
                f"School level ({', '.join(LEVELS)}).",
                checks.one_of(LEVELS),
            ),
            "school_type": columns.text('Type in the publisher\'s words; "" when not known.'),
            "district": columns.text('School district; "" when not known.'),
            "neighbourhood": columns.text('Neighbourhood or borough; "" when not known.'),
            "geoid": columns.geoid(
                "Tract the building stands in; empty when not located.", nullable=True
            ),
            "geometry": columns.outline(
                "Point of the building; empty when not located.",
                ("Point",),
                "drop the location and record it in the ledger",
                nullable=True,
            ),
        },
        checks.unique_key("school_id"),
        checks.agree(
            lambda table: table["geoid"].isna() | table["geometry"].notna(),
            "name a tract but have no point",
            "give the point, or leave the tract empty",
        ),
    ),
    key=("school_id",),
    index="school_id",
    spatial=True,
)

CATCHMENT = columns.Contract(
    columns.schema(
        "Catchment",
        "Tracts each school is taken to draw its students from.",
        {
            "school_id": columns.school_id(),
            "geoid": columns.geoid("Census tract GEOID."),
            "share": columns.number(
                "Part of the school's students; adds up to 1 for each school.",
                "fraction",
                checks.between(0, 1, "shares are fractions of one school"),
                nullable=False,
            ),
            "students": columns.number(
                "share x reference enrolment of the school; empty when that is withheld.",
                "students",
                checks.at_least_zero(),
            ),
        },
        checks.unique_key("school_id", "geoid"),
        checks.same_sum("school_id", "share", 1.0, 1e-9),
    ),
    key=("school_id", "geoid"),
)

ZONES = columns.Contract(
    columns.schema(
        "Zones",
        "Attendance zones, one row a zone and school.",
        {
            "zone_id": columns.text("The publisher's id of the zone.", checks.filled()),
            "school_id": columns.school_id(nullable=True),
            "level": columns.text(f"Level served ({', '.join(LEVELS)}).", checks.one_of(LEVELS)),
            "geometry": columns.outline(
                "Outline of the zone.", POLYGONS, "repair rings with geo.boundaries"
            ),
        },
        checks.unique_key("zone_id", "school_id"),
    ),
    key=("zone_id", "school_id"),
    spatial=True,
)

_STORED: Mapping[str, columns.Contract] = MappingProxyType(
    {
        "tracts": TRACTS,
        "schools": SCHOOLS,
        "absence": ABSENCE,
        "drivers": DRIVERS,
        "school_drivers": SCHOOL_DRIVERS,
        "catchment": CATCHMENT,
        "zones": ZONES,
        "providers": PROVIDERS,
    }
)
TABLES: tuple[str, ...] = tuple(_STORED)
CONTRACTS: Mapping[str, columns.Contract] = MappingProxyType(
    {
        **_STORED,
        "flows": FLOWS,
        "crosswalk": CROSSWALK,
        "other_tracts": OTHER_TRACTS,
        "designations": DESIGNATIONS,
        "centres": CENTRES,
        "travel_times": TRAVEL_TIMES,
    }
)

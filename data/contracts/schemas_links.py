"""Contracts of tables that are read but not stored: what ties schools to tracts, and vintages."""

from data.contracts import columns
from data.contracts import rules as checks
from data.contracts.vocabulary import POLYGONS

FLOWS = columns.Contract(
    columns.schema(
        "Flows",
        "A district's own counts of students by school and tract.",
        {
            "school_id": columns.school_id(),
            "geoid": columns.geoid("Tract the students live in."),
            "students": columns.number(
                "Students of the school who live in the tract; empty when withheld.",
                "students",
                checks.at_least_zero(),
            ),
            "lower": columns.number(
                "Least number there can be.", "students", checks.at_least_zero()
            ),
            "upper": columns.number(
                "Largest number there can be.", "students", checks.at_least_zero()
            ),
            "source": columns.source(),
        },
        checks.unique_key("school_id", "geoid"),
        checks.not_above("lower", "upper", "swap the bounds"),
        checks.agree(
            lambda table: table["students"].notna() | table[["lower", "upper"]].notna().all(axis=1),
            "are withheld without bounds",
            'write what is known of the count, such as "<10", or leave the row out',
        ),
    ),
    key=("school_id", "geoid"),
)

CROSSWALK = columns.Contract(
    columns.schema(
        "Crosswalk",
        "Pieces that tracts of another census year share with the tracts of the study area.",
        {
            "source": columns.geoid("Tract of the other census year."),
            "target": columns.geoid("Tract of the study area's census year."),
            "weight": columns.number(
                "Size of the piece: land area, homes or residents.",
                "the file's",
                checks.at_least_zero(),
                nullable=False,
            ),
        },
        checks.unique_key("source", "target"),
    ),
    key=("source", "target"),
)

OTHER_TRACTS = columns.Contract(
    columns.schema(
        "Tracts of another census year",
        "Outlines that a crosswalk to the study area's tracts is made from.",
        {
            "geoid": columns.geoid("Census tract GEOID."),
            "geometry": columns.outline(
                "Outline of the tract.", POLYGONS, "repair rings with geo.boundaries"
            ),
        },
        checks.unique_key("geoid"),
    ),
    key=("geoid",),
    index="geoid",
    spatial=True,
)

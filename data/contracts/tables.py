"""The contracts of all tables.

`TABLES` are those of a panel; `CONTRACTS` has also those that are read but not stored, those
that only a nation stores, and those of the year under way and of roll-ups.
"""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from data.contracts.columns import (
    Contract,
    agree,
    amount,
    at_least_zero,
    between,
    contract,
    filled,
    geoid,
    level,
    matches,
    measure,
    not_above,
    number,
    one_of,
    outline,
    point,
    rank,
    reason,
    reason_fits,
    reported_holds,
    same_sum,
    school_id,
    school_year,
    shape,
    source,
    status,
    students,
    text,
    vintage,
    withheld_lacks,
)
from data.contracts.in_year import DAILY, IN_YEAR
from data.contracts.nation import NATION
from data.contracts.rollup import ROLLUP
from data.contracts.vocabulary import (
    AREA_DIGITS,
    CATCHMENTS,
    CONTEXT_LAYERS,
    PROVIDER_KINDS,
    PROVIDER_LABELS,
    RELIABILITIES,
    RESPONDENTS,
    UNITS,
)

REFUSE_ROWS = "refuse these rows in the recipe and list them in the ledger"

_STORED: dict[str, Contract] = {
    "tracts": contract(
        "Tracts",
        "Census tracts of the study area.",
        "geoid",
        {
            "geoid": geoid(),
            "name": text("Name of the tract in words."),
            "county": text(
                "County GEOID (5 digits).",
                matches(r"[0-9]{5}", "are not a 5-digit county GEOID", "state 2 + county 3"),
            ),
            "county_name": text('Name of the county or borough; "" when not known.'),
            "neighbourhood": text('Neighbourhood, town or district; "" when not known.'),
            "children": amount("Resident children of school age (5-17).", "children"),
            "children_moe": amount("90 % margin of error of `children`.", "children"),
            "residents": amount("All residents; empty when not known.", "residents"),
            "geometry": outline("Outline of the tract."),
        },
        agree(
            lambda table: table["geoid"].str[:5].eq(table["county"]),
            "have a county that is not the first five digits of the geoid",
            "take the county from the geoid",
        ),
    ),
    "schools": contract(
        "Schools",
        "Every school with an attendance figure, located or not. In a place by district a row is a"
        " district, its point inside its outline.",
        "school_id",
        {
            "school_id": school_id(),
            "name": text("Name of the school.", filled()),
            "level": level("School level"),
            "school_type": text('Type in the publisher\'s words; "" when not known.'),
            "district": text('School district; "" when not known.'),
            "neighbourhood": text('Neighbourhood or borough; "" when not known.'),
            "students": students(
                "Students on the list of schools, by any count of its publisher; empty when it"
                " gives none or when an enrolment of the school is withheld by the gate."
            ),
            "geoid": geoid("Tract the building stands in; empty when not located.", nullable=True),
            "geometry": point("Point of the building; empty when not located."),
        },
        agree(
            lambda table: table["geoid"].isna() | table["geometry"].notna(),
            "name a tract but have no point",
            "give the point, or leave the tract empty",
        ),
    ),
    "absence": contract(
        "Absence",
        "Chronic absence by school, school year, student group and grade.",
        "school_id school_year student_group grade",
        {
            "school_id": school_id(),
            "school_year": school_year(),
            "student_group": text('Student group; "all" for all students.', filled()),
            "grade": text('Grade; "all" for all grades.', filled()),
            "enrolled": students("Students enrolled long enough to count (denominator)."),
            "enrolled_lower": students(
                "Least value the denominator can have: below it where students are derived from a"
                " rounded rate; empty when not known."
            ),
            "enrolled_upper": students(
                "Largest value the denominator can have; empty when not known."
            ),
            "chronic_absent": students(
                "Students absent on 10 % or more of their days (numerator)."
            ),
            "lower": students(
                "Least value the numerator can have: below it where it is derived from a rounded"
                " rate; empty when not known."
            ),
            "upper": students("Largest value the numerator can have; empty when not known."),
            "status": status(),
            "reason": reason(),
            "source": source(),
        },
        not_above("chronic_absent", "enrolled", REFUSE_ROWS),
        not_above("enrolled_lower", "enrolled", "take both from the same reading"),
        not_above("enrolled", "enrolled_upper", "take both from the same reading"),
        not_above("lower", "upper", "swap or empty the bounds"),
        not_above("upper", "enrolled", "the bound is at most the enrolment"),
        reported_holds("chronic_absent", "enrolled"),
        agree(
            lambda table: (
                table["status"].ne("reported")
                | (
                    table["lower"].le(table["chronic_absent"])
                    & table["upper"].ge(table["chronic_absent"])
                )
            ),
            "are reported with bounds that do not hold the count",
            "set lower and upper to the count, or to what rounding leaves of it",
        ),
        withheld_lacks("chronic_absent"),
        reason_fits(),
    ),
    "drivers": contract(
        "Drivers",
        "Social drivers of health by tract, one row a tract and measure.",
        "geoid measure",
        {
            "geoid": geoid(),
            "measure": measure(),
            "value": number("Estimate, in the row's `unit`.", "see unit"),
            "moe": amount("90 % margin of error; empty when none.", "see unit"),
            "unit": text(f"Unit ({', '.join(UNITS)}).", one_of(UNITS)),
            "reliability": text(
                f"Reliability class ({', '.join(RELIABILITIES)}).", one_of(RELIABILITIES)
            ),
            "status": status(),
            "source": source(),
            "vintage": text("Years the estimate describes.", filled()),
        },
        reported_holds("value"),
        withheld_lacks("value"),
        agree(
            lambda table: (
                ~table["unit"].isin(["fraction", "percentile"])
                | table["value"].isna()
                | table["value"].between(0, 1)
            ),
            "are a fraction or percentile outside 0 to 1",
            "name the unit of the file in the recipe (percent 0-100 or fraction 0-1)",
        ),
        agree(
            lambda table: table["unit"].ne("count") | table["value"].isna() | table["value"].ge(0),
            "are a negative count",
            "codes such as -999 mean missing: list them as tokens in the recipe",
        ),
    ),
    "school_drivers": contract(
        "School drivers",
        "Social drivers published by school, as counts.",
        "school_id school_year measure",
        {
            "school_id": school_id(),
            "school_year": school_year(),
            "measure": measure(),
            "numerator": students("Students to whom the measure applies."),
            "denominator": students("Students the measure was taken on."),
            "status": status(),
            "reason": reason(),
            "source": source(),
        },
        not_above("numerator", "denominator", REFUSE_ROWS),
        reported_holds("numerator", "denominator"),
        withheld_lacks("numerator"),
        reason_fits(),
    ),
    "climate": contract(
        "Climate surveys",
        "What families, students and teachers say of a school: the share of answers that a scale"
        " asks for, one row a school, year, kind of respondent and scale. A place without surveys"
        " has no rows.",
        "school_id school_year respondent scale",
        {
            "school_id": school_id(),
            "school_year": school_year(),
            "respondent": text(f"Who answered ({', '.join(RESPONDENTS)}).", one_of(RESPONDENTS)),
            "scale": text(
                "Scale, explained in data/climate.toml.",
                matches(r"[a-z][a-z0-9_]*", "are not a scale", "use an id from data/climate.toml"),
            ),
            "value": number(
                "Share of answers that the scale asks for.",
                "fraction",
                between(0, 1, "name the unit of the column in the recipe (percent or fraction)"),
            ),
            "respondents": amount(
                "How many answered; empty where the publisher does not say.", "people"
            ),
            "response_rate": number(
                "Part of those asked who answered; empty where the publisher does not say.",
                "fraction",
                between(0, 1, "name the unit of the column in the recipe (percent or fraction)"),
            ),
            "status": status(),
            "reason": reason(),
            "source": source(),
        },
        reported_holds("value"),
        withheld_lacks("value"),
        reason_fits(),
    ),
    "catchment": contract(
        "Catchment",
        "Tracts each school is taken to draw its students from.",
        "school_id geoid",
        {
            "school_id": school_id(),
            "geoid": geoid(),
            "share": number(
                "Part of the school's students; adds up to 1 for each school.",
                "fraction",
                between(0, 1, "shares are fractions of one school"),
                nullable=False,
            ),
            "students": number(
                "share x reference enrolment of the school; empty when that is withheld.",
                "students",
                at_least_zero(),
            ),
        },
        same_sum("school_id", "share", 1.0, 1e-9),
    ),
    "joins": contract(
        "Joins",
        "The other joins of schools and tracts that the place's files allow, beside its catchment.",
        "join school_id geoid",
        {
            "join": text(f"Join ({', '.join(CATCHMENTS.values())}).", one_of(tuple(CATCHMENTS))),
            "school_id": school_id(),
            "geoid": geoid(),
            "share": number(
                "Part of the school's students; adds up to 1 for each join and school.",
                "fraction",
                between(0, 1, "shares are fractions of one school"),
                nullable=False,
            ),
            "placed_by": text(
                "Join that placed this school: one without a zone follows by distance.",
                one_of(tuple(CATCHMENTS)),
            ),
            "why": text('Reason in words; "" where the join treats all schools alike.'),
        },
        same_sum("join school_id", "share", 1.0, 1e-9),
    ),
    "zones": contract(
        "Zones",
        "Attendance zones, one row a zone and school. In a place by district: the outline of each"
        " district, under its id.",
        "zone_id school_id",
        {
            "zone_id": text("The publisher's id of the zone.", filled()),
            "school_id": school_id(nullable=True),
            "level": level("Level served"),
            "geometry": outline("Outline of the zone."),
        },
    ),
    "providers": contract(
        "Providers",
        "Places where children are cared for, inside the study area and up to 25 km around it.",
        "provider_id",
        {
            "provider_id": text("The publisher's id of the provider.", filled()),
            "name": text("Name of the provider.", filled()),
            "kind": text(
                f"Kind of provider ({', '.join(PROVIDER_LABELS.values())}).",
                one_of(PROVIDER_KINDS),
            ),
            "supply": number(
                "How much care is given, in the source's own measure (clinicians, hours a week or "
                "chairs); empty when not known.",
                "clinicians, hours or chairs",
                at_least_zero("supply cannot be negative; see the source"),
            ),
            "address": text('Street address; "" when not known.'),
            "source": source(),
            "vintage": vintage(),
            "geometry": point("Point of the provider; empty when not located."),
        },
    ),
    "served": contract(
        "Served schools",
        "Schools that a provider serves: it is in their building, or works with them.",
        "provider_id school_id",
        {
            "provider_id": text("The publisher's id of the provider.", filled()),
            "school_id": school_id(),
        },
    ),
    "context": contract(
        "Context",
        "What a map needs to be read: water, parks, roads, boundaries and names.",
        "layer kind rank",
        {
            "layer": text(f"Layer ({', '.join(CONTEXT_LAYERS)}).", one_of(tuple(CONTEXT_LAYERS))),
            "kind": text('What it is: a county, town, primary road, cemetery; "" when not told.'),
            "rank": rank(
                "Importance among its layer and kind, 0 first: by children for names, else by size."
            ),
            "name": text('Name; "" when it has none.'),
            "geometry": shape("Outline, line or point."),
        },
        agree(
            lambda table: pd.Series(
                [
                    shape.geom_type in CONTEXT_LAYERS.get(layer, ())
                    for layer, shape in zip(table["layer"], table["geometry"], strict=True)
                ],
                index=table.index,
                dtype="bool",
            ),
            "have a shape that is not their layer's",
            "water and parks are polygons, roads and boundaries lines, names points",
        ),
    ),
}
_READ: dict[str, Contract] = {
    "daily": DAILY,
    "enrolment": contract(
        "Enrolment",
        "Students of whom another file gives a share, by school, school year, group and grade.",
        "school_id school_year student_group grade",
        {
            "school_id": school_id(),
            "school_year": school_year(),
            "student_group": text('Student group; "all" for all students.', filled()),
            "grade": text('Grade; "all" for all grades.', filled()),
            "enrolled": students("Students of the school; empty when withheld."),
            "lower": amount("Least number there can be.", "students"),
            "upper": amount("Largest number there can be.", "students"),
            "status": status(),
            "reason": reason(),
            "source": source(),
        },
        not_above("lower", "upper", "swap the bounds"),
    ),
    "flows": contract(
        "Flows",
        "A district's own counts of students by school and tract.",
        "school_id geoid",
        {
            "school_id": school_id(),
            "geoid": geoid("Tract the students live in."),
            "students": number(
                "Students of the school who live in the tract; empty when withheld.",
                "students",
                at_least_zero(),
            ),
            "lower": amount("Least number there can be.", "students"),
            "upper": amount("Largest number there can be.", "students"),
            "source": source(),
        },
        not_above("lower", "upper", "swap the bounds"),
        agree(
            lambda table: table["students"].notna() | table[["lower", "upper"]].notna().all(axis=1),
            "are withheld without bounds",
            'write what is known of the count, such as "<10", or leave the row out',
        ),
    ),
    "crosswalk": contract(
        "Crosswalk",
        "Pieces that tracts of another census year share with the tracts of the study area.",
        "source target",
        {
            "source": geoid("Tract of the other census year."),
            "target": geoid("Tract of the study area's census year."),
            "weight": number(
                "Size of the piece: land area, homes or residents.",
                "the file's",
                at_least_zero(),
                nullable=False,
            ),
        },
    ),
    "other_tracts": contract(
        "Tracts of another census year",
        "Outlines that a crosswalk to the study area's tracts is made from.",
        "geoid",
        {
            "geoid": geoid(),
            "geometry": outline("Outline of the tract."),
        },
    ),
    "districts": contract(
        "Outlines of districts",
        "Outlines of school districts, to be matched to those that report absence.",
        "outline_id",
        {
            "outline_id": text("The publisher's id of the outline.", filled()),
            "name": text("Name of the district, as the file of outlines has it."),
            "district_id": text(
                "Id of the district as files of absence have it; empty when the file has none."
            ),
            "geometry": outline("Outline of the district."),
        },
    ),
    "designations": contract(
        "Designations",
        "Areas that an agency has designated; its list is complete, so other areas are not.",
        "area_id measure source",
        {
            "area_id": text(
                "GEOID of the tract (11 digits), county (5) or part of a county (10).",
                matches(
                    r"[0-9]{5}|[0-9]{10,11}", "are not the GEOID of an area", "filter them out"
                ),
            ),
            "area_kind": text(
                f"What is designated ({', '.join(AREA_DIGITS)}).",
                one_of(tuple(AREA_DIGITS)),
            ),
            "measure": measure(),
            "source": source(),
            "vintage": vintage(),
        },
    ),
    "centres": contract(
        "Population centres",
        "The point about which the residents of a tract live.",
        "geoid",
        {
            "geoid": geoid(),
            "geometry": point(
                "Centre of population.", "leave the tract out: it has its centroid", nullable=False
            ),
        },
    ),
    "travel_times": contract(
        "Travel times",
        "Minutes from tracts to providers; a pair that is not listed cannot be travelled.",
        "geoid provider_id",
        {
            "geoid": geoid(),
            "provider_id": text("The publisher's id of the provider.", filled()),
            "minutes": number(
                "Time on the way.",
                "minutes",
                at_least_zero("a travel time cannot be negative"),
                nullable=False,
            ),
        },
    ),
}
TABLES: tuple[str, ...] = tuple(_STORED)
OPTIONAL = ("climate",)
"""Tables that are only written where they have rows: a panel without the file has none of them."""
CONTRACTS: Mapping[str, Contract] = MappingProxyType(
    {**_STORED, **_READ, **NATION, **IN_YEAR, **ROLLUP}
)

"""Contracts of the tables on access to care: who gives it where, and what else is read for it."""

from data.contracts import columns
from data.contracts import rules as checks
from data.contracts.vocabulary import AREA_DIGITS, PROVIDER_KINDS, PROVIDER_LABELS

PROVIDERS = columns.Contract(
    columns.schema(
        "Providers",
        "Places where children are cared for, inside the study area and up to 25 km around it.",
        {
            "provider_id": columns.text("The publisher's id of the provider.", checks.filled()),
            "name": columns.text("Name of the provider.", checks.filled()),
            "kind": columns.text(
                f"Kind of provider ({', '.join(PROVIDER_LABELS.values())}).",
                checks.one_of(PROVIDER_KINDS),
            ),
            "supply": columns.number(
                "How much care is given, in the source's own measure (clinicians, hours a week or "
                "chairs); empty when not known.",
                "clinicians, hours or chairs",
                checks.at_least_zero("supply cannot be negative; see the source"),
            ),
            "address": columns.text('Street address; "" when not known.'),
            "source": columns.source(),
            "vintage": columns.text("What the list describes, in the publisher's words."),
            "geometry": columns.outline(
                "Point of the provider; empty when not located.",
                ("Point",),
                "drop the location and record it in the ledger",
                nullable=True,
            ),
        },
        checks.unique_key("provider_id"),
    ),
    key=("provider_id",),
    index="provider_id",
    spatial=True,
)

DESIGNATIONS = columns.Contract(
    columns.schema(
        "Designations",
        "Areas that an agency has designated; its list is complete, so other areas are not.",
        {
            "area_id": columns.text(
                "GEOID of the tract (11 digits), county (5) or part of a county (10).",
                checks.matches(
                    r"[0-9]{5}|[0-9]{10,11}", "are not the GEOID of an area", "filter them out"
                ),
            ),
            "area_kind": columns.text(
                f"What is designated ({', '.join(AREA_DIGITS)}).",
                checks.one_of(tuple(AREA_DIGITS)),
            ),
            "measure": columns.measure(),
            "source": columns.source(),
            "vintage": columns.text("What the list describes, in the publisher's words."),
        },
        checks.unique_key("area_id", "measure", "source"),
    ),
    key=("area_id", "measure", "source"),
)

CENTRES = columns.Contract(
    columns.schema(
        "Population centres",
        "The point about which the residents of a tract live.",
        {
            "geoid": columns.geoid("Census tract GEOID."),
            "geometry": columns.outline(
                "Centre of population.", ("Point",), "leave the tract out: it has its centroid"
            ),
        },
        checks.unique_key("geoid"),
    ),
    key=("geoid",),
    index="geoid",
    spatial=True,
)

TRAVEL_TIMES = columns.Contract(
    columns.schema(
        "Travel times",
        "Minutes from tracts to providers; a pair that is not listed cannot be travelled.",
        {
            "geoid": columns.geoid("Census tract GEOID."),
            "provider_id": columns.text("The publisher's id of the provider.", checks.filled()),
            "minutes": columns.number(
                "Time on the way.",
                "minutes",
                checks.at_least_zero("a travel time cannot be negative"),
                nullable=False,
            ),
        },
        checks.unique_key("geoid", "provider_id"),
    ),
    key=("geoid", "provider_id"),
)

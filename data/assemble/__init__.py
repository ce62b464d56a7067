"""From the tables of a place to its panel: match, join schools to tracts, check."""

from data.assemble.panel_tables import (
    VERSION,
    make_panel,
    reference_enrolment,
)

__all__ = [
    "VERSION",
    "make_panel",
    "reference_enrolment",
]

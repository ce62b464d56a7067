"""The contracts of what a nation stores beside its panel."""

import pandera.pandas as pa

from data.contracts.columns import (
    Contract,
    agree,
    amount,
    between,
    contract,
    filled,
    matches,
    not_above,
    number,
    one_of,
    reason,
    reason_fits,
    reported_holds,
    school_year,
    status,
    text,
    withheld_lacks,
)

APART: dict[str, str] = {
    "definition": "absence is defined otherwise",
    "break": "counted otherwise than in later years",
    "unusual": "an unusual year",
}
"""Why figures of a part are not compared with those of other parts in a year."""
FIGURES = ("chronic_absent", "enrolled", "rate", "low", "high")
_RANGE = "of the rate by how much the schools behind it differ; empty when withheld."


def _part() -> pa.Column:
    return text("Short name of the place that it is part of.", filled())


def _apart() -> pa.Column:
    words = "; ".join(f"{key}: {label}" for key, label in APART.items())
    return text(
        f'Why it is not compared with others ({words}); "" when it is.', one_of(("", *APART))
    )


def _rate(description: str) -> pa.Column:
    return number(description, "fraction", between(0, 1, "a rate is a part of the students"))


NATION: dict[str, Contract] = {
    "counties": contract(
        "Counties of a nation",
        "Every county in every school year, as the pages of its place show it. Only where a"
        " place is made of others.",
        "county school_year",
        {
            "county": text(
                "County GEOID (5 digits).",
                matches(r"[0-9]{5}", "are not a 5-digit county GEOID", "state 2 + county 3"),
            ),
            "school_year": school_year(),
            "part": _part(),
            "chronic_absent": amount("Students chronically absent, by the join.", "students"),
            "enrolled": amount("Students, by the join; empty when withheld.", "students"),
            "rate": _rate("Part of the students who are chronically absent; empty when withheld."),
            "low": _rate(f"Lower end of the 95 % range {_RANGE}"),
            "high": _rate(f"Upper end of the 95 % range {_RANGE}"),
            "schools": amount("Schools (or districts) behind the figure.", "count"),
            "status": status(),
            "reason": reason(),
            "apart": _apart(),
        },
        agree(
            lambda table: table["rate"].isna() | table["chronic_absent"].le(table["enrolled"]),
            "have chronic_absent above enrolled",
            "take both from the protected panel",
        ),
        reported_holds(*FIGURES),
        *(withheld_lacks(name) for name in FIGURES),
        agree(
            lambda table: (
                table["status"].ne("unreliable") | table[list(FIGURES)].isna().all(axis=1)
            ),
            "are unreliable and still hold a figure",
            "a nation holds no figure that a place does not show",
        ),
        reason_fits(),
    ),
    "states": contract(
        "Parts of a nation",
        "Totals of every part in every school year, as its Overview has them.",
        "part school_year",
        {
            "part": _part(),
            "school_year": school_year(),
            "chronic_absent": amount("Students chronically absent.", "students", nullable=False),
            "enrolled": amount("Students.", "students", nullable=False),
            "schools": amount("Schools (or districts) in the sums.", "count", nullable=False),
            "withheld": amount("Schools left out of them.", "count", nullable=False),
            "apart": _apart(),
        },
        not_above("chronic_absent", "enrolled", "take both from the protected panel"),
    ),
}

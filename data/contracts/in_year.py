"""The contracts of figures of the school year under way: they lie beside the panel, not in it."""

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
    source,
    status,
    students,
    text,
    withheld_lacks,
)

PLACE = "all"
"""`place_id` of the whole place, as its publisher gives it."""
OPEN, CLOSED = "open", "closed"
KINDS = ("school", "district")
BANDS: dict[str, str] = {
    "band_0_1": "Fewer than 2 days missed",
    "band_2_4": "2 to 4 days missed",
    "band_5": "More than 4 days missed",
}
"""Bands of the September signal (Olson 2014), with the labels people read."""


def _day() -> pa.Column:
    return text(
        "Day, such as 2015-09-09.",
        matches(r"[0-9]{4}-[01][0-9]-[0-3][0-9]", "are not a day", "write days as 2015-09-09"),
    )


def _kind() -> pa.Column:
    return text(f"What a row is counted for ({', '.join(KINDS)}).", one_of(KINDS))


def _place() -> pa.Column:
    return text("Id of the school, or name of the district.", filled())


def _days(description: str) -> pa.Column:
    return amount(f"{description}; empty when hidden or not known.", "days of students")


def _tier(description: str) -> pa.Column:
    return students(f"Of `students`, {description}; empty when hidden or not counted.")


def _absent_within_possible() -> pa.Check:
    return agree(
        lambda table: (
            table[["absent", "possible"]].isna().any(axis=1) | table["absent"].le(table["possible"])
        ),
        "have absent above possible",
        "take both from the same roll-up",
    )


DAILY: Contract = contract(
    "Daily attendance",
    "Attendance of schools by day, as one file of a publisher gives it.",
    "school_id date",
    {
        "school_id": text(
            f'The publisher\'s id of the school; "{PLACE}" for the whole place.', filled()
        ),
        "date": _day(),
        "attended": number(
            "Part of the students who were present.",
            "fraction",
            between(0, 1, "a share of those enrolled; see the publisher's file"),
        ),
        "possible": students("Students of the day; empty where the file has none."),
        "absent": students("Of those, not there."),
        "status": status(),
        "reason": reason(),
        "source": source(),
    },
    reported_holds("attended"),
    withheld_lacks("attended"),
    reason_fits(),
)
"""One edition as it was read, before editions are put together."""
IN_YEAR: dict[str, Contract] = {
    "days": contract(
        "Days",
        "Attendance of every school day, by school and for the whole place. It changes daily and"
        " lies in the store beside the panel.",
        "place_id date",
        {
            "place_id": text(
                f'Id of the school; "{PLACE}" for the whole place, as its publisher gives it.',
                filled(),
            ),
            "date": _day(),
            "school_year": school_year(),
            "enrolled": students(
                "Students enrolled that school year, by the panel, else of the day by a roll-up;"
                " empty where not known."
            ),
            "attended": number(
                "Part of the students who were present.",
                "fraction",
                between(0, 1, "a share of those enrolled; see the publisher's file"),
            ),
            "possible": _days("Days of enrolment of all students together, from a roll-up only"),
            "absent": _days("Days missed, from a roll-up only"),
            "place_day": text(
                f'Whether the day is a school day of the place ("{OPEN}"), or too few schools gave'
                f' a figure ("{CLOSED}": a holiday, a storm, an unfinished file).',
                one_of((OPEN, CLOSED)),
            ),
            "status": status(),
            "reason": reason(),
            "source": source(),
        },
        reported_holds("attended"),
        withheld_lacks("attended"),
        withheld_lacks("absent"),
        _absent_within_possible(),
        reason_fits(),
    ),
    "months": contract(
        "Months",
        "Figures of a roll-up by school and district, month and student group (docs/rollup.md)."
        " So far means the days of the school year up to the end of the month.",
        "school_year month kind district place group",
        {
            "school_year": school_year(),
            "month": text(
                "Month, such as 2025-09.",
                matches(r"[0-9]{4}-[01][0-9]", "are not a month", "write months as 2025-09"),
            ),
            "kind": _kind(),
            "district": text("School district.", filled()),
            "place": _place(),
            "group": text('Student group; "all" for all students.', filled()),
            "enrolled": students("Students with a day of enrolment in the month."),
            "students": students("Students with the minimum of days of enrolment so far."),
            "chronic": _tier("absent on 10 % of their days or more so far"),
            "tier_0_5": _tier("absent on fewer than 5 % of their days so far"),
            "tier_5_10": _tier("absent on 5 % and more, fewer than 10 %"),
            "tier_10_20": _tier("absent on 10 % and more, fewer than 20 %"),
            "tier_20": _tier("absent on 20 % and more"),
            **{
                name: _tier(f"by the September signal, in its month: {label.lower()}")
                for name, label in BANDS.items()
            },
            "possible": _days("Days of enrolment in the month"),
            "absent": _days("Days missed in the month"),
            "source": source(),
        },
        not_above("chronic", "students", "take both from the same roll-up"),
        _absent_within_possible(),
    ),
    "bands": contract(
        "Bands",
        "What became, by the end of a whole school year, of the students in each band of the"
        " September signal, from a roll-up.",
        "school_year kind district place band",
        {
            "school_year": school_year(),
            "kind": _kind(),
            "district": text("School district.", filled()),
            "place": _place(),
            "band": text(
                f"Band of the September signal ({', '.join(BANDS)}).", one_of(tuple(BANDS))
            ),
            "students": students("Students in the band; empty when hidden."),
            "chronic": students(
                "Of those, absent on 10 % or more of their days by the end of the year."
            ),
            "source": source(),
        },
        agree(
            lambda table: table["chronic"].le(table["students"]),
            "have chronic above students",
            "take both from the same roll-up",
        ),
    ),
}
"""Contracts by the name of the table and of its file."""

"""The contracts of what a roll-up of students' records writes (`python -m data.rollup`)."""

import pandera.pandas as pa

from data.contracts.columns import (
    Contract,
    agree,
    amount,
    contract,
    filled,
    matches,
    not_above,
    one_of,
    school_year,
    students,
    text,
)

KINDS = ("district", "school")
BAND_NAMES = ("band_0_1", "band_2_4", "band_5")
REMEDY = "report it as an error of the roll-up"
COUNTS = {
    "enrolled": "Students with a day of enrolment in the month.",
    "students": "Students with the minimum of days of enrolment, up to the end of the month.",
    "chronic": "Of those, absent on 10 % of their days or more, up to the end of the month.",
    "tier_0_5": "Of those, absent on fewer than 5 % of their days.",
    "tier_5_10": "Absent on 5 % and more, fewer than 10 %.",
    "tier_10_20": "Absent on 10 % and more, fewer than 20 %.",
    "tier_20": "Absent on 20 % and more.",
    "band_0_1": "September signal: fewer than 2 days missed; in the month in which it ends.",
    "band_2_4": "September signal: 2 to 4 days missed.",
    "band_5": "September signal: more than 4 days missed.",
}
DAYS = {
    "possible": "Days of enrolment, of all students together; empty when hidden.",
    "absent": "Days missed; empty when hidden.",
}


def _place() -> dict[str, pa.Column]:
    return {
        "kind": text("What the place is (district, school).", one_of(KINDS)),
        "district": text("Name of the district.", filled()),
        "place": text("Id of the school, or name of the district.", filled()),
    }


def _month() -> dict[str, pa.Column]:
    rule = matches(r"[0-9]{4}-[0-9]{2}", "are not a month", 'write months as "2025-09"')
    return {"month": text("Month, such as 2025-09.", rule)}


def _days() -> dict[str, pa.Column]:
    return {name: amount(said, "days") for name, said in DAYS.items()}


def _some_days() -> pa.Check:
    return agree(
        lambda table: ~table["absent"].gt(table["possible"]),
        "have absent above possible",
        REMEDY,
    )


def _dated(title: str, said: str, date: str) -> Contract:
    rule = matches(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "are not a day", 'write days as "2025-09-01"')
    columns = {**_month(), "date": text(date, rule), **_place(), **_days()}
    return contract(title, said, "month date kind place", columns, _some_days())


ROLLUP: dict[str, Contract] = {
    "rollup_months": contract(
        "Months of a roll-up",
        "Students and days by school or district, month and group: `months.parquet` of a roll-up."
        " Empty = hidden, or not counted for that row.",
        "month kind place group",
        {
            **_month(),
            **_place(),
            "group": text('Students: "all", or a group such as "sex: female".', filled()),
            **{name: students(said) for name, said in COUNTS.items()},
            **_days(),
        },
        not_above("chronic", "students", REMEDY),
        _some_days(),
    ),
    "rollup_weeks": _dated(
        "Weeks of a roll-up",
        "Days by week, all students: `weeks.parquet` of a roll-up. A week that crosses the end of"
        " a month has two rows.",
        "Monday of the week.",
    ),
    "rollup_days": _dated(
        "Days of a roll-up", "All students by day: `days.parquet` of a roll-up.", "Day of school."
    ),
    "rollup_bands": contract(
        "September bands of a roll-up",
        "What became of each band of the September signal by the end of the year, by district:"
        " `bands.parquet` of a roll-up, with the years that `earlier` names.",
        "school_year kind place band",
        {
            "school_year": school_year(),
            **_place(),
            "band": text("Band of the September signal.", one_of(BAND_NAMES)),
            "students": students("Students of the band; empty when hidden."),
            "chronic": students("Of those, chronically absent at the end of the year."),
        },
        not_above("chronic", "students", REMEDY),
    ),
}

"""Contracts of the tables that hold figures: absence and drivers."""

from data.contracts import columns
from data.contracts import rules as checks
from data.contracts.vocabulary import RELIABILITIES, UNITS

REFUSE_ROWS = "refuse these rows in the recipe and list them in the ledger"

ABSENCE = columns.Contract(
    columns.schema(
        "Absence",
        "Chronic absence by school, school year, student group and grade.",
        {
            "school_id": columns.school_id(),
            "school_year": columns.school_year(),
            "student_group": columns.text(
                'Student group; "all" for all students.', checks.filled()
            ),
            "grade": columns.text('Grade; "all" for all grades.', checks.filled()),
            "enrolled": columns.students("Students enrolled long enough to count (denominator)."),
            "chronic_absent": columns.students(
                "Students absent on 10 % or more of their days (numerator)."
            ),
            "lower": columns.students("Least value the numerator can have; empty when not known."),
            "upper": columns.students(
                "Largest value the numerator can have; empty when not known."
            ),
            "status": columns.status(),
            "reason": columns.reason(),
            "source": columns.source(),
        },
        checks.unique_key("school_id", "school_year", "student_group", "grade"),
        checks.not_above("chronic_absent", "enrolled", REFUSE_ROWS),
        checks.not_above("lower", "upper", "swap or empty the bounds"),
        checks.not_above("upper", "enrolled", "the bound is at most the enrolment"),
        checks.reported_holds("chronic_absent", "enrolled"),
        checks.agree(
            lambda table: (
                table["status"].ne("reported")
                | table[["lower", "upper"]].eq(table["chronic_absent"], axis=0).all(axis=1)
            ),
            "are reported with bounds other than the count",
            "set lower and upper to the count",
        ),
        checks.withheld_lacks("chronic_absent"),
        checks.reason_fits(),
    ),
    key=("school_id", "school_year", "student_group", "grade"),
)

DRIVERS = columns.Contract(
    columns.schema(
        "Drivers",
        "Social drivers of health by tract, one row a tract and measure.",
        {
            "geoid": columns.geoid("Census tract GEOID."),
            "measure": columns.measure(),
            "value": columns.number("Estimate, in the row's `unit`.", "see unit"),
            "moe": columns.number(
                "90 % margin of error; empty when none.", "see unit", checks.at_least_zero()
            ),
            "unit": columns.text(f"Unit ({', '.join(UNITS)}).", checks.one_of(UNITS)),
            "reliability": columns.text(
                f"Reliability class ({', '.join(RELIABILITIES)}).", checks.one_of(RELIABILITIES)
            ),
            "status": columns.status(),
            "source": columns.source(),
            "vintage": columns.text("Years the estimate describes.", checks.filled()),
        },
        checks.unique_key("geoid", "measure"),
        checks.reported_holds("value"),
        checks.withheld_lacks("value"),
        checks.agree(
            lambda table: (
                ~table["unit"].isin(["fraction", "percentile"])
                | table["value"].isna()
                | table["value"].between(0, 1)
            ),
            "are a fraction or percentile outside 0 to 1",
            "name the unit of the file in the recipe (percent 0-100 or fraction 0-1)",
        ),
        checks.agree(
            lambda table: table["unit"].ne("count") | table["value"].isna() | table["value"].ge(0),
            "are a negative count",
            "codes such as -999 mean missing: list them as tokens in the recipe",
        ),
    ),
    key=("geoid", "measure"),
)

SCHOOL_DRIVERS = columns.Contract(
    columns.schema(
        "School drivers",
        "Social drivers published by school, as counts.",
        {
            "school_id": columns.school_id(),
            "school_year": columns.school_year(),
            "measure": columns.measure(),
            "numerator": columns.students("Students to whom the measure applies."),
            "denominator": columns.students("Students the measure was taken on."),
            "status": columns.status(),
            "reason": columns.reason(),
            "source": columns.source(),
        },
        checks.unique_key("school_id", "school_year", "measure"),
        checks.not_above("numerator", "denominator", REFUSE_ROWS),
        checks.reported_holds("numerator", "denominator"),
        checks.withheld_lacks("numerator"),
        checks.reason_fits(),
    ),
    key=("school_id", "school_year", "measure"),
)

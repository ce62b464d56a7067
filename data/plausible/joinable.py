"""Why the schools of a place cannot be joined to its tracts, said before the join is tried."""

from data.errors import DataError
from data.panel import SourceTables, reference_enrolment
from data.plausible.ids import mending
from data.plausible.online import schools_apart


def refuse_unjoinable(tables: SourceTables) -> None:
    """Refuse a place of which no school can be joined, or in whose tracts nobody lives.

    Parameters
    ----------
    tables : SourceTables
        Matched: `schools` have their `geoid`. A place with counts by school and tract is passed
        over: these place its schools.

    Raises
    ------
    DataError
        One sentence with the cause and the remedy.
    """
    slug, schools = tables.area.slug, tables.schools
    if tables.flows is not None and len(tables.flows):
        return
    children = tables.tracts["children"]
    if not children.gt(0).any():
        what = "is given for no tract" if children.isna().all() else "is 0 in every tract"
        raise DataError(
            f"{slug}: the number of resident children {what}, so that students have no homes to be"
            " spread over; map columns.children (ages 5 to 17) in a recipe of the tracts"
        )
    known = reference_enrolment(tables.absence, schools["students"]).dropna()
    if not known.gt(0).any():
        raise DataError(f"{slug}: no school can be joined to tracts: {_no_enrolment(tables)}")
    joinable = schools.index[
        schools["geoid"].notna() & schools.index.isin(known[known.gt(0)].index)
    ]
    if len(joinable) and joinable.isin(schools_apart(tables)).all():
        raise DataError(
            f"{slug}: no school can be joined to tracts: each that has a place is an online school,"
            " or named in not_joined; name those that do draw from the tracts around them in"
            " [catchment] joined"
        )
    if joinable.empty:
        why = _no_place(tables)
        raise DataError(f"{slug}: no school can be joined to tracts: {why}")


def _no_enrolment(tables: SourceTables) -> str:
    """Say why no school has a number of students."""
    absence = tables.absence
    everyone = absence["student_group"].eq("all")
    if not everyone.any():
        groups = ", ".join(sorted(absence["student_group"].unique())[:5])
        return (
            f"no row is of all students, only of groups ({groups}); map the publisher's word for"
            ' all students to "all" in columns.student_group'
        )
    if not (everyone & absence["grade"].eq("all")).any():
        grades = ", ".join(sorted(absence["grade"].unique())[:5])
        return (
            f"no row is of all grades, only of single ones ({grades}); take the file with totals"
            ' by school, and map the word for all grades to "all" in columns.grade'
        )
    if absence["enrolled"].isna().all():
        return (
            "the absence file gives no number of students, or withholds each; map"
            " columns.enrolled, or columns.rate with a count"
        )
    return "no school has a student enrolled; check columns.enrolled"


def _no_place(tables: SourceTables) -> str:
    """Say why no school has a place in a tract."""
    schools, idle = tables.schools, tables.idle.index
    count = f"none of {len(schools):,} schools"
    advice = mending(schools.index, idle)
    if schools.geometry.isna().all() and (schools["level"].eq("unknown").all() or advice):
        if len(idle) == 0 and not advice:
            return f"{count} has a point; add a recipe with a list of schools and their points"
        why = advice or f"their ids are like {schools.index[0]}, those of the list like {idle[0]}"
        return f"{count} of the absence file is in the directory: {why}; correct the recipe's ids"
    if schools.geometry.isna().all() and tables.idle.notna().any():
        other = tables.idle.index[tables.idle.notna()][0]
        return (
            f"{count} has a point: their ids are like {schools.index[0]}, those of the points like"
            f" {other}; bring both to one form, or name in columns.other_id of a list of schools"
            " the column that holds the other id"
        )
    if schools.geometry.isna().all():
        return f"{count} has a point; name the coordinates in [points] of a list of schools"
    if schools["geoid"].isna().all():
        return (
            f"{count} stands in a tract, though they have points; check that tracts and schools are"
            " of one place, and [points]"
        )
    return f"{count} has both a point in a tract and a number of students; check both files"

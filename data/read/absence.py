"""Rows of chronic absence: counts as published, or from rates and from those who attend."""

import numpy as np
import pandas as pd

from data.read.cells import CENTS, NOT_PUBLISHED, NUMBER
from data.read.enrolment import (
    RATE_BOUNDS,
    complement,
    count_of_rate,
    enrolment_of_rate,
    last_decimal,
)
from data.read.evidence import counts_for_percents, is_contradicted, percents_for_counts
from data.read.tables import Rows
from data.recipe.parts import Column

NO_ENROLMENT = "The publisher gives no enrolment."
COUNT_COLUMNS = [
    *("enrolled", "enrolled_lower", "enrolled_upper"),
    *("chronic_absent", "lower", "upper"),
]
CONTRADICTION = "Refused: the bounds of count and rate leave no number."
OFTEN = 0.05
MANY_EMPTY = 10
NAMES = ("chronic_absent", "enrolled")
GROUPED = ["school_id", "school_year", "student_group", "grade"]
NO_STUDENTS = "The file of students has no row of this school, year and group."


def absence(rows: Rows) -> pd.DataFrame:
    """Shape chronic absence; impossible rows are left out and listed."""
    recipe = rows.recipe
    part, students, rate = _figures(rows)
    read = counts(part, students, NAMES)
    rows.refuse(read["refused"])
    table = _with_groups(rows.text.copy())
    table = table.join(read.drop(columns="refused")).assign(source=recipe.id)
    if rate is not None:
        table[RATE_BOUNDS] = rate[["lower", "upper"]]
    table = table[read["refused"].eq("")].reset_index(drop=True)
    _doubt_unseen(rows, table)
    if recipe.columns["chronic_absent"].unit == "count" and percents_for_counts(table):
        words = "Counts of absent students do not rise with enrolment and never exceed 100."
        rows.ledger.doubt("percent_for_count", *rows.name, words, table["school_id"])
    return table


def enrolment(rows: Rows) -> pd.DataFrame:
    """Shape students by school and year; impossible rows are left out and listed."""
    read = rows.students(rows.recipe.columns["enrolled"])
    rows.refuse(read["refused"])
    figures = {"enrolled": read["value"].astype("Int64"), "lower": read["lower"]}
    figures |= {"upper": read["upper"], "status": read["status"], "reason": read["reason"]}
    table = _with_groups(rows.text.copy()).assign(**figures, source=rows.recipe.id)
    return table[read["refused"].eq("")].reset_index(drop=True)


def _with_groups(table: pd.DataFrame) -> pd.DataFrame:
    """Say that rows without a group or a grade are of all students."""
    for name in ("student_group", "grade"):
        if name not in table.columns:
            table[name] = "all"
    return table


def _elsewhere(rows: Rows) -> pd.DataFrame | None:
    """Give the students that another file has of each row."""
    if rows.beside.students is None:
        return None
    own = _with_groups(rows.text.copy())[GROUPED]
    given = rows.beside.students[[*GROUPED, "enrolled", "lower", "upper", "status", "reason"]]
    read = own.merge(given, on=GROUPED, how="left", validate="many_to_one")
    read = read.set_axis(own.index).rename(columns={"enrolled": "value"})
    lacks = read["status"].isna()
    rows.ledger.record(*rows.name, "kept", NO_STUDENTS, own["school_id"][lacks])
    return pd.DataFrame(
        {
            **{name: read[name].astype("float64") for name in ("value", "lower", "upper")},
            "status": read["status"].mask(lacks, "missing"),
            "reason": read["reason"].mask(lacks, NO_STUDENTS),
            "refused": pd.Series("", index=read.index, dtype="str"),
        }
    )


def _doubt_unseen(rows: Rows, table: pd.DataFrame) -> None:
    """Doubt empty cells where the words for what is withheld stand in none of the columns read."""
    recipe = rows.recipe
    read = [recipe.columns[name] for name in (*NAMES, "rate") if name in recipe.columns]
    words = [word for each in read for word in recipe.tokens_of(each).suppressed]
    named = any(each.words for each in read) or any(NUMBER.fullmatch(word) for word in words)
    cells = rows.cells[[each.column for each in read]]
    empty = table["status"].eq("missing") & table["reason"].eq(NOT_PUBLISHED)
    seen = cells.apply(lambda one: one.str.strip().isin(words)).any(axis=None)
    if words and not named and not seen and empty.sum() >= MANY_EMPTY:
        reason = f"Empty, and {words[0]!r} stands in none of the columns of figures."
        rows.ledger.doubt("words_unseen", *rows.name, reason, table["school_id"][empty])


def _figures(
    rows: Rows,
) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None]:
    """Read those absent, the students and the rate of each school, one from the others."""
    columns = rows.recipe.columns
    column, rated = columns["chronic_absent"], columns.get("rate")
    rate: pd.DataFrame | None
    students = rows.students(columns["enrolled"]) if "enrolled" in columns else _elsewhere(rows)
    if column.unit != "count" and students is not None:
        rate = _rate(rows, column)
        if counts_for_percents(rows.text["school_id"], students["value"], rate["value"]):
            words = f"{column.column}: the figures are whole and rise with enrolment, as counts do."
            rows.ledger.doubt("count_for_percent", *rows.name, words, rows.text["school_id"])
        part = count_of_rate(rate, students, _half(rows, column))
        rows.tell_derived(part, "Count derived from rate and students")
        return part, students, rate
    part = rows.students(column)
    rate = None if rated is None else _rate(rows, rated)
    if students is None and rated is not None and rate is not None:
        same = complement(rate, 1.0) if column.complement else rate
        students = enrolment_of_rate(part, same, _half(rows, rated))
        rows.tell_derived(students, "Students derived from count and rate")
        rate = None
    if column.complement and students is not None:
        attending = above(part["lower"], students["upper"], ("those who attend", "enrolled"))
        part = complement(part, students)
        part["refused"] = part["refused"].mask(part["refused"].eq(""), attending)
    if rated is not None and rate is not None and students is not None:
        counted = count_of_rate(rate, students, _half(rows, rated))
        _doubt_contradictions(rows, is_contradicted(part, counted, students["value"]))
        part = _bounded(part, counted)
        words = rows.cells[rated.column].str.strip()
        hint = part["status"].eq("suppressed") & rate["upper"].notna()
        whose = "The rate of those who attend" if rated.complement else "The rate"
        told = part["reason"] + f" {whose} is given as " + words + "."
        part["reason"] = part["reason"].mask(hint, told)
    return part, students, rate


def _doubt_contradictions(rows: Rows, wrong: pd.Series) -> None:
    if wrong.sum() > OFTEN * len(wrong):
        words = "The count of absent students is not what the published rate says."
        rows.ledger.doubt("rate_contradicts", *rows.name, words, rows.text["school_id"][wrong])


def _rate(rows: Rows, column: Column) -> pd.DataFrame:
    """Read the rate of those absent."""
    read = rows.numbers(column)
    return complement(read, 1.0) if column.complement else read


def _half(rows: Rows, column: Column) -> float:
    """Give half of the last decimal that a rate is rounded to, as a fraction."""
    decimals = column.decimals
    if decimals is None:
        decimals = last_decimal(rows.cells[column.column], rows.recipe.format.decimal)
    return float(0.5 * 10.0**-decimals * CENTS.get(column.unit, 1.0) * column.factor)


def _bounded(part: pd.DataFrame, rated: pd.DataFrame) -> pd.DataFrame:
    """Narrow the bounds of withheld counts by what their rate leaves."""
    withheld = part["status"].eq("suppressed")
    lower = part["lower"].where(~withheld, np.fmax(part["lower"], rated["lower"]))
    upper = part["upper"].where(~withheld, np.fmin(part["upper"], rated["upper"]))
    refused = part["refused"].mask(part["refused"].eq("") & lower.gt(upper), CONTRADICTION)
    return part.assign(lower=lower, upper=upper, refused=refused)


def counts(part: pd.DataFrame, whole: pd.DataFrame | None, names: tuple[str, str]) -> pd.DataFrame:
    """Put a count and its whole together in one of the states of a value.

    Parameters
    ----------
    part, whole : DataFrame
        From `data.read.cells.parse_numbers`; `whole` is None when the file gives none.
    names : tuple of str
        What the two are called, for reasons.

    Returns
    -------
    DataFrame
        `enrolled` and `chronic_absent` with their bounds (Int64), `status`, `reason`, `refused`.
    """
    if whole is None:
        empty = dict.fromkeys(("value", "lower", "upper"), np.nan)
        whole = part.assign(**empty, status="missing", reason=NO_ENROLMENT, refused="")
    refused = part["refused"].mask(part["refused"].eq(""), whole["refused"])
    refused = refused.mask(refused.eq(""), above(part["value"], whole["value"], names))
    least = above(part["lower"], whole["value"], (f"the least {names[0]}", names[1]))
    refused = refused.mask(refused.eq(""), least)
    counted, based = part["status"].eq("reported"), whole["status"].eq("reported")
    blamed = whole.where(counted & ~based, part)
    upper = part["upper"].where(
        part["upper"].le(whole["value"]) | whole["value"].isna(), whole["value"]
    )
    table = pd.DataFrame(
        {
            "enrolled": whole["value"].where(based),
            "enrolled_lower": np.ceil(whole["lower"]),
            "enrolled_upper": np.floor(whole["upper"]),
            "chronic_absent": part["value"].where(counted & based),
            "lower": np.ceil(part["lower"]),
            "upper": np.floor(upper.where(part["upper"].notna())),
        }
    )
    table = table.mask(refused.ne("")).astype(dict.fromkeys(COUNT_COLUMNS, "Int64"))
    words = {"status": blamed["status"], "reason": blamed["reason"], "refused": refused}
    return table.assign(**words)


def above(part: pd.Series, whole: pd.Series, names: tuple[str, str]) -> pd.Series:
    """Say why rows cannot be used whose part exceeds the whole; "" for the others."""
    reason = f"Refused: {names[0]} is above {names[1]}."
    too_large = part.gt(whole).fillna(False).astype(bool)
    return pd.Series("", index=part.index, dtype="str").mask(too_large, reason)

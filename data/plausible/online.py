"""Schools without a place: online schools, whose students live anywhere in the state."""

import re

import pandas as pd

from data.errors import DataError
from data.panel import SourceTables, reference_enrolment
from data.store.provenance import Ledger

ONLINE = re.compile(
    r"\b(?:on-?line|virtual|cyber|e-?learning|internet|web[- ]based|telepresence)\b"
    r"|\b(?:distance|remote|digital) (?:learning|education|academy|school|program(?:me)?)\b"
    r"|\bconnections (?:academy|school|charter)\b|\bk ?12 (?:inc|virtual|academy)\b"
    r"|\b(?:insight school of|destinations career academy|e-?school)\b",
    re.IGNORECASE,
)
ONLINE_TYPE = re.compile(r"remote|distance|web|full[ -]?virtual|off[ -]?site", re.IGNORECASE)
NOT_ONLINE = re.compile(
    r"\b(?:non|not|no|supplemental)[- ](?:on-?line|virtual)\b|\bcyber ?arts\b"
    r"|\bonline (?:avenue|road|street)\b",
    re.IGNORECASE,
)
PART_OF_CHILDREN = 0.3
TIMES_OTHERS = 5.0
LARGE = 300
LEAST_OTHERS = 2


def is_online(words: pd.Series) -> pd.Series:
    """Say which names or types of schools are those of an online school.

    Examples
    --------
    >>> is_online(pd.Series(["Oak Elementary", "State Virtual Academy", "Not Virtual"])).tolist()
    [False, True, False]
    """
    plain = words.fillna("").astype("str")
    return plain.str.contains(ONLINE) & ~plain.str.contains(NOT_ONLINE)


def online_schools(tables: SourceTables) -> pd.Index:
    """Give the schools that are online by type or name, less those of the place's `joined`."""
    schools = tables.schools
    online = is_online(schools["school_type"]) | is_online(schools["name"])
    online |= schools["school_type"].fillna("").str.fullmatch(ONLINE_TYPE)
    return schools.index[online & ~schools.index.isin(tables.joined)]


def schools_apart(tables: SourceTables) -> pd.Index:
    """Choose the schools that the join leaves out, though they may have a point.

    Online schools with a point, by their type or name, less those of the place's `joined`; and its
    `not_joined`. Schools whose students the district has counted by tract are never left out.
    """
    schools = tables.schools
    left_out = schools.index.isin(online_schools(tables))
    left_out &= schools["geoid"].notna()  # the join itself says which schools have no place
    left_out |= schools.index.isin(tables.not_joined)
    if tables.flows is not None:
        left_out &= ~schools.index.isin(tables.flows["school_id"])
    return schools.index[left_out]


def refuse_strangers(tables: SourceTables) -> None:
    """Refuse a place that names a school it does not have.

    Raises
    ------
    DataError
    """
    named = [*tables.joined, *tables.not_joined]
    if strange := [each for each in named if each not in tables.schools.index]:
        raise DataError(
            f"{tables.area.slug}.toml: [catchment] joined or not_joined names {strange[0]!r}, which"
            " no file of absence has; correct or remove it"
        )


def doubt_online(tables: SourceTables, ledger: Ledger) -> None:
    """Say which schools the join leaves out, and why."""
    slug, apart, names = tables.area.slug, schools_apart(tables), tables.schools["name"]
    online = apart[apart.isin(online_schools(tables))]
    words = "Online schools: counted in totals, not in the join of schools and tracts."
    ledger.doubt("online_schools", slug, "catchment", words, online + " " + names[online])
    words = "Named in not_joined: counted in totals, not in the join of schools and tracts."
    ledger.record(slug, "catchment", "kept", words, apart[~apart.isin(online)])


def doubt_large(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt schools that take a large part of a county's children, and far more than the others.

    An online school that neither its name nor its type betrays has the point of its office.
    """
    told = {*online_schools(tables), *tables.joined, *tables.not_joined}
    if tables.flows is not None:
        told |= set(tables.flows["school_id"])
    students = reference_enrolment(tables.absence, tables.schools["students"])
    schools = tables.schools[tables.schools["geoid"].notna()]
    schools = schools.assign(students=students.reindex(schools.index).astype("float64"))
    schools = schools.dropna(subset="students")
    children = tables.tracts.groupby("county")["children"].sum()
    for county, rows in schools[~schools.index.isin(told)].groupby(schools["geoid"].str[:5]):
        others = (rows["students"].sum() - rows["students"]) / max(len(rows) - 1, 1)
        large = rows["students"].gt(PART_OF_CHILDREN * children[county])
        large &= rows["students"].gt(TIMES_OTHERS * others) & rows["students"].gt(LARGE)
        if len(rows) > LEAST_OTHERS:
            ids = (rows.index + " " + rows["name"])[large]
            words = f"More than {PART_OF_CHILDREN:.0%} of the children of county {county}."
            ledger.doubt("perhaps_online", tables.area.slug, "catchment", words, ids)

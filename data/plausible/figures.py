"""Figures of absence that no school, or no place, can have."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd

from data.errors import DataError
from data.panel import SourceTables
from data.plausible.online import online_schools
from data.store.provenance import Ledger

YEAR = re.compile(r"[0-9]{4}-[0-9]{2}")
LARGEST_SCHOOL = 12_000
"""Students; the largest school building of the country holds some 10,000."""
NEARLY_ALL = 0.75
NEARLY_NOBODY = 0.02
FAINT, USUAL, MANY_FAINT = 0.01, 0.05, 0.1
HALF = 0.5
LEAST_ROWS = 5
ALIKE = 0.5
RATE_STEP = 0.15
SIZE_STEP = 1.5
SCHOOL_STEP = 3.0
LEAST_SIZE = 100
LEAST_ZEROS, ZEROS = 3, 0.03
CODES = (999, 9_999)
NEIGHBOURS = 10
LARGEST_TRACT = 20_000
"""Children of one tract; tracts are drawn for 1,200 to 8,000 people."""
FAR_CHILDREN = 5.0
TRACTS_ABOVE = 0.05
RATE_JUMP = np.log(10.0)
"""Change of the odds of being absent, beside that of the place."""
FAR_OUT = 6.0
"""Times the middle change of the place's schools, on the scale of logarithms."""
NEARLY = 1e-9
CHILDREN_BOUNDS = (0.25, 2.0)
LACKING = 0.2
LEAST_CHANCE = 25.0
"""Variance of a count by chance, students squared: then one in six is within 1 of its mean."""
NEARLY_EACH = 0.9


def refuse_first_year(tables: SourceTables) -> None:
    """Refuse a place whose first year is not in its files, or one that names no year.

    Raises
    ------
    DataError
        Naming the years there are.
    """
    years = sorted(tables.absence["school_year"].unique())
    named = [*tables.area.unusual_years, *(each.school_year for each in tables.area.breaks)]
    if strange := [year for year in named if not YEAR.fullmatch(year)]:
        raise DataError(
            f"{tables.area.slug}.toml: {strange[0]!r} in unusual_years or [[breaks]] is no school"
            ' year; write years as "2018-19"'
        )
    if tables.area.default_year not in years:
        raise DataError(
            f"{tables.area.slug}.toml: default_year is {tables.area.default_year!r}, of which no"
            f" file has a figure; write one of {', '.join(years)}"
        )


def doubt_figures(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt sizes, rates and changes from year to year that schools do not have."""
    rows = _whole(tables.absence)
    for source, part in rows.groupby("source", sort=True):
        if tables.area.reports == "school":
            large = part[part["enrolled"].gt(LARGEST_SCHOOL)]
            words = f"More than {LARGEST_SCHOOL:,} students at one school."
            ledger.doubt("sizes", str(source), "absence", words, _described(large))
        counted = part[part["enrolled"].gt(0)].dropna(subset=["enrolled", "chronic_absent"])
        if len(counted) >= LEAST_ROWS:
            _doubt_columns(counted, str(source), ledger)
    _doubt_changes(tables, rows, ledger)


def _doubt_columns(counted: pd.DataFrame, source: str, ledger: Ledger) -> None:
    """Doubt columns that hold something else than students, and those absent."""
    rate = (counted["chronic_absent"] / counted["enrolled"]).astype("float64")
    high, low = rate.gt(NEARLY_ALL), rate.lt(NEARLY_NOBODY)
    if high.mean() > HALF:
        words = f"Most rows have more than {NEARLY_ALL:.0%} of their students absent."
        ledger.doubt("attending_counted", source, "absence", words, _described(counted[high]))
    if low.mean() > HALF:
        words = f"Most rows have fewer than {NEARLY_NOBODY:.0%} of their students absent."
        ledger.doubt("hardly_absent", source, "absence", words, _described(counted[low]))
    large = counted["enrolled"].ge(LEAST_SIZE)
    faint = rate.lt(FAINT) & large
    mixed = faint.sum() >= LEAST_ROWS and faint.sum() > MANY_FAINT * large.sum()
    if mixed and rate[faint].gt(0).any() and rate[large].quantile(0.8) > USUAL:
        words = f"Rows have fewer than {FAINT:.0%} of their students absent, others usual rates."
        ledger.doubt("hardly_absent", source, "absence", words, _described(counted[faint]))
    _doubt_one_rate(counted, source, ledger)
    _doubt_codes(counted, source, ledger)
    if counted["enrolled"].min() == counted["enrolled"].max():
        words = "Every row has the same number of students."
        ledger.doubt("sizes", source, "absence", words, _described(counted))


def _doubt_one_rate(counted: pd.DataFrame, source: str, ledger: Ledger) -> None:
    """Doubt schools of which each has the rate of all, where chance alone would part them."""
    counts = counted[["chronic_absent", "enrolled"]].astype("float64")
    sums = counts.groupby(counted["school_year"]).transform("sum")
    rate = sums["chronic_absent"] / sums["enrolled"]
    large = (counts["enrolled"] * rate * (1 - rate)).ge(LEAST_CHANCE)
    near = (counts["chronic_absent"] - rate * counts["enrolled"]).abs().le(1.0)
    if large.sum() >= LEAST_ROWS and near[large].mean() > NEARLY_EACH:
        words = "Schools have one and the same rate."
        ledger.doubt("rates_alike", source, "absence", words, _described(counted[large]))


def _doubt_codes(counted: pd.DataFrame, source: str, ledger: Ledger) -> None:
    """Doubt zeros that may hide small counts, and numbers that may stand for none."""
    large = counted[counted["enrolled"].ge(LEAST_SIZE)]
    none = large[large["chronic_absent"].eq(0)]
    if max(LEAST_ZEROS, ZEROS * len(large)) <= len(none) < HALF * len(large):
        words = f"Nobody is absent of {LEAST_SIZE} students or more."
        ledger.doubt("zeros", source, "absence", words, _described(none))
    for code in CODES:
        near = counted["enrolled"].between(code - NEIGHBOURS, code + NEIGHBOURS)
        same = counted["enrolled"].eq(code)
        if same.sum() > max(1, (near & ~same).sum()):
            words = f"Students are {code:,} in several rows: it may be a code for missing."
            ledger.doubt("sizes", source, "absence", words, _described(counted[same]))


def doubt_levels(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt a place of which no school's level is known."""
    schools = tables.schools
    if len(schools) > 1 and schools["level"].eq("unknown").all():
        words = f"No level is known of any of {len(schools):,} schools."
        ledger.doubt("levels_unknown", tables.area.slug, "schools", words, schools.index)


def doubt_children(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt tracts without children, and counties with far more or far fewer students than them."""
    lacking = tables.tracts.index[tables.tracts["children"].isna()]
    many = max(LEAST_ROWS, LACKING * len(tables.tracts)) <= len(lacking) < len(tables.tracts)
    if tables.flows is None and many:
        words = (
            f"{len(lacking):,} of {len(tables.tracts):,} tracts have no number of resident children"
        )
        ledger.doubt("children_lacking", tables.area.slug, "tracts", f"{words}.", lacking)
    rows = _whole(tables.absence)
    latest = rows[rows["school_year"].eq(tables.area.default_year)].set_index("school_id")
    elsewhere = [*online_schools(tables), *tables.not_joined]
    latest = latest[~latest.index.isin(elsewhere)]
    county = tables.schools["geoid"].str[:5]
    students = latest["enrolled"].groupby(county.reindex(latest.index)).sum()
    children = tables.tracts.groupby("county")["children"].sum(min_count=1)
    both = pd.DataFrame({"students": students, "children": children}).dropna()
    ratio = both["students"].astype("float64") / both["children"].where(both["children"].gt(0))
    strange = ratio[ratio.lt(CHILDREN_BOUNDS[0]) | ratio.gt(CHILDREN_BOUNDS[1])]
    ids = [f"county {name}: {value:.1f} students a child" for name, value in strange.items()]
    words = f"Students of {tables.area.default_year} against resident children, by county."
    ledger.doubt("students_children", tables.area.slug, "tracts", words, ids)
    if both["students"].sum() > FAR_CHILDREN * both["children"].sum():
        words = f"Students are over {FAR_CHILDREN:.0f} times the resident children."
        ledger.doubt("children_column", tables.area.slug, "tracts", words, len(tables.tracts))
    _doubt_tracts(tables, ledger)


def _doubt_tracts(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt tracts with more children than a tract, or than its residents."""
    slug, tracts = tables.area.slug, tables.tracts
    large = tracts.index[tracts["children"].gt(LARGEST_TRACT)]
    words = f"Tracts with more than {LARGEST_TRACT:,} children."
    ledger.doubt("children_column", slug, "tracts", words, large)
    if "residents" in tracts:
        above = tracts.index[tracts["children"].gt(tracts["residents"])]
        if len(above) > TRACTS_ABOVE * len(tracts):
            words = f"Tracts, of {len(tracts):,}, with more children than residents."
            ledger.doubt("children_column", slug, "tracts", words, above)


def _doubt_changes(tables: SourceTables, rows: pd.DataFrame, ledger: Ledger) -> None:
    """Compare each usual year with the one before it."""
    usual = rows[~rows["school_year"].isin(tables.area.unusual_years)]
    breaks = {each.school_year for each in tables.area.breaks}
    years = sorted(usual["school_year"].unique())
    slug = tables.area.slug
    for before, after in pairwise(years):
        one, other = (_year(usual, year) for year in (before, after))
        both = one.join(other, how="inner", suffixes=("_before", "")).dropna()
        if len(both) < LEAST_ROWS:
            continue
        same = both["enrolled"].eq(both["enrolled_before"])
        same &= both["chronic_absent"].eq(both["chronic_absent_before"])
        same &= both["enrolled"].gt(0)
        if same.mean() > ALIKE:
            words = f"{before} and {after} hold the same figures."
            ledger.doubt("years_alike", slug, "absence", words, both.index[same])
        what = tables.area.reports
        words = (
            f"Rate of a {what} from {before} to {after}: a change that chance does not make, and"
            f" far beyond those of the others."
        )
        ledger.doubt("year_change", slug, "absence", words, _rate_jumps(both))
        if after in breaks:
            continue
        jumps = _school_jumps(both)
        words = f"Students of a {what} from {before} to {after}: three times as many, or a third."
        ledger.doubt("year_change", slug, "absence", words, jumps)
        if change := _place_change(one, other):
            ledger.doubt(
                "year_change", slug, "absence", f"{before} to {after}: {change}.", len(both)
            )


def _place_change(one: pd.DataFrame, other: pd.DataFrame) -> str:
    """Say how a whole place changes beyond what places do; "" when it does not."""
    if not all(each.dropna()["enrolled"].sum() > 0 for each in (one, other)):
        return ""
    rates = [
        float(each["chronic_absent"].sum() / each["enrolled"].sum())
        for each in (one.dropna(), other.dropna())
    ]
    if abs(rates[1] - rates[0]) > RATE_STEP:
        return f"chronically absent are {rates[0]:.0%}, then {rates[1]:.0%}"
    sizes = [float(each["enrolled"].sum()) for each in (one, other)]
    if max(sizes) > SIZE_STEP * min(sizes):
        one_year, other_year = (f"{float(f'{size:.2g}'):,.0f}" for size in sizes)  # no exact sums
        return f"students are about {one_year}, then {other_year}"
    return ""


def _school_jumps(both: pd.DataFrame) -> pd.Index:
    """Give the schools that change much, and far more than the others of their place."""
    sizes = both[["enrolled_before", "enrolled"]]
    large = sizes.max(axis=1).gt(LEAST_SIZE) & sizes.min(axis=1).gt(0)
    step = np.log(sizes[large].max(axis=1) / sizes[large].min(axis=1))
    far = max(np.log(SCHOOL_STEP), FAR_OUT * step.median()) if large.any() else np.inf
    return step.index[step.ge(far - NEARLY)]


def _rate_jumps(both: pd.DataFrame) -> pd.Index:
    """Give the schools whose odds of being absent change far more than the others' of their place.

    Half a student is added to those absent and to those not, so that 0 and all have odds.
    """
    large = both[both[["enrolled_before", "enrolled"]].min(axis=1).ge(LEAST_SIZE)]
    before, after = (_log_odds(large, end) for end in ("_before", ""))
    step = after - before
    off = (step - step.median()).abs()
    return off.index[off.ge(max(RATE_JUMP, FAR_OUT * off.median()) - NEARLY)]


def _log_odds(rows: pd.DataFrame, end: str) -> pd.Series:
    absent = rows[f"chronic_absent{end}"]
    return np.log((absent + 0.5) / (rows[f"enrolled{end}"] - absent + 0.5))


def _year(rows: pd.DataFrame, year: str) -> pd.DataFrame:
    figures = rows[rows["school_year"].eq(year)].set_index("school_id")
    return figures[["enrolled", "chronic_absent"]].astype("float64")


def _whole(absence: pd.DataFrame) -> pd.DataFrame:
    return absence[absence["student_group"].eq("all") & absence["grade"].eq("all")]


def _described(rows: pd.DataFrame) -> list[str]:
    """Name rows; never their counts, for everybody sees the ledger."""
    return [str(each) for each in rows["school_id"] + " " + rows["school_year"]]

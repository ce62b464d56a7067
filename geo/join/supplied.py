"""The supplied join: a district's own counts of students by school and tract, used as they are."""

import re
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.inputs import counts, labels

Entry = tuple[str, str, tuple[str, ...]]


COLUMNS = ("school_id", "geoid", "students")
BOUNDS = ("lower", "upper")
# Words of column names that tell of single students; a school's or tract's own name is welcome.
_PERSONAL = re.compile(
    r"(^|_)(student|pupil|child|person|ssid|sasid|ssn|osis|(first|last|middle|full)_?name|name|dob"
    r"|birth\w*|address|street|phone|email|guardian|parent|lat(itude)?|lon(gitude)?)(_|$)"
)
_OF_PLACES = re.compile(r"^(school|tract|district|county|borough|neighbou?rhood)_?name$")
DEFAULT_TOLERANCE = 0.1
_FEW = 5
# With one or two withheld pairs the rest of the enrolment would tell them nearly exactly.
_ENOUGH_WITHHELD = 3


def check_flows(flows: pd.DataFrame) -> pd.DataFrame:
    """Check a table of counts of students by school and tract.

    Parameters
    ----------
    flows : DataFrame
        `school_id, geoid, students`, and `lower, upper` where counts are withheld; other columns
        are passed over, unless they tell of single students.

    Returns
    -------
    DataFrame
        The five columns, ids as text and the rest as floats; `students` is missing where the
        count is withheld.

    Examples
    --------
    >>> check_flows(pd.DataFrame({"school_id": ["s"], "geoid": ["a"], "student_id": [7]})
    ... )  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: flows: the column student_id may tell of single students. Count students by ...
    """
    _refuse_personal(flows)
    absent = [name for name in COLUMNS if name not in flows.columns]
    if absent:
        raise ValueError(f"flows: the columns {', '.join(absent)} are needed.")
    table = flows.reset_index(drop=True).reindex(columns=[*COLUMNS, *BOUNDS])
    if table[["school_id", "geoid"]].isna().any(axis=None):
        row = int(np.flatnonzero(table[["school_id", "geoid"]].isna().any(axis=1))[0])
        raise ValueError(f"flows: row {row} names no school or no tract.")
    table = table.astype({"school_id": "str", "geoid": "str"})
    repeated = table.duplicated(["school_id", "geoid"])
    if repeated.any():
        first = table[repeated].iloc[0]
        raise ValueError(
            f"flows: {int(repeated.sum())} pairs are given twice, first school "
            f"{first['school_id']} with tract {first['geoid']}. One row for each pair is wanted, "
            "not one for each student."
        )
    return _numbers(table)


def _refuse_personal(flows: pd.DataFrame) -> None:
    names = [str(name) for name in flows.columns if name not in COLUMNS + BOUNDS]
    plain = {name: re.sub(r"[^a-z]+", "_", name.lower()).strip("_") for name in names}
    personal = [
        name
        for name, word in plain.items()
        if _PERSONAL.search(word) and not _OF_PLACES.match(word)
    ]
    if personal:
        raise ValueError(
            f"flows: the column {', '.join(personal)} may tell of single students. Count students "
            "by school and tract first, and leave out everything else."
        )


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    names = ["students", *BOUNDS]
    numbers = table.assign(**{name: pd.to_numeric(table[name], errors="coerce") for name in names})
    bounded = numbers["lower"].ge(0) & numbers["upper"].ge(numbers["lower"])
    unread = (numbers["students"].isna() & ~(table["students"].isna() & bounded)).to_numpy()
    if unread.any():
        row = int(np.flatnonzero(unread)[0])
        raise ValueError(
            f"flows: {int(unread.sum())} values of 'students' are missing or no numbers, first "
            f"{table['students'].iloc[row]!r} in row {row}. Give a withheld count as 'lower' and "
            "'upper', or leave the pair out."
        )
    return numbers.assign(students=counts(numbers, "students", "flows")).astype(
        dict.fromkeys(names, "float64")
    )


@dataclass(frozen=True, eq=False)
class SuppliedFit:
    """A supplied catchment and what did not fit in it.

    Parameters
    ----------
    table : DataFrame
        Columns `school_id, geoid, share, students`; shares of a school sum to 1, students are
        share times enrolment, or the supplied count where enrolment is unknown.
    unknown_tracts : Series by geoid
        Students in tracts that the table of tracts does not hold; left out of the shares.
    unknown_schools, without_rows : tuple of str
        Schools that the table of schools does not hold, and those that the flows give no student.
    withheld : DataFrame by school_id
        `pairs` whose count was withheld, the least and most students they can hold together
        (`lower`, `upper`), and `counted`, the number that was taken.
    mismatched : DataFrame by school_id
        `supplied`, `enrolled` and `difference` (supplied / enrolled - 1) of the schools whose
        totals are farther apart than the tolerance.
    ledger : tuple of (action, reason, ids)
        The same in words.
    """

    table: pd.DataFrame
    unknown_tracts: pd.Series
    unknown_schools: tuple[str, ...]
    without_rows: tuple[str, ...]
    withheld: pd.DataFrame
    mismatched: pd.DataFrame
    ledger: tuple[Entry, ...]


def fit_supplied(
    schools: pd.DataFrame,
    tracts: gpd.GeoDataFrame,
    flows: pd.DataFrame,
    *,
    tolerance: float = DEFAULT_TOLERANCE,
) -> SuppliedFit:
    """Use a supplied matrix of counts of students by school and tract.

    Parameters
    ----------
    schools : DataFrame
        `school_id` (index or column) and `enrolled`; no points are needed.
    tracts : GeoDataFrame
        `geoid` (index or column).
    flows : DataFrame
        `school_id, geoid, students`: one row for each pair with students. No row may tell of a
        single student: columns that name or place one are refused. Where a small count is
        withheld, `students` is missing and `lower` and `upper` bound it.
    tolerance : float
        Relative difference between a school's supplied total and its enrolment above which the
        school is listed. The shares are used all the same: the two may stem from different days.

    Notes
    -----
    The withheld pairs of a school share what its enrolment leaves beside its known pairs, each
    at the same part of the way between its bounds; half-way when the enrolment is unknown or
    fewer than three pairs are withheld, for then it would give the hidden counts away.

    Raises
    ------
    ValueError
        Columns missing or telling of students; counts missing, negative or infinite; a pair given
        twice; or no row, or under half of the students, in a known school and tract.

    Examples
    --------
    >>> schools = pd.DataFrame({"enrolled": [40, 9]}, index=["s1", "s2"])
    >>> tracts = gpd.GeoDataFrame(index=["a", "b"], geometry=[None, None], crs=4326)
    >>> flows = pd.DataFrame({"school_id": "s1", "geoid": ["a", "b"], "students": [30, 10]})
    >>> fit = fit_supplied(schools, tracts, flows)
    >>> fit.table["share"].tolist(), fit.without_rows
    ([0.75, 0.25], ('s2',))
    """
    if not tolerance >= 0:
        raise ValueError(f"tolerance must be 0 or more; it is {tolerance}.")
    ids, geoids = labels(schools, "school_id"), labels(tracts, "geoid")
    enrolled = pd.Series(counts(schools, "enrolled", "schools"), index=ids)
    counted, withheld = _settled(check_flows(flows), enrolled)
    counted = counted[counted["students"] > 0]
    in_school, in_tract = counted["school_id"].isin(ids), counted["geoid"].isin(geoids)
    _refuse_strangers(counted, in_school, in_tract)
    kept = counted[in_school & in_tract]
    outside = counted[in_school & ~in_tract].groupby("geoid")["students"].sum()
    table = _shares(kept, enrolled)
    strangers = tuple(sorted(set(counted.loc[~in_school, "school_id"])))
    absent = tuple(ids[~ids.isin(kept["school_id"])])
    mismatched = _mismatched(counted[in_school], enrolled, tolerance)
    ledger = _withheld_words(withheld)
    ledger += _ledger(outside, strangers, absent, mismatched, tolerance)
    return SuppliedFit(table, outside, strangers, absent, withheld, mismatched, ledger)


def _settled(pairs: pd.DataFrame, enrolled: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take a number for each withheld pair, between its bounds; a listed pair has a student."""
    hidden = pairs["students"].isna()
    low = pairs["lower"].clip(lower=1).where(hidden).clip(upper=pairs["upper"])
    bounded = pairs.assign(hidden=hidden, low=low, high=pairs["upper"].where(hidden))
    sums = bounded.groupby("school_id")[["hidden", "students", "low", "high"]].sum()
    room = sums["high"] - sums["low"]
    rest = enrolled.reindex(sums.index) - sums["students"] - sums["low"]
    part = (rest / room.where(room > 0)).clip(0, 1)
    part = part.where((sums["hidden"] >= _ENOUGH_WITHHELD) & part.notna(), 0.5)
    taken = low + pairs["school_id"].map(part) * (bounded["high"] - low)
    withheld = pd.DataFrame({"pairs": sums["hidden"], "lower": sums["low"], "upper": sums["high"]})
    withheld["counted"] = taken.groupby(pairs["school_id"]).sum()
    return pairs.assign(students=pairs["students"].fillna(taken)), withheld[withheld["pairs"] > 0]


def _withheld_words(withheld: pd.DataFrame) -> tuple[Entry, ...]:
    if withheld.empty:
        return ()
    low, high, taken = (withheld[name].sum() for name in ("lower", "upper", "counted"))
    words = (
        f"{int(withheld['pairs'].sum()):,} withheld counts, {low:,.0f} to {high:,.0f} students "
        f"together, taken as {taken:,.0f}"
    )
    return (("kept", words, tuple(withheld.index)),)


def _refuse_strangers(counted: pd.DataFrame, in_school: pd.Series, in_tract: pd.Series) -> None:
    if counted.empty:
        raise ValueError("flows: no row has students.")
    total = counted["students"].sum()
    for column, matched, what in [
        ("school_id", in_school, "school ids"),
        ("geoid", in_tract, "tracts"),
    ]:
        if counted.loc[matched, "students"].sum() < total / 2:
            unknown = sorted(set(counted.loc[~matched, column]))
            raise ValueError(
                f"flows: most students are in {len(unknown)} unknown {what}: "
                f"{', '.join(unknown[:_FEW])}. Are both of the same place and census year?"
            )


def _shares(kept: pd.DataFrame, enrolled: pd.Series) -> pd.DataFrame:
    total = kept.groupby("school_id")["students"].transform("sum")
    share = kept["students"] / total
    wanted = kept["school_id"].map(enrolled).astype(float)
    table = kept[["school_id", "geoid"]].assign(
        share=share, students=(share * wanted).where(wanted.notna(), kept["students"])
    )
    return table.sort_values(["school_id", "geoid"], kind="stable", ignore_index=True)


def _mismatched(counted: pd.DataFrame, enrolled: pd.Series, tolerance: float) -> pd.DataFrame:
    supplied = counted.groupby("school_id")["students"].sum()
    wanted = enrolled.reindex(supplied.index)
    table = pd.DataFrame({"supplied": supplied, "enrolled": wanted})
    table = table[wanted.notna()].assign(difference=lambda both: both.supplied / both.enrolled - 1)
    return table[table["difference"].abs() > tolerance]


def _ledger(
    outside: pd.Series,
    strangers: tuple[str, ...],
    absent: tuple[str, ...],
    mismatched: pd.DataFrame,
    tolerance: float,
) -> tuple[Entry, ...]:
    entries: list[Entry] = [
        ("dropped", f"{outside.sum():,.0f} students in unknown tracts", tuple(outside.index)),
        ("dropped", "supplied rows of unknown schools", strangers),
        ("dropped", "no supplied row: the school takes no part", absent),
        (
            "kept",
            f"supplied total differs from enrolment by more than {tolerance:.0%}",
            tuple(mismatched.index),
        ),
    ]
    return tuple(entry for entry in entries if entry[2])

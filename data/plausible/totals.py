"""Rows that are the sum of others: district, state and total rows among the schools."""

import re
from collections.abc import Iterable, Iterator

import pandas as pd

from data.panel import SourceTables
from data.store.provenance import Ledger, LedgerEntry

LEAST_OTHERS = 3
MANY_OTHERS = 5
LEAST_SUMMED = 2
LOOSE, LOOSE_UNLISTED = 0.01, 0.1
"""Relative; of so many rows no largest one is the sum of the others by chance."""
ROUNDING = 0.002
"""Relative; totals are sums of whole numbers, some publishers round them."""
FAR = 0.05
"""Part of the publisher's total by which the schools may differ: some are withheld."""
TOLD = "{year}: {rows} in the rows, {total} in the publisher's own total."
_BOTH = re.compile(
    re.escape(TOLD)
    .replace(r"\{year\}", "(?P<year>.+)")
    .replace(r"\{rows\}", ".+")
    .replace(r"\{total\}", r"(?P<absent>[0-9,]+) of (?P<students>[0-9,]+) students")
)
TOTAL_WORDS = re.compile(
    r"all|sum|mean|median|average|overall|combined|(?:.*\b)?(?:sub)?totals?"
    r"|total (?:enrol|student|school|- |(?:for )?(?:state|district|county|city|all)\b).*"
    r"|(?:all|any) (?:[a-z]+ )?(?:schools|students|districts)\b.*"
    r"|(?:primary|elementary|middle|secondary|high|charter) (?:schools|levels?)"
    r"|(?:.* )?(?:state|district|county|city|area|system|division)[- ]?"
    r"(?:wide|levels?|average|summary)"
    r"|state(?: of [a-z]+(?: [a-z]+)?)?|district|county|.*\btotal \(all.*\)",
    re.IGNORECASE,
)


def doubt_totals(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt rows that are called a total, or are the sum of the other rows of their year.

    Compared are all rows of the year, those of one district, and those whose ids begin alike;
    students and absent students must both add up.
    """
    absence = tables.absence
    whole = absence[absence["student_group"].eq("all") & absence["grade"].eq("all")]
    area = {tables.area.name.casefold(), tables.area.state.casefold()}
    named = _called_total(whole, tables.schools["name"], area)
    district = tables.schools["district"].replace("", pd.NA)
    level = tables.schools["level"].replace("unknown", pd.NA)
    listed = tables.schools.index if tables.listed is None else tables.listed
    for source, rows in whole.groupby("source", sort=True):
        called = named.loc[rows.index]
        ids = _described(rows[called])
        ledger.doubt("total_rows", str(source), "absence", "Rows are called a total.", ids)
        summed = pd.Series(data=False, index=rows.index)
        for _, year in rows[~called].groupby("school_year", sort=True):
            summed.loc[list(_sums(year, district, listed))] = True
            summed.loc[list(_part_sums(year, level))] = True
        words = "Rows are the sum of the others of their year or district."
        ledger.doubt(
            "total_rows", str(source), "absence", words, _described(rows[summed & ~called])
        )


def compare_totals(
    absence: pd.DataFrame, totals: pd.DataFrame, ledger: Ledger, *, published: bool
) -> None:
    """Compare the sum of the schools with the publisher's own total of each year.

    Parameters
    ----------
    absence : DataFrame
        Rows of one file, as in the contract.
    totals : DataFrame
        `school_year, enrolled, chronic_absent` of the total rows that its filters left out; of
        each year the largest is the total of all.
    ledger : Ledger
        Receives both figures, and a doubt where they are far apart.
    published : bool
        The agency has released the counts: only then both figures are told.
    """
    source, names = str(absence["source"].iloc[0]), ["enrolled", "chronic_absent"]
    whole = absence[absence["student_group"].eq("all") & absence["grade"].eq("all")]
    schools = whole.groupby("school_year")[names].sum(min_count=1).astype("float64")
    largest = totals.groupby("school_year")[names].max()
    for year, total in largest.iterrows():
        if year not in schools.index:
            continue
        own = schools.loc[year]
        far = [name for name in names if abs(own[name] - total[name]) > FAR * total[name]]
        words = f"{year}: rows against the publisher's own total: {_compared(own, total)}."
        if published:
            words = TOLD.format(year=year, rows=_counts(own), total=_counts(total))
        ledger.record(source, "absence", "matched", words, 1)
        if far:
            ledger.doubt("publishers_total", source, "absence", words, [year])


def publishers_total(entries: Iterable[LedgerEntry], year: str) -> tuple[int, int] | None:
    """Give the publisher's own total of a year, as `compare_totals` noted it.

    Parameters
    ----------
    entries : iterable of LedgerEntry
        Ledger of the panel.
    year : str
        School year.

    Returns
    -------
    tuple of int or None
        Students absent, and all; None where the publisher gives not both, or several files do.
    """
    told = [found for each in entries if (found := _BOTH.fullmatch(each.reason))]
    totals = {
        (int(each["absent"].replace(",", "")), int(each["students"].replace(",", "")))
        for each in told
        if each["year"] == year
    }
    return totals.pop() if len(totals) == 1 else None


def _compared(own: pd.Series, total: pd.Series) -> str:
    """Say by how many percent the schools and the total differ, and not by how many students."""
    parts = {name: 100 * abs(own[name] / total[name] - 1) for name in own.index}
    return ", ".join(f"{name} {part:.0f} % apart" for name, part in parts.items())


def _counts(sums: pd.Series) -> str:
    """Say those absent out of all students, or what of the two is known."""
    absent, students = (
        "" if pd.isna(value) else f"{value:,.0f}"
        for value in (sums["chronic_absent"], sums["enrolled"])
    )
    if absent and students:
        return f"{absent} of {students} students"
    if absent:
        return f"{absent} students absent"
    return f"{students} students" if students else "no figure"


def _called_total(rows: pd.DataFrame, names: pd.Series, area: set[str]) -> pd.Series:
    """Say whose id or name is that of a total, or of the whole area."""
    ids = rows["school_id"]
    words = ids.map(names).fillna("").astype("str").str.strip()
    called = [each.str.fullmatch(TOTAL_WORDS).fillna(value=False) for each in (ids, words)]
    return called[0] | called[1] | words.str.casefold().isin(area)


def _sums(year: pd.DataFrame, district: pd.Series, listed: pd.Index) -> Iterator[object]:
    """Give the rows of one year that are a sum of others."""
    figures = year[["enrolled", "chronic_absent"]].astype("float64").fillna(0.0)
    yield from _largest_sum(year, listed)
    for group in _groups(year["school_id"], district):
        part = figures.loc[group.index].groupby(group)
        size, largest = part["enrolled"].transform("size"), part["enrolled"].transform("max")
        is_top = figures["enrolled"].loc[group.index].eq(largest) & size.gt(LEAST_OTHERS)
        top = figures.loc[group.index[is_top]]
        others = part.transform("sum").loc[top.index] - top
        for times in (1, 2):  # twice where districts and the state are both there
            short = (others / times - top).abs()
            fits = short.le((others / times * ROUNDING).clip(lower=0.5)).all(axis=1)
            yield from top.index[fits & top["enrolled"].gt(0)]
    yield from _part_sums(year, district)


def _largest_sum(year: pd.DataFrame, listed: pd.Index) -> Iterator[object]:
    """Give the largest row when it is the sum of all others, some of which are withheld.

    Publishers count a student of two schools once in their totals: a row that is on no list of
    schools may be as much smaller.
    """
    figures = year[["enrolled", "chronic_absent"]].astype("float64")
    top = figures["enrolled"].idxmax() if figures["enrolled"].notna().any() else None
    if top is None or len(figures) <= LEAST_SUMMED or not figures["enrolled"].max() > 0:
        return
    others, own = figures.drop(index=top), figures.loc[top]
    loose = LOOSE if year.loc[top, "school_id"] in listed else LOOSE_UNLISTED
    loose = loose if len(others) >= MANY_OTHERS else 0.0
    hidden = others.isna().mean()
    sums = others.sum()
    least, most = sums * (1 - loose), sums * (1 + loose) / (1 - hidden.clip(upper=0.5)) ** 2
    if (own.ge(least) & own.le(most)).all():
        yield top


def _groups(ids: pd.Series, district: pd.Series) -> Iterator[pd.Series]:
    """Give the groups that a row may be the total of: all, a district, ids that begin alike."""
    yield pd.Series("", index=ids.index)
    yield ids.map(district).dropna()
    for length in range(1, int(ids.str.len().min())):
        yield ids.str[:length]


def _part_sums(year: pd.DataFrame, part: pd.Series) -> Iterator[object]:
    """Give the rows of no district, or of no level, that are the sum of one."""
    figures = year[["enrolled", "chronic_absent"]].astype("float64").fillna(0.0)
    named = year["school_id"].map(part)
    lone = figures[named.isna() & figures["enrolled"].gt(0)]
    if lone.empty:
        return
    sums = figures[named.notna()].groupby(named.dropna()).agg(["sum", "size"])
    for _, each in sums[sums[("enrolled", "size")].ge(LEAST_OTHERS)].iterrows():
        total = each.xs("sum", level=1)
        fits = (lone - total).abs().le((total * ROUNDING).clip(lower=0.5)).all(axis=1)
        yield from lone.index[fits]


def _described(rows: pd.DataFrame) -> list[str]:
    return [f"{row.school_id} {row.school_year}" for row in rows.itertuples()]

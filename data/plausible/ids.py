"""Ids of two files that match only in part, and what would make them match."""

import re
from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from data.panel import SourceTables
from data.store.provenance import Ledger

FEW = 0.05
MANY = 0.2
MOST = 0.6
LEAST = 2
LEAST_MENDED = 3
_PLAIN = re.compile(r"[^0-9A-Za-z]")
_WHOLE = re.compile(r"\.0*$")
_SAME: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("zeros in front (identifier.pad)", lambda each: each.lstrip("0")),
    ("capital letters", str.upper),
    ("blanks and marks", lambda each: _PLAIN.sub("", each).upper()),
    ("a fraction such as .0", lambda each: _WHOLE.sub("", each)),
    ("zeros and marks", lambda each: _PLAIN.sub("", _WHOLE.sub("", each)).upper().lstrip("0")),
)
_ENDS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("in front", lambda each: each),
    ("behind", lambda each: each[::-1]),
)


def mending(lacking: Iterable[str], other: Iterable[str]) -> str:
    """Say what would make ids of one file match those of another; "" when nothing would.

    Parameters
    ----------
    lacking, other : iterable of str
        Ids of either file that the other does not have.

    Examples
    --------
    >>> mending(["0001", "0002"], ["1", "2", "77"])
    'ids 0001 and 1 differ by zeros: identifier.pad = 4 would match 2'
    >>> mending(["12-0001"], ["0001"])
    'ids 12-0001 and 0001 differ by the letters in front: without them 1 would match'
    >>> mending(["1.0"], ["0001"])
    'ids 1.0 and 0001 differ by zeros and marks: 1 would match'
    >>> mending(["0001A", "0002A"], ["0001", "0002"])
    'ids 0001A and 0001 differ by the letters behind: without them 2 would match'
    """
    own, theirs = sorted(set(lacking)), sorted(set(other))
    for what, change in _SAME:
        table = {change(each): each for each in theirs}
        hits = [(each, table[change(each)]) for each in own if change(each) in table]
        if hits and what.startswith("zeros in front"):
            width = max(len(each) for each in hits[0])
            first = f"ids {hits[0][0]} and {hits[0][1]} differ by zeros"
            return f"{first}: identifier.pad = {width} would match {len(hits):,}"
        if hits:
            return f"ids {hits[0][0]} and {hits[0][1]} differ by {what}: {len(hits):,} would match"
    for where, turned in _ENDS:
        for one, two in ((own, theirs), (theirs, own)):
            ends = {turned(each) for each in two if len(each) > 1}
            hits = [(each, turned(end)) for each in one if (end := _ending(turned(each), ends))]
            if len(hits) >= max(1, len(one) // 2):
                pair = hits[0] if one is own else hits[0][::-1]
                words = f"ids {pair[0]} and {pair[1]} differ by the letters {where}"
                return f"{words}: without them {len(hits):,} would match"
    return ""


def doubt_school_ids(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt an absence file and a list of schools that know one another only in part."""
    slug, everyone, idle = tables.area.slug, tables.schools.index, tables.idle
    listed = everyone if tables.listed is None else tables.listed
    lacking = everyone[~everyone.isin(listed)]
    advice = mending(lacking, idle.index)
    many = len(lacking) >= LEAST and len(lacking) > FEW * len(everyone)
    if many or (advice and len(lacking) >= LEAST_MENDED):
        words = f"{len(lacking):,} of {len(everyone):,} schools are in no list of schools"
        ledger.doubt("school_ids", slug, "schools", _with(words, advice), lacking)
    west, south, east, north = tables.tracts.total_bounds
    here = idle.cx[west:east, south:north].index if idle.notna().any() else pd.Index([])
    everybody = len(here) + len(everyone)
    if len(here) > MOST * everybody and not many:
        words = f"{len(here):,} of {everybody:,} schools listed in this area have no figure"
        ledger.doubt("idle_schools", slug, "schools", f"{words}.", here)


def doubt_other_ids(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt zones, counts and figures by school that name schools unknown here."""
    for name, source, table, ids, known in _named(tables):
        distinct = pd.Index(ids.dropna().unique())
        strange = distinct[~distinct.isin(known)]
        unused = known[~known.isin(distinct)]
        advice = mending(strange, unused)
        share = FEW if name == "flow_ids" else MANY
        # Lists by school often cover more schools than those with a figure: both sides must lack.
        apart = len(strange) > share * len(distinct) and len(strange) >= LEAST
        apart &= name == "flow_ids" or len(unused) > MANY * len(known)
        if apart or (advice and len(strange) >= LEAST_MENDED):
            words = f"{len(strange):,} of {len(distinct):,} schools named are unknown here"
            ledger.doubt(name, source, table, _with(words, advice), strange)


def _named(tables: SourceTables) -> Iterator[tuple[str, str, str, pd.Series, pd.Index]]:
    """Give the ids that tables name: doubt, source, table, ids and those known."""
    schools, slug = tables.schools.index, tables.area.slug
    for table, by_school in (
        ("school_drivers", tables.school_drivers),
        ("climate", tables.climate),
    ):
        for source, rows in by_school.groupby("source", sort=True):
            yield "school_driver_ids", str(source), table, rows["school_id"], schools
    if len(tables.zones):
        yield "zone_ids", slug, "zones", tables.zones["school_id"], schools
    if tables.flows is not None and len(tables.flows):
        source = str(tables.flows["source"].iloc[0])
        yield "flow_ids", source, "flows", tables.flows["school_id"], schools


def _ending(text: str, ends: set[str]) -> str:
    """Give the longest proper ending of a text that is among some; "" for none."""
    return next((text[at:] for at in range(1, len(text)) if text[at:] in ends), "")


def _with(words: str, advice: str) -> str:
    return f"{words}: {advice}." if advice else f"{words}."

"""Census ids: mend them in the one way they can be mended, tell their vintage, refuse strangers."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

WIDTHS = {"state": 2, "county": 5, "tract": 11, "block group": 12}
_SUMMARY_LEVELS = {"040": "state", "050": "county", "140": "tract", "150": "block group"}
# 99 is no state: it is kept for fictional places.
STATES = frozenset(
    f"{code:02d}"
    for code in (*range(1, 57), 60, 66, 69, 72, 74, 78, 99)
    if code not in (3, 7, 14, 43, 52)
)
_PREFIX = re.compile(r"(\d{3})(?:\d{2}){0,2}US(\d+)", re.ASCII)
_GISJOIN = re.compile(r"G(\d{2})0(?:(\d{3})0(?:(\d{6}))?)?", re.ASCII)
_WHOLE_FLOAT = re.compile(r"(\d+)\.0*", re.ASCII)
_WRAPPING = re.compile(r"^=?[\"']+|[\"']+$")
UNMATCHED_LIMIT = 0.02
RENAMED: tuple[tuple[str, tuple[str, ...], int, str], ...] = (
    ("46113", ("46102",), 2015, "Shannon County became Oglala Lakota County"),
    ("02270", ("02158",), 2015, "Wade Hampton became the Kusilvak Census Area"),
    ("51515", ("51019",), 2013, "Bedford city joined Bedford County"),
    ("02261", ("02063", "02066"), 2019, "Valdez-Cordova was split into Chugach and Copper River"),
)
"""Old code of a county, its new ones, the first year of these, and what happened."""
_NAMED = 5
_CONNECTICUT = (
    "Connecticut: one side uses the planning regions of 2022 (09110 ...), the other the former "
    "counties (09001 ...)."
)


@dataclass(frozen=True, eq=False)
class GeoidRepair:
    """Mended ids and an account of the mending.

    Parameters
    ----------
    ids : Series of str
        Ids on the index of the input; missing where refused.
    repaired, refused : DataFrame
        `given, geoid, reason, rows`, one row for each value that was changed, and (without
        `geoid`) for each that has no single reading.
    """

    ids: pd.Series
    repaired: pd.DataFrame
    refused: pd.DataFrame


@dataclass(frozen=True)
class VintageMatch:
    """The census year of a set of ids, None when none stands out, and the share each year knows."""

    vintage: int | None
    shares: dict[int, float]


def repair(
    values: pd.Series, level: str = "tract", known: Collection[str] | None = None
) -> GeoidRepair:
    """Mend ids spoilt by spreadsheets or written in another style.

    Mended are numbers and "36005000100.0", lost leading zeros, quotes and blanks, prefixes
    (1400000US, 14000US, 140US) and NHGIS GISJOIN codes. Mending twice changes nothing more.

    Parameters
    ----------
    values : Series
        Ids of any type.
    level : str
        "state", "county", "tract" or "block group".
    known : collection of str, optional
        Ids that exist. A reading that is not among them is refused.

    Examples
    --------
    >>> given = pd.Series([36005000100.0, "1001020100", "1400000US36005000100", "36005"])
    >>> done = repair(given)
    >>> done.ids.tolist()
    ['36005000100', '01001020100', '36005000100', nan]
    >>> done.refused["reason"].tolist()
    ['5 digits where a tract has 11']
    """
    width = _width(level)
    existing = None if known is None else frozenset(known)
    texts = values.map(_text).astype(object)
    readings = {text: _read(text, level, width, existing) for text in pd.unique(texts)}
    ids = texts.map(lambda text: readings[text][0]).astype("str")
    why = texts.map(lambda text: readings[text][1])
    number = ~values.map(lambda value: isinstance(value, str)).astype(bool)
    why = why.mask(number & ids.notna() & (why == ""), "number")
    account = pd.DataFrame({"given": values.astype("str"), "geoid": ids, "reason": why})
    changed = account[ids.notna() & (why != "")]
    refused = account[ids.isna()].drop(columns="geoid")
    return GeoidRepair(ids.rename(values.name), _tally(changed), _tally(refused))


def detect_vintage(
    ids: Iterable[str], references: Mapping[int, Collection[str]], *, least: float = 0.95
) -> VintageMatch:
    """Find the one census year that holds `least` of a table's ids; None when two fit alike.

    Examples
    --------
    >>> detect_vintage(["b", "c"], {2010: {"a", "b"}, 2020: {"b", "c", "d"}})
    VintageMatch(vintage=2020, shares={2010: 0.5, 2020: 1.0})
    """
    wanted = set(pd.Series(list(ids), dtype=object).dropna())
    shares = {
        year: len(wanted & set(reference)) / len(wanted) if wanted else 0.0
        for year, reference in references.items()
    }
    best = max(shares.values(), default=0.0)
    years = [year for year, share in shares.items() if share == best]
    clear = len(years) == 1 and best >= least
    return VintageMatch(years[0] if clear else None, shares)


def connecticut_counties(ids: pd.Series) -> str:
    """Tell whether ids hold "planning regions", "counties", "mixed" or "none" of Connecticut.

    Data of 2022 and later name the planning regions 09110 to 09190, earlier data the former
    counties 09001 to 09015, so that ids of the two do not match.

    Examples
    --------
    >>> connecticut_counties(pd.Series(["09110010101", "36005000100"]))
    'planning regions'
    """
    county = ids.dropna().astype("str")
    county = county[county.str.startswith("09")].str[2:5]
    regions = county.isin([str(code) for code in range(110, 200, 10)]).any()
    former = county.isin([f"{code:03d}" for code in range(1, 16, 2)]).any()
    if regions and former:
        return "mixed"
    return "planning regions" if regions else "counties" if former else "none"


def renamed_counties(ids: pd.Series, known: pd.Series) -> Iterator[tuple[str, set[str]]]:
    """Name the counties that one side calls by an old code and the other by the new one.

    Parameters
    ----------
    ids, known : Series of str
        Tract ids of a file, and of a place.

    Yields
    ------
    (str, set of str)
        A sentence, and the codes of `ids` that it is about.

    Examples
    --------
    >>> list(renamed_counties(pd.Series(["46113000100"]), pd.Series(["46102000100"])))
    [('46113 is 46102 since 2015: Shannon County became Oglala Lakota County.', {'46113'})]
    """
    own, there = (set(side.dropna().astype("str").str[:5]) for side in (ids, known))
    for old, new, year, what in RENAMED:
        codes = set(new)
        for side, other, mine in ((own, there, {old}), (there, own, codes)):
            if old in side and not codes & side and codes & other and old not in other:
                yield f"{old} is {' and '.join(new)} since {year}: {what}.", mine & own
    if connecticut_counties(ids) != connecticut_counties(known) and _both_of_connecticut(
        own, there
    ):
        former = {each for each in own if each.startswith("09")}
        yield f"{_CONNECTICUT} Convert with a crosswalk.", former


def other_codes(counties: Collection[str]) -> set[str]:
    """Give the old and new codes by which other files may call the counties of a place.

    Examples
    --------
    >>> other_codes({"46102", "46033"})
    {'46113'}
    """
    codes = set()
    for old, new, _, _ in RENAMED:
        codes |= {old} if set(new) & set(counties) else set()
        codes |= set(new) if old in counties else set()
    if any(each.startswith("09") for each in counties):
        codes |= {f"09{code:03d}" for code in (*range(1, 16, 2), *range(110, 200, 10))}
    return codes - set(counties)


def _both_of_connecticut(own: set[str], there: set[str]) -> bool:
    return all(any(each.startswith("09") for each in side) for side in (own, there))


def refuse_unlike_ids(
    ids: pd.Series,
    known: Collection[str],
    *,
    references: Mapping[int, Collection[str]] | None = None,
) -> None:
    """Refuse a table whose tracts are not those it is to be joined to, and say why.

    Raises
    ------
    ValueError
        More than 2 % of the ids are unknown: how many, the first of them, and the likely cause
        (the census year, when `references` holds its ids).

    Examples
    --------
    >>> refuse_unlike_ids(pd.Series(["36005000100"]), ["09001010101"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: 1 of 1 tracts are not among the 1 known, first 36005000100. They are of ... 09.
    """
    wanted = pd.Series(ids.dropna().unique(), dtype="str")
    strange = wanted[~wanted.isin(list(known))]
    if len(strange) > UNMATCHED_LIMIT * len(wanted):
        raise ValueError(
            f"{len(strange):,} of {len(wanted):,} tracts are not among the {len(known):,} known, "
            f"first {', '.join(strange[:_NAMED])}. {cause(wanted, known, references or {})}"
        )


def cause(
    ids: pd.Series,
    known: Collection[str],
    references: Mapping[int, Collection[str]] | None = None,
) -> str:
    """Name the likely reason why tract ids are not among the known ones, as a sentence."""
    own, other = connecticut_counties(ids), connecticut_counties(pd.Series(list(known)))
    if "none" not in (own, other) and own != other:
        return f"{_CONNECTICUT} Convert with a crosswalk."
    for words, _ in renamed_counties(ids, pd.Series(list(known), dtype="str")):
        return words
    vintage = detect_vintage(ids, references or {}).vintage
    if vintage is not None:
        return f"The ids are those of {vintage}: convert them first (geo.areas.crosswalk)."
    for what, digits in (("state", 2), ("county", 5)):
        states, wanted = ({str(each)[:digits] for each in side} for side in (ids, known))
        if not states & wanted:
            return (
                f"They are of {what} {', '.join(sorted(states)[:_NAMED])}, wanted is "
                f"{', '.join(sorted(wanted)[:_NAMED])}."
            )
    return "They are most likely tracts of another census year (2010, 2020): use a crosswalk."


def _width(level: str) -> int:
    if level not in WIDTHS:
        raise ValueError(f"Unknown level {level!r}; known: {', '.join(WIDTHS)}.")
    return WIDTHS[level]


def _text(value: Any) -> str:
    """Write a value as text, numbers without a fraction; missing becomes ""."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _read(
    text: str, level: str, width: int, known: frozenset[str] | None
) -> tuple[str | None, str]:
    """Return the id and what was done to it, or None and why not."""
    digits, how = _digits(text, level)
    if digits is None:
        return None, how
    if len(digits) == width - 1 and "0" + digits[0] in STATES:
        digits, how = "0" + digits, _also(how, "lost leading zero")
    if len(digits) != width:
        return None, f"{len(digits)} digits where a {level} has {width}"
    if digits[:2] not in STATES:
        return None, f"no state has the code {digits[:2]}"
    if known is not None and digits not in known:
        return None, "not among the known ids"
    return digits, how if digits != text else ""


def _digits(text: str, level: str) -> tuple[str | None, str]:
    bare = _WRAPPING.sub("", text.strip()).strip()
    how = "" if bare == text else "blanks or quotes"
    if bare == "":
        return None, "missing"
    if bare.isascii() and bare.isdigit():
        return bare, how
    if whole := _WHOLE_FLOAT.fullmatch(bare):
        return whole[1], _also(how, "written with decimals")
    if prefix := _PREFIX.fullmatch(bare):
        return _of_level(_SUMMARY_LEVELS.get(prefix[1], "other"), level, prefix[2], how, "prefix")
    if code := _GISJOIN.fullmatch(bare):
        parts = [part for part in code.groups() if part]
        written = ("state", "county", "tract")[len(parts) - 1]
        return _of_level(written, level, "".join(parts), how, "GISJOIN")
    return None, "not a number" if "E" not in bare.upper() else "digits lost or not a number"


def _of_level(kind: str, level: str, digits: str, how: str, style: str) -> tuple[str | None, str]:
    if kind != level:
        return None, f"the id of a {kind}, not of a {level}"
    return digits, _also(how, style)


def _also(how: str, more: str) -> str:
    return f"{how}, {more}" if how else more


def _tally(account: pd.DataFrame) -> pd.DataFrame:
    keys = list(account.columns)
    return account.groupby(keys, sort=True, dropna=False).size().rename("rows").reset_index()

"""Which columns of a file are figures of absence, and what they say: counts, rates, who attends."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from data.errors import FileError
from data.intake.content import (
    MOSTLY,
    identity,
    is_whole,
    misfit,
    number_share,
    unit_of,
    values_of,
)
from data.intake.draft import choose
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, strength, words_of
from data.recipe.parts import Column

HALF = 0.5
SELDOM = 0.05
MOST_REASONS = 6
NUMERATORS = ("numerator", "count", "number", "value")
MOST_ODD = 12
MOST_DECIMALS = 4
BY = "By its header, and the numbers in it."
WAYS = ("count", "rate", "attending", "attending_rate")
"""What the figures of absence are made from."""


@dataclass(frozen=True)
class Figures:
    """Columns of figures as headers: "" where there is none."""

    enrolled: str = ""
    count: str = ""
    rate: str = ""
    attending: str = ""
    attending_rate: str = ""
    words: str = ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Headers of numbers."""
        every = (self.enrolled, self.count, self.rate, self.attending, self.attending_rate)
        return tuple(dict.fromkeys(name for name in every if name))


def figures_of(table: RawTable, interview: Interview, ids: str) -> Figures:
    """Choose the columns of figures by header and content."""
    headers = [str(name) for name in table.cells.columns if name != ids]
    numeric = [
        name
        for name in headers
        if number_share(table.words(name)) > HALF or _withheld(table.words(name))
    ]
    counts = [name for name in best(numeric, "chronic_absent") if is_whole(table.words(name))]
    rates = best(numeric, "rate") or [
        name for name in numeric if strength(name, "chronic_absent") and name not in counts
    ]
    if not counts and not rates:
        rates = [name for name in numeric if words_of(name) in ("percent", "pct", "rate")]
    count = choose(interview, table, "chronic_absent", tuple(counts), BY)
    rate = choose(interview, table, "rate", tuple(rates), BY)
    attending = [name for name in best(numeric, "attending") if is_whole(table.words(name))]
    attends, share = next(iter(attending), ""), next(iter(best(numeric, "attending_rate")), "")
    pair = (count, rate) if count or rate else (attends, share)
    others = [each for each in numeric if each not in (count, rate, *pair)]
    enrolled = _enrolled(table, interview, others, pair)
    if not count and not rate:
        attends = choose(interview, table, "attending", (attends,) if attends else (), BY)
        share = choose(interview, table, "attending_rate", (share,) if share else (), BY)
    if not (count or rate or attends or share):
        count, attends = _measured(table, interview, numeric)
    words = _words(table, interview, [count, rate, enrolled, attends], ids)
    return Figures(enrolled, count, rate, attends, share, words)


def _measured(table: RawTable, interview: Interview, numeric: Sequence[str]) -> tuple[str, str]:
    """Choose the numerator of a file that puts all measures below one another."""
    header, word, kind = table.measure
    named = tuple(name for name in numeric if words_of(name) in NUMERATORS)
    if not word or not named:
        return "", ""
    found = choose(interview, table, "numerator", named, f"{header!r} says {word!r}.")
    return (found, "") if kind == "chronic_absent" else ("", found)


def _withheld(words: pd.Series) -> bool:
    """Say whether a column holds some numbers, and else few words again and again."""
    filled = words[words.index != ""]
    odd = values_of(filled).isna()
    return len(filled) > int(odd.sum()) and int(odd.sum()) <= MOST_ODD


def _enrolled(
    table: RawTable, interview: Interview, headers: list[str], known: tuple[str, str]
) -> str:
    """Choose the students of whom those counted are a part: count and rate agree with them."""
    whole = [name for name in headers if is_whole(table.words(name))]
    named = [name for name in whole if strength(name, "enrolled")]
    named.sort(key=lambda name: -strength(name, "enrolled"))
    count, rate = known
    if not (count and rate):
        return choose(interview, table, "enrolled", tuple(named), BY)
    part, percent = table.numbers(count), table.numbers(rate)
    unit, _ = unit_of(table.words(rate))
    fits = {name: identity(part, table.numbers(name), percent, unit) for name in whole}
    sound = [name for name, share in fits.items() if share > MOSTLY]
    off = {name: misfit(part, table.numbers(name), percent, unit) for name in sound}
    sound.sort(key=lambda name: (off[name], -strength(name, "enrolled"), -fits[name]))
    share = f"{100 * fits[sound[0]]:.0f} %" if sound else ""
    why = f"{count} divided by it is {rate} in {share} of the rows."
    return choose(interview, table, "enrolled", tuple(sound), why)


def _words(table: RawTable, interview: Interview, figures: list[str], ids: str) -> str:
    """Find a column of prose that says why a number is empty."""
    cells = table.cells
    chosen = [name for name in figures if name]
    blank = cells[chosen].apply(lambda one: one.str.strip().eq(""))
    empty = blank.any(axis=1)
    if not chosen or not empty.any():
        return ""
    others = [name for name in cells.columns if name not in (*figures, ids)]
    text = {name: cells[name].str.strip() for name in others if not strength(name, "name")}
    speaking = [name for name, words in text.items() if _speaks(words[empty], words[~empty])]
    if not speaking:
        return ""
    said = ", ".join(repr(word) for word in text[speaking[0]][empty].unique())
    why = f"Where a number is empty it says {said}."
    return choose(interview, table, "words", tuple(speaking), why)


def _speaks(where_empty: pd.Series, elsewhere: pd.Series) -> bool:
    """Say whether a column has a few words where numbers are empty, and others elsewhere."""
    words = where_empty.unique()
    few = len(words) <= MOST_REASONS and where_empty.ne("").mean() > MOSTLY
    return bool(few and elsewhere.isin(words).mean() < SELDOM)


def way_of(
    table: RawTable,
    interview: Interview,
    figures: Figures,
    cells: pd.DataFrame,
    *,
    elsewhere: bool = False,
) -> str:
    """Settle what the figures of absence are made from; students may stand `elsewhere`."""
    possible = {
        "count": bool(figures.count and (figures.enrolled or figures.rate)),
        "rate": bool(figures.rate and (figures.enrolled or elsewhere)),
        "attending": bool(figures.attending and (figures.enrolled or figures.attending_rate)),
        "attending_rate": bool(figures.attending_rate and (figures.enrolled or elsewhere)),
    }
    ways = tuple(way for way in WAYS if possible[way])
    if not ways:
        have = ", ".join(figures.numbers) or "none"
        raise FileError(
            table.name,
            f"no number of absent students follows from its columns (figures seen: {have})",
            f'name the columns in the answers: files."{table.name}".columns.chronic_absent, rate,'
            " enrolled or attending. A share alone cannot be added up: hand in the publisher's file"
            " of students (enrolment) by school of the same year too",
        )
    header = getattr(figures, ways[0])
    words = header.lower()
    plain = any(part in words for part in ("chronic", "regular")) or bool(table.measure[1])
    asked = Question(
        ("files", table.name, "figures"),
        f"What does {table.name} say of absence?",
        ways[0],
        f"{header!r} is {ways[0].replace('_', ' ')}; {len(cells):,} rows."
        + ("" if plain else " Its header does not say chronic: make sure that it is."),
        ways[1:] or ways,
        sure=plain,
    )
    return interview.text(asked)


def figure_columns(table: RawTable, figures: Figures, way: str) -> dict[str, Column]:
    """Make the columns of figures that a way of counting needs."""
    columns: dict[str, Column] = {}
    words = figures.words
    if figures.enrolled:
        columns["enrolled"] = Column(column=figures.enrolled, unit="count", words=words)
    is_attending = way.startswith("attending")
    count = figures.attending if is_attending else figures.count
    rate = figures.attending_rate if is_attending else figures.rate
    if way in ("count", "attending"):
        columns["chronic_absent"] = Column(
            column=count, unit="count", words=words, complement=is_attending
        )
        if rate:
            unit, _ = unit_of(table.words(rate))
            columns["rate"] = Column(
                column=rate,
                unit=unit,  # type: ignore[arg-type]
                words=words,
                complement=is_attending,
                decimals=_decimals(table.words(rate)),
            )
    else:
        unit, _ = unit_of(table.words(rate))
        columns["chronic_absent"] = Column(
            column=rate,
            unit=unit,  # type: ignore[arg-type]
            words=words,
            complement=is_attending,
            decimals=_decimals(table.words(rate)),
        )
    return columns


def _decimals(words: pd.Series) -> int | None:
    """Count the decimals of a column of rates; None where they are so many that none is rounded."""
    text = pd.Series(words.index, dtype="str").str.removesuffix("%").str.strip()
    parts = text.str.extract(r"^[0-9]+\.([0-9]+)$")[0].dropna()
    most = max((len(each) for each in parts), default=0)
    return most if most <= MOST_DECIMALS else None

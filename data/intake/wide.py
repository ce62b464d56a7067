"""A column a year: headers that differ in their year alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, single_year_in, strength, year_in
from data.recipe.parts import Column

TOKEN = re.compile(
    r"(?<![0-9])(?:(?:19|20)[0-9]{2}(?:[-_/–](?:(?:19|20)?[0-9]{2}))?|[0-9]{2}[-_/–][0-9]{2})(?![0-9])"
)
FIGURES = ("chronic_absent", "rate", "attending", "attending_rate")
WORD = "{word}"


@dataclass(frozen=True)
class YearColumns:
    """Columns of one year of a table, and how the headers of the others follow from them.

    Attributes
    ----------
    table : RawTable
        Without the columns of other years.
    whole : RawTable
        With them.
    years : mapping
        School years to the words for them in headers; empty when there is no column a year.
    word : str
        The word of the columns that were kept.
    """

    table: RawTable
    whole: RawTable
    years: Mapping[str, str] = field(default_factory=dict)
    word: str = ""

    def template(self, header: str) -> str:
        """Write a header as a recipe of several years names it."""
        return header.replace(self.word, WORD) if self.word else header

    def columns(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """Write columns as a recipe of several years names them."""
        return {
            name: replace(each, column=self.template(each.column), words=self.template(each.words))
            for name, each in columns.items()
        }

    def headers(self, header: str) -> list[str]:
        """Give a header of each year."""
        template = self.template(header)
        return [template.replace(WORD, word) for word in self.years.values()] or [header]


def year_columns(
    table: RawTable, interview: Interview, targets: Sequence[str] = FIGURES
) -> YearColumns:
    """Take the latest year of a table that has a column a year; any other table as it is."""
    headers = list(map(str, table.cells.columns))
    if best(headers, "school_year"):
        return YearColumns(table, table)
    words = {header: match[0] for header in headers if (match := TOKEN.search(header))}
    by_template: dict[str, list[str]] = {}
    for header, word in words.items():
        by_template.setdefault(header.replace(word, WORD), []).append(word)
    named: list[list[str]] = [
        each
        for template, each in by_template.items()
        if len(each) > 1 and any(strength(template.replace(WORD, ""), target) for target in targets)
    ]
    if not named:
        return YearColumns(table, table)
    longest = max(named, key=len)
    years = _years(table, interview, sorted(longest))
    if len(years) < 2:
        return YearColumns(table, table)
    latest = years[max(years)]
    kept = [header for header in headers if words.get(header, latest) == latest]
    return YearColumns(replace(table, cells=table.cells[kept]), table, years, latest)


def _years(table: RawTable, interview: Interview, words: Sequence[str]) -> dict[str, str]:
    """Ask which years are taken, and what a single year is."""
    chosen = interview.texts(
        Question(
            ("files", table.name, "years"),
            f"Which years of {table.name} are taken?",
            tuple(words),
            f"Each has columns of its own: {', '.join(words)}.",
            tuple(words),
        )
    )
    single = [word for word in chosen if not year_in(word)]
    ends = True
    if single:
        ends = (
            interview.text(
                Question(
                    ("files", table.name, "one_year"),
                    f"{table.name} writes single years. Does {min(single)} start or end the school"
                    " year?",
                    "ends",
                    "Most publishers name a school year by the year in which it ends.",
                    ("starts",),
                    sure=False,
                )
            )
            == "ends"
        )
    return {year_in(word) or _of_single(single_year_in(word), ends=ends): word for word in chosen}


def _of_single(year: str, *, ends: bool) -> str:
    start = int(year) - ends
    return f"{start}-{(start + 1) % 100:02d}"

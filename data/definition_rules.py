"""How publishers define chronic absence, by school years: a rule table with its sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pydantic
from pydantic import Field, StrictBool, StrictInt

from data.recipe.binding import STRICT, TomlError, bind, read_toml
from data.recipe.rows import GRADES
from data.store.manifest import StudyArea

FOLDER = Path(__file__).parent / "definitions"
SCHOOL_YEAR = re.compile(r"(\d{4})-(\d{2})")
WHOLE_YEAR = "the last day of school"
Grade = Literal["PK", "K", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class RuleSource:
    """Where a rule was read."""

    publisher: str = Field(description="Who says it.", examples=["Oregon Department of Education"])
    title: str = Field(description="Page or file.", examples=["Regular Attenders Report"])
    url: str = Field(description="Address.", examples=["https://www.oregon.gov/ode/"])
    year: str = Field(
        description="School years or year of the page; `undated` where it says none.",
        examples=["2018-19"],
    )


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Rule:
    """What one publisher counts in one span of school years; a key left out is not known."""

    first_year: str = Field(description="First school year of the span.", examples=["2018-19"])
    confirmed: StrictBool = Field(
        description="Read in the publisher's own words, with the years. Others are shown, marked, "
        "and never compared.",
        examples=[True],
    )
    sources: tuple[RuleSource, ...] = Field(
        description="Where it was read, one at least.",
        examples=[[{"publisher": "P", "title": "T", "url": "https://example.org", "year": "2019"}]],
    )
    last_year: str = Field(
        default="", description="Last school year; empty while it holds.", examples=["2018-19"]
    )
    published: StrictBool = Field(
        default=True, description="Whether figures of these years are published.", examples=[False]
    )
    percent: StrictInt | None = Field(
        default=None, description="Threshold in percent of the basis.", examples=[10]
    )
    days: StrictInt | None = Field(
        default=None,
        description="Threshold as a number of days, in place of percent.",
        examples=[15],
    )
    reached: Literal["at or above", "above"] | None = Field(
        default=None, description="Whether the threshold itself counts.", examples=["at or above"]
    )
    basis: (
        Literal["days enrolled", "days expected to attend", "days of the school year", "hours"]
        | None
    ) = Field(default=None, description="What the share is of.", examples=["days enrolled"])
    reasons: Literal["any reason", "unexcused only"] | None = Field(
        default=None, description="Which absences count.", examples=["any reason"]
    )
    suspension: Literal["a day absent", "no absence"] | None = Field(
        default=None, description="What a day of suspension is.", examples=["a day absent"]
    )
    day_missed: (
        Literal["whole days", "half days too", "more than half a day", "half a day or more"] | None
    ) = Field(default=None, description="What makes a day one of absence.", examples=["whole days"])
    minimum_days: StrictInt | None = Field(
        default=None, description="Fewest days enrolled; 0 where there is none.", examples=[10]
    )
    left_out_percent: StrictInt | None = Field(
        default=None,
        description="At most so many of 100 students are left out by the fewest days, where a "
        "source says so: it bounds what another minimum could change.",
        examples=[2],
    )
    present_days: StrictInt | None = Field(
        default=None, description="Fewest days present; 0 where there is none.", examples=[1]
    )
    first_grade: Grade | None = Field(
        default=None, description="First grade counted.", examples=["K"]
    )
    last_grade: Grade | None = Field(
        default=None, description="Last grade counted.", examples=["12"]
    )
    through: str | None = Field(
        default=None,
        description=f"Attendance counts up to: a day, or `{WHOLE_YEAR}`.",
        examples=["1 May"],
    )
    counted: Literal["enrolled at any time", "enrolled on a day"] | None = Field(
        default=None, description="Which students are counted.", examples=["enrolled at any time"]
    )
    unit: Literal["school", "district"] | None = Field(
        default=None, description="What a figure is of.", examples=["school"]
    )
    two_units: Literal["in each", "in one"] | None = Field(
        default=None,
        description="Where a student of two schools (or districts) counts.",
        examples=["in each"],
    )
    schools: str = Field(
        default="",
        description="Schools that are left out, in words.",
        examples=["Charter schools are left out."],
    )
    note: str = Field(
        default="", description="What else must be known.", examples=["Cut short in March."]
    )

    @property
    def grades(self) -> tuple[str, ...]:
        """Grades counted, in order; none where either end is not known."""
        if self.first_grade is None or self.last_grade is None:
            return ()
        first, last = GRADES.index(self.first_grade), GRADES.index(self.last_grade)
        return GRADES[first : last + 1]

    def holds(self, year: str) -> bool:
        """Whether the rule is of a school year."""
        return self.first_year <= year and (not self.last_year or year <= self.last_year)


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Definitions:
    """The rules of one publisher, oldest first."""

    id: str = Field(description="Name of the file without suffix.", examples=["OR"])
    name: str = Field(description="Whose rules they are.", examples=["Oregon"])
    rules: tuple[Rule, ...] = Field(description="One a span of school years.", examples=[[]])
    state: str = Field(
        default="",
        description="State whose places follow these rules unless they name others; empty for a "
        "city's or the nation's.",
        examples=["Oregon"],
    )
    fictional: StrictBool = Field(
        default=False, description="Rules of made-up places.", examples=[True]
    )

    def of(self, year: str) -> Rule | None:
        """Give the rule of a school year; None where none is known."""
        return next((each for each in self.rules if each.holds(year)), None)


def read_definitions(path: Path) -> Definitions:
    """Read the rules of one publisher.

    Raises
    ------
    TomlError
        The file says something unknown or impossible; the message names file, key and remedy.
    """
    found = bind(Definitions, read_toml(path), path.name)
    if problems := list(_problems(found, path.stem)):
        raise TomlError("\n".join(f"{path.name}: {each}" for each in problems))
    return found


@cache
def definitions(folder: Path = FOLDER) -> Mapping[str, Definitions]:
    """Read every publisher's rules, by id.

    Raises
    ------
    TomlError
        A file is wrong, or two of them speak for one state.
    """
    every = {path.stem: read_definitions(path) for path in sorted(folder.glob("*.toml"))}
    owners: dict[str, str] = {}
    for name, each in every.items():
        if each.state and each.state in owners:
            raise TomlError(
                f"{name}.toml: {owners[each.state]}.toml speaks for {each.state} already; empty"
                " `state` in one, and name its rules in the place file (`definition_rule`)"
            )
        owners[each.state] = name
    return MappingProxyType(every)


def rules_of(area: StudyArea, folder: Path = FOLDER) -> Definitions | None:
    """Give the rules that a place names, else those of its state; None where neither is known.

    Raises
    ------
    TomlError
        The place names rules that are not there.
    """
    every = definitions(folder)
    if area.definition_rule:
        if area.definition_rule not in every:
            raise TomlError(
                f"{area.slug}.toml: definition_rule is {area.definition_rule!r}; write one of"
                f" {', '.join(every)}"
            )
        return every[area.definition_rule]
    return next((each for each in every.values() if each.state and each.state == area.state), None)


def _problems(found: Definitions, stem: str) -> Iterator[str]:
    """Say what no type can: names, spans and values that contradict each other."""
    if found.id != stem:
        yield f"id is {found.id!r}; write {stem!r}, the name of the file"
    if not found.rules:
        yield "rules is empty; write one [[rules]] at least"
    for number, rule in enumerate(found.rules):
        yield from (f"rules[{number}].{each}" for each in _rule_problems(rule))
    for number, (before, after) in enumerate(pairwise(found.rules), 1):
        if not before.last_year or after.first_year <= before.last_year:
            yield (
                f"rules[{number}].first_year is {after.first_year!r}, inside the span before it;"
                " end that one earlier"
            )


def _rule_problems(rule: Rule) -> Iterator[str]:
    for key, year in (("first_year", rule.first_year), ("last_year", rule.last_year)):
        if not _is_year(year) and (year or key == "first_year"):
            yield f'{key} is {year!r}; write a school year such as "2018-19"'
    if rule.last_year and rule.last_year < rule.first_year:
        yield f"last_year is {rule.last_year!r}, before first_year; put them in order"
    if not rule.sources:
        yield "sources is empty; a fact without a source is left out"
    for number, source in enumerate(rule.sources):
        if not source.url.startswith(("https://", "http://")):
            yield f"sources[{number}].url is {source.url!r}; write the address of the page"
    if rule.percent is not None and rule.days is not None:
        yield "percent and days are both given; keep one"
    for key, top in (("percent", 100), ("left_out_percent", 100), ("days", 200)):
        value = getattr(rule, key)
        if value is not None and not 1 <= value <= top:
            yield f"{key} is {value}; write a number from 1 to {top}"
    for key in ("minimum_days", "present_days"):
        value = getattr(rule, key)
        if value is not None and not 0 <= value <= 200:
            yield f"{key} is {value}; write a number from 0 to 200"
    if (rule.first_grade is None) != (rule.last_grade is None):
        yield "first_grade and last_grade belong together; give both or neither"
    elif rule.first_grade is not None and not rule.grades:
        yield "last_grade comes before first_grade; put them in order"


def _is_year(text: str) -> bool:
    match = SCHOOL_YEAR.fullmatch(text)
    return match is not None and (int(match[1]) + 1) % 100 == int(match[2])

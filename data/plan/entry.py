"""An entry of the plan of action: who does what, where and when; what may stand in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from types import MappingProxyType
from typing import Any

import pandas as pd

from data.errors import DataError
from data.evidence import evidence
from data.plan.lenses import CALIFORNIA, VIRGINIA, lenses_of
from data.plan.persons import suspect

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "health_department": "Health department",
        "school_district": "School district",
        "school": "School",
        "clinic": "Clinic",
        "housing": "Housing",
        "community_partner": "Community partner",
        "family_representative": "Family representative",
    }
)
"""For whom someone speaks: no names of persons, no accounts."""
STATUSES: Mapping[str, str] = MappingProxyType(
    {"planned": "planned", "under_way": "under way", "done": "done", "paused": "paused"}
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "place": "the whole place",
        "neighbourhood": "neighbourhood",
        "county": "county",
        "district": "school district",
        "school": "school",
    }
)
"""What a place of an entry is."""
OFFERED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"place_kind": KINDS, "status": STATUSES, "virginia": VIRGINIA, "california": CALIFORNIA}
)
"""Fields with a short list of words; the two lenses may be empty."""
LONGEST: Mapping[str, int] = MappingProxyType(
    {
        **{"place": 120, "place_id": 120, "strategy": 200, "partner": 200, "funder": 120},
        **{"start": 20, "notes": 2_000},
    }
)
"""Letters of each field of free text."""
LARGEST: Mapping[str, int] = MappingProxyType(
    {"capacity": 1_000_000, "cost": 10_000_000_000, "funded": 10_000_000_000}
)
READ_FOR_PERSONS = ("strategy", "partner", "funder", "notes")
"""Fields of free text. A place is one that the panel names; many a school is called as a person."""
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "no_role": "Choose whom you speak for.",
        "no_place": "Choose where it takes place.",
        "no_strategy": "Choose a strategy, or write your own in a few words.",
        "too_long": "Use at most {most} letters.",
        "no_number": "Write a whole number of 0 or more, such as 120000.",
        "too_large": "Use a number of at most {most}.",
        "no_start": "Write a date such as 2026-09-01, or a school year such as 2026-27.",
        "not_offered": "Use one of these: {offered}.",
        "too_much_funded": "More is funded than it costs. Correct one of the two.",
        "names": (
            "This looks like names of persons. Nothing was saved."
            " Write an organisation or a role in their place."
        ),
        "student_id": (
            "This looks like the number of a student. Nothing was saved."
            " Take it out: a plan is about places."
        ),
        "birth_date": (
            "This looks like a birth date. Nothing was saved. Take it out: a plan is about places."
        ),
    }
)
"""What can be wrong with a field, and what to do, by a short name."""
DAY, SCHOOL_YEAR = re.compile(r"(\d{4}-\d\d-\d\d)(?:T00:00:00)?"), re.compile(r"(20\d\d)-(\d\d)")
AMOUNT = re.compile(r"\$?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?")
FIRST_YEAR, LAST_YEAR = 2000, 2100
# Control characters, and those that turn the direction of reading.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field.

    Attributes
    ----------
    name : str
        Of the field.
    code : str
        A key of `PROBLEMS`.
    values : mapping of str
        What stands in its sentence.
    """

    name: str
    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it in English."""
        return PROBLEMS[self.code].format(**self.values)


class EntryError(DataError):
    """An entry cannot be saved as it is.

    Attributes
    ----------
    problems : tuple of Problem
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.name}: {each}" for each in problems))


@dataclass(frozen=True)
class Entry:
    """What the plan says of one action; make it by `checked`.

    Attributes
    ----------
    place, place_kind, place_id : str
        Where: its name, a key of `KINDS`, and its id ("" for the whole place).
    strategy : str
        Id in `data.evidence`, or own words.
    partner : str
        Organisation that does it.
    capacity : int or None
        Students or families that it can reach in a year.
    cost, funded : int or None
        Whole dollars: what it costs, and what of it is promised.
    funder : str
        Who funds it.
    start : str
        Day or school year, or "".
    status : str
        A key of `STATUSES`.
    notes : str
    virginia, california : str
        Keys of `data.plan.lenses`: the area of either state's plan that it belongs to; "" for none.
    """

    place: str
    strategy: str
    place_kind: str = "place"
    place_id: str = ""
    partner: str = ""
    capacity: int | None = None
    cost: int | None = None
    funded: int | None = None
    funder: str = ""
    start: str = ""
    status: str = "planned"
    notes: str = ""
    virginia: str = ""
    california: str = ""

    def values(self) -> dict[str, Any]:
        """Give its fields by name."""
        return asdict(self)

    def label(self) -> str:
        """Name it in a message."""
        return f"“{self.strategy}” in {self.place}"


FIELDS = tuple(each.name for each in fields(Entry))


def checked(given: Mapping[str, object]) -> Entry:
    """Check what was typed or read, and make an entry of it.

    A lens that is not given follows from the strategy.

    Parameters
    ----------
    given : mapping
        By field; what is lacking, None or "" is empty. Numbers may be text: "$120,000".

    Raises
    ------
    EntryError
        Every field that is wrong. What looks like data of students is refused, never repeated.
    """
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for name in FIELDS:
        text = plain(given.get(name))
        if name in LARGEST:
            values[name] = _number(name, text, problems)
        elif name in OFFERED:
            values[name] = _offered(name, text, problems)
        else:
            values[name] = _text(name, text, problems)
    if not values["place"]:
        problems.append(Problem("place", "no_place"))
    if not values["strategy"]:
        problems.append(Problem("strategy", "no_strategy"))
    values["strategy"] = _known(values["strategy"])
    values["start"] = _start(values["start"], problems)
    if None not in (values["cost"], values["funded"]) and values["funded"] > values["cost"]:
        problems.append(Problem("funded", "too_much_funded"))
    if problems:
        raise EntryError(tuple(problems))
    virginia, california = lenses_of(values["strategy"])
    values["virginia"] = values["virginia"] or virginia
    values["california"] = values["california"] or california
    return Entry(**values)


def plain(value: object) -> str:
    """Write what was given on one line, without what cannot be seen."""
    if value is None or pd.isna(value):
        return ""
    return " ".join(UNSEEN.sub(" ", str(value)).split())


def _number(name: str, text: str, problems: list[Problem]) -> int | None:
    if not text:
        return None
    match = AMOUNT.fullmatch(text)
    if match is None or len(match[1]) > 20:
        problems.append(Problem(name, "no_number"))
        return None
    number = int(match[1].replace(",", ""))
    if number > LARGEST[name]:
        problems.append(Problem(name, "too_large", {"most": f"{LARGEST[name]:,}"}))
    return number


def _offered(name: str, text: str, problems: list[Problem]) -> str:
    """Take a key, or the words that stand for it; of nothing the first status and kind."""
    words = OFFERED[name]
    by_words = {label.casefold(): key for key, label in words.items()}
    found = text if text in words else by_words.get(text.casefold(), "")
    if text and not found:
        problems.append(Problem(name, "not_offered", {"offered": ", ".join(words.values())}))
    empty = "" if name in ("virginia", "california") else next(iter(words))
    return found or empty


def _text(name: str, text: str, problems: list[Problem]) -> str:
    if len(text) > LONGEST[name]:
        problems.append(Problem(name, "too_long", {"most": f"{LONGEST[name]:,}"}))
    if name in READ_FOR_PERSONS and (code := suspect(text)):
        problems.append(Problem(name, code))
    return text


def _known(words: str) -> str:
    """Give the id of a strategy that is called so; other words are their own."""
    names = {each.name.casefold(): each.id for each in evidence().values()}
    return names.get(words.casefold(), words)


def _start(text: str, problems: list[Problem]) -> str:
    """Write a start as a day or a school year; anything else is a problem."""
    if not text:
        return ""
    year = SCHOOL_YEAR.fullmatch(text)
    if year and (int(year[1]) + 1) % 100 == int(year[2]):
        return text
    if day := DAY.fullmatch(text):
        try:
            if FIRST_YEAR <= date.fromisoformat(day[1]).year <= LAST_YEAR:
                return day[1]
        except ValueError:
            pass  # no such day: said below
    problems.append(Problem("start", "no_start"))
    return text

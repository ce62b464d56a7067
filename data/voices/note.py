"""A voice: what some people said of one theme on one occasion; what may stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Any

from data.plan.entry import DAY, KINDS, EntryError, Problem, plain
from data.plan.persons import suspect_anyone
from data.voices.codebook import GROUPS, NATURES, OCCASIONS, WHO, themes

OFFERED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "occasion": OCCASIONS,
        "place_kind": KINDS,
        "who": WHO,
        "student_group": GROUPS,
        "nature": NATURES,
    }
)
"""Fields with a short list of words, besides the theme."""
LONGEST: Mapping[str, int] = MappingProxyType({"place": 120, "place_id": 120, "words": 200})
MOST_VOICES, FIRST_YEAR = 500, 2010
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "no_role": "Choose whom you speak for.",
        "no_place": "Choose where it was said.",
        "no_theme": "Choose a theme of the list.",
        "not_offered": "Use one of these: {offered}.",
        "no_day": "Write the day as 2026-09-01. It may not lie ahead.",
        "no_voices": "Write how many people said it: a whole number from 1 to {most}.",
        "too_long": "Use at most {most} letters.",
        "names": (
            "This may name a person. Nothing was saved. Say it without a name, such as “a parent”."
        ),
        "student_id": "This looks like the number of a person. Nothing was saved. Take it out.",
        "birth_date": "This looks like dates of persons. Nothing was saved. Take them out.",
        "contact": "This looks like an e-mail or telephone number. Nothing was saved. Take it out.",
    }
)
"""What can be wrong with a field, and what to do, by a short name."""


@dataclass(frozen=True)
class VoiceProblem(Problem):
    """What is wrong with one field of a voice; its code is a key of `PROBLEMS` here."""

    def __str__(self) -> str:
        """Say it in English."""
        return PROBLEMS[self.code].format(**self.values)


@dataclass(frozen=True)
class Voice:
    """What some people said; make it by `checked`.

    Attributes
    ----------
    held : str
        Day of the occasion, "2026-09-01".
    occasion : str
        A key of `OCCASIONS`.
    place, place_kind, place_id : str
        Where, as in `data.plan.entry.Entry`.
    who, student_group : str
        Keys of `WHO` and `GROUPS`: who spoke, and of which students.
    voices : int
        People who said it.
    nature, theme : str
        A key of `NATURES` and the id of a theme: what is lacking, or what helps.
    words : str
        One short paraphrase; "" for none.
    """

    held: str
    occasion: str
    place: str
    theme: str
    voices: int
    who: str
    place_kind: str = "place"
    place_id: str = ""
    student_group: str = ""
    nature: str = "need"
    words: str = ""

    def values(self) -> dict[str, Any]:
        """Give its fields by name."""
        return asdict(self)

    def label(self) -> str:
        """Name it in a message."""
        return f"“{themes()[self.theme].label}” in {self.place}"

    def where(self) -> str:
        """Give the key of its place: "neighbourhood:Old Town", "place:" for the whole place."""
        return f"{self.place_kind}:{self.place_id}"

    def when(self) -> tuple[str, str, str]:
        """Give what tells its occasion from others: day, kind and place.

        Two circles on one day in one place count as one: fewer occasions are claimed, not more.
        """
        return self.held, self.occasion, self.where()


FIELDS = tuple(each.name for each in fields(Voice))


def checked(given: Mapping[str, object], today: date) -> Voice:
    """Check what was typed or read, and make a voice of it.

    Parameters
    ----------
    given : mapping
        By field; what is lacking, None or "" is empty. A key of a list may be its words.
    today : date
        No occasion lies after it.

    Raises
    ------
    EntryError
        Every field that is wrong. What looks like data of persons is refused, never repeated.
    """
    problems: list[Problem] = []
    texts = {name: plain(given.get(name)) for name in FIELDS}
    values: dict[str, Any] = {
        **texts,
        **{name: _offered(name, texts[name], problems) for name in OFFERED},
        "theme": _theme(texts["theme"], problems),
        "held": _day(texts["held"], today, problems),
        "voices": _voices(texts["voices"], problems),
    }
    for name, most in LONGEST.items():
        if len(texts[name]) > most:
            problems.append(VoiceProblem(name, "too_long", {"most": str(most)}))
    if not texts["place"]:
        problems.append(VoiceProblem("place", "no_place"))
    if code := suspect_anyone(texts["words"]):
        problems.append(VoiceProblem("words", code))
    if problems:
        raise EntryError(tuple(problems))
    return Voice(**values)


def _offered(name: str, text: str, problems: list[Problem]) -> str:
    """Take a key, or the words that stand for it; of nothing the first, but for who and when."""
    words = OFFERED[name]
    by_words = {label.casefold(): key for key, label in words.items()}
    if text in words or text.casefold() in by_words:
        return text if text in words else by_words[text.casefold()]
    if text or name in ("occasion", "who"):
        offered = ", ".join(words.values())
        problems.append(VoiceProblem(name, "not_offered", {"offered": offered}))
    return next(iter(words))


def _theme(text: str, problems: list[Problem]) -> str:
    by_words = {each.label.casefold(): each.id for each in themes().values()}
    found = text if text in themes() else by_words.get(text.casefold(), "")
    if not found:
        problems.append(VoiceProblem("theme", "no_theme"))
    return found


def _day(text: str, today: date, problems: list[Problem]) -> str:
    try:
        match = DAY.fullmatch(text)
        day = date.fromisoformat(match[1]) if match else None
    except ValueError:  # no such day: said below
        day = None
    if day is None or day.year < FIRST_YEAR or day > today:
        problems.append(VoiceProblem("held", "no_day"))
        return ""
    return day.isoformat()


def _voices(text: str, problems: list[Problem]) -> int:
    """Take a number of people; a spreadsheet may write 6 as 6.0."""
    digits = text.removesuffix(".0")
    count = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
    if not 1 <= count <= MOST_VOICES:
        problems.append(VoiceProblem("voices", "no_voices", {"most": str(MOST_VOICES)}))
    return count

"""What of voices may be shown: every voice stands in one block, and no block is small.

A theme is shown only with at least 5 voices from at least 2 occasions (statistics, S8). That a
number passes by itself is not enough: the theme of a county less that of its schools may leave two
people. So the voices are divided once, before anything is asked:

1. For each theme and nature, what was said in a place waits there. From the smallest places up,
   what meets the rule becomes a block of its place; what does not goes up to the place that holds
   it, and is hidden where it does not meet the rule in the whole place either.
2. A block is divided by who spoke, and then by the students spoken of, where each part meets the
   rule. Parts that do not are put together; while what they make does not meet it, the smallest
   part that does joins them.

Blocks are apart from each other, and each meets the rule. Whatever is shown is a union of blocks,
and what two such unions differ by is one too: it is empty, or has 5 voices from 2 occasions. No
total counts a voice that stands in no block. Numbers are shown as steps (`step`), so that a number
which was looked at before and after an occasion does not tell how many spoke on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.voices.note import Voice

LEAST_VOICES, LEAST_OCCASIONS = 5, 2
STEPS = (5, 10, 20, 50, 100, 200, 500, 1000)
WHOLE = "place:"
SUMMER = 7  # a school year begins after this month


@dataclass(frozen=True)
class Block:
    """Voices that are shown together or not at all.

    Attributes
    ----------
    place : str
        Key of the place, as in `Voice.where`.
    theme, nature : str
    who, student_group : str
        "" where several are not told apart.
    said : tuple of Voice
        What it is made of; no page shows one of them.
    """

    place: str
    theme: str
    nature: str
    who: str
    student_group: str
    said: tuple[Voice, ...]

    @property
    def voices(self) -> int:
        """How many people said it, as it was counted; show `step` of it."""
        return sum(each.voices for each in self.said)

    @property
    def years(self) -> tuple[str, ...]:
        """School years in which it was said."""
        return tuple(sorted({school_year(each.held) for each in self.said}))

    @property
    def words(self) -> tuple[str, ...]:
        """Paraphrases in the order of the alphabet: none tells when or by whom it was said."""
        return tuple(sorted({each.words for each in self.said if each.words}))


def meets_rule(said: Iterable[Voice]) -> bool:
    """Whether voices are enough to be shown: 5 or more, from 2 occasions or more."""
    said = tuple(said)
    many = sum(each.voices for each in said) >= LEAST_VOICES
    return many and len({each.when() for each in said}) >= LEAST_OCCASIONS


def step(voices: int) -> int:
    """Give the largest of `STEPS` that a number reaches; 0 below the first.

    Examples
    --------
    >>> step(4), step(5), step(19), step(1200)
    (0, 5, 10, 1000)
    """
    return max((each for each in STEPS if each <= voices), default=0)


def school_year(day: str) -> str:
    """Name the school year of a day.

    Examples
    --------
    >>> school_year("2026-09-01"), school_year("2026-05-31")
    ('2026-27', '2025-26')
    """
    year = int(day[:4]) - (int(day[5:7]) <= SUMMER)
    return f"{year}-{(year + 1) % 100:02d}"


def blocks(said: Sequence[Voice], parents: Mapping[str, str]) -> tuple[Block, ...]:
    """Divide voices into blocks that may be shown; see the module.

    Parameters
    ----------
    said : sequence of Voice
        All of a place, whatever is to be shown of them.
    parents : mapping of str to str
        The place that holds each place, by key, up to "place:". A place that is not named is held
        by the whole place.

    Returns
    -------
    tuple of Block
        In the order of place, theme and nature. Voices that no block holds are shown nowhere.
    """
    found: list[Block] = []
    for theme, nature in sorted({(each.theme, each.nature) for each in said}):
        own = [each for each in said if (each.theme, each.nature) == (theme, nature)]
        for place, held in _by_place(own, parents).items():
            for who, part in _told_apart(held, lambda each: each.who).items():
                for group, last in _told_apart(part, lambda each: each.student_group).items():
                    found.append(Block(place, theme, nature, who, group, tuple(last)))
    return tuple(sorted(found, key=lambda each: (each.place, each.theme, each.nature, each.who)))


def within(place: str, of: str, parents: Mapping[str, str]) -> bool:
    """Whether a place is another, or is held by it."""
    chain = {place, *_holders(place, parents)}
    return of in chain


def _holders(place: str, parents: Mapping[str, str]) -> list[str]:
    """List the places that hold a place, the smallest first, the whole place last."""
    found: list[str] = []
    while place != WHOLE:
        place = parents.get(place, WHOLE)
        found.append(place)
    return found


def _by_place(said: Sequence[Voice], parents: Mapping[str, str]) -> dict[str, list[Voice]]:
    """Keep voices in the smallest places in which they meet the rule; drop what never does."""
    waiting: dict[str, list[Voice]] = {}
    for each in said:
        waiting.setdefault(each.where(), []).append(each)
    kept: dict[str, list[Voice]] = {}
    while waiting:
        # The one that most places hold first: all that it may still be given is there by then.
        place = max(waiting, key=lambda name: (len(_holders(name, parents)), name))
        own = waiting.pop(place)
        if meets_rule(own):
            kept[place] = own
        elif place != WHOLE:
            waiting.setdefault(_holders(place, parents)[0], []).extend(own)
    return kept


def _told_apart(said: Sequence[Voice], by: Callable[[Voice], str]) -> dict[str, list[Voice]]:
    """Divide voices that meet the rule into parts that do; the part of several is called ""."""
    parts: dict[str, list[Voice]] = {}
    for each in said:
        parts.setdefault(by(each), []).append(each)
    small = [name for name, part in parts.items() if not meets_rule(part)]
    rest = [each for name in small for each in parts.pop(name)]
    if rest:
        rest += parts.pop("", [])
    while rest and not meets_rule(rest):
        name = min(parts, key=lambda name: (sum(each.voices for each in parts[name]), name))
        rest += parts.pop(name)
    return parts | ({"": rest} if rest else {})

"""What is asked of voices: blocks that a question takes, and the table that is shown of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from data.voices.codebook import themes
from data.voices.release import WHOLE, Block, step, within

TALLY = ("place", "theme", "nature", "area", "voices", "who", "student_group", "years", "words")


@dataclass(frozen=True)
class Asked:
    """A question: each field that is "" asks for all.

    Attributes
    ----------
    place : str
        Key of a place; what it holds is asked for, too.
    area, nature, who, student_group : str
        Keys of the codebook. A role or group takes only what is told apart by it.
    """

    place: str = WHOLE
    area: str = ""
    nature: str = ""
    who: str = ""
    student_group: str = ""


def asked_for(
    all_of_them: Sequence[Block], asked: Asked, parents: Mapping[str, str]
) -> tuple[Block, ...]:
    """Give the blocks that a question takes: whole ones, never a part.

    Parameters
    ----------
    all_of_them : sequence of Block
        From `data.voices.release.blocks`.
    asked : Asked
    parents : mapping of str to str
    """
    return tuple(
        each
        for each in all_of_them
        if within(each.place, asked.place or WHOLE, parents)
        and asked.area in ("", themes()[each.theme].area)
        and asked.nature in ("", each.nature)
        and asked.who in ("", each.who)
        and asked.student_group in ("", each.student_group)
    )


def tally(taken: Iterable[Block]) -> pd.DataFrame:
    """Tabulate blocks by place, theme and nature.

    Returns
    -------
    DataFrame
        A row for each, most voices first: `place`, `theme`, `nature`, `area`; `voices`, the step
        that their number reaches; `who` and `student_group`, keys that are told apart with their
        steps ("" among them for several together); `years`; `words`.
    """
    rows: dict[tuple[str, str, str], list[Block]] = {}
    for each in taken:
        rows.setdefault((each.place, each.theme, each.nature), []).append(each)
    made = [(*key, *_row(own)) for key, own in rows.items()]
    table = pd.DataFrame(made, columns=["place", "theme", "nature", *TALLY[3:]])
    order = ["voices", "place", "theme", "nature"]
    return table.sort_values(order, ascending=[False, True, True, True], ignore_index=True)


def _row(own: Sequence[Block]) -> tuple[object, ...]:
    def steps(name: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for each in own:
            key = getattr(each, name)
            counts[key] = counts.get(key, 0) + each.voices
        return {key: step(count) for key, count in sorted(counts.items())}

    years = tuple(sorted({year for each in own for year in each.years}))
    words = tuple(sorted({word for each in own for word in each.words}))
    voices = step(sum(each.voices for each in own))
    area = themes()[own[0].theme].area
    return area, voices, steps("who"), steps("student_group"), years, words

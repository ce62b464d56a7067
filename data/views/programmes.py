"""A programme: at which schools it ran, from which school year to which; in a link, in a plan."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote, unquote

import pandas as pd

from data.errors import DataError
from data.panel import Panel
from data.views.districts import areas_in
from data.views.neighbourhoods import counties, neighbourhoods

LONGEST = 1_200
"""Letters of a programme that a link carries."""
FIRST, LAST = 1990, 2100
_DATES = re.compile(r"(\d{4})(?:-(\d{4}))?")
_SCHOOL_YEAR = re.compile(r"(\d{4})-(\d\d)")
_DAY = re.compile(r"(\d{4})-(\d\d)-\d\d")
JULY = 7


class ProgrammeError(DataError):
    """A list of schools and starts that cannot be compared; says what to mend."""


@dataclass(frozen=True, order=True)
class Member:
    """A school or place with a programme.

    Attributes
    ----------
    began : int
        Year in which the first school year with it begins: 2023 for 2023-24.
    ended : int
        Year in which the last school year with it begins; 0 where it goes on.
    id : str
        Id of a school, or name of a district, neighbourhood or county.
    together : str
        Schools of one word here count as one, such as those of a building; "" for each by itself.
    """

    began: int
    ended: int
    id: str
    together: str = ""


@dataclass(frozen=True)
class Programme:
    """Where and when a programme ran.

    Attributes
    ----------
    members : tuple of Member
    others : tuple of (str, str)
        Schools to compare with, and what each counts together with ("" for itself); without any,
        all schools that are not in the programme.
    name : str
        What people call it; "" for none.
    """

    members: tuple[Member, ...]
    others: tuple[tuple[str, str], ...] = ()
    name: str = ""


@dataclass(frozen=True, eq=False)
class Listed:
    """The schools of a programme.

    Attributes
    ----------
    schools : DataFrame
        Index school_id: began, ended (float, NaN where it goes on), unit.
    others : Series
        Unit of each school that may be compared with, index school_id.
    one_place : str
        The district, neighbourhood or county that it is all of; "" else.
    """

    schools: pd.DataFrame
    others: pd.Series
    one_place: str = ""

    @property
    def grouped(self) -> bool:
        """Whether some schools count together."""
        own = self.schools["unit"].ne(self.schools.index).any()
        return bool(own or self.others.ne(self.others.index).any())


def written(programme: Programme) -> str:
    """Write a programme for a link: "2022:01M015,01M019;2021-2023:02M111"; "" where it cannot be.

    A link does not carry schools to compare with, or that count together.
    """
    if programme.others or any(each.together for each in programme.members):
        return ""
    parts = []
    for (began, ended), own in groupby(
        sorted(programme.members), key=lambda each: (each.began, each.ended)
    ):
        dates = f"{began}-{ended}" if ended else f"{began}"
        parts.append(f"{dates}:{','.join(quote(each.id, safe=' .') for each in own)}")
    found = ";".join(parts)
    return found if len(found) <= LONGEST else ""


def read(text: str, known: Collection[str]) -> Programme | None:
    """Read a programme of a link; None for one that is none, or names what is not here.

    Parameters
    ----------
    text : str
    known : collection of str
        Ids of schools and names of places.
    """
    members: dict[str, Member] = {}
    for part in text.split(";") if len(text) <= LONGEST else ():
        dates, _, ids = part.partition(":")
        years = _DATES.fullmatch(dates)
        if not years:
            return None
        began, ended = int(years[1]), int(years[2] or 0)
        if not FIRST <= began <= LAST or (ended and not began <= ended <= LAST):
            return None
        for each in map(unquote, ids.split(",")):
            if each not in known or not each or each in members:
                return None
            members[each] = Member(began, ended, each)
    return Programme(tuple(sorted(members.values()))) if members else None


def autumn_of(start: str) -> int | None:
    """Give the calendar year in which the school year of a day or school year begins.

    A school year runs from July to June: what begins on 2024-02-01 counts as of 2023-24, for a year
    that had half of it is no year without. None for text that is neither.
    """
    text = start.strip()
    if day := _DAY.fullmatch(text):
        year = int(day[1]) - (int(day[2]) < JULY)
    elif school_year := _SCHOOL_YEAR.fullmatch(text):
        year = int(school_year[1])
        if (year + 1) % 100 != int(school_year[2]):
            return None
    elif re.fullmatch(r"\d{4}", text):
        year = int(text)
    else:
        return None
    return year if FIRST <= year <= LAST else None


def places_of(panel: Panel) -> dict[str, pd.Index]:
    """Give the schools of each district, neighbourhood and county, by its name.

    A school belongs to the neighbourhood and county in which its building stands, and to the
    district that runs it: where its students live is another question.
    """
    schools = panel.schools
    kinds = areas_in(panel)
    found: dict[str, pd.Index] = {}
    for of in (counties(panel.tracts), neighbourhoods(panel.tracts)):
        names = schools["geoid"].map(of)
        for name, own in names.groupby(names).groups.items():
            if name in kinds:
                found[str(name)] = pd.Index(own)
    if panel.area.reports == "school":
        names = schools["district"].where(schools["district"].ne(""))
        for name, own in names.groupby(names).groups.items():
            found.setdefault(str(name), pd.Index(own))
    return found


def listed(panel: Panel, programme: Programme) -> Listed:
    """Give the schools of a programme: those named, and those inside the places named.

    A school that is named goes before the place it is in; of two places the earlier start counts.

    Raises
    ------
    ProgrammeError
        It names what the place does not have, or nothing.
    """
    if not programme.members:
        raise ProgrammeError("the list is empty; name schools or places, and when it began")
    places, known = places_of(panel), panel.schools.index
    rows: dict[str, Member] = {}
    for each in sorted(programme.members, key=lambda member: (member.id in known, -member.began)):
        if each.id not in known and each.id not in places:
            raise ProgrammeError(
                f"the list names {each.id!r}, which is no school or place of {panel.area.name}; use"
                " the ids of the page Schools"
            )
        for school in [each.id] if each.id in known else places[each.id]:
            rows[str(school)] = each
    table = pd.DataFrame(
        {
            "began": [float(each.began) for each in rows.values()],
            "ended": [float(each.ended or "nan") for each in rows.values()],
            "unit": [each.together or school for school, each in rows.items()],
        },
        index=pd.Index(list(rows), name="school_id"),
    )
    _refuse_mixed(table)
    others = _others(panel, programme, table.index, places)
    first = programme.members[0]
    alone = len(programme.members) == 1 and first.id not in known
    return Listed(table.sort_index(), others, first.id if alone else "")


def _others(
    panel: Panel, programme: Programme, own: pd.Index, places: Mapping[str, pd.Index]
) -> pd.Series:
    """Give the schools that may be compared with, and their units."""
    if not programme.others:
        rest = panel.schools.index.difference(own)
        return pd.Series(rest, rest, dtype="str")
    units = {}
    for id_, unit in programme.others:
        for school in [id_] if id_ in panel.schools.index else places.get(id_, ()):
            if school not in own:
                units[school] = unit or school
    return pd.Series(units, dtype="str").rename_axis("school_id")


def _refuse_mixed(table: pd.DataFrame) -> None:
    """Refuse schools that count as one and have other dates."""
    dates = table.fillna({"ended": 0.0}).groupby("unit")[["began", "ended"]].nunique().max(axis=1)
    if len(dates) and dates.max() > 1:
        raise ProgrammeError(
            f"schools that count together as {dates.idxmax()!r} have other dates; give them the"
            " same start and end"
        )


def of_plan(entries: pd.DataFrame, panel: Panel) -> tuple[Programme, int]:
    """Read a programme from entries of the plan: where and from when.

    Parameters
    ----------
    entries : DataFrame
        Rows of `data.plan.store.entries`, of one strategy.
    panel : Panel

    Returns
    -------
    (Programme, int)
        Of the entries at schools, districts, neighbourhoods and counties that have a start and are
        not paused; and how many others there were. The plan knows no end.
    """
    known = {*map(str, panel.schools.index), *places_of(panel)}
    members: dict[str, Member] = {}
    for row in entries.itertuples(index=False):
        began = autumn_of(str(row.start or ""))
        id_ = str(row.place_id) if row.place_kind in ("school", "district") else str(row.place)
        id_ = id_ if id_ in known else str(row.place)
        if began is None or row.status == "paused" or row.place_kind == "place" or id_ not in known:
            continue
        before = members.get(id_)
        if before is None or began < before.began:
            members[id_] = Member(began, 0, id_)
    return Programme(tuple(sorted(members.values()))), len(entries) - len(members)


def with_members(
    programme: Programme | None, ids: Iterable[str], began: int, ended: int
) -> Programme:
    """Add schools or places with their years; what was there is given the new ones."""
    kept = {} if programme is None else {each.id: each for each in programme.members}
    kept |= {each: Member(began, ended, each) for each in ids}
    others = () if programme is None else programme.others
    return Programme(tuple(sorted(kept.values())), others)


def without(programme: Programme, id_: str) -> Programme | None:
    """Take a school or place out; None where nothing is left."""
    left = tuple(each for each in programme.members if each.id != id_)
    return Programme(left, programme.others) if left else None

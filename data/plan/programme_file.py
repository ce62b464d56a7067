"""A list of schools and years that was handed in through the browser: a programme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from data.errors import DataError, FileError, raise_together
from data.plan.persons import suspect
from data.plan.sheets import Rows, fitted, lines_of
from data.views.programmes import Member, Programme, autumn_of

REMEDY = (
    "the columns are school_id (or place), start, end, together and name; the template shows them"
)
TEMPLATE = (
    "school_id,start,end,together,name\n"
    "01M015,2023-24,,,\n"
    "01M019,2022-23,2023-24,,\n"
)  # fmt: skip
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "school_id": "school_id",
        "school": "school_id",
        "place": "school_id",
        "start": "start",
        "end": "end",
        "together": "together",
        "name": "name",
    }
)
NONE = "none"
"""In place of a start: a school to compare with."""
MOST_TROUBLES = 20


def programme_in_memory(content: bytes, file: str, names: Mapping[str, str]) -> Programme:
    """Read a programme that was handed in, without writing it to disk.

    Parameters
    ----------
    content : bytes
        CSV or workbook with a row a school or place. `start` and `end` are school years or days;
        an empty end goes on; a start "none" is a school to compare with: then only such are.
        `together` has one word for schools that count as one. `name` is not read.
    file : str
        Name of the file, for errors.
    names : mapping
        Id by what each school or place may be called: its id, and its name where only one has it.

    Raises
    ------
    DataError
        Naming every column and row that is wrong, and what to do. What stands in them is not
        repeated.
    """
    lines = lines_of(content, file)
    columns = _columns(lines, file)
    known = {_bare(name): id_ for name, id_ in names.items()}
    members: dict[str, Member] = {}
    others: dict[str, str] = {}
    troubles: list[DataError] = []
    for number, cells in lines[1:]:
        values = dict(zip(columns, fitted(cells, len(columns), file, number), strict=True))
        own = {name: value.strip() for name, value in values.items() if name != "name"}
        try:
            member = _member(own, known, file, number)
            if member.id in members or member.id in others:
                raise FileError(file, "it stands here a second time", "give it one row", row=number)
        except FileError as error:
            troubles.append(error)
            if len(troubles) >= MOST_TROUBLES:
                break
            continue
        if member.began:
            members[member.id] = member
        else:
            others[member.id] = member.together
    raise_together(troubles)
    if not members:
        raise FileError(file, "no row has a start", "write the first school year, such as 2023-24")
    return Programme(tuple(sorted(members.values())), tuple(sorted(others.items())))


def _columns(lines: Rows, file: str) -> list[str]:
    """Name the columns; refuse a file with others, for it may be about students."""
    headers = [cell.strip() for cell in lines[0][1]]
    while headers and not headers[-1]:
        headers.pop()
    found = []
    for number, header in enumerate(headers, start=1):
        name = COLUMNS.get(header.casefold().replace(" ", "_"))
        if name is None:
            said = f"number {number}" if suspect(header) else header[:40]
            raise FileError(file, "a column that is not read", REMEDY, column=said, row=1)
        if name in found:
            raise FileError(file, "the column stands twice", REMEDY, column=header, row=1)
        found.append(name)
    for name in ("school_id", "start"):
        if name not in found:
            raise FileError(file, f"there is no column {name!r}", REMEDY, row=1)
    return found


def _member(own: Mapping[str, str], known: Mapping[str, str], file: str, row: int) -> Member:
    """Read a row; began is 0 for a school to compare with."""
    id_ = known.get(_bare(own["school_id"]))
    if id_ is None:
        what = "no school or place here has this id or name, or several have it"
        remedy = "use the ids of the page Schools"
        raise FileError(file, what, remedy, column="school_id", row=row)
    together = own.get("together", "")
    if own["start"].casefold() == NONE:
        return Member(0, 0, id_, together)
    began = _year(own["start"], "start", file, row)
    ended = _year(own["end"], "end", file, row) if own.get("end") else 0
    if ended and ended < began:
        remedy = "write the last school year with the programme"
        raise FileError(file, "it ends before it starts", remedy, column="end", row=row)
    return Member(began, ended, id_, together)


def _year(text: str, column: str, file: str, row: int) -> int:
    year = autumn_of(text)
    if year is None:
        what = "this is no school year" if text else "the cell is empty"
        remedy = "write a school year such as 2023-24, or a day such as 2023-09-01"
        raise FileError(file, what, remedy, column=column, row=row)
    return year


def _bare(name: str) -> str:
    return " ".join(name.casefold().split())


def names_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the id of each id and name; a name that several have leads to none.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Id and name of each school and place.
    """
    found: dict[str, str] = {}
    several, ids = set(), []
    for id_, name in pairs:
        ids.append(id_)
        if found.setdefault(_bare(name), id_) != id_:
            several.add(_bare(name))
    usable = {name: id_ for name, id_ in found.items() if name not in several}
    return usable | {_bare(id_): id_ for id_ in ids}

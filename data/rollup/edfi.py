"""Ed-Fi bulk files of attendance, enrolment and calendars as plain tables.

Ed-Fi records absences, not days present: a day of enrolment without an event is a day present.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
from lxml import etree

from data.errors import FileError

ABSENT: Mapping[str, float | None] = {
    "excused absence": 1.0,
    "unexcused absence": 1.0,
    "partial": None,
    "tardy": 0.0,
    "early departure": 0.0,
    "in attendance": 0.0,
}
"""Part of a day that a category means where no duration is given; None = a duration is needed."""
INSTRUCTION = ("instructional day", "make-up day", "student late arrival/early dismissal")
Row = dict[str, str | None]


def attendance_rows(path: Path, codes: Mapping[str, float]) -> pa.Table:
    """Read StudentSchoolAttendanceEvent: `student`, `school`, `date`, `absent`, `row`, as text.

    Parameters
    ----------
    path : Path
    codes : mapping of str to float
        Part of a day by category, before those of `ABSENT`.

    Notes
    -----
    An absence counts for its EventDuration, in days, and as a whole day without one; a tardy or an
    early departure counts as no absence.

    Raises
    ------
    FileError
        Not XML, an entity, or a category that is not known; row is the number of the event.
    """
    own = {name.lower(): part for name, part in codes.items()}

    def cells(event: etree._Element, row: int) -> Row:
        category = _word(_text(event, "AttendanceEventCategory"))
        duration = _text(event, "EventDuration")
        if category in own:
            part: str | None = str(own[category])
        elif category not in ABSENT:
            raise FileError(
                path.name,
                "a category of attendance that is not known",
                "say in codes what part of a day it means",
                column="AttendanceEventCategory",
                row=row,
            )
        elif ABSENT[category] == 0.0:
            part = "0"
        else:
            part = duration or (None if ABSENT[category] is None else "1")
        return {
            "student": _text(event, "StudentUniqueId"),
            "school": _text(event, "SchoolId"),
            "date": _text(event, "EventDate"),
            "absent": part,
        }

    return _table(
        path, "StudentSchoolAttendanceEvent", cells, ("student", "school", "date", "absent")
    )


def enrolment_rows(path: Path) -> pa.Table:
    """Read StudentSchoolAssociation: `student`, `school`, `first`, `last`, `grade`, `row`, as text.

    Raises
    ------
    FileError
        Not XML, or an entity.
    """

    def cells(spell: etree._Element, _: int) -> Row:
        return {
            "student": _text(spell, "StudentUniqueId"),
            "school": _text(spell, "SchoolId"),
            "first": _text(spell, "EntryDate"),
            "last": _text(spell, "ExitWithdrawDate"),
            "grade": (_text(spell, "EntryGradeLevel") or "").rpartition("#")[2] or None,
        }

    return _table(
        path, "StudentSchoolAssociation", cells, ("student", "school", "first", "last", "grade")
    )


def calendar_rows(path: Path) -> pa.Table:
    """Read the days of instruction of CalendarDate: `school`, `date`, `row`, as text.

    Raises
    ------
    FileError
        Not XML, or an entity.
    """

    def cells(day: etree._Element, _: int) -> Row | None:
        events = [_word(each.text) for each in day.iter("{*}CalendarEvent")]
        if not set(events) & set(INSTRUCTION):
            return None
        return {"school": _text(day, "SchoolId"), "date": _text(day, "Date")}

    return _table(path, "CalendarDate", cells, ("school", "date"))


def _table(
    path: Path,
    element: str,
    cells: Callable[[etree._Element, int], Row | None],
    columns: tuple[str, ...],
) -> pa.Table:
    """Gather one kind of element; elements that give nothing are left out."""
    found: dict[str, list[str | int | None]] = {name: [] for name in (*columns, "row")}
    for row, each in enumerate(_elements(path, element), start=1):
        values = cells(each, row)
        if values is not None:
            for name in columns:
                found[name].append(values[name])
            found["row"].append(row)
    types = {name: pa.string() for name in columns} | {"row": pa.int64()}
    return pa.table({name: pa.array(found[name], type=types[name]) for name in found})


def _elements(path: Path, element: str) -> Iterator[etree._Element]:
    """Stream elements of a name; entities and document types are refused."""
    try:
        with path.open("rb") as file:
            steps = etree.iterparse(
                file, events=("end",), tag=f"{{*}}{element}", resolve_entities=False,
                no_network=True, load_dtd=False,
            )  # fmt: skip
            for _, node in steps:
                if node.getroottree().docinfo.doctype:
                    raise FileError(path.name, "it has a document type", "export it without one")
                yield node
                node.clear()
                while node.getprevious() is not None:
                    del node.getparent()[0]
    except etree.XMLSyntaxError as error:
        row = error.lineno
        raise FileError(path.name, "it is not whole XML", "export it again", row=row) from None


def _text(node: etree._Element, name: str) -> str | None:
    """Give the text of the first element of a name below a node."""
    found = next(node.iter(f"{{*}}{name}"), None)
    text = (found.text or "").strip() if found is not None else ""
    return text or None


def _word(descriptor: str | None) -> str:
    """Give the value of a descriptor in small letters, without its namespace."""
    return (descriptor or "").rpartition("#")[2].strip().lower()

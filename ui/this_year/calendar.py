"""Calendar of the year: a month a block, a week a row, a day a cell in the class of its attendance.

Cells are words on the page, not a picture: a screen reader, a keyboard and the back row of a
meeting read them as they are.
"""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import pandas as pd

from ui.languages import PERCENT, mark, text
from ui.maps.scales import NOT_SHOWN, NOT_SHOWN_COLOUR, SEQUENTIAL, ClassScale, ink_on
from ui.words.dates import WEEKDAYS, month_text, weekday_letters, weekday_text
from ui.words.numbers import count_text, percent_text

BREAKS = (0.85, 0.90, 0.92, 0.95)
"""Lower ends of the classes of the share at school: the same on every calendar."""
NO_SCHOOL_COLOUR = "#e2dfd9"
ACROSS = 5
"""Months side by side at least."""
OFF = mark("no school, or nothing published")
WHY = {
    "missing": mark("not shown: too few schools have a figure"),
    "suppressed": mark("not shown: fewer than the least number of students"),
}
CLASSES = (
    mark("95 % or more at school"),
    mark("92 to under 95 %"),
    mark("90 to under 92 %"),
    mark("85 to under 90 %"),
    mark("under 85 %"),
)


@dataclass(frozen=True)
class Day:
    """One day of the calendar.

    Attributes
    ----------
    when : date
    code : str
        Code of its class; "" for a weekday without school.
    words : str
        What is known of it, in words.
    """

    when: date
    code: str
    words: str


def attendance_scale() -> ClassScale:
    """Classes of the part of students at school on a day, most first, then "not shown"."""
    words = tuple(each.replace(" %", PERCENT) for each in (*map(text, CLASSES), text(NOT_SHOWN)))
    labels = (*CLASSES, NOT_SHOWN)
    colours = (*SEQUENTIAL, NOT_SHOWN_COLOUR)
    return ClassScale(labels, colours, tuple("432105"), words, BREAKS)


def days_of(table: pd.DataFrame, closed: Iterable[date]) -> tuple[Day, ...]:
    """Make the cells of a calendar: every weekday from its first day to its last.

    Parameters
    ----------
    table : DataFrame
        `data.views.in_year_calendar.calendar_view`.
    closed : iterable of date
        Days on which something was published, but which were no days of school.
    """
    # To the nearest billionth: sums leave a little less than .95 of what is .95.
    codes = attendance_scale().encode(table["attended"].round(9))
    dates = [pd.Timestamp(each).date() for each in table.index]
    rows = zip(dates, codes, table.to_dict("records"), strict=True)
    known = {when: Day(when, code, _words(when, row)) for when, code, row in rows}
    named = {when: text("no school day") for when in closed}
    every = pd.bdate_range(dates[0], dates[-1]).union(pd.DatetimeIndex(dates)) if dates else []
    weekdays = [pd.Timestamp(each).date() for each in every]
    return tuple(known.get(when) or _off(when, named.get(when, text(OFF))) for when in weekdays)


def _off(when: date, note: str) -> Day:
    return Day(when, "", text("{day}: {note}", day=weekday_text(when), note=note))


def _words(when: date, row: Mapping[Hashable, object]) -> str:
    """Say what a day's figure is, or why there is none."""
    day, attended, students = weekday_text(when), row["attended"], row["students"]
    if row["status"] != "reported":
        return text("{day}: {note}", day=day, note=text(WHY[str(row["status"])]))
    share = percent_text(float(str(attended)))
    if pd.isna(students):
        return text("{day}: {share} at school", day=day, share=share)
    count = count_text(float(str(students)))
    return text("{day}: {share} of {count} at school", day=day, share=share, count=count)


def counts(days: Sequence[Day]) -> dict[str, int]:
    """Count the days of each class, by its label."""
    return attendance_scale().counts("".join(day.code for day in days))


def html(days: Sequence[Day], title: str) -> str:
    """HTML of the calendar, a block a month.

    Parameters
    ----------
    days : sequence of Day
        In order.
    title : str
        What is shown, read first by a screen reader.
    """
    known = {day.when: day for day in days}
    width = 7 if any(day.when.weekday() >= WEEKDAYS for day in days) else WEEKDAYS
    months = list(dict.fromkeys((day.when.year, day.when.month) for day in days))
    across = max(ACROSS, (len(months) + 1) // 2)
    stop = next((day.when for day in reversed(days) if day.code), None)
    blocks = "".join(
        _month(month, known, width, _Block(at % across >= across - 2, stop))
        for at, month in enumerate(months)
    )
    return (
        f'<div class="atlas-calendar" role="group" aria-label="{escape(title)}"'
        f' style="--across:{across}">{blocks}</div>'
    )


@dataclass(frozen=True)
class _Block:
    """Where a month stands: `end`, near the right edge; and the day that the Tab key stops at."""

    end: bool
    stop: date | None


def _month(month: tuple[int, int], known: Mapping[date, Day], width: int, block: _Block) -> str:
    head = "".join(
        f'<th scope="col" abbr="{escape(whole)}">{escape(letter)}</th>'
        for letter, whole in weekday_letters(width)
    )
    weeks = (week[:width] for week in Calendar().monthdatescalendar(*month))
    rows = "".join(
        "<tr>"
        + "".join(_cell(known.get(day) if day.month == month[1] else None, block) for day in week)
        + "</tr>"
        for week in weeks
        if any(day.month == month[1] for day in week)
    )
    name = escape(month_text(date(*month, 1)))
    kind = ' class="end"' if block.end else ""
    return (
        f"<table{kind}><caption>{name}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _cell(day: Day | None, block: _Block) -> str:
    """HTML of a day; empty for one of another month, or that the figures do not reach."""
    if day is None:
        return "<td></td>"
    scale, words = attendance_scale(), escape(day.words)
    colour = scale.colours[scale.codes.index(day.code)] if day.code else NO_SCHOOL_COLOUR
    hidden = colour == NOT_SHOWN_COLOUR
    kind = "off" if not day.code else "none" if hidden else "told"
    look = "" if hidden else f"background:{colour};color:{ink_on(colour)}"
    number = str(day.when.day) if day.code else "\N{MIDDLE DOT}"
    stop = 0 if day.when == block.stop else -1
    return (
        f'<td class="{kind}" tabindex="{stop}" style="{look}" data-day="{day.when.isoformat()}"'
        f' data-tip="{words}" aria-label="{words}">{number}</td>'
    )


def marks(days: Sequence[Day]) -> str:
    """HTML of the line of the legend for days without school; "" where there are none."""
    off = sum(not day.code for day in days)
    if not off:
        return ""
    words = escape(f"{text(OFF)} ({count_text(off)})")
    swatch = f'<i class="box" style="background:{NO_SCHOOL_COLOUR}"></i>'
    line = f'<span role="listitem">{swatch}{words}</span>'
    return f'<div class="legend"><div role="list">{line}</div></div>'

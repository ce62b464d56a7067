"""Days, months and weekdays as people write them, in the language of this run."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date, format_skeleton

from ui.languages import language, spoken

WEEKDAYS = 5
"""Days of a school week; Saturday and Sunday follow where a place has school on them."""


def day_text(day: date) -> str:
    """Write a day with its year: "October 5, 2015"."""
    return format_date(day, "long", _locale())


def weekday_text(day: date) -> str:
    """Write a day with its weekday and no year: "Mon, Oct 5"."""
    return format_skeleton("MMMEd", day, locale=_locale())


def month_text(day: date) -> str:
    """Write the month of a day: "October"."""
    return str(format_date(day, "LLLL", _locale())).capitalize()


def weekday_letters(count: int = WEEKDAYS) -> tuple[tuple[str, str], ...]:
    """Give the letter and the name of the first weekdays, Monday first."""
    days = language(spoken()).locale.days["stand-alone"]
    return tuple((days["narrow"][index], days["wide"][index]) for index in range(count))


def _locale() -> str:
    return str(language(spoken()).locale)

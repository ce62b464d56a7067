"""The calendar: every day in its class, days without school named, nothing hidden in a class."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from tests.colours import contrast
from ui import languages
from ui.maps.scales import NOT_SHOWN, ink_on
from ui.this_year import calendar

DATES = pd.to_datetime(["2025-09-03", "2025-09-04", "2025-09-05", "2025-09-08", "2025-10-01"])


def table(attended: list[float | None], status: str = "reported") -> pd.DataFrame:
    states = ["missing" if each is None else status for each in attended]
    return pd.DataFrame(
        {"attended": pd.Series(attended, dtype=float), "students": 1_234, "status": states}
    ).set_axis(DATES[: len(attended)], axis=0)


def cells(html: str) -> dict[str, str]:
    return dict(re.findall(r'data-day="([\d-]+)"[^>]* aria-label="([^"]*)"', html))


@pytest.mark.parametrize(
    ("attended", "words"),
    [
        (1.0, "95 % or more at school"),
        (0.95, "95 % or more at school"),
        (0.9499, "92 to under 95 %"),
        (0.92, "92 to under 95 %"),
        (0.9, "90 to under 92 %"),
        (0.8999, "85 to under 90 %"),
        (0.85, "85 to under 90 %"),
        (0.8499, "under 85 %"),
        (0.0, "under 85 %"),
    ],
)
def test_a_day_is_in_the_class_that_its_words_say(attended: float, words: str) -> None:
    (day,) = calendar.days_of(table([attended]), [])
    scale = calendar.attendance_scale()
    assert scale.words[scale.codes.index(day.code)] == words.replace(" %", languages.PERCENT)
    assert sum(calendar.counts([day]).values()) == 1


def test_every_weekday_is_there_once_and_says_what_it_was() -> None:
    days = calendar.days_of(table([0.91, None, 0.8, 0.96, 0.9]), [date(2025, 9, 9)])
    found = cells(calendar.html(days, "a title"))
    weekdays = [each.date().isoformat() for each in pd.bdate_range(DATES[0], DATES[-1])]
    assert list(found) == weekdays
    assert found["2025-09-03"].endswith("91.0\xa0% of 1,234 at school")
    assert found["2025-09-04"].endswith("not shown: too few schools have a figure")
    assert found["2025-09-09"].endswith(": no school day")
    assert found["2025-09-10"].endswith(calendar.OFF)
    counts = calendar.counts(days)
    assert counts[NOT_SHOWN] == 1
    assert sum(counts.values()) == 5
    assert f"({len(weekdays) - 5})" in calendar.marks(days)


def test_what_is_withheld_is_drawn_in_no_class() -> None:
    html = calendar.html(calendar.days_of(table([None, 0.5]), []), "t")
    hidden = re.search(r'<td class="none"[^>]*style=""[^>]*data-day="2025-09-03"', html)
    assert hidden
    shown = re.search(r'<td class="told"[^>]*background:(#\w+)[^>]*data-day="2025-09-04"', html)
    assert shown
    assert shown[1] == calendar.attendance_scale().colours[4]


def test_a_small_group_is_said_to_be_small_and_no_number_of_it_is_sent() -> None:
    hidden = table([None]).assign(status="suppressed", students=pd.NA)
    html = calendar.html(calendar.days_of(hidden, []), "t")
    assert "fewer than the least number of students" in html
    assert "1,234" not in html


def test_a_name_cannot_be_markup() -> None:
    html = calendar.html(calendar.days_of(table([0.9]), []), '<b>"x"')
    assert "<b>" not in html


def test_saturdays_have_their_column_where_there_is_school_on_them() -> None:
    dates = pd.DatetimeIndex(["2025-09-05", "2025-09-06"])
    days = calendar.days_of(table([0.9, 0.9]).set_axis(dates, axis=0), [])
    html = calendar.html(days, "t")
    assert html.count("<th ") == 7
    assert len(cells(html)) == 2


def test_one_day_takes_the_tab_key() -> None:
    days = calendar.days_of(table([0.9, 0.9, 0.9, 0.9, 0.9]), [])
    html = calendar.html(days, "t")
    assert re.findall(r'tabindex="0"[^>]*data-day="([\d-]+)"', html) == ["2025-10-01"]


def test_numbers_can_be_read_on_every_class() -> None:
    scale = calendar.attendance_scale()
    for colour in (*scale.colours[:-1], calendar.NO_SCHOOL_COLOUR):
        assert contrast(ink_on(colour), colour) >= 4.5, colour


def test_months_and_weekdays_are_in_the_readers_language() -> None:
    days = calendar.days_of(table([0.9]), [])
    try:
        languages.speak("es")
        html = calendar.html(days, "t")
    finally:
        languages.speak("")
    assert "<caption>Septiembre</caption>" in html
    assert 'abbr="miércoles"' in html


def test_of_no_day_nothing_is_drawn() -> None:
    assert calendar.days_of(table([]), []) == ()
    assert "<table" not in calendar.html((), "t")

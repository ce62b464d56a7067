"""The page This year on a made year: its figures are those of its table, nothing later is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data.in_year import store
from data.panel import load_panel
from tests.app.test_pages import EMPTY, words
from tests.canary import opened, said
from tests.in_year_store import FELL, HOLIDAY, LAST, NOW, SHUT, made_year, year_home
from tests.reading import EIGHT, grade
from ui import queries
from ui.charts.style import spec_of
from ui.queries import in_year
from ui.report.brief import brief
from ui.report.charts import chart
from ui.report.picture import lines
from ui.this_year import block
from ui.this_year import words as year_words
from ui.this_year.calendar import attendance_scale
from ui.this_year.charts import calendar_chart
from ui.words.numbers import percent_text, points_text


@pytest.fixture
def home(demo_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path / "home"))
    return year_home(demo_path, tmp_path / "home")


@pytest.fixture
def page(home: Path) -> Callable[..., AppTest]:
    assert home.is_dir()
    return lambda **query: opened("this_year", **{"folds": False, **query})


def answer(test: AppTest) -> str:
    bodies = [element.proto.body for element in test.get("html")]
    (found,) = (body for body in bodies if "atlas-answer" in body)
    return re.sub("<[^>]+>", "", found)


def cells(test: AppTest) -> dict[str, str]:
    (grid,) = (e.proto.body for e in test.get("html") if '"atlas-calendar"' in e.proto.body)
    return dict(re.findall(r'data-day="([\d-]+)"[^>]* aria-label="([^"]*)"', grid))


def by_hand(year: str, until: str = "2026", school: str | None = None) -> float:
    """Attendance to date of a year, from the table alone."""
    days = store.load("demo").days
    rows = days[
        days["school_year"].eq(year) & days["place_day"].eq("open") & days["date"].le(until)
    ]
    rows = rows[rows["enrolled"].gt(10)]
    if school:
        rows = rows[rows["place_id"].eq(school)]
    weight = rows["enrolled"].astype(float)
    return float((rows["attended"] * weight).sum() / weight.sum())


def test_the_answer_is_that_of_the_table(page: Callable[..., AppTest]) -> None:
    test = page(folds=True)
    assert not test.exception
    told = answer(test)
    assert percent_text(by_hand(NOW)) in told
    assert "about as in 2024-25" in told
    assert "720 of 4,000" in told, "on track: both districts of the newest month"
    assert "on track to be chronically absent" in told
    assert "are chronically absent" not in words(test)
    assert grade(told, ["Hartwell County", "Esperanza County"]) <= EIGHT
    assert not re.search(EMPTY, words(test))


def test_every_day_is_a_cell_and_holidays_are_named(page: Callable[..., AppTest]) -> None:
    found = cells(page())
    weekdays = pd.bdate_range("2025-09-03", "2025-11-20").strftime("%Y-%m-%d")
    assert list(found) == list(weekdays)
    assert found[HOLIDAY].endswith("no school, or nothing published")
    assert found[SHUT].endswith("no school day")
    days = store.load("demo").days
    for day in ("2025-09-03", "2025-10-31"):
        rows = days[days["date"].eq(day) & days["enrolled"].gt(10)]
        share = (rows["attended"] * rows["enrolled"].astype(float)).sum() / rows["enrolled"].sum()
        assert percent_text(float(share)) in found[day]


def test_a_school_has_its_own_calendar_and_card(page: Callable[..., AppTest]) -> None:
    school = store.load("demo").days["place_id"].unique()[FELL]
    test = page(focus=school)
    own = by_hand(NOW, school=school)
    assert percent_text(own) in answer(test)
    card = next(e.proto.body for e in test.get("html") if "atlas-card" in e.proto.body)
    days = store.load("demo").days
    until = days.loc[days["school_year"].eq(LAST) & days["place_day"].eq("open"), "date"].unique()
    same = sorted(until)[len(cells(test)) - 3]  # two weekdays of the calendar had no school
    change = own - by_hand(LAST, until=same, school=school)
    assert change == pytest.approx(-0.06, abs=0.01)
    assert points_text(change) in card


def test_the_school_that_fell_leads_the_list_and_the_others_are_not_named(
    page: Callable[..., AppTest],
) -> None:
    test = page()
    rows = [each for each in test.button if str(each.key).startswith("row-")]
    fell = store.load("demo").days["place_id"].unique()[FELL]
    assert rows[0].key == f"row-{fell}"
    assert "\N{BLACK DOWN-POINTING TRIANGLE}" in rows[0].label
    assert len(rows) < 6, "what chance does to the others is not named"
    rows[0].click().run()
    assert any("beyond noise" in e.proto.body for e in test.get("html"))


def test_a_place_without_figures_says_the_next_step_to_who_reads(
    demo_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "demo").symlink_to(demo_path)
    test = opened("this_year")
    assert "has no figures here" in answer(test)
    assert "python -m data.update demo" in answer(test)
    monkeypatch.setenv("ATLAS_ROLE", "viewer")
    told = answer(opened("this_year"))
    assert "python" not in told
    assert "Ask who publishes them" in told
    assert len(said(test)) > 1_000


@pytest.mark.usefixtures("home")
def test_late_figures_are_said_in_red_and_a_year_that_is_over_is_framed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def bodies(today: str) -> str:
        monkeypatch.setattr("ui.this_year.words.today", lambda _: pd.Timestamp(today).date())
        return " ".join(
            element.proto.body for element in opened("this_year", folds=False).get("html")
        )

    fresh, late, over = map(bodies, ("2025-11-21", "2025-12-05", "2026-09-05"))
    assert "atlas-late" not in fresh
    assert "atlas-over" not in fresh
    assert "class='atlas-late'" in late
    assert "newer ones were promised by now" in late
    assert "class='atlas-over'" in over
    assert "That school year is over" in over
    assert "a year that is over" in over
    assert "atlas-late" not in over


def test_what_went_wrong_with_the_last_update_is_on_the_page(page: Callable[..., AppTest]) -> None:
    store.note("demo", "2025-11-22T06:00Z", "the address gave an empty file.")
    assert "The last update changed nothing: the address gave an empty file." in words(page())


@pytest.mark.usefixtures("home")
def test_nothing_after_the_day_of_the_figures_is_sent(demo_path: Path) -> None:
    panel = load_panel(demo_path / "protected")
    told = []
    for until in ("2025-09-30", "2025-10-31"):
        store.save("demo", made_year(panel, until, months=False))
        test = opened("this_year")
        sent = said(test)
        last = max(cells(test))
        assert last == until
        assert percent_text(by_hand(NOW, until)) in answer(test)
        later = [day for day in re.findall(r"2025-\d\d-\d\d", sent) if day > until]
        assert later == []
        told.append(answer(test))
    assert told[0] != told[1]


@pytest.mark.usefixtures("home")
def test_without_an_earlier_year_no_change_is_claimed(demo_path: Path) -> None:
    full = made_year(load_panel(demo_path / "protected"))
    own = full.days[full.days["school_year"].eq(NOW)]
    store.save("demo", replace(full, days=own))
    test = opened("this_year")
    assert not test.exception
    assert "2024-25" not in answer(test)
    assert "No forecast: it takes 2 more whole earlier years." in words(test)
    assert "There is no earlier year here" in words(test)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("schools", "until"), [(3, "2025-09-10"), (1, "2025-09-03")])
def test_a_few_schools_and_days_are_enough_and_nothing_is_made_of_them(
    demo_path: Path, schools: int, until: str
) -> None:
    full = made_year(load_panel(demo_path / "protected"), until, months=False)
    few = full.days["place_id"].isin(full.days["place_id"].unique()[:schools])
    store.save("demo", replace(full, days=full.days[few & full.days["date"].le(until)]))
    test = opened("this_year")
    assert not test.exception
    told = words(test)
    assert not re.search(EMPTY, told)
    assert "Nothing moved beyond noise" in told
    assert "Waves are not looked for yet" in told
    assert [each for each in test.button if str(each.key).startswith("row-")] == []


@pytest.mark.usefixtures("home")
def test_months_alone_tell_who_is_on_track_and_draw_no_day(demo_path: Path) -> None:
    full = made_year(load_panel(demo_path / "protected"))
    store.save("demo", replace(full, days=full.days.iloc[:0]))
    test = opened("this_year")
    assert not test.exception
    assert "720 of 4,000" in answer(test)
    assert "there are no days to draw" in words(test)
    assert "no school day" not in words(test)


def test_a_part_of_the_place_has_its_calendar_and_the_list_of_its_schools(
    page: Callable[..., AppTest],
) -> None:
    everywhere = page()
    within = next(each for each in everywhere.selectbox if each.key == "within").options[1]
    test = page(within=within)
    assert not test.exception
    assert answer(test).startswith(f"{within}: ")
    assert answer(test) != answer(everywhere)
    keys = [{str(each.key) for each in one.button} for one in (test, everywhere)]
    assert "back" not in keys[0], "no card stands in the place of the list"
    rows = [{key for key in each if key.startswith("row-")} for each in keys]
    assert rows[0] <= rows[1]


def test_one_fact_has_one_number_in_sentence_table_card_and_meeting(
    page: Callable[..., AppTest],
) -> None:
    test, row = page(folds=True), made_months_sum()
    whole = percent_text(by_hand(NOW))
    assert whole in answer(test)
    meeting = opened("overview", folds=False, present="1", slide="this_year")
    headline = next(e.proto.body for e in meeting.get("html") if "room-head" in e.proto.body)
    assert re.sub("<[^>]+>", "", headline).endswith(answer(test))
    tables = [each.value for each in test.dataframe]
    months = next(table for table in tables if "On track" in table.columns)
    assert months.iloc[-1]["On track"].strip() == f"{row[0]:,}"
    assert f"{row[0]:,} of {row[1]:,}" in answer(test)
    days = next(table for table in tables if "Publisher's own" in table or "Day" in table.columns)
    shown = dict(zip(days["Day"], days["At school"].str.strip(), strict=True))
    cell = cells(test)["2025-10-31"]
    assert f": {shown['2025-10-31']} of " in cell
    caption = next(
        each.value for each in test.caption if "with figures in both years" in each.value
    )
    assert f"{NOW} at {whole}" in re.sub(r"\\(?=[^\w\s])", "", caption)


def made_months_sum() -> tuple[int, int]:
    """Students on track, and all, at the end of the newest month: both districts."""
    months = store.load("demo").months
    newest = months[months["month"].eq(months["month"].max())]
    return int(newest["chronic"].sum()), int(newest["students"].sum())


@pytest.mark.usefixtures("home")
def test_the_picture_has_every_day_in_the_class_of_the_page() -> None:
    view = queries.choices("demo").default()
    days = block.days(view)
    drawn = spec_of(calendar_chart(days, "Days"))
    (rows,) = drawn["datasets"].values()
    scale = attendance_scale()
    told = dict(zip(scale.codes, scale.words, strict=True))
    known = [(each["number"], each["known"]) for each in rows if each["number"]]
    assert known == [(str(day.when.day), told[day.code]) for day in days if day.code]
    content = chart(view, "calendar", "svg", date(2026, 12, 1)).decode()
    assert f"Students at school each day, Halcyon County, {NOW}" in content
    under = lines(view, "", date(2026, 12, 1), in_year.figures(view).sources)
    assert "chronic" not in " ".join(under).lower(), "days at school, not chronic absence"


@pytest.mark.usefixtures("home")
def test_a_brief_tells_of_the_year_as_its_page_does() -> None:
    view = queries.choices("demo").default()
    made = brief(view, "area", date(2026, 12, 1))
    table = made.story.tables[-1]
    assert table.title == f"The school year {NOW} so far: Halcyon County"
    assert [row for row in year_words.facts(view) if row not in table.rows] == []
    assert any("Figures up to" in figure for _, figure in table.rows)
    assert len(made.sources) > len(queries.panel(view).sources)

"""Places whose absence is by district: every page, what it says, and that its numbers are one."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.panel import Panel
from tests import district_places as made
from tests.app.test_pages import EMPTY, words
from ui import languages, queries
from ui.frame import OPEN_ALL
from ui.languages import in_english
from ui.navigation import NO_TRACTS, OF_SCHOOLS
from ui.present.views import OF_DISTRICTS, OF_YEAR
from ui.report.analysis import analysis
from ui.report.brief import brief
from ui.report.files import files
from ui.report.pdf import appendix_pdf, brief_pdf
from ui.report.picture import picture
from ui.report.slides import brief_slides
from ui.selection import Selection

ROOT = Path(__file__).parents[2]
PLACES = (made.SLUG, made.BARE)
OF_HERE = [name for name in OF_DISTRICTS if name != OF_YEAR]
"""Views of places that have no figures of this year."""
PAGES = (
    *("overview", "schools", "priorities", "plan", "goals", "did_it_work"),
    *("this_year", "voices", "workshop", "data_quality", "methods"),
)
YEAR = "2023-24"
SCHOOLS = re.compile(r"\b(?:schools?|tracts?|neighbou?rhoods?)\b", re.IGNORECASE)
OF_LEARNING = re.compile(
    r"\bschool (?:years?|days)|(?:year of|to|much|give) school\b|Charter School Institute"
    r"|without tracts|by school \(made up|Schools, neighbourhoods|New York City(?:'s|,) schools"
    r"|Sources:.*",
    re.IGNORECASE,
)
"""School as what children go to, names of places, and what is said to be unlike inside."""
ABOUT_SCHOOLS = ("plan", "methods", "data_quality")
"""Pages that rightly speak of schools: strategies work there, and methods say what is not known."""
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def store(demo_panel: Panel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("districts")
    made.store(demo_panel, home)
    return home


@pytest.fixture
def opened(store: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setenv("ATLAS_HOME", str(store))

    def open_page(place: str, page: str = "overview", **query: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
        test.session_state[OPEN_ALL] = True
        for name, value in {"area": place, **query}.items():
            test.query_params[name] = value
        if page != "overview":
            test.switch_page(f"pages/{page}.py")
        return test.run()

    yield open_page
    languages.report("school")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_and_speaks_of_districts(opened: Open, place: str, page: str) -> None:
    test = opened(place, page)
    assert not test.exception
    assert not test.error
    said = words(test)
    assert "Sources:" in said
    assert not re.search(EMPTY, said), said
    assert "district" in said
    claims = [each for each in re.findall(r"[^.]*hot spots?[^.]*\.", said) if " no " not in each]
    assert claims == []
    if page not in ABOUT_SCHOOLS:
        assert not (left := SCHOOLS.findall(OF_LEARNING.sub("", said))), (left, said)


@pytest.mark.parametrize("page", sorted(OF_SCHOOLS))
def test_a_page_that_cannot_be_true_says_why_and_where_to_go(opened: Open, page: str) -> None:
    test = opened(made.SLUG, page)
    assert not test.exception
    said = words(test)
    assert OF_SCHOOLS[page] in html.unescape(said)
    assert not test.expander
    assert "How sure are we?" not in said


def test_conditions_are_there_with_tracts_alone(opened: Open) -> None:
    with_tracts, without = (words(opened(place, "social_drivers")) for place in PLACES)
    assert "districts are compared, not students" in with_tracts
    assert NO_TRACTS not in with_tracts
    assert NO_TRACTS in without


def test_totals_are_those_of_the_schools_that_were_pooled(opened: Open, demo_panel: Panel) -> None:
    rows = demo_panel.absence
    rows = rows[rows["status"].eq("reported") & rows["school_year"].eq(YEAR)]
    of = made.district_of_school(demo_panel, made.district_of_tract(demo_panel))
    here = rows[rows["school_id"].map(of).ne(made.NOBODY)]
    inside = here[here["school_id"].map(of).ne(made.TINY)]
    x, n = (int(inside[name].sum()) for name in ("chronic_absent", "enrolled"))
    count = inside["school_id"].map(of).nunique() + 1  # the tiny one is made up: 4 of 9 students
    said = words(opened(made.BARE, year=YEAR))
    assert f"{x + 4:,} of {n + 9:,} students in {count} districts" in said


@pytest.mark.parametrize("place", PLACES)
def test_one_fact_has_one_number(opened: Open, place: str) -> None:
    overview = words(opened(place, year=YEAR))
    absent, students, count = re.search(
        r"([\d,]+) of ([\d,]+) students in (\d+) districts", overview
    ).groups()
    districts = opened(place, "schools", year=YEAR)
    table = next(each.value for each in districts.dataframe if "Chronically absent" in each.value)
    shown = table["Chronically absent"].str.replace(",", "").str.strip()
    known = shown[shown.str.fullmatch(r"\d+")].astype(int)
    tiny = 4  # in the sums, and too few to be shown
    assert known.sum() + tiny == int(absent.replace(",", ""))
    assert len(known) + 1 == int(count)
    rate = f"{100 * int(absent.replace(',', '')) / int(students.replace(',', '')):.1f}"
    assert f"from {rate} % in {YEAR}".replace(" %", languages.PERCENT) in words(
        opened(place, "goals")
    )
    quality = words(opened(place, "data_quality", year=YEAR))
    assert f"{len(known)} of {count} districts have a figure" in quality


def test_units_without_an_outline_are_listed_beside(opened: Open) -> None:
    said = words(opened(made.BARE, year=YEAR))
    assert "without an outline on the map: Charter School Institute" in said
    assert "1 district without an outline" in said


def test_a_small_district_is_hidden_and_every_outline_is_in_a_class(opened: Open) -> None:
    tiny = " ".join(words(opened(made.BARE, focus=made.TINY)).split())
    assert "D01 Unified District Chronically absent, 2021-22 not shown: too few students" in tiny
    counts = re.findall(r"(?:expected \([^)]*\)|not shown) \((\d+)\)", tiny)
    zones = queries.panel_of(queries.place(made.BARE)).zones
    assert sum(map(int, counts)) == len(zones)


@pytest.mark.parametrize(
    ("gap", "first"), [("student_group", "Multilingual"), ("grade", "Grade KG")]
)
def test_published_groups_and_grades_are_gaps(opened: Open, gap: str, first: str) -> None:
    test = opened(made.BARE, "priorities", gap=gap)
    assert not test.exception
    table = next(each.value for each in test.dataframe if "Points apart" in each.value)
    row = table[table["Name"].str.startswith(first)].iloc[0]
    assert row["Points apart"].startswith("+")


def test_fifths_of_a_condition_are_told_with_tracts(opened: Open) -> None:
    said = words(opened(made.SLUG, "priorities", gap="fifth"))
    assert "in the districts of the hardest fifth" in said
    assert "Each area counts with the share of its whole district" in said


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("slide", [*OF_HERE, "sure"])
def test_coalition_mode_has_only_views_that_can_be_true(
    opened: Open, place: str, slide: str
) -> None:
    test = opened(place, present="1", slide=slide, focus=made.LARGEST)
    assert not test.exception
    said = words(test)
    assert f"of {len(OF_HERE)}" in said
    assert not re.search(r"stands? out|checks|hot spot", said)


def test_spanish_has_districts_too(opened: Open) -> None:
    said = words(opened(made.BARE, "schools", lang="es"))
    assert "¿A qué distritos ayudar primero?" in said
    assert "escuelas" not in said.replace("escuelas de Nueva York", "")


def test_a_place_of_schools_opens_unchanged_after_one_of_districts(
    opened: Open, store: Path, demo_path: Path
) -> None:
    (store / "panels" / "demo").symlink_to(demo_path)
    assert "districts" in words(opened(made.BARE))
    after = words(opened("demo"))
    (store / "panels" / "demo").unlink()
    assert "115 schools of Halcyon County" in after


@pytest.mark.parametrize("scope", ["area", "school"])
@pytest.mark.usefixtures("opened")
def test_a_brief_is_of_districts(scope: str) -> None:
    view = queries.choices(made.SLUG).default()
    view = Selection(**{**vars(view), "focus": made.LARGEST if scope == "school" else ""})
    told = brief(view, scope, date(2026, 1, 2))
    said = " ".join((told.story.question, told.story.answer, *told.story.sure, *told.story.unsaid))
    assert "district" in said
    assert not SCHOOLS.findall(OF_LEARNING.sub("", told.story.answer))
    for make in (brief_pdf, appendix_pdf, brief_slides):
        assert len(make(told)) > 5_000
    made_again = in_english(
        lambda: files(analysis(view, scope, date(2026, 1, 2))), queries.panel(view).area.reports
    )
    assert {"districts.csv", "districts.gpkg"} <= set(made_again)
    assert "The publisher's id of the district." in made_again["districts-about.csv"].decode()
    drawn = in_english(
        lambda: picture(told.story.view, told.story.page, "svg", date(2026, 1, 2)), "district"
    )
    assert b"district" in drawn

"""The page of a nation: its counties, the way to the place of each, and what it does not have."""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.nation.summary import manifest_hash
from data.panel import PROTECTED
from tests import nation_places as made
from tests.app.test_pages import EMPTY, words
from tests.page_names import OF_A_PLACE
from ui import languages, queries
from ui.frame import OPEN_ALL
from ui.maps.geometry import STATIC
from ui.navigation import FIRST, OF_PARTS
from ui.queries import nation
from ui.selection import from_query, short_query

ROOT = Path(__file__).parents[2]
LACKING = tuple(name for name in OF_A_PLACE if name != "overview")
FIGURE = re.compile(r"[\d.]+.% \(as its schools differ: [\d.]+–[\d.]+\), [\d,]+ of [\d,]+ students")
Open = Callable[..., AppTest]


@pytest.fixture
def opened(nation_store: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setenv("ATLAS_HOME", str(nation_store))

    def open_page(page: str = "overview", *, folds: bool = False, **query: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
        if folds:
            test.session_state[OPEN_ALL] = True
        for name, value in {"area": made.NATION, **query}.items():
            test.query_params[name] = value
        if page != "overview":
            test.switch_page(f"pages/{page}.py")
        return test.run()

    yield open_page
    languages.report("school")


def said_of(test: AppTest) -> str:
    assert not test.exception
    assert not test.error
    return " ".join(html.unescape(words(test)).split())


def test_a_nation_opens_before_its_parts(opened: Open) -> None:
    assert "places that count alike" in said_of(opened())
    assert list(queries.places()) == [made.NATION, *made.STATES]


def test_the_name_of_the_first_page_leads_to_the_counties_too(opened: Open) -> None:
    test = opened()
    test._page_hash = calc_hash(FIRST)  # of a link to /overview: it has no script to switch to
    assert "places that count alike" in said_of(test.run())


@pytest.mark.parametrize("year", made.YEARS)
def test_the_overview_opens_on_the_county_map(opened: Open, year: str) -> None:
    said = said_of(opened(folds=True, year=year))
    assert f"Share of students chronically absent by county, {year}" in said
    assert "in 2 places that count alike" in said
    assert not re.search(EMPTY, said)
    table = opened(folds=True, year=year).dataframe[0].value
    assert len(table) == 6
    gamma = table[table["Part of"].eq("State gamma")]
    wanted = "no: its state defines absence otherwise" if year < "2022-23" else "no figure of this"
    assert gamma["Compared"].str.startswith(wanted).all()


def test_what_stands_apart_is_drawn_apart_and_in_no_list(opened: Open) -> None:
    test = opened(year="2021-22")
    said = said_of(test)
    assert "counted otherwise, not compared (2)" in said
    assert "Counted otherwise: State gamma." in said
    listed = [each.label for each in test.button if each.key and each.key.startswith("row-")]
    assert listed
    assert not any("gamma" in each for each in listed)
    latest = said_of(opened())
    assert "Without a figure of this year: State gamma." in latest
    assert "the last year of its state is 2021-22" in said_of(opened(focus="34001"))


@pytest.mark.parametrize(("county", "slug", "name"), [("10001", "alpha", "Alpha West")])
def test_a_county_leads_to_its_state_where_it_has_the_same_figure(
    opened: Open, county: str, slug: str, name: str
) -> None:
    here = opened(focus=county, year="2021-22")
    figure = FIGURE.search(said_of(here))
    assert figure
    there = here.button(key="open-part").click().run()
    assert not there.exception
    assert there.query_params["area"] in (slug, [slug])
    assert there.query_params["focus"] in (f"in:{name}", [f"in:{name}"])
    assert there.query_params["year"] in ("2021-22", ["2021-22"])
    assert figure[0] in said_of(there)


def test_a_county_that_its_place_hides_is_not_shown(opened: Open) -> None:
    said = said_of(opened(focus="24001"))
    assert "Beta West, State beta Chronically absent not shown: " in said
    assert not FIGURE.search(said)


@pytest.mark.parametrize("page", LACKING)
def test_a_page_of_schools_or_tracts_says_why_and_where_to_go(opened: Open, page: str) -> None:
    test = opened(page)
    assert OF_PARTS in said_of(test)
    assert not test.expander


def test_a_place_of_its_own_is_no_nation(opened: Open) -> None:
    for page in ("overview", "nation"):
        said = said_of(opened(page, area="alpha"))
        assert "in 24 schools of State alpha" in said
        assert "places that count alike" not in said


def test_a_share_link_opens_the_county_again(opened: Open) -> None:
    said_of(opened(focus="10003", year="2021-22"))
    offered = queries.choices(made.NATION)
    view = replace(offered.default(), focus="10003", year="2021-22")
    query = short_query(view, offered.default())
    assert query == {"area": made.NATION, "year": "2021-22", "focus": "10003"}
    assert from_query(query, offered) == (view, ())
    assert "Alpha East, State alpha" in said_of(opened(**query))


def test_a_county_is_found_by_its_name(opened: Open) -> None:
    test = opened()
    found = test.text_input(key="search").set_value("gamma east").run()
    assert "Gamma East, State gamma" in said_of(found)
    none = opened().text_input(key="search").set_value("nowhere").run()
    assert any("No county here is called" in each.value for each in none.caption)


def test_it_speaks_spanish_and_is_not_presented(opened: Open) -> None:
    test = opened(lang="es", focus="34001", year="2021-22", present="1", folds=True)
    said = said_of(test)
    assert "contado de otra manera, no se compara (2)" in said
    assert "Comparado con otros estados no: su estado define el ausentismo de otra manera" in said
    assert not [each for each in test.button if each.key == "present-on"]


def test_a_part_that_was_built_again_is_left_out(
    opened: Open, nation_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(shutil.copytree(nation_store, tmp_path / "home"))
    manifest = home / "panels" / "alpha" / PROTECTED / "manifest.json"
    before = manifest_hash(manifest.parent)
    text = manifest.read_text("utf-8").replace('"Made up"', '"Made up anew"')
    manifest.write_text(text, encoding="utf-8")
    assert manifest_hash(manifest.parent) != before
    monkeypatch.setenv("ATLAS_HOME", str(home))
    os.utime(home / "panels" / made.NATION / "manifest.json")
    said = said_of(opened(focus="10001"))
    assert "left out until it is built again: State alpha." in said
    assert "not shown: its state was built again after this map" in said


def test_the_first_paint_of_counties_is_small(opened: Open) -> None:
    said_of(opened())
    view = queries.choices(made.NATION).default()
    geometry = queries.geometry(view)
    files = {each.stem for each in (STATIC / geometry.folder).iterdir()}
    assert {"areas", "counties-marks", "counties-hatch", "boundaries", "names"} <= files
    assert "tracts" not in files
    assert len(nation.view(view).counties) == 6

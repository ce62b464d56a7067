"""Places that a real county seldom is: tiny, withheld, without homes or drivers, over the line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.assemble.panel import make_panel
from data.build import store_panel
from data.store.protected import protect_panel
from tests.page_names import OF_A_PLACE
from tests.small_places import SmallPlace
from ui.frame import OPEN_ALL

ROOT = Path(__file__).parents[2]
NOTHING = "No school has a figure to show in this view"
PLACES = (
    SmallPlace("one", columns=1, rows=1, schools=3),
    SmallPlace("two", columns=2, rows=1, schools=1),
    SmallPlace("nine", columns=3, rows=3, schools=5),
    SmallPlace("twelve", columns=4, rows=3, schools=2),
    SmallPlace("dateline", west=179.97, south=52, crs="EPSG:3338"),
    SmallPlace("nodrivers", measures=()),
    SmallPlace("nobody", rate=0.0),
    SmallPlace("everybody", rate=1.0),
    SmallPlace("unlevelled", levels=("unknown",)),
)
FOLDED = PLACES if os.environ.get("ATLAS_VERIFY") else (PLACES[0], *PLACES[5:7])
"""Places whose folds are opened: all of them takes two minutes, under `make verify`."""
WITHHELD = (
    (SmallPlace("year", withheld=(("2018-19", ""),)), {}, "Choose another school year: 2017-18."),
    (SmallPlace("level", withheld=(("", "high"),)), {"level": "high"}, "No other school year"),
    (SmallPlace("all", withheld=(("", ""),)), {}, "No other school year"),
)

Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of small places, each built when it is first opened."""
    return tmp_path_factory.mktemp("small-places")


@pytest.fixture
def opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Build a small place where it is not yet, and open a page of it."""
    monkeypatch.setenv("ATLAS_HOME", str(home))
    # Sites chosen again for redraws take half of the Plan's time and have tests of their own.
    monkeypatch.setattr("data.views.site_search.BUDGET_SECONDS", 0.0)

    def open_page(place: SmallPlace, page: str, *, folds: bool = False, **query: str) -> AppTest:
        folder = home / "panels" / place.slug
        if not folder.is_dir():
            raw = make_panel(place.tables())
            store_panel(raw, protect_panel(raw), folder)
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
        if folds:
            test.session_state[OPEN_ALL] = True
        for name, value in {"area": place.slug, **query}.items():
            test.query_params[name] = value
        if page != "overview":  # as a link to a page is opened, not by way of the first one
            test.switch_page(f"pages/{page}.py")
        return test.run()

    return open_page


def words(test: AppTest) -> str:
    """What a page says, without markup."""
    return re.sub(r"<[^>]+>", " ", " ".join(each.proto.body for each in test.get("html")))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.slug)
def test_every_page_of_a_small_place_runs(opened: Open, place: SmallPlace) -> None:
    for page in OF_A_PLACE:
        test = opened(place, page)
        assert not test.exception, page
        assert not test.error, page
        empty = re.search(r".{40}(\bnan\b|\bNone\b|\binf\b|<NA>|[-−]0\.0\b).{40}", words(test))
        assert empty is None, (page, empty)


@pytest.mark.parametrize("place", FOLDED, ids=lambda place: place.slug)
@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("priorities", {}),
        ("priorities", {"list_of": "group", "gap": "district"}),
        ("priorities", {"list_of": "school", "gap": "level", "weights": "333333"}),
        ("plan", {"site_floor": "0.5"}),
        ("goals", {"goals_of": "school", "goal": "own"}),
    ],
)
def test_folds_of_a_small_place_open(
    opened: Open, place: SmallPlace, page: str, query: dict[str, str]
) -> None:
    test = opened(place, page, folds=True, **query)
    assert not test.exception
    assert not test.error


@pytest.mark.parametrize("page", OF_A_PLACE)
@pytest.mark.parametrize(("place", "query", "offer"), WITHHELD, ids=["year", "level", "all"])
def test_a_view_without_figures_says_so_and_offers_another_year(
    opened: Open, place: SmallPlace, query: dict[str, str], offer: str, page: str
) -> None:
    test = opened(place, page, **query)
    assert not test.exception
    said = words(test)
    without = ("goals", "did_it_work") if offer.startswith("Choose") else ()  # a year to choose
    others = ("this_year", "voices", "workshop")  # of other figures
    if page in ("schools", "plan", "data_quality", "methods", *others, *without):
        assert NOTHING not in said
    else:
        assert NOTHING in said
        assert "(Withheld by the publisher)" in said
        assert offer in said


@pytest.mark.parametrize("page", ["goals", "did_it_work"])
def test_a_page_without_a_year_goes_on_where_the_linked_year_has_no_figures(
    opened: Open, page: str
) -> None:
    place = SmallPlace("year", withheld=(("2018-19", ""),))
    test = opened(place, page, year="2018-19")
    assert not test.exception
    assert "Choose another school year" not in words(test)
    assert len(test.expander) > 2


def test_a_place_too_small_for_circles_says_so(opened: Open) -> None:
    test = opened(PLACES[2], "hot_spots", method="scan")
    assert not test.exception
    assert "too small for a scan" in words(test)
    assert not opened(PLACES[2], "why_here", method="scan").exception


@pytest.mark.parametrize("method", ["membership", "gi_star", "local_moran"])
def test_a_place_where_everybody_is_absent_has_no_hot_tract(opened: Open, method: str) -> None:
    test = opened(PLACES[7], "hot_spots", method=method)
    assert not test.exception
    assert re.search(r"No (tract|group|clear|hot)|0 tracts", words(test))

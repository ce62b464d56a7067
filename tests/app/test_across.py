"""A place beside another on the Overview, and a place's own rules in Methods."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data.assemble.panel import make_panel
from data.build import store_panel
from data.store.protected import protect_panel
from tests.small_places import SmallPlace
from ui.tables.exports import About, about_csv, to_csv

ROOT = Path(__file__).parents[2]
Open = Callable[..., AppTest]
LOW = SmallPlace("low", columns=4, rows=4, schools=30, definition_rule="made_up")
HIGH = SmallPlace("high", columns=4, rows=4, schools=30, rate=0.35, definition_rule="made_up")
BARE = SmallPlace("bare", columns=4, rows=4, schools=30)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three made-up places, one of which names no rules."""
    home = tmp_path_factory.mktemp("across")
    for place in (LOW, HIGH, BARE):
        raw = make_panel(place.tables())
        store_panel(raw, protect_panel(raw), home / "panels" / place.slug)
    return home


@pytest.fixture
def opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page of a place, with choices of the link."""
    monkeypatch.setenv("ATLAS_HOME", str(home))

    def open_page(place: SmallPlace, *, page: str = "", fold: str = "", **query: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
        if fold:
            test.session_state[fold] = True
        for name, value in {"area": place.slug, **query}.items():
            test.query_params[name] = value
        if page:
            test.switch_page(f"pages/{page}.py")
        return test.run()

    return open_page


def words(test: AppTest) -> str:
    """What a page says, without markup."""
    said = [each.proto.body for each in test.get("html")] + [each.value for each in test.markdown]
    return re.sub(r"<[^>]+>", " ", " ".join(said)).replace("\\", "")


def test_the_fold_offers_the_other_places_and_the_choice_travels_in_the_link(opened: Open):
    test = opened(LOW, fold="fold-across")
    assert not test.exception
    box = test.selectbox(key="across")
    assert box.options == ["Choose a place", "Small bare", "Small high"]
    assert "compared where both count the same students" in words(test)
    test = box.select("high").run()
    assert not test.exception
    assert test.query_params["across"] == "high"


def test_a_link_opens_the_comparison_with_its_tables(opened: Open):
    test = opened(LOW, across="high")
    assert not test.exception
    assert not test.warning
    said = words(test)
    assert re.search(r"% of [\d,]+ students in Small low \(2018-19\) were chronically absent", said)
    assert re.search("same mix of school levels: \N{MINUS SIGN}[0-9]+[.][0-9] points", said)
    assert "Counted alike in both: absent on 10" in said
    assert "not why" in said
    titles = [each.value for each in test.header]
    assert "Small low and Small high, by school level" in titles
    assert any("Small low less Small high" in each for each in titles)
    table = next(each.value for each in test.dataframe if "Rate" in each.value.columns)
    assert list(table["Name"]) == ["Small low", "Small high"] * 4
    assert "All of these levels" in set(table["Level"])
    apart = next(each.value for each in test.dataframe if "Points apart" in each.value.columns)
    assert list(apart["School level"]) == ["Elementary", "High", "Middle", "All of these levels"]


def test_the_file_to_take_home_holds_both_places_and_explains_itself(
    opened: Open, monkeypatch: pytest.MonkeyPatch
):
    kept: list[tuple[str, str]] = []

    def offer(name: str, _: object, table: Callable[[], pd.DataFrame], told: About) -> None:
        if name == "comparison":
            kept.append((to_csv(table(), told).decode("utf-8-sig"), about_csv(told).decode()))

    monkeypatch.setattr("ui.tables.downloads.offer", offer)
    assert not opened(LOW, across="high").exception
    [(table, notes)] = kept
    rows = pd.read_csv(io.StringIO(table))
    assert set(rows["name"]) == {"Small low", "Small high"}
    assert rows["notice"].str.startswith("FICTIONAL").all()
    every = rows[rows["level"] == "all"]
    apart = every["rate"].iloc[0] - every["rate"].iloc[1]
    assert every["difference"].tolist() == pytest.approx([apart, apart])
    assert "not why" in notes
    assert "Low end of its 95 % range" in notes


def test_a_place_without_a_rule_is_refused_with_the_reason_and_what_would_help(opened: Open):
    said = words(opened(LOW, across="bare"))
    assert "Small low (2018-19) and Small bare (2018-19) are not compared" in said
    assert "No definition is known here for Small bare in 2018-19." in said
    assert "a page of the publisher that says how it counts" in said


def test_a_link_to_a_place_that_is_not_here_falls_back(opened: Open):
    test = opened(LOW, across="gone", fold="fold-across")
    assert not test.exception
    assert test.selectbox(key="across").value == ""


def test_the_comparison_and_the_refusal_are_said_in_spanish(opened: Open):
    said = words(opened(LOW, across="high", lang="es"))
    assert "Small low menos Small high" in said
    assert "Se cuenta igual en ambos" in said
    said = words(opened(LOW, across="bare", lang="es"))
    assert "no se comparan" in said


def test_methods_show_the_rules_of_the_place_or_that_none_is_known(opened: Open):
    test = opened(LOW, page="methods", fold="fold-definition")
    assert not test.exception
    assert any("Definition of chronic absence" in each.value for each in test.header)
    table = next(each.value for each in test.dataframe if "2022-23 on" in each.value.columns)
    assert list(table.iloc[0])[:2] == ["Threshold", "10\N{NO-BREAK SPACE}% or more"]
    said = words(opened(BARE, page="methods", fold="fold-definition"))
    assert "No rule is known for this place" in said

"""Every page runs, on the demo and on New York City, and says where its numbers come from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from streamlit.runtime.state import QueryParamsProxy
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from data.demo import tables as demo
from data.place.place import load_place
from data.views.hot_spots import power_of
from tests.page_names import OF_A_PLACE
from ui import frame, languages
from ui.hotspots import simulation as simulation_block
from ui.hotspots import words as hotspot_words
from ui.queries import hotspots as queries_hotspots
from ui.queries.stored import Shelf
from ui.selection import FIELDS, METHODS, NEIGHBOURS, Selection

ROOT = Path(__file__).parents[2]
PAGES = [name for name in OF_A_PLACE if name not in ("this_year", "workshop")]
"""Pages of a school year; the two others have tests of their own."""
PLACES = ("demo", *(pytest.param(each, marks=pytest.mark.mirror) for each in ("nyc", "oregon")))
DOUBT = "Do not act on this map"
EMPTY = r"\bnan\b|\bNone\b(?! of | lie)|\binf\b|<NA>"
"""Words of programs; "None of 80 schools" is a person's."""
OFFERED = [
    (method, null)
    for method in METHODS
    for null in Selection("demo", "2021-22", method=method).nulls() or ("schools",)
]


@pytest.fixture
def app(
    atlas_home: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., AppTest]]:
    monkeypatch.setenv("ATLAS_HOME", atlas_home()["ATLAS_HOME"])
    # Sites chosen again for redraws take half of the Plan's time and have tests of their own.
    monkeypatch.setattr("data.views.site_search.BUDGET_SECONDS", 0.0)

    def open_page(page: str = "overview", **query: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
        test.session_state[frame.OPEN_ALL] = True
        for name, value in query.items():
            test.query_params[name] = value
        if page != "overview":  # as a link to a page is opened, not by way of the first one
            test.switch_page(f"pages/{page}.py")
        return test.run()

    return open_page


def maps(test: AppTest) -> int:
    """How many maps a page draws; what a map is told apart from colours comes in other messages."""
    return sum('"library"' in element.proto.json for element in test.get("bidi_component"))


def words(test: AppTest) -> str:
    """Everything a page says, without markup."""
    parts = [element.value for element in (*test.title, *test.markdown, *test.warning, *test.info)]
    parts += [element.proto.body for element in test.get("html")]
    plain = re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", " ".join(parts), flags=re.S)
    # Text of files is written with marks that Markdown takes away again.
    return re.sub(r"\\(?=[^\w\s])|\N{WORD JOINER}", "", plain)


@pytest.fixture
def needs_place(request: pytest.FixtureRequest) -> Callable[[str], None]:
    def check(place: str) -> None:
        if place != "demo":
            request.getfixturevalue(f"{place}_path")

    return check


def definition(place: str) -> str:
    """Who is counted, as the place's publisher says it."""
    area = demo.AREA if place == "demo" else load_place(place).area
    return languages.unbroken(area.definition)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("page", PAGES)
def test_page_runs_with_question_answer_limits_and_sources(
    app: Callable[..., AppTest], needs_place: Callable[[str], None], place: str, page: str
) -> None:
    needs_place(place)
    test = app(page, area=place)
    assert not test.exception
    assert not test.error
    assert test.title[0].value.endswith("?")
    said = words(test)
    assert "Sources:" in said
    assert definition(place) in said
    assert re.search(r"\brange", said)
    assert "year to year by chance" not in said
    assert ("fictional" in said) == (place == "demo")
    assert not re.search(EMPTY, said), said


def test_linear_algebra_runs_on_one_thread_unless_told_otherwise() -> None:
    code = "import ui, os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    bare = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    for environment, threads in ((bare, "1"), ({**bare, "OPENBLAS_NUM_THREADS": "4"}, "4")):
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert run.stdout.strip() == threads


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was written to the link, in whichever way."""
    calls: list[str] = []
    for name in ("from_dict", "update", "clear", "__setitem__", "__setattr__", "__delitem__"):
        original = getattr(QueryParamsProxy, name)

        def noted(
            proxy: QueryParamsProxy, *given: object, of: str = name, do: Callable = original
        ) -> object:
            calls.append(of)
            return do(proxy, *given)

        monkeypatch.setattr(QueryParamsProxy, name, noted)
    return calls


@pytest.mark.parametrize("page", PAGES)
def test_a_run_writes_the_link_once_at_most_and_then_holds_every_choice(
    app: Callable[..., AppTest], written: list[str], page: str
) -> None:
    test = app(page, area="demo")
    controls = [item.key for item in test.selectbox if item.key in {*FIELDS} - {"area"}]
    assert controls
    for control in controls:
        if control not in chosen(test):  # a choice before left nothing to choose here
            assert control in ("cluster", "null", "neighbours", "goal_base", "site_floor")
            continue
        written.clear()
        second = min(1, len(test.selectbox(key=control).options) - 1)
        test.selectbox(key=control).select_index(second).run()
        assert not test.exception
        assert written in ([], ["from_dict"])
        drawn = [
            item for item in test.selectbox if item.key in FIELDS and item.value not in ("", 0)
        ]
        shown = {item.key: str(item.value) for item in drawn}
        assert {name: test.query_params[name] for name in shown} == shown
    written.clear()
    test.run()
    assert written == []


def test_what_one_page_chose_stays_for_the_next(app: Callable[..., AppTest]) -> None:
    test = app("hot_spots", area="demo")
    for name, value in {"method": "scan", "measure": "crude", "alpha": 0.1}.items():
        test.selectbox(key=name).select(value).run()
    test.text_input(key="search").set_value("99001010102").run()
    link = dict(test.query_params)
    other = app("overview", **link)
    assert dict(other.query_params) == link
    assert link["focus"] == other.session_state["focus"] == "99001010102"
    assert other.switch_page("pages/hot_spots.py").run().selectbox(key="method").value == "scan"
    assert dict(other.query_params) == link


@pytest.mark.mirror
@pytest.mark.usefixtures("nyc_path")
def test_another_place_opens_with_its_own_defaults_but_the_same_measure(
    app: Callable[..., AppTest],
) -> None:
    test = app("overview", area="demo", measure="crude", alpha="0.1", level="high", method="scan")
    test.selectbox(key="area").select("nyc").run()
    assert not test.exception
    assert not test.warning
    link = dict(test.query_params)
    assert (link["area"], link["measure"], link["alpha"]) == ("nyc", "crude", "0.1")
    assert (link["level"], link["method"]) == ("all", "consensus")
    assert dict(app("overview", area="nyc").query_params)["year"] == link["year"]


def test_invalid_values_in_a_link_fall_back_with_a_notice(app: Callable[..., AppTest]) -> None:
    test = app(area="demo", year="1999-00", measure="cosmic")
    assert not test.exception
    assert [item.value.count("not available here") for item in test.warning] == [1, 1]


def test_an_unknown_place_falls_back_with_a_notice(app: Callable[..., AppTest]) -> None:
    test = app(area="atlantis")
    assert not test.exception
    assert "atlantis" in test.warning[0].value


def test_controls_are_drawn_once_and_written_to_the_link(app: Callable[..., AppTest]) -> None:
    test = app(area="demo")
    labels = [item.label for item in test.selectbox]
    assert labels == [
        "Study area",
        "School year",
        "School level",
        "Measure",
        "Where students live",
        "Map and list of",
        "Other place",
    ]
    test.selectbox(key="measure").select("crude").run()
    assert test.query_params["measure"] == "crude"


@pytest.mark.parametrize("page", PAGES)
def test_a_link_opened_cold_shows_the_same_words(app: Callable[..., AppTest], page: str) -> None:
    first = app(page, area="demo", measure="crude")
    first.selectbox(key="level").select("elementary").run()
    link = dict(first.query_params)
    assert words(app(page, **link)) == words(first)


def test_a_tract_in_focus_opens_its_card(app: Callable[..., AppTest], demo_protected) -> None:
    tracts = demo_protected.tracts
    geoid = tracts.index[tracts["children"] > 200][0]
    said = words(app("hot_spots", area="demo", focus=geoid))
    assert tracts.loc[geoid, "name"] in said
    assert "Hot-spot test" in said


def test_every_choice_of_the_options_works(app: Callable[..., AppTest]) -> None:
    for name, values in {
        "measure": ("crude", "eb"),
        "catchment": ("building", "nearest", "zones"),
        "alpha": ("0.1",),
    }.items():
        for value in values:
            test = app("hot_spots", area="demo", **{name: value})
            assert not test.exception
            assert str(test.selectbox(key=name).value) == value


def test_join_quality_follows_a_school_a_tract_and_another_join(
    app: Callable[..., AppTest], demo_protected
) -> None:
    school, geoid = demo_protected.catchment.iloc[0][["school_id", "geoid"]]
    test = app("join_quality", area="demo", versus="building")
    test.text_input(key="search").set_value(school).run()
    said = words(test)
    assert f"students of {demo_protected.schools.loc[school, 'name']} live in about" in said
    assert "Mean distance" in said
    test.text_input(key="search").set_value(geoid).run()
    said = words(test)
    assert f"children of {demo_protected.tracts.loc[geoid, 'name']} attend" in said
    assert "By the doubt about the join" in said
    assert "With “tract of the building” in place of “likely home tracts”" in said


def test_the_join_compared_with_is_in_the_link(app: Callable[..., AppTest]) -> None:
    test = app("join_quality", area="demo")
    test.selectbox(key="versus").select("building").run()
    assert test.query_params["versus"] == "building"
    test.selectbox(key="catchment").select("building").run()
    assert not test.exception
    assert test.selectbox(key="versus").value != "building"


def test_the_options_explain_the_join_and_mark_the_best(app: Callable[..., AppTest]) -> None:
    test = app(area="demo")
    control = test.selectbox(key="catchment")
    assert control.value == "gravity"
    assert [option for option in control.options if "best here" in option] == [
        "Attendance zones (best here)"
    ]
    assert all(option.split(" (")[0] in control.help for option in control.options)


def test_a_join_that_does_not_exist_falls_back_with_a_notice(app: Callable[..., AppTest]) -> None:
    test = app(area="demo", catchment="supplied")
    assert "supplied" in test.warning[0].value
    assert test.selectbox(key="catchment").value == "gravity"


def answer(test: AppTest) -> str:
    """Sentence that answers the page's question."""
    (text,) = [item.proto.body for item in test.get("html") if "atlas-answer" in item.proto.body]
    return re.sub("<[^>]+>", "", text)


def headings(test: AppTest) -> str:
    """Headings of a page and its folds, without the marks that keep names from being Markdown."""
    told = [*(item.value for item in test.header), *(item.label for item in test.expander)]
    return " ".join(told).replace("\\", "")


def group_rows(test: AppTest) -> list[Button]:
    """Buttons that open a group or place of the ranked list."""
    return [item for item in test.button if str(item.key).startswith("row-")]


def chosen(test: AppTest) -> dict[str, object]:
    """Value of every control."""
    return {item.key: item.value for item in test.selectbox}


def test_hot_spots_open_with_all_analyses_under_the_school_level_null(
    app: Callable[..., AppTest],
) -> None:
    test = app("hot_spots", area="demo")
    values = chosen(test)
    assert (values["method"], values["null"], values["beside"]) == ("consensus", "schools", "")
    assert "stand out" in answer(test)
    assert "each in up to 18 ways" in words(test)
    assert "neighbours" not in values


@pytest.mark.parametrize(("method", "null"), OFFERED)
def test_every_method_and_null_answers_in_its_own_words(
    app: Callable[..., AppTest], method: str, null: str
) -> None:
    test = app("hot_spots", area="demo", method=method, null=null)
    assert not test.exception
    assert not test.warning
    values = chosen(test)
    assert values["method"] == method
    assert ("neighbours" in values) == (method in ("gi_star", "local_moran"))
    assert values.get("null", null) == null
    doubted = null in ("areas", "constant_risk") and method != "membership"
    assert (DOUBT in answer(test)) == doubted
    looked = "membership" if method == "membership" else null
    assert hotspot_words.CAUTIONS.get(looked, "") in answer(test)
    said = words(test)
    assert hotspot_words.MEANING[method] in said
    assert (hotspot_words.NULL_WORDS[null] in said) == (method != "membership")
    assert not re.search(EMPTY, said), said


@pytest.mark.parametrize(
    "link",
    [
        {"method": "gi_star", "null": "areas", "neighbours": "knn6", "beside": "scatter"},
        {"method": "scan", "null": "constant_risk", "beside": "method:membership"},
        {"method": "consensus", "beside": "year:2018-19"},
        {"method": "local_moran", "neighbours": "distance", "beside": "null:areas"},
    ],
    ids=lambda link: f"{link['method']}-{link['beside']}",
)
def test_a_link_of_an_analysis_opened_cold_shows_the_same_view(
    app: Callable[..., AppTest], link: dict[str, str]
) -> None:
    first = app("hot_spots", area="demo", **{key: link[key] for key in ("method",)})
    for name, value in link.items():
        first.selectbox(key=name).select(value).run()
    if groups := group_rows(first):
        first.button(key=groups[-1].key).click().run()
    assert not first.exception
    shared = dict(first.query_params)
    cold = app("hot_spots", **shared)
    assert not cold.warning
    assert answer(cold) == answer(first)
    assert chosen(cold) == chosen(first)
    assert words(cold) == words(first)
    assert {name: chosen(cold)[name] for name in link} == link


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("method", "kriging"),
        ("null", "magic"),
        ("neighbours", "rook"),
        ("beside", "method:kriging"),
        ("cluster", "36061000100"),
    ],
)
def test_an_unknown_way_of_looking_falls_back_with_a_notice(
    app: Callable[..., AppTest], name: str, value: str
) -> None:
    test = app(area="demo", **{name: value})
    (notice,) = test.warning
    assert f"asks for {name}" in notice.value
    assert "not available here" in notice.value
    test.switch_page("pages/hot_spots.py").run()
    assert not test.exception
    values = chosen(test)
    assert (values["method"], values["null"], values["beside"]) == ("consensus", "schools", "")
    assert value not in values.values()


def test_neighbours_are_a_choice_of_a_single_test_and_change_its_map(
    app: Callable[..., AppTest],
) -> None:
    legends = set()
    for near, label in NEIGHBOURS.items():
        test = app("hot_spots", area="demo", method="gi_star", neighbours=near)
        assert chosen(test)["neighbours"] == near
        assert label.lower() in words(test)
        legends.add(
            next(e.proto.body for e in test.get("html") if 'class="legend"' in e.proto.body)
        )
    assert len(legends) == len(NEIGHBOURS)


def test_changing_the_method_keeps_a_null_that_it_cannot_make_out_of_the_link(
    app: Callable[..., AppTest],
) -> None:
    test = app("hot_spots", area="demo", method="gi_star", null="areas")
    assert DOUBT in answer(test)
    test.selectbox(key="method").select("scan").run()
    assert not test.exception
    assert chosen(test)["null"] == "schools"
    assert test.query_params["null"] == "schools"
    assert DOUBT not in answer(test)


def test_two_maps_stand_under_two_legends_of_one_scale(app: Callable[..., AppTest]) -> None:
    test = app("hot_spots", area="demo", method="gi_star", beside="null:areas")
    assert not test.exception
    assert maps(test) == 3  # the third is their difference, folded
    legends = [item.proto.body for item in test.get("html") if "Hot spots of" in item.proto.body]
    assert len(legends) == 2
    swatches = [re.findall(r"background:(#\w+)", legend) for legend in legends]
    assert swatches[0] == swatches[1] != []
    assert "tracts rearranged" in legends[1]
    assert "tracts rearranged" not in legends[0]


def test_the_scatter_stands_beside_the_map_with_its_slope(app: Callable[..., AppTest]) -> None:
    test = app("hot_spots", area="demo", beside="scatter")
    assert not test.exception
    (caption,) = [item.value for item in test.caption if "Moran" in item.value]
    assert "Draw a rectangle" in caption
    assert maps(test) == 1


def test_a_group_opens_its_card_and_its_years(app: Callable[..., AppTest]) -> None:
    test = app("hot_spots", area="demo", method="scan")
    for row in group_rows(test):
        test.button(key=row.key).click().run()
        assert not test.exception
        said = words(test)
        assert re.search(r"\*\*\d+\*\* (.+?) :gray", row.label)[1] in said
        assert "Not known" in said
        assert "Tracts of the group that were hot, by school year" in said
        assert test.query_params["cluster"] == row.key.removeprefix("row-")
        test.button(key="back").click().run()
        assert "cluster" not in test.query_params


def test_every_chart_of_associations_has_a_table_beside_it(app: Callable[..., AppTest]) -> None:
    test = app("social_drivers", area="demo", driver="uninsured")
    tables = [list(frame.value.columns) for frame in test.dataframe]
    assert [columns for columns in tables if columns[:2] == ["Condition", "Odds"]]
    assert ["Theme", "Their share", "95\xa0% interval", "Conditions"] in tables


@pytest.mark.mirror
@pytest.mark.usefixtures("nyc_path")
def test_a_figure_for_its_map_alone_is_never_compared(app: Callable[..., AppTest]) -> None:
    view = {"area": "nyc", "year": "2018-19"}
    test = app("social_drivers", **view, driver="primary_care_per_100k", view="together")
    assert not test.exception
    said = words(test)
    assert "for the map alone, never compared" in said
    assert "beyond chance?" not in headings(test)
    assert "view" not in chosen(test)
    here = words(app("why_here", **view))
    assert "rimary-care doctors" not in here.split("Sources:")[0]


def test_why_here_follows_the_group_and_a_link_to_it_opens_the_same(
    app: Callable[..., AppTest],
) -> None:
    test = app("why_here", area="demo")
    control = test.selectbox(key="cluster")
    answers = set()
    for position, label in enumerate(list(control.options)):
        test.selectbox(key="cluster").select_index(position).run()
        assert not test.exception
        assert label.split(":")[0].partition(" ")[2] in answer(test)
        answers.add(answer(test))
    assert len(answers) == len(control.options)
    cold = app("why_here", **dict(test.query_params))
    assert not cold.warning
    assert words(cold) == words(test)
    assert "What cannot be said?" in headings(cold)
    assert "Who is near?" in headings(cold)


def test_why_here_says_plainly_that_nothing_stands_out(app: Callable[..., AppTest]) -> None:
    test = app("why_here", area="demo", level="high", alpha="0.01", method="local_moran")
    assert not test.exception
    assert "cluster" not in chosen(test)
    assert answer(test).startswith("No area stands out")
    assert "Who is near?" not in headings(test)
    assert "Which schools do better" in headings(test)


@pytest.mark.parametrize("page", ["hot_spots", "methods"])
def test_clusters_are_planted_when_asked(
    app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    test = app(page, area="demo", method="gi_star")
    assert "A map without marks is no all-clear" in words(test)
    assert "would show up in" not in words(test)
    monkeypatch.setattr(queries_hotspots, "power_of", partial(power_of, replicates=1))
    monkeypatch.setattr("ui.queries.long_work.shelf", lambda _key: Shelf(None))
    test.button(key="plant").click().run()
    assert not test.exception
    assert "would show up in" in words(test)


def test_a_level_without_hot_spots_says_so(app: Callable[..., AppTest]) -> None:
    test = app("hot_spots", area="demo", level="high", alpha="0.01", method="local_moran")
    assert not test.exception
    assert "cluster" not in chosen(test)
    assert answer(test).startswith("No area stands out")


def test_the_simulation_runs_when_asked_and_not_before(
    app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.queries.methods.REPLICATES", 2)
    monkeypatch.setattr("ui.queries.long_work.shelf", lambda _key: Shelf(None))
    test = app("methods", area="demo")
    assert "False alarms on" not in headings(test)
    # A press of the button is lost here: an AppTest enters every page through its own file.
    test.session_state[simulation_block.RUN] = "demo"
    test.run()
    assert not test.exception
    assert "False alarms on 2 made-up places" in headings(test)


def test_social_drivers_answers_with_number_interval_and_schools(
    app: Callable[..., AppTest],
) -> None:
    test = app("social_drivers", area="demo")
    assert not test.exception
    assert re.search(r"link between .* and absence\. We looked at \d+ schools", answer(test))
    text = words(test)
    assert re.search(r"\d\.\d\d times the odds", text)
    assert re.search(r"95\s% interval \d\.\d\d–\d\.\d\d", text)
    assert "Association, not cause" in text
    said = words(test)
    assert "with lines: low reliability, cannot carry a conclusion" in said
    assert "What it cannot say" in said
    assert "What stands behind these links?" in headings(test)


def test_social_drivers_maps_both_together_and_a_link_opens_the_same(
    app: Callable[..., AppTest],
) -> None:
    test = app("social_drivers", area="demo")
    test.selectbox(key="view").select("together").run()
    assert not test.exception
    assert test.query_params["view"] == "together"
    said = words(test)
    assert "Absence, times expected" in said
    assert "with lines: most absence and the hardest third" in said
    assert "not shown: low reliability" in said
    cold = app("social_drivers", **dict(test.query_params))
    assert not cold.warning
    assert words(cold) == said
    assert chosen(cold)["view"] == "together"


def test_social_drivers_refuse_with_a_reason_where_schools_are_few(
    app: Callable[..., AppTest],
) -> None:
    test = app("social_drivers", area="demo", level="high")
    assert not test.exception
    assert "No association is estimated: " in words(test)
    assert "times the odds" not in words(test)
    assert "Rank correlation" in words(test)


@pytest.mark.parametrize("view", ["", "together"])
def test_every_driver_answers_in_both_views(app: Callable[..., AppTest], view: str) -> None:
    test = app("social_drivers", area="demo", **({"view": view} if view else {}))
    for position in range(len(test.selectbox(key="driver").options)):
        test.selectbox(key="driver").select_index(position).run()
        assert not test.exception
        label = (
            test.selectbox(key="driver")
            .options[position]
            .split(" (")[0]
            .replace("\N{NO-BREAK SPACE}", " ")
        )
        assert f"“{label}”" in answer(test).replace("\N{NO-BREAK SPACE}", " ")
        said = words(test)
        assert not re.search(EMPTY, said), said


def test_an_unknown_map_of_social_drivers_falls_back_with_a_notice(
    app: Callable[..., AppTest],
) -> None:
    test = app(area="demo", view="sideways")
    assert "asks for view" in test.warning[0].value

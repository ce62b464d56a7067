import json

import numpy as np
import pandas as pd
import pytest

from ui.charts import history as history_charts
from ui.charts import places as school_charts
from ui.maps.scales import SEQUENTIAL, rate_scale


def years(**changes):
    frame = pd.DataFrame(
        {
            "school_year": ["2016-17", "2017-18", "2018-19", "2019-20", "2020-21", "2021-22"],
            "chronic_absent": [200.0, 210, 220, 230, 240, 250],
            "enrolled": [1000.0] * 6,
            "rate": [0.20, 0.21, 0.22, 0.23, 0.24, 0.25],
            "low": [0.18, 0.19, 0.20, 0.21, 0.22, 0.23],
            "high": [0.22, 0.23, 0.24, 0.25, 0.26, 0.27],
            "is_unusual": [False, False, False, True, True, False],
            "break_note": ["", "", "", "", "", "half days count"],
        }
    )
    return frame.assign(**changes)


def schools(n=60):
    random = np.random.default_rng(0)
    rate = random.uniform(0.05, 0.5, n)
    return pd.DataFrame(
        {
            "name": [f"School {i}" for i in range(n)],
            "exposure": random.uniform(0, 1, n),
            "rate": rate,
            "low": rate - 0.02,
            "high": rate + 0.02,
            "enrolled": 400.0,
            "chronic_absent": 400 * rate,
            "status": ["reported"] * (n - 1) + ["suppressed"],
            "reason": [""] * (n - 1) + ["P2"],
        }
    )


def place():
    return years()[["school_year", "rate"]].assign(rate=0.3)


BUILDERS = {
    "trend": lambda: history_charts.trend(years().drop(columns=["low", "high"])),
    "history": lambda: history_charts.school_history(years(), place()),
    "scatter": lambda: school_charts.scatter(schools(), "Poverty", "percentile"),
    "bands": lambda: school_charts.bands(schools()["rate"]),
}


def spec(chart):
    return json.loads(chart.to_json())


def rows(chart):
    return [row for data in spec(chart)["datasets"].values() for row in data]


def marks(chart):
    return [layer["mark"] for layer in spec(chart)["layer"]]


@pytest.mark.parametrize("name", BUILDERS)
def test_same_table_same_specification(name):
    assert BUILDERS[name]().to_json() == BUILDERS[name]().to_json()


@pytest.mark.parametrize("name", BUILDERS)
def test_nothing_is_fetched(name):
    found = spec(BUILDERS[name]())
    found.pop("$schema")
    assert "http" not in json.dumps(found)
    assert '"url"' not in json.dumps(found)


@pytest.mark.parametrize("name", BUILDERS)
def test_readable_on_a_projector_and_by_a_screen_reader(name):
    found = spec(BUILDERS[name]())
    assert found["title"]["text"].endswith("?")
    assert found["title"]["fontSize"] >= 16
    assert found["config"]["axis"]["labelFontSize"] >= 14
    assert found["config"]["axis"]["titleFontSize"] >= 14
    assert len(found["description"]) > 20


@pytest.mark.parametrize("name", ["trend", "history", "scatter"])
def test_rate_axis_is_in_percent_and_tooltips_carry_n_and_the_range_of_a_school(name):
    text = json.dumps(spec(BUILDERS[name]()))
    assert '"format": ".0%"' in text
    assert '"title": "Students"' in text
    for end in ("from", "to"):  # a whole place is a count: it has no range
        assert (f'"title": "Likely next year, {end}"' in text) == (name != "trend")


def test_trend_holds_every_year_with_its_interval():
    table = pd.DataFrame(rows(history_charts.trend(years()))).dropna(subset=["rate"])
    assert table["school_year"].tolist() == years()["school_year"].tolist()
    np.testing.assert_allclose(table["high"], years()["high"])


def test_the_line_is_cut_at_a_new_definition_which_is_named():
    chart = history_charts.trend(years())
    pieces = pd.DataFrame(rows(chart)).dropna(subset=["rate"]).set_index("school_year")["piece"]
    assert set(pieces.iloc[:5]) == {pieces.iloc[0]}
    assert pieces.iloc[5] != pieces.iloc[4]
    assert "half days count" in chart.to_json()
    assert "definition changes" in chart.to_json()
    assert "definition changes" not in history_charts.trend(years(break_note="")).to_json()


def test_definitions_that_change_year_after_year_are_explained_once_in_the_legend():
    chart = history_charts.trend(years(break_note=["", "a", "", "b", "c", "d"]))
    drawn = pd.DataFrame(rows(chart)).dropna(subset=["label"]).drop_duplicates("school_year")
    assert drawn["school_year"].tolist() == ["2017-18", "2019-20", "2020-21", "2021-22"]
    layers = chart.to_dict()["layer"]
    (dashes,) = [
        part["encoding"]["strokeDash"] for part in layers if "strokeDash" in part["encoding"]
    ]
    assert dashes["scale"]["domain"] == ["definition changes"]
    assert not [part for part in layers if part["mark"]["type"] == "text"]


def test_unusual_years_differ_by_shape_and_words():
    table = pd.DataFrame(rows(history_charts.trend(years()))).dropna(subset=["rate"])
    assert table["kind"].tolist()[3].startswith("unusual")
    text = history_charts.trend(years()).to_json()
    assert "diamond" in text
    assert "#ffffff" in text


def test_a_withheld_year_is_words_and_cuts_the_line():
    frame = years(
        status=["reported"] * 2 + ["suppressed"] + ["reported"] * 3,
        reason=["", "", "P2", "", "", ""],
    )
    chart = history_charts.trend(frame)
    table = pd.DataFrame(rows(chart))
    drawn = table.dropna(subset=["rate"]).set_index("school_year")
    assert "2018-19" not in drawn.index
    assert drawn.loc["2017-18", "piece"] != drawn.loc["2019-20", "piece"]
    assert "not shown: fewer than 10 students" in chart.to_json()
    assert 0.22 not in drawn["rate"].tolist()


def test_history_without_any_figure_still_draws():
    frame = years(rate=np.nan, low=np.nan, high=np.nan, status="suppressed", reason="P1")
    chart = history_charts.school_history(frame, place())
    assert "10 or fewer students" in chart.to_json()


def test_history_shows_the_place_for_comparison():
    chart = history_charts.school_history(years(), place(), place_name="Halcyon County")
    assert "Halcyon County" in chart.to_json()
    assert any(mark.get("strokeDash") == [6, 4] for mark in marks(chart))


def test_scatter_leaves_withheld_schools_out():
    chart = school_charts.scatter(schools(), "Poverty", "fraction")
    names = {row["name"] for row in rows(chart)}
    assert len(names) == 59
    assert "School 59" not in names
    assert "59 schools" in spec(chart)["description"]


def test_bands_count_every_school_once():
    rates = schools()["rate"]
    chart = school_charts.bands(rates, shown=schools()["status"].eq("reported"))
    table = pd.DataFrame(rows(chart))
    assert table["band"].tolist() == list(rate_scale().words)
    assert table["count"].sum() == 60
    assert table["count"].iloc[-1] == 1
    assert all(colour in chart.to_json() for colour in SEQUENTIAL)


def test_hostile_names_stay_data():
    evil = "<script>alert(1)</script> {{7*7}} ${x}"
    chart = school_charts.scatter(schools(3).assign(name=evil), "Poverty", "usd")
    assert {row["name"] for row in rows(chart)} == {evil}
    assert "expr" not in chart.to_json()


@pytest.mark.parametrize(
    "builder", [history_charts.trend, lambda f: history_charts.school_history(f, place())]
)
def test_no_year_at_all(builder):
    assert spec(builder(years().iloc[:0]))["layer"]

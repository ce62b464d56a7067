"""The Moran scatter: what is drawn, what a rectangle picks, and a slope that is Moran's I."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.autocorrelation import moran
from ui import queries
from ui.charts.places import BRUSH, CORNERS, brushed, moran_scatter_chart
from ui.hotspots.words import scatter_words
from ui.maps.scales import SELECTION, hot_cold_scale
from ui.queries import hotspots as queries_hotspots
from ui.selection import Selection

SCALE = hot_cold_scale()


def table(n=20):
    random = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "value": random.normal(size=n),
            "lag": random.normal(size=n),
            "name": [f"Tract {i}" for i in range(n)],
            "class_words": [SCALE.words[i % len(SCALE.words)] for i in range(n)],
        },
        index=pd.Index([f"9900100{i:04d}" for i in range(n)], name="geoid"),
    )
    frame.loc[frame.index[0], "lag"] = np.nan  # an island
    frame.loc[frame.index[1], ["value", "lag"]] = np.nan  # not shown
    return frame


def spec(slope=0.4, focus="", rows=None):
    rows = table() if rows is None else rows
    return json.loads(moran_scatter_chart(rows, SCALE, slope, focus, "Alike?").to_json())


def rows_of(chart, layer):
    return chart["datasets"][chart["layer"][layer]["data"]["name"]]


def event(**ranges):
    return {"selection": {BRUSH: ranges}}


corner = st.floats(-3, 3)


@given(corner, corner, corner, corner)
def test_a_rectangle_picks_exactly_the_tracts_inside(left, right, low, high):
    left, right, low, high = *sorted((left, right)), *sorted((low, high))
    rows = table(60)
    picked = brushed(rows, event(value=[left, right], lag=[low, high]))
    inside = [
        left <= value <= right and low <= lag <= high
        for value, lag in zip(rows["value"], rows["lag"], strict=True)
    ]
    assert picked.tolist() == inside
    assert picked.index.equals(rows.index)


@pytest.mark.parametrize(
    "nothing", [{}, {"selection": {}}, {"selection": {BRUSH: {}}}, {"selection": {"other": {}}}]
)
def test_no_rectangle_picks_no_tract(nothing):
    picked = brushed(table(), nothing)
    assert picked.dtype == bool
    assert not picked.any()


def test_a_tract_without_a_place_on_the_chart_is_never_picked():
    picked = brushed(table(), event(value=[-99, 99], lag=[-99, 99]))
    assert picked.tolist() == [False, False, *[True] * 18]


def test_the_brush_spans_both_axes_and_has_its_name():
    (brush,) = [item for item in spec()["params"] if item["name"] == BRUSH]
    assert brush["select"] == {"type": "interval", "encodings": ["x", "y"]}


def test_the_four_corners_are_named_in_words():
    chart = spec()
    said = [
        row["words"]
        for index, layer in enumerate(chart["layer"])
        if layer["mark"]["type"] == "text"
        for row in rows_of(chart, index)
    ]
    assert sorted(said) == sorted(CORNERS)
    assert len(said) == 4


def test_every_tract_with_neighbours_is_one_dot_in_the_colour_of_the_map():
    chart = spec()
    dots = rows_of(chart, 0)
    assert len(dots) == 18
    assert "18 tracts" in chart["description"]
    colour = chart["layer"][0]["encoding"]["color"]["scale"]
    assert dict(zip(colour["domain"], colour["range"], strict=True)) == dict(
        zip(SCALE.words, SCALE.colours, strict=True)
    )
    assert {dot["class_words"] for dot in dots} <= set(colour["domain"])


@pytest.mark.parametrize("slope", [-0.3, 0.0, 0.81])
def test_the_line_has_the_slope_said(slope):
    chart = spec(slope)
    first, last = rows_of(chart, 1)
    drawn = (last["lag"] - first["lag"]) / (last["value"] - first["value"])
    assert drawn == pytest.approx(slope)
    assert f"slope {slope:.2f}" in chart["description"]


def test_the_tract_in_focus_is_ringed_and_no_other():
    focus = table().index[5]
    chart = spec(focus=focus)
    assert chart["layer"][2]["mark"]["color"] == SELECTION
    assert len(rows_of(chart, 2)) == 1
    for outside in ("", "H001", table().index[0]):
        assert rows_of(spec(focus=outside), 2) == []


def test_no_tract_at_all_is_a_chart_without_dots():
    chart = spec(rows=table().assign(value=np.nan, lag=np.nan))
    assert "0 tracts" in chart["description"]


@pytest.fixture
def demo(atlas_home, monkeypatch):
    monkeypatch.setenv("ATLAS_HOME", atlas_home()["ATLAS_HOME"])
    return queries.choices("demo").default()


@pytest.mark.parametrize("measure", ["ratio", "crude"])
@pytest.mark.parametrize("neighbours", ["queen", "knn6"])
def test_the_slope_is_morans_i_of_row_standardised_weights(demo, measure, neighbours):
    selection = Selection(
        demo.area, demo.year, measure=measure, method="gi_star", neighbours=neighbours
    )
    scatter = queries_hotspots.moran_scatter(selection)
    tracts = queries.tracts(selection)
    value = tracts[{"ratio": "ratio", "crude": "rate"}[measure]].where(tracts["shown"]).dropna()
    assert len(value) < len(tracts)  # tracts not shown are nobody's neighbours
    near = queries_hotspots.weights_of(queries.place("demo"), neighbours).subset(value.index)
    found = moran(value, near.row_standardized())
    assert scatter.slope == pytest.approx(found.statistic, abs=1e-12)
    assert scatter.table["value"].notna().sum() == found.n


def test_the_lag_is_the_mean_of_the_neighbours_that_are_shown(demo):
    selection = Selection(demo.area, demo.year, method="gi_star", neighbours="knn6")
    weights = queries_hotspots.weights_of(queries.place("demo"), "knn6")
    table = queries_hotspots.moran_scatter(selection).table.reindex(weights.ids)
    near = weights.sparse
    shown = np.flatnonzero(table["value"].notna())[::23]
    assert len(shown) > 5
    for position in shown:
        ids = near.indices[near.indptr[position] : near.indptr[position + 1]]
        mean = table["value"].iloc[ids].mean()
        assert table["lag"].iloc[position] == pytest.approx(mean)


def test_the_words_under_the_chart_say_slope_and_count():
    assert "0.62" in scatter_words(0.62, 0)
    assert "Draw a rectangle" in scatter_words(0.62, 0)
    assert "12 tracts in the rectangle are outlined" in scatter_words(0.62, 12)

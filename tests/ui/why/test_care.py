"""Who is near: distances worked by hand, the nearest named, and a next step where none is known."""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from data.views import care as care_views
from ui import queries
from ui.maps import points
from ui.queries import hotspots as queries_hotspots
from ui.queries import why as queries_why
from ui.tables.display import dictionary
from ui.tables.exports import About, to_csv
from ui.why import care as care_words
from ui.why import downloads as why_download

METRES = 32618


@pytest.fixture(scope="module")
def tracts():
    """Three square kilometres side by side, with their middles at 0.5, 1.5 and 2.5 km."""
    shapes = [box(i * 1000, 0, (i + 1) * 1000, 1000) for i in range(3)]
    index = pd.Index(["w", "m", "e"], name="geoid")
    shapes = list(gpd.GeoSeries(shapes).translate(500_000, 4_500_000))
    return gpd.GeoDataFrame(
        {"children": [300.0, 100.0, 0.0]}, index=index, geometry=shapes
    ).set_crs(METRES)


def sites(rows: dict[str, tuple[str, float]]) -> gpd.GeoDataFrame:
    """Give providers along the middle line: id -> kind and km from the western edge."""
    index = pd.Index(list(rows), name="provider_id")
    points = [Point(500_000 + 1000 * km, 4_500_500) for _, km in rows.values()]
    table = gpd.GeoDataFrame(
        {
            "name": [f"Name of {name}" for name in rows],
            "kind": [kind for kind, _ in rows.values()],
            "address": "",
            "source": "list",
            "vintage": "2024",
        },
        index=index,
        geometry=points,
    ).set_crs(METRES)
    return table.to_crs(4326)


def near(tracts, rows, members=("w", "m", "e")):
    given = sites(rows)
    nearest = care_views.nearest_by_tract(given, tracts)
    return care_views.near_group(given, nearest, tracts.loc[list(members)])


def test_distance_is_from_the_middle_of_the_group_weighted_by_children(tracts):
    found = near(tracts, {"a": ("clinic", 0.0), "b": ("clinic", 3.0)})
    # (300 x 0.5 + 100 x 1.5) / 400 = 0.75 km from the western edge.
    assert found.loc["a", "km"] == pytest.approx(0.75, abs=1e-6)
    assert found.loc["b", "km"] == pytest.approx(2.25, abs=1e-6)
    assert found["number"].tolist() == [1, 2]


def test_each_kind_is_counted_apart(tracts):
    rows = {
        "c1": ("health_centre", 0.4),
        "c2": ("clinic", 2.6),
        "s": ("school_clinic", 3.0),
        "p1": ("pharmacy", 0.6),
        "p2": ("pharmacy", 1.4),
        "o": ("other", 0.5),
    }
    found = near(tracts, rows)
    # Middles at .5, 1.5, 2.5: c1 serves the western, c2 the eastern; the middle is 1.1 from both.
    assert found["tracts"].drop(["c1", "c2"]).to_dict() == {"s": 3, "p1": 1, "p2": 2, "o": 0}
    assert found.loc[["c1", "c2"], "tracts"].sum() == 3
    assert found.loc[["c1", "c2"], "tracts"].min() == 1


def test_the_nearest_of_each_kind_is_listed_however_many_pharmacies_are_nearer(tracts):
    rows = {f"p{i:02}": ("pharmacy", 0.75 + i / 100) for i in range(30)}
    rows |= {"far": ("health_centre", 9.0), "school": ("school_clinic", 8.0)}
    found = near(tracts, rows)
    listed = care_words.listed(found)
    assert len(listed) == care_views.LISTED
    assert listed.index.tolist() == [*[f"p{i:02}" for i in range(6)], "school", "far"]
    assert listed["number"].tolist() == list(range(1, 9))
    assert listed["km"].is_monotonic_increasing
    assert len(found) == len(rows)


def test_no_more_than_a_map_can_hold_are_drawn(tracts):
    rows = {f"p{i:03}": ("pharmacy", i / 50) for i in range(400)}
    found = near(tracts, rows)
    assert len(found) == care_views.LISTED + care_views.OTHERS
    assert len(points.marks(found)) == 3


def test_a_group_without_known_children_is_seen_from_its_plain_middle(tracts):
    found = near(tracts, {"a": ("clinic", 0.0)}, members=["e"])
    assert found.loc["a", "km"] == pytest.approx(2.5, abs=1e-6)


def test_hostile_names_stay_text(tracts):
    given = sites({"a": ("clinic", 0.0)}).assign(name="<b>=1+1</b>", address="=cmd()")
    found = care_views.near_group(given, care_views.nearest_by_tract(given, tracts), tracts)
    assert "<b>" not in care_words.legend(found)
    table = care_words.provider_table(found)
    assert table.loc[0, "Provider"] == "<b>=1+1</b>"
    columns = dictionary(["provider_id", *found.columns], why_download.PROVIDER_FIELDS)
    text = to_csv(found, About(columns, "c", (), fictional=True)).decode()
    assert ',"=cmd()' not in text


@pytest.fixture
def care():
    """Profile rows of the way to care."""
    row = {
        "label": "Distance to care",
        "kind": "computed",
        "unit": "km",
        "value": 5.44,
        "comparable": 3.21,
        "percentile": 87.0,
        "tracts": 8,
        "compared": 52,
        "vintage": "2024",
        "state": "profiled",
        "caveat": "As the crow flies.",
    }
    access = row | {"label": "Clinics", "unit": "per_1000", "value": 0.243, "comparable": 0.281}
    rows = {"poverty_150": row, "clinic_access": access | {"percentile": 27.0}, "clinic_km": row}
    return care_words.ways(pd.DataFrame.from_dict(rows, orient="index"))


def test_only_ways_to_care_are_told_and_in_one_order(care):
    assert care.index.tolist() == ["clinic_km", "clinic_access"]
    assert care_words.figures(care) == [
        ("5.4 km", "Distance to care, 2024, beside 3.2 km in comparable tracts"),
        ("0.24", "Clinics, 2024, beside 0.28 in comparable tracts"),
    ]


def test_the_distance_is_told_with_its_place_among_comparable_tracts(care):
    text = care_words.answer(care)
    assert "5.4 km" in text
    assert "3.2 km in similar areas" in text
    assert text.endswith("87 of 100 similar areas have a shorter way.")
    care.loc["clinic_km", ["comparable", "percentile"]] = np.nan
    care.loc["clinic_km", "state"] = "no comparable tracts"
    assert "no similar areas" in care_words.answer(care)
    assert "nan" not in care_words.answer(care) + str(care_words.care_table(care).to_numpy())


def test_nothing_known_is_said_with_the_reason(care):
    assert "has no list of clinics" in care_words.answer(care.iloc[:0])


def test_thresholds_and_what_distance_is_not_are_always_told(care):
    account = {
        "clinic_km": {"measured": True, "from": "centroids"},
        "clinic_access": {
            "measured": True,
            "providers": 7,
            "supply": "each provider counts as 1",
            "reach": "zones to 3, 6, 12 km with weights 1, 0.68, 0.22",
        },
    }
    text = care_words.how_measured(care, account)
    for part in ("centroids", "3, 6, 12 km", "0.68", "each provider counts as 1", "Luo and Qi"):
        assert part in text
    assert "insurance" in text
    assert "As the crow flies." in text
    recorded = care_words.how_measured(
        care, {"clinic_access": {"measured": False, "why": "records"}}
    )
    assert "Luo and Qi" not in recorded
    assert "insurance" in recorded


def test_the_demo_names_its_providers_and_how_access_was_measured(default):
    found = queries_hotspots.found(default)
    selection = replace(default, cluster=found.groups["cluster"].iloc[0])
    assert queries_why.has_providers(selection)
    providers = queries_why.nearby(found, selection)
    assert providers["km"].is_monotonic_increasing
    everyone = queries.panel(selection).providers
    assert set(providers.index) <= set(everyone.index)
    care = care_words.ways(queries_why.profile(found, selection))
    assert {"clinic_km", "clinic_access"} <= set(care.index)
    text = care_words.how_measured(care, queries_why.account(selection))
    assert re.search(r"zones to [\d, ]+ km with weights", text)


@pytest.mark.mirror
def test_a_place_without_providers_tells_the_next_step(oregon_path, default):
    assert oregon_path.is_dir()
    selection = queries.choices("oregon").default()
    assert default.area != selection.area
    assert not queries_why.has_providers(selection)
    assert "docs/sources/hrsa.md" in care_words.NO_LIST

"""Providers and designations become drivers of a place, and nothing is claimed beyond them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from data.assemble.drivers import IN_SCHOOLS, SUPPLY_GIVEN, SUPPLY_ONE, with_access
from data.assemble.panel import make_panel
from data.contracts.check import ContractError, empty_table, validate
from data.demo import tables as demo
from data.demo.planted import FAR_SPOT
from data.demo.truth import TRUTH_PATH
from data.errors import DataError
from data.panel import Panel, PanelError, SourceTables, load_panel, save_panel
from data.place.place import AccessSettings
from data.store.manifest import FORMAT
from data.store.protected import protect_panel
from data.store.provenance import Ledger
from geo.access.access import floating_catchment

MEASURES = ("clinic_access", "clinic_km", "school_clinic_km", "pharmacy_km")
GEOIDS = ["99001000100", "99001000200", "99001000300", "99001000400"]
Rows = list[tuple[str, str, float, float, float]]
ROWS: Rows = [
    ("a", "health_centre", 4.0, -73.995, 40.005),
    ("b", "school_clinic", 1.0, -73.965, 40.035),
    ("c", "pharmacy", np.nan, -73.95, 40.005),
    ("out", "clinic", 9.0, -73.85, 40.02),
]


def providers(rows: Rows) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=["provider_id", "kind", "supply", "x", "y"])
    points = gpd.points_from_xy(frame.pop("x"), frame.pop("y"))
    frame = frame.assign(name="Site", address="", source="made", vintage="2024")
    return gpd.GeoDataFrame(frame.set_index("provider_id"), geometry=points, crs=4326)


def driver(panel: Panel | SourceTables, measure: str) -> pd.Series:
    return panel.drivers[panel.drivers["measure"].eq(measure)].set_index("geoid")["value"]


@pytest.fixture
def cared(small: SourceTables) -> SourceTables:
    return replace(small, providers=providers(ROWS))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "hospital"}, "kind: 4 of 4 rows hold an unknown word"),
        ({"supply": -1.0}, "supply: 4 of 4 rows are negative"),
        ({"supply": np.inf}, "supply: 4 of 4 rows are negative or infinite"),
        ({"geometry": Point(0, 0)}, "geometry: 4 of 4 rows lie outside"),
        ({"geometry": box(-74, 40, -73, 41)}, "something other than a valid Point"),
        ({"name": " "}, "name: 4 of 4 rows are blank"),
    ],
)
def test_the_contract_of_providers(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ContractError, match=words):
        validate("providers", providers(ROWS).assign(**change))
    with pytest.raises(ContractError, match="repeat: a"):
        validate("providers", providers([*ROWS, ROWS[0]]))


def test_measures_and_their_source(cared: SourceTables) -> None:
    panel = make_panel(cared)
    made = panel.drivers[panel.drivers["source"].eq("small_access")]
    assert set(made["measure"]) == set(MEASURES)
    assert made["moe"].isna().all()
    assert set(made["reliability"]) == {"undefined"}
    assert set(made["vintage"]) == {"2024"}
    units = made.drop_duplicates("measure").set_index("measure")["unit"]
    assert units["clinic_access"] == "per_1000"
    assert set(units.drop("clinic_access")) == {"km"}
    source = next(each for each in panel.sources if each.id == "small_access")
    assert source.licence == "CC0"
    assert "made" in source.title


def test_children_times_access_is_the_supply_inside(cared: SourceTables) -> None:
    panel = make_panel(cared)
    children = panel.tracts["children"].fillna(0)
    used = float((driver(panel, "clinic_access") * children).sum() / 1000)
    assert used == pytest.approx(4 + 1)
    told = panel.parameters["access"]["clinic_access"]
    assert (told["providers"], told["supply"], told["supply_used"]) == (2, SUPPLY_GIVEN, 5.0)
    beyond = [each for each in panel.ledger if each.reason.startswith("Outside the study area: ")]
    assert beyond[0].examples == ("out",)


points = st.tuples(st.floats(-73.999, -73.961), st.floats(40.001, 40.039), st.floats(0.01, 50))


@settings(max_examples=25)
@given(st.lists(points, min_size=1, max_size=6))
def test_supply_is_never_made_or_lost(found: list[tuple[float, float, float]]) -> None:
    rows: Rows = [(f"p{n}", "clinic", s, x, y) for n, (x, y, s) in enumerate(found)]
    tables, _ = with_access(replace(_place(), providers=providers(rows)), Ledger())
    children = tables.tracts["children"].fillna(0)
    used = float((driver(tables, "clinic_access") * children).sum() / 1000)
    assert used == pytest.approx(sum(row[2] for row in rows))
    assert driver(tables, "clinic_km").between(0, 6).all()


def test_distances_by_hand(small: SourceTables) -> None:
    """Tract 2 lies 0.02 degrees of longitude, 1.707 km at 40 N, east of the clinic in tract 1."""
    middle: Rows = [("a", "clinic", 1.0, -73.99, 40.01)]
    panel = make_panel(replace(small, providers=providers(middle)))
    km = driver(panel, "clinic_km")
    assert km["99001000100"] == pytest.approx(0, abs=0.01)
    assert km["99001000200"] == pytest.approx(1.707, abs=0.005)
    assert km["99001000300"] == pytest.approx(2.221, abs=0.005)


def test_a_provider_beyond_the_border_counts_for_distances_only(small: SourceTables) -> None:
    near: Rows = [("a", "clinic", 1.0, -73.999, 40.001), ("out", "clinic", 1.0, -73.955, 40.03)]
    both = make_panel(replace(small, providers=providers(near)))
    one = make_panel(replace(small, providers=providers(near[:1])))
    pd.testing.assert_series_equal(driver(both, "clinic_access"), driver(one, "clinic_access"))
    assert driver(both, "clinic_km")[GEOIDS[3]] < driver(one, "clinic_km")[GEOIDS[3]]


def test_leaving_out_both_sides_of_the_border_keeps_the_mean_of_access() -> None:
    """Cut a square out of a plane of which all is known, and compare access at its rim."""
    rng = np.random.default_rng(3)
    at = np.stack(np.meshgrid(np.arange(50), np.arange(50)), axis=-1).reshape(-1, 2) * 1000.0
    tracts = gpd.GeoDataFrame(
        {"children": rng.integers(50, 300, len(at)).astype(float)},
        geometry=gpd.points_from_xy(*at.T),
        index=pd.Index([str(n) for n in range(len(at))], name="geoid"),
        crs=32618,
    )
    sites = rng.uniform(0, 50_000, (400, 2))
    clinics = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*sites.T),
        index=pd.Index([f"c{n}" for n in range(len(sites))], name="provider_id"),
        crs=32618,
    )
    inside = ((at > 14_500) & (at < 34_500)).all(axis=1)
    rim = pd.Index(tracts.index[inside & ~((at > 19_500) & (at < 29_500)).all(axis=1)])
    within = ((sites > 14_500) & (sites < 34_500)).all(axis=1)
    beyond = ((sites > 4_500) & (sites < 44_500)).all(axis=1)

    def access(some: gpd.GeoDataFrame, area: gpd.GeoDataFrame) -> float:
        fit = floating_catchment(some, area, reach={2: 1.0, 5: 0.68, 10: 0.22})
        return float(fit.tracts.loc[rim, "access"].mean())

    true = access(clinics, tracts)
    assert access(clinics[within], tracts[inside]) == pytest.approx(true, rel=0.15)
    assert access(clinics[beyond], tracts[inside]) > 2 * true


def test_supply_counts_only_where_one_source_gives_it_for_all(small: SourceTables) -> None:
    rows: Rows = [("a", "clinic", 8.0, -73.99, 40.01), ("b", "clinic", np.nan, -73.97, 40.03)]
    told = make_panel(replace(small, providers=providers(rows))).parameters["access"]
    assert told["clinic_access"]["supply"] == SUPPLY_ONE
    assert told["clinic_access"]["supply_used"] == 2.0
    mixed = providers([rows[0], ("b", "clinic", 3.0, -73.97, 40.03)])
    mixed.loc["b", "source"] = "other"
    sources = (*small.sources, replace(small.sources[0], id="other"))
    panel = make_panel(replace(small, providers=mixed, sources=sources))
    assert panel.parameters["access"]["clinic_access"]["supply"] == SUPPLY_ONE


def test_records_win_over_what_can_be_computed(cared: SourceTables) -> None:
    own = cared.drivers.assign(measure="pharmacy_km", unit="km", value=[1.0, 2.0, 3.0, np.nan])
    drivers = pd.concat([cared.drivers, own], ignore_index=True)
    panel = make_panel(replace(cared, drivers=drivers))
    assert driver(panel, "pharmacy_km").tolist()[:3] == [1.0, 2.0, 3.0]
    assert not panel.parameters["access"]["pharmacy_km"]["measured"]
    said = [each for each in panel.ledger if "from records" in each.reason]
    assert [each.rows for each in said] == [1]


def test_without_providers_nothing_is_computed(small: SourceTables) -> None:
    panel = make_panel(small)
    assert panel.providers.empty
    assert panel.parameters["access"] == {}
    assert not set(panel.drivers["measure"]) & set(MEASURES)
    assert [each.id for each in panel.sources] == ["made"]


def test_what_cannot_be_measured_is_said(small: SourceTables) -> None:
    nowhere = providers(ROWS[:1]).set_geometry(gpd.GeoSeries([None], index=["a"], crs=4326))
    told = make_panel(replace(small, providers=nowhere)).parameters["access"]
    assert {each["measured"] for each in told.values()} == {False}
    childless = small.tracts.assign(children=np.nan)
    tables, told = with_access(
        replace(small, tracts=childless, providers=providers(ROWS)), Ledger()
    )
    assert told["clinic_access"]["why"] == "no children are known"
    assert driver(tables, "clinic_km").notna().all()


def test_settings_of_the_place(cared: SourceTables) -> None:
    short = AccessSettings(reach_km={"1": 1.0, "2": 0.5}).settings()
    panel = make_panel(replace(cared, access=short))
    assert "zones to 1, 2 km with weights 1, 0.5" in str(panel.parameters["access"])
    with pytest.raises(DataError, match="access cannot be measured: reach: zones have weights"):
        make_panel(replace(cared, access={"reach_km": {1.0: 0.2, 2.0: 0.5}}))
    with pytest.raises(DataError, match="limit of a zone is no number"):
        AccessSettings(reach_km={"near": 1.0}).settings()


def test_population_centres_replace_centroids(cared: SourceTables) -> None:
    centres = gpd.GeoDataFrame(
        geometry=[Point(-73.995, 40.005)], index=pd.Index(GEOIDS[:1], name="geoid"), crs=4326
    )
    panel = make_panel(replace(cared, centres=centres))
    assert driver(panel, "clinic_km")[GEOIDS[0]] == pytest.approx(0, abs=1e-6)
    assert driver(make_panel(cared), "clinic_km")[GEOIDS[0]] > 0.5
    assert panel.parameters["access"]["clinic_km"]["from"] == "population centres"


def test_travel_times_replace_straight_lines_in_access(cared: SourceTables) -> None:
    times = pd.DataFrame({"geoid": GEOIDS[:1], "provider_id": "a", "minutes": 5.0})
    panel = make_panel(replace(cared, travel_times=times))
    access = driver(panel, "clinic_access")
    assert access[GEOIDS[0]] == pytest.approx(1000 * 4 / 100)
    assert (access.drop(GEOIDS[0]) == 0).all()
    assert "minutes" in panel.parameters["access"]["clinic_access"]["reach"]
    assert any("not in the table of travel times" in each.reason for each in panel.ledger)


def test_providers_are_stored_and_shown_as_they_are(cared: SourceTables, tmp_path: Path) -> None:
    panel = make_panel(cared)
    shown = protect_panel(panel)
    save_panel(shown, tmp_path / "small")
    again = load_panel(tmp_path / "small")
    assert again.parameters["access"] == panel.parameters["access"]
    pd.testing.assert_frame_equal(again.providers, panel.providers)
    stray = replace(panel, providers=panel.providers.assign(source="nobody"))
    with pytest.raises(ContractError, match=r"providers.source: 4 of 4 rows"):
        save_panel(stray, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_panel_of_the_older_version_asks_to_be_built_again(
    small: SourceTables, tmp_path: Path
) -> None:
    save_panel(make_panel(small), tmp_path / "small")
    path = tmp_path / "small" / "manifest.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'"format": {FORMAT}', '"format": 1'), encoding="utf-8")
    (tmp_path / "small" / "providers.parquet").unlink()
    with pytest.raises(
        PanelError, match=r"format 1, .* build it again: python -m data.build small"
    ):
        load_panel(tmp_path / "small")


def test_the_demo_has_care_and_a_spot_without(demo_panel: Panel) -> None:
    assert demo_panel.providers["kind"].value_counts().to_dict() == {
        "pharmacy": 7,
        "school_clinic": 4,
        "mental_health": 7,
        "health_centre": 3,
        "pantry_food": 3,
    }
    truth = json.loads(TRUTH_PATH.read_text(encoding="utf-8"))
    far = truth["planted"][FAR_SPOT]
    access, km = driver(demo_panel, "clinic_access"), driver(demo_panel, "clinic_km")
    assert access[far].max() < access.quantile(0.35)
    assert km[far].min() > truth["care"]["nearest_care_km_at_least"]
    children = demo_panel.tracts["children"]
    assert float((access * children).sum() / 1000) == pytest.approx(truth["care"]["clinicians"])
    schools = demo_panel.schools.geometry
    clinics = demo_panel.providers.query("kind == 'school_clinic'").geometry
    assert all(schools.geom_equals(point).any() for point in clinics)


def test_residents_of_the_demo_are_more_than_its_children(demo_panel: Panel) -> None:
    tracts = demo_panel.tracts
    lived = tracts["children"] > 0
    share = tracts.loc[lived, "children"] / tracts.loc[lived, "residents"]
    assert share.between(0.07, 0.31).all()
    assert (tracts.loc[~lived, "residents"] == 0).all()


@pytest.mark.mirror
def test_new_york_city_has_residents_and_services_as_its_lists_say(nyc_panel: Panel) -> None:
    kinds = nyc_panel.providers["kind"].value_counts().to_dict()
    assert kinds == {"mental_health": 752, "pantry_food": 505, "school_clinic": 138}
    placed = nyc_panel.providers[nyc_panel.providers.geometry.notna()]["kind"].value_counts()
    assert placed.to_dict() == {"mental_health": 729, "pantry_food": 505, "school_clinic": 134}
    served = nyc_panel.served.assign(
        kind=nyc_panel.served["provider_id"].map(nyc_panel.providers["kind"])
    )
    schools = served.groupby("kind")["school_id"].nunique().to_dict()
    assert schools == {"mental_health": 941, "school_clinic": 294}
    told = nyc_panel.parameters["access"]
    assert told["school_clinic_km"]["providers"] == 134
    assert told["clinic_km"] == told["clinic_access"] == {"measured": False, "why": IN_SCHOOLS}
    known = nyc_panel.tracts.dropna(subset=["residents", "children"])
    assert len(known) == 2324
    assert (known["residents"] >= known["children"]).all()
    assert 8.0e6 < known["residents"].sum() < 9.0e6


def _place() -> SourceTables:
    """Four squares with children in each, for the property."""
    corners = [(x, y) for y in (40.0, 40.02) for x in (-74.0, -73.98)]
    tracts = gpd.GeoDataFrame(
        {"children": [100.0, 300.0, 20.0, 5.0]},
        geometry=[box(x, y, x + 0.02, y + 0.02) for x, y in corners],
        index=pd.Index(GEOIDS, name="geoid"),
        crs=4326,
    )
    return SourceTables(
        area=replace(demo.AREA, crs="EPSG:32618"),
        tracts=tracts,
        schools=gpd.GeoDataFrame(empty_table("schools")),
        absence=empty_table("absence"),
        drivers=empty_table("drivers"),
        school_drivers=empty_table("school_drivers"),
        zones=gpd.GeoDataFrame(empty_table("zones")),
        sources=demo.SOURCES,
        ledger=(),
    )

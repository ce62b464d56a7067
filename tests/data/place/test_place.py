"""A place file names recipes; reading them gives the tables of the study area."""

from pathlib import Path

import pandas as pd
import pytest

from data.contracts.check import validate
from data.errors import DataError
from data.panel import Panel, SourceTables
from data.place.place import FOLDER, RECIPES, list_places, load_place
from data.place.tables import read_place
from data.recipe.binding import TomlError

PLACE = (FOLDER / "nyc.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def nyc(mirror: Path) -> SourceTables:
    return read_place("nyc", mirror=mirror)


def told(tables: SourceTables, table: str, action: str, reason: str) -> int:
    rows = [
        entry.rows
        for entry in tables.ledger
        if (entry.table, entry.action) == (table, action) and entry.reason.startswith(reason)
    ]
    assert len(rows) == 1, (table, action, reason)
    return rows[0]


def test_places_are_the_files_of_the_folder() -> None:
    assert "nyc" in list_places()
    assert set(list_places()) == {path.stem for path in FOLDER.iterdir()}


def test_new_york_city_says_what_it_is() -> None:
    place = load_place("nyc")
    assert place.area.name == "New York City"
    assert place.area.crs == "EPSG:32118"
    assert place.area.default_year not in place.area.unusual_years
    assert place.area.unusual_years == ("2019-20", "2020-21")
    assert (place.catchment.method, place.catchment.scale_km, place.catchment.k) == (
        "gravity",
        1.0,
        0,
    )
    assert {recipe.table for recipe in place.recipes} == {
        "absence",
        "schools",
        "tracts",
        "drivers",
        "school_drivers",
        "climate",
        "zones",
        "other_tracts",
        "providers",
        "context",
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('slug = "nyc"', 'slug = "york"', r"slug is 'york'; write 'nyc'"),
        ('name = "New York City"\n', "", r"key 'name' is missing"),
        ("[catchment]", "[catchment]\nspeed = 3", r"unknown key 'catchment\.speed'"),
        ("scale_km = 1.0", 'scale_km = "far"', r"catchment\.scale_km is 'far'; write a number"),
        ("tract_vintage = 2020", "tract_vintage = true", r"tract_vintage is True; write a whole"),
        ('    "nyc_tracts_2020",\n', "", r"none gives outlines of tracts"),
        ('"nyc_tracts_2020"', '"nyc_tracts_1890"', r"nyc_tracts_1890\.toml is not in recipes"),
        ('"2017-18" = "nyc_doe', '"2017-18" = "doe', r"releases names 'doe_attendance', which is"),
    ],
)
def test_errors_name_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in PLACE
    (tmp_path / "nyc.toml").write_text(PLACE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TomlError, match=message):
        load_place("nyc", folder=tmp_path, recipes=RECIPES)


@pytest.mark.parametrize("slug", ["../nyc", "NYC", "", "a/b", "nyc.toml"])
def test_a_slug_is_no_path(slug: str) -> None:
    with pytest.raises(DataError, match="not a place's short name"):
        load_place(slug)


def test_an_unknown_place() -> None:
    with pytest.raises(DataError, match=r"atlantis\.toml is not in places"):
        load_place("atlantis")


def test_a_mirror_that_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a folder"):
        read_place("nyc", mirror=tmp_path / "none")
    with pytest.raises(DataError, match=r"merged\.csv: .*mirror folder does not"):
        read_place("nyc", mirror=tmp_path)


def test_a_file_without_an_address_is_asked_for_before_any_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATLAS_MIRROR", raising=False)
    with pytest.raises(DataError, match=r"no single address gives this file; Take .*--mirror"):
        read_place("nyc", cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.mirror
def test_tables_keep_their_contracts(nyc: SourceTables) -> None:
    for name in ("tracts", "absence", "drivers", "school_drivers", "zones"):
        validate(name, getattr(nyc, name))
    validate("schools", nyc.schools.assign(geoid=pd.Series(pd.NA, nyc.schools.index, dtype="str")))


@pytest.mark.mirror
def test_schools_left_out_are_counted_by_reason(nyc: SourceTables) -> None:
    assert told(nyc, "schools", "dropped", "Repeats an earlier row") == 59
    closed = told(nyc, "schools", "dropped", "Closed")
    never = told(nyc, "schools", "dropped", "Never opened")
    charters = [each.rows for each in nyc.ledger if each.reason.startswith("Charter:")]
    idle = told(nyc, "schools", "dropped", "No attendance figure")
    assert (closed, never, charters, idle) == (253 - 23, 35, [260, 213], 130)
    assert told(nyc, "schools", "matched", "Not in nyc_doe_locations: name, level and point") == 48
    assert told(nyc, "schools", "kept", "Stands 300 m or more away in nyc_doe_schools_2024") == 26
    assert told(nyc, "schools", "kept", "Not in the list of schools") == 1
    assert len(nyc.schools) == 1602


@pytest.mark.mirror
def test_schools_carry_the_publishers_words(nyc: SourceTables) -> None:
    schools = nyc.schools
    assert schools["level"].value_counts().to_dict() == {
        "elementary": 652,
        "high": 358,
        "middle": 274,
        "k8": 153,
        "secondary": 87,
        "k12": 33,
        "prek": 18,
        "early": 14,
        "unknown": 13,
    }
    assert schools.geometry.notna().sum() == 1587
    # A school that changed its number keeps its years, its level and its point.
    assert schools.loc["04M610", "level"] == "secondary"
    assert "03M610" not in schools.index
    assert nyc.absence["school_id"].eq("04M610").sum() == 12
    assert schools.loc["02M391", "level"] == "prek"  # only in the later list
    assert schools.loc["31R085", "name"].endswith("Leadership School of Staten Island")
    assert schools.loc["15K001", "name"] == "P.S. 001 The Bergen"
    assert schools.loc["15K001", "district"] == "District 15"
    assert schools.loc["15K001", "neighbourhood"] == "Sunset Park West"
    lost = schools[schools.geometry.isna()]
    assert len(lost) == 15
    assert lost["name"].ne(lost.index).all()
    shared = schools.geometry.dropna().to_wkb().duplicated(keep=False)
    assert shared.sum() == 673


@pytest.mark.mirror
def test_tracts_are_readable_and_have_children(nyc: SourceTables) -> None:
    tracts = nyc.tracts
    assert len(tracts) == 2325
    assert tracts.loc["36005001902", "name"] == "Tract 19.02, Bronx"
    assert tracts["children"].sum() == pytest.approx(1_772_560 * 13 / 18)
    assert tracts.index[tracts["children"].isna()].tolist() == ["36085990100"]
    assert told(nyc, "tracts", "kept", "No row gives children") == 1


@pytest.mark.mirror
def test_drivers_are_fractions_of_this_place(nyc: SourceTables) -> None:
    drivers = nyc.drivers[nyc.drivers["source"].eq("cdc_svi")]
    assert drivers["geoid"].nunique() == 2324
    far = {each.source: each.rows for each in nyc.ledger if each.reason.startswith("Tract outside")}
    assert far["cdc_svi"] == 5394 - 2324
    assert far["oeps_providers_2010"] == 4_906 - 2_166
    assert far["oeps_pharmacies_2019"] == 4_876 - 2_156
    other = {e.source: e.rows for e in nyc.ledger if e.reason == "Tract of another state."}
    assert other == {"oeps_providers_2010": 73_874 - 4_906, "oeps_pharmacies_2019": 67_739}
    one = drivers[drivers["geoid"].eq("36005000200")].set_index("measure")
    assert one.loc["uninsured", ["value", "moe"]].tolist() == pytest.approx([0.069, 0.053])
    assert one.loc["uninsured", "reliability"] == "low"
    assert one.loc["svi_overall", "unit"] == "percentile"
    missing = drivers[drivers["status"].eq("missing")]
    assert len(missing) == 1429
    assert missing["value"].isna().all()
    assert missing["moe"].isna().all()


@pytest.mark.mirror
def test_temporary_housing_keeps_what_is_withheld(nyc: SourceTables) -> None:
    rows = nyc.school_drivers
    withheld = rows[rows["status"].eq("suppressed")]
    assert (len(rows), len(withheld)) == (6802, 392)
    assert withheld["numerator"].isna().all()
    assert withheld["denominator"].notna().all()
    assert rows["numerator"].min() == 6


@pytest.mark.mirror
def test_surveys_of_new_york_city_have_one_row_a_school_and_scale(nyc: SourceTables) -> None:
    rows = nyc.climate
    assert not rows.duplicated(["school_id", "school_year", "respondent", "scale"]).any()
    assert len(rows) == 9249 + 2 * 5608 + 2 * 9078 + 9305
    assert rows["status"].value_counts().to_dict() == {"reported": 39127, "missing": 8799}
    assert rows["value"].dropna().between(0.08, 1.0).all()
    assert rows[["respondents", "response_rate"]].isna().all(axis=None)
    again = {
        each.reason: each.rows
        for each in nyc.ledger
        if each.source == "nyc_school_quality" and each.reason.startswith("Repeats")
    }
    assert list(again.values()) == [678, 1]
    assert not [each for each in nyc.ledger if each.doubt == "twins_disagree"]


def test_kept_and_dropped_add_up_to_the_rows_of_each_file(nyc: SourceTables) -> None:
    read: dict[str, int] = {}
    lists = ("nyc_doe_locations", "nyc_doe_schools_2024", "nyc_school_buildings")
    for entry in nyc.ledger:
        at_reading = entry.source in lists and entry.action == "dropped"
        if at_reading or entry.reason in ("Rows of the file read.", "Tract of another state."):
            read[entry.source] = read.get(entry.source, 0) + entry.rows
    assert read == {
        "nyc_doe_attendance_2013": 7607,
        "nyc_doe_attendance": 6122,
        "nyc_doe_chronic_absence": 10787,
        "nyc_doe_locations": 2190,
        "nyc_doe_schools_2024": 9373,
        "nyc_school_buildings": 1380,
        "nyc_tracts_2020": 2325,
        "cdc_svi": 5394,
        "cdc_svi_children": 5394,
        "oeps_providers_2010": 73874,
        "oeps_pharmacies_2019": 72615,
        "nyc_doe_temporary_housing": 6802,
        "nyc_family_survey": 9249,
        "nyc_student_survey": 5608,
        "nyc_teacher_survey": 9078,
        "nyc_school_quality": 9305,
        "nyc_doe_zones": 1049,
        "nyc_tracts_2010": 2167,
        "nyc_evictions_2019": 2167,
        "nyc_parks_2020": 60,
        "nyc_school_health_centres": 138,
        "nyc_school_mental_health": 752,
        "nyc_food_pantries": 505,
    }
    assert [source.id for source in nyc.sources if len(source.sha256) != 64] == []
    assert {source.retrieved for source in nyc.sources} == {""}


@pytest.mark.mirror
def test_zones_are_read_with_every_oddity_told(nyc: SourceTables) -> None:
    zones = nyc.zones
    assert zones.drop_duplicates("zone_id")["level"].value_counts().to_dict() == {
        "elementary": 770,
        "middle": 279,
    }
    assert zones.geometry.is_valid.all()
    assert told(nyc, "zones", "repaired", "Outline mended: Ring Self-intersection") == 4
    assert zones["school_id"].isna().sum() == 66
    shared = zones.loc[zones["school_id"].isin(["19K938", "19K159"]), "zone_id"]
    assert shared.duplicated().any()
    assert zones["school_id"].dropna().str.fullmatch("[0-9]{2}[A-Z][0-9]{3}").all()


@pytest.mark.mirror
def test_zones_of_the_panel_name_known_schools_only(nyc_panel: Panel) -> None:
    named = nyc_panel.zones["school_id"].dropna()
    assert named.isin(nyc_panel.schools.index).all()
    assert nyc_panel.zones["zone_id"].nunique() == 1049
    (entry,) = (each for each in nyc_panel.ledger if each.reason == "The zone's school is known.")
    assert (entry.table, entry.rows) == ("zones", 1091)

"""PLACES and OEPS as published, and recipes that serve every state."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from data.contracts.check import validate
from data.errors import FileError
from data.panel import Panel
from data.place.place import PlaceFile, filled
from data.read.engine import read_table
from data.read.recognise import recognised
from data.recipe.binding import TomlError
from data.recipe.checks import FOLDER, load_recipe
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger

PLACES = load_recipe(FOLDER / "cdc_places.toml")
MEASURES = ("ACCESS2", "CASTHMA", "CHECKUP", "MHLTH", "SLEEP", "HOUSINSECU", "LACKTRPT")
# The first tract of the release of 2024, as the publisher shows it, and made-up ones.
FIRST = '01001020100,1775,1370,11.2,"( 8.7, 14.2)"'


def places_file(folder: Path, release: int, *rows: str) -> Path:
    told = [] if release < 2024 else ["TotalPop18plus"]
    extra = {2023: [], 2024: ["ISOLATION_CrudePrev"], 2025: ["LONELINESS_CrudePrev"]}[release]
    asked = [name for name in MEASURES if release >= 2024 or name not in MEASURES[-2:]]
    pairs = [f"{name}_{end}" for name in asked for end in ("CrudePrev", "Crude95CI")]
    lines = [",".join(["TractFIPS", "TotalPopulation", *told, *pairs, *extra])]
    for row in rows or (FIRST,):
        geoid, everybody, adults, rest = row.split(",", 3)
        same = [rest] * len(asked)
        cells = [geoid, everybody, *([adults] if told else []), *same, *["30.0" for _ in extra]]
        lines.append(",".join(cells))
    path = folder / "places.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("release", "tracts", "measures"), [(2023, "2010", 5), (2024, "2020", 7), (2025, "2020", 7)]
)
def test_each_release_of_places_is_recognised(
    tmp_path: Path, release: int, tracts: str, measures: int
) -> None:
    ledger = Ledger()
    table = read_table(PLACES, places_file(tmp_path, release), ledger).table
    validate("drivers", table)
    assert table["measure"].nunique() == measures
    assert table["vintage"].str.contains(str(release)).all()
    assert f"census tracts of {tracts}" in ledger.entries[0].reason


def test_the_margin_is_of_the_wider_side_of_the_interval(tmp_path: Path) -> None:
    table = read_table(PLACES, places_file(tmp_path, 2024), Ledger()).table
    row = table[table["measure"].eq("places_uninsured_adults")].iloc[0]
    assert row["value"] == pytest.approx(0.112)
    assert row["moe"] == pytest.approx(0.030 * 1.645 / 1.96)
    assert row["reliability"] == "high"  # 3.0 / 1.96 / 11.2 = 13.7 %


def test_an_interval_that_cannot_be(tmp_path: Path) -> None:
    ledger = Ledger()
    rows = (
        FIRST,
        '01001020200,2055,1500,11.2,"(12.7, 14.2)"',
        '01001020300,3216,2400,14.25,"( 8.7, 14.2)"',
        '01001020400,40,30,,""',
    )
    table = read_table(PLACES, places_file(tmp_path, 2024, *rows), ledger).table
    one = table[table["measure"].eq("places_asthma")].set_index("geoid")
    assert one["status"].tolist() == ["reported", "missing", "reported", "missing"]
    assert one["moe"].notna().tolist() == [True, False, True, False]
    told = [each for each in ledger.entries if "does not hold the estimate" in each.reason]
    assert len(told) == 7
    assert {each.examples for each in told} == {("01001020200 (row 3)",)}
    with pytest.raises(FileError, match=r"row 2: 'about 9' is no interval"):
        read_table(PLACES, places_file(tmp_path, 2024, "01001020200,2,1,11.2,about 9"), Ledger())


def whole_nation(name: str) -> Recipe:
    """Give a recipe that keeps the tracts of every state."""
    return replace(load_recipe(FOLDER / f"{name}.toml"), filters=())


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("name", "file", "rows", "mended"),
    [
        ("oeps_providers_2010", "tract-providers-2010.csv.gz", 73_874, 13_679),
        ("oeps_pharmacies_2019", "tract-2019.csv.gz", 72_615, 0),
    ],
)
def test_oeps_ids_are_whole_again(
    mirror: Path, name: str, file: str, rows: int, mended: int
) -> None:
    recipe = whole_nation(name)
    path = mirror / "national/oeps_tract" / file
    ledger = Ledger()
    table = read_table(recipe, path, ledger).table
    validate("drivers", table)
    assert len(table) == rows
    assert table["geoid"].str.fullmatch("[0-9]{11}").all()
    published = pd.read_csv(path, dtype="str")["HEROP_ID"]
    assert published.str.removeprefix("140US").tolist() == table["geoid"].tolist()
    told = [each.rows for each in ledger.entries if each.action == "repaired"]
    assert told == ([mended] if mended else [])


@pytest.mark.mirror
def test_oeps_figures_are_as_published(mirror: Path) -> None:
    folder = mirror / "national/oeps_tract"
    recipe = whole_nation("oeps_pharmacies_2019")
    table = read_table(recipe, folder / "tract-2019.csv.gz", Ledger()).table
    miles = pd.read_csv(folder / "tract-2019.csv.gz")["RxMinDis"]
    pd.testing.assert_series_equal(table["value"], miles * 1.609344, check_names=False)
    assert table["unit"].unique().tolist() == ["km"]
    recipe = whole_nation("oeps_providers_2010")
    table = read_table(recipe, folder / "tract-providers-2010.csv.gz", Ledger()).table
    # 1,486 blanks and 57 tracts without residents, whose figure is infinite: unknown, not 0.
    assert table["status"].value_counts().to_dict() == {"reported": 72_331, "missing": 1_543}
    assert table["value"].max() < float("inf")


@pytest.mark.mirror
def test_oeps_reaches_the_tracts_of_new_york_city(nyc_panel: Panel) -> None:
    drivers = nyc_panel.drivers.set_index("measure")
    pharmacy, doctors = (drivers.loc[name] for name in ("pharmacy_km", "primary_care_per_100k"))
    # 2,325 tracts of 2020; the rest have no figure of 2010 to be carried over.
    assert pharmacy["status"].eq("reported").sum() == 2_215
    assert doctors["status"].eq("reported").sum() == 2_162
    assert pharmacy["value"].median() == pytest.approx(0.354, abs=0.001)
    assert pharmacy["value"].max() < 6  # an island has the farthest way, as the crow flies
    told = [
        each.reason
        for each in nyc_panel.ledger
        if each.reason.startswith(("pharmacy_km: carried", "primary_care_per_100k: carried"))
    ]
    assert len(told) == 2


PLACE = PlaceFile(
    "gotham", "Gotham", "North Carolina", "37", 2020, "2018-19", "d", (), "EPSG:32119"
)


def test_a_place_fills_its_words_in() -> None:
    recipe = filled(load_recipe(FOLDER / "cdc_svi.toml"), PLACE)
    assert recipe.url.endswith("/states/NorthCarolina.csv")
    assert recipe.mirror == "gotham/cdc_svi/NorthCarolina.csv"
    assert recipe.title == "{layout}, North Carolina, census tracts"
    assert filled(recipe, PLACE) == recipe
    plain = load_recipe(FOLDER / "nyc_tracts_2020.toml")
    assert filled(plain, PLACE) == plain


def test_an_unknown_placeholder_is_named() -> None:
    recipe = replace(PLACES, url="https://example.org/{county}")
    with pytest.raises(TomlError, match=r"cdc_places: \{county\} is not known here; write one of"):
        filled(recipe, PLACE)


def test_the_title_names_the_layout_once_the_file_is_seen() -> None:
    cells = pd.DataFrame({name: ["x"] for name in ("TractFIPS", "TotalPop18plus")}, dtype="str")
    headers = ("TractFIPS", "TotalPop18plus", "CASTHMA_CrudePrev", "LONELINESS_CrudePrev")
    found = recognised(PLACES, cells, headers, "a.csv", Ledger())
    assert found.title == "PLACES, census tracts, 2025 release"
    assert found.layouts == ()

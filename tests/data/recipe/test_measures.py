"""The registry: every measure explains itself, and stands in known places of known layouts."""

import re
from pathlib import Path
from typing import get_args

import pytest

from data.contracts.vocabulary import UNITS
from data.dictionary import layout_rows, measure_rows
from data.recipe import measures as registry
from data.recipe.binding import TomlError
from data.recipe.checks import FOLDER, load_recipe, parse_recipe
from data.recipe.measures import Theme, layouts, measures, measures_of

BLAME = re.compile(r"\b(cause[sd]?|fault|blame|fail(?:s|ed|ure)?|lazy|because of)\b", re.IGNORECASE)
REFERENCE = re.compile(r".+ \((?:19|20)\d\d\), .+ \d+.*")


@pytest.mark.parametrize("name", list(measures()))
def test_a_measure_says_what_it_is_and_how_it_may_touch_attendance(name: str) -> None:
    each = measures()[name]
    assert each.theme in get_args(Theme)
    assert each.unit in UNITS
    assert each.question.endswith("?")
    assert each.denominator
    assert each.caveat.endswith(".")
    assert each.touches.endswith(".")
    assert REFERENCE.fullmatch(each.reference), each.reference
    # A sentence on attendance says "may" (or denies an own path), and speaks of places.
    assert re.search(r"\bmay\b|no way of its own", each.touches)
    assert not BLAME.search(each.touches)


def test_modelled_measures_are_guarded() -> None:
    modelled = [each for each in measures().values() if each.kind == "modelled"]
    assert {each.id for each in modelled} == {
        name for name in measures() if name.startswith("places_")
    }
    for each in modelled:
        for word in ("adults", "race", "poverty", "education", "ranking", "trends", "outcomes"):
            assert word in each.caveat
        assert "(modelled)" in each.label


def test_no_two_measures_share_a_column_of_a_layout() -> None:
    for name in layouts():
        held = measures_of(name)
        keys = [each.value or (each.part, each.whole) for each in held]
        assert len(set(keys)) == len(keys)
        assert held


def test_every_layout_named_in_the_registry_exists_and_is_used() -> None:
    named = {
        layout
        for each in measures().values()
        for columns in each.columns
        for layout in columns.layouts
    }
    assert named == set(layouts())
    used = {name for path in FOLDER.glob("*.toml") for name in load_recipe(path).layouts}
    assert used == set(layouts())


def test_a_unit_as_stored_is_the_unit_of_the_registry() -> None:
    for name in layouts():
        for each in measures_of(name):
            stored = "fraction" if each.is_formed or each.unit == "percent" else each.unit
            assert measures()[each.id].unit == stored


def test_poverty_below_100_and_below_150_stay_apart() -> None:
    in_2018 = {each.id: each.value for each in measures_of("cdc_svi_2018")}
    in_2022 = {each.id: each.value for each in measures_of("cdc_svi_2022")}
    assert in_2018["poverty_100"] == "EP_POV"
    assert in_2022["poverty_150"] == "EP_POV150"
    assert "poverty_150" not in in_2018
    assert "poverty_100" not in in_2022
    assert "svi_minority" not in in_2018  # that edition's theme 3 mixes in language


def test_the_dictionary_names_the_columns() -> None:
    rows = {row["id"]: row["columns"] for row in measure_rows()}
    assert "EP_UNINSUR (percent), margin MP_UNINSUR" in rows["uninsured"]
    assert "acs5_2022: (B27010_017) / B27010_002" in rows["uninsured_children"]
    assert "RxMinDis (km), times 1.609344" in rows["pharmacy_km"]
    assert {row["id"] for row in layout_rows()} == set(layouts())


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ('layouts = ["a", "a"]\nvalue = "x"\nunit = "usd"', "named twice"),
        ('layouts = ["a"]\nvalue = "x"', "drivers need unit and value"),
        ('layouts = ["a"]\npart = ["x"]', "part and whole"),
        ('layouts = ["a"]\nvalue = "x"\nunit = "usd"\nmoe = "m"\ninterval = "i"', "unit and value"),
        ('layouts = ["a"]\ncolour = "x"', "unknown key"),
    ],
)
def test_a_wrong_entry_is_named(
    columns: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = registry.MEASURES.read_text(encoding="utf-8").split("[[measures.columns]]")[0]
    path = tmp_path / "measures.toml"
    path.write_text(f"{entry}\n[[measures.columns]]\n{columns}\n", encoding="utf-8")
    monkeypatch.setattr(registry, "MEASURES", path)
    measures.cache_clear()
    try:
        with pytest.raises(TomlError, match=message):
            measures()
    finally:
        measures.cache_clear()


RECIPE = """
id = "made"
publisher = "Nobody"
title = "{layout}"
table = "drivers"
url = "https://example.org/a"
mirror = "a.csv"
release = "published"
licence = "CC0"
definition = "made up"
layouts = ["cdc_svi_2022"]
format = { kind = "delimited" }
identifier = { pattern = "[0-9]{11}" }
columns = { geoid = { column = "FIPS" } }
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"cdc_svi_2022"', '"cdc_svi_2021"', r"'cdc_svi_2021' is not in layouts\.toml; known: cdc"),
        ('layouts = ["cdc_svi_2022"]\n', "", "give vintage, or the layouts"),
        ("layouts =", 'vintage = "2022"\nlayouts =', "leave them out"),
        ("layouts =", 'only = ["colour"]\nlayouts =', "none of the measures wanted"),
        ("layouts =", 'only = ["crowding", "colour"]\nlayouts =', "only names 'colour'"),
        ("layouts =", 'tokens = { missing = ["-1"] }\nlayouts =', "leave them out"),
        ('"drivers"', '"crosswalk"', "only drivers and tracts have layouts|column 'source'"),
    ],
)
def test_layouts_of_a_recipe_are_checked(old: str, new: str, message: str) -> None:
    parse_recipe(RECIPE)
    assert old in RECIPE
    with pytest.raises(TomlError, match=message):
        parse_recipe(RECIPE.replace(old, new, 1))

"""Recipes and places say exactly what they must: every other key is an error that names it."""

from pathlib import Path
from typing import get_args

import pytest

from data.recipe.binding import TomlError, read_toml
from data.recipe.checks import FOLDER, load_recipe, parse_recipe
from data.recipe.measures import Theme, measures

TEXT = """
id = "made"
publisher = "Nobody"
title = "Made up"
table = "absence"
url = "https://example.org/a.csv"
mirror = "made/a.csv"
vintage = "2018-19"
release = "published"
licence = "CC0"
definition = "made up"
format = { kind = "delimited" }
identifier = { pattern = "[A-Z0-9]+" }
[columns]
school_id = { column = "id" }
school_year = { constant = "2018-19" }
enrolled = { column = "n", unit = "count" }
chronic_absent = { column = "x", unit = "count" }
"""


def test_the_smallest_recipe() -> None:
    recipe = parse_recipe(TEXT)
    assert recipe.key == "school_id"
    assert recipe.headers() == ("id", "n", "x")
    assert recipe.tokens.missing == ("",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Made up"\n', "", r"made\.toml: key 'title' is missing"),
        ("[columns]", "colour = 1\n[columns]", r"unknown key 'colour'"),
        ('kind = "delimited"', 'kind = "delimited", skip = 1', r"unknown key 'format\.skip'"),
        ('kind = "delimited"', "", r"key 'format\.kind' is missing"),
        ('kind = "delimited"', 'kind = "parquet"', r"format\.kind is 'parquet'; write one of"),
        ('table = "absence"', 'table = "pupils"', r"table is 'pupils'"),
        ('release = "published"', 'release = "leaked"', r"release is 'leaked'"),
        ('title = "Made up"', "title = 3", r"title is 3; write text"),
        ('"delimited" }', '"delimited", header_row = true }', r"header_row is True; write a whole"),
        ('"delimited" }', '"delimited", header_row = 0 }', r"header_row counts from 1"),
        ('"delimited" }', '"delimited", thousands = "." }', r"same mark"),
        ('"made/a.csv"', '"../a.csv"', r"mirror: '\.\./a\.csv' must be a path inside"),
        ('"made/a.csv"', '"/etc/a.csv"', r"must be a path inside"),
        ('"made/a.csv"', '"C:/a.csv"', r"must be a path inside"),
        ('"made/a.csv"', '"made/a.xlsm"', r"'a\.xlsm' is not a delimited file"),
        ('"https://example.org/a.csv"', '"file:///etc/passwd"', r"must begin with https"),
        ('id = "made"', 'id = "Made Up"', r"must be lower-case"),
        ('school_year = { constant = "2018-19" }\n', "", r"column 'school_year' is missing"),
        ("[columns]", '[columns]\ncolour = { column = "c" }', r"'colour' is not a column"),
        ('column = "n", unit = "count"', 'column = "n"', r"enrolled: unit is 'text'"),
        ('column = "n",', 'column = "n", constant = "1",', r"give either column or constant"),
        ('unit = "count" }\nch', 'unit = "count", scale = "x" }\nch', r"scale 'x' is not a number"),
        ('"[A-Z0-9]+"', '"[A-Z"', r"not a regular expression"),
        ("[columns]", 'filters = [{ column = "k", reason = "r" }]\n[columns]', r"exactly one of"),
        ("[columns]", 'measures = [{ id = "a", value = "v" }]\n[columns]', r"belong to drivers"),
        (
            "[columns]",
            'points = { x = "a", y = "b" }\n[columns]',
            r"only schools, providers, centres have points",
        ),
        ('title = "Made up"', 'title = "Made', r"made\.toml: not TOML: .*line"),
    ],
)
def test_errors_name_file_and_key(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(TomlError, match=message):
        parse_recipe(TEXT.replace(old, new, 1), "made.toml")


def test_a_recipe_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match=r"none\.toml is not in"):
        load_recipe(tmp_path / "none.toml")


def test_a_recipe_is_a_page_of_text(tmp_path: Path) -> None:
    path = tmp_path / "big.toml"
    path.write_text("# " + "x" * 1_100_000, encoding="utf-8")
    with pytest.raises(TomlError, match="larger than 1 MB"):
        load_recipe(path)
    path.write_bytes(b'id = "\xff"')
    with pytest.raises(TomlError, match="UTF-8"):
        load_recipe(path)


def test_measures_explain_themselves() -> None:
    known = measures()
    assert list(known)[:7] == [
        "uninsured",
        "housing_cost_burden",
        "crowding",
        "no_vehicle",
        "poverty_150",
        "no_internet",
        "single_parent",
    ]
    assert {each.theme for each in known.values()} <= set(get_args(Theme))
    for each in known.values():
        assert each.question.endswith("?")
        assert each.caveat
        assert each.note


def test_every_measure_of_a_recipe_is_in_the_registry_with_its_unit() -> None:
    for path in FOLDER.glob("*.toml"):
        for measure in load_recipe(path).measures:
            stored = "fraction" if measure.unit == "percent" or measure.numerator else measure.unit
            assert measures()[measure.id].unit == stored


def test_binding_refuses_a_list_for_a_table() -> None:
    text = TEXT.replace('format = { kind = "delimited" }', "format = [1]")
    with pytest.raises(TomlError, match=r"format is \[1\]; write a table of keys"):
        parse_recipe(text)


def test_all_errors_of_a_file_are_listed_at_once() -> None:
    text = TEXT.replace('title = "Made up"\n', "colour = 1\n").replace('"delimited"', '"parquet"')
    with pytest.raises(TomlError) as caught:
        parse_recipe(text, "made.toml")
    lines = str(caught.value).splitlines()
    assert [line.split(";")[0] for line in lines] == [
        "made.toml: key 'title' is missing",
        "made.toml: format.kind is 'parquet'",
        "made.toml: unknown key 'colour'",
    ]
    text = TEXT.replace('id = "made"', 'id = "Made"').replace("https://", "ftp://")
    with pytest.raises(TomlError, match=r"made\.toml: id: .*\nmade\.toml: url: "):
        parse_recipe(text, "made.toml")


def test_reading_toml_gives_plain_values(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('a = "b"', encoding="utf-8")
    assert read_toml(path) == {"a": "b"}

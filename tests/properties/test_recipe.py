"""A recipe survives the way to TOML text and back; reading loses no row."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.place.place import AccessSettings, CatchmentSettings, PlaceFile
from data.read.cells import parse_bound
from data.read.engine import read_table
from data.recipe.binding import bind, dump, parse_toml
from data.recipe.checks import FOLDER, load_recipe, parse_recipe, to_toml
from data.recipe.measures import Measure
from data.recipe.parts import Column, Format, Identifier, Tokens
from data.recipe.recipe import Recipe
from data.recipe.rows import Filter, Override, Points
from data.store.manifest import DefinitionBreak
from data.store.provenance import Ledger

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
tokens = st.builds(
    Tokens,
    suppressed=st.dictionaries(words, words, max_size=3),
    missing=st.lists(words, max_size=3).map(tuple),
    censored=st.booleans(),
    reason=words,
)
texts = st.builds(
    Column, column=words, map=st.dictionaries(words, words, max_size=3), default=words
)
counts = st.builds(
    Column,
    column=words,
    unit=st.just("count"),
    scale=st.sampled_from(["1", "13/18", "0.5"]),
    tokens=st.none() | tokens,
)
filters = st.builds(
    Filter, column=words, reason=words, one_of=st.lists(words, min_size=1, max_size=3).map(tuple)
)
layouts = st.builds(
    Format,
    kind=st.just("delimited"),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["auto", "utf-8", "cp1252", "utf-16"]),
    member=words,
    header_row=st.integers(1, 9),
)
shared = {
    "id": names,
    "publisher": words,
    "title": words,
    "url": words.map(lambda word: f"https://{word}"),
    "mirror": names.map(lambda name: f"{name}/{name}.csv"),
    "vintage": words,
    "release": st.sampled_from(["published", "restricted"]),
    "licence": words,
    "definition": words,
    "format": layouts,
    "identifier": st.builds(
        Identifier,
        pattern=st.just("[0-9]+"),
        pad=st.integers(0, 12),
        also=st.sampled_from([(), ("kind",)]),
    ),
    "tokens": tokens,
    "filters": st.lists(filters, max_size=3).map(tuple),
    "by_hand": words,
}
absence = st.builds(
    Recipe,
    table=st.just("absence"),
    columns=st.fixed_dictionaries(
        {"school_id": texts, "school_year": texts, "enrolled": counts, "chronic_absent": counts}
    ),
    **shared,
)
drivers = st.builds(
    Recipe,
    table=st.just("drivers"),
    columns=st.fixed_dictionaries({"geoid": texts}),
    measures=st.lists(
        st.builds(
            Measure, id=names, unit=st.sampled_from(["percent", "usd"]), value=words, moe=words
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda measure: measure.id,
    ).map(tuple),
    **shared,
)
schools = st.builds(
    Recipe,
    table=st.just("schools"),
    columns=st.fixed_dictionaries({"school_id": texts, "name": texts}),
    points=st.builds(Points, x=words, y=words, crs=words),
    overrides=st.lists(
        st.builds(Override, target=st.just("name"), value=words, column=words, equals=words),
        max_size=2,
    ).map(tuple),
    **shared,
)


@given(st.one_of(absence, drivers, schools))
@settings(deadline=None, max_examples=60)
def test_recipe_to_toml_and_back_is_the_same_recipe(recipe: Recipe) -> None:
    assert parse_recipe(to_toml(recipe)) == recipe


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_recipe_survives_the_round_trip(path: Path) -> None:
    recipe = load_recipe(path)
    assert recipe.id == path.stem
    assert parse_recipe(to_toml(recipe)) == recipe


places = st.builds(
    PlaceFile,
    slug=names,
    name=words,
    state=words,
    state_fips=st.just("36"),
    tract_vintage=st.sampled_from([2010, 2020]),
    crs=words,
    default_year=words,
    definition=words,
    recipes=st.lists(names, max_size=3).map(tuple),
    fictional=st.booleans(),
    breaks=st.lists(st.builds(DefinitionBreak, school_year=words, note=words), max_size=2).map(
        tuple
    ),
    catchment=st.builds(CatchmentSettings, scale_km=st.floats(0, 9), k=st.integers(0, 99)),
    access=st.builds(AccessSettings, reach_km=st.dictionaries(words, st.floats(0, 1), max_size=3)),
)


@given(places)
@settings(deadline=None, max_examples=60)
def test_place_to_toml_and_back_is_the_same_place(place: PlaceFile) -> None:
    assert bind(PlaceFile, parse_toml(dump(place), "place"), "place") == place


SMALL = """
id = "small"
publisher = "Nobody"
title = "Made up"
table = "absence"
url = "https://example.org/a.csv"
mirror = "a.csv"
vintage = "2018-19"
release = "published"
licence = "CC0"
definition = "made up"
format = { kind = "delimited" }
identifier = { pattern = "[A-Z0-9]+" }
tokens = { missing = ["", "-999"], suppressed = { "*" = "<10" }, censored = true }
filters = [{ column = "kind", equals = "school", reason = "Not a school." }]
[columns]
school_id = { column = "id" }
school_year = { constant = "2018-19" }
enrolled = { column = "n", unit = "count" }
chronic_absent = { column = "x", unit = "count" }
"""
cell = st.sampled_from(
    ["0", "3", "17", "40", "*", "<5", "", "-999", "n<10", "10 or fewer", "-999.0"]
)
row = st.tuples(st.integers(0, 5), st.sampled_from(["school", "total"]), cell, cell)


@given(st.lists(row, min_size=1, max_size=20))
@settings(deadline=None, max_examples=60)
def test_no_row_is_lost_and_no_hidden_count_becomes_a_number(
    rows: list[tuple[int, str, str, str]],
) -> None:
    made = {key: (f"S{key}", kind, n, x) for key, kind, n, x in rows}
    lines = ["id,kind,n,x", *(",".join(each) for each in made.values()), "S99,school,20,5"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        ledger = Ledger()
        table = read_table(parse_recipe(SMALL), path, ledger).table
    told = {"dropped": 0, "kept": 0}
    for entry in ledger.entries:
        told[entry.action] += entry.rows
    assert told["kept"] == len(table)
    assert told["kept"] + told["dropped"] == len(lines) - 1
    hidden = table["status"].ne("reported")
    assert table.loc[hidden, "chronic_absent"].isna().all()
    assert table.loc[hidden, "reason"].ne("").all()
    shown = table[~hidden]
    assert shown["chronic_absent"].le(shown["enrolled"]).all()
    assert table["lower"].le(table["upper"]).fillna(value=True).all()


@given(st.integers(1, 10**6), st.booleans())
def test_bounds_hold_the_numbers_that_the_words_allow(number: int, whole: bool) -> None:
    below = parse_bound(f"<{number}", whole=whole)
    above = parse_bound(f">{number}", whole=whole)
    # What is below or above a number leaves it out: by 1 of a count, by next to nothing of a rate.
    assert below is not None
    assert above is not None
    inside = (number - below[1], above[0] - number)
    assert inside == (1, 1) if whole else all(0 < gap < 1e-5 for gap in inside)
    assert (below[0], above[1]) == (0.0, float("inf"))
    assert parse_bound(f"{number} or fewer", whole=whole) == (0.0, number)
    assert parse_bound(f"{number} or more", whole=whole) == (number, float("inf"))

"""The rule table: read strictly, sourced, current as a document, agreeing with the places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data import definition_document
from data.definition_facts import CORE, FACTS, WORDS, fact, facts
from data.definition_rules import Rule, RuleSource, definitions, read_definitions, rules_of
from data.demo.tables import AREA
from data.place.place import FOLDER, load_place
from data.recipe.binding import TomlError

GOOD = """
id = "XX"
name = "Nowhere"
state = "Nowhere"

[[rules]]
first_year = "2018-19"
last_year = "2019-20"
confirmed = true
percent = 10
reached = "at or above"

[[rules.sources]]
publisher = "Department"
title = "Page"
url = "https://example.org"
year = "2019"
"""
SOURCE = RuleSource("Department", "Page", "https://example.org", "2019")
SECOND = GOOD.partition("[[rules]]")[2].replace("2018-19", "2020-21").replace("2019-20", "2021-22")


def written(folder: Path, text: str, name: str = "XX") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_and_its_years_are_found(tmp_path):
    found = read_definitions(written(tmp_path, f"{GOOD}\n[[rules]]{SECOND}"))
    assert [found.of(year) is None for year in ("2017-18", "2018-19", "2019-20")] == [True] + [
        False
    ] * 2
    assert found.of("2021-22") is found.rules[1]
    assert found.of("2022-23") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "XX"', 'id = "YY"', "id is 'YY'; write 'XX'"),
        ("percent = 10", 'percent = "10"', "rules[0].percent is '10'; write a whole number"),
        ("percent = 10", "percent = 10.5", "rules[0].percent is 10.5; write a whole number"),
        ("percent = 10", "percent = 0", "percent is 0; write a number from 1 to 100"),
        ("percent = 10", "percent = 10\ndays = 15", "percent and days are both given"),
        ("percent = 10", "percents = 10", "unknown key 'rules[0].percents'"),
        ("percent = 10", "minimum_days = -1", "minimum_days is -1"),
        ("percent = 10", 'first_grade = "K"', "belong together"),
        ("percent = 10", 'first_grade = "8"\nlast_grade = "K"', "put them in order"),
        ("percent = 10", 'first_grade = "0"\nlast_grade = "8"', "rules[0].first_grade is '0'"),
        ('"at or above"', '"over"', "rules[0].reached is 'over'; write one of"),
        ("confirmed = true", "confirmed = 1", "rules[0].confirmed is 1; write true or false"),
        ("confirmed = true", "", "key 'rules[0].confirmed' is missing"),
        ('"2018-19"', '"2018-20"', "first_year is '2018-20'; write a school year"),
        ('"2018-19"', '"2018"', "write a school year"),
        ('"2018-19"', '""', "first_year is ''; write a school year"),
        ('"2019-20"', '"2016-17"', "before first_year"),
        ("https://example.org", "see file", "write the address of the page"),
        ("https://example.org", "javascript:alert(1)", "write the address of the page"),
        ("[[rules.sources]]", "[[rules.source]]", "unknown key 'rules[0].source'"),
        ("[[rules]]", "[rules]", "rules is"),
        ("percent = 10", "percent = ", "not TOML"),
    ],
)
def test_what_a_file_must_not_say_is_named_with_its_remedy(tmp_path, old, new, said):
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(TomlError) as error:
        read_definitions(path)
    assert said in str(error.value)
    assert "XX.toml" in str(error.value)


def test_spans_do_not_overlap_and_a_fact_has_a_source(tmp_path):
    both = f"{GOOD}\n[[rules]]{GOOD.partition('[[rules]]')[2]}"
    with pytest.raises(TomlError, match=r"rules\[1\].first_year is '2018-19', inside the span"):
        read_definitions(written(tmp_path, both))
    bare = GOOD.partition("[[rules.sources]]")[0] + "sources = []\n"
    with pytest.raises(TomlError, match="a fact without a source is left out"):
        read_definitions(written(tmp_path, bare))
    none = 'id = "XX"\nname = "Nowhere"\nrules = []\n'
    with pytest.raises(TomlError, match="rules is empty"):
        read_definitions(written(tmp_path, none))


def test_two_files_do_not_speak_for_one_state(tmp_path):
    written(tmp_path, GOOD)
    written(tmp_path, GOOD.replace('"XX"', '"YY"', 1), "YY")
    with pytest.raises(TomlError, match="speaks for Nowhere already"):
        definitions(tmp_path)


def test_a_place_names_its_rules_or_takes_those_of_its_state(tmp_path):
    written(tmp_path, GOOD)
    here = replace(AREA, state="Nowhere", definition_rule="")
    found = rules_of(here, tmp_path)
    assert found is not None
    assert found.id == "XX"
    assert rules_of(replace(here, state="Elsewhere"), tmp_path) is None
    assert rules_of(replace(here, state=""), tmp_path) is None
    named = replace(here, state="Elsewhere", definition_rule="XX")
    assert rules_of(named, tmp_path) is found
    with pytest.raises(TomlError, match="definition_rule is 'ZZ'; write one of XX"):
        rules_of(replace(here, definition_rule="ZZ"), tmp_path)


def test_a_place_file_that_names_rules_that_are_not_there_is_refused(tmp_path):
    text = (FOLDER / "oregon.toml").read_text("utf-8")
    (tmp_path / "oregon.toml").write_text(f'definition_rule = "ZZ"\n{text}', encoding="utf-8")
    with pytest.raises(TomlError, match=r"oregon.toml: definition_rule is 'ZZ'; write one of CA"):
        load_place("oregon", folder=tmp_path)


@pytest.mark.parametrize("name", definitions())
def test_every_fact_on_file_is_sourced_and_every_state_here_once(name):
    found = definitions()[name]
    for rule in found.rules:
        assert all(source.publisher and source.title and source.year for source in rule.sources)
        if rule.confirmed and rule.published:
            assert rule.percent == 10
            assert rule.reached == "at or above"
            assert all(source.url.startswith("http") for source in rule.sources)
        if not rule.published:
            assert set(facts(rule).values()) == {"not known"}
    undated = [rule for rule in found.rules if all(s.year == "undated" for s in rule.sources)]
    assert not any(rule.confirmed for rule in undated)


@pytest.mark.parametrize(
    ("slug", "year", "wanted"),
    [
        ("nyc", "2016-17", {"minimum": "20", "unit": "school", "reasons": "any reason"}),
        ("nyc", "2018-19", {"minimum": "10", "threshold": "10 % or more"}),
        (
            "oregon",
            "2018-19",
            {"minimum": "75", "through": "1 May", "counted": "enrolled on a day"},
        ),
        ("colorado", "2022-23", {"grades": "K to 12", "unit": "district", "minimum": ""}),
    ],
)
def test_the_rules_of_shipped_places_agree_with_their_files(slug, year, wanted):
    area = load_place(slug).area
    rules = rules_of(area)
    rule = rules.of(year) if rules else None
    assert rule is not None
    assert rule.confirmed
    assert {name: fact(rule, name) for name in wanted} == wanted
    assert f"{rule.percent} % or more" in area.definition or "90 % or fewer" in area.definition
    for said in (
        f"{wanted['minimum']} " if wanted.get("minimum") else "",
        wanted.get("through", ""),
    ):
        assert said in area.definition
    assert (rule.unit == "district") == (area.reports == "district")


def test_the_years_of_new_york_that_a_release_does_not_explain_are_not_confirmed():
    rules = rules_of(load_place("nyc").area)
    assert rules is not None
    assert {rule.last_year: rule.confirmed for rule in rules.rules} == {
        "2016-17": True,
        "2020-21": True,
        "2024-25": False,
    }
    california = definitions()["CA"].of("2019-20")
    assert california is not None
    assert not california.published


def test_facts_are_told_apart_by_their_words():
    bare = Rule("2018-19", True, (SOURCE,))
    assert all(fact(bare, name) == "" for name in FACTS)
    assert set(CORE) < set(FACTS)
    ten = replace(bare, percent=10, reached="at or above", minimum_days=0)
    assert fact(ten, "threshold") == "10 % or more"
    assert fact(replace(ten, reached="above"), "threshold") == "above 10 %"
    assert fact(replace(bare, days=15, reached="at or above"), "threshold") == "15 days or more"
    assert fact(ten, "minimum") == "none"
    assert fact(replace(bare, percent=10), "threshold") == ""
    said = {
        fact(rule, name)
        for each in definitions().values()
        for rule in each.rules
        for name in ("basis", "reasons", "suspension", "day_missed", "counted", "unit", "two_units")
    }
    assert said - {""} <= set(WORDS)


def test_the_committed_document_is_current(tmp_path, monkeypatch, capsys):
    assert definition_document.main(["--check"]) == 0
    text = definition_document.render()
    for name in ("Oregon", "New York City", "California", "Colorado", "not confirmed"):
        assert name in text
    monkeypatch.setattr(definition_document, "DOCUMENT", tmp_path / "definitions.md")
    assert definition_document.main(["--check"]) == 1
    assert "python -m data.definition_document" in capsys.readouterr().err
    assert definition_document.main([]) == 0
    assert definition_document.main(["--check"]) == 0

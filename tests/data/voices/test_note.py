"""What may stand in a voice, and in the codebook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data.plan.entry import EntryError
from data.plan.persons import suspect_anyone
from data.recipe.binding import TomlError
from data.recipe.measures import measures
from data.voices import codebook
from data.voices.note import OFFERED, PROBLEMS, checked

TODAY = date(2026, 11, 30)
LEAST = {
    "held": "2026-10-06",
    "occasion": "circle",
    "place": "Old Quay",
    "place_kind": "neighbourhood",
    "place_id": "Old Quay",
    "who": "families",
    "voices": 6,
    "theme": "way",
    "words": "The bus comes late when it rains.",
}


def test_words_of_a_list_stand_for_its_keys() -> None:
    words = {name: each[LEAST.get(name, "")] for name, each in OFFERED.items() if name in LEAST}
    said = {**LEAST, **words, "theme": "The way to school: buses, rides, distance", "voices": "6.0"}
    assert checked(said, TODAY) == checked(LEAST, TODAY)
    assert checked(LEAST, TODAY).where() == "neighbourhood:Old Quay"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("held", "2026-12-01", "no_day"),  # ahead
        ("held", "2026-02-30", "no_day"),
        ("held", "6 October", "no_day"),
        ("held", "", "no_day"),
        ("occasion", "", "not_offered"),
        ("who", "Anna", "not_offered"),
        ("student_group", "the Miller twins", "not_offered"),
        ("nature", "complaint", "not_offered"),
        ("theme", "", "no_theme"),
        ("theme", "Parents who do not care", "no_theme"),
        ("place", "", "no_place"),
        ("voices", "0", "no_voices"),
        ("voices", "-3", "no_voices"),
        ("voices", "2.5", "no_voices"),
        ("voices", "٣", "no_voices"),
        ("voices", "501", "no_voices"),
        ("voices", "9" * 400, "no_voices"),
        ("words", "a" * 201, "too_long"),
        ("words", "Anna Miller said the bus is late", "names"),
        ("words", "My son Liam misses the bus", "names"),
        ("words", "Ms. Alvarez never answers", "names"),
        ("words", "Call us at 212-555-0147", "contact"),
        ("words", "student id 4455667 is out often", "student_id"),
        ("words", "born 2014-03-02, often ill", "birth_date"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(field: str, value: str, code: str) -> None:
    with pytest.raises(EntryError) as caught:
        checked({**LEAST, field: value}, TODAY)
    assert [(each.name, each.code) for each in caught.value.problems] == [(field, code)]
    assert str(caught.value.problems[0])
    if len(value) > 3 and code in ("names", "contact", "student_id", "birth_date"):
        assert value not in str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        "The bus to Bay Clinic comes late.",
        "Children like the garden behind the Harbour Row school",
        "In May and June the walk is hot",
        "Grace period for late buses helps",
        "Mi hija no duerme bien por el ruido",
        "Teachers who say hello in Spanish",
        "Dr appointments are only in the morning",
    ],
)
def test_sentences_without_names_pass(words: str) -> None:
    assert suspect_anyone(words) == ""


def test_no_theme_names_a_figure_that_may_not_be_ranked() -> None:
    known = measures()
    named = {name for theme in codebook.themes().values() for name in theme.measures}
    assert len(named) > 8
    assert {known[name].kind for name in named} <= {"survey", "records", "computed"}
    assert {theme.area for theme in codebook.themes().values()} == set(codebook.AREAS)


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ('id = "a"\nlabel = "A"\narea = "health"\nmeasures = ["places_asthma"]', "ranked"),
        ('id = "a"\nlabel = "A"\narea = "health"\nmeasures = ["unknown"]', "no measure"),
        ('id = "a"\nlabel = "A"\narea = "blame"\nmeasures = []', "no such area"),
        ('id = "a"\nlabel = "A"\narea = "health"', "needs id, label, area and measures"),
    ],
)
def test_a_wrong_codebook_is_refused(
    entry: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "themes.toml"
    file.write_text(f"[[themes]]\n{entry}\n", encoding="utf-8")
    monkeypatch.setattr(codebook, "THEMES", file)
    with pytest.raises(TomlError, match=wanted):
        codebook.themes.__wrapped__()


def test_every_problem_has_a_sentence_with_a_remedy() -> None:
    assert all(words.count(".") >= 1 for words in PROBLEMS.values())

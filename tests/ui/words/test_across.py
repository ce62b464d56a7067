"""What is said of two places beside each other: the facts, no blame, plain enough."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from analytics.rates.between_schools import Estimate
from data.definition_rules import definitions
from data.views.across import PlaceYear, verdict
from tests.reading import EIGHT, grade
from ui import languages
from ui.words import across as words

RULES = {name: definitions()[name].of("2018-19") for name in ("NYC", "OR", "CO", "made_up")}
CITY = PlaceYear("New York City", "2018-19", RULES["NYC"])
OREGON = PlaceYear("Oregon", "2018-19", RULES["OR"], named=False)
COLORADO = PlaceYear("Colorado", "2018-19", RULES["CO"], named=False)
DEMO = PlaceYear("Halcyon County", "2018-19", RULES["made_up"], fictional=True)
BLAME = re.compile(r"\b(worse|worst|fail\w*|bad|poor|better|best|lag\w*|rank\w*)\b", re.IGNORECASE)


def test_new_york_and_oregon_are_told_apart_by_their_facts():
    said = words.reasons(CITY, OREGON, verdict(CITY, OREGON))
    assert "Fewest days enrolled: 10 in New York City, 75 in Oregon." in said
    assert "Attendance up to: the last day of school in New York City, 1 May in Oregon." in said
    assert "Grades: PK to 12 in New York City, K to 12 in Oregon." in said
    assert set(words.remedies(verdict(CITY, OREGON))) == {
        "counts of one of the two made again by the rule of the other",
        "figures by grade from both",
    }


def test_oregon_and_colorado_differ_in_what_a_figure_is_of():
    said = words.reasons(OREGON, COLORADO, verdict(OREGON, COLORADO))
    assert "Figures are by: school in Oregon, district in Colorado." in said
    assert "Fewest days enrolled: not known for Colorado." in said
    assert "Students counted: not known for Colorado." in said
    notes = words.notes(OREGON, COLORADO, verdict(OREGON, COLORADO))
    assert any("is that of its state" in each for each in notes)


def test_the_demo_says_that_it_is_made_up():
    said = words.reasons(DEMO, OREGON, verdict(DEMO, OREGON))
    assert said == ["Halcyon County is made up, and is never compared with a real place."]


def test_a_refusal_names_a_difference_before_what_is_not_known():
    said = words.refusal(OREGON, COLORADO, verdict(OREGON, COLORADO))
    assert said.endswith(
        "are not compared. Attendance up to: 1 May in Oregon, the last day of school in Colorado."
    )
    made_up = words.refusal(DEMO, OREGON, verdict(DEMO, OREGON))
    assert made_up.endswith("is made up, and is never compared with a real place.")


@pytest.mark.parametrize("pair", [(CITY, OREGON), (OREGON, COLORADO), (DEMO, CITY)])
def test_no_text_blames_and_a_refusal_can_be_read(pair):
    found = verdict(*pair)
    said = [
        words.refusal(*pair, verdict(*pair)),
        *words.reasons(*pair, found),
        *words.remedies(found),
        *words.notes(*pair, found),
        words.NOT_WHY,
        words.SURE,
    ]
    assert BLAME.search(" ".join(said)) is None
    names = ("New York City", "Halcyon County", "Colorado", "Oregon")
    assert grade(words.refusal(*pair, verdict(*pair)), names) <= EIGHT
    assert grade(words.NOT_WHY) <= EIGHT


def test_a_range_that_holds_none_is_said_to_tell_nothing_apart():
    wide = words.apart_text(Estimate(0.01, 0.02, 9.0, -0.03, 0.05), "A", "B")
    sure = words.apart_text(Estimate(0.06, 0.01, 9.0, 0.04, 0.08), "A", "B")
    assert "cannot be told apart" in wide
    assert "cannot be told apart" not in sure
    assert "A less B: +6.0 points (+4.0 to +8.0)" in sure
    assert words.range_text(float("nan"), 0.1) == "not known"


def test_facts_are_said_in_spanish():
    languages.speak("es")
    try:
        rule = RULES["NYC"]
        assert rule is not None
        assert words.fact_text(rule, "threshold") == "10\N{NO-BREAK SPACE}% o más"
        assert words.fact_text(rule, "minimum") == "10"
        assert words.fact_text(rule, "suspension") == "no se sabe"
        fifteen = replace(rule, percent=None, days=15, reached="above")
        assert words.fact_text(fifteen, "threshold") == "más de 15 días"
    finally:
        languages.speak("")
